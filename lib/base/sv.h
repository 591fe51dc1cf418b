/*
 * A view of bytes that somebody else owns: pointer and length, no NUL at the end.
 *
 *	struct sv line = sv_cstr("key=value");
 *	struct sv name, value;
 *	if (sv_cut(line, '=', &name, &value)) ...
 *
 * A view is valid as long as the bytes it points into; every function here
 * returns views into its arguments and allocates nothing. {NULL, 0} is the empty
 * view. Bytes may be anything, NUL included.
 */
#ifndef AURUM_BASE_SV_H
#define AURUM_BASE_SV_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct sv {
	const char *p;
	size_t n;
};

#define SV(literal) ((struct sv){"" literal, sizeof(literal) - 1})
#define SV_EMPTY    ((struct sv){NULL, 0})
/* For printf: "%.*s". The view must be shorter than INT_MAX. */
#define SV_FMT(v) (int)(v).n, (v).n ? (v).p : ""

static inline struct sv sv_cstr(const char *s)
{
	return (struct sv){s, s ? strlen(s) : 0};
}

static inline struct sv sv_make(const char *p, size_t n)
{
	return (struct sv){p, n};
}

static inline bool sv_eq(struct sv a, struct sv b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool sv_starts(struct sv v, struct sv prefix)
{
	return v.n >= prefix.n && (prefix.n == 0 || memcmp(v.p, prefix.p, prefix.n) == 0);
}

static inline bool sv_ends(struct sv v, struct sv suffix)
{
	return v.n >= suffix.n &&
	       (suffix.n == 0 || memcmp(v.p + v.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* Everything from byte i on; i past the end gives an empty view at the end. */
static inline struct sv sv_from(struct sv v, size_t i)
{
	if (i >= v.n)
		return (struct sv){v.n ? v.p + v.n : v.p, 0};
	return (struct sv){v.p + i, v.n - i};
}

/* The first n bytes, or all when there are fewer. */
static inline struct sv sv_head(struct sv v, size_t n)
{
	return (struct sv){v.p, n < v.n ? n : v.n};
}

/* Index of the first c, or v.n when there is none. */
static inline size_t sv_index(struct sv v, char c)
{
	const char *hit = v.n ? memchr(v.p, c, v.n) : NULL;

	return hit ? (size_t)(hit - v.p) : v.n;
}

/* Index of the first occurrence of needle, or v.n when there is none. */
static inline size_t sv_find(struct sv v, struct sv needle)
{
	const char *hit = v.n ? memmem(v.p, v.n, needle.p, needle.n) : NULL;

	return hit ? (size_t)(hit - v.p) : v.n;
}

/* How many times c is in it. */
static inline size_t sv_count(struct sv v, char c)
{
	size_t count = 0, at;

	for (; (at = sv_index(v, c)) < v.n; count++)
		v = sv_from(v, at + 1);
	return count;
}

/* Splits at the first c: true with both sides set, false with *head = v and *tail empty. */
bool sv_cut(struct sv v, char c, struct sv *head, struct sv *tail);

/*
 * Takes the next word from *rest: skips spaces and tabs, then runs to the next one.
 * False when nothing is left.
 */
bool sv_word(struct sv *rest, struct sv *word);

/* Takes the next line from *rest without its newline; false at the end. */
bool sv_line(struct sv *rest, struct sv *line);

/* The view without white space (as isspace in the C locale) at both ends. */
struct sv sv_trim(struct sv v);

/* ASCII case-insensitive equality; other bytes compare as they are. */
bool sv_eq_nocase(struct sv a, struct sv b);

/* Order as memcmp does, the shorter first where one is a prefix: <0, 0, >0. */
int sv_cmp(struct sv a, struct sv b);

/*
 * Copies into a C string of cap bytes. Returns false, with *out empty, when it does
 * not fit or holds a NUL byte: for paths and names on their way to the C library.
 */
bool sv_to_cstr(struct sv v, char *out, size_t cap);

#endif
