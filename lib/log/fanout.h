/*
 * One stream of records for many takers, each at its own pace, in one bounded piece of memory.
 *
 *	         tail                                     head
 *	 ---------|----------|------|--------------|--------|
 *	              ^taker 1                  ^taker 2
 *
 *	struct fanout *f = fanout_new(512, &e);
 *	struct fanout_taker *t = fanout_join(f);
 *	fanout_put(f, line);
 *	n = fanout_view(t, parts);	-- what t has not taken, in one to three pieces
 *	fanout_taken(t, writev(fd, parts, n));
 *	fanout_leave(t);
 *	fanout_free(f);
 *
 * The last `depth` records are kept, or fewer when they are long. A new one pushes out the oldest;
 * a taker that has not begun with that one has lost it, which is counted for this taker alone. A
 * record that has been taken in part is always kept to its end: takers get whole records.
 */
#ifndef AURUM_LOG_FANOUT_H
#define AURUM_LOG_FANOUT_H

#include "base/err.h"
#include "base/sv.h"

#include <stdint.h>
#include <sys/uio.h>

#define FANOUT_DEPTH_MAX  65536
#define FANOUT_RECORD_MAX (72u << 10)
#define FANOUT_BYTES_EACH 4096u /* of room for each record of the depth; most are far shorter */
#define FANOUT_PARTS      3

struct fanout;

struct fanout_taker {
	struct fanout *fanout;
	struct fanout_taker *next;
	uint64_t sequence; /* of the record that it takes next, or is in the middle of */
	uint64_t at;       /* byte of the stream that it takes next */
	char *rest;        /* of a record that was pushed out: bytes [rest_at, rest_end) */
	size_t rest_at, rest_end;
	uint64_t taken, lost; /* records */
};

/* depth from 1 to FANOUT_DEPTH_MAX. NULL, with a sentence, when there is no memory. */
struct fanout *fanout_new(size_t depth, struct err *e);
void fanout_free(struct fanout *f); /* and its takers */

/* A taker of all that is put from now on; NULL when there is no memory. */
struct fanout_taker *fanout_join(struct fanout *f);
void fanout_leave(struct fanout_taker *t);

/*
 * Puts a record of 1 to FANOUT_RECORD_MAX bytes. Without takers nothing is kept. False when it has
 * another length, or when there is no memory for what a taker is in the middle of: nothing is put
 * then.
 */
MUST_CHECK bool fanout_put(struct fanout *f, struct sv record);

/* What the taker has not taken, oldest first: the number of parts, 0 when there is nothing. */
int fanout_view(const struct fanout_taker *t, struct iovec parts[FANOUT_PARTS]);
/* The first so many bytes of that have been taken. */
void fanout_taken(struct fanout_taker *t, size_t n);

/* Records that wait for this taker, the one it is in the middle of included. */
size_t fanout_waiting(const struct fanout_taker *t);

#endif
