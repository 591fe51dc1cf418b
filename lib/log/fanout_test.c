#include "base/test.h"

#include "log/fanout.h"

#include "base/buf.h"
#include "base/num.h"

#include <stdio.h>
#include <stdlib.h>

static struct fanout *new_fanout(size_t depth)
{
	struct err e;
	struct fanout *f = fanout_new(depth, &e);

	assert_non_null(f);
	return f;
}

/* Takes at most n bytes and puts them to out. */
static size_t take(struct fanout_taker *t, size_t n, struct buf *out)
{
	struct iovec parts[FANOUT_PARTS];
	int count = fanout_view(t, parts);
	size_t taken = 0;

	for (int i = 0; i < count && taken < n; i++) {
		struct sv part = sv_head(sv_make(parts[i].iov_base, parts[i].iov_len), n - taken);

		buf_put(out, part);
		taken += part.n;
	}
	fanout_taken(t, taken);
	return taken;
}

static void put(struct fanout *f, const char *record)
{
	assert_true(fanout_put(f, sv_cstr(record)));
}

static void each_taker_gets_what_is_put_after_it_joined(void **state)
{
	CLEANUP(buf_release) struct buf a = BUF_INIT(1000), b = BUF_INIT(1000);
	struct fanout *f = new_fanout(4);
	struct fanout_taker *one, *two;

	(void)state;
	put(f, "nobody\n");
	one = fanout_join(f);
	put(f, "first\n");
	two = fanout_join(f);
	put(f, "second\n");
	assert_int_equal(fanout_waiting(one), 2);
	take(one, SIZE_MAX, &a);
	take(two, SIZE_MAX, &b);
	assert_string_equal(buf_cstr(&a), "first\nsecond\n");
	assert_string_equal(buf_cstr(&b), "second\n");
	assert_int_equal(one->taken, 2);
	assert_int_equal(two->taken, 1);
	assert_int_equal(fanout_waiting(one) + fanout_waiting(two), 0);
	fanout_free(f);
}

static void who_is_too_slow_loses_the_oldest_and_nobody_else_does(void **state)
{
	CLEANUP(buf_release) struct buf a = BUF_INIT(1000), b = BUF_INIT(1000);
	struct fanout *f = new_fanout(2);
	struct fanout_taker *slow = fanout_join(f), *quick = fanout_join(f);

	(void)state;
	for (char record[] = "1\n"; record[0] <= '5'; record[0]++) {
		put(f, record);
		take(quick, SIZE_MAX, &b);
	}
	take(slow, SIZE_MAX, &a);
	assert_string_equal(buf_cstr(&a), "4\n5\n");
	assert_string_equal(buf_cstr(&b), "1\n2\n3\n4\n5\n");
	assert_int_equal(slow->lost, 3);
	assert_int_equal(quick->lost, 0);
	fanout_free(f);
}

static void a_record_begun_is_kept_to_its_end(void **state)
{
	CLEANUP(buf_release) struct buf a = BUF_INIT(1000);
	struct fanout *f = new_fanout(2);
	struct fanout_taker *t = fanout_join(f);

	(void)state;
	put(f, "first\n");
	take(t, 3, &a);
	for (char record[] = "1\n"; record[0] <= '5'; record[0]++)
		put(f, record);
	assert_int_equal(fanout_waiting(t), 3);
	take(t, 1, &a);
	put(f, "6\n");
	take(t, SIZE_MAX, &a);
	assert_string_equal(buf_cstr(&a), "first\n5\n6\n");
	assert_int_equal(t->taken, 3);
	assert_int_equal(t->lost, 4);
	fanout_free(f);
}

static void takers_come_and_go(void **state)
{
	struct fanout *f = new_fanout(1);
	struct fanout_taker *one = fanout_join(f), *two = fanout_join(f), *three = fanout_join(f);

	(void)state;
	fanout_leave(two);
	fanout_leave(three);
	put(f, "x");
	assert_int_equal(fanout_waiting(one), 1);
	fanout_leave(one);
	fanout_leave(NULL);
	assert_true(fanout_put(f, SV("y")));
	fanout_free(f);
}

static void records_have_a_longest_length(void **state)
{
	static char record[FANOUT_RECORD_MAX + 1];
	struct fanout *f = new_fanout(1);
	struct fanout_taker *t = fanout_join(f);

	(void)state;
	assert_false(fanout_put(f, sv_make(record, sizeof(record))));
	assert_false(fanout_put(f, SV_EMPTY));
	assert_true(fanout_put(f, sv_make(record, FANOUT_RECORD_MAX)));
	assert_true(fanout_put(f, sv_make(record, FANOUT_RECORD_MAX)));
	assert_int_equal(t->lost, 1);
	fanout_free(f);
}

/* Whatever the pace: whole records, in order, each taken or counted as lost. */
static void at_any_pace_records_are_whole_and_counted(void **state)
{
	CLEANUP(buf_release) struct buf got = BUF_INIT(16 << 20);
	struct fanout *f = new_fanout(20);
	struct fanout_taker *t = fanout_join(f);
	struct sv rest, line, number;
	uint64_t last = 0, value, lines = 0;

	(void)state;
	srandom(1);
	for (uint64_t i = 1; i <= 6000; i++) {
		char record[9000];
		int pad = (int)(random() % (random() % 4 ? 20 : 8000));
		int n = snprintf(record, sizeof(record), "%ju %0*d\n", (uintmax_t)i, pad, 0);

		assert_true(fanout_put(f, sv_make(record, (size_t)n)));
		if (random() % 3 == 0)
			take(t, (size_t)random() % 9000, &got);
	}
	take(t, SIZE_MAX, &got);
	assert_false(got.failed);
	for (rest = buf_view(&got); sv_line(&rest, &line); last = value, lines++) {
		assert_true(sv_cut(line, ' ', &number, &line));
		assert_true(num_u64(number, &value));
		assert_true(value > last);
	}
	assert_int_equal(last, 6000);
	assert_int_equal(lines, t->taken);
	assert_int_equal(t->taken + t->lost, 6000);
	assert_true(t->lost > 0);
	fanout_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_taker_gets_what_is_put_after_it_joined),
		cmocka_unit_test(who_is_too_slow_loses_the_oldest_and_nobody_else_does),
		cmocka_unit_test(a_record_begun_is_kept_to_its_end),
		cmocka_unit_test(takers_come_and_go),
		cmocka_unit_test(records_have_a_longest_length),
		cmocka_unit_test(at_any_pace_records_are_whole_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
