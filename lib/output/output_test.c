/* Formats of records: order, marks, escapes, and how the text leaves. */
#include "base/test.h"

#include "output/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <time.h>

#define STAMP   "msg=audit(1700000000.123:42): "
#define SYSCALL "type=SYSCALL " STAMP "arch=c000003e syscall=59"
#define TITLE   "type=PROCTITLE " STAMP "proctitle=\"a\tb\""
#define NAMES   "ARCH=x86_64 SYSCALL=execve"

static bool utc(int64_t seconds, struct tm *out)
{
	time_t t = seconds;

	return gmtime_r(&t, out) != NULL;
}

/* What the format makes of the lines, read back from a pipe. */
static void expect(enum output_format format, enum escape_mode escape, const char *const *lines,
		   const char *want)
{
	struct record records[4];
	struct event event = {.records = records};
	struct output o;
	char got[4096];
	int ends[2];
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	for (; lines[event.count]; event.count++)
		assert_int_equal(record_parse(sv_cstr(lines[event.count]), &records[event.count]),
				 RECORD_OK);
	event.stamp = records[0].stamp;
	output_init(&o, ends[1], format, escape);
	o.to_local = utc;
	assert_int_equal(output_event(&o, &event, NULL), 0);
	assert_int_equal(output_flush(&o, NULL), 0);
	output_release(&o);
	assert_int_equal(close(ends[1]), 0);
	n = read(ends[0], got, sizeof(got) - 1);
	assert_true(n >= 0);
	got[n] = 0;
	assert_int_equal(close(ends[0]), 0);
	assert_string_equal(got, want);
}

static void raw_keeps_lines_and_marks_all_of_an_enriched_event(void **state)
{
	static const char *const plain[] = {SYSCALL, TITLE, NULL};
	static const char *const enriched[] = {SYSCALL "\x1d" NAMES, TITLE, NULL};
	static const char *const empty[] = {
		"type=USER msg=audit(1.000:1):", "type=USER msg=audit(1.000:1): \x1dX=1", NULL};

	(void)state;
	expect(OUTPUT_RAW, ESCAPE_TTY, plain, SYSCALL "\n" TITLE "\n");
	expect(OUTPUT_RAW, ESCAPE_TTY, enriched, SYSCALL "\x1d" NAMES "\n" TITLE "\x1d\n");
	expect(OUTPUT_RAW, ESCAPE_TTY, empty,
	       "type=USER msg=audit(1.000:1):\x1d\ntype=USER msg=audit(1.000:1): \x1dX=1\n");
}

static void default_prints_the_time_and_the_last_record_first(void **state)
{
	static const char *const event[] = {SYSCALL "\x1d" NAMES, TITLE, NULL};
	static const char *const early[] = {"type=USER msg=audit(1.000:1): ", NULL};

	(void)state;
	expect(OUTPUT_DEFAULT, ESCAPE_TTY, event,
	       "----\ntime->Tue Nov 14 22:13:20 2023\n"
	       "type=PROCTITLE " STAMP "proctitle=\"a\\011b\"\n" SYSCALL "\n");
	expect(OUTPUT_DEFAULT, ESCAPE_RAW, event,
	       "----\ntime->Tue Nov 14 22:13:20 2023\n" TITLE "\n" SYSCALL "\n");
	expect(OUTPUT_DEFAULT, ESCAPE_TTY, early,
	       "----\ntime->Thu Jan  1 00:00:01 1970\ntype=USER msg=audit(1.000:1): \n");
}

static void of_the_daemons_own_records_the_last_is_printed_as_it_is(void **state)
{
	static const char *const event[] = {"type=DAEMON_START " STAMP "op=start",
					    "type=DAEMON_END " STAMP "op=a\tb", NULL};

	(void)state;
	expect(OUTPUT_DEFAULT, ESCAPE_TTY, event,
	       "----\ntime->Tue Nov 14 22:13:20 2023\ntype=DAEMON_END " STAMP "op=a\tb\n");
}

static void a_big_event_leaves_in_chunks_and_a_full_disk_is_an_error(void **state)
{
	static struct record records[4096];
	struct event event = {.records = records, .count = LEN(records)};
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct output o;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < LEN(records); i++)
		assert_int_equal(record_parse(SV(SYSCALL " a0=1 a1=2 a2=3"), &records[i]),
				 RECORD_OK);
	output_init(&o, open("/dev/null", O_WRONLY | O_CLOEXEC), OUTPUT_RAW, ESCAPE_TTY);
	assert_int_equal(output_event(&o, &event, NULL), 0);
	assert_true(o.text.n < OUTPUT_CHUNK);
	assert_true(o.text.cap < 2 * OUTPUT_CHUNK + 4096);
	assert_int_equal(close(o.fd), 0);
	o.fd = full;
	assert_int_equal(output_event(&o, &event, &e), -1);
	assert_int_equal(e.sys, ENOSPC);
	output_release(&o);
	assert_int_equal(close(full), 0);
}

/* The processor's time, in microseconds, for a record with n fields of one name, of two origins. */
static long time_for(size_t n)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(1 << 20);
	struct record r;
	struct event event = {.records = &r, .count = 1};
	struct interpreter ip;
	struct output o;
	long best = LONG_MAX;
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	buf_puts(&line, "type=USER_CMD " STAMP);
	for (size_t i = 0; i < n; i++)
		buf_puts(&line, "arch=c000003e ");
	buf_puts(&line, "msg='");
	for (size_t i = 0; i < n; i++)
		buf_puts(&line, "arch=c000003e ");
	buf_puts(&line, "'\x1d"
			"ARCH=x86_64");
	assert_int_equal(record_parse(buf_view(&line), &r), RECORD_OK);
	event.stamp = r.stamp;
	interpreter_init(&ip, NULL, ESCAPE_RAW);
	output_init(&o, fd, OUTPUT_JSON, ESCAPE_RAW);
	o.interpreter = &ip;
	for (size_t round = 0; round < 5; round++) {
		clock_t start = clock(), spent;

		assert_int_equal(output_event(&o, &event, NULL), 0);
		spent = clock() - start;
		best = spent < best ? spent : best;
	}
	output_release(&o);
	assert_int_equal(close(fd), 0);
	return best;
}

static void json_takes_time_in_proportion_to_a_line(void **state)
{
	long some_time = time_for(500), much = time_for(8000);

	(void)state;
	/* 16 times the fields; counting them anew for each one takes 256 times. */
	assert_true(much < 64 * (some_time + 100));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw_keeps_lines_and_marks_all_of_an_enriched_event),
		cmocka_unit_test(default_prints_the_time_and_the_last_record_first),
		cmocka_unit_test(of_the_daemons_own_records_the_last_is_printed_as_it_is),
		cmocka_unit_test(a_big_event_leaves_in_chunks_and_a_full_disk_is_an_error),
		cmocka_unit_test(json_takes_time_in_proportion_to_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
