/*
 * Compresses and indexes a log file as the archivist does, and says what each step costs: processor
 * time, and bytes. Nothing is kept.
 *
 *	packlog FILE...		a line for each file, and one for all of them
 */
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

#define TIMEOUT_S 2

struct cost {
	double pack_s, verify_s, index_s, summary_s; /* summary: what it adds to the index */
	uint64_t raw, packed, index, summary;        /* bytes; the summary's are in the index's */
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

/* Bytes of the index, and its seconds. */
static int make_index(int plain, const struct index_extra_maker *extra, uint64_t *bytes,
		      double *seconds, struct err *e)
{
	const struct index_options options = {
		.timeout_s = TIMEOUT_S, .extra = extra, .extra_count = 1};
	struct index_builder *b = index_builder_new(&options, e);
	CLEAN_FD int out = memory_file(e);
	double start = cpu_seconds();
	struct segment_head head;
	int status = b && out >= 0 ? index_build(b, plain, &head, e) : -1;

	if (status == 0)
		status = index_builder_write(b, out, e);
	*seconds += cpu_seconds() - start;
	*bytes += size_of(out);
	index_builder_free(b);
	return status;
}

static int index_file(int plain, struct cost *cost, struct err *e)
{
	struct report_summary_maker *m = report_summary_maker_new(TIMEOUT_S);
	struct index_extra_maker none = {INDEX_EXTRA_FIRST, &cost->events, count_event,
					 put_nothing};
	struct index_extra_maker summary;
	uint64_t bytes = 0;
	double seconds = 0;
	int status = -1;

	if (!m)
		return err_set(e, "no memory");
	summary = report_summary_extra(m);
	if (make_index(plain, &none, &bytes, &seconds, e) == 0)
		status = make_index(plain, &summary, &cost->index, &cost->index_s, e);
	cost->summary += cost->index > bytes ? cost->index - bytes : 0;
	cost->summary_s += cost->index_s - seconds;
	report_summary_maker_free(m);
	return status;
}

static int pack_file(const char *path, struct cost *cost, struct err *e)
{
	CLEAN_FD int plain = open(path, O_RDONLY | O_CLOEXEC);
	CLEAN_FD int packed = memory_file(e);
	struct segment_head head;
	double start, middle;

	if (plain < 0)
		return err_sys(e, "cannot open %s", path);
	start = cpu_seconds();
	if (packed < 0 || segment_write(plain, packed, &(struct segment_options){0}, &head, e) != 0)
		return -1;
	middle = cpu_seconds();
	if (segment_verify(packed, plain, e) != 0)
		return -1;
	cost->pack_s = middle - start;
	cost->verify_s = cpu_seconds() - middle;
	cost->raw = head.raw_bytes;
	cost->packed = size_of(packed);
	return index_file(plain, cost, e);
}

static void add(struct cost *to, const struct cost *from)
{
	to->pack_s += from->pack_s;
	to->verify_s += from->verify_s;
	to->index_s += from->index_s;
	to->summary_s += from->summary_s;
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
	       c->summary_s / events * 1e6, 100 * (double)(c->packed + c->index) / raw,
	       100 * (double)c->packed / raw, 100 * (double)c->index / raw,
	       100 * (double)c->summary / raw);
}

int main(int argc, char **argv)
{
	struct cost all = {0};
	struct err e;

	for (int i = 1; i < argc; i++) {
		struct cost one = {0};

		if (pack_file(argv[i], &one, &e) != 0) {
			(void)fprintf(stderr, "packlog: %s\n", e.text);
			return EXIT_FAILURE;
		}
		tell(argv[i], &one);
		add(&all, &one);
	}
	if (argc > 2)
		tell("all", &all);
	return EXIT_SUCCESS;
}
