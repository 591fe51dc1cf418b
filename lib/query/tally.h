/*
 * Counts how often each of many values comes up: a hash table of texts or of numbers that
 * remembers the order in which they came.
 *
 *	struct tally t;
 *	tally_init(&t);
 *	tally_add(&t, SV("/usr/bin/su"), 1);
 *	tally_sort(&t, TALLY_BY_HITS);
 *	for (size_t i = 0; i < t.count; i++) print(t.entries[i].hits, tally_text(&t.entries[i]));
 *	tally_release(&t);
 *
 * One tally holds texts or numbers, not both. O(1) an addition, n log n the sort. Parts of a
 * log can be counted apart and merged in the log's order: the result is that of the whole.
 */
#ifndef AURUM_QUERY_TALLY_H
#define AURUM_QUERY_TALLY_H

#include "base/arena.h"

#include <stdint.h>

/* There can be millions: 32 bytes each. */
struct tally_entry {
	const char *text; /* in the tally's memory, without a NUL; NULL in a tally of numbers */
	uint64_t number;  /* of a text: its hash */
	uint64_t hits;
	uint32_t bytes;   /* of the text */
	uint32_t arrived; /* 0, 1, ... in the order of their first coming */
};

/* {NULL, 0} in a tally of numbers. */
static inline struct sv tally_text(const struct tally_entry *e)
{
	return sv_make(e->text, e->bytes);
}

struct tally {
	struct tally_entry *entries;
	uint32_t *slots; /* index + 1 into entries; cap is a power of two or 0 */
	size_t count, cap, slot_cap;
	struct arena texts;
	uint64_t seed;
	bool failed; /* no memory: counts are too low from here on */
};

enum tally_order {
	TALLY_BY_HITS,        /* the most first; equal ones as they came */
	TALLY_BY_HITS_NUMBER, /* the most first; equal ones by number as signed 64 bits */
	TALLY_BY_NUMBER,      /* the lowest number first, signed */
};

void tally_init(struct tally *t);
void tally_release(struct tally *t);
void tally_reset(struct tally *t); /* forgets what was counted, keeps the memory */

void tally_add(struct tally *t, struct sv text, uint64_t hits);
void tally_add_number(struct tally *t, uint64_t number, uint64_t hits);

/* Adds what `from` counted after what t counted; `from` is as it was. */
void tally_merge(struct tally *t, const struct tally *from);

/* Orders entries[]. Nothing may be added afterwards. */
void tally_sort(struct tally *t, enum tally_order order);

#endif
