/* Cutting only: which token may follow which is the parser's part. */
#include "query/lang_token.h"

#include "base/num.h"

#include <stdarg.h>
#include <stdio.h>

struct sign {
	const char *text;
	enum lang_token token;
};

/* Longer ones before those that they start with. */
static const struct sign comparisons[] = {
	{"r=", LANG_TOKEN_RAW_EQ},
	{"r!=", LANG_TOKEN_RAW_NE},
	{"i=", LANG_TOKEN_INTERPRETED_EQ},
	{"i!=", LANG_TOKEN_INTERPRETED_NE},
	{"==", LANG_TOKEN_VALUE_EQ},
	{"!==", LANG_TOKEN_VALUE_NE},
	{"!=", LANG_TOKEN_NE},
	{"!~", LANG_TOKEN_NOT_MATCH},
	{"=~", LANG_TOKEN_MATCH},
	{"=", LANG_TOKEN_EQ},
	{"<=", LANG_TOKEN_LE},
	{"<", LANG_TOKEN_LT},
	{">=", LANG_TOKEN_GE},
	{">", LANG_TOKEN_GT},
	{"~", LANG_TOKEN_MATCH},
};

static const struct sign operands[] = {
	{"(", LANG_TOKEN_LEFT},
	{"!", LANG_TOKEN_NO},
	{"\\", LANG_TOKEN_ESCAPE},
};

static const struct sign links[] = {
	{"&&", LANG_TOKEN_ALL},
	{"||", LANG_TOKEN_ANY},
	{")", LANG_TOKEN_RIGHT},
	{",", LANG_TOKEN_COMMA},
};

static const struct sign values[] = {
	{"(", LANG_TOKEN_LEFT},
	{")", LANG_TOKEN_RIGHT},
	{",", LANG_TOKEN_COMMA},
};

static const struct sign comparison_words[] = {
	{"in", LANG_TOKEN_IN},
	{"like", LANG_TOKEN_LIKE},
	{"not", LANG_TOKEN_NOT},
};

static const struct sign link_words[] = {
	{"and", LANG_TOKEN_AND},
	{"or", LANG_TOKEN_OR},
};

void lang_lexer_init(struct lang_lexer *l, struct sv text, struct arena *arena,
		     struct lang_problem *problem)
{
	*l = (struct lang_lexer){.text = text, .arena = arena, .problem = problem};
}

struct sv lang_lexer_written(const struct lang_lexer *l)
{
	return sv_head(sv_from(l->text, l->start), l->at - l->start);
}

int lang_wrong(struct lang_lexer *l, size_t start, size_t length, const char *fmt, ...)
{
	va_list args;

	start = start < l->text.n ? start : l->text.n;
	l->problem->column = start + 1;
	l->problem->length = length < l->text.n - start ? length : l->text.n - start;
	va_start(args, fmt);
	(void)vsnprintf(l->problem->text, sizeof(l->problem->text), fmt, args);
	va_end(args);
	/* It goes to a terminal, with parts of what was typed or came from a file. */
	for (char *c = l->problem->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == '\x7f')
			*c = '?';
	return -1;
}

/* ---- bytes ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_one_of(char c, struct sv bytes)
{
	return sv_index(bytes, c) < bytes.n;
}

/* Of a field's name; what cannot be part of one is taken too, to be told as a whole. */
static bool is_of_name(char c)
{
	return (unsigned char)c > ' ' && c != '\x7f' && !is_one_of(c, SV("()\"',=!~<>&|\\"));
}

