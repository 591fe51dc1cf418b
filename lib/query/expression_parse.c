/*
 * From text to a tree, by recursive descent:
 *
 *	any:     all { "||" all }
 *	all:     one { "&&" one }
 *	one:     "!" one | "(" any ")" | compare
 *	compare: FIELD OPERATOR VALUE | "\regexp" PATTERN
 *
 * Chains of one operator become one node, so that only parentheses and "!" make the tree deep.
 */
#include "query/expression.h"

#include "base/near.h"
#include "base/num.h"
#include "query/pattern.h"
#include "query/token.h"
#include "table/table.h"

#include <stdlib.h>

#define MEMORY_MAX       ((size_t)4 << 20)
#define PATTERN_SIZE_MAX 8192

struct parser {
	struct expression *x;
	struct lexer lexer;
	size_t depth;
	struct err *e;
};

static const struct {
	struct sv name;
	enum expression_subject subject;
} virtual_fields[] = {
	{{"timestamp", 9}, EXPRESSION_TIMESTAMP},
	{{"timestamp_ex", 12}, EXPRESSION_TIMESTAMP_EX},
	{{"record_type", 11}, EXPRESSION_RECORD_TYPE},
};

static const struct comparison {
	enum token token;
	enum expression_aspect aspect;
	enum expression_order order;
} comparisons[] = {
	{TOKEN_RAW_EQ, EXPRESSION_RAW, EXPRESSION_EQ},
	{TOKEN_RAW_NE, EXPRESSION_RAW, EXPRESSION_NE},
	{TOKEN_INTERPRETED_EQ, EXPRESSION_INTERPRETED, EXPRESSION_EQ},
	{TOKEN_INTERPRETED_NE, EXPRESSION_INTERPRETED, EXPRESSION_NE},
	{TOKEN_EQ, EXPRESSION_VALUE, EXPRESSION_EQ},
	{TOKEN_NE, EXPRESSION_VALUE, EXPRESSION_NE},
	{TOKEN_LT, EXPRESSION_VALUE, EXPRESSION_LT},
	{TOKEN_LE, EXPRESSION_VALUE, EXPRESSION_LE},
	{TOKEN_GT, EXPRESSION_VALUE, EXPRESSION_GT},
	{TOKEN_GE, EXPRESSION_VALUE, EXPRESSION_GE},
};

/* ---- errors ---- */

/* "OPERATOR is expected here, not "foo"", with a hint for those who write what others have. */
static int expected(struct parser *p, const char *what)
{
	struct sv got = lexer_written(&p->lexer);

	if (p->lexer.token == TOKEN_END)
		return err_set(p->e, "%s is expected here, but the expression ends", what);
	return err_set(p->e, "%s is expected here, not \"%.*s\"", what, SV_FMT(sv_head(got, 64)));
}

static int no_memory(struct parser *p)
{
	return err_set(p->e, "no memory for this expression");
}

static int next_token(struct parser *p)
{
	return lexer_next(&p->lexer, p->e);
}

/* ---- nodes ---- */

static struct expression_node *new_node(struct parser *p, enum expression_kind kind)
{
	struct expression_node *n;

	if (p->x->node_count == EXPRESSION_NODES_MAX) {
		(void)err_set(p->e, "the expression has more than %d parts", EXPRESSION_NODES_MAX);
		return NULL;
	}
	n = arena_alloc(&p->x->memory, sizeof(*n));
	if (!n) {
		(void)no_memory(p);
		return NULL;
	}
	p->x->node_count++;
	*n = (struct expression_node){.kind = kind, .column = p->lexer.start + 1};
	return n;
}

/* ---- values ---- */

