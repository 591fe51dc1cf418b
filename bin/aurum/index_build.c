/* aurum index build: several files at a time, one by each processor. */
#include "aurum/index.h"

#include "base/thread.h"
#include "query/report_summary.h"
#include "segment/names.h"

#include <sched.h>

#define THREADS_MAX 8

/* A log while its indexes are made. */
struct building {
	struct index_log *log;
	pthread_mutex_t lock; /* of what follows, and of what is printed */
	size_t next, made, there;
	int code;
};

static size_t take_next(struct building *b)
{
	size_t i;

	(void)pthread_mutex_lock(&b->lock);
	i = b->next++;
	(void)pthread_mutex_unlock(&b->lock);
	return i;
}

static void tell(struct building *b, const struct cursor_source *source, int status,
		 const struct err *e)
{
	(void)pthread_mutex_lock(&b->lock);
	b->made += status == 0;
	b->there += status == 1;
	if (status < 0) {
		index_say(source, sv_cstr(e->text));
		b->code = EXIT_TROUBLE;
	}
	(void)pthread_mutex_unlock(&b->lock);
}

/* The index with its name is good, and another file's: two that make it in turns would never end. */
static bool is_anothers(const struct index_log *log, size_t i)
{
	const struct cursor_source *source = log->cursor.sources[i];
	struct segment_head head;
	char path[SEGMENT_PATH_MAX];
	struct index x;

	if (!cursor_source_head(source, &head) || !index_path(source->name, &head, path))
		return false;
	switch (index_open(&x, path, &head, NULL)) {
	case INDEX_OPEN:
		index_close(&x);
		return false;
	case INDEX_STALE:
		return index_owner(log, path, i) != NULL;
	case INDEX_NONE:
	case INDEX_FOREIGN:
	case INDEX_DAMAGED:
		break;
	}
	return false;
}

static void *work(void *arg)
{
	struct building *b = arg;
	struct report_summary_maker *summary = report_summary_maker_new(b->log->timeout_s);
	struct index_extra_maker extra;
	struct index_options o = {.timeout_s = b->log->timeout_s};
	size_t i;

	if (summary) {
		extra = report_summary_extra(summary);
		o.extra = &extra;
		o.extra_count = 1;
	}
	while ((i = take_next(b)) < b->log->cursor.count) {
		const struct cursor_source *source = b->log->cursor.sources[i];
		struct err e = {0};

		if (index_is_done(b->log, i) && !is_anothers(b->log, i))
			tell(b, source, index_make(source->name, source->fd, &o, &e), &e);
	}
	report_summary_maker_free(summary);
	return NULL;
}

static unsigned processors(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return n < THREADS_MAX ? (unsigned)n : THREADS_MAX;
}

static int build(void *arg, struct index_log *log)
{
	struct building b = {.log = log, .lock = PTHREAD_MUTEX_INITIALIZER};
	pthread_t threads[THREADS_MAX];
	unsigned started = 0;

	(void)arg;
	while (started + 1 < processors() && started + 1 < log->cursor.count &&
	       thread_start(&threads[started], 0, work, &b) == 0)
		started++;
	(void)work(&b);
	while (started > 0)
		(void)pthread_join(threads[--started], NULL);
	(void)printf("%zu made, %zu were there\n", b.made, b.there);
	return b.code;
}

int index_build_main(int argc, char **argv)
{
	struct index_request r;
	int code =
		index_options("aurum index build",
			      "Makes the indexes of rotated log files and segments that have none, "
			      "or one that is out of date. Exit 0: all are there, 2: not all.",
			      argc, argv, &r);

	return code >= 0 ? code : index_logs(&r, build, NULL);
}
