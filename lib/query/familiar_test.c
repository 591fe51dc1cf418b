/* Totals of values that an index has read are those of the records that they stand in. */
#include "base/test.h"

#include "query/random_log_test.h"
#include "query/report_summary.h"
#include "segment/segment.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define TIMEOUT_S        2
#define LOGS             200
#define DICE             6000
#define PICK_BELOW(list) (list)[below((unsigned)LEN(list))]

static uint64_t random_state = 1;

static unsigned below(unsigned n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % n;
}

/* What is told short goes the short way, and it is said how many of all. */
struct watch {
	struct index_extra_maker maker;
	size_t events, familiar;
};

static void watch_event(void *ctx, const struct event *event, uint32_t row, uint32_t first_frame,
			uint32_t last_frame)
{
	struct watch *w = ctx;

	w->events++;
	w->maker.event(w->maker.ctx, event, row, first_frame, last_frame);
}

static bool watch_values(void *ctx, const struct index_event *event)
{
	struct watch *w = ctx;
	bool is_enough = w->maker.values(w->maker.ctx, event);

	w->familiar += is_enough;
	return is_enough;
}

static bool watch_wants(void *ctx, uint8_t field, struct sv name)
{
	const struct watch *w = ctx;

	return w->maker.wants(w->maker.ctx, field, name);
}

static int watch_put(void *ctx, struct buf *out)
{
	const struct watch *w = ctx;

	return w->maker.put(w->maker.ctx, out);
}

/* The section with the totals of a text. */
static void sum_up(struct watch *w, struct sv text, size_t frame_bytes, bool shortly,
		   struct buf *out)
{
	const struct index_extra_maker maker = {
		.kind = REPORT_SUMMARY_KIND,
		.ctx = w,
		.event = watch_event,
		.put = watch_put,
		.wants = shortly ? watch_wants : NULL,
		.values = shortly ? watch_values : NULL,
	};
	const struct index_options o = {.timeout_s = TIMEOUT_S, .extra = &maker, .extra_count = 1};
	struct index_builder *b = index_builder_new(&o, NULL);
	struct segment_head head = {.raw_bytes = text.n};
	struct index x;
	uint64_t at = 0;

	assert_non_null(b);
	while (at < text.n) {
		size_t n = segment_frame_end(sv_from(text, at), frame_bytes, true);

		assert_int_equal(index_builder_frame(b, sv_head(sv_from(text, at), n), at, NULL),
				 0);
		at += n;
	}
	assert_int_equal(index_builder_end(b, &head, NULL), 0);
	assert_int_equal(index_builder_open(b, &x, NULL), 0);
	buf_put(out, index_extra(&x, REPORT_SUMMARY_KIND));
	index_close(&x);
	index_builder_free(b);
}

/* One maker for many files, as the archivist has it: what it knows of one is not true of the next. */
static void compare_logs(void (*make)(struct buf *out), size_t *familiar, size_t *bytes)
{
	struct report_summary_maker *a = report_summary_maker_new(TIMEOUT_S);
	struct report_summary_maker *b = report_summary_maker_new(TIMEOUT_S);
	struct watch whole, shortly;

	assert_non_null(a);
	assert_non_null(b);
	whole = (struct watch){.maker = report_summary_extra(a)};
	shortly = (struct watch){.maker = report_summary_extra(b)};
	for (unsigned i = 0; i < LOGS; i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT(LOG_MAX);
		CLEANUP(buf_release) struct buf one = BUF_INIT(LOG_MAX), two = BUF_INIT(LOG_MAX);
		size_t frame_bytes = 64 + below(4000);

		make(&text);
		sum_up(&whole, buf_view(&text), frame_bytes, false, &one);
		sum_up(&shortly, buf_view(&text), frame_bytes, true, &two);
		assert_true(sv_eq(buf_view(&one), buf_view(&two)));
		*bytes += one.n;
	}
	assert_int_equal(whole.events, shortly.events + shortly.familiar);
	*familiar = shortly.familiar * 100 / whole.events;
	report_summary_maker_free(a);
	report_summary_maker_free(b);
}

static void make_random(struct buf *out)
{
	uint8_t bytes[DICE];
	struct dice d = {bytes, sizeof(bytes), 0};

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)below(256);
	random_log(&d, out);
}

static void totals_of_random_logs_are_the_same_both_ways(void **state)
{
	size_t familiar, bytes = 0;

	(void)state;
	(void)random_query;
	compare_logs(make_random, &familiar, &bytes);
	assert_true(bytes > 0);
}

static void put_call(struct buf *out, int sec, unsigned serial)
{
	static const char *const names[] = {"\"/etc/passwd\"", "\"./x\"", "2F746D70", "(null)",
					    "\"/a b\""};
	static const char *const keys[] = {"\"k\"", "(null)", "61016201", "\"l\""};

	buf_printf(out,
		   "type=SYSCALL msg=audit(%d.000:%u): arch=c000003e syscall=%u success=%s exit=0 "
		   "a0=%x ppid=1 pid=%u auid=%u uid=0 gid=0 tty=pts%u ses=1 comm=\"c%u\" "
		   "exe=\"/bin/%u\" subj=unconfined key=%s\x1d"
		   "AUID=\"a\" UID=\"root\"\n",
		   sec, serial, below(3), below(2) ? "yes" : "no", below(1000), below(50), below(5),
		   below(3), below(9), below(9), PICK_BELOW(keys));
	buf_printf(out, "type=CWD msg=audit(%d.000:%u): cwd=\"/d%u\"\n", sec, serial, below(3));
	buf_printf(out, "type=PATH msg=audit(%d.000:%u): item=0 name=%s inode=%u\n", sec, serial,
		   PICK_BELOW(names), below(1000));
}

static void put_message(struct buf *out, int sec, unsigned serial)
{
	static const char *const types[] = {"USER_LOGIN", "USER_AUTH", "ADD_USER", "USER_MGMT",
					    "CRYPTO_KEY_USER"};

	buf_printf(out,
		   "type=%s msg=audit(%d.000:%u): pid=%u uid=0 auid=%u ses=1 msg='op=login "
		   "acct=\"a%u\" exe=\"/bin/%u\" hostname=%s addr=10.0.0.%u terminal=%s "
		   "res=%s'\n",
		   PICK_BELOW(types), sec, serial, below(50), below(5), below(4), below(9),
		   below(2) ? "?" : "h", below(5), below(2) ? "ssh" : "?",
		   below(3) ? "success" : "failed");
}

static void make_usual(struct buf *out)
{
	unsigned lines = below(300);

	for (unsigned i = 0; i < lines; i++)
		if (below(3))
			put_call(out, 1000 + (int)i / 4, i + 1);
		else
			put_message(out, 1000 + (int)i / 4, i + 1);
}

static void totals_of_usual_logs_are_the_same_and_few_records_are_read(void **state)
{
	size_t familiar, bytes = 0;

	(void)state;
	compare_logs(make_usual, &familiar, &bytes);
	assert_true(bytes > 0);
	assert_true(familiar > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(totals_of_random_logs_are_the_same_both_ways),
		cmocka_unit_test(totals_of_usual_logs_are_the_same_and_few_records_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
