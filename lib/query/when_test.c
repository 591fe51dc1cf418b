/* Search windows: words, dates and times against a fixed present and fixed zones. */
#include "base/test.h"

#include "query/when.h"

#include <stdlib.h>
#include <string.h>

/* Wednesday, 15 November 2023, 13:45:30 UTC. */
#define NOW      INT64_C(1700055930)
#define MIDNIGHT INT64_C(1700006400)
#define HOUR     INT64_C(3600)
#define DAY      (24 * HOUR)

static locale_t c_locale;

static bool utc_to_local(int64_t seconds, struct tm *out)
{
	time_t t = seconds;

	return gmtime_r(&t, out) != NULL;
}

static bool utc_from_local(const struct tm *local, int64_t *out)
{
	struct tm copy = *local;

	*out = timegm(&copy);
	return true;
}

static struct when_context utc(void)
{
	return (struct when_context){.now = NOW,
				     .boot = NOW - 5 * DAY,
				     .locale = c_locale,
				     .to_local = utc_to_local,
				     .from_local = utc_from_local};
}

struct row {
	enum when_edge edge;
	const char *first, *second;
	int64_t want;
};

static void words_dates_and_times_give_the_second_they_mean(void **state)
{
	static const struct row rows[] = {
		{WHEN_START, "now", NULL, NOW},
		{WHEN_START, "recent", NULL, NOW - 600},
		{WHEN_START, "this-hour", NULL, MIDNIGHT + 13 * HOUR},
		{WHEN_START, "boot", NULL, NOW - 5 * DAY},
		{WHEN_START, "today", NULL, MIDNIGHT},
		{WHEN_START, "yesterday", NULL, MIDNIGHT - DAY},
		{WHEN_START, "this-week", NULL, MIDNIGHT - 3 * DAY},
		{WHEN_START, "week-ago", NULL, MIDNIGHT - 7 * DAY},
		{WHEN_START, "this-month", NULL, MIDNIGHT - 14 * DAY},
		{WHEN_START, "this-year", NULL, INT64_C(1672531200)},
		{WHEN_START, "11/14/23", NULL, MIDNIGHT - DAY},
		{WHEN_START, "11/14/23", "22:13:20", MIDNIGHT - DAY + 22 * HOUR + 13 * 60 + 20},
		{WHEN_START, "22:13:20", "11/14/23", MIDNIGHT - DAY + 22 * HOUR + 13 * 60 + 20},
		{WHEN_START, "11/14/23", "22:13", MIDNIGHT - DAY + 22 * HOUR + 13 * 60},
		{WHEN_START, "1:05", NULL, MIDNIGHT + HOUR + 5 * 60},
		{WHEN_START, "yesterday", "10:30", MIDNIGHT - DAY + 10 * HOUR + 30 * 60},
		{WHEN_START, "recent", "10:30", MIDNIGHT + 10 * HOUR + 30 * 60},
		{WHEN_START, "02/30/24", NULL, INT64_C(1709251200)},
		{WHEN_END, "now", NULL, NOW},
		{WHEN_END, "today", NULL, NOW},
		{WHEN_END, "today", "10:30", MIDNIGHT + 10 * HOUR + 30 * 60},
		{WHEN_END, "yesterday", NULL, MIDNIGHT - DAY},
		{WHEN_END, "11/14/23", NULL, NOW - DAY},
		{WHEN_END, "11/14/23", "1:2", MIDNIGHT - DAY + HOUR + 2 * 60},
		{WHEN_END, "10:30", NULL, MIDNIGHT + 10 * HOUR + 30 * 60},
	};
	struct when_context c = utc();

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		int64_t got = -1;
		struct err e = {0};

		if (when_parse(&c, rows[i].edge, rows[i].first, rows[i].second, &got, &e) != 0 ||
		    got != rows[i].want)
			fail_msg("%s %s: %lld, not %lld (%s)", rows[i].first,
				 rows[i].second ? rows[i].second : "", (long long)got,
				 (long long)rows[i].want, e.text);
	}
}

