/* The cache of names, and the text forms that escape.h knows. */
#include "base/test.h"

#include "record/escape.h"
#include "record/names_system.h"

/* A source that counts how often it is asked. */
struct asked {
	unsigned names, ids;
};

static bool some_user(void *arg, uint32_t uid, char *out, size_t cap)
{
	((struct asked *)arg)->names++;
	if (uid != 1000 && uid < 100000)
		return false;
	memset(out, 'x', cap - 1);
	out[cap - 1] = 0;
	if (uid == 1000)
		memcpy(out, "alice", 6);
	return true;
}

static bool some_uid(void *arg, const char *name, uint32_t *out)
{
	((struct asked *)arg)->ids++;
	*out = 1000;
	return strcmp(name, "alice") == 0;
}

static void users_are_asked_for_once_with_or_without_an_answer(void **state)
{
	struct asked asked = {0, 0};
	struct name_source source = {.user_name = some_user, .user_id = some_uid, .arg = &asked};
	struct names *n = names_new(&source, NULL);
	CLEANUP(buf_release) struct buf out = BUF_INIT(4096);
	uint32_t uid = 7;

	(void)state;
	for (int i = 0; i < 3; i++) {
		names_put_user(n, 1000, &out);
		names_put_user(n, 1001, &out);
	}
	assert_string_equal(buf_cstr(&out),
			    "aliceunknown(1001)aliceunknown(1001)aliceunknown(1001)");
	assert_int_equal(asked.names, 2);
	names_flush(n);
	assert_true(sv_eq(names_user(n, 1000), SV("alice")));
	assert_int_equal(asked.names, 3);
	for (int i = 0; i < 3; i++) {
		assert_true(names_find_user(n, SV("alice"), &uid));
		assert_false(names_find_user(n, SV("nobody here"), &uid));
	}
	assert_int_equal(uid, 1000);
	assert_int_equal(asked.ids, 2);
	assert_false(names_find_user(n, SV(""), &uid));
	assert_false(names_find_user(n, SV("a\0b"), &uid));
	assert_false(names_find_group(n, SV("alice"), &uid));
	names_free(n);
}

static void a_thousand_users_push_each_other_out_and_stay_right(void **state)
{
	struct asked asked = {0, 0};
	struct name_source source = {.user_name = some_user, .arg = &asked};
	struct names *n = names_new(&source, NULL);

	(void)state;
	for (uint32_t round = 0; round < 3; round++)
		for (uint32_t uid = 100000; uid < 101000; uid++)
			assert_int_equal(names_user(n, uid).n, NAMES_NAME_MAX);
	assert_true(sv_eq(names_user(n, 1000), SV("alice")));
	assert_int_equal(names_user(n, 1001).n, 0);
	names_free(n);
}

static void root_and_unset_need_no_source_and_the_unknown_is_signed(void **state)
{
	static const struct name_source nothing;
	struct names *n = names_new(&nothing, NULL);
	CLEANUP(buf_release) struct buf out = BUF_INIT(4096);
	uint32_t id = 0;

	(void)state;
	names_put_user(n, 0, &out);
	names_put_group(n, 0, &out);
	names_put_user(n, 4294967295u, &out);
	names_put_group(n, 4294967294u, &out);
	assert_string_equal(buf_cstr(&out), "rootrootunsetunknown(-2)");
	assert_true(names_find_user(n, SV("unset"), &id) && id == NAMES_UNSET);
	assert_int_equal(names_protocol(n, 6).n, 0);
	names_free(n);
}

static void the_machine_knows_root_and_its_groups(void **state)
{
	struct names *n = names_new(&names_system, NULL);
	uint32_t id = 7;

	(void)state;
	assert_true(names_find_user(n, SV("root"), &id));
	assert_int_equal(id, 0);
	assert_true(names_find_group(n, SV("daemon"), &id));
	assert_int_equal(id, 1);
	assert_true(sv_eq(names_group(n, 1), SV("daemon")));
	assert_false(names_find_user(n, SV("no such user at all"), &id));
	names_free(n);
}

