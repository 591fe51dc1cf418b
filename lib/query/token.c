/* Cutting only: which token may follow which is the parser's part. */
#include "query/token.h"

#include "base/num.h"

static const struct sign {
	const char *text;
	enum token token;
} signs[] = {
	/* Longer ones before those that they start with. */
	{"!==", TOKEN_NE},
	{"!", TOKEN_NOT},
	{"&&", TOKEN_AND},
	{"||", TOKEN_OR},
	{"(", TOKEN_LEFT},
	{")", TOKEN_RIGHT},
	{"<=", TOKEN_LE},
	{"<", TOKEN_LT},
	{"==", TOKEN_EQ},
	{">=", TOKEN_GE},
	{">", TOKEN_GT},
	{"\\", TOKEN_ESCAPE},
	{"i=", TOKEN_INTERPRETED_EQ},
	{"i!=", TOKEN_INTERPRETED_NE},
	{"r=", TOKEN_RAW_EQ},
	{"r!=", TOKEN_RAW_NE},
};

void lexer_init(struct lexer *l, struct sv text, struct arena *arena)
{
	*l = (struct lexer){.text = text, .arena = arena};
}

struct sv lexer_written(const struct lexer *l)
{
	return sv_head(sv_from(l->text, l->start), l->at - l->start);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_of_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

static bool is_of_time(char c)
{
	return c == 't' || c == 's' || c == ':' || c == '.' || c == '-' || (c >= '0' && c <= '9');
}

/* Where the next token starts. */
static struct sv skip_blanks(struct lexer *l)
{
	while (l->at < l->text.n && is_blank(l->text.p[l->at]))
		l->at++;
	l->start = l->at;
	return sv_from(l->text, l->at);
}

static void take_run(struct lexer *l, bool (*is_of)(char))
{
	while (l->at < l->text.n && is_of(l->text.p[l->at]))
		l->at++;
	l->token = TOKEN_WORD;
	l->value = lexer_written(l);
}

/* ---- quotes ---- */

/* Only the delimiter and the backslash itself can be escaped. */
static int bad_escape(struct lexer *l, size_t at, char delimiter, struct err *e)
{
	char c = at + 1 < l->text.n ? l->text.p[at + 1] : ' ';

	l->start = at;
	return err_set(e, "\"\\%c\" is no escape here: write \\\\ for a backslash, \\%c for a %s",
		       c >= ' ' && c <= '~' ? c : '?', delimiter,
		       delimiter == '/' ? "slash" : "quote");
}

/* Moves behind the closing delimiter; *escapes is how many backslashes count for nothing. */
static int find_end(struct lexer *l, char delimiter, size_t *escapes, struct err *e)
{
	size_t at = l->at + 1;

	for (*escapes = 0; at < l->text.n && l->text.p[at] != delimiter; at++) {
		if (l->text.p[at] != '\\')
			continue;
		if (at + 1 == l->text.n ||
		    (l->text.p[at + 1] != delimiter && l->text.p[at + 1] != '\\'))
			return bad_escape(l, at, delimiter, e);
		(*escapes)++;
		at++;
	}
	if (at == l->text.n)
		return err_set(e, "the %s that starts here has no end",
			       delimiter == '/' ? "regular expression" : "quote");
	l->at = at + 1;
	return 0;
}

static int take_quoted(struct lexer *l, char delimiter, struct err *e)
{
	struct sv inside;
	size_t escapes, n = 0;
	char *copy;

	if (find_end(l, delimiter, &escapes, e) != 0)
		return -1;
	inside = sv_make(l->text.p + l->start + 1, l->at - l->start - 2);
	l->token = delimiter == '/' ? TOKEN_REGEXP : TOKEN_WORD;
	l->value = inside;
	if (escapes == 0)
		return 0;
	copy = arena_alloc(l->arena, inside.n - escapes);
	if (!copy)
		return err_set(e, "no memory for what is written here");
	for (size_t i = 0; i < inside.n; i++) {
		i += inside.p[i] == '\\';
		copy[n++] = inside.p[i];
	}
	l->value = sv_make(copy, n);
	return 0;
}

/* ---- tokens ---- */

static bool take_sign(struct lexer *l, struct sv rest)
{
	for (size_t i = 0; i < LEN(signs); i++) {
		struct sv sign = sv_cstr(signs[i].text);

		if (sv_starts(rest, sign)) {
			l->token = signs[i].token;
			l->at += sign.n;
			return true;
		}
	}
	return false;
}

int lexer_next(struct lexer *l, struct err *e)
{
	struct sv rest = skip_blanks(l);

	l->value = SV_EMPTY;
	if (rest.n == 0) {
		l->token = TOKEN_END;
	} else if (rest.p[0] == '"' || rest.p[0] == '/') {
		return take_quoted(l, rest.p[0], e);
	} else if (take_sign(l, rest)) {
		/* done */
	} else if (is_of_word(rest.p[0])) {
		take_run(l, is_of_word);
	} else {
		l->token = TOKEN_UNKNOWN;
		l->at++;
	}
	return 0;
}

int lexer_next_time(struct lexer *l, struct err *e)
{
	struct sv rest = skip_blanks(l);

	if (!sv_starts(rest, SV("ts:")))
		return lexer_next(l, e);
	take_run(l, is_of_time);
	return 0;
}
