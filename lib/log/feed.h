/*
 * A log that is handed to a reader through a pipe, at the reader's own pace and from where it left
 * off: one for each plugin of the daemon.
 *
 *	struct feed f;
 *	if (feed_init(&f, log, spool, framing, &e) != 0) ...
 *	follow_from_position(&f.log, &saved);
 *	feed_attach(&f, fd);			-- the writing end of its pipe, nonblocking
 *	switch (feed_pump(&f, &e)) ...		-- a bounded turn; see enum feed_status
 *	feed_settle(&f);			-- now and then: what has been read
 *	follow_position(&f.log, f.read.log, &p) -- what to save
 *	feed_detach(&f);			-- the reader is gone: what it had not read comes again
 *	feed_release(&f);
 *
 * There are two sources: the log, and a spool for what is not written to the log. A source is read
 * to its end before the other gets a turn, the log first.
 *
 * What is guaranteed. Each line that stays in the files until it is read here is given to the
 * pipe, in order. A line counts as read when the reader has taken its last byte out of the pipe
 * (FIONREAD), not when a write into the pipe succeeded:
 * - the reader ends or dies: the next one starts with the first line that was not wholly read. No
 *   line is missing, none but one that was read in part comes twice. What a reader had taken and
 *   not yet used is its own business.
 * - this process dies: the next one starts at the position that was saved last. What was read
 *   since, and what was in the pipe if the old reader took it, comes twice; nothing is missing.
 *
 * Memory: follow's block for each source in use, and a framed one. Nothing here waits.
 */
#ifndef AURUM_LOG_FEED_H
#define AURUM_LOG_FEED_H

#include "base/buf.h"
#include "log/follow.h"
#include "log/framing.h"

#define FEED_PIPE ((size_t)256 << 10) /* asked for: some 1200 records */

enum feed_status {
	FEED_IDLE,   /* everything there is has been given to the pipe */
	FEED_MORE,   /* call again; others may have their turn first */
	FEED_FULL,   /* the pipe takes no more: wait until it can be written */
	FEED_CLOSED, /* nobody reads the pipe any more, or there is none */
	FEED_GAP,    /* lines are gone that were not read: *f.gap; then call again */
	FEED_FAILED, /* *e says why; nothing is skipped, a later call tries again */
};

/* A byte of each source's stream (struct follow): the next one. */
struct feed_place {
	uint64_t log, spool;
};

struct feed_mark; /* the end of a line in the pipe */

struct feed {
	struct follow log, spool;
	struct framing framing;
	bool spool_may_grow;          /* else it is not looked at; the caller's */
	struct feed_place read;       /* as of feed_settle() */
	uint64_t delivered;           /* lines read, as of feed_settle() */
	const struct follow_gap *gap; /* valid after FEED_GAP */
	/* private */
	int pipe;
	bool in_spool;
	struct buf framed; /* of one block, of which the first framed_at are in the pipe */
	size_t framed_at;
	uint64_t put, ahead; /* bytes that were put into this pipe, and with the rest of framed */
	struct feed_mark *marks;
	size_t marks_cap, marks_first, marks_count; /* a ring */
};

/* Both paths are copied. -1: no memory, or a path is too long; needs no release. */
MUST_CHECK int feed_init(struct feed *f, const char *log, const char *spool, struct framing framing,
			 struct err *e);
void feed_release(struct feed *f); /* closes the pipe */

/* Takes the writing end, which does not block, and enlarges the pipe. */
void feed_attach(struct feed *f, int pipe);
/* Settles, closes the pipe, and goes back to what was not read. */
void feed_detach(struct feed *f);
bool feed_is_attached(const struct feed *f);
/* For waiting on; -1: none. */
int feed_descriptor(const struct feed *f);

/* The log is another one from now on, from its oldest file's start; nothing may be under way. */
MUST_CHECK int feed_move(struct feed *f, const char *log, struct err *e);

MUST_CHECK enum feed_status feed_pump(struct feed *f, struct err *e);

/* Finds out how much of the pipe has been read. Costs one system call, none when all has. */
void feed_settle(struct feed *f);
/* Lines in the pipe or on the way into it, as of feed_settle(). */
size_t feed_under_way(const struct feed *f);

#endif
