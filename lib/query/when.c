/*
 * Dates and times of a search window. A word or a date picks a day, a time of day moves
 * within it; the calendar is always asked again for the daylight saving of the day that
 * comes out, never told that of the present one.
 */
#include "query/when.h"

#include "query/when_more.h"

#include "base/near.h"

#include <stdio.h>
#include <string.h>

#define FIRST_YEAR     2004
#define RECENT_SECONDS 600
#define TIME_TEXT_MAX  64

/* What a time point is built from: a moment that stands as it is, or a day and a time in it. */
struct point {
	bool is_moment;
	int64_t moment;
	struct tm day; /* local; its time of day is used when none is given */
};

struct word {
	const char *name;
	int (*set)(const struct when_context *c, struct point *p, struct err *e);
};

bool when_to_local(int64_t seconds, struct tm *out)
{
	time_t t = seconds;

	return localtime_r(&t, out) != NULL;
}

bool when_from_local(const struct tm *local, int64_t *out)
{
	struct tm copy = *local;
	time_t t;

	copy.tm_wday = -1; /* mktime sets it when it succeeds: -1 is also a point in time */
	t = mktime(&copy);
	if (t == (time_t)-1 && copy.tm_wday == -1)
		return false;
	*out = t;
	return true;
}

static int local_now(const struct when_context *c, struct tm *out, struct err *e)
{
	if (!c->to_local(c->now, out))
		return err_set(e, "the present time has no local date");
	return 0;
}

/* Midnight of today, moved by whole days. */
static int set_day(const struct when_context *c, struct point *p, int days, struct err *e)
{
	if (local_now(c, &p->day, e) != 0)
		return -1;
	p->day.tm_hour = p->day.tm_min = p->day.tm_sec = 0;
	p->day.tm_mday += days;
	return 0;
}

static int set_moment(const struct when_context *c, struct point *p, int64_t moment, struct err *e)
{
	p->is_moment = true;
	p->moment = moment;
	if (!c->to_local(moment, &p->day))
		return err_set(e, "the time has no local date");
	return 0;
}

static int set_now(const struct when_context *c, struct point *p, struct err *e)
{
	return set_moment(c, p, c->now, e);
}

static int set_recent(const struct when_context *c, struct point *p, struct err *e)
{
	return set_moment(c, p, c->now - RECENT_SECONDS, e);
}

static int set_boot(const struct when_context *c, struct point *p, struct err *e)
{
	if (c->boot < 0)
		return err_set(e, "boot: it is not known when this machine started");
	return set_moment(c, p, c->boot, e);
}

static int set_this_hour(const struct when_context *c, struct point *p, struct err *e)
{
	if (local_now(c, &p->day, e) != 0)
		return -1;
	p->day.tm_min = p->day.tm_sec = 0;
	return 0;
}

static int set_today(const struct when_context *c, struct point *p, struct err *e)
{
	return set_day(c, p, 0, e);
}

static int set_yesterday(const struct when_context *c, struct point *p, struct err *e)
{
	return set_day(c, p, -1, e);
}

/* Weeks start on Sunday. */
static int set_this_week(const struct when_context *c, struct point *p, struct err *e)
{
	if (set_day(c, p, 0, e) != 0)
		return -1;
	p->day.tm_mday -= p->day.tm_wday;
	return 0;
}

static int set_week_ago(const struct when_context *c, struct point *p, struct err *e)
{
	return set_day(c, p, -7, e);
}

static int set_this_month(const struct when_context *c, struct point *p, struct err *e)
{
	if (set_day(c, p, 0, e) != 0)
		return -1;
	p->day.tm_mday = 1;
	return 0;
}

static int set_this_year(const struct when_context *c, struct point *p, struct err *e)
{
	if (set_this_month(c, p, e) != 0)
		return -1;
	p->day.tm_mon = 0;
	return 0;
}

static const struct word words[] = {
	{"now", set_now},
	{"recent", set_recent},
	{"this-hour", set_this_hour},
	{"boot", set_boot},
	{"today", set_today},
	{"yesterday", set_yesterday},
	{"this-week", set_this_week},
	{"week-ago", set_week_ago},
	{"this-month", set_this_month},
	{"this-year", set_this_year},
};

static const struct word *find_word(const char *text)
{
	for (size_t i = 0; i < LEN(words); i++)
		if (strcmp(words[i].name, text) == 0)
			return &words[i];
	return NULL;
}

/* What a date of this locale looks like, from a day that nobody can misread. */
static const char *sample_date(locale_t locale, char *out, size_t cap)
{
	struct tm day = {.tm_year = 123, .tm_mon = 10, .tm_mday = 30, .tm_wday = 4, .tm_yday = 333};

	return strftime_l(out, cap, "%x", &day, locale) ? out : "";
}

