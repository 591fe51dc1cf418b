/*
 * Parsing one operand: a comparison, `has FIELD`, a "text", or a comparison in the words of the
 * reference, which the reference's parser reads: its meaning and its limits are kept that way.
 */
#include "query/lang_plan.h"

#include "base/near.h"
#include "base/num.h"
#include "query/token.h"

#define COST_HEAD    1 /* what stands in a record's head */
#define COST_FIELD   4
#define COST_WORDS   8 /* a field whose value has to be put in words */
#define COST_TEXT    12
#define COST_PATTERN 20
#define COST_SEVERAL 24
#define COST_STORY   60 /* the normaliser has to be asked */

/* ---- names ---- */

static bool is_argument(struct sv name)
{
	if (name.n < 2 || name.p[0] != 'a')
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (name.p[i] < '0' || name.p[i] > '9')
			return false;
	return true;
}

/* Names of fields that no table knows are most often typed wrong. */
static int unknown_name(struct lang_parser *p, const struct lang_node *n)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];

	for (size_t i = 0; i < lang_field_count; i++)
		near_consider(&best, n->name, sv_cstr(lang_fields[i].name));
	return lang_wrong(&p->lexer, n->column, n->length,
			  "no field %.*s is known (in quotes any name is one)%s",
			  SV_FMT(sv_head(n->name, 48)), near_hint(&best, "", hint));
}

static int resolve_name(struct lang_parser *p, struct lang_node *n)
{
	const struct lang_field *f = n->is_quoted ? NULL : lang_field_find(n->name);

	n->type = field_value_type(n->name);
	n->subject = f ? lang_field_subject(f) : LANG_SUBJECT_FIELD;
	if (f || n->is_quoted || is_argument(n->name))
		return 0;
	return unknown_name(p, n);
}

static unsigned cost_of(const struct lang_node *n)
{
	if (n->kind == LANG_TEXT)
		return COST_TEXT;
	if (n->order == LANG_MATCH)
		return COST_PATTERN + (n->subject >= LANG_SUBJECT_USER ? COST_SEVERAL : 0);
	if (n->subject == LANG_SUBJECT_FIELD)
		return n->type == VALUE_UNCLASSIFIED ? COST_FIELD : COST_WORDS;
	if (n->subject < LANG_SUBJECT_USER)
		return COST_HEAD;
	return lang_subject_is_of_event(n->subject) && n->subject < LANG_SUBJECT_PATH
		       ? COST_STORY
		       : COST_SEVERAL;
}

/* ---- the reference's ---- */

static int hold_expression(struct lang_parser *p, struct expression *x)
{
	struct lang_held *h = arena_alloc(&p->l->memory, sizeof(*h));

	if (!h) {
		expression_release(x);
		return lang_no_memory(p);
	}
	*h = (struct lang_held){.next = p->l->held, .expression = x};
	p->l->held = h;
	return 0;
}

/* text is one comparison; what is wrong with it is at `start` of the query. */
static int parse_reference(struct lang_parser *p, struct lang_node *n, struct sv text, size_t start,
			   bool is_whole)
{
	struct expression *x = arena_alloc(&p->l->memory, sizeof(*x));
	struct err e;
	size_t column;

	if (!x)
		return lang_no_memory(p);
	if (expression_parse(x, text, &column, &e) != 0)
		return lang_wrong(&p->lexer, is_whole ? start + column - 1 : start,
				  is_whole ? 1 : p->lexer.at - start, "%s", e.text);
	n->kind = LANG_REFERENCE;
	n->reference = x;
	n->cost = x->root->kind == EXPRESSION_REGEXP ? COST_PATTERN : COST_WORDS;
	return hold_expression(p, x);
}

/* Behind "\": as far as the reference's comparison goes. */
static int skip_reference(struct lexer *l, struct err *e)
{
	bool is_time, is_regexp;

	if (lexer_next(l, e) != 0) /* the backslash */
		return -1;
	if (lexer_next(l, e) != 0 || l->token != TOKEN_WORD)
		return -1;
	is_regexp = sv_eq(l->value, SV("regexp"));
	is_time = sv_eq(l->value, SV("timestamp")) || sv_eq(l->value, SV("timestamp_ex"));
	if (!is_regexp && lexer_next(l, e) != 0)
		return -1;
	if (is_time && l->token >= TOKEN_EQ && l->token <= TOKEN_GE)
		return lexer_next_time(l, e);
	return lexer_next(l, e);
}

