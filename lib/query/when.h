/*
 * Points in time as people type them after -ts and -te: a date, a time of day, both, or a
 * word (now, recent, this-hour, boot, today, yesterday, this-week, week-ago, this-month,
 * this-year).
 *
 *	struct when_context here = {.now = time(NULL), .boot = -1, .locale = locale,
 *				    .to_local = when_to_local, .from_local = when_from_local};
 *	if (when_parse(&here, WHEN_START, "yesterday", "10:30", &start, &e) != 0) ...
 *
 * Dates are read as the locale writes them (%x: "11/30/23" in the C locale), times of day
 * as %X; a time without its seconds, or with single digits, will do. The present, the time
 * zone and the locale are parameters: a test needs neither a clock nor an environment.
 *
 * Beyond the reference: ISO 8601 (2023-11-14T22:13:20Z), seconds since 1970 (@1700000000) and
 * times before now (-2h, "3 days ago"); query/when_more.h has their forms.
 */
#ifndef AURUM_QUERY_WHEN_H
#define AURUM_QUERY_WHEN_H

#include "base/err.h"

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Seconds since 1970 to the broken-down time of the zone and back; false when that cannot be. */
typedef bool (*when_to_local_fn)(int64_t seconds, struct tm *out);
typedef bool (*when_from_local_fn)(const struct tm *local, int64_t *out);

struct when_context {
	int64_t now;
	int64_t boot; /* when the machine started; < 0 when that is not known */
	locale_t locale;
	when_to_local_fn to_local;
	when_from_local_fn from_local;
};

/* The process's own zone. */
bool when_to_local(int64_t seconds, struct tm *out);
bool when_from_local(const struct tm *local, int64_t *out);

enum when_edge { WHEN_START, WHEN_END };

/*
 * first is a date, a time (it has a ':') or a word; second is NULL or the other of the two,
 * in either order. What is left out:
 *	no date		today
 *	no time		midnight; for WHEN_END after a date: the present time of day, and
 *			after "today": now
 * The words now, recent (ten minutes ago) and boot are moments, not days. Nothing before
 * 2004 is taken: audit did not exist.
 */
MUST_CHECK int when_parse(const struct when_context *c, enum when_edge edge, const char *first,
			  const char *second, int64_t *out, struct err *e);

/*
 * The same, from the words of a command line behind -ts or -te: one, a second one unless it is an
 * option, or as many as "3 days ago" has. *used of the count words were read; count > 0.
 */
MUST_CHECK int when_parse_words(const struct when_context *c, enum when_edge edge,
				char *const argv[], size_t count, size_t *used, int64_t *out,
				struct err *e);

#endif
