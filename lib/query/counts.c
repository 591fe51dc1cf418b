/*
 * A combination is one text for the tally: of each field the length of its value, one more than it
 * is and in four bytes, and its bytes; a length of 0 stands for none. So no bytes of a value can be
 * taken for another one's.
 */
#include "query/counts.h"

#include "base/natural.h"
#include "base/num.h"

#include <stdlib.h>

#define KEY_MAX    ((size_t)16 << 20)
#define LENGTH     4
#define EVERY_MASK 0xff

void counts_init(struct counts *c, size_t fields)
{
	*c = (struct counts){.fields = fields, .key = BUF_INIT(KEY_MAX)};
	tally_init(&c->tally);
}

void counts_release(struct counts *c)
{
	tally_release(&c->tally);
	buf_release(&c->key);
}

void counts_reset(struct counts *c)
{
	tally_reset(&c->tally);
	c->is_full = false;
}

/* ---- keys ---- */

static void put_length(struct buf *out, uint32_t length)
{
	for (unsigned shift = 0; shift < 8 * LENGTH; shift += 8)
		buf_putc(out, (char)(length >> shift & EVERY_MASK));
}

/* Takes one value from the front; false for none. */
static bool take_value(struct sv *key, struct sv *out)
{
	uint32_t length = 0;

	*out = SV_EMPTY;
	for (unsigned i = 0; i < LENGTH && i < key->n; i++)
		length |= (uint32_t)(unsigned char)key->p[i] << 8 * i;
	*key = sv_from(*key, LENGTH);
	if (length == 0)
		return false;
	*out = sv_head(*key, length - 1);
	*key = sv_from(*key, length - 1);
	return true;
}

/* ---- counting ---- */

static void put_key(struct counts *c, const struct values_list *lists, const size_t *at)
{
	buf_reset(&c->key);
	for (size_t i = 0; i < c->fields; i++) {
		const struct values_list *list = &lists[i];

		put_length(&c->key, list->count ? (uint32_t)list->texts[at[i]].n + 1 : 0);
		if (list->count)
			buf_put(&c->key, list->texts[at[i]]);
	}
}

/* The next combination; false behind the last one. */
static bool step(const struct counts *c, const struct values_list *lists, size_t *at)
{
	for (size_t i = c->fields; i-- > 0;) {
		if (++at[i] < lists[i].count)
			return true;
		at[i] = 0;
	}
	return false;
}

static void add_key(struct counts *c, struct sv key, uint64_t hits)
{
	if (c->is_full)
		return;
	tally_add(&c->tally, key, hits);
	c->is_full = c->tally.count > COUNTS_MAX;
}

void counts_add(struct counts *c, const struct values_list *lists)
{
	size_t at[VALUES_FIELDS_MAX] = {0};

	for (size_t mixed = 0; mixed < COUNTS_MIX_MAX; mixed++) {
		put_key(c, lists, at);
		if (c->key.failed)
			c->tally.failed = true;
		else
			add_key(c, buf_view(&c->key), 1);
		if (!step(c, lists, at))
			return;
	}
}

void counts_merge(struct counts *c, const struct counts *from)
{
	for (size_t i = 0; i < from->tally.count; i++)
		add_key(c, tally_text(&from->tally.entries[i]), from->tally.entries[i].hits);
	c->tally.failed |= from->tally.failed;
	c->is_full |= from->is_full;
}

void counts_texts(const struct counts *c, size_t entry, struct sv *texts, bool *has)
{
	struct sv key = tally_text(&c->tally.entries[entry]);

	for (size_t i = 0; i < c->fields; i++)
		has[i] = take_value(&key, &texts[i]);
}

/* ---- sorting ---- */

int counts_compare(struct sv a, struct sv b)
{
	int64_t x, y;
	bool a_is_number = num_i64(a, &x), b_is_number = num_i64(b, &y);

	if (a_is_number && b_is_number && x != y)
		return x < y ? -1 : 1;
	if (a_is_number != b_is_number)
		return a_is_number ? -1 : 1;
	return natural_cmp(a, b);
}

static int by_value(const struct tally_entry *a, const struct tally_entry *b, size_t fields)
{
	struct sv x = tally_text(a), y = tally_text(b), one, other;

	for (size_t i = 0; i < fields; i++) {
		bool has_one = take_value(&x, &one), has_other = take_value(&y, &other);
		int order;

		if (has_one != has_other)
			return has_one ? -1 : 1;
		order = counts_compare(one, other);
		if (order)
			return order;
	}
	return 0;
}

struct sorting {
	enum counts_order order;
	bool reverse;
	size_t fields;
};

static int compare(const void *first, const void *second, void *arg)
{
	const struct tally_entry *a = first, *b = second;
	const struct sorting *s = arg;
	int order = 0;

	switch (s->order) {
	case COUNTS_BY_HITS:
		order = (a->hits < b->hits) - (a->hits > b->hits);
		break;
	case COUNTS_BY_VALUE:
		order = by_value(a, b, s->fields);
		break;
	case COUNTS_BY_TIME:
		order = (a->arrived > b->arrived) - (a->arrived < b->arrived);
		break;
	}
	if (order)
		return s->reverse ? -order : order;
	return by_value(a, b, s->fields);
}

void counts_sort(struct counts *c, enum counts_order order, bool reverse)
{
	struct sorting s = {order, reverse, c->fields};

	if (c->tally.count > 1)
		qsort_r(c->tally.entries, c->tally.count, sizeof(*c->tally.entries), compare, &s);
}