static bool is_of_value(char c)
{
	return (unsigned char)c > ' ' && c != '\x7f' && !is_one_of(c, SV("()\"',<>&|\\"));
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_of_keyword(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool is_run_of(struct sv text, bool (*is_of)(char))
{
	for (size_t i = 0; i < text.n; i++)
		if (!is_of(text.p[i]))
			return false;
	return text.n > 0;
}

bool lang_is_name(struct sv text)
{
	return is_run_of(text, is_of_name);
}

bool lang_is_value(struct sv text)
{
	return is_run_of(text, is_of_value);
}

static struct sv skip_blanks(struct lang_lexer *l)
{
	while (l->at < l->text.n && is_blank(l->text.p[l->at]))
		l->at++;
	l->start = l->at;
	l->value = SV_EMPTY;
	return sv_from(l->text, l->at);
}

static void take_run(struct lang_lexer *l, bool (*is_of)(char))
{
	while (l->at < l->text.n && is_of(l->text.p[l->at]))
		l->at++;
	l->token = LANG_TOKEN_WORD;
	l->value = lang_lexer_written(l);
}

static bool take_sign(struct lang_lexer *l, struct sv rest, const struct sign *signs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct sv sign = sv_cstr(signs[i].text);

		if (sv_starts(rest, sign)) {
			l->token = signs[i].token;
			l->at += sign.n;
			return true;
		}
	}
	return false;
}

static bool take_keyword(struct lang_lexer *l, const struct sign *signs, size_t count)
{
	take_run(l, is_of_keyword);
	for (size_t i = 0; i < count; i++)
		if (sv_eq_nocase(l->value, sv_cstr(signs[i].text))) {
			l->token = signs[i].token;
			return true;
		}
	return false;
}

/* What no token of the kind starts with: as far as it seems to be one thing. */
static int take_unknown(struct lang_lexer *l)
{
	if (l->at == l->start)
		l->at++;
	while (l->at < l->text.n && is_of_value(l->text.p[l->at]) &&
	       is_of_value(l->text.p[l->at - 1]))
		l->at++;
	l->token = LANG_TOKEN_UNKNOWN;
	return 0;
}

/* ---- quotes ---- */

static const struct {
	char letter, byte;
} escapes[] = {{'n', '\n'},  {'t', '\t'}, {'r', '\r'},  {'e', '\x1b'}, {'0', '\0'},
	       {'\\', '\\'}, {'"', '"'},  {'\'', '\''}, {'/', '/'}};

/* Puts the byte that the escape at inside.p[*i] stands for, and moves to its last byte. */
static bool take_escape(struct sv inside, size_t *i, char *out)
{
	struct sv rest = sv_from(inside, *i + 1);
	uint64_t byte;

	if (rest.n == 0)
		return false;
	for (size_t e = 0; e < LEN(escapes); e++)
		if (escapes[e].letter == rest.p[0]) {
			*out = escapes[e].byte;
			*i += 1;
			return true;
		}
	if (rest.p[0] != 'x' || rest.n < 3 || !num_hex64(sv_head(sv_from(rest, 1), 2), &byte))
		return false;
	*out = (char)(unsigned char)byte;
	*i += 3;
	return true;
}

/* Where the closing delimiter is; text.n when there is none. A backslash takes the byte behind it. */
static size_t find_end(const struct lang_lexer *l, char delimiter)
{
	size_t at = l->start + 1;

	while (at < l->text.n && l->text.p[at] != delimiter)
		at += l->text.p[at] == '\\' ? 2 : 1;
	return at < l->text.n ? at : l->text.n;
}

/* A string: all escapes are known. */
static int decode_string(struct lang_lexer *l, struct sv inside, char *copy, size_t *n)
{
	for (size_t i = 0; i < inside.n; i++) {
		char byte = inside.p[i];
		size_t from = i;

		if (byte == '\\' && !take_escape(inside, &i, &byte))
			return lang_wrong(
				l, l->start + 1 + from, 2,
				"no such escape: \\\" \\' \\\\ \\n \\t \\r \\e \\0 and \\xHH "
				"are known; a backslash is written \\\\");
		copy[(*n)++] = byte;
	}
	return 0;
}

/* A regular expression: quotes and slashes lose their backslash, everything else is its own matter. */
static void decode_pattern(struct sv inside, char *copy, size_t *n)
{
	for (size_t i = 0; i < inside.n; i++) {
		if (inside.p[i] == '\\' && i + 1 < inside.n) {
			if (!is_one_of(inside.p[i + 1], SV("\"'/")))
				copy[(*n)++] = '\\';
			i++;
		}
		copy[(*n)++] = inside.p[i];
	}
}

static int take_quoted(struct lang_lexer *l, bool is_pattern)
{
	char delimiter = l->text.p[l->start], *copy;
	size_t end = find_end(l, delimiter), n = 0;
	struct sv inside;

	if (end == l->text.n)
		return lang_wrong(l, l->start, 1, "the %s that starts here has no end",
				  delimiter == '/' ? "regular expression" : "quote");
	inside = sv_make(l->text.p + l->start + 1, end - l->start - 1);
	l->at = end + 1;
	l->token = delimiter == '/' ? LANG_TOKEN_PATTERN : LANG_TOKEN_STRING;
	l->value = inside;
	if (sv_index(inside, '\\') == inside.n)
		return 0;
	copy = arena_alloc(l->arena, inside.n);
	if (!copy)
		return lang_wrong(l, l->start, end - l->start,
				  "no memory for what is written here");
	if (is_pattern)
		decode_pattern(inside, copy, &n);
	else if (decode_string(l, inside, copy, &n) != 0)
		return -1;
	l->value = sv_make(copy, n);
	return 0;
}

/* ---- tokens ---- */

static bool take_end(struct lang_lexer *l, struct sv rest)
{
	l->token = LANG_TOKEN_END;
	return rest.n == 0;
}

int lang_lex_operand(struct lang_lexer *l)
{
	struct sv rest = skip_blanks(l);

	if (take_end(l, rest) || take_sign(l, rest, operands, LEN(operands)))
		return 0;
	if (rest.p[0] == '"' || rest.p[0] == '\'')
		return take_quoted(l, false);
	if (!is_of_name(rest.p[0]))
		return take_unknown(l);
	take_run(l, is_of_name);
	return 0;
}

int lang_lex_sign(struct lang_lexer *l)
{
	struct sv rest = skip_blanks(l);

	if (take_end(l, rest) || take_sign(l, rest, comparisons, LEN(comparisons)) ||
	    take_keyword(l, comparison_words, LEN(comparison_words)))
		return 0;
	return take_unknown(l);
}

int lang_lex_value(struct lang_lexer *l)
{
	struct sv rest = skip_blanks(l);

	if (take_end(l, rest) || take_sign(l, rest, values, LEN(values)))
		return 0;
	if (rest.p[0] == '"' || rest.p[0] == '\'')
		return take_quoted(l, false);
	if (!is_of_value(rest.p[0]))
		return take_unknown(l);
	take_run(l, is_of_value);
	return 0;
}

int lang_lex_pattern(struct lang_lexer *l)
{
	struct sv rest = skip_blanks(l);

	if (take_end(l, rest))
		return 0;
	if (is_one_of(rest.p[0], SV("\"'/")))
		return take_quoted(l, true);
	if (!is_of_value(rest.p[0]))
		return take_unknown(l);
	take_run(l, is_of_value);
	return 0;
}

int lang_lex_link(struct lang_lexer *l)
{
	struct sv rest = skip_blanks(l);

	if (take_end(l, rest) || take_sign(l, rest, links, LEN(links)) ||
	    take_keyword(l, link_words, LEN(link_words)))
		return 0;
	return take_unknown(l);
}

bool lang_lexer_at_sign(const struct lang_lexer *l)
{
	struct lang_lexer ahead = *l;
	struct sv rest = skip_blanks(&ahead);

	return take_sign(&ahead, rest, comparisons, LEN(comparisons));
}

/* ---- writing ---- */

void lang_put_string(struct sv text, struct buf *out)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_putc(out, text.p[i]);
	}
	buf_putc(out, '"');
}
