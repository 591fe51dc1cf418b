/*
 * The arena: a list of blocks, each twice the one before, walked again after a reset.
 *
 *	first -> [block 2 KiB] -> [block 4 KiB] -> ...
 *	                            ^ current, used
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>

#define FIRST_BLOCK 2048
#define ALIGN       (sizeof(max_align_t))

struct arena_block {
	struct arena_block *next;
	size_t cap;
	_Alignas(max_align_t) char bytes[];
};

void arena_init(struct arena *a, size_t max_bytes)
{
	*a = (struct arena){.max = max_bytes};
}

void arena_release(struct arena *a)
{
	for (struct arena_block *b = a->first, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	arena_init(a, a->max);
}

void arena_reset(struct arena *a)
{
	a->current = a->first;
	a->used = 0;
}

/* A new last block that holds at least n bytes, within the maximum. */
static struct arena_block *grow(struct arena *a, struct arena_block *last, size_t n)
{
	size_t cap = last ? last->cap : FIRST_BLOCK / 2;
	struct arena_block *b;

	cap = cap > a->max / 2 ? a->max : cap * 2;
	if (cap < n)
		cap = n;
	if (a->total > a->max || cap > a->max - a->total)
		cap = n;
	if (a->total > a->max || cap > a->max - a->total)
		return NULL;
	b = malloc(sizeof(*b) + cap);
	if (!b)
		return NULL;
	b->next = NULL;
	b->cap = cap;
	a->total += cap;
	if (last)
		last->next = b;
	else
		a->first = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->current, *last = NULL;
	size_t at = a->used;
	void *p;

	if (n > SIZE_MAX - ALIGN)
		return NULL;
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	while (b && b->cap - at < n) {
		last = b;
		b = b->next;
		at = 0;
	}
	if (!b) {
		b = grow(a, last, n);
		if (!b)
			return NULL;
		at = 0;
	}
	p = b->bytes + at;
	a->current = b;
	a->used = at + n;
	return p;
}

struct sv arena_copy(struct arena *a, struct sv v)
{
	char *p = arena_alloc(a, v.n ? v.n : 1);

	if (!p)
		return SV_EMPTY;
	if (v.n)
		memcpy(p, v.p, v.n);
	return sv_make(p, v.n);
}
