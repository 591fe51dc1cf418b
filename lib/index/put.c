/*
 * Sections are written one after another into one buffer, bitmaps into another; where they begin in the
 * file is known when all of them are. Values with the same rows (AUID="alice" and auid=1000) share a bitmap.
 */
#include "index/put.h"

#include "base/map.h"
#include "index/bitmap.h"
#include "index/layout.h"

#include <endian.h>
#include <stdlib.h>

#define SHARED_MAX ((size_t)1 << 24)
#define ALIGN      8

struct draft {
	const struct frames *frames;
	struct layout_section sections[LAYOUT_SECTIONS_MAX];
	size_t count;
	struct buf body, bitmaps;
	struct map shared; /* a bitmap's hash -> where it is */
	uint32_t *rows;    /* scratch */
	size_t rows_cap;
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

static int by_row(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Pieces stand in the order of the text, rows in that of time: as good as the same. */
static void sort_rows(uint32_t *rows, size_t n)
{
	size_t moves = 0;

	for (size_t i = 1; i < n; i++) {
		uint32_t row = rows[i];
		size_t k = i;

		for (; k > 0 && rows[k - 1] > row; k--)
			rows[k] = rows[k - 1];
		rows[k] = row;
		moves += i - k;
		if (moves > 16 * n) {
			qsort(rows, n, sizeof(*rows), by_row);
			return;
		}
	}
}

/* Without those that are there twice; they stand in order. */
static size_t drop_doubles(uint32_t *rows, size_t n)
{
	size_t different = 0;

	for (size_t i = 0; i < n; i++)
		if (!different || rows[different - 1] != rows[i])
			rows[different++] = rows[i];
	return different;
}

/* Its rows in d->rows, rising; how many. */
static size_t rows_of(struct draft *d, const struct value *x)
{
	const uint32_t *of_piece = d->frames->rows;
	uint32_t piece, last = ROW_NONE; /* one more is 0 */
	bool is_sorted = true;
	struct value_pieces it;
	size_t n = 0;

	if (x->count > d->rows_cap) {
		free(d->rows);
		d->rows = reallocarray(NULL, x->count, sizeof(*d->rows));
		d->rows_cap = d->rows ? x->count : 0;
		if (!d->rows) {
			d->failed = true;
			return 0;
		}
	}
	value_pieces_init(&it, x);
	while (value_pieces_next(&it, &piece)) {
		uint32_t row = of_piece[piece];

		if (row == ROW_NONE || row == last)
			continue;
		is_sorted &= row + 1 > last + 1;
		d->rows[n++] = last = row;
	}
	if (is_sorted)
		return n;
	sort_rows(d->rows, n);
	return drop_doubles(d->rows, n);
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

/* By their bytes: the first eight decide in most cases. */
static int by_value(const void *a, const void *b)
{
	const struct value *x = *(const struct value *const *)a,
			   *y = *(const struct value *const *)b;
	uint64_t left = be64toh(x->head[0]), right = be64toh(y->head[0]);

	if (left != right)
		return left < right ? -1 : 1;
	return sv_cmp(sv_make(x->p, x->bytes), sv_make(y->p, y->bytes));
}

static bool describe(struct draft *d, const struct value *x, struct layout_value *v)
{
	size_t n = rows_of(d, x);

	*v = (struct layout_value){.bytes = x->bytes, .rows = (uint32_t)n};
	if (n == 1)
		v->bitmap_at = d->rows[0];
	else if (n)
		put_bitmap(d, d->rows, n, v);
	return n;
}

static void put_values(struct draft *d, struct layout_section *s, const struct value **sorted,
		       size_t n)
{
	struct layout_value *list = calloc(n + 1, sizeof(*list));
	size_t count = 0, at;

	if (!list) {
		d->failed = true;
		return;
	}
	/* Values that were only looked up, or only stand in pieces of no event, have no rows. */
	for (size_t i = 0; i < n; i++) {
		sorted[count] = sorted[i];
		count += describe(d, sorted[i], &list[count]);
	}
	at = count * sizeof(*list);
	for (size_t i = 0; i < count; i++) {
		list[i].at = (uint32_t)at;
		at += list[i].bytes;
	}
	d->failed |= at > UINT32_MAX;
	put_bytes(&d->body, list, count * sizeof(*list));
	for (size_t i = 0; i < count; i++)
		put_bytes(&d->body, sorted[i]->p, sorted[i]->bytes);
	s->count = (uint32_t)count;
	free(list);
}

static void put_dictionary(struct draft *d, uint32_t kind, const struct column *c)
{
	struct layout_section *s = start_section(d, kind, c->row ? c->row->name : "");
	const struct value **sorted = calloc(c->values.count + 1, sizeof(struct value *));

	s->flags = c->is_repeated ? LAYOUT_REPEATED : 0;
	if (!sorted) {
		d->failed = true;
		return;
	}
	for (size_t i = 0; i < c->values.count; i++)
		sorted[i] = c->values.list[i];
	qsort(sorted, c->values.count, sizeof(*sorted), by_value);
	put_values(d, s, sorted, c->values.count);
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

static void put_column(struct draft *d, const struct column *c)
{
	if (!c->is_sketch) {
		put_dictionary(d, LAYOUT_FIELD, c);
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

int put_index(const struct frames *f, const struct gather *g, const struct segment_head *head,
	      struct buf *out, struct err *e)
{
	struct draft *d = calloc(1, sizeof(*d));
	bool failed;

	if (!d)
		return err_set(e, "no memory to index a log");
	d->frames = f;
	d->body = d->bitmaps = BUF_INIT(PUT_MAX);
	map_init(&d->shared, SHARED_MAX);
	put_frames(d);
	put_late(d);
	put_dictionary(d, LAYOUT_TYPES, &g->types);
	put_dictionary(d, LAYOUT_NODES, &g->nodes);
	for (int i = 0; i < INDEX_FIELDS; i++)
		put_column(d, &g->columns[i]);
	put_extras(d);
	put_bitmaps(d);
	put_header(d, head, out);
	buf_put(out, buf_view(&d->body));
	failed = d->failed || d->body.failed || out->failed;
	buf_release(&d->body);
	buf_release(&d->bitmaps);
	map_release(&d->shared);
	free(d->rows);
	free(d);
	return failed ? err_set(e, "no memory to index a log") : 0;
}
