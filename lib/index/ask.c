/*
 * Asking an index. A leaf is asked of a dictionary's values, one by one, or of the blooms of each frame,
 * which stand for all rows of it; trees are sets of rows put together. Every set is checked before it is used.
 */
#include "index/bitmap.h"
#include "index/hash.h"
#include "index/open.h"
#include "index/sketch.h"

#define NO_MEMORY       "no memory to ask an index"
#define GRAM            4
#define BLOOM_BYTES_MAX ((uint32_t)1 << 28)

/* What a tree comes to. rows is set for INDEX_SOME and INDEX_EXACT, and its reader's. */
struct found {
	enum index_answer answer;
	struct rows *rows;
};

#define FOUND_ALL    ((struct found){INDEX_ALL, NULL})
#define FOUND_BROKEN ((struct found){INDEX_BROKEN, NULL})

static void drop(struct found *f)
{
	rows_free(f->rows);
	f->rows = NULL;
}

static struct found broken(struct err *e, const char *why)
{
	(void)err_set(e, "%s", why);
	return FOUND_BROKEN;
}

static struct found rows_found(struct rows *rows, bool is_exact, struct err *e)
{
	if (!rows)
		return broken(e, NO_MEMORY);
	/* What nothing can be is nothing. */
	is_exact = is_exact || rows_is_empty(rows);
	return (struct found){is_exact ? INDEX_EXACT : INDEX_SOME, rows};
}

/* ---- dictionaries ---- */

struct dictionary {
	struct sv bytes;
	uint32_t count;
	bool is_repeated;
};

static int open_dictionary(struct index *x, size_t section, struct dictionary *d, struct err *e)
{
	struct layout_section s = open_section(x, section);

	if (open_bytes(x, section, &d->bytes, e) != 0)
		return -1;
	d->count = s.count;
	d->is_repeated = s.flags & LAYOUT_REPEATED;
	if (s.count > d->bytes.n / sizeof(struct layout_value))
		return err_set(e, "its section %zu is damaged", section + 1);
	return 0;
}

/* Value number i, and what it says of itself. */
static int value_at(const struct dictionary *d, uint32_t i, struct layout_value *v, struct sv *raw,
		    struct err *e)
{
	memcpy(v, d->bytes.p + i * sizeof(*v), sizeof(*v));
	if (v->at > d->bytes.n || v->bytes > d->bytes.n - v->at || !v->rows)
		return err_set(e, "its value %u of a dictionary is damaged", i + 1);
	*raw = sv_make(d->bytes.p + v->at, v->bytes);
	return 0;
}

/* Adds the rows of value number i, if it is accepted. -1: they are damaged. */
static int ask_value(struct index *x, const struct dictionary *d, uint32_t i,
		     const struct demand *demand, struct rows *out, struct err *e)
{
	struct layout_value v = {0};
	struct sv raw = SV_EMPTY;

	if (value_at(d, i, &v, &raw, e) != 0)
		return -1;
	if ((demand->accepts && !demand->accepts(demand->arg, raw)) || open_rows(x, &v, out))
		return 0;
	return err_set(e, "its rows of \"%.*s\" are damaged", SV_FMT(sv_head(raw, 64)));
}

