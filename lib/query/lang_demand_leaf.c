/*
 * What every part of lang_demand*.c makes leaves with: memory, labels, and what an index has hashes of.
 */
#include "query/lang_demand.h"

void *lang_demand_room(struct lang_maker *k, size_t n)
{
	void *p = arena_alloc(&k->l->memory, n);

	k->failed |= !p;
	if (p)
		memset(p, 0, n);
	return p;
}

struct demand *lang_demand_make(struct lang_maker *k, enum demand_kind kind)
{
	struct demand *d = demand_new(&k->l->memory, kind);

	k->failed |= !d;
	return d;
}

void lang_demand_hang(struct demand *parent, struct demand *child)
{
	if (parent && child)
		demand_add(parent, child);
}

static struct sv label_of(struct lang_maker *k, const struct lang_node *n, struct sv name)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(LANG_TEXT_MAX * 8);

	lang_put_asked(n, name, &text);
	return arena_copy(&k->l->memory, sv_head(buf_view(&text), LANG_LABEL_MAX));
}

struct demand *lang_demand_leaf(struct lang_maker *k, enum demand_kind kind,
				const struct lang_node *n, struct sv name,
				demand_accepts_fn accepts, bool is_exact)
{
	struct demand *d = lang_demand_make(k, kind);
	struct lang_leaf *leaf = lang_demand_room(k, sizeof(*leaf));

	if (!d || !leaf)
		return NULL;
	*leaf = (struct lang_leaf){n, name, MACHINE_UNKNOWN};
	d->field = kind == DEMAND_FIELD ? name : SV_EMPTY;
	d->accepts = accepts;
	d->arg = leaf;
	d->is_exact = is_exact && !k->is_inexact;
	d->label = label_of(k, n, name);
	return d;
}

bool lang_demand_accepts_any(const void *arg, struct sv raw)
{
	(void)arg;
	(void)raw;
	return true;
}

/* Asks with an asker of its own; what could not be asked may fit. */
bool lang_demand_ask(const struct lang_leaf *leaf, struct sv raw,
		     bool (*accepts)(const struct lang_node *n, struct sv name, struct sv raw,
				     struct lang_asker *a))
{
	CLEANUP(lang_asker_release) struct lang_asker a;
	bool yes;

	lang_asker_init(&a, NULL);
	yes = accepts(leaf->n, leaf->name, raw, &a);
	return yes || a.failed || a.is_short;
}

/* ---- what hashes of values can be asked for ---- */

static struct sv last_part(struct sv path)
{
	size_t from;

	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	for (from = path.n; from > 0 && path.p[from - 1] != '/';)
		from--;
	return sv_from(path, from);
}

static struct sv without_zeros(struct sv text)
{
	while (text.n > 1 && text.p[0] == '0')
		text = sv_from(text, 1);
	return text;
}

static bool is_of_texts(const struct lang_node *n)
{
	if (n->order != LANG_EQ || n->test_count > LANG_VALUES_MAX)
		return false;
	for (size_t i = 0; i < n->test_count; i++)
		if (n->tests[i].kind != LANG_TEST_TEXT)
			return false;
	return true;
}

/* Texts, of which a value that is accepted is one; fields of numbers are kept without zeros in front. */
void lang_demand_set_values(struct lang_maker *k, struct demand *d, const struct lang_node *n)
{
	struct sv *values;
	size_t count = 0;

	if (!d || !is_of_texts(n))
		return;
	values = lang_demand_room(k, n->test_count * 3 * sizeof(*values));
	if (!values)
		return;
	for (size_t i = 0; i < n->test_count; i++) {
		const struct lang_test *t = &n->tests[i];

		values[count++] = t->text;
		if (t->another.n)
			values[count++] = t->another;
		if (without_zeros(t->text).n != t->text.n)
			values[count++] = without_zeros(t->text);
	}
	d->values = values;
	d->value_count = count;
}

static struct sv part_of(struct lang_maker *k, const struct lang_test *t, char without, bool last)
{
	if (last && t->kind == LANG_TEST_TEXT)
		return last_part(t->text);
	/* An address is written in one way, unless it is in hexadecimal. */
	if (t->kind == LANG_TEST_ADDRESS && t->bits == 128 && sv_index(t->text, ':') == t->text.n)
		return sv_head(t->text, sv_index(t->text, '/'));
	return lang_required(t, without, &k->l->memory);
}

/* Parts, of which a value that is accepted holds one, in one of its texts. */
void lang_demand_set_parts(struct lang_maker *k, struct demand *d, const struct lang_node *n,
			   char without, bool last)
{
	struct sv *parts;

	if (!d || (n->order != LANG_EQ && n->order != LANG_MATCH) ||
	    n->test_count > LANG_VALUES_MAX)
		return;
	parts = lang_demand_room(k, (n->test_count + 1) * sizeof(*parts));
	if (!parts)
		return;
	for (size_t i = 0; i < n->test_count; i++) {
		parts[i] = part_of(k, &n->tests[i], without, last);
		if (parts[i].n == 0)
			return;
	}
	d->parts = parts;
	d->part_count = n->test_count;
}

struct sv lang_demand_upper(struct lang_maker *k, struct sv name)
{
	char *copy = lang_demand_room(k, name.n + 1);

	for (size_t i = 0; copy && i < name.n; i++)
		copy[i] = (char)(name.p[i] >= 'a' && name.p[i] <= 'z' ? name.p[i] - 'a' + 'A'
								      : name.p[i]);
	return sv_make(copy, copy ? name.n : 0);
}
