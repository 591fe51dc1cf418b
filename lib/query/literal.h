/*
 * Inside lib/query: bytes that a line must hold for a query to find its event.
 *
 *	literal_init(&l, LITERAL_TEXT, SV("needle"));
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

/* True when it is at text.p[at], where at <= text.n. */
bool literal_at(const struct literal *l, struct sv text, size_t at);

bool literal_in(const struct literal *l, struct sv text);

#endif