/* The first value that is not below text: *out, which is d->count when there is none. */
static int find_value(const struct dictionary *d, struct sv text, uint32_t *out, struct err *e)
{
	uint32_t low = 0, high = d->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct layout_value v = {0};
		struct sv raw = SV_EMPTY;

		if (value_at(d, middle, &v, &raw, e) != 0)
			return -1;
		if (sv_cmp(raw, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*out = low;
	return 0;
}

static int ask_values(struct index *x, const struct dictionary *d, uint32_t from, uint32_t to,
		      const struct demand *demand, struct rows *out, struct err *e)
{
	for (uint32_t i = from; i < to; i++)
		if (ask_value(x, d, i, demand, out, e) != 0)
			return -1;
	return 0;
}

/* Values that begin with text. */
static int ask_beginning(struct index *x, const struct dictionary *d, struct sv text,
			 const struct demand *demand, struct rows *out, struct err *e)
{
	uint32_t i;

	if (find_value(d, text, &i, e) != 0)
		return -1;
	for (; i < d->count; i++) {
		struct layout_value v = {0};
		struct sv raw = SV_EMPTY;

		if (value_at(d, i, &v, &raw, e) != 0)
			return -1;
		if (!sv_starts(raw, text))
			break;
		if (ask_value(x, d, i, demand, out, e) != 0)
			return -1;
	}
	return 0;
}

/*
 * Thousands of numbers, of which few are looked for: those that begin with one of them, and those that do not begin
 * with a digit from 1 to 9, which may be the same number in other words.
 */
static int ask_numbers(struct index *x, const struct dictionary *d, const struct demand *demand,
		       struct rows *out, struct err *e)
{
	uint32_t first, last;

	if (find_value(d, SV("1"), &first, e) != 0 || find_value(d, SV(":"), &last, e) != 0 ||
	    ask_values(x, d, 0, first, demand, out, e) != 0 ||
	    ask_values(x, d, last, d->count, demand, out, e) != 0)
		return -1;
	for (size_t i = 0; i < demand->value_count; i++) {
		struct sv text = demand->values[i];

		if (text.n && text.p[0] >= '1' && text.p[0] <= '9' &&
		    ask_beginning(x, d, text, demand, out, e) != 0)
			return -1;
	}
	return 0;
}

static bool is_number(struct sv field)
{
	enum index_form form;

	return index_form_of(field, &form) && form == INDEX_FORM_NUMBER;
}

static struct found ask_dictionary(struct index *x, size_t section, const struct demand *demand,
				   struct err *e)
{
	struct dictionary d = {.count = 0};
	struct rows *rows;
	bool few;
	int status;

	if (open_dictionary(x, section, &d, e) != 0)
		return FOUND_BROKEN;
	rows = rows_new(x->totals.rows);
	if (!rows)
		return broken(e, NO_MEMORY);
	few = demand->kind == DEMAND_FIELD && demand->values && is_number(demand->field);
	status = few ? ask_numbers(x, &d, demand, rows, e)
		     : ask_values(x, &d, 0, d.count, demand, rows, e);
	if (status == 0)
		return rows_found(rows, demand->is_exact && !d.is_repeated, e);
	rows_free(rows);
	return FOUND_BROKEN;
}

/* ---- blooms ---- */

struct bloom_list {
	struct sv bits;
	const char *at; /* count + 1 offsets */
	size_t count;   /* 0: no frame has one */
};

static int open_blooms(struct index *x, size_t section, struct bloom_list *l, struct err *e)
{
	struct layout_section s = open_section(x, section);
	size_t table = ((size_t)s.count + 1) * sizeof(uint32_t);
	struct sv bytes = SV("");

	*l = (struct bloom_list){.at = "", .count = s.count};
	if (s.count == 0 && s.bytes == 0)
		return 0;
	if (s.count != x->frame_count || s.bytes < table)
		return err_set(e, "its section %zu is damaged", section + 1);
	if (open_bytes(x, section, &bytes, e) != 0)
		return -1;
	l->at = bytes.p;
	l->bits = sv_from(bytes, table);
	return 0;
}

/* The bloom of a frame. -1 when it is not in the section. */
static int bloom_of(const struct bloom_list *l, size_t frame, struct sv *out, struct err *e)
{
	uint32_t ends[2];

	memcpy(ends, l->at + frame * sizeof(*ends), sizeof(ends));
	if (ends[0] > ends[1] || ends[1] > l->bits.n || ends[1] - ends[0] > BLOOM_BYTES_MAX)
		return err_set(e, "its bloom of frame %zu is damaged", frame + 1);
	*out = sv_make(l->bits.p + ends[0], ends[1] - ends[0]);
	return 0;
}

static bool has_hash(struct sv bloom, const struct bloom_shape *shape, uint64_t hash)
{
	return bloom_has((const unsigned char *)bloom.p, bloom.n, shape->probes, hash);
}

static bool has_part(struct sv bloom, struct sv part)
{
	for (size_t i = 0; i + GRAM <= part.n; i++)
		if (!has_hash(bloom, &bloom_parts, hash_gram(part.p + i)))
			return false;
	return true;
}

/* What is looked for in the blooms of frames. */
struct sought {
	struct bloom_list list;
	const struct demand *demand;
	bool parts; /* else values, or whether there is any */
};

static bool may_fit(const struct sought *s, struct sv bloom)
{
	const struct demand *d = s->demand;

	if (s->parts) {
		for (size_t i = 0; i < d->part_count; i++)
			if (has_part(bloom, d->parts[i]))
				return true;
		return false;
	}
	if (!d->values)
		return true;
	for (size_t i = 0; i < d->value_count; i++)
		if (has_hash(bloom, &bloom_values, hash_value(d->values[i])))
			return true;
	return false;
}

/* Whether every part has a run of bytes to look for. */
static bool can_look_for_parts(const struct demand *d)
{
	if (!d->parts)
		return false;
	for (size_t i = 0; i < d->part_count; i++)
		if (d->parts[i].n < GRAM)
			return false;
	return true;
}

static struct found look_for(struct index *x, const struct sought *s, struct err *e)
{
	struct rows *rows;

	if (index_frames(x, e) != 0)
		return FOUND_BROKEN;
	rows = rows_new(x->totals.rows);
	if (!rows)
		return broken(e, NO_MEMORY);
	for (size_t i = 0; i < s->list.count; i++) {
		const struct index_frame *f = &x->frames[i];
		struct sv bloom = SV_EMPTY;

		if (bloom_of(&s->list, i, &bloom, e) != 0) {
			rows_free(rows);
			return FOUND_BROKEN;
		}
		if (bloom.n && f->row_from < f->row_to && may_fit(s, bloom))
			rows_add_range(rows, f->row_from, f->row_to);
	}
	return rows_found(rows, false, e);
}

static struct found ask_blooms(struct index *x, size_t values, const struct demand *d,
			       struct err *e)
{
	struct sought s = {.demand = d};
	size_t parts = open_find(x, LAYOUT_PARTS, d->field);

	s.parts = !d->values && parts < x->section_count && can_look_for_parts(d);
	if (open_blooms(x, s.parts ? parts : values, &s.list, e) != 0)
		return FOUND_BROKEN;
	return look_for(x, &s, e);
}

/* ---- trees ---- */

static struct found ask_field(struct index *x, const struct demand *d, struct err *e)
{
	size_t i = open_find(x, LAYOUT_FIELD, d->field);

	if (i < x->section_count)
		return ask_dictionary(x, i, d, e);
	i = open_find(x, LAYOUT_VALUES, d->field);
	return i < x->section_count ? ask_blooms(x, i, d, e) : FOUND_ALL;
}

static struct found ask_list(struct index *x, uint32_t kind, const struct demand *d, struct err *e)
{
	size_t i = open_find(x, kind, SV_EMPTY);

	return i < x->section_count ? ask_dictionary(x, i, d, e) : FOUND_ALL;
}

static struct found ask(struct index *x, const struct demand *d, struct err *e);

static struct found ask_all(struct index *x, const struct demand *d, struct err *e)
{
	struct found all = FOUND_ALL;
	bool is_exact = true;

	for (const struct demand *child = d->child; child; child = child->next) {
		struct found f = ask(x, child, e);

		if (f.answer == INDEX_BROKEN) {
			drop(&all);
			return f;
		}
		is_exact &= f.answer == INDEX_EXACT;
		if (!f.rows)
			continue;
		if (!all.rows) {
			all.rows = f.rows;
			continue;
		}
		rows_and(all.rows, f.rows);
		drop(&f);
		if (rows_is_empty(all.rows))
			break;
	}
	return all.rows ? rows_found(all.rows, is_exact, e) : all;
}

/*
 * Rows that are exact are rows that fit. Where they are all that may fit, too, nothing is left to be looked
 * up: `auid = alice` asks for the names that stand in the records, exactly, and for her number, which some
 * record may have with another name.
 */
static struct found ask_any(struct index *x, const struct demand *d, struct err *e)
{
	struct found any = {INDEX_EXACT, rows_new(x->totals.rows)};
	struct rows *sure = rows_new(x->totals.rows);
	bool is_exact;

	for (const struct demand *child = d->child; child && any.rows && sure;
	     child = child->next) {
		struct found f = ask(x, child, e);

		if (!f.rows) {
			drop(&any);
			rows_free(sure);
			return f;
		}
		if (f.answer == INDEX_EXACT)
			rows_or(sure, f.rows);
		rows_or(any.rows, f.rows);
		drop(&f);
	}
	is_exact = any.rows && sure && rows_equal(any.rows, sure);
	if (!sure)
		drop(&any);
	rows_free(sure);
	return rows_found(any.rows, is_exact, e);
}

static struct found ask_not(struct index *x, const struct demand *d, struct err *e)
{
	struct found f = d->child ? ask(x, d->child, e) : FOUND_ALL;

	switch (f.answer) {
	case INDEX_EXACT:
		rows_not(f.rows);
		return f;
	case INDEX_SOME:
		drop(&f);
		return FOUND_ALL;
	case INDEX_ALL:
	case INDEX_BROKEN:
		break;
	}
	return f;
}

static struct found ask(struct index *x, const struct demand *d, struct err *e)
{
	switch (d->kind) {
	case DEMAND_ANYTHING:
		break;
	case DEMAND_NOTHING:
		return rows_found(rows_new(x->totals.rows), true, e);
	case DEMAND_ALL:
		return ask_all(x, d, e);
	case DEMAND_ANY:
		return d->child && !d->child->next ? ask(x, d->child, e) : ask_any(x, d, e);
	case DEMAND_NOT:
		return ask_not(x, d, e);
	case DEMAND_FIELD:
		return ask_field(x, d, e);
	case DEMAND_TYPE:
		return ask_list(x, LAYOUT_TYPES, d, e);
	case DEMAND_NODE:
		return ask_list(x, LAYOUT_NODES, d, e);
	}
	return FOUND_ALL;
}

enum index_answer index_ask(struct index *x, const struct demand *d, struct index_rows *out,
			    struct err *e)
{
	struct found f = open_again(x, e) == 0 ? ask(x, d, e) : FOUND_BROKEN;

	out->rows = f.rows;
	return f.answer;
}

void index_rows_release(struct index_rows *r)
{
	rows_free(r->rows);
	r->rows = NULL;
}

bool index_has_late(struct index *x, const struct index_rows *rows)
{
	struct rows *late;
	struct sv bytes = SV_EMPTY;
	size_t i;
	bool yes;

	if (!x->totals.late)
		return false;
	if (!rows->rows || open_again(x, NULL) != 0)
		return true;
	i = open_find(x, LAYOUT_LATE, SV_EMPTY);
	if (i == x->section_count || open_bytes(x, i, &bytes, NULL) != 0)
		return true;
	late = rows_new(x->totals.rows);
	yes = !late || !bitmap_add(bytes, x->totals.late, late) || rows_meet(late, rows->rows);
	rows_free(late);
	return yes;
}

/* ---- values ---- */

static bool find_dictionary(struct index *x, struct sv field, struct dictionary *d)
{
	uint32_t kind = LAYOUT_FIELD;
	size_t i;

	if (sv_eq(field, SV("type")))
		kind = LAYOUT_TYPES;
	else if (sv_eq(field, SV("node")))
		kind = LAYOUT_NODES;
	if (open_again(x, NULL) != 0)
		return false;
	i = open_find(x, kind, kind == LAYOUT_FIELD ? field : SV_EMPTY);
	return i < x->section_count && open_dictionary(x, i, d, NULL) == 0;
}

bool index_values(struct index *x, struct sv field,
		  bool (*more)(void *arg, struct sv raw, uint64_t rows), void *arg)
{
	struct dictionary d = {.bytes = SV_EMPTY};

	if (!find_dictionary(x, field, &d))
		return false;
	for (uint32_t i = 0; i < d.count; i++) {
		struct layout_value v = {0};
		struct sv raw = SV_EMPTY;

		if (value_at(&d, i, &v, &raw, NULL) != 0)
			return false;
		if (!more(arg, raw, v.rows))
			break;
	}
	return true;
}

bool index_value_rows(struct index *x, struct sv field,
		      bool (*more)(void *arg, struct sv raw, const struct rows *rows), void *arg)
{
	struct dictionary d = {.bytes = SV_EMPTY};
	struct rows *rows;
	bool good, on = true;

	if (!find_dictionary(x, field, &d))
		return false;
	rows = rows_new(x->totals.rows);
	good = rows != NULL;
	for (uint32_t i = 0; i < d.count && good && on; i++) {
		struct layout_value v = {0};
		struct sv raw = SV_EMPTY;

		rows_clear(rows);
		good = value_at(&d, i, &v, &raw, NULL) == 0 && open_rows(x, &v, rows);
		on = good && more(arg, raw, rows);
	}
	rows_free(rows);
	return good;
}
