/*
 * Inside lib/query: passes over whole blocks, as wide as the processor allows.
 *
 *	enum wide wide = wide_best();
 *	wide_newlines(wide, text, bits);		-- a bit for each newline
 *	wide_literals(wide, list, count, block, marks);	-- the marks around every hit
 *	if (marks_any(marks, from, to)) ...		-- a hit starts in block[from, to), or right beside
 *
 * The width changes nothing but the time.
 */
#ifndef AURUM_QUERY_WIDE_H
#define AURUM_QUERY_WIDE_H

#include "query/literal.h"

enum wide { WIDE_PLAIN, WIDE_SSE2, WIDE_AVX2 };

/* The widest that this processor has. */
enum wide wide_best(void);

#define BITS_WORDS(bytes) (((bytes) + 63) / 64)

/* Sets the BITS_WORDS(text.n) words: bit n % 64 of word n / 64 when text.p[n] is a newline. */
void wide_newlines(enum wide wide, struct sv text, uint64_t *bits);

#define MARKS_STEP         16 /* bytes of a block to a mark */
#define MARKS_WORDS(bytes) (((bytes) / MARKS_STEP + 64) / 64)

/* Adds to marks, which has MARKS_WORDS(block.n) words, where any of the literals starts. */
void wide_literals(enum wide wide, const struct literal *list, size_t count, struct sv block,
		   uint64_t *marks);

static inline void marks_set(uint64_t *marks, size_t at)
{
	marks[at / MARKS_STEP / 64] |= UINT64_C(1) << (at / MARKS_STEP % 64);
}

/* from < to. */
static inline bool marks_any(const uint64_t *marks, size_t from, size_t to)
{
	size_t first = from / MARKS_STEP, last = (to - 1) / MARKS_STEP;
	uint64_t head = UINT64_MAX << (first % 64), tail = UINT64_MAX >> (63 - last % 64);

	if (first / 64 == last / 64)
		return marks[first / 64] & head & tail;
	if ((marks[first / 64] & head) || (marks[last / 64] & tail))
		return true;
	for (size_t word = first / 64 + 1; word < last / 64; word++)
		if (marks[word])
			return true;
	return false;
}

#endif
