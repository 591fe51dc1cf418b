/* Bits, and bits that tell where those are: what is taken out of a wide set costs what was put in. */
#include "index/rowset.h"

#include <stdlib.h>

bool rowset_init(struct rowset *s, size_t rows)
{
	s->word_count = rows / (64 * 64) + 1;
	s->bits = calloc(s->word_count * 64, sizeof(*s->bits));
	s->words = calloc(s->word_count, sizeof(*s->words));
	if (s->bits && s->words)
		return true;
	rowset_release(s);
	return false;
}

void rowset_release(struct rowset *s)
{
	free(s->bits);
	free(s->words);
	*s = (struct rowset){0};
}

void rowset_put(struct rowset *s, const uint32_t *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t word = rows[i] / 64;

		s->bits[word] |= UINT64_C(1) << (rows[i] % 64);
		s->words[word / 64] |= UINT64_C(1) << (word % 64);
	}
}

/* Each bit's number, from `base` on. */
static size_t take_bits(uint64_t bits, size_t base, uint32_t *rows)
{
	size_t n = 0;

	for (; bits; bits &= bits - 1)
		rows[n++] = (uint32_t)(base + (size_t)__builtin_ctzll(bits));
	return n;
}

size_t rowset_take(struct rowset *s, uint32_t *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < s->word_count; i++) {
		for (uint64_t words = s->words[i]; words; words &= words - 1) {
			size_t word = i * 64 + (size_t)__builtin_ctzll(words);

			n += take_bits(s->bits[word], word * 64, rows + n);
			s->bits[word] = 0;
		}
		s->words[i] = 0;
	}
	return n;
}
