/*
 * Inside lib/query: looking through compressed files for bytes that every hit holds, where no index tells
 * which frames have them, before anything is made of their lines.
 *
 *	struct sieve *v = sieve_new(&plan, prune, cursor);	-- NULL: there is nothing to look through
 *	while (!sieve_is_through(v, source)) {			-- before a source is read
 *		if (sieve_next(v, source, &job)) ...		-- under the engine's lock
 *		sieve_look(v, &tools, &job);			-- any thread, each with tools of its own
 *		if (sieve_end(v, &job, &found)) ...		-- under the lock
 *	}
 *
 * To unpack a frame and to look for a text in it is cheap; to find its lines, their heads and their events
 * costs half as much again. A frame with a hit is unpacked twice, so a file in which hits are not rare is not
 * looked through: that shows in its first frames.
 */
#ifndef AURUM_QUERY_SIEVE_H
#define AURUM_QUERY_SIEVE_H

#include "query/plan.h"
#include "query/prune.h"

#define SIEVE_FRAMES 8 /* of a job */

struct sieve;

/* Frames of a source that are looked through at one go, and what was found there. */
struct sieve_job {
	size_t source, first, count;
	unsigned char hits[SIEVE_FRAMES]; /* enum prune_hit */
};

/* Of each thread. */
struct sieve_tools {
	struct segment_unpacker *unpacker;
	char *text;
	uint64_t *marks;
};

/* What they point to has to stay. NULL also where there is no memory for it: files are then read whole. */
struct sieve *sieve_new(const struct plan *plan, struct prune *prune, const struct cursor *cursor);
void sieve_free(struct sieve *v); /* NULL is fine */

/* True when the source can be read: nothing changes of it any more, or it cannot be looked through. */
bool sieve_is_through(struct sieve *v, size_t source);

/* The next frames to look at, of this source or the one after it. False: none at the moment. */
MUST_CHECK bool sieve_next(struct sieve *v, size_t source, struct sieve_job *out);

/* What cannot be had is read as well: that will tell of it. */
void sieve_look(const struct sieve *v, struct sieve_tools *tools, struct sieve_job *job);

/* 1: that source is through, and less is read of it (prune_sieve()); 0; -1: no memory. */
MUST_CHECK int sieve_end(struct sieve *v, const struct sieve_job *job, struct prune_lines *lines);

void sieve_tools_release(struct sieve_tools *tools);

#endif
