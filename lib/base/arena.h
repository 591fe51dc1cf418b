/*
 * Memory by lifetime: allocate for an event, forget all of it in one reset.
 *
 *	struct arena a;
 *	arena_init(&a, 1 << 20);
 *	struct field *f = arena_alloc(&a, sizeof(*f));
 *	arena_reset(&a);
 *
 * Allocation is a bump of a pointer; blocks are kept over a reset. Memory is aligned
 * for any type and not zeroed. NULL when the maximum or the machine's memory is
 * reached; the arena stays usable.
 */
#ifndef AURUM_BASE_ARENA_H
#define AURUM_BASE_ARENA_H

#include "base/attr.h"
#include "base/sv.h"

struct arena_block;

struct arena {
	struct arena_block *first, *current;
	size_t used, total, max; /* used in the current block; total and max over all blocks */
};

void arena_init(struct arena *a, size_t max_bytes);
void arena_release(struct arena *a);
void arena_reset(struct arena *a);
MUST_CHECK void *arena_alloc(struct arena *a, size_t n);
/* A copy of the bytes that lives in the arena; {NULL, 0} when there is no memory. */
MUST_CHECK struct sv arena_copy(struct arena *a, struct sv v);

#endif
