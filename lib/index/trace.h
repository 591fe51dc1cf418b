/*
 * Inside lib/index: what pieces hold, as numbers in the order of the text, and turned around: who holds a
 * thing. Things are the values of columns, and phrases, which hold values themselves.
 *
 *	struct trace t = {0};
 *	trace_piece(&t);			-- each piece
 *	trace_put(&t, trace_id(column, number));	-- what it holds; twice is as good as once
 *	... t.ids[trace_from(&t, piece) .. trace_from(&t, piece + 1)] ...
 *	if (t.failed) ...			-- no memory
 *	trace_release(&t);
 *
 *	struct trace_turned turned;
 *	if (!trace_turn(&t, counts, rows, &turned)) ...	-- no memory
 *	list = trace_rows_of(&turned, id, &n);	-- in the order of the pieces
 *	trace_turned_release(&turned);
 *
 * Written one behind the other, they cost no look at the values: that is left for the end, when it is done
 * for all of them.
 */
#ifndef AURUM_INDEX_TRACE_H
#define AURUM_INDEX_TRACE_H

#include "index/dictionary.h"

#define TRACE_COLUMN_SHIFT 25
#define TRACE_COLUMNS_MAX  (1u << (32 - TRACE_COLUMN_SHIFT))
#define TRACE_ROW_NONE     UINT32_MAX /* of a piece that is in no event */

_Static_assert(DICTIONARY_MAX <= UINT32_C(1) << TRACE_COLUMN_SHIFT, "numbers fit");

struct trace {
	uint32_t *ids, *from; /* from: where each piece's begin */
	size_t count, cap, pieces, pieces_cap;
	bool failed;
};

static inline uint32_t trace_id(size_t column, uint32_t number)
{
	return (uint32_t)column << TRACE_COLUMN_SHIFT | number;
}

static inline size_t trace_column(uint32_t id)
{
	return id >> TRACE_COLUMN_SHIFT;
}

static inline uint32_t trace_number(uint32_t id)
{
	return id & ((UINT32_C(1) << TRACE_COLUMN_SHIFT) - 1);
}

/* Where its ids begin; of the piece that comes next, where they will. */
static inline size_t trace_from(const struct trace *t, size_t piece)
{
	return piece < t->pieces ? t->from[piece] : t->count;
}

void trace_release(struct trace *t);
void trace_piece(struct trace *t);

/* Room for one more. */
bool trace_grow(struct trace *t);

static inline void trace_put(struct trace *t, uint32_t id)
{
	if (t->count < t->cap || trace_grow(t))
		t->ids[t->count++] = id;
}

/* Where its rows begin and end, and the last of them. */
struct trace_thing {
	uint32_t from, to, last;
};

struct trace_turned {
	uint32_t first[TRACE_COLUMNS_MAX]; /* of each column: its first thing's place in the list */
	struct trace_thing *things;
	uint32_t *rows;
};

/*
 * counts: of each of TRACE_COLUMNS_MAX columns, how many things it has; of 0, what the trace has of it is left
 * out. rows: of each piece. A thing does not have the same row twice in succession.
 */
MUST_CHECK bool trace_turn(const struct trace *t, const size_t *counts, const uint32_t *rows,
			   struct trace_turned *out);
void trace_turned_release(struct trace_turned *t);

static inline const uint32_t *trace_rows_of(const struct trace_turned *t, uint32_t id, size_t *n)
{
	const struct trace_thing *x = &t->things[t->first[trace_column(id)] + trace_number(id)];

	*n = x->to - x->from;
	return t->rows + x->from;
}

#endif
