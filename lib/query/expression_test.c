#include "base/test.h"

#include "query/expression.h"

#include <stdio.h>
#include <stdlib.h>

static const struct name_source nobody;

struct bench {
	struct names *names;
	struct interpreter ip;
	struct expression_matcher matcher;
};

static int set_up(void **state)
{
	static struct bench b;
	struct err e;

	b.names = names_new(&nobody, &e);
	if (!b.names)
		return -1;
	interpreter_init(&b.ip, b.names, ESCAPE_TTY);
	expression_matcher_init(&b.matcher, &b.ip);
	*state = &b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	expression_matcher_release(&b->matcher);
	names_free(b->names);
	return 0;
}

static void parse(struct expression *x, const char *text)
{
	struct err e;
	size_t column;

	if (expression_parse(x, sv_cstr(text), &column, &e) != 0)
		fail_msg("%s: %zu: %s", text, column, e.text);
}

static bool matches(struct bench *b, const char *text, const char *line)
{
	struct expression x;
	struct record r;
	bool result;

	parse(&x, text);
	assert_int_equal(record_parse(sv_cstr(line), &r), RECORD_OK);
	result = expression_matches_record(&x, &r, &b->matcher);
	assert_false(b->matcher.failed);
	expression_release(&x);
	return result;
}

#define SYSCALL                                                                                    \
	"node=web1 type=SYSCALL msg=audit(1700000000.123:456): arch=c000003e syscall=59 "          \
	"success=yes exit=0 auid=1000 uid=0 gid=4294967295 comm=6C73202D6C exe=\"/usr/bin/ls\" "   \
	"key=6F6E650174776F\x1d"                                                                   \
	"ARCH=x86_64 SYSCALL=execve AUID=\"alice\" UID=\"root\" GID=\"unset\""
#define USER                                                                                       \
	"type=USER_AUTH msg=audit(1700000000.123:457): pid=1 uid=0 auid=? msg='op=login "          \
	"acct=\"mallory\" uid=7 a\\b res=failed'"

static const struct {
	const char *expression;
	bool with_syscall, with_user;
} rows[] = {
	/* what stands in the record */
	{"type r= SYSCALL", true, false},
	{"type r= \"SYSCALL\"", true, false},
	{"\"type\" r=SYSCALL", true, false},
	{"type r!= SYSCALL", false, true},
	{"node r= web1", true, false},
	{"node r!= web1", false, false},
	{"success r= yes", true, false},
	{"comm r= 6C73202D6C", true, false},
	{"exe r= \"\\\"/usr/bin/ls\\\"\"", true, false},
	{"comm r= \"ls -l\"", false, false},
	{"key r= \"\\\"one\\\"\"", true, false},
	{"key r= \"\\\"two\\\"\"", false, false},
	{"acct r= \"\\\"mallory\\\"\"", false, true},
	{"res r= failed", false, true},
	{"op r= login", false, true},
	{"nothing r= x || nothing r!= x", false, false},
	{"!(nothing r= \"\" || nothing r!= \"\")", true, true},
	/* in words */
	{"syscall i= execve", true, false},
	{"syscall i= 59", false, false},
	{"syscall i!= open", true, false},
	{"arch i= x86_64", true, false},
	{"auid i= alice", true, false},
	{"gid i=unset", true, false},
	{"comm i= \"ls -l\"", true, false},
	{"key i= one", true, false},
	{"acct i= mallory", false, true},
	{"nothing i!= x", false, false},
	/* numbers */
	{"uid==0", true, true},
	{"uid !== 0", false, false},
	{"uid !== 7", true, true},
	{"auid >= 1000", true, false},
	{"auid>1000", false, false},
	{"auid <= 1000", true, false},
	{"auid < 1001", true, false},
	{"auid < 1000", false, false},
	{"auid == 0", false, false},
	{"auid !== 0", true, false},
	{"gid == 4294967295", true, false},
	{"gid == -1", true, false},
	{"gid == \"-1\"", true, false},
	/* virtual fields */
	{"\\record_type == SYSCALL", true, false},
	{"\\record_type == 1300", true, false},
	{"\\record_type == \"UNKNOWN[1300]\"", true, false},
	{"\\record_type < 1200", false, true},
	{"\\record_type !== USER_AUTH", true, false},
	{"\\record_type r= SYSCALL", false, false},
	{"\\timestamp r!= x", false, false},
	{"\\timestamp == ts:1700000000.123", true, true},
	{"\\timestamp == \"ts:1700000000.123\"", true, true},
	{"\\timestamp == ts:1700000000.123:9", true, true},
	{"\\timestamp > ts:1700000000.122", true, true},
	{"\\timestamp > ts:1700000000.123", false, false},
	{"\\timestamp < ts:1700000001.0", true, true},
	{"\\timestamp >= ts:-5.0", true, true},
	{"\\timestamp_ex == ts:1700000000.123:456", true, false},
	{"\\timestamp_ex > ts:1700000000.123:456", false, true},
	{"\\ timestamp_ex <= ts:1700000000.123:456&&uid==0", true, false},
	/* regular expressions */
	{"\\regexp /exe=\"\\/usr\\/bin\\/ls\"/", true, false},
	{"\\regexp \"uid=[0-9]$|res=failed'$\"", false, true},
	{"\\regexp /^node=web1 type=SYSCALL/", true, false},
	{"\\regexp /SYSCALL=execve/", false, false},
	{"\\regexp /a\\\\\\\\b/", false, true},
	{"\\regexp /(ab|l){1,2}s/", true, false},
	{"!\\regexp /mallory/", true, false},
	/* the usual priorities */
	{"uid == 0 || uid == 1 && uid == 2", true, true},
	{"(uid == 0 || uid == 1) && uid == 2", false, false},
	{"!uid == 0 || auid == 1000", true, false},
	{"!(uid == 0 && auid == 1000)", false, true},
	{"!!!!uid == 0", true, true},
	{" \t\n((((uid==0))))\n", true, true},
	{"uid == 1 || uid == 2 || uid == 3 || uid == 0", true, true},
	{"uid == 0 && uid == 0 && uid == 0 && uid == 1", false, false},
};

