/* Counting: hits, orders, merging, growth. */
#include "base/test.h"

#include "query/tally.h"

#include <stdio.h>

static void hits_add_up_and_ties_keep_the_order_of_arrival(void **state)
{
	static const struct {
		const char *text;
		uint64_t hits;
	} want[] = {{"b", 3}, {"a", 2}, {"", 2}, {"c", 1}, {"d", 1}};
	static const char *const added[] = {"c", "a", "b", "", "b", "a", "d", "b", ""};
	struct tally t;

	(void)state;
	tally_init(&t);
	for (size_t i = 0; i < LEN(added); i++)
		tally_add(&t, sv_cstr(added[i]), 1);
	tally_sort(&t, TALLY_BY_HITS);
	assert_int_equal(t.count, LEN(want));
	for (size_t i = 0; i < LEN(want); i++) {
		assert_true(sv_eq(tally_text(&t.entries[i]), sv_cstr(want[i].text)));
		assert_int_equal(t.entries[i].hits, want[i].hits);
	}
	tally_release(&t);
}

static void numbers_with_equal_hits_go_by_number_and_signed(void **state)
{
	static const int64_t added[] = {7, -2, 9, 7, 3, 9}, want[] = {7, 9, -2, 3};
	struct tally t;

	(void)state;
	tally_init(&t);
	for (size_t i = 0; i < LEN(added); i++)
		tally_add_number(&t, (uint64_t)added[i], 1);
	tally_sort(&t, TALLY_BY_HITS_NUMBER);
	assert_int_equal(t.count, LEN(want));
	for (size_t i = 0; i < LEN(want); i++)
		assert_int_equal((int64_t)t.entries[i].number, want[i]);
	tally_sort(&t, TALLY_BY_NUMBER);
	assert_int_equal((int64_t)t.entries[0].number, -2);
	tally_release(&t);
}

/* Adds the decimal text and the number i % different for each i in [from, to). */
static void count(struct tally *texts, struct tally *numbers, unsigned from, unsigned to,
		  unsigned different)
{
	for (unsigned i = from; i < to; i++) {
		char text[16];
		int n = snprintf(text, sizeof(text), "%u", i * 7919 % different);

		tally_add(texts, sv_make(text, (size_t)n), 1);
		tally_add_number(numbers, i * 7919 % different, 1);
	}
}

static void expect_equal(struct tally *a, struct tally *b, enum tally_order order)
{
	tally_sort(a, order);
	tally_sort(b, order);
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_true(sv_eq(tally_text(&a->entries[i]), tally_text(&b->entries[i])));
		assert_int_equal(a->entries[i].hits, b->entries[i].hits);
		if (!a->entries[i].text)
			assert_int_equal(a->entries[i].number, b->entries[i].number);
	}
}

static void parts_merged_in_order_are_the_whole(void **state)
{
	static const unsigned ends[] = {0, 1, 700, 20000, 50000};
	struct tally texts, numbers, part_texts, part_numbers, whole_texts, whole_numbers;

	(void)state;
	tally_init(&texts);
	tally_init(&numbers);
	tally_init(&whole_texts);
	tally_init(&whole_numbers);
	tally_init(&part_texts);
	tally_init(&part_numbers);
	count(&whole_texts, &whole_numbers, 0, 50000, 9001);
	for (size_t i = 1; i < LEN(ends); i++) {
		tally_reset(&part_texts);
		tally_reset(&part_numbers);
		count(&part_texts, &part_numbers, ends[i - 1], ends[i], 9001);
		tally_merge(&texts, &part_texts);
		tally_merge(&numbers, &part_numbers);
	}
	tally_release(&part_texts);
	tally_release(&part_numbers);
	assert_int_equal(texts.count, 9001);
	expect_equal(&texts, &whole_texts, TALLY_BY_HITS);
	expect_equal(&numbers, &whole_numbers, TALLY_BY_HITS_NUMBER);
	tally_release(&texts);
	tally_release(&numbers);
	tally_release(&whole_texts);
	tally_release(&whole_numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hits_add_up_and_ties_keep_the_order_of_arrival),
		cmocka_unit_test(numbers_with_equal_hits_go_by_number_and_signed),
		cmocka_unit_test(parts_merged_in_order_are_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
