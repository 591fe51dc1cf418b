/*
 * Sections are written one after another into one buffer, bitmaps into another; where they begin in the
 * file is known when all of them are. Values with the same rows (AUID="alice" and auid=1000) share a bitmap.
 *
 * The rows of a value are those that the trace has of it, and of the phrases that hold it.
 */
#include "index/put.h"

#include "base/map.h"
#include "index/bitmap.h"
#include "index/layout.h"
#include "index/merge.h"

#include <endian.h>
#include <stdlib.h>

#define SHARED_MAX ((size_t)1 << 24)
#define ALIGN      8

struct draft {
	const struct frames *frames;
	const struct gather *gather;
	struct layout_section sections[LAYOUT_SECTIONS_MAX];
	size_t count;
	struct buf body, bitmaps;
	struct map shared;           /* a bitmap's hash -> where it is */
	struct trace_turned rows;    /* of values, and of phrases */
	struct trace_turned holders; /* the phrases that hold a value */
	struct merge merge;          /* scratch: */
	uint32_t *list;              /* as long as there are rows */
	bool failed;
};

static void put_bytes(struct buf *out, const void *p, size_t n)
{
	buf_put(out, sv_make(p, n));
}

static void align(struct buf *out)
{
	static const char zeros[ALIGN];

	buf_put(out, sv_make(zeros, (ALIGN - out->n % ALIGN) % ALIGN));
}

static struct layout_section *start_section(struct draft *d, uint32_t kind, const char *name)
{
	struct layout_section *s;

	align(&d->body);
	if (d->count == LAYOUT_SECTIONS_MAX) {
		d->failed = true;
		d->count--;
	}
	s = &d->sections[d->count++];
	*s = (struct layout_section){.kind = kind, .at = d->body.n};
	memcpy(s->name, name, strlen(name));
	return s;
}

static void end_section(struct draft *d, struct layout_section *s)
{
	s->bytes = d->body.n - s->at;
	if (s->bytes && !d->body.failed)
		s->check = XXH3_64bits(d->body.p + s->at, s->bytes);
}

/* ---- rows ---- */

/* How many values each column has, whose rows are asked for. */
static void count_values(const struct gather *g, size_t *counts)
{
	for (size_t i = 0; i < GATHER_COLUMNS; i++)
		counts[i] = g->columns[i].is_sketch ? 0 : g->columns[i].values.count;
}

/* What values and phrases are found in. */
static bool find_rows(struct draft *d)
{
	const struct gather *g = d->gather;
	size_t counts[TRACE_COLUMNS_MAX] = {0};

	count_values(g, counts);
	counts[PHRASE_COLUMN] = g->phrases.count;
	return trace_turn(&g->trace, counts, d->frames->rows, &d->rows);
}

/* The phrases, as pieces of a trace of their own: a piece's row is its number. */
static bool find_holders(struct draft *d)
{
	const struct phrases *p = &d->gather->phrases;
	uint32_t *numbers = calloc(p->count + 1, sizeof(*numbers));
	size_t counts[TRACE_COLUMNS_MAX] = {0};
	struct trace held = {0};
	bool found;

	count_values(d->gather, counts);
	for (size_t i = 0; numbers && i < p->count; i++) {
		numbers[i] = (uint32_t)i;
		trace_piece(&held);
		for (size_t k = 0; k < p->list[i]->count; k++)
			trace_put(&held, p->list[i]->picks[k]);
	}
	found = numbers && !held.failed && trace_turn(&held, counts, numbers, &d->holders);
	trace_release(&held);
	free(numbers);
	return found;
}

static bool set_up(struct draft *d)
{
	size_t rows = d->frames->totals.rows;

	d->list = calloc(rows + 1, sizeof(*d->list));
	return d->list && merge_init(&d->merge, rows) && find_rows(d) && find_holders(d);
}

static void tear_down(struct draft *d)
{
	buf_release(&d->body);
	buf_release(&d->bitmaps);
	map_release(&d->shared);
	trace_turned_release(&d->rows);
	trace_turned_release(&d->holders);
	merge_release(&d->merge);
	free(d->list);
	free(d);
}

/* Pieces stand in the order of the text, rows in that of time: mostly the same. */
static bool is_rising(const uint32_t *rows, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (rows[i] <= rows[i - 1])
			return false;
	return true;
}

/* Its rows, rising; *n of them. */
static const uint32_t *rows_of(struct draft *d, uint32_t id, size_t *n)
{
	const uint32_t *rows = trace_rows_of(&d->rows, id, n), *phrases;
	size_t held;

	phrases = trace_rows_of(&d->holders, id, &held);
	if (!held && is_rising(rows, *n))
		return rows;
	merge_put(&d->merge, rows, *n);
	for (size_t i = 0; i < held; i++) {
		rows = trace_rows_of(&d->rows, trace_id(PHRASE_COLUMN, phrases[i]), n);
		merge_put(&d->merge, rows, *n);
	}
	*n = merge_take(&d->merge, d->list);
	return d->list;
}