static void expressions_mean_what_the_manual_says(void **state)
{
	for (size_t i = 0; i < LEN(rows); i++) {
		if (matches(*state, rows[i].expression, SYSCALL) != rows[i].with_syscall)
			fail_msg("%s: wrong for the SYSCALL record", rows[i].expression);
		if (matches(*state, rows[i].expression, USER) != rows[i].with_user)
			fail_msg("%s: wrong for the USER_AUTH record", rows[i].expression);
	}
}

static const struct {
	const char *text;
	size_t column;
	const char *sentence;
} mistakes[] = {
	{"", 1,
	 "a comparison (FIELD OPERATOR VALUE), \"\\regexp\", \"!\" or \"(\" is expected "
	 "here, but the expression ends"},
	{" ", 2,
	 "a comparison (FIELD OPERATOR VALUE), \"\\regexp\", \"!\" or \"(\" is expected "
	 "here, but the expression ends"},
	{"uid", 4,
	 "an operator (r= r!= i= i!= == !== < <= > >=) is expected here, but the "
	 "expression ends"},
	{"uid = 0", 5, "an operator (r= r!= i= i!= == !== < <= > >=) is expected here, not \"=\""},
	{"uid=0", 4, "an operator (r= r!= i= i!= == !== < <= > >=) is expected here, not \"=\""},
	{"uid ==", 7, "a value is expected here, but the expression ends"},
	{"uid == &&", 8, "a value is expected here, not \"&&\""},
	{"exe r= /bin/ls", 8, "a value is expected here, not \"/bin/\""},
	{"uid == root", 8,
	 "the number of a user or group (for a name: i=) is expected here, not "
	 "\"root\""},
	{"uid == 4294967296", 8,
	 "the number of a user or group (for a name: i=) is expected here, "
	 "not \"4294967296\""},
	{"comm == 1", 6,
	 "\"comm\" has no number to compare, only user and group ids have: r=, r!=, "
	 "i= or i!= is expected here"},
	{"uid == 0 uid == 1", 10, "\"&&\", \"||\" or the end is expected here, not \"uid\""},
	{"uid == 0 & uid == 1", 10, "\"&&\", \"||\" or the end is expected here, not \"&\""},
	{"uid == 0 &&", 12,
	 "a comparison (FIELD OPERATOR VALUE), \"\\regexp\", \"!\" or \"(\" is "
	 "expected here, but the expression ends"},
	{"(uid == 0", 10, "\")\", \"&&\" or \"||\" is expected here, but the expression ends"},
	{"uid == 0)", 9, "\"&&\", \"||\" or the end is expected here, not \")\""},
	{"\\type == 1", 2,
	 "timestamp, timestamp_ex, record_type or regexp is expected here, not "
	 "\"type\""},
	{"\\== 1", 2,
	 "the name of a virtual field (timestamp, timestamp_ex, record_type or "
	 "regexp) is expected here, not \"==\""},
	{"\\record_type == SYSCAL", 17,
	 "there is no record type \"SYSCAL\": did you mean "
	 "\"SYSCALL\"?"},
	{"\\timestamp == 5", 15, "a time, ts:SECONDS.MILLISECONDS, is expected here, not \"5\""},
	{"\\timestamp == ts:5.1000", 15,
	 "a time, ts:SECONDS.MILLISECONDS, is expected here, not "
	 "\"ts:5.1000\""},
	{"\\timestamp_ex == ts:5.1", 18,
	 "a time with a serial, ts:SECONDS.MILLISECONDS:SERIAL, is "
	 "expected here, not \"ts:5.1\""},
	{"\\regexp == x", 9,
	 "a regular expression, /.../ or \"...\", is expected here, not "
	 "\"==\""},
	{"\\regexp /(/", 9, "this is no regular expression: Unmatched ( or \\("},
	{"\\regexp /a\\.b/", 11,
	 "\"\\.\" is no escape here: write \\\\ for a backslash, \\/ for a "
	 "slash"},
	{"\\regexp /(a)\\\\1/", 9, "an extended regular expression has no \"\\1\""},
	{"\\regexp /((a{100}){100})/", 9,
	 "the regular expression, with its repetitions written out, has more than 8192 parts or is "
	 "nested more than 64 deep"},
	{"exe r= \"/bin", 8, "the quote that starts here has no end"},
	{"exe r= \"a\\nb\"", 10,
	 "\"\\n\" is no escape here: write \\\\ for a backslash, \\\" for a "
	 "quote"},
	{"uid == 0 || \x01", 13,
	 "a comparison (FIELD OPERATOR VALUE), \"\\regexp\", \"!\" or \"(\" "
	 "is expected here, not \"\x01\""},
};

