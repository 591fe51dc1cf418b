/* Sets of rows against sets of bytes; and bitmaps, which are written and read here, against CRoaring's. */
#include "base/test.h"

#include "index/bitmap.h"
#include "index/rows.h"

#include <roaring/roaring.h>
#include <stdlib.h>
#include <string.h>

#define MOST 140000 /* three containers of a bitmap */

static uint32_t seed = 7;

static uint32_t dice(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)seed * below >> 32);
}

/* ---- sets ---- */

/* A set, and the same with a byte for each row. */
struct pair {
	struct rows *rows;
	unsigned char has[300];
};

static void roll(struct pair *p, uint32_t limit)
{
	memset(p, 0, sizeof(*p));
	p->rows = rows_new(limit);
	assert_non_null(p->rows);
	for (uint32_t n = dice(4); n && limit; n--) {
		uint32_t from = dice(limit + 1), to = dice(limit + 20);

		rows_add_range(p->rows, from, to);
		for (uint32_t i = from; i < to && i < limit; i++)
			p->has[i] = 1;
	}
	for (uint32_t n = dice(9); n && limit; n--) {
		uint32_t row = dice(limit);

		rows_add(p->rows, row);
		p->has[row] = 1;
	}
}

static void check(const struct pair *p)
{
	uint32_t limit = p->rows->limit, count = 0, next = limit;

	for (uint32_t i = limit; i-- > 0;) {
		assert_int_equal(rows_has(p->rows, i), p->has[i]);
		count += p->has[i];
		if (p->has[i])
			next = i;
		assert_int_equal(rows_next(p->rows, i), next);
	}
	assert_false(rows_has(p->rows, limit));
	assert_int_equal(rows_next(p->rows, limit + 100), limit);
	assert_int_equal(rows_count(p->rows), count);
	assert_int_equal(rows_is_empty(p->rows), count == 0);
	for (int k = 0; k < 20; k++) {
		uint32_t from = dice(limit + 2), to = dice(limit + 70);

		count = 0;
		for (uint32_t i = from; i < to && i < limit; i++)
			count += p->has[i];
		assert_int_equal(rows_count_range(p->rows, from, to), count);
		assert_int_equal(rows_any(p->rows, from, to), count > 0);
	}
}

static void check_two(struct pair *a, struct pair *b, uint32_t limit)
{
	struct rows *copy = rows_copy(a->rows);
	bool meet = false, contain = true;

	assert_non_null(copy);
	assert_true(rows_equal(copy, a->rows));
	assert_int_equal(rows_equal(a->rows, b->rows), memcmp(a->has, b->has, limit) == 0);
	for (uint32_t i = 0; i < limit; i++) {
		meet |= a->has[i] && b->has[i];
		contain &= a->has[i] || !b->has[i];
	}
	assert_int_equal(rows_meet(a->rows, b->rows), meet);
	assert_int_equal(rows_contain(a->rows, b->rows), contain);
	rows_and(a->rows, b->rows);
	for (uint32_t i = 0; i < limit; i++)
		a->has[i] &= b->has[i];
	check(a);
	assert_true(rows_contain(copy, a->rows));
	rows_not(a->rows);
	for (uint32_t i = 0; i < limit; i++)
		a->has[i] = !a->has[i];
	check(a);
	rows_or(a->rows, b->rows);
	for (uint32_t i = 0; i < limit; i++)
		a->has[i] |= b->has[i];
	check(a);
	rows_clear(a->rows);
	assert_true(rows_is_empty(a->rows));
	rows_free(copy);
}

static void sets_are_what_bytes_for_each_row_are(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 3000; round++) {
		uint32_t limit = round < 140 ? round : dice(260);
		struct pair a, b;

		roll(&a, limit);
		roll(&b, limit);
		check(&a);
		check_two(&a, &b, limit);
		rows_free(a.rows);
		rows_free(b.rows);
	}
	rows_free(NULL);
}

static void many_rows_are_counted(void **state)
{
	struct rows *r = rows_new(MOST);

	(void)state;
	assert_non_null(r);
	rows_not(r);
	assert_int_equal(rows_count(r), MOST);
	assert_int_equal(rows_count_range(r, 1, MOST + 5), MOST - 1);
	rows_free(r);
}

