/*
 * Small pieces of memory that come and go in any order: free ones are kept by size and handed
 * out again, without a header of their own.
 *
 *	struct pool p;
 *	pool_init(&p);
 *	void *piece = pool_take(&p, 200);
 *	pool_give(&p, piece, 200);
 *	pool_release(&p);
 *
 * What pool_release() gives back is everything that was carved from the pool's slabs; pieces
 * over POOL_PIECE_MAX are malloc's own and have to be given back before. Memory is aligned for any
 * type and not zeroed. A pool stays as large as it ever was.
 */
#ifndef AURUM_BASE_POOL_H
#define AURUM_BASE_POOL_H

#include "base/attr.h"

#define POOL_STEP      32
#define POOL_PIECE_MAX 2048

struct pool_piece;
struct pool_slab;

struct pool {
	struct pool_piece *free[POOL_PIECE_MAX / POOL_STEP + 1]; /* by size in steps */
	struct pool_slab *slabs;                                 /* the newest first, */
	size_t left; /* with so much not yet handed out */
};

void pool_init(struct pool *p);
void pool_release(struct pool *p);

/* NULL when the machine has no memory. O(1). */
MUST_CHECK void *pool_take(struct pool *p, size_t n);
/* n as it was taken. piece may be NULL. */
void pool_give(struct pool *p, void *piece, size_t n);

#endif
