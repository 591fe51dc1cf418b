/*
 * A set of rows of one file, a bit for each row that there is: some 10 KiB for a log file of 64 MiB. To put
 * sets together takes a microsecond however many rows are in them, and nothing has to be sorted.
 */
#ifndef AURUM_INDEX_ROWS_H
#define AURUM_INDEX_ROWS_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rows {
	uint32_t limit; /* members are below: how many rows the file has */
	size_t words;
	uint64_t bits[]; /* those behind the limit are 0 */
};

/* An empty set, a copy; NULL: no memory. */
struct rows *rows_new(uint32_t limit);
struct rows *rows_copy(const struct rows *r);
void rows_free(struct rows *r); /* NULL is nothing to free */

void rows_clear(struct rows *r);

/* A row below the limit. */
static inline void rows_add(struct rows *r, uint32_t row)
{
	r->bits[row / 64] |= UINT64_C(1) << row % 64;
}

/* [from, to), as far as it is below the limit. */
void rows_add_range(struct rows *r, uint32_t from, uint32_t to);

/* Of sets with the same limit. */
void rows_and(struct rows *r, const struct rows *other);
void rows_or(struct rows *r, const struct rows *other);
void rows_not(struct rows *r);
bool rows_equal(const struct rows *a, const struct rows *b);
bool rows_meet(const struct rows *a, const struct rows *b); /* they have a row in common */
bool rows_contain(const struct rows *all, const struct rows *some);

bool rows_has(const struct rows *r, uint32_t row); /* false from the limit on */
bool rows_is_empty(const struct rows *r);
uint32_t rows_count(const struct rows *r);
/* Of [from, to): how many are in the set, and whether any is. */
uint32_t rows_count_range(const struct rows *r, uint32_t from, uint32_t to);
bool rows_any(const struct rows *r, uint32_t from, uint32_t to);
/* How many bits are set in n words of 8 bytes, wherever those are. */
uint32_t rows_count_bits(const void *words, size_t n);
/* The lowest one from there on, or the limit. */
uint32_t rows_next(const struct rows *r, uint32_t from);

#endif
