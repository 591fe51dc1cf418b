/* The row is a ring that grows by doubling, the heap a binary one. */
#include "record/lineup.h"

#include <assert.h>
#include <stdlib.h>

#define FIRST_CAP 64 /* a power of two */
#define NEAR      16 /* so many of the row step aside for one that is a little late */

void lineup_init(struct lineup *l, bool with_row)
{
	*l = (struct lineup){.has_row = with_row};
}

void lineup_release(struct lineup *l)
{
	slots_release(&l->slots);
	free(l->row);
	free(l->heap);
	lineup_init(l, l->has_row);
}

/* ---- the row ---- */

static struct place **row_at(const struct lineup *l, size_t i)
{
	return &l->row[(l->row_first + i) & (l->row_cap - 1)];
}

static bool row_grow(struct lineup *l)
{
	size_t cap = l->row_cap ? l->row_cap * 2 : FIRST_CAP;
	struct place **grown;

	if (l->row_count < l->row_cap)
		return true;
	grown = reallocarray(NULL, cap, sizeof(struct place *));
	if (!grown)
		return false;
	for (size_t i = 0; i < l->row_count; i++)
		grown[i] = *row_at(l, i);
	free(l->row);
	l->row = grown;
	l->row_cap = cap;
	l->row_first = 0;
	return true;
}

/*
 * How many of the row's last ones are above the stamp; false when these are too many to step
 * aside, or when somebody has the very stamp.
 */
static bool row_has_room(const struct lineup *l, const struct stamp *stamp, size_t *above)
{
	for (size_t n = 0; n <= NEAR; n++) {
		int order = n < l->row_count
				    ? stamp_cmp(stamp, &(*row_at(l, l->row_count - 1 - n))->stamp)
				    : 1;

		*above = n;
		if (order >= 0)
			return order > 0;
	}
	return false;
}

static bool row_add(struct lineup *l, struct place *p, size_t above)
{
	size_t i = l->row_count;

	if (!row_grow(l))
		return false;
	for (; above; above--, i--)
		*row_at(l, i) = *row_at(l, i - 1);
	*row_at(l, i) = p;
	l->row_count++;
	p->in_row = true;
	return true;
}

struct place *lineup_in_row(const struct lineup *l, const struct stamp *stamp)
{
	size_t low = 0, high = l->row_count; /* low: the first one that may not be below stamp */

	for (size_t step = 1; step <= l->row_count; step *= 2) {
		if (stamp_cmp(&(*row_at(l, l->row_count - step))->stamp, stamp) < 0) {
			low = l->row_count - step + 1;
			break;
		}
		high = l->row_count - step;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (stamp_cmp(&(*row_at(l, middle))->stamp, stamp) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < l->row_count && stamp_cmp(&(*row_at(l, low))->stamp, stamp) == 0)
		return *row_at(l, low);
	return NULL;
}

/* ---- the heap ---- */

static void heap_set(struct lineup *l, size_t at, struct place *p)
{
	l->heap[at] = p;
	p->heap_at = at;
}

static void heap_up(struct lineup *l, size_t at)
{
	struct place *p = l->heap[at];

	while (at > 0 && place_before(p, l->heap[(at - 1) / 2])) {
		heap_set(l, at, l->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_set(l, at, p);
}

static void heap_down(struct lineup *l, size_t at)
{
	struct place *p = l->heap[at];

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= l->heap_count)
			break;
		if (child + 1 < l->heap_count && place_before(l->heap[child + 1], l->heap[child]))
			child++;
		if (!place_before(l->heap[child], p))
			break;
		heap_set(l, at, l->heap[child]);
		at = child;
	}
	heap_set(l, at, p);
}

static bool heap_add(struct lineup *l, struct place *p)
{
	if (l->heap_count == l->heap_cap) {
		size_t cap = l->heap_cap ? l->heap_cap * 2 : FIRST_CAP;
		struct place **grown = reallocarray(l->heap, cap, sizeof(struct place *));

		if (!grown)
			return false;
		l->heap = grown;
		l->heap_cap = cap;
	}
	p->in_row = false;
	heap_set(l, l->heap_count++, p);
	heap_up(l, p->heap_at);
	return true;
}

static void heap_remove(struct lineup *l, const struct place *p)
{
	size_t at = p->heap_at;
	struct place *last = l->heap[--l->heap_count];

	if (last == p)
		return;
	heap_set(l, at, last);
	heap_down(l, at);
	heap_up(l, last->heap_at);
}

/* ---- both ---- */

bool lineup_add(struct lineup *l, struct place *p)
{
	size_t above;

	if (!slots_take(&l->slots, &p->slot))
		return false;
	if (l->has_row && row_has_room(l, &p->stamp, &above) ? row_add(l, p, above)
							     : heap_add(l, p))
		return true;
	slots_give(&l->slots, p->slot);
	return false;
}

void lineup_remove(struct lineup *l, struct place *p)
{
	slots_give(&l->slots, p->slot);
	if (!p->in_row) {
		heap_remove(l, p);
		return;
	}
	assert(p == l->row[l->row_first]);
	l->row_first = (l->row_first + 1) & (l->row_cap - 1);
	l->row_count--;
}
