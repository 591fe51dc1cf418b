/*
 *	| cookie, count | which are runs | key, rows - 1 of each | offset of each | containers |
 *
 * A container has the rows of one upper half: their lower halves (array), a bit for each (bitset), or starts
 * and lengths - 1 (runs), whichever is smallest. "Which are runs" is there only if one is; offsets are left
 * out then if there are fewer than four containers.
 */
#include "index/bitmap.h"

#include <endian.h>
#include <stdlib.h>

#define COOKIE_PLAIN 12346u
#define COOKIE_RUNS  12347u
#define FEW          4
#define ARRAY_MAX    4096
#define BITSET_BYTES 8192

/* ---- writing ---- */

static void put16(struct buf *out, uint32_t value)
{
	uint16_t little = htole16((uint16_t)value);

	buf_put(out, sv_make((const char *)&little, sizeof(little)));
}

static void put32(struct buf *out, uint32_t value)
{
	uint32_t little = htole32(value);

	buf_put(out, sv_make((const char *)&little, sizeof(little)));
}

/* Rows of one container. */
struct part {
	const uint32_t *rows;
	size_t n, runs;
	uint32_t bytes;
	bool is_run;
};

/* The next container's rows, which start at rows[0]. */
static struct part part_of(const uint32_t *rows, size_t n)
{
	struct part p = {.rows = rows, .n = 1};
	uint32_t end = rows[0] | 0xffff;
	size_t joints = 0, other;

	if (rows[n - 1] <= end)
		p.n = n;
	while (p.n < n && rows[p.n] <= end)
		p.n++;
	for (size_t i = 1; i < p.n; i++)
		joints += rows[i] == rows[i - 1] + 1;
	p.runs = p.n - joints;
	other = p.n <= ARRAY_MAX ? 2 * p.n : BITSET_BYTES;
	p.is_run = 2 + 4 * p.runs < other;
	p.bytes = (uint32_t)(p.is_run ? 2 + 4 * p.runs : other);
	return p;
}

static void put_runs(const struct part *p, struct buf *out)
{
	size_t from = 0;

	put16(out, (uint32_t)p->runs);
	for (size_t i = 1; i <= p->n; i++) {
		if (i < p->n && p->rows[i] == p->rows[i - 1] + 1)
			continue;
		put16(out, p->rows[from]);
		put16(out, (uint32_t)(i - from - 1));
		from = i;
	}
}

static void put_bits(const struct part *p, struct buf *out)
{
	unsigned char *bits;

	if (!buf_reserve(out, BITSET_BYTES))
		return;
	bits = (unsigned char *)out->p + out->n;
	memset(bits, 0, BITSET_BYTES);
	for (size_t i = 0; i < p->n; i++)
		bits[(p->rows[i] & 0xffff) / 8] |= (unsigned char)(1u << (p->rows[i] % 8));
	out->n += BITSET_BYTES;
}

static void put_array(const struct part *p, struct buf *out)
{
	char *to;

	if (!buf_reserve(out, 2 * p->n))
		return;
	to = out->p + out->n;
	for (size_t i = 0; i < p->n; i++, to += 2) {
		uint16_t little = htole16((uint16_t)p->rows[i]);

		memcpy(to, &little, sizeof(little));
	}
	out->n += 2 * p->n;
}

static void put_part(const struct part *p, struct buf *out)
{
	if (p->is_run)
		put_runs(p, out);
	else if (p->n > ARRAY_MAX)
		put_bits(p, out);
	else
		put_array(p, out);
}

