/* Whether an expression holds, and how it is written. */
#include "query/expression.h"

#include "base/num.h"

#define TEXT_MAX ((size_t)256 << 10)

void expression_matcher_init(struct expression_matcher *m, struct interpreter *ip)
{
	*m = (struct expression_matcher){.text = BUF_INIT(TEXT_MAX)};
	words_init(&m->words, ip);
}

void expression_matcher_release(struct expression_matcher *m)
{
	words_release(&m->words);
	buf_release(&m->text);
}

/* ---- one comparison ---- */

static int order_of(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static bool holds(enum expression_order order, int is)
{
	switch (order) {
	case EXPRESSION_EQ:
		return is == 0;
	case EXPRESSION_NE:
		return is != 0;
	case EXPRESSION_LT:
		return is < 0;
	case EXPRESSION_LE:
		return is <= 0;
	case EXPRESSION_GT:
		return is > 0;
	case EXPRESSION_GE:
		return is >= 0;
	}
	return false;
}

/* The id that a field has; false when it says no number: unknown is not root. */
static bool read_id(struct sv raw, uint32_t *id)
{
	uint64_t value;

	if (raw.n == 0 || num_digit(raw.p[raw.n > 1 && raw.p[0] == '-']) > 9 ||
	    !num_lead_u64(raw, 10, &value))
		return false;
	*id = (uint32_t)value;
	return true;
}

bool expression_accepts_value(const struct expression_node *n, struct sv raw)
{
	uint32_t id;

	return read_id(raw, &id) && holds(n->order, order_of(id, n->number));
}

bool expression_accepts_type(const struct expression_node *n, uint32_t type)
{
	return holds(n->order, order_of(type, n->number));
}

static bool match_field(const struct expression_node *n, struct expression_matcher *m)
{
	const struct trail_field *f = words_find(&m->words, n->name);

	if (!f)
		return false;
	if (n->aspect == EXPRESSION_VALUE)
		return expression_accepts_value(n, f->raw);
	if (n->aspect == EXPRESSION_RAW && !f->decoded)
		return holds(n->order, !sv_eq(f->raw, n->text));
	buf_reset(&m->text);
	if (n->aspect == EXPRESSION_RAW)
		words_put_raw(f, &m->text);
	else
		words_put(&m->words, f, &m->text);
	if (m->text.failed)
		m->failed = true;
	return !m->text.failed && holds(n->order, !sv_eq(buf_view(&m->text), n->text));
}

static bool match_compare(const struct expression_node *n, const struct record *r,
			  struct expression_matcher *m)
{
	struct stamp stamp = r->stamp;

	/* Virtual fields have a value only. */
	if (n->subject != EXPRESSION_FIELD && n->aspect != EXPRESSION_VALUE)
		return false;
	switch (n->subject) {
	case EXPRESSION_FIELD:
		return match_field(n, m);
	case EXPRESSION_RECORD_TYPE:
		return expression_accepts_type(n, r->type);
	case EXPRESSION_TIMESTAMP:
		stamp.serial = n->stamp.serial;
		break;
	case EXPRESSION_TIMESTAMP_EX:
		break;
	}
	return holds(n->order, stamp_cmp(&stamp, &n->stamp));
}

/* The record as it is written, without the names that auditd added. */
static bool match_regexp(const struct expression_node *n, const struct record *r,
			 struct expression_matcher *m)
{
	const char *text;

	buf_reset(&m->text);
	buf_put(&m->text, sv_head(r->line, sv_index(r->line, RECORD_ENRICHED_MARK)));
	text = buf_cstr(&m->text);
	if (m->text.failed)
		m->failed = true;
	return !m->text.failed && regexec(n->regexp, text, 0, NULL, 0) == 0;
}

/* ---- the tree ---- */

static bool match_node(const struct expression_node *n, const struct record *r,
		       struct expression_matcher *m)
{
	bool wanted = n->kind == EXPRESSION_ANY;

	switch (n->kind) {
	case EXPRESSION_COMPARE:
		return match_compare(n, r, m);
	case EXPRESSION_REGEXP:
		return match_regexp(n, r, m);
	case EXPRESSION_NOT:
		return !match_node(n->child, r, m);
	case EXPRESSION_ALL:
	case EXPRESSION_ANY:
		for (const struct expression_node *c = n->child; c; c = c->next)
			if (match_node(c, r, m) == wanted)
				return wanted;
		return !wanted;
	}
	return false;
}

bool expression_matches_words(const struct expression *x, const struct record *r,
			      struct expression_matcher *m)
{
	return match_node(x->root, r, m);
}

bool expression_matches_record(const struct expression *x, const struct record *r,
			       struct expression_matcher *m)
{
	if (words_read(&m->words, r))
		return match_node(x->root, r, m);
	m->failed = true;
	return false;
}

bool expression_matches(const struct expression *x, const struct event *event,
			struct expression_matcher *m)
{
	for (size_t i = 0; i < event->count; i++)
		if (expression_matches_record(x, &event->records[i], m))
			return true;
	return false;
}

/* ---- writing ---- */

static void put_quoted(struct sv text, char delimiter, struct buf *out)
{
	buf_putc(out, delimiter);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == delimiter || text.p[i] == '\\')
			buf_putc(out, '\\');
		buf_putc(out, text.p[i]);
	}
	buf_putc(out, delimiter);
}

static void put_compare(const struct expression_node *n, struct buf *out)
{
	static const char *const numbers[] = {"==", "!==", "<", "<=", ">", ">="};
	static const char *const texts[][2] = {{"r=", "r!="}, {"i=", "i!="}};

	if (n->subject == EXPRESSION_FIELD) {
		put_quoted(n->name, '"', out);
	} else {
		buf_putc(out, '\\');
		buf_put(out, n->name);
	}
	buf_putc(out, ' ');
	buf_puts(out,
		 n->aspect == EXPRESSION_VALUE ? numbers[n->order] : texts[n->aspect][n->order]);
	buf_putc(out, ' ');
	put_quoted(n->text, '"', out);
}

/* "&&" binds tighter than "||"; chains of one sign inside each other keep their parentheses. */
static void put_node(const struct expression_node *n, const struct expression_node *parent,
		     struct buf *out)
{
	bool is_chain = n->kind == EXPRESSION_ALL || n->kind == EXPRESSION_ANY;
	bool is_apart = is_chain && parent &&
			!(n->kind == EXPRESSION_ALL && parent->kind == EXPRESSION_ANY);

	if (n->kind == EXPRESSION_COMPARE) {
		put_compare(n, out);
		return;
	}
	if (n->kind == EXPRESSION_REGEXP) {
		buf_put(out, SV("\\regexp "));
		put_quoted(n->pattern, '/', out);
		return;
	}
	buf_puts(out, n->kind == EXPRESSION_NOT ? "!" : is_apart ? "(" : "");
	for (const struct expression_node *c = n->child; c; c = c->next) {
		if (c != n->child)
			buf_puts(out, n->kind == EXPRESSION_ALL ? " && " : " || ");
		put_node(c, n, out);
	}
	buf_puts(out, is_apart ? ")" : "");
}

void expression_put(const struct expression *x, struct buf *out)
{
	put_node(x->root, NULL, out);
}
