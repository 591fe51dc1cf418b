/*
 * Inside lib/query: the lines of a block as pieces of events, of which only heads are looked at.
 *
 *	struct walk w;
 *	walk_init(&w);
 *	walk_reset(&w);
 *	if (walk_lines(&w, &plan, lines, at) != 0) ...
 *	for (i = 0; i < w.count; i++) join_put_piece(join, &w.heads[i].record, &w.heads[i].piece);
 *	walk_release(&w);
 */
#ifndef AURUM_QUERY_WALK_H
#define AURUM_QUERY_WALK_H

#include "query/plan.h"
#include "record/join.h"

struct walk_head {
	struct record record; /* record_head() of the piece's first line, and its type */
	struct join_piece piece;
};

struct walk {
	struct walk_head *heads;
	size_t count, cap;
	uint64_t *marks;
	size_t marks_cap;
	uint64_t malformed, too_long; /* lines since the reset */
};

void walk_init(struct walk *w);
void walk_release(struct walk *w);

/* Forgets the lines, keeps the memory. */
void walk_reset(struct walk *w);

/*
 * Adds whole lines, of which the last may lack its newline. Lines outside the query's window are
 * left out. Pieces count their bytes from `at`; heads point into the lines. 0, or -1 when
 * there is no memory.
 */
MUST_CHECK int walk_lines(struct walk *w, const struct plan *plan, struct sv lines, uint64_t at);

#endif