/* ts:SECONDS.MILLISECONDS[:SERIAL] */
static int read_time(struct parser *p, struct expression_node *n)
{
	struct sv text = p->lexer.value, seconds, milli, serial;
	bool has_serial;
	uint64_t ms;

	if (sv_starts(text, SV("ts:")) && sv_cut(sv_from(text, 3), '.', &seconds, &milli)) {
		has_serial = sv_cut(milli, ':', &milli, &serial);
		if (num_i64(seconds, &n->stamp.sec) && num_range(milli, 0, 999, &ms) &&
		    (!has_serial || num_u64(serial, &n->stamp.serial)) &&
		    (has_serial || n->subject == EXPRESSION_TIMESTAMP)) {
			n->stamp.ms = (uint32_t)ms;
			return 0;
		}
	}
	return expected(p, n->subject == EXPRESSION_TIMESTAMP
				   ? "a time, ts:SECONDS.MILLISECONDS,"
				   : "a time with a serial, ts:SECONDS.MILLISECONDS:SERIAL,");
}

static bool find_type(struct sv text, uint32_t *type)
{
	return msgtype_find(text, type) || msgtype_unnamed(text, type) || num_u32(text, type);
}

static int read_type(struct parser *p, struct expression_node *n)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];

	if (find_type(p->lexer.value, &n->number))
		return 0;
	table_each (&table_msgtypes, i)
		near_consider(&best, p->lexer.value, table_name(&table_msgtypes, i));
	return err_set(
		p->e, "there is no record type \"%.*s\"%s", SV_FMT(sv_head(p->lexer.value, 64)),
		near_hint(&best, ": a name such as SYSCALL, or a number, is expected", hint));
}

/* An id; a negative one is the large number that the kernel writes for it. */
static int read_id(struct parser *p, struct expression_node *n)
{
	int64_t value;

	if (!num_i64(p->lexer.value, &value) || value > UINT32_MAX || value < INT32_MIN)
		return expected(p, "the number of a user or group (for a name: i=)");
	n->number = (uint32_t)value;
	return 0;
}

static bool has_value(const struct expression_node *n)
{
	enum value_type type;

	if (n->subject != EXPRESSION_FIELD)
		return true;
	type = field_value_type(n->name);
	return type == VALUE_UID || type == VALUE_GID;
}

static int read_value(struct parser *p, struct expression_node *n)
{
	switch (n->subject) {
	case EXPRESSION_TIMESTAMP:
	case EXPRESSION_TIMESTAMP_EX:
		return read_time(p, n);
	case EXPRESSION_RECORD_TYPE:
		return read_type(p, n);
	case EXPRESSION_FIELD:
		return read_id(p, n);
	}
	return -1;
}

/* ---- regular expressions ---- */

/* What regcomp() would take minutes and gigabytes for, or regexec() for ever, is refused. */
static int check_pattern(struct parser *p, struct sv pattern)
{
	if (pattern.n > EXPRESSION_PATTERN_MAX)
		return err_set(p->e, "the regular expression is longer than %d bytes",
			       EXPRESSION_PATTERN_MAX);
	for (size_t i = 0; i < pattern.n; i++) {
		if (pattern.p[i] == '\0')
			return err_set(p->e, "the regular expression has a NUL byte");
		if (pattern.p[i] == '\\' && ++i < pattern.n && num_digit(pattern.p[i]) < 10)
			return err_set(p->e, "an extended regular expression has no \"\\%c\"",
				       pattern.p[i]);
	}
	if (pattern_size(pattern, PATTERN_SIZE_MAX) > PATTERN_SIZE_MAX)
		return err_set(p->e,
			       "the regular expression, with its repetitions written out, has "
			       "more than %d parts or is nested more than %d deep",
			       PATTERN_SIZE_MAX, PATTERN_DEPTH_MAX);
	return 0;
}