static struct lang_node *parse_escape(struct lang_parser *p)
{
	struct lang_node *n = lang_node_new(p, LANG_REFERENCE);
	size_t start = p->lexer.start;
	struct lexer l;
	struct err e;
	struct sv text = sv_from(p->lexer.text, start);

	if (!n)
		return NULL;
	lexer_init(&l, p->lexer.text, &p->l->memory);
	l.at = start;
	/* When it cannot be cut, parsing what is left says why. */
	if (skip_reference(&l, &e) == 0 && l.token != TOKEN_END)
		text = sv_head(text, l.at - start);
	if (parse_reference(p, n, text, start, true) != 0)
		return NULL;
	p->lexer.at = l.at;
	n->length = l.at - start;
	return n;
}

static void put_plainly(struct sv text, struct buf *out)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_putc(out, '\\');
		buf_putc(out, text.p[i]);
	}
	buf_putc(out, '"');
}

/* "NAME SIGN VALUE", the lexer being at the value. */
static int parse_reference_value(struct lang_parser *p, struct lang_node *n, struct sv sign)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(3 * LANG_TEXT_MAX);
	int64_t number;
	size_t start;

	if (lang_lex_value(&p->lexer) != 0)
		return -1;
	if (p->lexer.token != LANG_TOKEN_WORD && p->lexer.token != LANG_TOKEN_STRING)
		return lang_expected(p, "a value");
	start = p->lexer.start;
	if (sign.p[0] != 'r' && sign.p[0] != 'i' && !num_i64(p->lexer.value, &number))
		return lang_expected(p, "a number");
	put_plainly(n->name, &text);
	buf_printf(&text, " %.*s ", SV_FMT(sign));
	put_plainly(p->lexer.value, &text);
	if (text.failed)
		return lang_no_memory(p);
	return parse_reference(p, n, buf_view(&text), start, false);
}

/* ---- ours ---- */

static struct lang_test *new_test(struct lang_parser *p, struct lang_node *n)
{
	struct lang_test *t = arena_alloc(&p->l->memory, sizeof(*t));

	if (!t) {
		(void)lang_no_memory(p);
		return NULL;
	}
	*t = (struct lang_test){0};
	n->tests = t;
	n->test_count = 1;
	return t;
}

static int parse_value(struct lang_parser *p, struct lang_node *n)
{
	struct lang_test *t = new_test(p, n);

	if (!t || lang_lex_value(&p->lexer) != 0)
		return -1;
	return lang_read_value(p, n, t);
}

static int parse_bound(struct lang_parser *p, struct lang_node *n)
{
	struct lang_test *t = new_test(p, n);

	if (!t || lang_lex_value(&p->lexer) != 0)
		return -1;
	return lang_read_bound(p, n, t);
}

static int parse_pattern(struct lang_parser *p, struct lang_node *n)
{
	struct lang_test *t = new_test(p, n);

	if (!t || lang_lex_pattern(&p->lexer) != 0)
		return -1;
	return lang_read_pattern(p, n, t);
}

static int parse_glob(struct lang_parser *p, struct lang_node *n)
{
	struct lang_test *t = new_test(p, n);

	if (!t || lang_lex_value(&p->lexer) != 0)
		return -1;
	n->form = LANG_FORM_LIKE;
	return lang_read_glob(p, n, t);
}

struct element {
	struct lang_test test;
	struct element *next;
};

/* Behind "(": values with commas between them, up to ")". */
static int parse_list(struct lang_parser *p, struct lang_node *n)
{
	struct element *first = NULL, **end = &first;

	do {
		struct element *x = arena_alloc(&p->l->memory, sizeof(*x));

		if (!x)
			return lang_no_memory(p);
		*x = (struct element){0};
		if (++p->l->node_count > LANG_NODES_MAX)
			return lang_wrong(&p->lexer, p->lexer.start, 0,
					  "the query has more than %d parts", LANG_NODES_MAX);
		if (lang_lex_value(&p->lexer) != 0 || lang_read_value(p, n, &x->test) != 0 ||
		    lang_lex_link(&p->lexer) != 0)
			return -1;
		*end = x;
		end = &x->next;
		n->test_count++;
	} while (p->lexer.token == LANG_TOKEN_COMMA);
	if (p->lexer.token != LANG_TOKEN_RIGHT)
		return lang_expected(p, "\",\" or \")\"");
	n->tests = arena_alloc(&p->l->memory, n->test_count * sizeof(*n->tests));
	if (!n->tests)
		return lang_no_memory(p);
	for (size_t i = 0; first; first = first->next)
		n->tests[i++] = first->test;
	return 0;
}

