/*
 * Inside lib/record: who waits, in the order of their stamps.
 *
 *	struct lineup l;
 *	lineup_init(&l, true);
 *	if (!lineup_add(&l, &ev->place)) ...		-- no memory; place.stamp is set before
 *	struct place *p = lineup_first(&l);		-- the lowest stamp, NULL when nobody waits
 *	lineup_remove(&l, p);
 *	lineup_release(&l);
 *
 * Of equal stamps the lower slot goes first: the lowest number that nobody had on arrival.
 *
 *	row	stamps that only rise: whoever arrives with a stamp above the last one's, or nearly,
 *		goes here. O(1) to add, to see and to remove the first.
 *	heap	the others: late ones, and those with a stamp that is in the row. O(log n).
 *
 * A log whose clock runs forward only has a row.
 */
#ifndef AURUM_RECORD_LINEUP_H
#define AURUM_RECORD_LINEUP_H

#include "record/record.h"
#include "record/slots.h"

/* Part of what waits. */
struct place {
	struct stamp stamp;
	uint32_t slot;
	bool in_row;
	size_t heap_at; /* unless in_row */
};

struct lineup {
	struct slots slots;
	bool has_row;
	struct place **row; /* a ring: row[(row_first + i) % row_cap], i < row_count */
	size_t row_first, row_count, row_cap;
	struct place **heap;
	size_t heap_count, heap_cap;
};

/* Without a row anybody may be removed, else only the first, and those not in the row. */
void lineup_init(struct lineup *l, bool with_row);
void lineup_release(struct lineup *l);

/* False when there is no memory. */
MUST_CHECK bool lineup_add(struct lineup *l, struct place *p);
void lineup_remove(struct lineup *l, struct place *p);

/* The one of the row that has this stamp, or NULL. O(log n), O(1) near the end. */
struct place *lineup_in_row(const struct lineup *l, const struct stamp *stamp);

/* The i-th, in no order, for walks over all of them. */
static inline struct place *lineup_at(const struct lineup *l, size_t i)
{
	return i < l->heap_count ? l->heap[i]
				 : l->row[(l->row_first + i - l->heap_count) & (l->row_cap - 1)];
}

static inline size_t lineup_count(const struct lineup *l)
{
	return l->row_count + l->heap_count;
}

static inline bool place_before(const struct place *a, const struct place *b)
{
	int order = stamp_cmp(&a->stamp, &b->stamp);

	return order < 0 || (order == 0 && a->slot < b->slot);
}

static inline struct place *lineup_first(const struct lineup *l)
{
	struct place *first = l->row_count ? l->row[l->row_first] : NULL;

	if (l->heap_count && (!first || place_before(l->heap[0], first)))
		return l->heap[0];
	return first;
}

#endif
