/*
 * Inside lib/index: where the bytes of a text are at which its lines, words and names end, as bits.
 *
 *	type=CWD msg=audit(1.000:2): cwd="/" \n
 *	        ~                   ~       ~ ~	ends: spaces, newlines, enriched marks
 *	    =       =                   =	equals
 */
#ifndef AURUM_INDEX_MARKS_H
#define AURUM_INDEX_MARKS_H

#include "record/record.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define MARKS_BLOCK 64

struct marks {
	uint64_t *ends, *equals, *lines; /* a bit for each byte */
	size_t blocks;
};

#if defined(__SSE2__)

static inline void marks_block(struct marks *m, size_t i, const char *p)
{
	const __m128i space = _mm_set1_epi8(' '), line = _mm_set1_epi8('\n');
	const __m128i mark = _mm_set1_epi8(RECORD_ENRICHED_MARK), equals = _mm_set1_epi8('=');
	uint64_t ends = 0, lines = 0, names = 0;

	for (int k = 0; k < MARKS_BLOCK / 16; k++) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * k));
		__m128i newline = _mm_cmpeq_epi8(bytes, line);
		__m128i end = _mm_or_si128(newline, _mm_or_si128(_mm_cmpeq_epi8(bytes, space),
								 _mm_cmpeq_epi8(bytes, mark)));

		lines |= (uint64_t)(unsigned)_mm_movemask_epi8(newline) << (16 * k);
		ends |= (uint64_t)(unsigned)_mm_movemask_epi8(end) << (16 * k);
		names |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, equals))
			 << (16 * k);
	}
	m->ends[i] = ends;
	m->lines[i] = lines;
	m->equals[i] = names;
}

#else

static inline void marks_block(struct marks *m, size_t i, const char *p)
{
	uint64_t ends = 0, lines = 0, names = 0;

	for (int k = 0; k < MARKS_BLOCK; k++) {
		lines |= (uint64_t)(p[k] == '\n') << k;
		ends |= (uint64_t)(p[k] == '\n' || p[k] == ' ' || p[k] == RECORD_ENRICHED_MARK)
			<< k;
		names |= (uint64_t)(p[k] == '=') << k;
	}
	m->ends[i] = ends;
	m->lines[i] = lines;
	m->equals[i] = names;
}

#endif

/* The first bit from `from` on; one is there. Up to 7 bytes behind the bits are read. */
static inline size_t marks_next(const uint64_t *bits, size_t from)
{
	size_t i = from / 64;
	uint64_t word;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	/* Most are near: no matter then where a word of bits ends. */
	memcpy(&word, (const char *)bits + from / 8, sizeof(word));
	word >>= from % 8;
	if (word)
		return from + (size_t)__builtin_ctzll(word);
#endif
	word = bits[i] >> (from % 64) << (from % 64);
	while (!word)
		word = bits[++i];
	return i * 64 + (size_t)__builtin_ctzll(word);
}

#endif
