/*
 * A tree of words, 64 children each. Room for a number is made when it is first handed out, so
 * that taking it back needs none.
 */
#include "record/slots.h"

#include <stdlib.h>

#define WORD_BITS 64
#define FIRST_CAP WORD_BITS

void slots_release(struct slots *s)
{
	for (unsigned k = 0; k < s->levels; k++)
		free(s->level[k]);
	*s = (struct slots){0};
}

/* Only when no number is free: then no bit is set, and there is nothing to copy. */
static bool make_room(struct slots *s)
{
	struct slots grown = {.cap = s->cap ? s->cap * 2 : FIRST_CAP, .count = s->count};

	if (s->count < s->cap)
		return true;
	if (s->count == UINT32_MAX)
		return false;
	for (size_t words = grown.cap;;) {
		words = (words + WORD_BITS - 1) / WORD_BITS;
		grown.level[grown.levels] = calloc(words, sizeof(uint64_t));
		if (!grown.level[grown.levels++]) {
			slots_release(&grown);
			return false;
		}
		if (words == 1)
			break;
	}
	slots_release(s);
	*s = grown;
	return true;
}

bool slots_take(struct slots *s, uint32_t *out)
{
	size_t at = 0;

	if (!s->free_count) {
		if (!make_room(s))
			return false;
		*out = s->count++;
		return true;
	}
	for (unsigned k = s->levels; k-- > 0;)
		at = at * WORD_BITS + (size_t)__builtin_ctzll(s->level[k][at]);
	*out = (uint32_t)at;
	s->free_count--;
	for (unsigned k = 0; k < s->levels; k++, at /= WORD_BITS) {
		uint64_t *word = &s->level[k][at / WORD_BITS];

		*word &= *word - 1; /* it was the lowest bit of each */
		if (*word)
			break;
	}
	return true;
}

void slots_give(struct slots *s, uint32_t slot)
{
	size_t at = slot;

	s->free_count++;
	for (unsigned k = 0; k < s->levels; k++, at /= WORD_BITS) {
		uint64_t *word = &s->level[k][at / WORD_BITS], before = *word;

		*word |= UINT64_C(1) << (at % WORD_BITS);
		if (before)
			break;
	}
}