/* What stands before the containers. */
static void put_head(const struct part *parts, size_t count, struct buf *out)
{
	uint32_t offset = (uint32_t)(8 + 8 * count);
	bool has_runs = false;

	for (size_t i = 0; i < count; i++)
		has_runs |= parts[i].is_run;
	put32(out, has_runs ? COOKIE_RUNS | (uint32_t)(count - 1) << 16 : COOKIE_PLAIN);
	if (!has_runs)
		put32(out, (uint32_t)count);
	for (size_t i = 0; has_runs && i < count; i += 8) {
		unsigned byte = 0;

		for (size_t k = 0; k < 8 && i + k < count; k++)
			byte |= (unsigned)parts[i + k].is_run << k;
		buf_putc(out, (char)byte);
	}
	for (size_t i = 0; i < count; i++) {
		put16(out, parts[i].rows[0] >> 16);
		put16(out, (uint32_t)(parts[i].n - 1));
	}
	if (has_runs && count < FEW)
		return;
	if (has_runs)
		offset = (uint32_t)(4 + (count + 7) / 8 + 8 * count);
	for (size_t i = 0; i < count; i++) {
		put32(out, offset);
		offset += parts[i].bytes;
	}
}

void bitmap_put(const uint32_t *rows, size_t n, struct buf *out)
{
	struct part few[16], *parts = few;
	size_t count = 0, most = (rows[n - 1] >> 16) - (rows[0] >> 16) + 1;

	if (most > LEN(few))
		parts = calloc(most, sizeof(*parts));
	if (!parts) {
		out->failed = true;
		return;
	}
	for (size_t at = 0; at < n; at += parts[count++].n)
		parts[count] = part_of(rows + at, n - at);
	put_head(parts, count, out);
	for (size_t i = 0; i < count; i++)
		put_part(&parts[i], out);
	if (parts != few)
		free(parts);
}

/* ---- checking ---- */

static uint32_t get16(struct sv v, size_t at)
{
	uint16_t little;

	memcpy(&little, v.p + at, sizeof(little));
	return le16toh(little);
}

static uint32_t get32(struct sv v, size_t at)
{
	uint32_t little;

	memcpy(&little, v.p + at, sizeof(little));
	return le32toh(little);
}

/* A container, and its highest row, of the lower halves. */
struct container {
	struct sv bytes;
	uint32_t rows, highest;
};

/* Each finds out whether what *rest begins with is a container of c->rows, and takes it. */
static bool take_runs(struct sv *rest, struct container *c)
{
	uint32_t runs, end = 0, total = 0;

	if (rest->n < 2)
		return false;
	runs = get16(*rest, 0);
	*rest = sv_from(*rest, 2);
	if (runs == 0 || rest->n < (size_t)4 * runs)
		return false;
	for (uint32_t i = 0; i < runs; i++) {
		uint32_t start = get16(*rest, 4 * (size_t)i);
		uint32_t more = get16(*rest, 4 * (size_t)i + 2);

		/* Runs that touch would be one. */
		if ((i && start <= end) || start + more > UINT16_MAX)
			return false;
		end = start + more + 1;
		total += more + 1;
	}
	c->bytes = sv_head(*rest, (size_t)4 * runs);
	c->highest = end - 1;
	*rest = sv_from(*rest, (size_t)4 * runs);
	return total == c->rows;
}

static uint64_t bits_at(struct sv v, size_t i)
{
	uint64_t word;

	memcpy(&word, v.p + i * sizeof(word), sizeof(word));
	return le64toh(word);
}

static bool take_bits(struct sv *rest, struct container *c)
{
	size_t last = BITSET_BYTES / 8;

	if (rest->n < BITSET_BYTES || rows_count_bits(rest->p, BITSET_BYTES / 8) != c->rows)
		return false;
	while (!bits_at(*rest, last - 1))
		last--;
	c->bytes = sv_head(*rest, BITSET_BYTES);
	c->highest = (uint32_t)(last * 64 - 1 - (size_t)__builtin_clzll(bits_at(*rest, last - 1)));
	*rest = sv_from(*rest, BITSET_BYTES);
	return true;
}

