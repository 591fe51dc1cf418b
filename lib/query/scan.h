/*
 * A search: lines of a cursor, joined into events, of which those that the query asks for go
 * to a function.
 *
 *	struct scan s = {.query = &q, .cursor = &cursor, .join = join, .found = print, .arg = out};
 *	if (scan_run(&s, &e) != 0) ...
 *
 * Records outside the query's window are left out before they are joined. A line that is no
 * record is told and passed over; everything around it is still found.
 */
#ifndef AURUM_QUERY_SCAN_H
#define AURUM_QUERY_SCAN_H

#include "log/cursor.h"
#include "query/query.h"

enum scan_next { SCAN_ON, SCAN_STOP };

struct scan {
	const struct query *query;
	struct cursor *cursor;
	struct join *join;
	/* An event that matches; valid only during the call. */
	enum scan_next (*found)(void *arg, const struct event *event);
	/* A line that is no record and not empty; may be NULL. */
	void (*malformed)(void *arg, struct sv line);
	void *arg;

	uint64_t matches, malformed_lines; /* filled in */
};

/*
 * Runs to the end of the input or until found() says SCAN_STOP: both give 0. -1 when the input
 * cannot be read; what was read before it has gone to found(). A pipe that pauses for the
 * cursor's idle time completes the events that are open.
 */
MUST_CHECK int scan_run(struct scan *s, struct err *e);

#endif
