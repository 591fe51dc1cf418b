/*
 * What an index leaves out changes nothing that is found: cases that once did, and the fuzzer's
 * comparison over numbers from some seeds.
 */
#include "query/prune_stage_test.h"

#include "query/prune_random_test.h"

static void an_event_is_found_by_its_end_in_the_next_file(void **state)
{
	const struct leaf is_end = {.field = SV("type"), .text = SV("EOE")};
	const struct demand d = demand_of(&is_end);
	struct random_case c = {
		.demand = &d,
		.file_count = 2,
		.files = {{.text = SV(LINE("SYSCALL", "10.000:1", "uid=0") LINE(
				   "EOE", "10.000:1", "") LINE("SYSCALL", "11.000:2", "uid=0"))},
			  {.text = SV(LINE("EOE", "11.000:2", "")
					      LINE("SYSCALL", "20.000:3", "uid=0"))}},
	};

	(void)state;
	query_init(&c.query);
	compare_files(&c);
}

static void an_end_that_says_more_is_found_by_that(void **state)
{
	const struct leaf has_one = {.field = SV("syscall"), .text = SV("1"), .is_part = true};
	const struct demand d = demand_of(&has_one);
	struct random_case c = {
		.demand = &d,
		.file_count = 2,
		.files = {{.text = SV(LINE("PATH", "10.000:1", "name=\"x\""))},
			  {.text = SV(LINE("EOE", "10.000:1", "syscall=-1")
					      LINE("CWD", "10.000:1", "cwd=\"/\""))}},
	};

	(void)state;
	query_init(&c.query);
	compare_files(&c);
}

static void an_end_behind_another_event_stays_with_its_own(void **state)
{
	const struct leaf is_bob = {.field = SV("AUID"), .text = SV("\"bob\"")};
	const struct demand bob = demand_of(&is_bob);
	const struct demand d = {.kind = DEMAND_NOT, .child = (struct demand *)(uintptr_t)&bob};
	struct random_case c = {
		.demand = &d,
		.file_count = 2,
		.files = {{.text = SV(LINE("SYSCALL", "10.001:3", "uid=0")
					      LINE("SYSCALL", "10.002:2", "uid=0"))},
			  {.text = SV(LINE("PATH", "10.001:3", "name=\"x\"") LINE(
				   "PATH", "10.002:7", "name=\"x\"") LINE("EOE", "10.002:2", "")
					      LINE("PATH", "19.000:8", ""))}},
	};

	(void)state;
	query_init(&c.query);
	compare_files(&c);
}

static void a_late_event_that_goes_on_in_a_file_without_an_index_counts_once(void **state)
{
	struct random_case c = {
		.file_count = 2,
		.files = {{.text = SV(LINE("SYSCALL", "1500.002:1", "uid=0")
					      LINE("SYSCALL", "1504.000:2", "uid=0")
						      LINE("PATH", "1000.000:1", "name=\"x\""))},
			  {.text = SV(LINE("PATH", "1000.000:1", "name=\"x\"")
					      LINE("PATH", "1564.000:3", "name=\"y\"")),
			   .index = NO_INDEX}},
	};

	(void)state;
	query_init(&c.query);
	c.query.end = 1503;
	compare_files(&c);
}

static void a_torn_line_ends_a_file_and_its_rest_begins_the_next(void **state)
{
	const struct leaf is_bob = {.field = SV("AUID"), .text = SV("\"bob\"")};
	const struct demand d = demand_of(&is_bob);
	struct random_case c = {
		.demand = &d,
		.file_count = 2,
		.files = {{.text = SV(
				   LINE("CWD", "10.000:1",
					"cwd=\"/\"") "type=SYSCALL msg=audit(10.000:1): uid=0\x1d"
						     "AUID=")},
			  {.text = SV("\"bob\"\n" LINE("CWD", "10.000:1", "cwd=\"/\"")
					      LINE("CWD", "10.000:1",
						   "cwd=\"/\"\x1d"
						   "AUID=\"bob\""))}},
	};

	(void)state;
	query_init(&c.query);
	compare_files(&c);
}

/* ---- numbers ---- */

static void with_an_index_the_same_is_found(void **state)
{
	struct random_tally tally = {0};

	(void)state;
	compare_numbers(random_prune, 6, &tally);
	/* Numbers of these seeds: each reason is met, and much is left out. */
	for (size_t i = PRUNE_INDEXED; i < PRUNE_REASONS; i++)
		if (i != PRUNE_NOT_A_FILE && i != PRUNE_FOREIGN && i != PRUNE_TIMEOUT)
			assert_true(tally.reasons[i] > 0);
	assert_true(tally.used > tally.files / 3);
	assert_true(tally.kept < tally.text);
	assert_true(tally.found > tally.files && tally.counted > 100);
	assert_true(tally.sieved > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_found_by_its_end_in_the_next_file),
		cmocka_unit_test(an_end_that_says_more_is_found_by_that),
		cmocka_unit_test(an_end_behind_another_event_stays_with_its_own),
		cmocka_unit_test(a_late_event_that_goes_on_in_a_file_without_an_index_counts_once),
		cmocka_unit_test(a_torn_line_ends_a_file_and_its_rest_begins_the_next),
		cmocka_unit_test(with_an_index_the_same_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
