/* ISO 8601, epoch seconds and relative times. */
#include "query/when_more.h"

#include "base/num.h"

#include <stdio.h>
#include <string.h>

#define EPOCH_DIGITS_MIN 8 /* fewer digits are a mistyped date */
#define TEXT_MAX         64

struct iso {
	struct tm tm;
	bool has_time, has_zone;
	int64_t east_s; /* of Greenwich */
};

/* Exactly n digits from the front of *rest, within the range. */
static bool digits(struct sv *rest, size_t n, uint64_t min, uint64_t max, int *out)
{
	uint64_t number;

	if (rest->n < n || !num_range(sv_head(*rest, n), min, max, &number))
		return false;
	*rest = sv_from(*rest, n);
	*out = (int)number;
	return true;
}

static bool take(struct sv *rest, char c)
{
	if (rest->n == 0 || rest->p[0] != c)
		return false;
	*rest = sv_from(*rest, 1);
	return true;
}

/* "22:13", "22:13:20", "22:13:20.5" */
static bool take_time(struct sv *rest, struct iso *iso)
{
	iso->has_time = true;
	if (!digits(rest, 2, 0, 23, &iso->tm.tm_hour) || !take(rest, ':') ||
	    !digits(rest, 2, 0, 59, &iso->tm.tm_min))
		return false;
	if (!take(rest, ':'))
		return true;
	if (!digits(rest, 2, 0, 60, &iso->tm.tm_sec))
		return false;
	if (take(rest, '.') || take(rest, ',')) {
		size_t n = 0;

		while (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9')
			n++;
		*rest = sv_from(*rest, n);
		return n > 0;
	}
	return true;
}

/* "", "Z", "+05", "+0530", "+05:30" */
static bool take_zone(struct sv *rest, struct iso *iso)
{
	int hours, minutes = 0;
	bool west;

	if (rest->n == 0)
		return true;
	iso->has_zone = true;
	if (take(rest, 'Z') || take(rest, 'z'))
		return true;
	west = take(rest, '-');
	if ((!west && !take(rest, '+')) || !digits(rest, 2, 0, 23, &hours))
		return false;
	(void)take(rest, ':');
	if (rest->n && !digits(rest, 2, 0, 59, &minutes))
		return false;
	iso->east_s = (west ? -1 : 1) * ((int64_t)hours * 3600 + (int64_t)minutes * 60);
	return true;
}

static bool parse_iso(struct sv text, struct iso *out)
{
	struct iso iso = {.tm = {.tm_isdst = -1}};

	if (!digits(&text, 4, 1970, 9999, &iso.tm.tm_year) || !take(&text, '-') ||
	    !digits(&text, 2, 1, 12, &iso.tm.tm_mon) || !take(&text, '-') ||
	    !digits(&text, 2, 1, 31, &iso.tm.tm_mday))
		return false;
	iso.tm.tm_year -= 1900;
	iso.tm.tm_mon--;
	if (text.n && ((!take(&text, 'T') && !take(&text, 't') && !take(&text, ' ')) ||
		       !take_time(&text, &iso) || !take_zone(&text, &iso)))
		return false;
	*out = iso;
	return text.n == 0;
}

/* A month has no 31st: what comes back is another day. */
static bool is_real(struct iso *iso)
{
	struct tm day = {.tm_year = iso->tm.tm_year,
			 .tm_mon = iso->tm.tm_mon,
			 .tm_mday = iso->tm.tm_mday,
			 .tm_hour = 12};

	return timegm(&day) != -1 && day.tm_mon == iso->tm.tm_mon;
}

static enum when_more from_iso(const struct when_context *c, enum when_edge edge, struct iso *iso,
			       int64_t *out, struct err *e)
{
	if (!is_real(iso)) {
		(void)err_set(e, "there is no such day");
		return WHEN_MORE_ERROR;
	}
	if (!iso->has_time && edge == WHEN_END) {
		iso->tm.tm_hour = 23;
		iso->tm.tm_min = iso->tm.tm_sec = 59;
	}
	if (iso->has_zone) {
		*out = (int64_t)timegm(&iso->tm) - iso->east_s;
		return WHEN_MORE_YES;
	}
	if (c->from_local(&iso->tm, out))
		return WHEN_MORE_YES;
	(void)err_set(e, "there is no such local time");
	return WHEN_MORE_ERROR;
}

/* ---- before now ---- */

static bool unit_seconds(struct sv word, int64_t *out)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = {
		{"s", 1},        {"sec", 1},       {"secs", 1},       {"second", 1},
		{"seconds", 1},  {"m", 60},        {"min", 60},       {"mins", 60},
		{"minute", 60},  {"minutes", 60},  {"h", 3600},       {"hour", 3600},
		{"hours", 3600}, {"d", 86400},     {"day", 86400},    {"days", 86400},
		{"w", 604800},   {"week", 604800}, {"weeks", 604800},
	};

	for (size_t i = 0; i < LEN(units); i++)
		if (sv_eq(sv_cstr(units[i].name), word)) {
			*out = units[i].seconds;
			return true;
		}
	return false;
}

