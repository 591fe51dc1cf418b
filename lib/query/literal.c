/*
 * The search for bytes. Two rare bytes of the literal are compared at sixteen places at once,
 * what they hit is compared as a whole.
 */
#include "query/literal.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* The bytes that are frequent in records, the most frequent first. */
static const char frequent[] = "0 =1i\"2dus3e4a5rt67n89omfgcpl_/xbyhE:ADTOSN.,v(-)k";

static unsigned rarity(char c)
{
	const char *at = memchr(frequent, c, sizeof(frequent) - 1);

	return at ? (unsigned)(at - frequent) : (unsigned)sizeof(frequent);
}

static void put_hex(struct literal *l, struct sv text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < text.n && l->n + 2 <= LITERAL_MAX; i++) {
		l->text[l->n++] = digits[(unsigned char)text.p[i] >> 4];
		l->text[l->n++] = digits[(unsigned char)text.p[i] & 15];
	}
	/* A value whose last digit is missing is read as if that were 0. */
	if (l->text[l->n - 1] == '0')
		l->n--;
}

static void choose_bytes(struct literal *l)
{
	for (size_t i = 1; i < l->n; i++)
		if (rarity(l->text[i]) > rarity(l->text[l->first]))
			l->first = i;
	l->second = l->first == 0 && l->n > 1 ? 1 : 0;
	for (size_t i = 0; i < l->n; i++)
		if (i != l->first && rarity(l->text[i]) > rarity(l->text[l->second]))
			l->second = i;
}

void literal_init(struct literal *l, enum literal_kind kind, struct sv text)
{
	l->kind = kind;
	l->n = l->first = 0;
	if (kind == LITERAL_HEX) {
		put_hex(l, text);
	} else {
		text = sv_head(text, LITERAL_MAX);
		memcpy(l->text, text.p, text.n);
		l->n = text.n;
	}
	choose_bytes(l);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A value starts after '=' or a quote, perhaps with a sign or zeros, and ends with its digits. */
static bool is_number(struct sv text, size_t at, size_t n)
{
	if (at + n < text.n && is_digit(text.p[at + n]))
		return false;
	return at > 0 && sv_find(SV("=\"'-0"), sv_make(text.p + at - 1, 1)) < 5;
}

bool literal_at(const struct literal *l, struct sv text, size_t at)
{
	const char *p = text.p + at;

	if (text.n - at < l->n)
		return false;
	switch (l->kind) {
	case LITERAL_HEX:
		for (size_t i = 0; i < l->n; i++)
			if ((p[i] | 0x20) != l->text[i])
				return false;
		return true;
	case LITERAL_TEXT:
		return memcmp(p, l->text, l->n) == 0;
	case LITERAL_NUMBER:
		break;
	}
	return memcmp(p, l->text, l->n) == 0 && is_number(text, at, l->n);
}

/* The first hit in text at or after `from`, or text.n: byte by byte. */
static size_t find_plain(const struct literal *l, struct sv text, size_t from)
{
	char fold = l->kind == LITERAL_HEX ? 0x20 : 0;

	for (size_t at = from; at + l->n <= text.n; at++)
		if ((text.p[at + l->first] | fold) == l->text[l->first] && literal_at(l, text, at))
			return at;
	return text.n;
}

#if defined(__SSE2__)

#define WIDE 16

/* The same, sixteen places at a time. */
static size_t find(const struct literal *l, struct sv text, size_t from)
{
	const __m128i first = _mm_set1_epi8(l->text[l->first]);
	const __m128i second = _mm_set1_epi8(l->text[l->second]);
	const __m128i fold = _mm_set1_epi8(l->kind == LITERAL_HEX ? 0x20 : 0);
	const char *a = text.p + l->first, *b = text.p + l->second;
	size_t at = from;

	for (; at + l->n + WIDE <= text.n; at += WIDE) {
		__m128i x = _mm_or_si128(_mm_loadu_si128((const void *)(a + at)), fold);
		__m128i y = _mm_or_si128(_mm_loadu_si128((const void *)(b + at)), fold);
		unsigned hits = (unsigned)_mm_movemask_epi8(
			_mm_and_si128(_mm_cmpeq_epi8(x, first), _mm_cmpeq_epi8(y, second)));

		for (; hits; hits &= hits - 1) {
			size_t hit = at + (size_t)__builtin_ctz(hits);

			if (literal_at(l, text, hit))
				return hit;
		}
	}
	return find_plain(l, text, at);
}

#else

static size_t find(const struct literal *l, struct sv text, size_t from)
{
	return find_plain(l, text, from);
}

#endif

bool literal_in(const struct literal *l, struct sv text)
{
	return find(l, text, 0) < text.n;
}
