/*
 * The text is that of diff -u, with two marks more, for rules that stand in another place:
 *
 *	--- /etc/audit/rules.d
 *	+++ kernel
 *	@@ settings @@
 *	- -b 8192
 *	+ -b 64
 *	@@ exit -1,4 +1,3 @@
 *	  -w /etc/passwd -p wa -k identity
 *	- -w /etc/shadow -p wa -k identity  # /etc/audit/rules.d/10-base.rules:4
 *	< -w /etc/group -p wa -k identity  # goes to 3
 *	  -w /etc/hosts -p wa -k hosts
 *	> -w /etc/group -p wa -k identity  # from 3
 */
#include "aurum/differ.h"

#include "output/quote.h"
#include "output/terminal.h"
#include "rule/print.h"
#include "table/table.h"

#define CONTEXT    3
#define RULE_BYTES ((size_t)1 << 20) /* the text of a rule */

/* ---- reading ---- */

static int read_files(struct side *s, const char *word, bool trusted_only)
{
	if (rules_read(&s->source, word, trusted_only) != 0)
		return -1;
	(void)rule_source_deduplicate(&s->source);
	target_init(&s->target, &s->source);
	return 0;
}

int side_read_kernel(struct side *s, struct audit_control *c, struct err *e)
{
	*s = (struct side){.name = RULE_SOURCE_KERNEL};
	if (rule_source_read(&s->source, RULE_SOURCE_KERNEL, NULL, c, e) != 0)
		return -1;
	if (target_init_kernel(&s->target, &s->source, c, e) == 0)
		return 0;
	side_release(s);
	return -1;
}

int side_read(struct side *s, const char *word, bool trusted_only)
{
	static struct rules_kernel kernel; /* large */
	struct err e;
	int status;

	*s = (struct side){.name = word};
	if (strcmp(word, RULE_SOURCE_KERNEL) != 0)
		return read_files(s, word, trusted_only);
	if (rules_kernel_open(&kernel) != 0)
		return -1;
	status = side_read_kernel(s, &kernel.control, &e);
	if (status != 0)
		say("%s", e.text);
	rules_kernel_close(&kernel);
	return status;
}

void side_release(struct side *s)
{
	rule_source_release(&s->source);
	*s = (struct side){0};
}

bool differ_format_find(const char *word, enum differ_format *out)
{
	struct sv v = sv_cstr(word);

	if (!sv_eq(v, SV("text")) && !sv_eq(v, SV("json")))
		return false;
	*out = sv_eq(v, SV("json")) ? DIFFER_JSON : DIFFER_TEXT;
	return true;
}

/* ---- pieces ---- */

static void put_rule(const struct rule *rule, struct buf *out)
{
	const struct rule_style style = {.machine = machine_native()};

	rule_print(rule, &style, out);
}

static const struct placed_rule *rule_of(const struct difference_line *line, const struct side *a,
					 const struct side *b)
{
	return line->a != DIFFERENCE_NONE ? &a->target.rules.rules[line->a]
					  : &b->target.rules.rules[line->b];
}

static const char *list_name(const struct rule *rule)
{
	const char *name = name_of(&table_rule_lists, rule->list);

	return name ? name : "unknown";
}

static void put_setting_text(char mark, bool is_there, const struct difference_setting *s,
			     uint32_t value, struct buf *out)
{
	if (!is_there)
		return;
	buf_printf(out, "%c %s", mark, s->option);
	if (strcmp(s->name, "loginuid_immutable") != 0)
		buf_printf(out, " %u", value);
	buf_putc(out, '\n');
}

/* ---- text ---- */

static void put_path(const char *path, struct buf *out)
{
	terminal_put(sv_cstr(path), out);
}

static void put_place(const struct placed_rule *rule, struct buf *out)
{
	if (!rule->entry)
		return;
	buf_puts(out, "  # ");
	put_path(rule->file, out);
	buf_printf(out, ":%u", rule->line);
}