/* "-2h", "2h ago", "2 hours ago" */
static bool parse_ago(struct sv text, int64_t *seconds)
{
	bool minus = take(&text, '-'), ago = sv_ends(text, SV(" ago"));
	int64_t unit;
	uint64_t count;
	size_t n = 0;

	if (minus == ago)
		return false;
	if (ago)
		text.n -= SV(" ago").n;
	while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
		n++;
	return num_range(sv_head(text, n), 0, INT32_MAX, &count) &&
	       unit_seconds(sv_trim(sv_from(text, n)), &unit) &&
	       !__builtin_mul_overflow((int64_t)count, unit, seconds);
}

/* "@1700000000" or the number alone. */
static bool parse_epoch(struct sv text, int64_t *out)
{
	bool marked = take(&text, '@');
	uint64_t number;

	if ((!marked && text.n < EPOCH_DIGITS_MIN) || !num_range(text, 0, INT64_MAX / 2, &number))
		return false;
	*out = (int64_t)number;
	return true;
}

/* Dates that the locale writes like this are read as the reference reads them. */
static bool is_locale_date(const struct when_context *c, const char *text)
{
	struct tm day = {0};
	const char *rest = strptime_l(text, "%x", &day, c->locale);

	return rest && *rest == '\0';
}

/* Starts as a date of ISO 8601 does, whatever comes behind. */
static bool is_meant_as_iso(struct sv text)
{
	int year;

	return digits(&text, 4, 0, 9999, &year) && take(&text, '-');
}

enum when_more when_more(const struct when_context *c, enum when_edge edge, const char *first,
			 const char *second, int64_t *out, struct err *e)
{
	char both[TEXT_MAX];
	struct iso iso;
	int64_t ago;
	int n;

	if (second && strchr(first, ':') && is_meant_as_iso(sv_cstr(second))) {
		const char *time = first;

		first = second;
		second = time;
	}
	if (is_locale_date(c, first))
		return WHEN_MORE_NO;
	if (!second && parse_epoch(sv_cstr(first), out))
		return WHEN_MORE_YES;
	if (!second && parse_ago(sv_cstr(first), &ago)) {
		*out = c->now > ago ? c->now - ago : 0;
		return WHEN_MORE_YES;
	}
	if (!is_meant_as_iso(sv_cstr(first)))
		return WHEN_MORE_NO;
	n = snprintf(both, sizeof(both), "%s%s%s", first, second ? "T" : "", second ? second : "");
	if (n >= 0 && (size_t)n < sizeof(both) && parse_iso(sv_cstr(both), &iso))
		return from_iso(c, edge, &iso, out, e);
	(void)err_set(e,
		      "invalid time \"%s%s%s\": write it like 2023-11-30, 2023-11-30T22:05 or "
		      "2023-11-30T22:05:30",
		      first, second ? " " : "", second ? second : "");
	return WHEN_MORE_ERROR;
}