static int bad_date(const struct when_context *c, const char *text, struct err *e)
{
	struct near_best best = NEAR_INIT;
	char sample[64], hint[NEAR_HINT_BYTES];

	for (size_t i = 0; i < LEN(words); i++)
		near_consider(&best, sv_cstr(text), sv_cstr(words[i].name));
	if (best.name.n)
		return err_set(e, "unknown time \"%s\"%s", text, near_hint(&best, "", hint));
	return err_set(
		e,
		"invalid date \"%s\": write it like 2023-11-30 or %s (30 November 2023), or as "
		"a word such as today or week-ago",
		text, sample_date(c->locale, sample, sizeof(sample)));
}

static int set_date(const struct when_context *c, struct point *p, const char *text, struct err *e)
{
	struct tm day = {0};
	const char *rest = strptime_l(text, "%x", &day, c->locale);

	if (!rest || *rest)
		return bad_date(c, text, e);
	p->day = day;
	return 0;
}

/* Puts the time of day into *day. A text of at most five bytes lacks its seconds. */
static int set_time(const struct when_context *c, struct tm *day, const char *text, struct err *e)
{
	char full[TIME_TEXT_MAX];
	int n = snprintf(full, sizeof(full), strlen(text) <= 5 ? "%s:00" : "%s", text);
	const char *rest = NULL;

	if (n >= 0 && (size_t)n < sizeof(full))
		rest = strptime_l(full, "%X", day, c->locale);
	if (!rest || *rest)
		return err_set(e, "invalid time of day \"%s\": write it like 22:05 or 22:05:30",
			       text);
	return 0;
}

/* The time of day for a date or day that came without one. */
static int default_time(const struct when_context *c, struct point *p, struct err *e)
{
	struct tm now;

	if (local_now(c, &now, e) != 0)
		return -1;
	p->day.tm_hour = now.tm_hour;
	p->day.tm_min = now.tm_min;
	p->day.tm_sec = now.tm_sec;
	return 0;
}

static int finish(const struct when_context *c, struct point *p, int64_t *out, struct err *e)
{
	int64_t seconds;

	if (p->is_moment) {
		*out = p->moment;
		return 0;
	}
	if (p->day.tm_year + 1900 < FIRST_YEAR)
		return err_set(e, "the year %d is before audit: the first is %d",
			       p->day.tm_year + 1900, FIRST_YEAR);
	p->day.tm_isdst = -1;
	if (!c->from_local(&p->day, &seconds) || seconds < 0)
		return err_set(e, "there is no such local time");
	*out = seconds;
	return 0;
}

/* Sorts what was typed into date and time of day; NULL for what is missing. */
static void sort_parts(const char *first, const char *second, const char **date, const char **time)
{
	bool time_first = strchr(first, ':') != NULL;

	*date = time_first ? second : first;
	*time = time_first ? first : second;
}

int when_parse(const struct when_context *c, enum when_edge edge, const char *first,
	       const char *second, int64_t *out, struct err *e)
{
	struct point p = {0};
	const char *date, *time;
	const struct word *word;

	switch (when_more(c, edge, first, second, out, e)) {
	case WHEN_MORE_YES:
		return 0;
	case WHEN_MORE_ERROR:
		return -1;
	case WHEN_MORE_NO:
		break;
	}
	sort_parts(first, second, &date, &time);
	word = date ? find_word(date) : NULL;
	if (!date ? set_today(c, &p, e) : word ? word->set(c, &p, e) : set_date(c, &p, date, e))
		return -1;
	if (time) {
		p.is_moment = false;
		if (set_time(c, &p.day, time, e) != 0)
			return -1;
	} else if (edge == WHEN_END && word && word->set == set_today) {
		if (set_now(c, &p, e) != 0)
			return -1;
	} else if (edge == WHEN_END && !word) {
		if (default_time(c, &p, e) != 0)
			return -1;
	}
	return finish(c, &p, out, e);
}

/* How many words "3 days ago" and "3h ago" have; 0 when these are something else. */
static size_t words_ago(char *const argv[], size_t count)
{
	for (size_t n = 2; n <= 3 && n <= count && argv[n - 1][0] != '-'; n++)
		if (strcmp(argv[n - 1], "ago") == 0)
			return n;
	return 0;
}

int when_parse_words(const struct when_context *c, enum when_edge edge, char *const argv[],
		     size_t count, size_t *used, int64_t *out, struct err *e)
{
	const char *first = argv[0], *second = NULL;
	size_t ago = words_ago(argv, count);
	char text[TIME_TEXT_MAX];

	/* "-2h" is a time, "-k" another option. */
	if (first[0] == '-' && (first[1] < '0' || first[1] > '9'))
		return err_set(e, "a date or time is needed before option %s", first);
	if (ago) {
		int n = snprintf(text, sizeof(text), "%s%s%s ago", first, ago == 3 ? " " : "",
				 ago == 3 ? argv[1] : "");

		if (n < 0 || (size_t)n >= sizeof(text))
			return bad_date(c, first, e);
		first = text;
	} else if (count > 1 && argv[1][0] != '-') {
		second = argv[1];
	}
	*used = ago ? ago : second ? 2 : 1;
	return when_parse(c, edge, first, second, out, e);
}