/* ---- bitmaps ---- */

/* Some rows of each kind of container: few, many, and in runs. */
static size_t roll_rows(uint32_t *out)
{
	uint32_t row = dice(70000), density = 1 + dice(40);
	size_t n = 0;

	while (row < MOST) {
		uint32_t run = dice(8) ? 1 : 1 + dice(dice(50) ? 20 : 9000);

		for (; run && row < MOST; run--)
			out[n++] = row++;
		if (!dice(500))
			density = 1 + dice(dice(4) ? 60 : 20000);
		row += 1 + dice(density);
	}
	if (!n)
		out[n++] = dice(MOST);
	return n;
}

static void check_bitmap(const uint32_t *list, size_t n)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(1 << 20);
	struct rows *rows = rows_new(MOST);
	roaring_bitmap_t *same = roaring_bitmap_of_ptr(n, list), *other;
	char *theirs;
	size_t size;

	assert_true(rows && same);
	bitmap_put(list, n, &bytes);
	other = roaring_bitmap_portable_deserialize_safe(bytes.p, bytes.n);
	assert_non_null(other);
	assert_true(roaring_bitmap_equals(same, other));
	(void)roaring_bitmap_run_optimize(same);
	size = roaring_bitmap_portable_size_in_bytes(same);
	theirs = malloc(size);
	assert_non_null(theirs);
	assert_int_equal(roaring_bitmap_portable_serialize(same, theirs), size);
	assert_true(bitmap_add(sv_make(theirs, size), (uint32_t)n, rows));
	assert_int_equal(rows_count(rows), n);
	rows_clear(rows);
	assert_true(bitmap_add(buf_view(&bytes), (uint32_t)n, rows));
	assert_int_equal(rows_count(rows), n);
	for (size_t i = 0; i < n; i++)
		assert_true(rows_has(rows, list[i]));
	assert_false(bitmap_add(buf_view(&bytes), (uint32_t)n + 1, rows));
	assert_false(bitmap_add(sv_head(buf_view(&bytes), bytes.n - 1), (uint32_t)n, rows));
	free(theirs);
	rows_free(rows);
	/* Its last row is out of a smaller set. */
	rows = rows_new(list[n - 1]);
	assert_non_null(rows);
	assert_false(bitmap_add(buf_view(&bytes), (uint32_t)n, rows));
	rows_free(rows);
	roaring_bitmap_free(same);
	roaring_bitmap_free(other);
}

static void bitmaps_are_those_of_the_format(void **state)
{
	static uint32_t list[MOST];

	(void)state;
	for (int round = 0; round < 300; round++)
		check_bitmap(list, roll_rows(list));
	check_bitmap(&(uint32_t){0}, 1);
	check_bitmap(&(uint32_t){MOST - 1}, 1);
}

/* Whatever a byte of it is, a bitmap is refused or one of so many rows. */
static void a_changed_bitmap_is_refused_or_another_one(void **state)
{
	static uint32_t list[MOST];

	(void)state;
	for (int round = 0; round < 60; round++) {
		CLEANUP(buf_release) struct buf bytes = BUF_INIT(1 << 20);
		struct rows *rows = rows_new(MOST - dice(2) * dice(MOST));
		size_t n = roll_rows(list);

		assert_non_null(rows);
		bitmap_put(list, n, &bytes);
		for (int k = 0; k < 200; k++) {
			char *at =
				&bytes.p[k < 64 ? (uint32_t)k % bytes.n : dice((uint32_t)bytes.n)];
			char was = *at;

			*at ^= (char)(1u << dice(8));
			rows_clear(rows);
			if (bitmap_add(buf_view(&bytes), (uint32_t)n, rows))
				assert_int_equal(rows_count(rows), n);
			*at = was;
		}
		rows_free(rows);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_are_what_bytes_for_each_row_are),
		cmocka_unit_test(many_rows_are_counted),
		cmocka_unit_test(bitmaps_are_those_of_the_format),
		cmocka_unit_test(a_changed_bitmap_is_refused_or_another_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