static void mistakes_are_told_with_their_column(void **state)
{
	struct expression x;
	struct err e;
	size_t column;

	(void)state;
	for (size_t i = 0; i < LEN(mistakes); i++) {
		if (expression_parse(&x, sv_cstr(mistakes[i].text), &column, &e) == 0)
			fail_msg("%s: taken", mistakes[i].text);
		if (strcmp(e.text, mistakes[i].sentence) != 0)
			fail_msg("%s: %s", mistakes[i].text, e.text);
		if (column != mistakes[i].column)
			fail_msg("%s: column %zu", mistakes[i].text, column);
	}
}

static void an_expression_has_a_largest_size(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	struct expression x;
	struct err e;
	size_t column;

	(void)state;
	for (int i = 0; i < EXPRESSION_DEPTH_MAX; i++)
		buf_putc(&text, i % 2 ? '(' : '!');
	buf_puts(&text, "uid == 0");
	for (int i = 0; i < EXPRESSION_DEPTH_MAX / 2; i++)
		buf_putc(&text, ')');
	parse(&x, buf_cstr(&text));
	expression_release(&x);
	memmove(text.p + 1, text.p, text.n - 1);
	assert_int_equal(expression_parse(&x, buf_view(&text), &column, &e), -1);
	assert_string_equal(e.text, "the expression is nested more than 64 deep");
	buf_reset(&text);
	for (int i = 0; i < EXPRESSION_NODES_MAX - 1; i++)
		buf_puts(&text, i ? "||a r=b" : "a r=b");
	parse(&x, buf_cstr(&text));
	expression_release(&x);
	buf_puts(&text, "||a r=b");
	assert_int_equal(expression_parse(&x, buf_view(&text), &column, &e), -1);
	assert_string_equal(e.text, "the expression has more than 4096 parts");
	while (text.n <= EXPRESSION_TEXT_MAX)
		buf_putc(&text, ' ');
	assert_int_equal(expression_parse(&x, buf_view(&text), &column, &e), -1);
	assert_string_equal(e.text, "the expression is longer than 65536 bytes");
}

static void what_is_written_reads_back_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf once = BUF_INIT(4096);
		CLEANUP(buf_release) struct buf twice = BUF_INIT(4096);
		struct expression x;

		parse(&x, rows[i].expression);
		expression_put(&x, &once);
		expression_release(&x);
		parse(&x, buf_cstr(&once));
		expression_put(&x, &twice);
		expression_release(&x);
		assert_string_equal(buf_cstr(&once), buf_cstr(&twice));
		assert_int_equal(matches(*state, buf_cstr(&once), SYSCALL), rows[i].with_syscall);
		assert_int_equal(matches(*state, buf_cstr(&once), USER), rows[i].with_user);
	}
}

static void an_event_matches_when_one_of_its_records_does(void **state)
{
	struct bench *b = *state;
	struct record records[2];
	const struct event event = {.records = records, .count = 2};
	struct expression x;

	assert_int_equal(record_parse(SV(SYSCALL), &records[0]), RECORD_OK);
	assert_int_equal(record_parse(SV(USER), &records[1]), RECORD_OK);
	parse(&x, "res r= failed");
	assert_true(expression_matches(&x, &event, &b->matcher));
	expression_release(&x);
	parse(&x, "res r= failed && syscall i= execve");
	assert_false(expression_matches(&x, &event, &b->matcher));
	expression_release(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions_mean_what_the_manual_says),
		cmocka_unit_test(mistakes_are_told_with_their_column),
		cmocka_unit_test(an_expression_has_a_largest_size),
		cmocka_unit_test(what_is_written_reads_back_the_same),
		cmocka_unit_test(an_event_matches_when_one_of_its_records_does),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