static void put_line(const struct difference_line *line, const struct side *a, const struct side *b,
		     struct buf *out)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(RULE_BYTES);
	const struct placed_rule *rule = rule_of(line, a, b);

	put_rule(rule->rule, &text);
	buf_putc(out, " -+<>"[line->kind]);
	buf_putc(out, ' ');
	terminal_put(buf_view(&text), out);
	switch (line->kind) {
	case DIFFERENCE_SAME:
		break;
	case DIFFERENCE_GONE:
	case DIFFERENCE_CAME:
		put_place(rule, out);
		break;
	case DIFFERENCE_MOVED_FROM:
		buf_printf(out, "  # goes to %zu", line->b_place);
		break;
	case DIFFERENCE_MOVED_TO:
		buf_printf(out, "  # from %zu", line->a_place);
		break;
	}
	buf_putc(out, '\n');
}

/* Lines that belong together: same list, and no long run of equal ones. */
struct hunk {
	size_t begin, end;
};

static uint32_t list_of(const struct difference *d, size_t i, const struct side *a,
			const struct side *b)
{
	return rule_of(&d->lines[i], a, b)->rule->list;
}

/* The next hunk from line i on; false when nothing differs any more. */
static bool next_hunk(const struct difference *d, size_t i, const struct side *a,
		      const struct side *b, struct hunk *h)
{
	size_t first = i, last;
	uint32_t list;

	while (i < d->count && d->lines[i].kind == DIFFERENCE_SAME)
		i++;
	if (i == d->count)
		return false;
	list = list_of(d, i, a, b);
	h->begin = i;
	while (h->begin > first && i - h->begin < CONTEXT && list_of(d, h->begin - 1, a, b) == list)
		h->begin--;
	for (last = i; i < d->count && list_of(d, i, a, b) == list && i - last <= 2 * CONTEXT; i++)
		if (d->lines[i].kind != DIFFERENCE_SAME)
			last = i;
	for (h->end = last + 1; h->end < i && h->end <= last + CONTEXT;)
		h->end++;
	return true;
}

static void put_range(char mark, size_t first, size_t count, struct buf *out)
{
	buf_printf(out, " %c%zu,%zu", mark, count ? first : 0, count);
}

static void put_hunk(const struct difference *d, const struct hunk *h, const struct side *a,
		     const struct side *b, struct buf *out)
{
	size_t in_a = 0, in_b = 0, first_a = 0, first_b = 0;

	for (size_t i = h->begin; i < h->end; i++) {
		const struct difference_line *l = &d->lines[i];
		bool a_has = l->kind != DIFFERENCE_CAME && l->kind != DIFFERENCE_MOVED_TO;
		bool b_has = l->kind != DIFFERENCE_GONE && l->kind != DIFFERENCE_MOVED_FROM;

		if (a_has && in_a++ == 0)
			first_a = l->a_place;
		if (b_has && in_b++ == 0)
			first_b = l->b_place;
	}
	buf_puts(out, "@@ ");
	buf_puts(out, list_name(rule_of(&d->lines[h->begin], a, b)->rule));
	put_range('-', first_a, in_a, out);
	put_range('+', first_b, in_b, out);
	buf_puts(out, " @@\n");
	for (size_t i = h->begin; i < h->end; i++)
		put_line(&d->lines[i], a, b, out);
}

static void put_text(const struct difference *d, const struct side *a, const struct side *b,
		     struct buf *out)
{
	struct hunk h = {0, 0};

	if (difference_is_none(d))
		return;
	buf_puts(out, "--- ");
	put_path(a->name, out);
	buf_puts(out, "\n+++ ");
	put_path(b->name, out);
	buf_putc(out, '\n');
	if (d->setting_count)
		buf_puts(out, "@@ settings @@\n");
	for (size_t i = 0; i < d->setting_count; i++) {
		put_setting_text('-', d->settings[i].in_a, &d->settings[i], d->settings[i].a, out);
		put_setting_text('+', d->settings[i].in_b, &d->settings[i], d->settings[i].b, out);
	}
	while (next_hunk(d, h.end, a, b, &h))
		put_hunk(d, &h, a, b, out);
}

/* ---- JSON ---- */