static void the_names_at_hand_are_listed(void **state)
{
	const struct name_source nobody = {0};
	struct names *n = names_new(&names_system, NULL), *none = names_new(&nobody, NULL);

	(void)state;
	for (int groups = 0; groups < 2; groups++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(NAMES_LIST_MAX);

		buf_putc(&out, '\n');
		names_list(none, groups, &out);
		assert_int_equal(out.n, 1);
		names_list(n, groups, &out);
		assert_non_null(strstr(buf_cstr(&out), "\nroot\n"));
		assert_null(strchr(buf_cstr(&out), ':'));
	}
	names_free(n);
	names_free(none);
}

static void text_is_escaped_as_each_mode_says(void **state)
{
	static const struct {
		enum escape_mode mode;
		const char *text, *escaped;
	} rows[] = {
		{ESCAPE_RAW, "a\nb \"$\"", "a\nb \"$\""},
		{ESCAPE_TTY, "a\nb\033[1m", "a\\012b\\033[1m"},
		{ESCAPE_TTY, "\x7f\xc3\xa9 ; \"$\"", "\x7f\xc3\xa9 ; \"$\""},
		{ESCAPE_SHELL, "a b;`c`\t", "a\\ b;\\`c\\`\\011"},
		{ESCAPE_SHELL, "\"'`$\\!()| ;#&*?[]<>{}",
		 "\\\"\\'\\`\\$\\\\\\!\\(\\)\\|\\ ;#&*?[]<>{}"},
		{ESCAPE_SHELL_QUOTE, "a b;#&*?[]<>{}", "a\\ b\\;\\#\\&\\*\\?\\[\\]\\<\\>\\{\\}"},
		{ESCAPE_TTY, "", ""},
	};
	enum escape_mode mode = ESCAPE_TTY;

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

		buf_puts(&out, "\n");
		escape_put(rows[i].mode, sv_cstr(rows[i].text), &out);
		assert_string_equal(buf_cstr(&out) + 1, rows[i].escaped);
	}
	assert_true(escape_mode_find(SV("shell_quote"), &mode) && mode == ESCAPE_SHELL_QUOTE);
	assert_false(escape_mode_find(SV("html"), &mode));
}

static void a_value_decodes_to_the_text_it_stands_for(void **state)
{
	static const struct {
		const char *value, *text;
	} rows[] = {
		{"\"a b\"", "a b"},   {"\"a\" b", "a"},
		{"\"open", " "},      {"612062", "a b"},
		{"6120622", "a b "},  {"61206G62", "a `"},
		{"00612062", "a b"},  {"61006200", "a"},
		{"0061006200", "a"},  {"00", "00"},
		{"0", "0"},           {"", ""},
		{"(null)", "(null)"}, {"(null)x", "(null)"},
		{"(null", "(null"},   {"/bin/sh", "/bin/sh"},
		{"bash", "\xba"},     {"a", "a"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

		decode_put(sv_cstr(rows[i].value), &out);
		assert_string_equal(buf_cstr(&out), rows[i].text);
	}
	assert_true(is_hex(SV("")) && is_hex(SV("09aF")));
	assert_false(is_hex(SV("09aFg")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_are_asked_for_once_with_or_without_an_answer),
		cmocka_unit_test(a_thousand_users_push_each_other_out_and_stay_right),
		cmocka_unit_test(root_and_unset_need_no_source_and_the_unknown_is_signed),
		cmocka_unit_test(the_machine_knows_root_and_its_groups),
		cmocka_unit_test(the_names_at_hand_are_listed),
		cmocka_unit_test(text_is_escaped_as_each_mode_says),
		cmocka_unit_test(a_value_decodes_to_the_text_it_stands_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