static bool take_array(struct sv *rest, struct container *c)
{
	bool rises = true;

	if (rest->n < (size_t)2 * c->rows)
		return false;
	for (uint32_t i = 1; i < c->rows; i++)
		rises &= get16(*rest, 2 * (size_t)i) > get16(*rest, 2 * (size_t)i - 2);
	c->bytes = sv_head(*rest, (size_t)2 * c->rows);
	c->highest = get16(*rest, 2 * (size_t)c->rows - 2);
	*rest = sv_from(*rest, (size_t)2 * c->rows);
	return rises;
}

/* Each adds the rows of a container with that upper half; all are below the limit. */
static void add_runs(struct sv bytes, uint32_t high, struct rows *out)
{
	for (size_t i = 0; i < bytes.n; i += 4) {
		uint32_t from = high + get16(bytes, i);

		rows_add_range(out, from, from + get16(bytes, i + 2) + 1);
	}
}

static void add_bits(struct sv bytes, uint32_t high, struct rows *out)
{
	size_t at = high / 64, n = out->words - at;

	for (size_t i = 0; i < n && i < BITSET_BYTES / 8; i++)
		out->bits[at + i] |= bits_at(bytes, i);
}

static void add_array(struct sv bytes, uint32_t high, struct rows *out)
{
	for (size_t i = 0; i < bytes.n; i += 2)
		rows_add(out, high + get16(bytes, i));
}

/* The kinds of containers. */
static const struct kind {
	bool (*take)(struct sv *rest, struct container *c);
	void (*add)(struct sv bytes, uint32_t high, struct rows *out);
} runs_kind = {take_runs, add_runs}, bits_kind = {take_bits, add_bits},
  array_kind = {take_array, add_array};

/* Where things are in a bitmap. */
struct head {
	uint32_t parts;
	bool has_runs, has_offsets;
	size_t runs, keys, offsets, end;
};

static bool read_head(struct sv v, struct head *h)
{
	uint32_t cookie = v.n >= 8 ? get32(v, 0) : 0;

	*h = (struct head){.has_runs = (cookie & 0xffff) == COOKIE_RUNS};
	if (v.n < 8 || (!h->has_runs && cookie != COOKIE_PLAIN))
		return false;
	h->parts = h->has_runs ? (cookie >> 16) + 1 : get32(v, 4);
	if (h->parts == 0 || h->parts > 1 + UINT16_MAX)
		return false;
	h->has_offsets = !h->has_runs || h->parts >= FEW;
	h->runs = h->has_runs ? 4 : 8;
	h->keys = h->runs + (h->has_runs ? (h->parts + 7) / 8 : 0);
	h->offsets = h->keys + (size_t)4 * h->parts;
	h->end = h->offsets + (h->has_offsets ? (size_t)4 * h->parts : 0);
	return h->end <= v.n;
}

static const struct kind *kind_of(struct sv v, const struct head *h, uint32_t i, uint32_t rows)
{
	if (h->has_runs && (unsigned char)v.p[h->runs + i / 8] >> (i % 8) & 1)
		return &runs_kind;
	return rows > ARRAY_MAX ? &bits_kind : &array_kind;
}

bool bitmap_add(struct sv v, uint32_t count, struct rows *out)
{
	struct sv rest;
	struct head h;
	uint64_t total = 0;

	if (!read_head(v, &h))
		return false;
	rest = sv_from(v, h.end);
	for (uint32_t i = 0; i < h.parts; i++) {
		uint32_t key = get16(v, h.keys + (size_t)4 * i);
		struct container c = {.rows = get16(v, h.keys + (size_t)4 * i + 2) + 1};
		const struct kind *kind = kind_of(v, &h, i, c.rows);

		if (i && key <= get16(v, h.keys + (size_t)4 * (i - 1)))
			return false;
		if (h.has_offsets && get32(v, h.offsets + (size_t)4 * i) != v.n - rest.n)
			return false;
		if (!kind->take(&rest, &c) || (key << 16 | c.highest) >= out->limit)
			return false;
		kind->add(c.bytes, key << 16, out);
		total += c.rows;
	}
	return rest.n == 0 && total == count;
}
