/* The walk over fields: where a name stands decides what it finds. */
#include "base/test.h"

#include "query/walk.h"

#define STAMP "msg=audit(1700000000.123:42): "

#define RECORDS_MAX 3

static struct record records[RECORDS_MAX];

static struct event event_of(const char *const *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(record_parse(sv_cstr(lines[i]), &records[i]), RECORD_OK);
	return (struct event){.stamp = records[0].stamp,
			      .type = records[0].type,
			      .records = records,
			      .count = count};
}

static void expect(struct walk *w, const char *name, const char *value)
{
	struct field f;

	assert_true(walk_find(w, sv_cstr(name), &f));
	assert_true(sv_eq(walk_text(&f), sv_cstr(value)));
}

static void expect_none(struct walk *w, const char *name)
{
	struct field f;

	assert_false(walk_find(w, sv_cstr(name), &f));
}

static void a_name_is_found_from_where_the_walk_stands(void **state)
{
	static const char *const lines[] = {"type=LOGIN " STAMP
					    "login pid=7 uid=0 old auid=4294967295 new auid=500"};
	struct event event = event_of(lines, 1);
	struct walk w;

	(void)state;
	walk_first(&w, &event);
	expect(&w, "auid", "4294967295");
	expect(&w, "auid", "4294967295");
	assert_true(walk_next(&w));
	expect(&w, "auid", "500");
	assert_false(walk_next(&w));
	expect(&w, "auid", "500");
	walk_first(&w, &event);
	expect(&w, "pid", "7");
}

static void words_of_user_programs_are_fields_and_the_tail_is_not(void **state)
{
	static const char *const lines[] = {
		"type=USER_LOGIN " STAMP "pid=7 uid=0 msg='op=login id=1000 empty= acct=\"a b\" "
		"(hostname=h, terminal=ssh res=success)'\035UID=\"root\""};
	struct event event = event_of(lines, 1);
	struct walk w;

	(void)state;
	walk_first(&w, &event);
	expect(&w, "id", "1000");
	expect(&w, "acct", "a b");
	expect(&w, "hostname", "h");
	expect(&w, "res", "success");
	expect_none(&w, "UID");
	walk_first(&w, &event);
	expect_none(&w, "msg");
	walk_first(&w, &event);
	expect_none(&w, "empty");
}

static void the_walk_goes_on_to_the_next_record_but_not_from_a_last_field(void **state)
{
	static const char *const lines[] = {"type=LOGIN " STAMP "pid=7 ses=3",
					    "type=SYSCALL " STAMP "pid=8 auid=1000",
					    ("type=PROCTITLE " STAMP)};
	struct event event = event_of(lines, 3);
	struct walk w;

	(void)state;
	walk_first(&w, &event);
	expect(&w, "auid", "1000");
	expect_none(&w, "ses");
	walk_first(&w, &event);
	expect(&w, "ses", "3");
	expect_none(&w, "auid");
	expect(&w, "ses", "3");
	walk_record(&w, &event, 1);
	expect(&w, "pid", "8");
	walk_record(&w, &event, 1);
	expect_none(&w, "ses");
	expect_none(&w, "pid");
	assert_false(walk_next(&w));
}

static void numbers_are_read_as_far_as_they_go(void **state)
{
	static const struct {
		const char *value;
		int32_t number;
	} rows[] = {{"12", 12},         {"12,", 12}, {"-3", -3},
		    {"4294967295", -1}, {"?", 0},    {"99999999999999999999", -1}};
	struct field f = {0};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		f.value = sv_cstr(rows[i].value);
		assert_int_equal(walk_number(&f), rows[i].number);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_found_from_where_the_walk_stands),
		cmocka_unit_test(words_of_user_programs_are_fields_and_the_tail_is_not),
		cmocka_unit_test(the_walk_goes_on_to_the_next_record_but_not_from_a_last_field),
		cmocka_unit_test(numbers_are_read_as_far_as_they_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
