/*
 * From text to a tree, by recursive descent:
 *
 *	or:      and { "or" and }
 *	and:     not { "and" not }
 *	not:     "not" not | any
 *	any:     all { "||" all }		of one record from here on
 *	all:     one { "&&" one }
 *	one:     "!" one | "(" or ")" | operand
 *
 * Chains of one sign become one node, so that only parentheses, "!" and "not" make the tree deep.
 * Every function starts with the lexer at an operand and ends with it at what stands between two.
 */
#include "query/lang_parts.h"

#include <stdlib.h>

#define MEMORY_MAX ((size_t)16 << 20)

int lang_expected(struct lang_parser *p, const char *what)
{
	struct sv got = lang_lexer_written(&p->lexer);

	if (p->lexer.token == LANG_TOKEN_END)
		return lang_wrong(&p->lexer, p->lexer.start, 0,
				  "%s is expected here, but the query ends", what);
	return lang_wrong(&p->lexer, p->lexer.start, got.n, "%s is expected here, not %.*s", what,
			  SV_FMT(sv_head(got, 48)));
}

int lang_no_memory(struct lang_parser *p)
{
	return lang_wrong(&p->lexer, p->lexer.start, 0, "no memory for this query");
}

struct lang_node *lang_node_new(struct lang_parser *p, enum lang_kind kind)
{
	struct lang_node *n;

	if (p->l->node_count == LANG_NODES_MAX) {
		(void)lang_wrong(&p->lexer, p->lexer.start, 0, "the query has more than %d parts",
				 LANG_NODES_MAX);
		return NULL;
	}
	n = arena_alloc(&p->l->memory, sizeof(*n));
	if (!n) {
		(void)lang_no_memory(p);
		return NULL;
	}
	p->l->node_count++;
	*n = (struct lang_node){
		.kind = kind, .column = p->lexer.start, .length = lang_lexer_written(&p->lexer).n};
	return n;
}

/* ---- who may stand where ---- */

/* The first part that only a whole event can be asked for; NULL when there is none. */
static const struct lang_node *find_of_event(const struct lang_node *n)
{
	const struct lang_node *found = NULL;

	switch (n->kind) {
	case LANG_AND:
	case LANG_OR:
	case LANG_NOT:
		return n;
	case LANG_ALL:
	case LANG_ANY:
	case LANG_NO:
		for (const struct lang_node *c = n->child; c && !found; c = c->next)
			found = find_of_event(c);
		return found;
	case LANG_COMPARE:
	case LANG_HAS:
		return lang_subject_is_of_event(n->subject) ? n : NULL;
	case LANG_TEXT:
	case LANG_REFERENCE:
		break;
	}
	return NULL;
}

static int must_be_of_record(struct lang_parser *p, const struct lang_node *n, const char *sign)
{
	static const char *const words[] = {
		[LANG_AND] = "\"and\"", [LANG_OR] = "\"or\"", [LANG_NOT] = "\"not\""};
	const struct lang_node *wrong = find_of_event(n);

	if (!wrong)
		return 0;
	if (wrong->kind == LANG_COMPARE || wrong->kind == LANG_HAS)
		return lang_wrong(&p->lexer, wrong->column, wrong->length,
				  "\"%s\" asks one record, but %.*s is about the whole event: "
				  "write and, or, not",
				  sign, SV_FMT(wrong->name));
	return lang_wrong(&p->lexer, wrong->column, wrong->length,
			  "\"%s\" asks one record and cannot hold %s, which asks the whole event",
			  sign, words[wrong->kind]);
}

/* What "a and b || c" means is not what half of its readers take it for. */
static int must_be_enclosed(struct lang_parser *p, const struct lang_node *n, const char *word)
{
	bool is_odd = n->kind == LANG_ANY || (n->kind == LANG_ALL && word[0] == 'n');

	if (!is_odd || n->is_enclosed)
		return 0;
	return lang_wrong(&p->lexer, n->column, n->length,
			  "\"%s\" and \"%s\" meet here: put parentheses around what is meant", word,
			  n->kind == LANG_ANY ? "||" : "&&");
}

