/*
 * For tests: the scan of a random log for a random query (query/random_log_test.h) in every way there is.
 */
#ifndef AURUM_QUERY_SCAN_RANDOM_TEST_H
#define AURUM_QUERY_SCAN_RANDOM_TEST_H

#include "base/file.h"
#include "query/random_log_test.h"
#include "query/scan.h"
#include "table/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* ---- the scans ---- */

static void put_event(struct buf *out, const struct event *event)
{
	buf_printf(out, "-- %lld.%u:%llu %u %.*s\n", (long long)event->stamp.sec, event->stamp.ms,
		   (unsigned long long)event->stamp.serial, event->type, SV_FMT(event->node));
	for (size_t i = 0; i < event->count; i++) {
		buf_put(out, event->records[i].line);
		buf_putc(out, '\n');
	}
}

/* Which events are looked at, and when the scan gives up. */
struct gate {
	unsigned pass_over; /* one in so many, by its stamp; 0: none */
	unsigned give_up;   /* at this event; 0: never */
	unsigned asked;
	struct buf text; /* of all that it was asked */
};

/* What a scan writes to. */
struct sink {
	struct buf *found;
	struct gate gate;
};

static enum scan_next put_found(void *arg, const struct event *event)
{
	struct sink *sink = arg;

	put_event(sink->found, event);
	return SCAN_ON;
}

static void *new_text(void *arg)
{
	struct buf *text = malloc(sizeof(*text));

	(void)arg;
	assert(text);
	*text = BUF_INIT(LOG_MAX * 2);
	return text;
}

static void put_chunk_event(void *arg, void *state, const struct event *event)
{
	(void)arg;
	put_event(state, event);
}

static enum scan_next end_text(void *arg, void *state, bool discard)
{
	struct buf *text = state;
	struct sink *sink = arg;

	if (!discard)
		buf_put(sink->found, buf_view(text));
	buf_release(text);
	free(text);
	return SCAN_ON;
}

/* The second question: whether some line holds a word. The state is the word. */
static void *new_word(void *arg)
{
	(void)arg;
	return strdup("needle");
}

static bool has_word(void *arg, void *state, const struct event *event)
{
	(void)arg;
	for (size_t i = 0; i < event->count; i++) {
		struct sv line = event->records[i].line;

		if (sv_find(line, sv_cstr(state)) < line.n)
			return true;
	}
	return false;
}

static void free_word(void *arg, void *state)
{
	(void)arg;
	free(state);
}

static struct plan_set word_set(void)
{
	struct plan_set set = {.count = 1, .rarity = 10};

	literal_init(&set.literals[0], LITERAL_TEXT, SV("needle"));
	return set;
}

struct random_scan {
	struct query query;
	bool has_gate, keep_open, has_word;
	unsigned pass_over, give_up;
	struct sv log;
	size_t cut;         /* the log is in two files */
	unsigned packed;    /* 1: the first is compressed, 2: the second */
	size_t frame_bytes; /* of theirs */
	int64_t timeout_s;
};

static enum scan_first ask_gate(struct gate *gate, const struct event *event)
{
	uint64_t which = (uint64_t)event->stamp.sec + event->stamp.serial;

	buf_printf(&gate->text, "? %lld.%u:%llu %u %.*s\n", (long long)event->stamp.sec,
		   event->stamp.ms, (unsigned long long)event->stamp.serial, event->type,
		   SV_FMT(event->node));
	if (++gate->asked == gate->give_up)
		return SCAN_GIVE_UP;
	if (!gate->pass_over || which % gate->pass_over)
		return SCAN_LOOK;
	return SCAN_PASS_OVER;
}

static enum scan_first ask(void *arg, const struct event *event)
{
	struct sink *sink = arg;

	return ask_gate(&sink->gate, event);
}