/* Puts the rows into the section of bitmaps, unless they are there. */
static void put_bitmap(struct draft *d, const uint32_t *rows, size_t n, struct layout_value *v)
{
	struct buf *out = &d->bitmaps;
	size_t at, bytes;
	uint64_t hash, *there;

	align(out);
	at = out->n;
	bitmap_put(rows, n, out);
	if (out->failed)
		return;
	bytes = out->n - at;
	hash = XXH3_64bits(out->p + at, bytes);
	v->bitmap_bytes = (uint32_t)bytes;
	v->check = (uint32_t)hash;
	there = map_get(&d->shared, hash);
	if (there && bytes <= at - *there && memcmp(out->p + *there, out->p + at, bytes) == 0) {
		v->bitmap_at = *there;
		out->n = at;
		return;
	}
	v->bitmap_at = at;
	if (!there && !map_put(&d->shared, hash, at))
		d->failed |= d->shared.count < SHARED_MAX;
}

/* ---- dictionaries ---- */

struct sorted_value {
	uint64_t head; /* its first bytes, as a number */
	const struct value *value;
};

/* By their bytes: the first eight decide in most cases. */
static int by_value(const void *a, const void *b)
{
	const struct sorted_value *x = a, *y = b;

	if (x->head != y->head)
		return x->head < y->head ? -1 : 1;
	return sv_cmp(sv_make(x->value->p, x->value->bytes), sv_make(y->value->p, y->value->bytes));
}

static bool describe(struct draft *d, uint32_t id, struct layout_value *v)
{
	size_t n;
	const uint32_t *rows = rows_of(d, id, &n);

	v->rows = (uint32_t)n;
	if (n == 1)
		v->bitmap_at = rows[0];
	else if (n)
		put_bitmap(d, rows, n, v);
	return n;
}

static void put_values(struct draft *d, struct layout_section *s, size_t column,
		       struct sorted_value *sorted, size_t n)
{
	const struct value *first = d->gather->columns[column].values.list;
	struct layout_value *list = calloc(n + 1, sizeof(*list));
	size_t count = 0, at;

	if (!list) {
		d->failed = true;
		return;
	}
	/* Values that were only looked up, or only stand in pieces of no event, have no rows. */
	for (size_t i = 0; i < n; i++) {
		const struct value *value = sorted[i].value;

		list[count] = (struct layout_value){.bytes = value->bytes};
		sorted[count].value = value;
		count += describe(d, trace_id(column, (uint32_t)(value - first)), &list[count]);
	}
	at = count * sizeof(*list);
	for (size_t i = 0; i < count; i++) {
		list[i].at = (uint32_t)at;
		at += list[i].bytes;
	}
	d->failed |= at > UINT32_MAX;
	put_bytes(&d->body, list, count * sizeof(*list));
	for (size_t i = 0; i < count; i++)
		put_bytes(&d->body, sorted[i].value->p, sorted[i].value->bytes);
	s->count = (uint32_t)count;
	free(list);
}

static void put_dictionary(struct draft *d, uint32_t kind, size_t column)
{
	const struct column *c = &d->gather->columns[column];
	struct layout_section *s = start_section(d, kind, c->row ? c->row->name : "");
	struct sorted_value *sorted = calloc(c->values.count + 1, sizeof(*sorted));
	bool is_field = column < INDEX_FIELDS;

	if (!sorted) {
		d->failed = true;
		return;
	}
	if (is_field && field_set_has(&d->gather->repeated, column))
		s->flags = LAYOUT_REPEATED;
	for (size_t i = 0; i < c->values.count; i++)
		sorted[i] = (struct sorted_value){
			.head = be64toh(hash_load(c->values.list[i].p)), /* zeros behind it */
			.value = &c->values.list[i],
		};
	qsort(sorted, c->values.count, sizeof(*sorted), by_value);
	put_values(d, s, column, sorted, c->values.count);
	free(sorted);
	end_section(d, s);
}

/* ---- blooms ---- */

static void put_blooms(struct draft *d, uint32_t kind, const struct column *c,
		       const struct blooms *b)
{
	struct layout_section *s = start_section(d, kind, c->row->name);

	if (b->bits.n) {
		s->count = (uint32_t)b->frames;
		put_bytes(&d->body, b->at, (b->frames + 1) * sizeof(*b->at));
		put_bytes(&d->body, b->bits.p, b->bits.n);
	}
	end_section(d, s);
}

static void put_column(struct draft *d, size_t column)
{
	const struct column *c = &d->gather->columns[column];

	if (!c->is_sketch) {
		put_dictionary(d, LAYOUT_FIELD, column);
		return;
	}
	put_blooms(d, LAYOUT_VALUES, c, &c->sketch.values);
	if (c->sketch.has_parts)
		put_blooms(d, LAYOUT_PARTS, c, &c->sketch.parts);
}

/* ---- the others ---- */

static void put_stamp(const struct stamp *s, struct stamp *out)
{
	out->sec = s->sec;
	out->ms = s->ms;
	out->serial = s->serial;
}

