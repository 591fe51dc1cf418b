/*
 * Inside lib/query: the tokens of the query language. What a byte means depends on where it stands
 * ("r=" is a field and a sign, or the sign "r="), so the parser says what it looks for:
 *
 *	auid >= 1000 and exe ~ "^/tmp/"
 *	^    ^  ^    ^	lang_lex_operand(), lang_lex_sign(), lang_lex_value(), lang_lex_link()
 */
#ifndef AURUM_QUERY_LANG_TOKEN_H
#define AURUM_QUERY_LANG_TOKEN_H

#include "base/arena.h"
#include "query/lang.h"

enum lang_token {
	LANG_TOKEN_END,
	LANG_TOKEN_WORD,
	LANG_TOKEN_STRING,  /* in quotes of either kind */
	LANG_TOKEN_PATTERN, /* between slashes */
	LANG_TOKEN_ESCAPE,  /* the backslash of a virtual field of the reference */
	LANG_TOKEN_LEFT,
	LANG_TOKEN_RIGHT,
	LANG_TOKEN_COMMA,
	LANG_TOKEN_NO,  /* ! */
	LANG_TOKEN_ALL, /* && */
	LANG_TOKEN_ANY, /* || */
	LANG_TOKEN_AND, /* words, in letters of either case */
	LANG_TOKEN_OR,
	LANG_TOKEN_NOT,
	LANG_TOKEN_RAW_EQ, /* from here to LANG_TOKEN_NOT_MATCH: comparisons */
	LANG_TOKEN_RAW_NE,
	LANG_TOKEN_INTERPRETED_EQ,
	LANG_TOKEN_INTERPRETED_NE,
	LANG_TOKEN_VALUE_EQ, /* == */
	LANG_TOKEN_VALUE_NE, /* !== */
	LANG_TOKEN_EQ,
	LANG_TOKEN_NE,
	LANG_TOKEN_LT,
	LANG_TOKEN_LE,
	LANG_TOKEN_GT,
	LANG_TOKEN_GE,
	LANG_TOKEN_MATCH,
	LANG_TOKEN_NOT_MATCH,
	LANG_TOKEN_IN,
	LANG_TOKEN_LIKE,
	LANG_TOKEN_UNKNOWN
};

struct lang_lexer {
	struct sv text;
	size_t at;    /* behind the token */
	size_t start; /* of the token, or of what is wrong */
	enum lang_token token;
	struct sv value; /* WORD, STRING, PATTERN; in the text or the arena */
	struct arena *arena;
	struct lang_problem *problem;
};

void lang_lexer_init(struct lang_lexer *l, struct sv text, struct arena *arena,
		     struct lang_problem *problem);

/* Each turns to the next token; -1, with the problem, when a quote has no end or an escape is unknown. */
MUST_CHECK int lang_lex_operand(struct lang_lexer *l); /* END WORD STRING ESCAPE LEFT NO */
MUST_CHECK int lang_lex_sign(struct lang_lexer *l);    /* END comparisons NOT */
MUST_CHECK int lang_lex_value(struct lang_lexer *l);   /* END WORD STRING LEFT RIGHT COMMA */
/* A regular expression: a backslash stays, but in front of a quote or slash. END WORD STRING PATTERN */
MUST_CHECK int lang_lex_pattern(struct lang_lexer *l);
MUST_CHECK int lang_lex_link(struct lang_lexer *l); /* END RIGHT COMMA ALL ANY AND OR */

/* Whether a sign, not a word, follows the token. */
bool lang_lexer_at_sign(const struct lang_lexer *l);

/* The token as it is written. */
struct sv lang_lexer_written(const struct lang_lexer *l);

/* Sets the problem, of those bytes. Returns -1. */
int lang_wrong(struct lang_lexer *l, size_t start, size_t length, const char *fmt, ...)
	PRINTF(4, 5);

/* For printing: whether text is one word for lang_lex_operand(), for lang_lex_value(). */
bool lang_is_name(struct sv text);
bool lang_is_value(struct sv text);
/* In double quotes, which reads back as the same bytes. */
void lang_put_string(struct sv text, struct buf *out);

#endif
