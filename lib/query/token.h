/*
 * Inside lib/query: the tokens of search expressions.
 *
 *	uid >= 1000 && exe r= "\"/bin/su\""
 *	WORD GE WORD AND WORD RAW_EQ WORD
 *
 *	struct lexer l;
 *	lexer_init(&l, text, &arena);
 *	while (lexer_next(&l, &e) == 0 && l.token != TOKEN_END) ...
 */
#ifndef AURUM_QUERY_TOKEN_H
#define AURUM_QUERY_TOKEN_H

#include "base/arena.h"
#include "base/err.h"

enum token {
	TOKEN_END,
	TOKEN_WORD,   /* bare or in quotes; value is set */
	TOKEN_REGEXP, /* between slashes; value is set */
	TOKEN_ESCAPE, /* the backslash before a virtual field's name */
	TOKEN_LEFT,
	TOKEN_RIGHT,
	TOKEN_NOT,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_RAW_EQ, /* from here on: comparisons */
	TOKEN_RAW_NE,
	TOKEN_INTERPRETED_EQ,
	TOKEN_INTERPRETED_NE,
	TOKEN_EQ,
	TOKEN_NE,
	TOKEN_LT,
	TOKEN_LE,
	TOKEN_GT,
	TOKEN_GE,
	TOKEN_UNKNOWN /* one byte that starts no token */
};

struct lexer {
	struct sv text;
	size_t at;    /* behind the token */
	size_t start; /* of the token, or of what is wrong */
	enum token token;
	struct sv value; /* without quotes and escapes; in the text or the arena */
	struct arena *arena;
};

void lexer_init(struct lexer *l, struct sv text, struct arena *arena);

/* Turns to the next token. -1, with the sentence, when a quote is not closed or an escape unknown. */
MUST_CHECK int lexer_next(struct lexer *l, struct err *e);

/* The same where a time is expected, whose text has colons and dots: a word, if it looks like one. */
MUST_CHECK int lexer_next_time(struct lexer *l, struct err *e);

/* The token as it is written, for messages. */
struct sv lexer_written(const struct lexer *l);

#endif
