/* The pool: slabs cut from the front, and a list of free pieces for each size. */
#include "base/pool.h"

#include <stdlib.h>

#define SLAB_BYTES ((size_t)64 << 10)

struct pool_piece {
	struct pool_piece *next;
};

struct pool_slab {
	struct pool_slab *next;
	_Alignas(max_align_t) char bytes[];
};

void pool_init(struct pool *p)
{
	*p = (struct pool){0};
}

void pool_release(struct pool *p)
{
	for (struct pool_slab *slab = p->slabs, *next; slab; slab = next) {
		next = slab->next;
		free(slab);
	}
	pool_init(p);
}

static size_t steps(size_t n)
{
	return n ? (n + POOL_STEP - 1) / POOL_STEP : 1;
}

/* Cuts a piece; what is left of a slab that is too short for it is lost until release. */
static void *cut(struct pool *p, size_t bytes)
{
	if (p->left < bytes) {
		struct pool_slab *slab = malloc(sizeof(*slab) + SLAB_BYTES);

		if (!slab)
			return NULL;
		slab->next = p->slabs;
		p->slabs = slab;
		p->left = SLAB_BYTES;
	}
	p->left -= bytes;
	return p->slabs->bytes + p->left;
}

void *pool_take(struct pool *p, size_t n)
{
	struct pool_piece *piece;

	if (n > POOL_PIECE_MAX)
		return malloc(n);
	piece = p->free[steps(n)];
	if (!piece)
		return cut(p, steps(n) * POOL_STEP);
	p->free[steps(n)] = piece->next;
	return piece;
}

void pool_give(struct pool *p, void *piece, size_t n)
{
	struct pool_piece *head = piece;

	if (n > POOL_PIECE_MAX || !piece) {
		free(piece);
		return;
	}
	head->next = p->free[steps(n)];
	p->free[steps(n)] = head;
}
