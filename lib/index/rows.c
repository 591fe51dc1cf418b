/* Sets of rows: loops over words, which compilers make wide. */
#include "index/rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BITS 64
#define BATCH     31 /* words whose bits, at most 8 in each byte, can be added byte by byte */

/* ---- making ---- */

static size_t bytes_of(const struct rows *r)
{
	return r->words * sizeof(*r->bits);
}

struct rows *rows_new(uint32_t limit)
{
	size_t words = ((size_t)limit + WORD_BITS - 1) / WORD_BITS;
	struct rows *r = calloc(1, sizeof(*r) + words * sizeof(*r->bits));

	if (!r)
		return NULL;
	r->limit = limit;
	r->words = words;
	return r;
}

struct rows *rows_copy(const struct rows *r)
{
	struct rows *copy = malloc(sizeof(*r) + bytes_of(r));

	if (copy)
		memcpy(copy, r, sizeof(*r) + bytes_of(r));
	return copy;
}

void rows_free(struct rows *r)
{
	free(r);
}

void rows_clear(struct rows *r)
{
	memset(r->bits, 0, bytes_of(r));
}

/* ---- members ---- */

/* The bits of word number i that are in [from, to), of which it has some. */
static uint64_t mask_of(size_t i, uint32_t from, uint32_t to)
{
	uint64_t mask = ~UINT64_C(0);

	if (i == from / WORD_BITS)
		mask <<= from % WORD_BITS;
	if (i == (to - 1) / WORD_BITS)
		mask &= ~UINT64_C(0) >> (WORD_BITS - 1 - (to - 1) % WORD_BITS);
	return mask;
}

void rows_add_range(struct rows *r, uint32_t from, uint32_t to)
{
	if (to > r->limit)
		to = r->limit;
	for (size_t i = from / WORD_BITS; from < to && i <= (to - 1) / WORD_BITS; i++)
		r->bits[i] |= mask_of(i, from, to);
}

bool rows_has(const struct rows *r, uint32_t row)
{
	return row < r->limit && r->bits[row / WORD_BITS] >> row % WORD_BITS & 1;
}

uint32_t rows_next(const struct rows *r, uint32_t from)
{
	uint64_t word;
	size_t i = from / WORD_BITS;

	if (from >= r->limit)
		return r->limit;
	word = r->bits[i] & ~UINT64_C(0) << from % WORD_BITS;
	while (!word && ++i < r->words)
		word = r->bits[i];
	return word ? (uint32_t)(i * WORD_BITS) + (uint32_t)__builtin_ctzll(word) : r->limit;
}

bool rows_any(const struct rows *r, uint32_t from, uint32_t to)
{
	uint64_t any = 0;

	if (to > r->limit)
		to = r->limit;
	for (size_t i = from / WORD_BITS; from < to && i <= (to - 1) / WORD_BITS; i++)
		any |= r->bits[i] & mask_of(i, from, to);
	return any != 0;
}

bool rows_is_empty(const struct rows *r)
{
	return rows_next(r, 0) == r->limit;
}

/* ---- counting ---- */

/* How many bits are set in each byte of a word. Not every processor that we run on can count them. */
static uint64_t count_in_bytes(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
	return (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
}

/* The sum of the bytes of a word. */
static uint32_t add_bytes(uint64_t word)
{
	word = (word & UINT64_C(0x00ff00ff00ff00ff)) + (word >> 8 & UINT64_C(0x00ff00ff00ff00ff));
	return (uint32_t)(word * UINT64_C(0x0001000100010001) >> 48);
}

uint32_t rows_count_bits(const void *words, size_t n)
{
	const unsigned char *p = words;
	uint32_t total = 0;

	for (size_t from = 0; from < n; from += BATCH) {
		size_t to = n - from < BATCH ? n : from + BATCH;
		uint64_t word, bytes = 0;

		for (size_t i = from; i < to; i++) {
			memcpy(&word, p + i * sizeof(word), sizeof(word));
			bytes += count_in_bytes(word);
		}
		total += add_bytes(bytes);
	}
	return total;
}

uint32_t rows_count(const struct rows *r)
{
	return rows_count_bits(r->bits, r->words);
}

uint32_t rows_count_range(const struct rows *r, uint32_t from, uint32_t to)
{
	uint32_t total = 0;

	if (to > r->limit)
		to = r->limit;
	for (size_t i = from / WORD_BITS; from < to && i <= (to - 1) / WORD_BITS; i++)
		total += add_bytes(count_in_bytes(r->bits[i] & mask_of(i, from, to)));
	return total;
}

/* ---- putting together ---- */

void rows_and(struct rows *r, const struct rows *other)
{
	assert(r->limit == other->limit);
	for (size_t i = 0; i < r->words; i++)
		r->bits[i] &= other->bits[i];
}

void rows_or(struct rows *r, const struct rows *other)
{
	assert(r->limit == other->limit);
	for (size_t i = 0; i < r->words; i++)
		r->bits[i] |= other->bits[i];
}

void rows_not(struct rows *r)
{
	for (size_t i = 0; i < r->words; i++)
		r->bits[i] = ~r->bits[i];
	if (r->words)
		r->bits[r->words - 1] &= mask_of(r->words - 1, 0, r->limit);
}

bool rows_equal(const struct rows *a, const struct rows *b)
{
	assert(a->limit == b->limit);
	return memcmp(a->bits, b->bits, bytes_of(a)) == 0;
}

bool rows_meet(const struct rows *a, const struct rows *b)
{
	uint64_t both = 0;

	assert(a->limit == b->limit);
	for (size_t i = 0; i < a->words; i++)
		both |= a->bits[i] & b->bits[i];
	return both != 0;
}

bool rows_contain(const struct rows *all, const struct rows *some)
{
	uint64_t more = 0;

	assert(all->limit == some->limit);
	for (size_t i = 0; i < all->words; i++)
		more |= some->bits[i] & ~all->bits[i];
	return more == 0;
}
