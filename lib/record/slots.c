/*
 * A binary heap of the numbers that are free. Room for a number is made when it is first
 * handed out, so that taking it back needs none.
 */
#include "record/slots.h"

#include <stdlib.h>

#define FIRST_CAP 64

void slots_release(struct slots *s)
{
	free(s->free);
	*s = (struct slots){0};
}

static bool make_room(struct slots *s)
{
	size_t cap = s->cap ? s->cap * 2 : FIRST_CAP;
	uint32_t *grown;

	if (s->count < s->cap)
		return true;
	if (s->count == UINT32_MAX)
		return false;
	grown = reallocarray(s->free, cap, sizeof(*grown));
	if (!grown)
		return false;
	s->free = grown;
	s->cap = cap;
	return true;
}

bool slots_take(struct slots *s, uint32_t *out)
{
	uint32_t last;
	size_t at = 0;

	if (!s->free_count) {
		if (!make_room(s))
			return false;
		*out = s->count++;
		return true;
	}
	*out = s->free[0];
	last = s->free[--s->free_count];
	for (size_t child; (child = 2 * at + 1) < s->free_count; at = child) {
		if (child + 1 < s->free_count && s->free[child + 1] < s->free[child])
			child++;
		if (s->free[child] >= last)
			break;
		s->free[at] = s->free[child];
	}
	s->free[at] = last;
	return true;
}

void slots_give(struct slots *s, uint32_t slot)
{
	size_t at = s->free_count++;

	for (; at > 0 && s->free[(at - 1) / 2] > slot; at = (at - 1) / 2)
		s->free[at] = s->free[(at - 1) / 2];
	s->free[at] = slot;
}
