/* Queries and what is wrong with them, in writing. */
#include "query/lang_parts.h"

#include "base/num.h"

/* ---- values ---- */

static void put_value(const struct lang_test *t, struct buf *out)
{
	if (t->is_quoted)
		lang_put_string(t->written, out);
	else
		buf_put(out, t->written);
}

/* Quotes are escaped, and what has a backslash already keeps it. */
static void put_pattern(struct sv text, struct buf *out)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"') {
			buf_putc(out, '\\');
		} else if (text.p[i] == '\\' && i + 1 < text.n) {
			buf_putc(out, '\\');
			i++;
		}
		buf_putc(out, text.p[i]);
	}
	buf_putc(out, '"');
}

static void put_list(const struct lang_node *n, struct buf *out)
{
	if (n->test_count == 1) {
		put_value(n->tests, out);
		return;
	}
	for (size_t i = 0; i < n->test_count; i++) {
		buf_puts(out, i ? ", " : "(");
		put_value(&n->tests[i], out);
	}
	buf_putc(out, ')');
}

static void put_name(const struct lang_node *n, struct buf *out)
{
	if (n->is_quoted)
		lang_put_string(n->name, out);
	else
		buf_put(out, n->name);
}

/* All of it but the name. */
static void put_comparison(const struct lang_node *n, struct buf *out)
{
	static const char *const signs[][2] = {
		[LANG_EQ] = {"=", "!="}, [LANG_LT] = {"<", "<"},   [LANG_LE] = {"<=", "<="},
		[LANG_GT] = {">", ">"},  [LANG_GE] = {">=", ">="}, [LANG_MATCH] = {"~", "!~"},
	};
	static const char *const words[][2] = {
		[LANG_FORM_IN] = {"in", "not in"},
		[LANG_FORM_LIKE] = {"like", "not like"},
	};

	buf_printf(out, " %s ",
		   n->form == LANG_FORM_SIGN ? signs[n->order][n->is_negated]
					     : words[n->form][n->is_negated]);
	if (n->order == LANG_MATCH)
		put_pattern(n->tests->written, out);
	else
		put_list(n, out);
}

void lang_put_asked(const struct lang_node *n, struct sv name, struct buf *out)
{
	if (n->kind == LANG_COMPARE) {
		buf_put(out, name);
		put_comparison(n, out);
	} else if (n->kind == LANG_HAS) {
		buf_puts(out, "has ");
		buf_put(out, name);
	} else {
		lang_put_node(n, out);
	}
}

/* ---- the tree ---- */

static bool is_chain(const struct lang_node *n)
{
	return n->kind == LANG_AND || n->kind == LANG_OR || n->kind == LANG_ALL ||
	       n->kind == LANG_ANY;
}

static void put_child(const struct lang_node *n, struct buf *out)
{
	bool is_apart = is_chain(n) || n->kind == LANG_NOT;

	buf_puts(out, is_apart ? "(" : "");
	lang_put_node(n, out);
	buf_puts(out, is_apart ? ")" : "");
}

static void put_chain(const struct lang_node *n, struct buf *out)
{
	static const char *const signs[] = {
		[LANG_AND] = " and ", [LANG_OR] = " or ", [LANG_ALL] = " && ", [LANG_ANY] = " || "};

	for (const struct lang_node *c = n->child; c; c = c->next) {
		buf_puts(out, c == n->child ? "" : signs[n->kind]);
		if (c->kind == LANG_NOT && (n->kind == LANG_AND || n->kind == LANG_OR))
			lang_put_node(c, out);
		else
			put_child(c, out);
	}
}

void lang_put_node(const struct lang_node *n, struct buf *out)
{
	switch (n->kind) {
	case LANG_AND:
	case LANG_OR:
	case LANG_ALL:
	case LANG_ANY:
		put_chain(n, out);
		break;
	case LANG_NOT:
	case LANG_NO:
		buf_puts(out, n->kind == LANG_NOT ? "not " : "!");
		put_child(n->child, out);
		break;
	case LANG_COMPARE:
		put_name(n, out);
		put_comparison(n, out);
		break;
	case LANG_HAS:
		buf_puts(out, "has ");
		put_name(n, out);
		break;
	case LANG_TEXT:
		lang_put_string(n->tests->text, out);
		break;
	case LANG_REFERENCE:
		expression_put(n->reference, out);
		break;
	}
}

void lang_put(const struct lang *l, struct buf *out)
{
	if (l->root)
		lang_put_node(l->root, out);
}

/* ---- problems ---- */

#define LINE_MAX_SHOWN 160

/* One column for each byte, so that the carets stand under it. */
static void put_shown(struct sv line, struct buf *out)
{
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		buf_putc(out, c == '\t' ? ' ' : c < ' ' || c == 0x7f ? '?' : line.p[i]);
	}
}

/* How many columns the bytes take: those that go on in a character take none. */
static size_t columns_of(struct sv text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	return n;
}

static void put_times(char c, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		buf_putc(out, c);
}

void lang_put_problem(struct sv text, const struct lang_problem *p, struct buf *out)
{
	size_t at = p->column ? p->column - 1 : 0, from, to, length, start;
	struct sv line;

	at = at < text.n ? at : text.n;
	for (from = at; from > 0 && text.p[from - 1] != '\n';)
		from--;
	start = at - from > LINE_MAX_SHOWN / 2 ? at - LINE_MAX_SHOWN / 2 : from;
	to = from + sv_index(sv_from(text, from), '\n');
	to = to - start > LINE_MAX_SHOWN ? start + LINE_MAX_SHOWN : to;
	to = to < at ? at : to;
	line = sv_make(text.p + start, to - start);
	length = columns_of(sv_head(sv_from(text, at), p->length < to - at ? p->length : to - at));
	buf_puts(out, "  ");
	put_shown(line, out);
	buf_puts(out, "\n  ");
	put_times(' ', columns_of(sv_head(line, at - start)), out);
	put_times('^', length ? length : 1, out);
	buf_printf(out, "\n%s\n", p->text);
}
