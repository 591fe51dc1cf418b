/*
 * Inside lib/query: the lines of a block as pieces of events, of which only heads are looked at.
 *
 *	struct heads h;
 *	heads_init(&h);
 *	heads_reset(&h);
 *	if (heads_read(&h, &plan, lines, at) != 0) ...
 *	for (i = 0; i < h.count; i++) join_put_piece(join, &h.list[i].record, &h.list[i].piece);
 *	heads_release(&h);
 */
#ifndef AURUM_QUERY_HEADS_H
#define AURUM_QUERY_HEADS_H

#include "query/plan.h"
#include "record/join.h"

struct head {
	struct record record; /* record_head() of the piece's first line, and its type */
	struct join_piece piece;
};

struct heads {
	struct head *list;
	size_t count, cap;
	uint64_t *marks;
	size_t marks_cap;
	uint64_t malformed, too_long; /* lines since the reset */
	bool has_first;
	struct stamp first; /* of the first record since the reset, in the window or not */
};

void heads_init(struct heads *h);
void heads_release(struct heads *h);

/* Forgets the lines, keeps the memory. */
void heads_reset(struct heads *h);

/*
 * Adds whole lines, of which the last may lack its newline. Lines outside the query's window are
 * left out unless plan->any_time. Pieces count their bytes from `at`; heads point into the lines. 0, or -1 when
 * there is no memory.
 */
MUST_CHECK int heads_read(struct heads *h, const struct plan *plan, struct sv lines, uint64_t at);

#endif
