/*
 *	| cookie, count | which are runs | key, rows - 1 of each | offset of each | containers |
 *
 * A container has the rows of one upper half: their lower halves (array), a bit for each (bitset), or starts
 * and lengths - 1 (runs), whichever is smallest. "Which are runs" is there only if one is; offsets are left
 * out then if there are fewer than four containers.
 */
#include "index/bitmap.h"

#include <endian.h>
#include <roaring/roaring.h>
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

/* Each takes a container of so many rows from *rest, and says its highest row. */
static bool take_runs(struct sv *rest, uint32_t rows, uint32_t *highest)
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
	*rest = sv_from(*rest, (size_t)4 * runs);
	*highest = end - 1;
	return total == rows;
}

/* Bits that are set: not every processor that we run on can count them. */
static uint64_t count_bits(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
	word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (word * UINT64_C(0x0101010101010101)) >> 56;
}

static uint64_t bits_at(struct sv v, size_t i)
{
	uint64_t word;

	memcpy(&word, v.p + i * sizeof(word), sizeof(word));
	return le64toh(word);
}

static bool take_bits(struct sv *rest, uint32_t rows, uint32_t *highest)
{
	size_t last = BITSET_BYTES / 8;
	uint64_t total = 0;

	if (rest->n < BITSET_BYTES)
		return false;
	for (size_t i = 0; i < BITSET_BYTES / 8; i++)
		total += count_bits(bits_at(*rest, i));
	if (total == 0 || total != rows)
		return false;
	while (!bits_at(*rest, last - 1))
		last--;
	*highest = (uint32_t)(last * 64 - 1 - (size_t)__builtin_clzll(bits_at(*rest, last - 1)));
	*rest = sv_from(*rest, BITSET_BYTES);
	return true;
}

static bool take_array(struct sv *rest, uint32_t rows, uint32_t *highest)
{
	if (rest->n < (size_t)2 * rows)
		return false;
	*highest = get16(*rest, 0);
	for (uint32_t i = 1; i < rows; i++) {
		uint32_t row = get16(*rest, 2 * (size_t)i);

		if (row <= *highest)
			return false;
		*highest = row;
	}
	*rest = sv_from(*rest, (size_t)2 * rows);
	return true;
}

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

static bool is_good(struct sv v, uint32_t count, uint32_t limit)
{
	struct sv rest;
	struct head h;
	uint64_t total = 0;

	if (!read_head(v, &h))
		return false;
	rest = sv_from(v, h.end);
	for (uint32_t i = 0; i < h.parts; i++) {
		uint32_t key = get16(v, h.keys + (size_t)4 * i);
		uint32_t rows = get16(v, h.keys + (size_t)4 * i + 2) + 1, highest = 0;
		bool runs = h.has_runs && (unsigned char)v.p[h.runs + i / 8] >> (i % 8) & 1;

		if (i && key <= get16(v, h.keys + (size_t)4 * (i - 1)))
			return false;
		if (h.has_offsets && get32(v, h.offsets + (size_t)4 * i) != v.n - rest.n)
			return false;
		if (!(runs               ? take_runs(&rest, rows, &highest)
		      : rows > ARRAY_MAX ? take_bits(&rest, rows, &highest)
					 : take_array(&rest, rows, &highest)))
			return false;
		if ((key << 16 | highest) >= limit)
			return false;
		total += rows;
	}
	return rest.n == 0 && total == count;
}

struct roaring_bitmap_s *bitmap_read(struct sv bytes, uint32_t count, uint32_t limit)
{
	return is_good(bytes, count, limit)
		       ? roaring_bitmap_portable_deserialize_safe(bytes.p, bytes.n)
		       : NULL;
}