static void iso_epoch_and_relative_times_give_their_second(void **state)
{
	static const struct {
		const char *first, *second;
		enum when_edge edge;
		int64_t want;
	} rows[] = {
		{"2023-11-14", NULL, WHEN_START, 1699920000},
		{"2023-11-14", NULL, WHEN_END, 1700006399},
		{"2023-11-14", "22:13", WHEN_START, 1699999980},
		{"2023-11-14T22:13:20", NULL, WHEN_START, 1700000000},
		{"2023-11-14t22:13:20.999z", NULL, WHEN_END, 1700000000},
		{"2023-11-14 22:13:20", NULL, WHEN_START, 1700000000},
		{"2023-11-15T03:43:20+05:30", NULL, WHEN_START, 1700000000},
		{"2023-11-14T17:13:20-0500", NULL, WHEN_START, 1700000000},
		{"2024-02-29", NULL, WHEN_START, 1709164800},
		{"@0", NULL, WHEN_START, 0},
		{"@1700000000", NULL, WHEN_START, 1700000000},
		{"1700000000", NULL, WHEN_END, 1700000000},
		{"-0s", NULL, WHEN_START, 0},
		{"-2h", NULL, WHEN_START, -7200},
		{"-90 min", NULL, WHEN_START, -5400},
		{"3 days ago", NULL, WHEN_END, -259200},
		{"1w ago", NULL, WHEN_START, -604800},
	};
	struct when_context c = utc();

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		int64_t got = -1, want = rows[i].want;
		struct err e = {0};

		if (want < 0 || strcmp(rows[i].first, "-0s") == 0)
			want += c.now;
		if (when_parse(&c, rows[i].edge, rows[i].first, rows[i].second, &got, &e) != 0 ||
		    got != want)
			fail_msg("%s: %lld, not %lld (%s)", rows[i].first, (long long)got,
				 (long long)want, e.text);
	}
}

static void what_is_no_time_is_refused_with_its_text_and_leaves_the_result(void **state)
{
	static const struct {
		const char *first, *second, *says;
	} rows[] = {
		{"yesteray", NULL, "did you mean \"yesterday\""},
		{"14.11.2023", NULL, "2023-11-30 or 11/30/23"},
		{"2023-13-45", NULL, "\"2023-13-45\": write it like 2023-11-30, "},
		{"2023-11-1", NULL, "2023-11-30T22:05"},
		{"2023-11-14T8", NULL, "write it like 2023-11-30"},
		{"2023-11-14T22:61", NULL, "2023-11-30T22:05:30"},
		{"2023-11-14", "24:00", "\"2023-11-14 24:00\""},
		{"24:00", "2023-11-14", "\"2023-11-14 24:00\""},
		{"2023-02-29", NULL, "no such day"},
		{"2023-11-14T24:00", NULL, "2023-11-14T24:00"},
		{"2023-11-14T22:13+24", NULL, "2023-11-14T22:13+24"},
		{"2023-11-14T22:13:20.", NULL, "2023-11-14T22:13:20."},
		{"@", NULL, "@"},
		{"1234567", NULL, "1234567"},
		{"-2", NULL, "-2"},
		{"-2h ago", NULL, "-2h ago"},
		{"99999999999 h ago", NULL, "99999999999 h ago"},
		{"11/14/2023", NULL, "11/14/2023"},
		{"11/14/23", "noon", "noon"},
		{"25:00", NULL, "25:00"},
		{"10:30:", NULL, "10:30:"},
		{"01/02/99", NULL, "1999"},
		{"", NULL, "invalid date"},
		{"11/14/23", "", "invalid time"},
		{"11/14/23", "22:13:20 and very much more text than any time of day ever has in it",
		 "invalid time"},
	};
	struct when_context c = utc();

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		int64_t got = 42;
		struct err e = {0};

		assert_int_equal(
			when_parse(&c, WHEN_START, rows[i].first, rows[i].second, &got, &e), -1);
		if (!strstr(e.text, rows[i].says))
			fail_msg("%s: %s", rows[i].first, e.text);
		assert_int_equal(got, 42);
	}
	c.boot = -1;
	assert_int_equal(when_parse(&c, WHEN_START, "boot", NULL, &(int64_t){0}, NULL), -1);
}

/* New York leaves daylight saving on 5 November 2023 and is five hours behind UTC after it. */
static bool no_local(int64_t seconds, struct tm *out)
{
	(void)seconds;
	(void)out;
	return false;
}

