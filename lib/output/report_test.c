/* What reports print in csv, JSON and over time; the bytes of text are the golden tests'. */
#include "base/test.h"

#include "output/report_print.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define AT(ms, serial) "msg=audit(1700000000." #ms ":" #serial "): "

static bool half_hour_east(int64_t seconds, struct tm *out)
{
	time_t t = seconds + 19800;

	if (!gmtime_r(&t, out))
		return false;
	out->tm_gmtoff = 19800;
	return true;
}

static bool half_hour_back(const struct tm *local, int64_t *out)
{
	struct tm copy = *local;

	*out = timegm(&copy) - 19800;
	return true;
}

static struct report_printer printer;
static struct names *names;

static void start(enum report_format format, enum escape_mode escape)
{
	report_printer_init(&printer, -1, format, escape, false);
	printer.to_local = half_hour_east;
}

static void expect(const char *want)
{
	buf_putc(&printer.text, 0);
	assert_false(printer.text.failed);
	assert_string_equal(printer.text.p, want);
	report_printer_release(&printer);
}

static void row(enum report_id id, const char *line)
{
	struct record r;
	struct event event = {.records = &r, .count = 1};
	struct report_reader rr;

	assert_int_equal(record_parse(sv_cstr(line), &r), RECORD_OK);
	event.stamp = r.stamp;
	event.node = r.node;
	event.type = r.type;
	report_reader_init(&rr, UINT32_MAX, names, false);
	report_read(&rr, &event);
	assert_true(report_selects(id, &rr));
	assert_int_equal(report_print_rows(&printer, id, &rr, NULL), 0);
	report_reader_release(&rr);
}

#define HOSTILE                                                                                    \
	"node=w type=USER_AUTH " AT(007, 9) "pid=1 uid=0 auid=4294967295 ses=1 msg='op=x "         \
					    "acct=612C2262220AFF exe=\"/bin/su\" hostname=? "      \
					    "terminal=a,b res=failed'"

static void csv_quotes_what_needs_it_and_times_have_their_zone(void **state)
{
	(void)state;
	start(REPORT_CSV, ESCAPE_TTY);
	report_print_title(&printer, REPORT_AUTH, REPORT_ROWS, RESULT_ANY);
	row(REPORT_AUTH, HOSTILE);
	expect("time,node,acct,host,term,exe,success,event\n"
	       "2023-11-15T03:43:20.007+05:30,w,\"a,\"\"b\"\"\n\xff\",?,\"a,b\",/bin/su,no,9\n");
}

static void json_is_valid_whatever_the_bytes(void **state)
{
	(void)state;
	start(REPORT_JSON, ESCAPE_TTY);
	report_print_title(&printer, REPORT_AUTH, REPORT_ROWS, RESULT_ANY);
	row(REPORT_AUTH, HOSTILE);
	row(REPORT_USER, "type=USER " AT(100, 8) "pid=1 uid=0 auid=1000 msg='x'");
	expect("{\"report\":\"auth\",\"time\":\"2023-11-15T03:43:20.007+05:30\",\"node\":\"w\","
	       "\"acct\":\"a,\\\"b\\\"\\u000a\xee\xbf\xbf\",\"host\":\"?\",\"term\":\"a,b\","
	       "\"exe\":\"/bin/su\",\"success\":\"no\",\"event\":9}\n"
	       "{\"report\":\"user\",\"time\":\"2023-11-15T03:43:20.100+05:30\",\"node\":null,"
	       "\"auid\":1000,\"term\":null,\"host\":null,\"exe\":null,\"event\":8}\n");
}

static void a_row_of_text_cannot_drive_the_terminal(void **state)
{
	(void)state;
	start(REPORT_TEXT, ESCAPE_TTY);
	row(REPORT_HOST,
	    "type=USER " AT(000, 8) "pid=1 uid=0 auid=0 msg='hostname=a\033[2J res=1'");
	expect("1. 11/15/23 03:43:20 a\\033[2J 0 0 8\n");
	start(REPORT_TEXT, ESCAPE_RAW);
	row(REPORT_HOST, "type=USER " AT(000, 8) "pid=1 uid=0 auid=0 msg='hostname=a\033 res=1'");
	expect("1. 11/15/23 03:43:20 a\033 0 0 8\n");
}

