/*
 * Inside lib/index: lists of rows as one that rises and has each row once. What a set (index/rows.h) costs is how
 * wide it is; here it is what is put in.
 *
 *	struct merge m;
 *	if (!merge_init(&m, rows)) ...		-- no memory; rows: more than the highest
 *	merge_put(&m, list, n); ...
 *	n = merge_take(&m, list);		-- it is empty then
 *	merge_release(&m);
 */
#ifndef AURUM_INDEX_MERGE_H
#define AURUM_INDEX_MERGE_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct merge {
	uint64_t *bits, *words; /* a bit for each row, and one for each word of those */
	size_t word_count;      /* of `words` */
};

MUST_CHECK bool merge_init(struct merge *m, size_t rows);
void merge_release(struct merge *m);
void merge_put(struct merge *m, const uint32_t *rows, size_t n);
/* rows has room for all of them. */
size_t merge_take(struct merge *m, uint32_t *rows);

#endif