static int file_of(struct sv text)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert(fd >= 0);
	assert(file_write(fd, text) == 0);
	assert(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/* One of the two files. */
static int file_for(const struct random_scan *r, unsigned which, struct sv text)
{
	const struct segment_options o = {.frame_bytes = r->frame_bytes, .level = 1};
	struct segment_head head;
	int plain = file_of(text), packed;

	if (!(r->packed & which))
		return plain;
	packed = file_of(SV_EMPTY);
	assert(segment_write(plain, packed, &o, &head, NULL) == 0);
	assert(lseek(packed, 0, SEEK_SET) == 0);
	(void)close(plain);
	return packed;
}

/* What the scan finds, as text, and what it tells of the log. */
static void scan_to(const struct random_scan *r, struct scan s, struct buf *out)
{
	struct join_options options = {.order = JOIN_ORDERED, .timeout_s = r->timeout_s};
	struct sink sink = {out, {r->pass_over, r->give_up, 0, BUF_INIT(LOG_MAX)}};
	struct plan_set set = word_set();
	struct cursor cursor;

	cursor_init(&cursor);
	assert(cursor_open_fd(&cursor, file_for(r, 1, sv_head(r->log, r->cut)), "first", NULL) ==
	       0);
	assert(cursor_open_fd(&cursor, file_for(r, 2, sv_from(r->log, r->cut)), "second", NULL) ==
	       0);
	s.query = &r->query;
	s.cursor = &cursor;
	s.join = join_new(&options, NULL);
	s.arg = &sink;
	s.first = r->has_gate ? ask : NULL;
	s.keep_open = r->keep_open;
	if (r->has_word) {
		s.match_new = new_word;
		s.match = has_word;
		s.match_free = free_word;
	}
	if (r->has_word && !s.plain) {
		s.sets = &set;
		s.set_count = 1;
	}
	if (!s.chunk_new)
		s.found = put_found;
	assert(s.join);
	assert(scan_run(&s, NULL) == 0);
	buf_printf(out, "%llu found\n", (unsigned long long)s.matches);
	/* Who gives up has read ahead, or not. */
	if (!r->give_up || sink.gate.asked < r->give_up)
		buf_printf(out, "%llu no records, %llu too long\n",
			   (unsigned long long)s.malformed_lines,
			   (unsigned long long)cursor.stats.too_long);
	buf_put(out, buf_view(&sink.gate.text));
	buf_release(&sink.gate.text);
	assert(!out->failed);
	join_free(s.join);
	cursor_release(&cursor);
}

static void check_same(struct sv want, const struct random_scan *r, const struct scan *s)
{
	CLEANUP(buf_release) struct buf got = BUF_INIT(LOG_MAX * 2);

	scan_to(r, *s, &got);
	if (sv_eq(buf_view(&got), want))
		return;
	(void)fprintf(stderr,
		      "== log, %zu bytes and more\n%.*s\n== plain\n%.*s== blocks of %zu\n%.*s",
		      r->cut, SV_FMT(r->log), SV_FMT(want), s->block_bytes, SV_FMT(buf_view(&got)));
	abort();
}

/* Makes log and query of the bytes; aborts when two ways to scan do not find the same. */
static void random_scans(const uint8_t *bytes, size_t n)
{
	static const size_t sizes[] = {64, 100, 333, 1000, 5000, 100000};
	struct dice d = {bytes, n, 0};
	CLEANUP(buf_release) struct buf log = BUF_INIT(LOG_MAX), want = BUF_INIT(LOG_MAX * 2);
	static const size_t frame_sizes[] = {1, 100, 1000, 65536};
	struct scan plain = {.plain = true}, alone = {.threads = 1}, both = {.threads = 3};
	struct scan chunks = {.threads = 2,
			      .chunk_new = new_text,
			      .chunk_event = put_chunk_event,
			      .chunk_end = end_text};
	struct random_scan r;

	random_query(&d, &r.query);
	r.timeout_s = roll(&d, 4);
	r.has_gate = roll(&d, 4) == 0;
	r.keep_open = r.has_gate && roll(&d, 2);
	r.has_word = roll(&d, 4) == 0;
	r.pass_over = roll(&d, 4);
	r.give_up = r.has_gate && roll(&d, 4) == 0 ? roll(&d, 64) : 0;
	alone.block_bytes = PICK(&d, sizes);
	both.block_bytes = PICK(&d, sizes);
	chunks.block_bytes = PICK(&d, sizes);
	r.cut = (size_t)roll(&d, 256) * roll(&d, 256);
	r.packed = 0;
	r.frame_bytes = PICK(&d, frame_sizes);
	random_log(&d, &log);
	r.log = buf_view(&log);
	if (r.cut >= r.log.n)
		r.cut = r.log.n / 2;
	scan_to(&r, plain, &want);
	r.packed = roll(&d, 4);
	check_same(buf_view(&want), &r, &plain);
	check_same(buf_view(&want), &r, &alone);
	check_same(buf_view(&want), &r, &both);
	check_same(buf_view(&want), &r, &chunks);
}

#endif
