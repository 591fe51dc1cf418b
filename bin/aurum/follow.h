/*
 * aurum follow: its parts.
 *
 *	follow.c       options, and where the log is
 *	follow_live.c  lines of a log that grows to events, as they come
 *	follow_tail.c  where it begins: what was begun before, and the last events
 *	follow_print.c asks the question of events, and prints those that fit
 */
#ifndef AURUM_BIN_AURUM_FOLLOW_H
#define AURUM_BIN_AURUM_FOLLOW_H

#include "aurum/search_make.h"
#include "common/question.h"

#define FOLLOW_LAST_MAX 1000000

struct follow_request {
	struct search_request search; /* query, format, columns, limit, log */
	uint64_t last;
};

/* ---- follow_print.c ---- */

struct printer {
	const struct follow_request *request;
	struct question question;
	struct question_asker *asker;
	struct making making;
	struct parts parts;
	struct part *part; /* what is not written yet; NULL: nothing */
	struct names *names;
	uint64_t printed;
	struct err error;
	bool failed;
	bool is_broken; /* nobody reads standard output any more */
	bool is_full;   /* --limit reached */
};

/* Tells what is wrong with the query itself: -1 then, and nothing is held. */
MUST_CHECK int printer_init(struct printer *p, const struct follow_request *request,
			    const struct present *present);
void printer_release(struct printer *p);

/* Whether the event is one that is asked for. */
bool printer_wants(struct printer *p, const struct event *event);
/* Takes an event that is; it is written with the next flush. */
void printer_put(struct printer *p, const struct event *event);
/* True while there is somebody to print for and more to print. */
bool printer_flush(struct printer *p);

/* ---- follow_live.c ---- */

/*
 * Prints what comes until nobody wants more: 0; -1 with the sentence. path is absolute; timeout_s is
 * how long events stay open.
 */
MUST_CHECK int follow_log(const char *path, int64_t timeout_s, struct printer *p, struct err *e);

/* ---- follow_tail.c ---- */

struct follow;

/*
 * Puts the live stream to the log's end. Lines shortly before it are joined, so that an event that
 * was begun there comes out whole; events that were complete there are not live. With --last the
 * last ones of them are printed.
 */
MUST_CHECK int follow_begin(struct follow *f, struct join *live, struct printer *p,
			    int64_t timeout_s, struct err *e);

/* A record, if the line is one. */
MUST_CHECK int follow_put_line(struct join *live, struct sv line, uint64_t *malformed);

#endif
