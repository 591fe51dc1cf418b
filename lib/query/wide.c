/*
 * The wide passes. Literals are looked for two at a time: of each, two rare bytes are compared
 * at many places at once, and what they hit is compared as a whole. What is left at the end of
 * a block is looked at byte by byte.
 */
#include "query/wide.h"

#if defined(__x86_64__)
#define HAS_WIDE
#include <immintrin.h>
#endif

/* The places in block[from, n) one by one. */
static void literal_plain(const struct literal *l, struct sv block, size_t from, uint64_t *marks)
{
	char fold = l->kind == LITERAL_HEX ? 0x20 : 0;

	for (size_t at = from; at + l->n <= block.n; at++)
		if ((block.p[at + l->first] | fold) == l->text[l->first] &&
		    literal_at(l, block, at))
			marks_set(marks, at);
}

static void newlines_plain(struct sv text, size_t from, uint64_t *bits)
{
	for (size_t at = from; at < text.n; at++) {
		if (at % 64 == 0)
			bits[at / 64] = 0;
		bits[at / 64] |= (uint64_t)(text.p[at] == '\n') << (at % 64);
	}
}

#if defined(HAS_WIDE)

#define AVX2 __attribute__((target("avx2")))

/* Compares the places block[at + n] of the bits n of hits. */
static void verify(const struct literal *l, struct sv block, size_t at, uint64_t hits,
		   uint64_t *marks)
{
	for (; hits; hits &= hits - 1) {
		size_t hit = at + (size_t)__builtin_ctzll(hits);

		if (literal_at(l, block, hit))
			marks_set(marks, hit);
	}
}

/* ---- sixteen bytes ---- */

struct probe16 {
	__m128i first, second, fold;
	const char *a, *b; /* where these bytes are of a literal at the start of the block */
};

static struct probe16 probe16_of(const struct literal *l, struct sv block)
{
	return (struct probe16){
		.first = _mm_set1_epi8(l->text[l->first]),
		.second = _mm_set1_epi8(l->text[l->second]),
		.fold = _mm_set1_epi8(l->kind == LITERAL_HEX ? 0x20 : 0),
		.a = block.p + l->first,
		.b = block.p + l->second,
	};
}

static inline __m128i probe16_at(const struct probe16 *p, size_t at)
{
	__m128i x = _mm_or_si128(_mm_loadu_si128((const void *)(p->a + at)), p->fold);
	__m128i y = _mm_or_si128(_mm_loadu_si128((const void *)(p->b + at)), p->fold);

	return _mm_and_si128(_mm_cmpeq_epi8(x, p->first), _mm_cmpeq_epi8(y, p->second));
}

/* Returns the place up to which it has looked for l, and for m with `both`. */
static inline size_t pair_sse2(const struct literal *l, const struct literal *m, bool both,
			       struct sv block, uint64_t *marks)
{
	struct probe16 p = probe16_of(l, block), q = probe16_of(both ? m : l, block);
	size_t reach = (both && m->n > l->n ? m->n : l->n) + 16, at;

	for (at = 0; at + reach <= block.n; at += 16) {
		unsigned x = (unsigned)_mm_movemask_epi8(probe16_at(&p, at)), y = 0;

		if (both)
			y = (unsigned)_mm_movemask_epi8(probe16_at(&q, at));
		if (__builtin_expect(!(x | y), 1))
			continue;
		verify(l, block, at, x, marks);
		if (both)
			verify(m, block, at, y, marks);
	}
	return at;
}

static size_t newlines_sse2(struct sv text, uint64_t *bits)
{
	const __m128i newline = _mm_set1_epi8('\n');
	size_t at;

	for (at = 0; at + 64 <= text.n; at += 64) {
		uint64_t word = 0;

		for (unsigned i = 0; i < 64; i += 16) {
			__m128i x = _mm_loadu_si128((const void *)(text.p + at + i));

			x = _mm_cmpeq_epi8(x, newline);
			word |= (uint64_t)(unsigned)_mm_movemask_epi8(x) << i;
		}
		bits[at / 64] = word;
	}
	return at;
}

/* ---- thirty-two, two at a time ---- */

struct probe32 {
	__m256i first, second, fold;
	const char *a, *b;
};

AVX2 static inline struct probe32 probe32_of(const struct literal *l, struct sv block)
{
	return (struct probe32){
		.first = _mm256_set1_epi8(l->text[l->first]),
		.second = _mm256_set1_epi8(l->text[l->second]),
		.fold = _mm256_set1_epi8(l->kind == LITERAL_HEX ? 0x20 : 0),
		.a = block.p + l->first,
		.b = block.p + l->second,
	};
}