static int parse_in(struct lang_parser *p, struct lang_node *n)
{
	struct lang_test *t;

	n->form = LANG_FORM_IN;
	if (lang_lex_value(&p->lexer) != 0)
		return -1;
	if (p->lexer.token == LANG_TOKEN_LEFT)
		return parse_list(p, n);
	t = new_test(p, n);
	return t ? lang_read_value(p, n, t) : -1;
}

/* Behind "not". */
static int parse_not_word(struct lang_parser *p, struct lang_node *n)
{
	n->is_negated = true;
	if (lang_lex_sign(&p->lexer) != 0)
		return -1;
	if (p->lexer.token == LANG_TOKEN_IN)
		return parse_in(p, n);
	if (p->lexer.token == LANG_TOKEN_LIKE)
		return parse_glob(p, n);
	return lang_expected(p, "in or like");
}

/* User and group ids are compared as the reference does, whatever record they stand in. */
static bool is_of_reference(const struct lang_node *n)
{
	return n->subject == LANG_SUBJECT_FIELD && (n->type == VALUE_UID || n->type == VALUE_GID);
}

static int parse_order(struct lang_parser *p, struct lang_node *n, enum lang_order order)
{
	struct sv sign = lang_lexer_written(&p->lexer);

	n->order = order;
	if (is_of_reference(n))
		return parse_reference_value(p, n, sign);
	return parse_bound(p, n);
}

static int no_sign(struct lang_parser *p, const struct lang_node *n)
{
	struct sv got = lang_lexer_written(&p->lexer), name = sv_head(n->name, 48);

	if (p->lexer.token == LANG_TOKEN_END)
		return lang_wrong(
			&p->lexer, n->column, n->length,
			"a comparison is expected behind %.*s (= != < <= > >= ~ !~ in like), "
			"but the query ends: has %.*s asks for the field, \"%.*s\" for the text",
			SV_FMT(name), SV_FMT(name), SV_FMT(name));
	return lang_wrong(&p->lexer, p->lexer.start, got.n,
			  "a comparison is expected here (= != < <= > >= ~ !~ in like), not %.*s",
			  SV_FMT(sv_head(got, 48)));
}

static int parse_sign(struct lang_parser *p, struct lang_node *n)
{
	struct sv sign = lang_lexer_written(&p->lexer);

	switch (p->lexer.token) {
	case LANG_TOKEN_RAW_EQ:
	case LANG_TOKEN_RAW_NE:
	case LANG_TOKEN_INTERPRETED_EQ:
	case LANG_TOKEN_INTERPRETED_NE:
		return parse_reference_value(p, n, sign);
	case LANG_TOKEN_VALUE_EQ:
	case LANG_TOKEN_VALUE_NE:
		if (is_of_reference(n))
			return parse_reference_value(p, n, sign);
		n->is_negated = p->lexer.token == LANG_TOKEN_VALUE_NE;
		return parse_value(p, n);
	case LANG_TOKEN_EQ:
	case LANG_TOKEN_NE:
		n->is_negated = p->lexer.token == LANG_TOKEN_NE;
		return parse_value(p, n);
	case LANG_TOKEN_LT:
		return parse_order(p, n, LANG_LT);
	case LANG_TOKEN_LE:
		return parse_order(p, n, LANG_LE);
	case LANG_TOKEN_GT:
		return parse_order(p, n, LANG_GT);
	case LANG_TOKEN_GE:
		return parse_order(p, n, LANG_GE);
	case LANG_TOKEN_MATCH:
	case LANG_TOKEN_NOT_MATCH:
		n->is_negated = p->lexer.token == LANG_TOKEN_NOT_MATCH;
		n->order = LANG_MATCH;
		return parse_pattern(p, n);
	case LANG_TOKEN_IN:
		return parse_in(p, n);
	case LANG_TOKEN_LIKE:
		return parse_glob(p, n);
	case LANG_TOKEN_NOT:
		return parse_not_word(p, n);
	case LANG_TOKEN_END:
	case LANG_TOKEN_WORD:
	case LANG_TOKEN_STRING:
	case LANG_TOKEN_PATTERN:
	case LANG_TOKEN_ESCAPE:
	case LANG_TOKEN_LEFT:
	case LANG_TOKEN_RIGHT:
	case LANG_TOKEN_COMMA:
	case LANG_TOKEN_NO:
	case LANG_TOKEN_ALL:
	case LANG_TOKEN_ANY:
	case LANG_TOKEN_AND:
	case LANG_TOKEN_OR:
	case LANG_TOKEN_UNKNOWN:
		break;
	}
	return no_sign(p, n);
}

