/* Turning it around is a sort by counting: twice over the trace, and never back. */
#include "index/trace.h"

#include <stdlib.h>

#define FIRST_CAP 4096

void trace_release(struct trace *t)
{
	free(t->ids);
	free(t->from);
	*t = (struct trace){0};
}

/* The list with twice the room, or NULL, and the trace has failed. */
static uint32_t *widen(struct trace *t, uint32_t *list, size_t *cap)
{
	size_t more = *cap ? *cap * 2 : FIRST_CAP;
	uint32_t *grown = *cap < UINT32_MAX / 2 ? reallocarray(list, more, sizeof(*list)) : NULL;

	if (grown)
		*cap = more;
	else
		t->failed = true;
	return grown;
}

bool trace_grow(struct trace *t)
{
	uint32_t *grown = widen(t, t->ids, &t->cap);

	if (grown)
		t->ids = grown;
	return grown;
}

void trace_piece(struct trace *t)
{
	if (t->pieces == t->pieces_cap) {
		uint32_t *grown = widen(t, t->from, &t->pieces_cap);

		if (!grown)
			return;
		t->from = grown;
	}
	t->from[t->pieces++] = (uint32_t)t->count;
}

/* ---- turned around ---- */

/* The first thing stands for all of the columns that are left out. */
static struct trace_thing *thing_of(const struct trace_turned *t, uint32_t id)
{
	uint32_t first = t->first[trace_column(id)];

	return &t->things[first ? first + trace_number(id) : 0];
}

/* Where each thing's rows begin, if they are all different. */
static void find_starts(const struct trace *t, size_t things, struct trace_turned *out)
{
	uint32_t at = 0;

	for (size_t i = 0; i < t->count; i++)
		thing_of(out, t->ids[i])->to++;
	for (size_t i = 0; i < things; i++) {
		uint32_t n = out->things[i].to;

		out->things[i] = (struct trace_thing){at, at, TRACE_ROW_NONE};
		at += n;
	}
}

static void add_row(struct trace_turned *t, uint32_t id, uint32_t row)
{
	struct trace_thing *x = thing_of(t, id);

	if (x->last == row)
		return;
	x->last = row;
	t->rows[x->to++] = row;
}

static void fill(const struct trace *t, const uint32_t *rows, struct trace_turned *out)
{
	for (size_t piece = 0; piece < t->pieces; piece++) {
		size_t end = trace_from(t, piece + 1);

		if (rows[piece] != TRACE_ROW_NONE)
			for (size_t i = t->from[piece]; i < end; i++)
				add_row(out, t->ids[i], rows[piece]);
	}
}

bool trace_turn(const struct trace *t, const size_t *counts, const uint32_t *rows,
		struct trace_turned *out)
{
	size_t things = 1;

	*out = (struct trace_turned){0};
	for (size_t i = 0; i < TRACE_COLUMNS_MAX; i++) {
		out->first[i] = counts[i] ? (uint32_t)things : 0;
		things += counts[i];
	}
	out->things = calloc(things, sizeof(*out->things));
	out->rows = reallocarray(NULL, t->count + 1, sizeof(*out->rows));
	if (!out->things || !out->rows || things > UINT32_MAX) {
		trace_turned_release(out);
		return false;
	}
	find_starts(t, things, out);
	fill(t, rows, out);
	return true;
}

void trace_turned_release(struct trace_turned *t)
{
	free(t->things);
	free(t->rows);
	*t = (struct trace_turned){0};
}
