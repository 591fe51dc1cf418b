/*
 * The program that gets what passes the filter, on its standard input, and the lines that are on
 * their way there.
 *
 *	queue:  |..... taken by it .....|.... in the pipe ....|.... not yet written ....|
 *	        ^ forgotten from time to time                  ^ written
 *
 * Only whole lines count as taken. When the program ends, its successor gets all lines that its
 * predecessor had not read to their end.
 */
#ifndef AURUM_BIN_FILTER_CHILD_H
#define AURUM_BIN_FILTER_CHILD_H

#include "audisp-filter/keeper.h"
#include "base/buf.h"
#include "common/plugin.h"

#define CHILD_QUEUE_MAX  ((size_t)64 << 20)  /* more than all events that can be open */
#define CHILD_QUEUE_FULL ((size_t)256 << 10) /* of what is not yet written: read no more input */

struct child {
	struct plugin *plugin;
	struct keeper *keeper;
	const char *name; /* of the program */
	bool is_running;
	int fd; /* the pipe's end to write to; -1: none */
	struct buf queue;
	size_t written;
	unsigned starts;     /* in a row, each soon after the other */
	int64_t started_ms;  /* the last one */
	int64_t start_at_ms; /* the next one, when none runs */
	int64_t deaf_ms;     /* since when it does not read, though it runs; 0: it does */
	uint64_t dropped;    /* lines that found no room */
};

/* Pointers are kept. -1 with the sentence when it cannot be started; release is due either way. */
MUST_CHECK int child_start(struct child *c, struct plugin *p, struct keeper *k, const char *name,
			   struct err *e);

/* Lets it read what there is, waits for its end, and asks for that when it takes too long. */
void child_stop(struct child *c);
void child_release(struct child *c);

/* Puts a line and its newline behind what is queued. */
void child_put(struct child *c, struct sv line);

/* Whether what is queued is so much that there is to be no more of it for now. */
bool child_is_full(const struct child *c);

/* Whether there is something to write to its pipe, and it reads. */
bool child_wants(const struct child *c);
/* Writes what the pipe takes. */
void child_serve(struct child *c);

/*
 * When the keeper has something to tell, or child_next_look() has come: starts it again when it
 * runs no more and there is something for it. -1 when it ends again and again, or cannot be
 * started.
 */
MUST_CHECK int child_look(struct child *c, struct err *e);
/* By clock_ms(); INT64_MAX: not before that. */
int64_t child_next_look(const struct child *c);

#endif