/* The reference's signs take any name; ours want one that is known. */
static bool is_sign_of_reference(enum lang_token token)
{
	return token >= LANG_TOKEN_RAW_EQ && token <= LANG_TOKEN_INTERPRETED_NE;
}

/* Behind the name. */
static int parse_comparison(struct lang_parser *p, struct lang_node *n)
{
	if (lang_lex_sign(&p->lexer) != 0)
		return -1;
	if (!is_sign_of_reference(p->lexer.token) && resolve_name(p, n) != 0) {
		/* A word that is no field and no comparison is something else that went wrong. */
		return p->lexer.token >= LANG_TOKEN_VALUE_EQ && p->lexer.token <= LANG_TOKEN_LIKE
			       ? -1
			       : no_sign(p, n);
	}
	if (parse_sign(p, n) != 0)
		return -1;
	if (n->kind == LANG_COMPARE)
		n->cost = cost_of(n);
	return 0;
}

static struct lang_node *parse_has(struct lang_parser *p)
{
	struct lang_node *n = lang_node_new(p, LANG_HAS);

	if (!n || lang_lex_operand(&p->lexer) != 0)
		return NULL;
	if (p->lexer.token != LANG_TOKEN_WORD && p->lexer.token != LANG_TOKEN_STRING) {
		(void)lang_expected(p, "the name of a field");
		return NULL;
	}
	n->name = p->lexer.value;
	n->is_quoted = p->lexer.token == LANG_TOKEN_STRING;
	n->column = p->lexer.start;
	n->length = lang_lexer_written(&p->lexer).n;
	if (resolve_name(p, n) != 0)
		return NULL;
	n->cost = cost_of(n);
	return n;
}

/* A command line in hexadecimal has NULs where it has blanks in words: a part without any is looked for. */
static int add_hex(struct lang_parser *p, struct lang_node *n)
{
	struct sv word = lang_longest_between(n->tests->text, ' ');

	if (word.n == 0)
		return 0;
	n->hex = arena_alloc(&p->l->memory, sizeof(*n->hex));
	if (!n->hex)
		return lang_no_memory(p);
	literal_init(n->hex, LITERAL_HEX, word);
	return 0;
}

static struct lang_node *parse_text(struct lang_parser *p)
{
	struct lang_node *n = lang_node_new(p, LANG_TEXT);
	struct lang_test *t;

	if (!n || !(t = new_test(p, n)))
		return NULL;
	if (p->lexer.value.n == 0) {
		(void)lang_wrong(&p->lexer, n->column, n->length,
				 "this text is empty: every record holds it");
		return NULL;
	}
	t->written = t->text = p->lexer.value;
	t->is_quoted = true;
	n->cost = cost_of(n);
	return add_hex(p, n) == 0 ? n : NULL;
}

struct lang_node *lang_parse_operand(struct lang_parser *p)
{
	bool is_sign = p->lexer.token != LANG_TOKEN_ESCAPE && lang_lexer_at_sign(&p->lexer);
	struct lang_lexer ahead = p->lexer;
	struct lang_node *n;

	if (p->lexer.token == LANG_TOKEN_ESCAPE)
		return parse_escape(p);
	if (p->lexer.token == LANG_TOKEN_WORD && !is_sign &&
	    sv_eq_nocase(p->lexer.value, SV("has")))
		return parse_has(p);
	if (lang_lex_sign(&ahead) != 0)
		return NULL;
	if (p->lexer.token == LANG_TOKEN_STRING && !is_sign && ahead.token != LANG_TOKEN_IN &&
	    ahead.token != LANG_TOKEN_LIKE && ahead.token != LANG_TOKEN_NOT)
		return parse_text(p);
	n = lang_node_new(p, LANG_COMPARE);
	if (!n)
		return NULL;
	n->name = p->lexer.value;
	n->is_quoted = p->lexer.token == LANG_TOKEN_STRING;
	return parse_comparison(p, n) == 0 ? n : NULL;
}
