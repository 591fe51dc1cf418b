/* Bits, and bits that tell where those are: what is taken out of a wide range costs what was put in. */
#include "index/merge.h"

#include <stdlib.h>

bool merge_init(struct merge *m, size_t rows)
{
	m->word_count = rows / (64 * 64) + 1;
	m->bits = calloc(m->word_count * 64, sizeof(*m->bits));
	m->words = calloc(m->word_count, sizeof(*m->words));
	if (m->bits && m->words)
		return true;
	merge_release(m);
	return false;
}

void merge_release(struct merge *m)
{
	free(m->bits);
	free(m->words);
	*m = (struct merge){0};
}

void merge_put(struct merge *m, const uint32_t *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t word = rows[i] / 64;

		m->bits[word] |= UINT64_C(1) << (rows[i] % 64);
		m->words[word / 64] |= UINT64_C(1) << (word % 64);
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

size_t merge_take(struct merge *m, uint32_t *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < m->word_count; i++) {
		for (uint64_t words = m->words[i]; words; words &= words - 1) {
			size_t word = i * 64 + (size_t)__builtin_ctzll(words);

			n += take_bits(m->bits[word], word * 64, rows + n);
			m->bits[word] = 0;
		}
		m->words[i] = 0;
	}
	return n;
}