/* ---- the grammar ---- */

static struct lang_node *parse_or(struct lang_parser *p);

static int deeper(struct lang_parser *p)
{
	if (p->depth == LANG_DEPTH_MAX)
		return lang_wrong(&p->lexer, p->lexer.start, 1,
				  "the query is nested more than %d deep", LANG_DEPTH_MAX);
	p->depth++;
	return 0;
}

static struct lang_node *parse_in_parentheses(struct lang_parser *p)
{
	size_t open = p->lexer.start;
	struct lang_node *n;

	if (lang_lex_operand(&p->lexer) != 0 || !(n = parse_or(p)))
		return NULL;
	if (p->lexer.token == LANG_TOKEN_END) {
		(void)lang_wrong(&p->lexer, open, 1, "this parenthesis is not closed");
		return NULL;
	}
	if (p->lexer.token != LANG_TOKEN_RIGHT) {
		(void)lang_expected(p, "and, or, &&, || or \")\"");
		return NULL;
	}
	n->is_enclosed = true;
	return lang_lex_link(&p->lexer) == 0 ? n : NULL;
}

static struct lang_node *parse_one(struct lang_parser *p);

static struct lang_node *parse_no(struct lang_parser *p)
{
	struct lang_node *n = lang_node_new(p, LANG_NO);

	if (!n || lang_lex_operand(&p->lexer) != 0 || !(n->child = parse_one(p)) ||
	    must_be_of_record(p, n->child, "!") != 0)
		return NULL;
	n->child_count = 1;
	return n;
}

static struct lang_node *parse_one(struct lang_parser *p)
{
	enum lang_token token = p->lexer.token;
	struct lang_node *n;

	if (token == LANG_TOKEN_WORD || token == LANG_TOKEN_STRING || token == LANG_TOKEN_ESCAPE) {
		n = lang_parse_operand(p);
		return n && lang_lex_link(&p->lexer) == 0 ? n : NULL;
	}
	if (token != LANG_TOKEN_LEFT && token != LANG_TOKEN_NO) {
		(void)lang_expected(
			p, "a comparison (FIELD = VALUE), has FIELD, a \"text\", not or \"(\"");
		return NULL;
	}
	if (deeper(p) != 0)
		return NULL;
	n = token == LANG_TOKEN_LEFT ? parse_in_parentheses(p) : parse_no(p);
	p->depth--;
	return n;
}

struct chain {
	enum lang_kind kind;
	enum lang_token token;
	const char *sign;
	struct lang_node *(*parse)(struct lang_parser *);
};

static int check_child(struct lang_parser *p, const struct chain *c, const struct lang_node *n)
{
	if (c->kind == LANG_ALL || c->kind == LANG_ANY)
		return must_be_of_record(p, n, c->sign);
	return c->kind == LANG_AND ? must_be_enclosed(p, n, c->sign) : 0;
}

/* One or more of what parse() reads, with that sign between them. */
static struct lang_node *parse_chain(struct lang_parser *p, const struct chain *c)
{
	struct lang_node *first = c->parse(p), *chain, *last;

	if (!first || p->lexer.token != c->token)
		return first;
	chain = lang_node_new(p, c->kind);
	if (!chain || check_child(p, c, first) != 0)
		return NULL;
	chain->child_count = 1;
	for (chain->child = last = first; p->lexer.token == c->token; last = last->next) {
		if (lang_lex_operand(&p->lexer) != 0 || !(last->next = c->parse(p)) ||
		    check_child(p, c, last->next) != 0)
			return NULL;
		chain->child_count++;
	}
	return chain;
}

static struct lang_node *parse_all(struct lang_parser *p)
{
	static const struct chain chain = {LANG_ALL, LANG_TOKEN_ALL, "&&", parse_one};

	return parse_chain(p, &chain);
}

