/* Expectations: what lines mean, and what is said about those that mean nothing. */
#include "base/test.h"

#include "policy/expect.h"

struct told {
	unsigned count;
	uint32_t line, column;
};

static void on_problem(void *ctx, const struct problem *p)
{
	struct told *told = ctx;

	told->count++;
	told->line = p->at.line;
	told->column = p->at.column;
}

static void read_text(struct expect_file *file, const char *text, struct told *told)
{
	struct problems problems = {.tell = on_problem, .ctx = told};
	struct err e;

	*told = (struct told){0};
	assert_int_equal(expect_read(file, sv_cstr(text), &problems, &e), 0);
}

static void reads_rules_commands_and_events(void **state)
{
	struct expect_file file;
	struct told told;

	(void)state;
	read_text(&file,
		  "# what a set must do\n"
		  "\n"
		  "rules ../rules.d more\\ rules\n"
		  "  expect key identity: touch /etc/a\\ b \"x\"\n"
		  "expect nothing as root : cat /etc/hostname\n"
		  "expect no key user-command as alice login: /usr/bin/id\n"
		  "event recorded.log: key a:b\n"
		  "event x: nothing",
		  &told);
	assert_int_equal(told.count, 0);
	assert_int_equal(file.rule_count, 2);
	assert_string_equal(file.rules[1], "more rules");
	assert_int_equal(file.count, 5);

	assert_int_equal(file.tests[0].line, 4);
	assert_true(sv_eq(file.tests[0].text, SV("expect key identity: touch /etc/a\\ b \"x\"")));
	assert_int_equal(file.tests[0].want, EXPECT_KEY);
	assert_string_equal(file.tests[0].key, "identity");
	assert_string_equal(file.tests[0].argv[1], "/etc/a b");
	assert_string_equal(file.tests[0].argv[2], "\"x\"");
	assert_null(file.tests[0].argv[3]);
	assert_null(file.tests[0].user);

	assert_int_equal(file.tests[1].want, EXPECT_NOTHING);
	assert_null(file.tests[1].key);
	assert_string_equal(file.tests[1].user, "root");
	assert_false(file.tests[1].has_login);
	assert_string_equal(file.tests[1].argv[0], "cat");

	assert_int_equal(file.tests[2].want, EXPECT_NO_KEY);
	assert_string_equal(file.tests[2].user, "alice");
	assert_true(file.tests[2].has_login);

	assert_string_equal(file.tests[3].log, "recorded.log");
	assert_string_equal(file.tests[3].key, "a:b");
	assert_null(file.tests[3].argv);
	assert_int_equal(file.tests[4].want, EXPECT_NOTHING);
	expect_release(&file);
}

static void tells_where_a_line_is_wrong_and_reads_on(void **state)
{
	static const struct {
		const char *text;
		uint32_t column;
	} rows[] = {
		{"exepct nothing: true", 1},
		{"expect nothing true", 16},
		{"expect nothing:", 8},
		{"expect key: true", 8},
		{"expect something: true", 8},
		{"expect no rules: true", 8},
		{"expect nothing as: true", 16},
		{"expect nothing by root: true", 16},
		{"expect: true", 1},
		{"event: nothing", 1},
		{"event a b: nothing", 7},
		{"event a: nothing else", 18},
		{"event a: key", 10},
		{"event a:", 1},
		{"rules", 1},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT(1024);
		struct expect_file file;
		struct told told;

		buf_printf(&text, "\n%s\nexpect nothing: true", rows[i].text);
		read_text(&file, buf_cstr(&text), &told);
		if (told.count != 1 || told.line != 2 || told.column != rows[i].column)
			fail_msg("%s: %u problems, at %u:%u", rows[i].text, told.count, told.line,
				 told.column);
		assert_int_equal(file.count, 1);
		expect_release(&file);
	}
}

static void finds_one_of_several_keys(void **state)
{
	(void)state;
	assert_true(expect_key_has(SV("a"), SV("a")));
	assert_true(expect_key_has(SV("a\001bc"), SV("bc")));
	assert_false(expect_key_has(SV("a\001bc"), SV("b")));
	assert_false(expect_key_has(SV_EMPTY, SV("b")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rules_commands_and_events),
		cmocka_unit_test(tells_where_a_line_is_wrong_and_reads_on),
		cmocka_unit_test(finds_one_of_several_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