static void summaries_count_in_every_format(void **state)
{
	static const char *const want[] = {
		[REPORT_TEXT] = "2  a\\012b\n1  c\n",
		[REPORT_CSV] = "2,\"a\nb\"\n1,c\n",
		[REPORT_JSON] = ("{\"report\":\"executable\",\"total\":2,\"file\":\"a\\u000ab\"}\n"
				 "{\"report\":\"executable\",\"total\":1,\"file\":\"c\"}\n"),
	};
	struct tally t;

	(void)state;
	for (size_t i = 0; i < LEN(want); i++) {
		tally_init(&t);
		tally_add(&t, SV("c"), 1);
		tally_add(&t, SV("a\nb"), 2);
		start((enum report_format)i, ESCAPE_TTY);
		assert_int_equal(report_print_summary(&printer, REPORT_EXE, &t, NULL), 0);
		tally_release(&t);
		expect(want[i]);
	}
}

static void print_timeline(enum timeline_unit unit, enum report_format format, unsigned width,
			   const int64_t *seconds, size_t count)
{
	struct timeline t;

	timeline_init(&t, unit);
	t.to_local = half_hour_east;
	t.from_local = half_hour_back;
	for (size_t i = 0; i < count; i++)
		timeline_add(&t, seconds[i]);
	start(format, ESCAPE_TTY);
	assert_int_equal(report_print_timeline(&printer, REPORT_LOGIN, &t, width, NULL), 0);
	timeline_release(&t);
}

static void time_is_counted_by_the_local_hour_and_gaps_are_shown(void **state)
{
	static const int64_t seconds[] = {1700000000, 1700000001, 1700000000 + 7200, 1700000000};

	(void)state;
	print_timeline(TIMELINE_HOUR, REPORT_TEXT, 0, seconds, LEN(seconds));
	expect("11/15/23 03:00  3\n11/15/23 04:00  0\n11/15/23 05:00  1\n");
	print_timeline(TIMELINE_HOUR, REPORT_TEXT, 80, seconds, LEN(seconds));
	expect("11/15/23 03:00  3 ##############################################\n"
	       "11/15/23 04:00  0\n"
	       "11/15/23 05:00  1 ################\n");
	print_timeline(TIMELINE_MINUTE, REPORT_CSV, 0, seconds, 2);
	expect("2023-11-15T03:43:00+05:30,2\n");
	print_timeline(TIMELINE_DAY, REPORT_JSON, 0, seconds, 1);
	expect("{\"report\":\"login\",\"start\":\"2023-11-15T00:00:00+05:30\",\"events\":1}\n");
}

static void a_clock_that_jumps_far_makes_no_long_chart(void **state)
{
	static const int64_t seconds[] = {1700000000, 1800000000};

	(void)state;
	print_timeline(TIMELINE_MINUTE, REPORT_TEXT, 0, seconds, LEN(seconds));
	assert_true(printer.text.n < 4096);
	assert_non_null(memmem(printer.text.p, printer.text.n, "...\n", 4));
	report_printer_release(&printer);
}

int main(void)
{
	static const struct name_source nobody = {0};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_quotes_what_needs_it_and_times_have_their_zone),
		cmocka_unit_test(json_is_valid_whatever_the_bytes),
		cmocka_unit_test(a_row_of_text_cannot_drive_the_terminal),
		cmocka_unit_test(summaries_count_in_every_format),
		cmocka_unit_test(time_is_counted_by_the_local_hour_and_gaps_are_shown),
		cmocka_unit_test(a_clock_that_jumps_far_makes_no_long_chart),
	};
	int status;

	names = names_new(&nobody, NULL);
	status = cmocka_run_group_tests(tests, NULL, NULL);
	names_free(names);
	return status;
}
