#include "base/test.h"

#include "query/pattern.h"

#include "base/attr.h"

static const struct {
	const char *pattern;
	uint64_t size;
} rows[] = {
	{"", 0},
	{"abc", 3},
	{"a\\+b", 3},
	{"a*b?", 4},
	{"a+", 3},
	{"a++", 7},
	{"a{3}", 4},
	{"a{2,3}", 4},
	{"(ab){3}", 10},
	{"((a{3}){3}){3}", 52},
	{"[a{9}]", 1},
	{"[]a{9}]", 1},
	{"[^]{9}]b", 2},
	{"[[:alpha:]{9}]{2}", 3},
	{"(a+)+(b+)+", 18},
	{"a|b", 3},
	{"a{9", 10},
	{")a", 2},
	{"((a", 3},
	{"a\\", 2},
	{"[", 1},
	{"[[:", 1},
};

static void repetitions_are_written_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(rows); i++)
		if (pattern_size(sv_cstr(rows[i].pattern), 1000) != rows[i].size)
			fail_msg("%s: %ju", rows[i].pattern,
				 (uintmax_t)pattern_size(sv_cstr(rows[i].pattern), 1000));
}

static void what_is_too_large_is_over_the_maximum(void **state)
{
	static const char *const patterns[] = {
		"a{1001}",
		"(a{100}){100}",
		"a++++++++++++++++++++++++++++++++++++++++++++++++",
		"((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+",
		"a{99999999999999999999999999999999999}",
	};

	(void)state;
	for (size_t i = 0; i < LEN(patterns); i++)
		assert_true(pattern_size(sv_cstr(patterns[i]), 1000) > 1000);
}

static void parentheses_have_a_greatest_depth(void **state)
{
	char pattern[PATTERN_DEPTH_MAX + 1];

	(void)state;
	memset(pattern, '(', sizeof(pattern));
	assert_int_equal(pattern_size(sv_make(pattern, PATTERN_DEPTH_MAX), 1000),
			 PATTERN_DEPTH_MAX);
	assert_int_equal(pattern_size(sv_make(pattern, sizeof(pattern)), 1000), 1001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repetitions_are_written_out),
		cmocka_unit_test(what_is_too_large_is_over_the_maximum),
		cmocka_unit_test(parentheses_have_a_greatest_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
