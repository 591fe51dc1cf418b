/*
 * Inside lib/query: bytes that a line must hold for a query to find its event, and the search for
 * them over a block of lines.
 *
 *	literal_scan(&l, block, marks);		-- sets the marks around every hit
 *	if (marks_any(marks, from, to)) ...	-- a hit starts in block[from, to), or right beside
 *	if (literal_in(&l, text)) ...
 *
 * A hit is a hint: the predicate decides about the event. No hit is certain.
 */
#ifndef AURUM_QUERY_LITERAL_H
#define AURUM_QUERY_LITERAL_H

#include "base/sv.h"

#include <stdint.h>

#define LITERAL_MAX 512 /* bytes; a longer text is looked for by its start */

enum literal_kind {
	LITERAL_TEXT,
	LITERAL_HEX,    /* hexadecimal digits, in lower case here, of either case there */
	LITERAL_NUMBER, /* decimal digits: a value's, not those inside a longer number */
};

struct literal {
	enum literal_kind kind;
	size_t n, first, second; /* length; the two bytes of it that are looked for */
	char text[LITERAL_MAX];
};

/* A literal of text that is not empty. LITERAL_HEX takes the text, not its digits. */
void literal_init(struct literal *l, enum literal_kind kind, struct sv text);

bool literal_in(const struct literal *l, struct sv text);

#define MARKS_STEP         16 /* bytes of a block to a mark */
#define MARKS_WORDS(bytes) (((bytes) / MARKS_STEP + 64) / 64)

/* Adds to marks, which has MARKS_WORDS(block.n) words. */
void literal_scan(const struct literal *l, struct sv block, uint64_t *marks);

static inline void marks_set(uint64_t *marks, size_t at)
{
	marks[at / MARKS_STEP / 64] |= UINT64_C(1) << (at / MARKS_STEP % 64);
}

/* from < to. */
bool marks_any(const uint64_t *marks, size_t from, size_t to);

#endif
