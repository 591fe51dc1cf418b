/* Rates, and what they ask of the backlog. */
#include "base/test.h"

#include "health/burst.h"

static void rates_are_per_second_whatever_the_clock_does(void **state)
{
	struct burst b;

	(void)state;
	burst_init(&b);
	burst_second(&b, 1000, 5000); /* what came before is not counted */
	assert_true(b.now == 0 && b.peak == 0);
	burst_second(&b, 1500, 6000);
	assert_true(b.now == 500 && b.minute == 500);
	burst_second(&b, 1600, 6100); /* too soon */
	assert_true(b.now == 500);
	burst_second(&b, 4500, 8000); /* a tick came late */
	assert_true(b.now == 1500 && b.peak == 1500);
	assert_true(b.minute == 3500 / 3);
	burst_second(&b, 4500, 9000);
	assert_true(b.now == 0 && b.peak == 1500);
}

static void a_minute_forgets_what_is_older(void **state)
{
	struct burst b;
	int64_t ms = 0;

	(void)state;
	burst_init(&b);
	burst_second(&b, 0, ms);
	burst_second(&b, 60000, ms += 1000);
	assert_true(b.minute == 60000);
	for (int i = 0; i < 59; i++)
		burst_second(&b, 60000, ms += 1000);
	assert_true(b.minute == 1000);
	burst_second(&b, 60000, ms += 1000);
	assert_true(b.minute == 0);
}

static void a_backlog_that_is_nearly_full_is_too_small(void **state)
{
	struct burst b;

	(void)state;
	burst_init(&b);
	burst_second(&b, 0, 0);
	burst_second(&b, 9120, 1000);
	burst_backlog(&b, 47, 64, false);
	assert_int_equal(b.needed, 0);
	burst_backlog(&b, 48, 64, false);
	assert_int_equal(b.needed, 16384); /* a second at 9120 */
	assert_true(b.high == 48);
	burst_backlog(&b, 0, 64, false); /* it stays until the limit is raised */
	assert_int_equal(b.needed, 16384);
	burst_backlog(&b, 0, 16384, false);
	assert_int_equal(b.needed, 0);
}

static void an_overflow_asks_for_more_even_when_nobody_saw_it_full(void **state)
{
	struct burst b;

	(void)state;
	burst_init(&b);
	burst_backlog(&b, 3, 8192, true);
	assert_int_equal(b.needed, 16384);
	burst_backlog(&b, 3, 0, true); /* no limit */
	assert_int_equal(b.needed, 0);
	burst_backlog(&b, 3, BURST_LIMIT_MAX, true);
	assert_int_equal(b.needed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_per_second_whatever_the_clock_does),
		cmocka_unit_test(a_minute_forgets_what_is_older),
		cmocka_unit_test(a_backlog_that_is_nearly_full_is_too_small),
		cmocka_unit_test(an_overflow_asks_for_more_even_when_nobody_saw_it_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