AVX2 static inline __m256i probe32_at(const struct probe32 *p, size_t at)
{
	__m256i x = _mm256_loadu_si256((const void *)(p->a + at));
	__m256i y = _mm256_loadu_si256((const void *)(p->b + at));

	x = _mm256_cmpeq_epi8(_mm256_or_si256(x, p->fold), p->first);
	y = _mm256_cmpeq_epi8(_mm256_or_si256(y, p->fold), p->second);
	return _mm256_and_si256(x, y);
}

AVX2 static inline uint64_t bits_of(__m256i low, __m256i high)
{
	return (uint64_t)(unsigned)_mm256_movemask_epi8(high) << 32 |
	       (unsigned)_mm256_movemask_epi8(low);
}

AVX2 static inline size_t pair_avx2(const struct literal *l, const struct literal *m, bool both,
				    struct sv block, uint64_t *marks)
{
	struct probe32 p = probe32_of(l, block), q = probe32_of(both ? m : l, block);
	size_t reach = (both && m->n > l->n ? m->n : l->n) + 64, at;

	for (at = 0; at + reach <= block.n; at += 64) {
		__m256i a = probe32_at(&p, at), b = probe32_at(&p, at + 32);
		__m256i c = a, d = b, any;

		if (both) {
			c = probe32_at(&q, at);
			d = probe32_at(&q, at + 32);
		}
		any = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
		if (__builtin_expect(_mm256_testz_si256(any, any), 1))
			continue;
		verify(l, block, at, bits_of(a, b), marks);
		if (both)
			verify(m, block, at, bits_of(c, d), marks);
	}
	return at;
}

/* m is l when there is no other. */
AVX2 static size_t literals_avx2(const struct literal *l, const struct literal *m, struct sv block,
				 uint64_t *marks)
{
	return l != m ? pair_avx2(l, m, true, block, marks) : pair_avx2(l, l, false, block, marks);
}

AVX2 static size_t newlines_avx2(struct sv text, uint64_t *bits)
{
	const __m256i newline = _mm256_set1_epi8('\n');
	size_t at;

	for (at = 0; at + 64 <= text.n; at += 64) {
		__m256i low = _mm256_loadu_si256((const void *)(text.p + at));
		__m256i high = _mm256_loadu_si256((const void *)(text.p + at + 32));

		bits[at / 64] =
			bits_of(_mm256_cmpeq_epi8(low, newline), _mm256_cmpeq_epi8(high, newline));
	}
	return at;
}

static size_t literals_sse2(const struct literal *l, const struct literal *m, struct sv block,
			    uint64_t *marks)
{
	return l != m ? pair_sse2(l, m, true, block, marks) : pair_sse2(l, l, false, block, marks);
}

enum wide wide_best(void)
{
	return __builtin_cpu_supports("avx2") ? WIDE_AVX2 : WIDE_SSE2;
}

#else

static size_t literals_sse2(const struct literal *l, const struct literal *m, struct sv block,
			    uint64_t *marks)
{
	(void)l, (void)m, (void)block, (void)marks;
	return 0;
}
#define literals_avx2 literals_sse2

static size_t newlines_sse2(struct sv text, uint64_t *bits)
{
	(void)text, (void)bits;
	return 0;
}
#define newlines_avx2 newlines_sse2

enum wide wide_best(void)
{
	return WIDE_PLAIN;
}

#endif

void wide_newlines(enum wide wide, struct sv text, uint64_t *bits)
{
	size_t done = 0;

	if (wide == WIDE_AVX2)
		done = newlines_avx2(text, bits);
	else if (wide == WIDE_SSE2)
		done = newlines_sse2(text, bits);
	newlines_plain(text, done, bits);
}

void wide_literals(enum wide wide, const struct literal *list, size_t count, struct sv block,
		   uint64_t *marks)
{
	for (size_t i = 0; i < count; i += 2) {
		const struct literal *l = &list[i], *m = &list[i + 1 < count ? i + 1 : i];
		size_t done = 0;

		if (wide == WIDE_AVX2)
			done = literals_avx2(l, m, block, marks);
		else if (wide == WIDE_SSE2)
			done = literals_sse2(l, m, block, marks);
		literal_plain(l, block, done, marks);
		if (l != m)
			literal_plain(m, block, done, marks);
	}
}
