/*
 * Compresses and indexes a log file as the archivist does, in one go, and says what each step costs:
 * processor time, and bytes. Nothing is kept.
 *
 *	packlog [-r RUNS] FILE...	a line for each file, and one for all of them
 *
 * Each step is done RUNS times, and its best time counts: others may need the machine, too.
 */
#include "base/heap.h"
#include "base/num.h"
#include "index/build.h"
#include "query/report_summary.h"
#include "segment/segment.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_S  2
#define HEAP_BYTES ((size_t)128 << 20) /* as the archivist */

struct cost {
	double pack_s, verify_s, index_s, bare_s; /* bare: the index without its totals */
	uint64_t raw, packed, index, summary;     /* bytes; the summary's are in the index's */
	uint64_t events;
};

static double cpu_seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static int memory_file(struct err *e)
{
	int fd = memfd_create("packlog", MFD_CLOEXEC);

	return fd < 0 ? err_sys(e, "cannot make a file in memory") : fd;
}

/* Counts them on its way. */
static void count_event(void *ctx, const struct event *event, uint32_t row, uint32_t first_frame,
			uint32_t last_frame)
{
	uint64_t *events = ctx;

	(void)event, (void)row, (void)first_frame, (void)last_frame;
	++*events;
}

static int put_nothing(void *ctx, struct buf *out)
{
	(void)ctx, (void)out;
	return 0;
}

/* The index of a file while it is packed. */
struct indexing {
	struct index_builder *builder;
	double seconds;
	bool failed;
	struct err why;
};

static void index_frame(void *ctx, struct sv text, uint64_t raw_at)
{
	struct indexing *i = ctx;
	double start = cpu_seconds();

	i->failed = i->failed || index_builder_frame(i->builder, text, raw_at, &i->why) != 0;
	i->seconds += cpu_seconds() - start;
}

static int end_index(struct indexing *i, const struct segment_head *head, uint64_t *bytes,
		     struct err *e)
{
	CLEAN_FD int out = memory_file(e);
	double start = cpu_seconds();

	if (out < 0)
		return -1;
	if (i->failed) {
		*e = i->why;
		return -1;
	}
	if (index_builder_end(i->builder, head, e) != 0 ||
	    index_builder_write(i->builder, out, e) != 0)
		return -1;
	i->seconds += cpu_seconds() - start;
	*bytes = size_of(out);
	return 0;
}

static int pack_and_verify(int plain, struct indexing *i, struct cost *cost, struct err *e)
{
	const struct segment_options options = {.frame = index_frame, .ctx = i};
	CLEAN_FD int packed = memory_file(e);
	struct segment_head head;
	double start = cpu_seconds(), middle;

	if (packed < 0 || segment_write(plain, packed, &options, &head, e) != 0)
		return -1;
	middle = cpu_seconds();
	cost->pack_s = middle - start - i->seconds;
	if (segment_verify(packed, plain, e) != 0)
		return -1;
	cost->verify_s = cpu_seconds() - middle;
	cost->raw = head.raw_bytes;
	cost->packed = size_of(packed);
	return end_index(i, &head, &cost->index, e);
}

static int pack_with(int plain, const struct index_extra_maker *extra, struct cost *cost,
		     struct err *e)
{
	const struct index_options options = {
		.timeout_s = TIMEOUT_S, .extra = extra, .extra_count = 1};
	struct indexing i = {.builder = index_builder_new(&options, e)};
	int status = i.builder ? pack_and_verify(plain, &i, cost, e) : -1;

	cost->index_s = i.seconds;
	index_builder_free(i.builder);
	return status;
}

/* Once with totals, and once without. */
static int pack_plain(int plain, struct cost *cost, struct err *e)
{
	struct report_summary_maker *m = report_summary_maker_new(TIMEOUT_S);
	struct index_extra_maker none = {
		.kind = INDEX_EXTRA_FIRST,
		.ctx = &cost->events,
		.event = count_event,
		.put = put_nothing,
	};
	struct index_extra_maker summary;
	struct cost bare = {0};
	int status = -1;

	if (!m)
		return err_set(e, "no memory");
	summary = report_summary_extra(m);
	if (pack_with(plain, &none, &bare, e) == 0)
		status = pack_with(plain, &summary, cost, e);
	cost->summary = cost->index > bare.index ? cost->index - bare.index : 0;
	cost->bare_s = bare.index_s;
	report_summary_maker_free(m);
	return status;
}

static double best(double a, double b)
{
	return a < b ? a : b;
}

static int pack_file(const char *path, unsigned runs, struct cost *cost, struct err *e)
{
	CLEAN_FD int plain = open(path, O_RDONLY | O_CLOEXEC);

	if (plain < 0)
		return err_sys(e, "cannot open %s", path);
	for (unsigned run = 0; run < runs; run++) {
		struct cost one = {0};

		if (pack_plain(plain, &one, e) != 0)
			return -1;
		if (run) {
			one.pack_s = best(one.pack_s, cost->pack_s);
			one.verify_s = best(one.verify_s, cost->verify_s);
			one.index_s = best(one.index_s, cost->index_s);
			one.bare_s = best(one.bare_s, cost->bare_s);
		}
		*cost = one;
	}
	return 0;
}

static void add(struct cost *to, const struct cost *from)
{
	to->pack_s += from->pack_s;
	to->verify_s += from->verify_s;
	to->index_s += from->index_s;
	to->bare_s += from->bare_s;
	to->raw += from->raw;
	to->packed += from->packed;
	to->index += from->index;
	to->summary += from->summary;
	to->events += from->events;
}

static void tell(const char *name, const struct cost *c)
{
	double all_s = c->pack_s + c->verify_s + c->index_s, raw = (double)c->raw;
	double events = (double)c->events;

	printf("%s: %.0f MiB, %.0f events: %.0f MB/s a core, %.2f us an event (compressing %.2f, "
	       "verifying %.2f, index %.2f, of that the summary %.2f); stored %.1f %% (segment "
	       "%.1f, "
	       "index %.1f, of that the summary %.2f)\n",
	       name, raw / 1048576, events, raw / all_s / 1e6, all_s / events * 1e6,
	       c->pack_s / events * 1e6, c->verify_s / events * 1e6, c->index_s / events * 1e6,
	       (c->index_s - c->bare_s) / events * 1e6, 100 * (double)(c->packed + c->index) / raw,
	       100 * (double)c->packed / raw, 100 * (double)c->index / raw,
	       100 * (double)c->summary / raw);
}

/* -r RUNS in front, and how many words it is; 0 runs: wrong. */
static int runs_of(int argc, char **argv, uint32_t *runs)
{
	*runs = 1;
	if (argc < 3 || strcmp(argv[1], "-r") != 0)
		return 1;
	if (!num_u32(sv_cstr(argv[2]), runs))
		*runs = 0;
	return 3;
}

int main(int argc, char **argv)
{
	struct cost all = {0};
	uint32_t runs;
	int first = runs_of(argc, argv, &runs);
	struct err e;

	if (first == argc || runs == 0) {
		(void)fprintf(stderr, "usage: packlog [-r RUNS] FILE...\n");
		return EXIT_FAILURE;
	}
	heap_in_huge_pages(HEAP_BYTES);
	for (int i = first; i < argc; i++) {
		struct cost one = {0};

		if (pack_file(argv[i], runs, &one, &e) != 0) {
			(void)fprintf(stderr, "packlog: %s\n", e.text);
			return EXIT_FAILURE;
		}
		tell(argv[i], &one);
		add(&all, &one);
	}
	if (argc - first > 1)
		tell("all", &all);
	return EXIT_SUCCESS;
}