static int compile(struct parser *p, struct expression_node *n)
{
	struct expression *x = p->x;
	regex_t **more = realloc(x->regexps, (x->regexp_count + 1) * sizeof(*more)), *r;
	char text[EXPRESSION_PATTERN_MAX + 1], why[256];
	int error;

	if (!more)
		return no_memory(p);
	x->regexps = more;
	if (check_pattern(p, n->pattern) != 0 || !sv_to_cstr(n->pattern, text, sizeof(text)))
		return -1;
	r = calloc(1, sizeof(*r));
	if (!r)
		return no_memory(p);
	error = regcomp(r, text, REG_EXTENDED | REG_NOSUB);
	if (error != 0) {
		(void)regerror(error, r, why, sizeof(why));
		free(r);
		return err_set(p->e, "this is no regular expression: %s", why);
	}
	n->regexp = x->regexps[x->regexp_count++] = r;
	return 0;
}

/* ---- the grammar ---- */

static struct expression_node *parse_any(struct parser *p);

static int find_virtual_field(struct parser *p, struct expression_node *n)
{
	for (size_t i = 0; i < LEN(virtual_fields); i++)
		if (sv_eq(virtual_fields[i].name, p->lexer.value)) {
			n->subject = virtual_fields[i].subject;
			return 0;
		}
	return expected(p, "timestamp, timestamp_ex, record_type or regexp");
}

/* Behind "\regexp". */
static int parse_regexp(struct parser *p, struct expression_node *n)
{
	if (next_token(p) != 0)
		return -1;
	if (p->lexer.token != TOKEN_REGEXP && p->lexer.token != TOKEN_WORD)
		return expected(p, "a regular expression, /.../ or \"...\",");
	n->kind = EXPRESSION_REGEXP;
	n->pattern = p->lexer.value;
	return compile(p, n) == 0 ? next_token(p) : -1;
}

static int parse_operator(struct parser *p, struct expression_node *n)
{
	for (size_t i = 0; i < LEN(comparisons); i++)
		if (comparisons[i].token == p->lexer.token) {
			n->aspect = comparisons[i].aspect;
			n->order = comparisons[i].order;
			return 0;
		}
	return expected(p, "an operator (r= r!= i= i!= == !== < <= > >=)");
}

/* Behind the field. */
static int parse_comparison(struct parser *p, struct expression_node *n)
{
	bool is_time = n->subject == EXPRESSION_TIMESTAMP || n->subject == EXPRESSION_TIMESTAMP_EX;

	if (parse_operator(p, n) != 0)
		return -1;
	if (n->aspect == EXPRESSION_VALUE && !has_value(n))
		return err_set(p->e,
			       "\"%.*s\" has no number to compare, only user and group ids have: "
			       "r=, r!=, i= or i!= is expected here",
			       SV_FMT(sv_head(n->name, 64)));
	if ((is_time && n->aspect == EXPRESSION_VALUE ? lexer_next_time(&p->lexer, p->e)
						      : next_token(p)) != 0)
		return -1;
	if (p->lexer.token != TOKEN_WORD)
		return expected(p, "a value");
	n->text = p->lexer.value;
	if (n->aspect == EXPRESSION_VALUE && read_value(p, n) != 0)
		return -1;
	return next_token(p);
}

static struct expression_node *parse_compare(struct parser *p)
{
	struct expression_node *n = new_node(p, EXPRESSION_COMPARE);
	bool is_virtual = p->lexer.token == TOKEN_ESCAPE;

	if (!n || (is_virtual && next_token(p) != 0))
		return NULL;
	if (p->lexer.token != TOKEN_WORD) {
		(void)expected(p, "the name of a virtual field (timestamp, timestamp_ex, "
				  "record_type or regexp)");
		return NULL;
	}
	if (is_virtual && sv_eq(p->lexer.value, SV("regexp")))
		return parse_regexp(p, n) == 0 ? n : NULL;
	n->name = p->lexer.value;
	if ((is_virtual && find_virtual_field(p, n) != 0) || next_token(p) != 0 ||
	    parse_comparison(p, n) != 0)
		return NULL;
	return n;
}

