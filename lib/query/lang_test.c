#include "base/test.h"

#include "query/lang.h"

#include <stdio.h>

/* ---- a world that never changes ---- */

static bool to_local(int64_t seconds, struct tm *out)
{
	time_t t = seconds;

	return gmtime_r(&t, out) != NULL;
}

static bool from_local(const struct tm *local, int64_t *out)
{
	struct tm copy = *local;

	*out = timegm(&copy);
	return true;
}

static bool user_id(void *arg, const char *name, uint32_t *out)
{
	(void)arg;
	*out = 1000;
	return strcmp(name, "alice") == 0;
}

static const struct name_source people = {.user_id = user_id, .group_id = user_id};

struct bench {
	locale_t locale;
	struct when_context when;
	struct names *names;
	struct lang_env env;
};

static int set_up(void **state)
{
	static struct bench b;
	struct err e;

	b.locale = newlocale(LC_ALL_MASK, "C", NULL);
	b.when = (struct when_context){.now = 1700000000, /* 2023-11-14 22:13:20 */
				       .boot = -1,
				       .locale = b.locale,
				       .to_local = to_local,
				       .from_local = from_local};
	b.names = names_new(&people, &e);
	b.env = (struct lang_env){&b.when, b.names};
	*state = &b;
	return b.names && b.locale ? 0 : -1;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	names_free(b->names);
	freelocale(b->locale);
	return 0;
}

static void parse(struct bench *b, struct lang *l, struct sv text)
{
	struct lang_problem p;

	if (lang_parse(l, text, &b->env, &p) != 0)
		fail_msg("%.*s: %zu: %s", SV_FMT(text), p.column, p.text);
}

/* ---- what is written ---- */

static const char *const written[][2] = {
	{"", ""},
	{" \n", ""},
	{"key=needle", "key = needle"},
	{"key = \"two words\"", "key = \"two words\""},
	{"key = 'it is \"so\"'", "key = \"it is \\\"so\\\"\""},
	{"key = \"a\\n\\x41\\\\\"", "key = \"a\\x0aA\\\\\""},
	{"key==needle", "key = needle"},
	{"key !== needle", "key != needle"},
	{"uid==0", "\"uid\" == \"0\""},
	{"exe ~ \"^/usr/(s)?bin\\d\\\"/\"", "exe ~ \"^/usr/(s)?bin\\d\\\"/\""},
	{"exe =~ /a\\/b\\.c/", "exe ~ \"a/b\\.c\""},
	{"exe !~ ^/tmp", "exe !~ \"^/tmp\""},
	{"addr in 10.0.0.0/8", "addr in 10.0.0.0/8"},
	{"key in ( a , b*,\"c d\" )", "key in (a, b*, \"c d\")"},
	{"key in (a)", "key in a"},
	{"key not in (a,b)", "key not in (a, b)"},
	{"exe like \"/tmp/*\"", "exe like \"/tmp/*\""},
	{"exe not like /tmp/*", "exe not like /tmp/*"},
	{"HAS key AND NOT has \"my field\"", "has key and not has \"my field\""},
	{"\"needle\"", "\"needle\""},
	{"a15 = x", "a15 = x"},
	{"\"path\" = x and path = x", "\"path\" = x and path = x"},
	{"time >= 2023-11-14T10:00 and time > -2h and time in (today, yesterday)",
	 "time >= 2023-11-14T10:00 and time > -2h and time in (today, yesterday)"},
	{"time > \"3 days ago\" or time < 11/14/23 or time > '2023-11-14 10:00'",
	 "time > \"3 days ago\" or time < 11/14/23 or time > \"2023-11-14 10:00\""},
	{"type in (SYSCALL, 1100) and type = USER_*", "type in (SYSCALL, 1100) and type = USER_*"},
	{"serial in 5..9 and event = 1700000000.123:456",
	 "serial in 5..9 and event = 1700000000.123:456"},
	{"key=a and key=b or not (key=c or key=d) and key=e",
	 "(key = a and key = b) or (not (key = c or key = d) and key = e)"},
	{"not not key = a", "not (not key = a)"},
	{"(key=a || key=b) and !(key=c && uid==0)",
	 "(key = a || key = b) and !(key = c && \"uid\" == \"0\")"},
	{"key=a && key=b || key=c", "(key = a && key = b) || key = c"},
	{"key=a && !key=b or key=c", "(key = a && !key = b) or key = c"},
	{"type r= SYSCALL && (auid >= 1000 || !(key i= \"ok\")) && \\timestamp >= "
	 "ts:1700000000.000",
	 "\"type\" r= \"SYSCALL\" && (\"auid\" >= \"1000\" || !\"key\" i= \"ok\") && "
	 "\\timestamp >= \"ts:1700000000.000\""},
	{"\\regexp /a\\/b/&&not r= has", "\\regexp /a\\/b/ && \"not\" r= \"has\""},
	{"and r= or or or r= and", "\"and\" r= \"or\" or \"or\" r= \"and\""},
};

