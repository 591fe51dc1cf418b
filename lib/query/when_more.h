/*
 * Points in time that the reference does not know: ISO 8601, seconds since 1970, and times
 * before now. Private to when.c.
 *
 *	2023-11-14	2023-11-14T22:13	2023-11-14T22:13:20.5Z	2023-11-14T22:13:20+05:30
 *	@1700000000	1700000000
 *	-2h	"90 min ago"	"3 days ago"
 *
 * Units are s, m, h, d, w and their words; a day is 24 hours. A fraction of a second is read and
 * left out. Without a zone the process's one is meant.
 */
#ifndef AURUM_QUERY_WHEN_MORE_H
#define AURUM_QUERY_WHEN_MORE_H

#include "query/when.h"

enum when_more {
	WHEN_MORE_NO,    /* not one of these: *out is untouched */
	WHEN_MORE_YES,   /* *out is set */
	WHEN_MORE_ERROR, /* it is, but there is no such time */
};

/* second is NULL or the time of day for a date. */
MUST_CHECK enum when_more when_more(const struct when_context *c, enum when_edge edge,
				    const char *first, const char *second, int64_t *out,
				    struct err *e);

#endif