static struct expression_node *parse_not(struct parser *p)
{
	struct expression_node *n = new_node(p, EXPRESSION_NOT);

	if (!n || next_token(p) != 0)
		return NULL;
	return n;
}

static struct expression_node *parse_in_parentheses(struct parser *p)
{
	struct expression_node *n;

	if (next_token(p) != 0 || !(n = parse_any(p)))
		return NULL;
	if (p->lexer.token != TOKEN_RIGHT) {
		(void)expected(p, "\")\", \"&&\" or \"||\"");
		return NULL;
	}
	return next_token(p) == 0 ? n : NULL;
}

static struct expression_node *parse_one(struct parser *p)
{
	struct expression_node *n = NULL;
	enum token token = p->lexer.token;

	if (token == TOKEN_ESCAPE || token == TOKEN_WORD)
		return parse_compare(p);
	if (token != TOKEN_NOT && token != TOKEN_LEFT) {
		(void)expected(p,
			       "a comparison (FIELD OPERATOR VALUE), \"\\regexp\", \"!\" or \"(\"");
		return NULL;
	}
	if (p->depth == EXPRESSION_DEPTH_MAX) {
		(void)err_set(p->e, "the expression is nested more than %d deep",
			      EXPRESSION_DEPTH_MAX);
		return NULL;
	}
	p->depth++;
	if (token == TOKEN_LEFT)
		n = parse_in_parentheses(p);
	else if ((n = parse_not(p)) && !(n->child = parse_one(p)))
		n = NULL;
	p->depth--;
	return n;
}

/* One or more of what parse() reads, with that sign between them. */
static struct expression_node *parse_chain(struct parser *p, enum expression_kind kind,
					   enum token sign,
					   struct expression_node *(*parse)(struct parser *))
{
	struct expression_node *first = parse(p), *chain, *last;

	if (!first || p->lexer.token != sign)
		return first;
	chain = new_node(p, kind);
	if (!chain)
		return NULL;
	chain->column = first->column;
	/* What stands in parentheses has its own children: only the link between nodes is set. */
	for (chain->child = last = first; p->lexer.token == sign; last = last->next)
		if (next_token(p) != 0 || !(last->next = parse(p)))
			return NULL;
	return chain;
}

static struct expression_node *parse_all(struct parser *p)
{
	return parse_chain(p, EXPRESSION_ALL, TOKEN_AND, parse_one);
}

static struct expression_node *parse_any(struct parser *p)
{
	return parse_chain(p, EXPRESSION_ANY, TOKEN_OR, parse_all);
}

static int parse(struct parser *p)
{
	struct sv copy = arena_copy(&p->x->memory, p->lexer.text);

	if (p->lexer.text.n > EXPRESSION_TEXT_MAX)
		return err_set(p->e, "the expression is longer than %u bytes", EXPRESSION_TEXT_MAX);
	if (p->lexer.text.n && !copy.p)
		return no_memory(p);
	lexer_init(&p->lexer, copy, &p->x->memory);
	if (next_token(p) != 0)
		return -1;
	p->x->root = parse_any(p);
	if (p->x->root && p->lexer.token != TOKEN_END)
		return expected(p, "\"&&\", \"||\" or the end");
	return p->x->root ? 0 : -1;
}

int expression_parse(struct expression *x, struct sv text, size_t *column, struct err *e)
{
	struct parser p = {.x = x, .e = e};

	*x = (struct expression){0};
	arena_init(&x->memory, MEMORY_MAX);
	p.lexer.text = text;
	if (parse(&p) == 0)
		return 0;
	*column = p.lexer.start + 1;
	expression_release(x);
	return -1;
}

void expression_release(struct expression *x)
{
	for (size_t i = 0; i < x->regexp_count; i++) {
		regfree(x->regexps[i]);
		free(x->regexps[i]);
	}
	free(x->regexps);
	arena_release(&x->memory);
	*x = (struct expression){0};
}
