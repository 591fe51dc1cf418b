/* What is gone, what came, what moved; settings of files and of the kernel. */
#include "base/test.h"

#include "policy/difference.h"
#include "rule/rule_host_test.h"

struct side {
	struct rule_source source;
	struct target target;
};

static void read_side(struct side *s, const char *text)
{
	const struct rule_set_reader reader = {.host = &test_host};
	struct err e;

	assert_int_equal(rule_source_from_text(&s->source, "test", sv_cstr(text), &reader, &e), 0);
	assert_int_equal(s->source.set.errors, 0);
	target_init(&s->target, &s->source);
}

/* The lines as marks: "=" same, "-" gone, "+" came, "<" moved from, ">" moved to. */
static void compare(const char *a_text, const char *b_text, const char *marks)
{
	struct side a, b;
	struct difference d;
	struct err e;
	char got[64];

	read_side(&a, a_text);
	read_side(&b, b_text);
	assert_int_equal(difference_find(&d, &a.target, &b.target, &e), 0);
	assert_true(d.count < sizeof(got));
	for (size_t i = 0; i < d.count; i++)
		got[i] = "=-+<>"[d.lines[i].kind];
	got[d.count] = '\0';
	assert_string_equal(got, marks);
	assert_int_equal(difference_is_none(&d), strspn(marks, "=") == strlen(marks));
	difference_release(&d);
	rule_source_release(&a.source);
	rule_source_release(&b.source);
}

#define A "-w /a -p w\n"
#define B "-w /b -p w\n"
#define C "-w /c -p w\n"
#define D "-w /d -p w\n"
#define X "-a always,exclude -F msgtype=CWD\n"

static void rules_that_come_go_and_move_are_told_apart(void **state)
{
	(void)state;
	compare("", "", "");
	compare(A B C, A B C, "===");
	compare(A B C, A C, "=-=");
	compare(A C, A B C, "=+=");
	compare(A B C, B C A, "<==>");
	compare(A B C D, D A B C, ">===<");
	compare(A B, C D, "--++");
	compare(A B C, C D A, "<-=+>");
	compare("", X A, "++");
	/* The order of the lists is no difference. */
	compare(X A, A X, "==");
	compare("-A always,exit -F uid=0 -S open\n-A always,exit -F uid=0 -S open\n",
		"-A always,exit -F uid=0 -S open\n", "=-");
}

static void the_same_rule_in_other_words_is_no_difference(void **state)
{
	(void)state;
	compare("-w /a -p wa -k x\n", "-a always,exit -S all -F path=/a -F perm=wa -F key=x\n",
		"=");
	compare("-a exit,always -S open -F uid=root\n", "-a always,exit -S 2 -F uid=0\n", "=");
}

static void places_are_counted_in_their_list(void **state)
{
	struct side a, b;
	struct difference d;
	struct err e;

	(void)state;
	read_side(&a, X A B);
	read_side(&b, X B C A);
	assert_int_equal(difference_find(&d, &a.target, &b.target, &e), 0);
	assert_int_equal(d.count, 5);
	assert_int_equal(d.lines[0].kind, DIFFERENCE_MOVED_FROM);
	assert_int_equal(d.lines[0].a_place, 1);
	assert_int_equal(d.lines[0].b_place, 3);
	assert_int_equal(d.lines[2].kind, DIFFERENCE_CAME);
	assert_int_equal(d.lines[2].a, DIFFERENCE_NONE);
	assert_int_equal(d.lines[2].a_place, 0);
	assert_int_equal(d.lines[2].b_place, 2);
	assert_int_equal(d.gone, 0);
	assert_int_equal(d.came, 1);
	assert_int_equal(d.moved, 1);
	difference_release(&d);
	rule_source_release(&a.source);
	rule_source_release(&b.source);
}

static void settings_count_where_somebody_cares(void **state)
{
	struct side a, b;
	struct difference d;
	struct err e;

	(void)state;
	read_side(&a, "-b 100\n-f 1\n-b 200\n--loginuid-immutable\n");
	read_side(&b, "-b 300\n-r 5\n-f 1\n");
	assert_int_equal(difference_find(&d, &a.target, &b.target, &e), 0);
	assert_int_equal(d.setting_count, 3);
	assert_string_equal(d.settings[0].option, "-r");
	assert_false(d.settings[0].in_a);
	assert_string_equal(d.settings[1].name, "backlog_limit");
	assert_int_equal(d.settings[1].a, 200);
	assert_int_equal(d.settings[1].b, 300);
	assert_string_equal(d.settings[2].option, "--loginuid-immutable");
	difference_release(&d);
	/* The kernel's rate limit is nobody's business. */
	b.target.is_kernel = true;
	assert_int_equal(difference_find(&d, &a.target, &b.target, &e), 0);
	assert_int_equal(d.setting_count, 2);
	difference_release(&d);
	assert_int_equal(difference_find(&d, &b.target, &a.target, &e), 0);
	assert_int_equal(d.setting_count, 2);
	difference_release(&d);
	b.target.lock_loginuid = true;
	a.target.lock_loginuid = false;
	assert_int_equal(difference_find(&d, &a.target, &b.target, &e), 0);
	assert_int_equal(d.setting_count, 1);
	difference_release(&d);
	rule_source_release(&a.source);
	rule_source_release(&b.source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_that_come_go_and_move_are_told_apart),
		cmocka_unit_test(the_same_rule_in_other_words_is_no_difference),
		cmocka_unit_test(places_are_counted_in_their_list),
		cmocka_unit_test(settings_count_where_somebody_cares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