static struct lang_node *parse_any(struct lang_parser *p)
{
	static const struct chain chain = {LANG_ANY, LANG_TOKEN_ANY, "||", parse_all};

	return parse_chain(p, &chain);
}

static bool is_not(const struct lang_parser *p)
{
	return p->lexer.token == LANG_TOKEN_WORD && sv_eq_nocase(p->lexer.value, SV("not")) &&
	       !lang_lexer_at_sign(&p->lexer);
}

static struct lang_node *parse_not(struct lang_parser *p)
{
	struct lang_node *n;

	if (!is_not(p))
		return parse_any(p);
	if (!(n = lang_node_new(p, LANG_NOT)) || deeper(p) != 0 ||
	    lang_lex_operand(&p->lexer) != 0 || !(n->child = parse_not(p)) ||
	    must_be_enclosed(p, n->child, "not") != 0)
		return NULL;
	n->child_count = 1;
	p->depth--;
	return n;
}

static struct lang_node *parse_and(struct lang_parser *p)
{
	static const struct chain chain = {LANG_AND, LANG_TOKEN_AND, "and", parse_not};

	return parse_chain(p, &chain);
}

static struct lang_node *parse_or(struct lang_parser *p)
{
	static const struct chain chain = {LANG_OR, LANG_TOKEN_OR, "or", parse_and};

	return parse_chain(p, &chain);
}

/* ---- what is cheap is asked first ---- */

static int by_cost(const void *a, const void *b)
{
	const struct lang_node *x = *(struct lang_node *const *)a;
	const struct lang_node *y = *(struct lang_node *const *)b;

	if (x->cost != y->cost)
		return x->cost < y->cost ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

static int sort_children(struct lang_parser *p, struct lang_node *n)
{
	size_t count = 0;

	if (!n->child)
		return 0;
	n->cheap = arena_alloc(&p->l->memory, n->child_count * sizeof(struct lang_node *));
	if (!n->cheap)
		return lang_no_memory(p);
	for (struct lang_node *c = n->child; c; c = c->next) {
		if (sort_children(p, c) != 0)
			return -1;
		n->cheap[count++] = c;
		n->cost += c->cost;
	}
	qsort(n->cheap, count, sizeof(struct lang_node *), by_cost);
	return 0;
}

/* ---- the whole ---- */

static int parse(struct lang_parser *p, struct sv text)
{
	struct sv copy = arena_copy(&p->l->memory, text);
	struct lang_node *root;

	if (text.n && !copy.p)
		return lang_no_memory(p);
	p->lexer.text = copy;
	if (lang_lex_operand(&p->lexer) != 0)
		return -1;
	if (p->lexer.token == LANG_TOKEN_END)
		return 0;
	root = parse_or(p);
	if (!root)
		return -1;
	if (p->lexer.token == LANG_TOKEN_RIGHT)
		return lang_wrong(&p->lexer, p->lexer.start, 1,
				  "this parenthesis closes none that was opened");
	if (p->lexer.token != LANG_TOKEN_END)
		return lang_expected(p, "and, or, &&, || or the end");
	p->l->root = root;
	return sort_children(p, root);
}

int lang_parse(struct lang *l, struct sv text, const struct lang_env *env,
	       struct lang_problem *problem)
{
	struct lang_parser p = {.l = l, .env = env};

	*l = (struct lang){0};
	arena_init(&l->memory, MEMORY_MAX);
	lang_lexer_init(&p.lexer, SV_EMPTY, &l->memory, problem);
	if (text.n > LANG_TEXT_MAX)
		return lang_wrong(&p.lexer, LANG_TEXT_MAX, 0, "the query is longer than %u bytes",
				  LANG_TEXT_MAX);
	if (parse(&p, text) == 0)
		return 0;
	lang_release(l);
	return -1;
}

void lang_release(struct lang *l)
{
	for (struct lang_held *h = l->held; h; h = h->next) {
		if (h->expression)
			expression_release(h->expression);
		pcre2_code_free(h->pattern);
	}
	arena_release(&l->memory);
	*l = (struct lang){0};
}