static void a_command_line_says_how_many_words_a_time_has(void **state)
{
	static const struct {
		const char *words[4];
		size_t used;
		int64_t want; /* < 0: from now on */
	} rows[] = {
		{{"11/14/23", "22:13:20", "stray"}, 2, 1700000000},
		{{"11/14/23", "-k"}, 1, 1699920000},
		{{"-2h", "-k", "ago"}, 1, -7200},
		{{"-2h"}, 1, -7200},
		{{"3", "days", "ago", "stray"}, 3, -259200},
		{{"90", "min", "ago"}, 3, -5400},
		{{"2h", "ago", "-k"}, 2, -7200},
		{{"3 days ago", "-k", "x"}, 1, -259200},
	};
	static const char *const wrong[][4] = {
		{"-k", "x"},        {"-"},   {"days", "ago"}, {"3", "days"}, {"3", "fish", "ago"},
		{"3", "-d", "ago"}, {"ago"}, {"", "", "ago"},
	};
	struct when_context c = utc();
	char *words[4];

	(void)state;
	for (size_t i = 0; i < LEN(rows) + LEN(wrong); i++) {
		const char *const *from = i < LEN(rows) ? rows[i].words : wrong[i - LEN(rows)];
		size_t count = 0, used = 99;
		int64_t got = 77;
		struct err e;
		int status;

		for (; count < LEN(words) && from[count]; count++)
			words[count] = (char *)(uintptr_t)from[count];
		status = when_parse_words(&c, WHEN_START, words, count, &used, &got, &e);
		if (i >= LEN(rows)) {
			assert_int_equal(status, -1);
			assert_int_equal(got, 77);
			continue;
		}
		assert_int_equal(status, 0);
		assert_int_equal(used, rows[i].used);
		assert_int_equal(got, rows[i].want + (rows[i].want < 0 ? c.now : 0));
	}
}

static void without_a_local_date_nothing_is_guessed(void **state)
{
	static const char *const words[] = {"now",        "recent",    "this-hour", "boot",
					    "today",      "yesterday", "this-week", "week-ago",
					    "this-month", "this-year", "10:30"};
	struct when_context here = utc();
	int64_t out = 77;
	struct err e;

	(void)state;
	here.to_local = no_local;
	for (size_t i = 0; i < LEN(words); i++) {
		assert_int_equal(when_parse(&here, WHEN_START, words[i], NULL, &out, &e), -1);
		assert_non_null(strstr(e.text, "has no local date"));
	}
	assert_int_equal(when_parse(&here, WHEN_END, "11/14/23", NULL, &out, &e), -1);
	assert_int_equal(out, 77);
}

static void the_day_asked_for_decides_about_daylight_saving(void **state)
{
	struct when_context c = utc();
	int64_t got;

	(void)state;
	assert_int_equal(setenv("TZ", "EST5EDT,M3.2.0,M11.1.0", 1), 0);
	tzset();
	c.to_local = when_to_local;
	c.from_local = when_from_local;
	assert_int_equal(when_parse(&c, WHEN_START, "07/01/23", NULL, &got, NULL), 0);
	assert_int_equal(got, INT64_C(1688184000)); /* 04:00 UTC */
	assert_int_equal(when_parse(&c, WHEN_START, "12/01/23", NULL, &got, NULL), 0);
	assert_int_equal(got, INT64_C(1701406800)); /* 05:00 UTC */
	assert_int_equal(when_parse(&c, WHEN_START, "this-month", NULL, &got, NULL), 0);
	assert_int_equal(got, INT64_C(1698811200)); /* 1 November, 04:00 UTC: still summer time */
	assert_int_equal(when_parse(&c, WHEN_END, "07/01/23", NULL, &got, NULL), 0);
	assert_int_equal(got, INT64_C(1688184000) + 8 * HOUR + 45 * 60 + 30);
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_dates_and_times_give_the_second_they_mean),
		cmocka_unit_test(iso_epoch_and_relative_times_give_their_second),
		cmocka_unit_test(what_is_no_time_is_refused_with_its_text_and_leaves_the_result),
		cmocka_unit_test(a_command_line_says_how_many_words_a_time_has),
		cmocka_unit_test(without_a_local_date_nothing_is_guessed),
		cmocka_unit_test(the_day_asked_for_decides_about_daylight_saving),
	};
	int failed;

	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	freelocale(c_locale);
	return failed;
}
