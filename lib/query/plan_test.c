/* What a query's literals may pass over: never lines of an event that the query finds. */
#include "base/test.h"

#include "query/plan.h"

#define STAMP  "msg=audit(1700000000.123:42): "
#define IN_ETC "type=CWD " STAMP "cwd=\"/etc\"\ntype=PATH " STAMP "item=0 name="

struct row {
	const char *file, *lines;
	bool fits;
};

static void check(const struct row *row)
{
	struct query q;
	struct plan p;

	query_init(&q);
	query_want_text(&q, QUERY_FILE, sv_cstr(row->file));
	plan_init(&p, &q);
	if (plan_fits_text(&p, sv_cstr(row->lines)) != row->fits)
		fail_msg("-f %s: %s", row->file, row->lines);
}

/* Such a name stands in no record as a whole: "/etc" "/" "./shadow". */
static void a_name_behind_the_working_directory_is_never_passed_over(void **state)
{
	static const struct row rows[] = {
		{"/etc/./shadow", IN_ETC "\"./shadow\"", true},
		{"/etc/.", IN_ETC "\"./shadow\"", true},
		{"etc/../etc/shadow", IN_ETC "\"../etc/shadow\"", true},
		{"/.", IN_ETC "2E2F736861646F77", true},
		{"/etc/", IN_ETC "\"./shadow\"", true},
		{"/etc/", "type=CWD " STAMP "cwd=2F657463", true},
		{"/", IN_ETC "\"./shadow\"", true},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++)
		check(&rows[i]);
}

static void other_names_stand_in_a_record_or_the_event_is_passed_over(void **state)
{
	static const struct row rows[] = {
		{"./shadow", IN_ETC "\"./shadow\"", true},
		{"shadow", IN_ETC "\"./shadow\"", true},
		{"shadow", IN_ETC "2E2F736861646F77", true},
		{"passwd", IN_ETC "\"./shadow\"", false},
		{"/var/", IN_ETC "\"./shadow\"", false},
		{"/etcetera", IN_ETC "\"./shadow\"", false},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++)
		check(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_behind_the_working_directory_is_never_passed_over),
		cmocka_unit_test(other_names_stand_in_a_record_or_the_event_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
