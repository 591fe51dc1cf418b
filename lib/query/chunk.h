/*
 * Inside lib/query: some events of the log, one after another in their order, with copies of
 * their lines. One thread fills a chunk, any thread sorts out which events the query asks for, and
 * one hands them on.
 */
#ifndef AURUM_QUERY_CHUNK_H
#define AURUM_QUERY_CHUNK_H

#include "base/buf.h"
#include "query/plan.h"
#include "query/sift.h"
#include "record/join.h"

#define CHUNK_BYTES  ((size_t)128 << 10) /* a chunk is full when it has so much text, */
#define CHUNK_EVENTS 1024                /* or so many events */

/* From chunk.text[from] up to the next one's from, its lines, each with a newline. */
struct chunk_event {
	size_t from;
	struct stamp stamp;
	uint32_t source; /* where they begin */
	bool is_cut;     /* they stand in several files */
};

struct chunk {
	struct buf text;
	struct chunk_event *candidates;
	size_t candidate_count;
	struct record *records;
	size_t record_count, record_cap;
	struct event *events; /* those that match; chunk_sort() */
	size_t event_count;
	void *state; /* the caller's */
};

/* False when there is no memory. */
MUST_CHECK bool chunk_init(struct chunk *c);
void chunk_release(struct chunk *c);
void chunk_reset(struct chunk *c);

bool chunk_is_full(const struct chunk *c);

/* Starts a candidate with this stamp, whose lines begin in that file and stand in several if is_cut; they are put into c->text by the caller. */
void chunk_add(struct chunk *c, const struct stamp *stamp, uint32_t source, bool is_cut);

/*
 * Parses the candidates and keeps those that the scan looks for in c->events, which point into
 * the chunk. 0, or -1 when there is no memory.
 */
MUST_CHECK int chunk_sort(struct chunk *c, const struct plan *plan, struct sift *sift);

#endif
