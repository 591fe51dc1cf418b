/* Losses: what is counted, under which cause, and when it may be told. */
#include "base/test.h"

#include "health/account.h"

static void the_kernels_counter_counts_from_where_it_was(void **state)
{
	struct account a;

	(void)state;
	account_init(&a);
	account_kernel(&a, 100, 1);
	assert_true(account_lost(&a) == 0);
	account_kernel(&a, 103, 2);
	account_kernel(&a, 103, 3);
	assert_true(a.lines[LOSS_KERNEL].lost == 3);
	assert_true(a.last_ns == 2);
	account_kernel(&a, 2, 4); /* auditctl --reset-lost, and two more since */
	assert_true(a.lines[LOSS_KERNEL].lost == 5);
}

static void what_was_lost_while_nobody_recorded_counts(void **state)
{
	struct account a;

	(void)state;
	account_init(&a);
	account_set_kernel(&a, 90);
	account_kernel(&a, 100, 1);
	assert_true(a.lines[LOSS_KERNEL].lost == 10);
}

static void gaps_that_a_loss_explains_are_not_counted_twice(void **state)
{
	struct account a;

	(void)state;
	account_init(&a);
	account_kernel(&a, 0, 1);
	account_kernel(&a, 5, 2);
	account_count(&a, LOSS_RECEIVE, 1, 2);
	account_count(&a, LOSS_DISK, 100, 2);
	account_gaps(&a, 4, 3);
	assert_true(a.lines[LOSS_UNKNOWN].lost == 0);
	account_gaps(&a, 9, 4); /* two more are excused, three are not */
	assert_true(a.lines[LOSS_UNKNOWN].lost == 3);
	account_kernel(&a, 6, 5); /* comes too late for those */
	account_gaps(&a, 9, 5);
	assert_true(a.lines[LOSS_UNKNOWN].lost == 3);
	assert_true(account_lost(&a) == 6 + 1 + 100 + 3);
}

static void the_first_loss_is_told_at_once_and_later_ones_together(void **state)
{
	struct account_entry entry;
	struct account a;

	(void)state;
	account_init(&a);
	assert_false(account_next(&a, 0, &entry));
	account_count(&a, LOSS_DISK, 2, 1000);
	assert_true(account_next(&a, 0, &entry));
	assert_int_equal(entry.cause, LOSS_DISK);
	assert_true(entry.lost == 2 && entry.total == 2);
	account_sign_off(&a, &entry, 0);
	account_count(&a, LOSS_DISK, 3, 2000);
	account_count(&a, LOSS_DISK, 7, 3000);
	assert_false(account_next(&a, ACCOUNT_PAUSE_MS - 1, &entry));
	account_count(&a, LOSS_MEMORY, 1, 3000); /* another cause does not wait */
	assert_true(account_next(&a, ACCOUNT_PAUSE_MS - 1, &entry));
	assert_int_equal(entry.cause, LOSS_MEMORY);
	account_sign_off(&a, &entry, ACCOUNT_PAUSE_MS - 1);
	assert_true(account_next(&a, ACCOUNT_PAUSE_MS, &entry));
	assert_true(entry.lost == 5 && entry.total == 7);
	assert_true(entry.from_ns == 1000 && entry.to_ns == 3000);
	account_sign_off(&a, &entry, ACCOUNT_PAUSE_MS);
	assert_true(account_lost(&a) == 8 && account_signed_off(&a) == 8);
}

static void at_the_end_everything_is_told(void **state)
{
	struct account_entry entry;
	struct account a;

	(void)state;
	account_init(&a);
	account_count(&a, LOSS_SUSPENDED, 1, 1);
	assert_true(account_next(&a, 5, &entry));
	account_sign_off(&a, &entry, 5);
	account_count(&a, LOSS_SUSPENDED, 2, 1);
	assert_false(account_next(&a, 6, &entry));
	account_hurry(&a);
	assert_true(account_next(&a, 6, &entry));
	assert_true(entry.lost == 1);
}

static void what_is_lost_while_it_is_told_is_told_later(void **state)
{
	struct account_entry entry;
	struct account a;

	(void)state;
	account_init(&a);
	account_count(&a, LOSS_DISK, 4, 1);
	assert_true(account_next(&a, 0, &entry));
	account_count(&a, LOSS_DISK, 6, 2);
	account_sign_off(&a, &entry, 0);
	assert_true(account_signed_off(&a) == 4);
	account_hurry(&a);
	assert_true(account_next(&a, 0, &entry));
	assert_true(entry.lost == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernels_counter_counts_from_where_it_was),
		cmocka_unit_test(what_was_lost_while_nobody_recorded_counts),
		cmocka_unit_test(gaps_that_a_loss_explains_are_not_counted_twice),
		cmocka_unit_test(the_first_loss_is_told_at_once_and_later_ones_together),
		cmocka_unit_test(at_the_end_everything_is_told),
		cmocka_unit_test(what_is_lost_while_it_is_told_is_told_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