static void a_query_is_written_in_one_way_that_reads_back(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < LEN(written); i++) {
		CLEANUP(buf_release) struct buf once = BUF_INIT(1 << 16);
		CLEANUP(buf_release) struct buf twice = BUF_INIT(1 << 16);
		struct lang l, again;

		parse(b, &l, sv_cstr(written[i][0]));
		lang_put(&l, &once);
		assert_string_equal(buf_cstr(&once), written[i][1]);
		parse(b, &again, buf_view(&once));
		lang_put(&again, &twice);
		assert_string_equal(buf_cstr(&twice), written[i][1]);
		lang_release(&l);
		lang_release(&again);
	}
}

/* ---- what is wrong ---- */

static const struct {
	const char *text;
	size_t column, length;
	const char *problem;
} problems[] = {
	{"kye = x", 1, 3,
	 "no field kye is known (in quotes any name is one): did you mean \"key\"?"},
	{"frobnicate = x", 1, 10, "no field frobnicate is known (in quotes any name is one)"},
	{"key", 1, 3,
	 "a comparison is expected behind key (= != < <= > >= ~ !~ in like), but the query ends: "
	 "has key asks for the field, \"key\" for the text"},
	{"key needle", 5, 6,
	 "a comparison is expected here (= != < <= > >= ~ !~ in like), not needle"},
	{"key = ", 7, 0, "a value is expected here, but the query ends"},
	{"key = (a)", 7, 1, "a value is expected here, not ("},
	{"key = a key = b", 9, 3, "and, or, &&, || or the end is expected here, not key"},
	{"key = a and", 12, 0,
	 "a comparison (FIELD = VALUE), has FIELD, a \"text\", not or \"(\" is expected here, but "
	 "the query ends"},
	{"(key = a", 1, 1, "this parenthesis is not closed"},
	{"key = a)", 8, 1, "this parenthesis closes none that was opened"},
	{"key in (a b)", 11, 1, "\",\" or \")\" is expected here, not b"},
	{"key not = a", 9, 1, "in or like is expected here, not ="},
	{"key = \"a", 7, 1, "the quote that starts here has no end"},
	{"key = \"\\q\"", 8, 2,
	 "no such escape: \\\" \\' \\\\ \\n \\t \\r \\e \\0 and \\xHH are known; a backslash is "
	 "written \\\\"},
	{"exe ~ \"a(\"", 7, 4,
	 "this is no regular expression: missing closing parenthesis (at its byte 3)"},
	{"type = SYSCAL", 8, 6, "there is no record type SYSCAL: did you mean \"SYSCALL\"?"},
	{"outcome = maybe", 11, 5, "an outcome is success or failed, not maybe"},
	{"time > yesterdy", 8, 8, "unknown time \"yesterdy\": did you mean \"yesterday\"?"},
	{"pid < many", 7, 4, "a number is expected here, not many"},
	{"exe < a and user < 5", 7, 1, "a number is expected here, not a"},
	{"user < 5", 1, 4,
	 "user has no order: numbers, times and record types have; = != ~ in like are for it"},
	{"key = a && (key = b and key = c)", 21, 3,
	 "\"&&\" asks one record and cannot hold \"and\", which asks the whole event"},
	{"!subject = alice", 2, 7,
	 "\"!\" asks one record, but subject is about the whole event: write and, or, not"},
	{"key=a and key=b || key=c", 17, 2,
	 "\"and\" and \"||\" meet here: put parentheses around what is meant"},
	{"not key=a && key=b", 11, 2,
	 "\"not\" and \"&&\" meet here: put parentheses around what is meant"},
	{"auid >= alice", 9, 5, "a number is expected here, not alice"},
	{"\\timestmp == ts:1.0", 2, 1,
	 "timestamp, timestamp_ex, record_type or regexp is expected here, not \"timestmp\""},
	{"key = a & key = b", 9, 1, "and, or, &&, || or the end is expected here, not &"},
	{"has = x", 1, 3, "no field has is known (in quotes any name is one)"},
	{"\"\"", 1, 2, "this text is empty: every record holds it"},
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < LEN(problems); i++) {
		struct lang_problem p = {0};
		struct lang l;

		assert_int_equal(lang_parse(&l, sv_cstr(problems[i].text), &b->env, &p), -1);
		if (strcmp(p.text, problems[i].problem) != 0 || p.column != problems[i].column ||
		    p.length != problems[i].length)
			fail_msg("%s: %zu+%zu: %s", problems[i].text, p.column, p.length, p.text);
	}
}

static void the_place_is_shown_under_the_text(void **state)
{
	static const struct lang_problem p = {.column = 9, .length = 3, .text = "no"};
	CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

	(void)state;
	lang_put_problem(SV("key = a\n\xc3\xa4\x1b\tb c\nd"), &p, &out);
	assert_string_equal(buf_cstr(&out), "  \xc3\xa4? b c\n  ^^\nno\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_is_written_in_one_way_that_reads_back),
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
		cmocka_unit_test(the_place_is_shown_under_the_text),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