static void put_frames(struct draft *d)
{
	struct layout_section *s = start_section(d, LAYOUT_FRAMES, "");

	s->count = (uint32_t)d->frames->count;
	for (size_t i = 0; i < d->frames->count; i++) {
		const struct index_frame *f = &d->frames->list[i].public;
		struct index_frame l;

		memset(&l, 0, sizeof(l)); /* and what is between its members */
		l.raw_at = f->raw_at;
		l.raw_bytes = f->raw_bytes;
		l.row_from = f->row_from;
		l.row_to = f->row_to;
		l.malformed = f->malformed;
		l.too_long = f->too_long;
		put_stamp(&f->first, &l.first);
		put_stamp(&f->last, &l.last);
		l.serial_min = f->serial_min;
		l.serial_max = f->serial_max;
		put_bytes(&d->body, &l, sizeof(l));
	}
	end_section(d, s);
}

static void put_late(struct draft *d)
{
	struct layout_section *s;

	if (!d->frames->late_count)
		return;
	s = start_section(d, LAYOUT_LATE, "");
	s->count = (uint32_t)d->frames->late_count;
	bitmap_put(d->frames->late, d->frames->late_count, &d->body);
	end_section(d, s);
}

static void put_extras(struct draft *d)
{
	const struct index_options *o = d->frames->options;

	for (size_t i = 0; i < o->extra_count; i++) {
		struct layout_section *s = start_section(d, o->extra[i].kind, "");

		d->failed |= o->extra[i].put(o->extra[i].ctx, &d->body) != 0;
		end_section(d, s);
	}
}

static void put_bitmaps(struct draft *d)
{
	struct layout_section *s = start_section(d, LAYOUT_BITMAPS, "");

	buf_put(&d->body, buf_view(&d->bitmaps));
	s->bytes = d->body.n - s->at;
	d->failed |= d->bitmaps.failed;
}

static struct layout_stamp stamp_of(const struct stamp *s)
{
	return (struct layout_stamp){.sec = s->sec, .ms = s->ms, .serial = s->serial};
}

static void put_header(const struct draft *d, const struct segment_head *head, struct buf *out)
{
	const struct index_totals *t = &d->frames->totals;
	struct layout_header h = {
		.version = INDEX_VERSION,
		.head_bytes = (uint32_t)(sizeof(h) + d->count * sizeof(*d->sections)),
		.raw_bytes = head->raw_bytes,
		.head_hash = head->head_hash,
		.raw_hash = head->raw_hash,
		.mtime_ns = head->mtime_ns,
		.lines = t->lines,
		.malformed = t->malformed,
		.too_long = t->too_long,
		.timeout_s = t->timeout_s,
		.rows = t->rows,
		.late = t->late,
		.frames = (uint32_t)d->frames->count,
		.sections = (uint32_t)d->count,
		.flags = (t->is_orderly && !head->is_ragged ? LAYOUT_ORDERLY : 0u) |
			 (t->has_start ? LAYOUT_HAS_START : 0u) |
			 (t->rows ? LAYOUT_HAS_EVENTS : 0u),
		.start = stamp_of(&t->start),
		.first = stamp_of(&t->first),
		.last = stamp_of(&t->last),
	};

	h.file_bytes = h.head_bytes + d->body.n;
	memcpy(h.magic, LAYOUT_MAGIC, sizeof(h.magic));
	put_bytes(out, &h, sizeof(h));
	for (size_t i = 0; i < d->count; i++) {
		struct layout_section s = d->sections[i];

		s.at += h.head_bytes;
		put_bytes(out, &s, sizeof(s));
	}
	if (out->failed)
		return;
	h.check = XXH3_64bits(out->p + LAYOUT_CHECK_FROM, h.head_bytes - LAYOUT_CHECK_FROM);
	memcpy(out->p, &h, sizeof(h));
}

static void put_sections(struct draft *d)
{
	put_frames(d);
	put_late(d);
	put_dictionary(d, LAYOUT_TYPES, GATHER_TYPES);
	put_dictionary(d, LAYOUT_NODES, GATHER_NODES);
	for (size_t i = 0; i < INDEX_FIELDS; i++)
		put_column(d, i);
	put_extras(d);
	put_bitmaps(d);
}

int put_index(const struct frames *f, const struct gather *g, const struct segment_head *head,
	      struct buf *out, struct err *e)
{
	struct draft *d = calloc(1, sizeof(*d));
	bool failed;

	if (!d)
		return err_set(e, "no memory to index a log");
	d->frames = f;
	d->gather = g;
	d->body = d->bitmaps = BUF_INIT(PUT_MAX);
	map_init(&d->shared, SHARED_MAX);
	failed = !set_up(d);
	if (!failed) {
		put_sections(d);
		put_header(d, head, out);
		buf_put(out, buf_view(&d->body));
		failed = d->failed || d->body.failed || out->failed;
	}
	tear_down(d);
	return failed ? err_set(e, "no memory to index a log") : 0;
}