static void put_value_json(const char *name, bool is_there, uint32_t value, struct buf *out)
{
	buf_printf(out, ",\"%s\":", name);
	if (is_there)
		buf_put_u64(out, value);
	else
		buf_puts(out, "null");
}

static void put_place_json(const char *name, const struct side *s, size_t at, size_t place,
			   struct buf *out)
{
	const struct placed_rule *rule;

	buf_printf(out, ",\"%s\":", name);
	if (at == DIFFERENCE_NONE) {
		buf_puts(out, "null");
		return;
	}
	rule = &s->target.rules.rules[at];
	buf_printf(out, "{\"place\":%zu", place);
	if (rule->entry) {
		buf_puts(out, ",\"file\":");
		quote_json(sv_cstr(rule->file), out);
		buf_printf(out, ",\"line\":%u", rule->line);
	}
	buf_putc(out, '}');
}

static void put_rule_json(const struct difference_line *line, const struct side *a,
			  const struct side *b, struct buf *out)
{
	static const char *const words[] = {
		[DIFFERENCE_GONE] = "removed",
		[DIFFERENCE_CAME] = "added",
		[DIFFERENCE_MOVED_TO] = "moved",
	};
	CLEANUP(buf_release) struct buf text = BUF_INIT(RULE_BYTES);
	const struct rule *rule = rule_of(line, a, b)->rule;

	put_rule(rule, &text);
	buf_printf(out, "{\"change\":\"%s\",\"list\":", words[line->kind]);
	quote_json(sv_cstr(list_name(rule)), out);
	buf_puts(out, ",\"rule\":");
	quote_json(buf_view(&text), out);
	put_place_json("a", a, line->a, line->a_place, out);
	put_place_json("b", b, line->b, line->b_place, out);
	buf_putc(out, '}');
}

static void put_json(const struct difference *d, const struct side *a, const struct side *b,
		     struct buf *out)
{
	const char *comma = "";

	buf_puts(out, "{\"a\":");
	quote_json(sv_cstr(a->name), out);
	buf_puts(out, ",\"b\":");
	quote_json(sv_cstr(b->name), out);
	buf_printf(out, ",\"same\":%s,\"removed\":%zu,\"added\":%zu,\"moved\":%zu,\"settings\":[",
		   difference_is_none(d) ? "true" : "false", d->gone, d->came, d->moved);
	for (size_t i = 0; i < d->setting_count; i++) {
		const struct difference_setting *s = &d->settings[i];

		buf_printf(out, "%s{\"setting\":\"%s\",\"option\":\"%s\"", i ? "," : "", s->name,
			   s->option);
		put_value_json("a", s->in_a, s->a, out);
		put_value_json("b", s->in_b, s->b, out);
		buf_putc(out, '}');
	}
	buf_puts(out, "],\"rules\":[");
	for (size_t i = 0; i < d->count; i++) {
		if (d->lines[i].kind == DIFFERENCE_SAME ||
		    d->lines[i].kind == DIFFERENCE_MOVED_FROM)
			continue;
		buf_puts(out, comma);
		put_rule_json(&d->lines[i], a, b, out);
		comma = ",";
	}
	buf_puts(out, "]}\n");
}

void differ_put(enum differ_format format, const struct difference *d, const struct side *a,
		const struct side *b, struct buf *out)
{
	switch (format) {
	case DIFFER_TEXT:
		put_text(d, a, b, out);
		break;
	case DIFFER_JSON:
		put_json(d, a, b, out);
		break;
	}
}

static void put_count(size_t n, const char *what, const char *behind, struct buf *out)
{
	if (n == 0)
		return;
	buf_printf(out, "%s%zu %s%s%s%s", out->n ? ", " : "", n, what, n == 1 ? "" : "s",
		   *behind ? " " : "", behind);
}

void differ_put_summary(const struct difference *d, struct buf *out)
{
	put_count(d->gone, "rule", "missing", out);
	put_count(d->came, "rule", "more", out);
	put_count(d->moved, "rule", "elsewhere", out);
	put_count(d->setting_count, "setting", "different", out);
}
