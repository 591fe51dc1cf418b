#include "base/test.h"

#include "index/merge.h"
#include "index/trace.h"

/* What a value is called in the tests: its text, with room behind it. */
#define TEXT(text) sv_make(text "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", sizeof(text) - 1)

static const char *const long_names[] = {"\"/usr/sbin/sshd-first\"", "\"/usr/sbin/sshd-other\""};

/* ---- dictionaries ---- */

static void values_are_found_by_all_of_their_bytes(void **state)
{
	const struct sv texts[] = {TEXT(""),
				   TEXT("1"),
				   TEXT("10"),
				   TEXT("12345678"),
				   TEXT("123456789"),
				   TEXT("1234567890123456"),
				   TEXT("12345678901234567"),
				   TEXT("12345678901234568")};
	struct arena arena;
	struct dictionary d;

	(void)state;
	arena_init(&arena, 1 << 20);
	dictionary_init(&d, &arena, 7);
	for (size_t round = 0; round < 2; round++)
		for (size_t i = 0; i < LEN(texts); i++) {
			assert_int_equal(dictionary_take(&d, texts[i]), i);
			assert_int_equal(d.is_new, round == 0);
		}
	assert_int_equal(d.count, LEN(texts));
	for (size_t i = 0; i < LEN(texts); i++)
		assert_true(sv_eq(sv_make(d.list[i].p, d.list[i].bytes), texts[i]));
	dictionary_release(&d);
	arena_release(&arena);
}

static void numbers_stay_when_a_dictionary_grows(void **state)
{
	char text[32] = {0};
	struct arena arena;
	struct dictionary d;

	(void)state;
	arena_init(&arena, 1 << 24);
	dictionary_init(&d, &arena, 7);
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 5000; i++) {
			memcpy(text, &i, sizeof(i));
			memcpy(text + sizeof(i), long_names[i % 2], i % 20);
			assert_int_equal(dictionary_take(&d, sv_make(text, sizeof(i) + i % 20)), i);
		}
	assert_int_equal(d.count, 5000);
	dictionary_release(&d);
	arena_release(&arena);
}

/* ---- traces ---- */

enum { FIRST, SKETCHED, PHRASES };

static void put_piece(struct trace *t, const uint32_t *ids, size_t n)
{
	trace_piece(t);
	for (size_t i = 0; i < n; i++)
		trace_put(t, ids[i]);
}

static void expect_rows(const struct trace_turned *t, uint32_t id, const uint32_t *rows, size_t n)
{
	size_t count;
	const uint32_t *list = trace_rows_of(t, id, &count);

	assert_int_equal(count, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(list[i], rows[i]);
}

static void a_trace_is_turned_around_into_rows(void **state)
{
	const uint32_t a = trace_id(FIRST, 0), b = trace_id(FIRST, 1), c = trace_id(FIRST, 2);
	const uint32_t left_out = trace_id(SKETCHED, 9), phrase = trace_id(PHRASES, 0);
	const size_t counts[TRACE_COLUMNS_MAX] = {[FIRST] = 3, [PHRASES] = 1};
	const uint32_t rows[] = {1, 0, TRACE_ROW_NONE, 1, 1};
	struct trace_turned turned;
	struct trace t = {0};

	(void)state;
	put_piece(&t, (uint32_t[]){a, a, phrase}, 3);
	put_piece(&t, (uint32_t[]){b, left_out, a}, 3);
	put_piece(&t, (uint32_t[]){b, c}, 2);
	put_piece(&t, NULL, 0);
	put_piece(&t, (uint32_t[]){phrase, b}, 2);
	assert_false(t.failed);
	assert_int_equal(trace_from(&t, 1), 3);
	assert_int_equal(trace_from(&t, 5), 10);
	assert_true(trace_turn(&t, counts, rows, &turned));
	expect_rows(&turned, a, (uint32_t[]){1, 0}, 2);
	expect_rows(&turned, b, (uint32_t[]){0, 1}, 2);
	expect_rows(&turned, c, NULL, 0);
	expect_rows(&turned, phrase, (uint32_t[]){1}, 1);
	trace_turned_release(&turned);
	trace_release(&t);
}

static void a_trace_of_nothing_is_turned_around(void **state)
{
	const size_t counts[TRACE_COLUMNS_MAX] = {0};
	struct trace_turned turned;
	struct trace t = {0};

	(void)state;
	assert_true(trace_turn(&t, counts, NULL, &turned));
	trace_turned_release(&turned);
	trace_release(&t);
}

/* ---- merging ---- */

static void rows_come_out_rising_and_once(void **state)
{
	static const uint32_t in[] = {9000, 3, 64, 63, 3, 4095, 4096, 0, 9000};
	static const uint32_t out[] = {0, 3, 63, 64, 4095, 4096, 9000};
	uint32_t list[LEN(in)];
	struct merge m;

	(void)state;
	assert_true(merge_init(&m, 9001));
	for (size_t round = 0; round < 2; round++) {
		merge_put(&m, in, LEN(in));
		assert_int_equal(merge_take(&m, list), LEN(out));
		assert_memory_equal(list, out, sizeof(out));
	}
	assert_int_equal(merge_take(&m, list), 0);
	merge_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_found_by_all_of_their_bytes),
		cmocka_unit_test(numbers_stay_when_a_dictionary_grows),
		cmocka_unit_test(a_trace_is_turned_around_into_rows),
		cmocka_unit_test(a_trace_of_nothing_is_turned_around),
		cmocka_unit_test(rows_come_out_rising_and_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
