/*
 * Inside lib/index: rows that come in any order, and go in theirs, each once.
 *
 *	struct rowset s;
 *	if (!rowset_init(&s, rows)) ...		-- no memory; rows: more than the highest
 *	rowset_put(&s, list, n); ...
 *	n = rowset_take(&s, list);		-- it is empty then
 *	rowset_release(&s);
 */
#ifndef AURUM_INDEX_ROWSET_H
#define AURUM_INDEX_ROWSET_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rowset {
	uint64_t *bits, *words; /* a bit for each row, and one for each word of those */
	size_t word_count;      /* of `words` */
};

MUST_CHECK bool rowset_init(struct rowset *s, size_t rows);
void rowset_release(struct rowset *s);
void rowset_put(struct rowset *s, const uint32_t *rows, size_t n);
/* rows has room for all of them. */
size_t rowset_take(struct rowset *s, uint32_t *rows);

#endif
