/*
 * Whatever an index file holds, asking it neither reads outside of it nor puts a row where there is none.
 * Checksums are made to fit first: behind them is where hostile numbers are.
 */
#include "index/check.h"
#include "index/layout.h"
#include "index/open.h"

#include <assert.h>
#include <stdlib.h>
#include <xxhash.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Makes the checksums of a section's bitmaps fit. */
static void seal_values(unsigned char *bytes, size_t n, const struct layout_section *s,
			const struct layout_section *bitmaps)
{
	for (uint32_t i = 0; i < s->count && i < 64; i++) {
		unsigned char *at = bytes + s->at + i * sizeof(struct layout_value);
		struct layout_value v;

		if ((i + 1) * sizeof(v) > s->bytes)
			break;
		memcpy(&v, at, sizeof(v));
		if (v.bitmap_at > n || bitmaps->at + v.bitmap_at > n ||
		    v.bitmap_bytes > n - bitmaps->at - v.bitmap_at)
			continue;
		v.check = (uint32_t)XXH3_64bits(bytes + bitmaps->at + v.bitmap_at, v.bitmap_bytes);
		memcpy(at, &v, sizeof(v));
	}
}

static void seal(unsigned char *bytes, size_t n)
{
	struct layout_section bitmaps = {.at = n};
	struct layout_header h;

	memcpy(&h, bytes, sizeof(h));
	memcpy(h.magic, LAYOUT_MAGIC, sizeof(h.magic));
	h.version = INDEX_VERSION;
	h.sections %= 80;
	h.head_bytes = (uint32_t)(sizeof(h) + h.sections * sizeof(struct layout_section));
	h.file_bytes = n;
	for (int pass = 0; pass < 2 && h.head_bytes <= n; pass++)
		for (uint32_t i = 0; i < h.sections; i++) {
			unsigned char *at = bytes + sizeof(h) + i * sizeof(struct layout_section);
			struct layout_section s;

			memcpy(&s, at, sizeof(s));
			if (s.at > n || s.bytes > n - s.at)
				continue;
			if (s.kind == LAYOUT_BITMAPS)
				bitmaps = s;
			if (pass && s.kind >= LAYOUT_FIELD && s.kind <= LAYOUT_NODES)
				seal_values(bytes, n, &s, &bitmaps);
			s.check = s.bytes ? XXH3_64bits(bytes + s.at, s.bytes) : 0;
			memcpy(at, &s, sizeof(s));
		}
	if (h.head_bytes <= n)
		h.check = XXH3_64bits(bytes + LAYOUT_CHECK_FROM, h.head_bytes - LAYOUT_CHECK_FROM);
	memcpy(bytes, &h, sizeof(h));
	/* The checksum is of what the header is now. */
	if (h.head_bytes <= n) {
		h.check = XXH3_64bits(bytes + LAYOUT_CHECK_FROM, h.head_bytes - LAYOUT_CHECK_FROM);
		memcpy(bytes, &h, sizeof(h));
	}
}

static bool accepts(const void *arg, struct sv raw)
{
	unsigned sum = 0;

	(void)arg;
	for (size_t i = 0; i < raw.n; i++)
		sum += (unsigned char)raw.p[i];
	return sum % 2;
}

static void ask(struct index *x, const struct demand *d)
{
	struct index_rows rows = {NULL};
	struct err e = {0};

	switch (index_ask(x, d, &rows, &e)) {
	case INDEX_ALL:
	case INDEX_BROKEN:
		assert(!rows.rows);
		break;
	case INDEX_SOME:
	case INDEX_EXACT:
		assert(rows.rows);
		assert(rows.rows->limit == x->totals.rows &&
		       rows_count(rows.rows) <= x->totals.rows);
		(void)!index_has_late(x, &rows);
		break;
	}
	index_rows_release(&rows);
}

static bool each(void *arg, struct sv raw, const struct rows *rows)
{
	const struct index *x = arg;

	assert(raw.n <= x->bytes && rows_count(rows) > 0);
	return true;
}

static void take_section(void *arg, const struct index_section *s)
{
	*(uint64_t *)arg += s->bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sv sought = {"4242", 4};
	unsigned char *bytes;
	uint64_t total = 0;
	struct index x;

	if (size < sizeof(struct layout_header))
		return 0;
	bytes = malloc(size);
	assert(bytes);
	memcpy(bytes, data, size);
	seal(bytes, size);
	if (open_memory(&x, sv_make((const char *)bytes, size), NULL) == 0) {
		for (int i = 0; i < INDEX_FIELDS; i++) {
			struct demand d = {.kind = DEMAND_FIELD,
					   .field = sv_cstr(index_fields[i].name),
					   .accepts = accepts,
					   .is_exact = true,
					   .values = &sought,
					   .value_count = 1};
			struct demand not = {.kind = DEMAND_NOT, .child = &d};

			ask(&x, &d);
			ask(&x, &not );
			d.values = NULL;
			d.parts = &sought;
			d.part_count = 1;
			ask(&x, &d);
			(void)!index_value_rows(&x, d.field, each, &x);
		}
		(void)!index_frames(&x, NULL);
		index_sections(&x, take_section, &total);
		(void)index_extra(&x, INDEX_EXTRA_FIRST);
		index_close(&x);
	}
	free(bytes);
	return 0;
}
