/*
 * The words of a text between its spaces, and the first '=' of each, found 64 bytes at a time:
 * this is how most bytes of a log are read.
 *
 *	struct split it;
 *	struct split_word w;
 *
 *	for (split_init(&it, text); split_next(&it, &w);)
 *		if (w.equals < w.text.n)
 *			... sv_head(w.text, w.equals), sv_from(w.text, w.equals + 1)
 *
 *	arch=c000003e syscall=257 success=yes
 *	    =        ~       =   ~       =   ~	marks of a block; a space is added at its end
 *
 * Words point into the text. Private to lib/record.
 */
#ifndef AURUM_RECORD_SPLIT_H
#define AURUM_RECORD_SPLIT_H

#include "base/sv.h"

#include <stdint.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define SPLIT_BLOCK 64

struct split_word {
	struct sv text; /* never empty */
	size_t equals;  /* where its first '=' is; text.n when it has none */
};

/* Private to the functions below. */
struct split {
	struct sv text;
	size_t block, start;    /* where the marks are of, and where the next word can start */
	uint64_t marks, spaces; /* both kinds of marks that are left, and all spaces */
};

/* The places of 64 bytes where there is a c. */
static inline uint64_t split_places(const char *p, char c)
{
	uint64_t places = 0;

#if defined(__SSE2__)
	const __m128i wanted = _mm_set1_epi8(c);

	for (int i = 0; i < SPLIT_BLOCK / 16; i++) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));

		places |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted))
			  << (16 * i);
	}
#else
	for (int i = 0; i < SPLIT_BLOCK; i++)
		places |= (uint64_t)(p[i] == c) << i;
#endif
	return places;
}

static inline void split_read(struct split *it)
{
	size_t left = it->text.n - it->block;
	char last[SPLIT_BLOCK] = {0};
	const char *p = it->text.p + it->block;
	uint64_t end = 0;

	if (left < SPLIT_BLOCK) {
		if (left)
			memcpy(last, p, left);
		p = last;
		end = UINT64_C(1) << left;
	}
	it->spaces = split_places(p, ' ') | end;
	it->marks = it->spaces | split_places(p, '=');
}

static inline void split_init(struct split *it, struct sv text)
{
	*it = (struct split){.text = text};
	split_read(it);
}

/* False when there is none left. */
static inline bool split_next(struct split *it, struct split_word *out)
{
	size_t equals = SIZE_MAX, at, bit;

	for (;;) {
		while (it->marks == 0) {
			if (it->text.n - it->block < SPLIT_BLOCK)
				return false;
			it->block += SPLIT_BLOCK;
			split_read(it);
		}
		bit = (size_t)__builtin_ctzll(it->marks);
		it->marks &= it->marks - 1;
		at = it->block + bit;
		if (!(it->spaces >> bit & 1))
			equals = equals < at ? equals : at;
		else if (at == it->start)
			it->start++;
		else
			break;
	}
	out->text = sv_make(it->text.p + it->start, at - it->start);
	out->equals = (equals < at ? equals : at) - it->start;
	it->start = at + 1;
	return true;
}

#endif
