/*
 * Applying against a kernel that refuses, falls silent or stops at any one request: what was there
 * must be there again, byte for byte. And the order in which things are asked for.
 */
#include "base/test.h"

#include "policy/apply.h"
#include "policy/rule_kernel_test.h"
#include "rule/rule_host_test.h"

#include <stdlib.h>

/* Rules to change from and to; "-A" gives a rule twice, as only that can. */
static const struct pair {
	const char *from, *to;
} pairs[] = {
	{"", "-w /a -p w -k a\n-w /b -p w -k b\n-b 100\n-e 1\n"},
	{"-w /a -p w -k a\n-w /b -p w -k b\n", ""},
	{"-w /a -p w\n-w /b -p w\n-w /c -p w\n", "-w /c -p w\n-w /b -p w\n-w /a -p w\n-f 0\n"},
	{"-w /a -p w\n-a never,exit -F uid=1 -S all\n-w /b -p w\n",
	 "-a never,exit -F uid=2 -S all\n-w /b -p w\n-w /a -p w\n-r 100\n"},
	{"-a never,exit -F path=/a -S all\n-w /b -p w\n-w /c -p r\n",
	 "-w /c -p r\n-a never,exit -F path=/x -S all\n-w /b -p w\n"},
	{"-a never,task -F uid=1\n-a always,exclude -F msgtype=CWD\n-a always,exclude -F uid=3\n"
	 "-a never,user -F uid=1\n-a never,filesystem -F fstype=0x9fa0\n",
	 "-a always,exclude -F uid=3\n-a always,exclude -F msgtype=CWD\n-a always,user -F uid=2\n"
	 "-a never,user -F uid=1\n-a always,task -F uid=5\n-a never,task -F uid=1\n"
	 "-a never,filesystem -F fstype=0x64626720\n"},
	{"-A always,exit -F uid=1 -S open\n-A always,exit -F uid=2 -S open\n"
	 "-A always,exit -F uid=1 -S open\n-A never,exit -F uid=9 -S open\n",
	 "-a always,exit -F uid=2 -S open\n-a always,exit -F uid=3 -S open\n"
	 "--backlog_wait_time 7\n"},
	{"-A always,exclude -F uid=1\n-A always,exclude -F uid=2\n-A always,exclude -F uid=1\n",
	 "-a always,exclude -F uid=3\n"},
	{"-w /a -p w\n-w /b -p w\n",
	 "-w /b -p w\n-a always,io_uring -S openat -F uid=1\n-w /a -p w\n"
	 "-b 1 -f 2 -r 3 -e 1\n"},
};

struct bench {
	struct rule_kernel *kernel;
	struct rule_source to;
	struct target target;
	struct found before;
	struct err e;
	size_t refused;
};

static void load(struct rule_kernel *k, const char *text)
{
	const struct rule_set_reader reader = {.host = &test_host};
	struct rule_set set;
	struct err e;

	assert_int_equal(rule_set_read_text(&set, "from", sv_cstr(text), &reader, &e), 0);
	assert_int_equal(set.errors, 0);
	for (size_t i = 0; i < set.count; i++)
		assert_int_equal(kernel_add(k, &set.entries[i]->command.rule), 0);
	rule_set_release(&set);
}

static void bench_open(struct bench *b, const struct pair *pair)
{
	const struct rule_set_reader reader = {.host = &test_host};

	*b = (struct bench){.kernel = kernel_new()};
	load(b->kernel, pair->from);
	assert_int_equal(rule_source_from_text(&b->to, "to", sv_cstr(pair->to), &reader, &b->e), 0);
	assert_int_equal(b->to.set.errors, 0);
	(void)rule_source_deduplicate(&b->to);
	target_init(&b->target, &b->to);
	assert_int_equal(found_look(&b->before, &b->kernel->control, &b->e), 0);
	b->kernel->requests = 0;
}

static void bench_close(struct bench *b)
{
	found_release(&b->before);
	rule_source_release(&b->to);
	kernel_free(b->kernel);
}

static void count_refusal(void *ctx, const struct placed_rule *rule, const struct err *why)
{
	struct bench *b = ctx;

	assert_string_equal(rule->file, "to");
	assert_true(why->text[0] != '\0');
	b->refused++;
}

static int apply(struct bench *b)
{
	const struct apply_listener listener = {count_refusal, b};
	struct audit_control *c = &b->kernel->control;

	if (apply_rules(c, &b->target, &listener, &b->e) != 0 ||
	    apply_settings(c, &b->target, &b->e) != 0)
		return -1;
	return 0;
}

static void everything_is_as_it_was(struct bench *b)
{
	struct audit_status now;

	b->kernel->fail_from = b->kernel->fail_to = 0;
	assert_int_equal(found_is_here(&b->before, &b->kernel->control, &b->e), 1);
	assert_int_equal(audit_get_status(&b->kernel->control, &now, &b->e), 0);
	assert_memory_equal(&now, &b->before.status, sizeof(now));
}

static void the_kernel_has_what_the_files_say(void **state)
{
	struct rule_source now;
	struct bench b;

	(void)state;
	for (size_t i = 0; i < LEN(pairs); i++) {
		bench_open(&b, &pairs[i]);
		assert_int_equal(apply(&b), 0);
		assert_int_equal(
			rule_source_read(&now, RULE_SOURCE_KERNEL, NULL, &b.kernel->control, &b.e),
			0);
		assert_true(rule_view_same(rule_source_view(&now), b.target.rules));
		rule_source_release(&now);
		assert_int_equal(apply_undo(&b.kernel->control, &b.before, &b.e), 0);
		everything_is_as_it_was(&b);
		bench_close(&b);
	}
}

static unsigned int requests_of(const struct pair *pair)
{
	struct bench b;
	unsigned int n;

	bench_open(&b, pair);
	assert_int_equal(apply(&b), 0);
	n = b.kernel->requests;
	bench_close(&b);
	return n;
}

/* How the request fails: refused, out of memory, no permission, done but not answered. */
static const int failures[] = {EINVAL, ENOMEM, EPERM, 0};

static void a_refusal_at_any_request_leaves_everything_as_it_was(void **state)
{
	struct bench b;

	(void)state;
	for (size_t i = 0; i < LEN(pairs); i++)
		for (unsigned int at = 1, n = requests_of(&pairs[i]); at <= n; at++)
			for (size_t f = 0; f < LEN(failures); f++) {
				bench_open(&b, &pairs[i]);
				b.kernel->fail_from = b.kernel->fail_to = at;
				b.kernel->fail_with = failures[f];
				assert_int_equal(apply(&b), -1);
				assert_int_equal(apply_undo(&b.kernel->control, &b.before, &b.e),
						 0);
				everything_is_as_it_was(&b);
				bench_close(&b);
			}
}

static void a_refusal_while_putting_back_is_no_end(void **state)
{
	struct bench b;

	(void)state;
	for (size_t i = 0; i < LEN(pairs); i++)
		for (unsigned int at = 1, n = requests_of(&pairs[i]); at <= n; at += 3)
			for (unsigned int more = 1; more <= 4; more++) {
				bench_open(&b, &pairs[i]);
				b.kernel->fail_from = at;
				b.kernel->fail_to = at + more;
				b.kernel->fail_with = ENOMEM;
				assert_int_equal(apply(&b), -1);
				assert_int_equal(apply_undo(&b.kernel->control, &b.before, &b.e),
						 0);
				everything_is_as_it_was(&b);
				bench_close(&b);
			}
}

/* Killed at a request, and killed again while putting back: a third process makes it good. */
static void a_process_killed_anywhere_can_be_made_good(void **state)
{
	struct bench b;

	(void)state;
	for (size_t i = 0; i < LEN(pairs); i++)
		for (unsigned int at = 1, n = requests_of(&pairs[i]); at <= n; at++) {
			bench_open(&b, &pairs[i]);
			b.kernel->fail_from = at;
			b.kernel->fail_to = UINT32_MAX;
			b.kernel->fail_with = EPERM;
			assert_int_equal(apply(&b), -1);
			b.kernel->requests = 0;
			b.kernel->fail_from = 1 + at / 2;
			(void)!apply_undo(&b.kernel->control, &b.before, &b.e);
			b.kernel->fail_to = 0;
			b.kernel->requests = 0;
			assert_int_equal(apply_undo(&b.kernel->control, &b.before, &b.e), 0);
			everything_is_as_it_was(&b);
			bench_close(&b);
		}
}

static void refuse_b_and_c(struct rule_kernel *k, uint16_t type)
{
	static struct rule rule;

	k->fail_from = k->fail_to = 0;
	if (type != AUDIT_ADD_RULE || rule_unpack(k->fake.last.payload, &rule, NULL) != 0)
		return;
	for (uint32_t i = 0; i < rule.field_count; i++)
		if (rule.fields[i].field == AUDIT_WATCH &&
		    !sv_eq(rule_text(&rule, &rule.fields[i]), SV("/a"))) {
			k->fail_from = k->fail_to = k->requests + 1;
			k->fail_with = ENOENT;
		}
}

static void every_rule_that_the_kernel_refuses_is_told(void **state)
{
	static const struct pair pair = {
		"-w /x -p w\n-w /a -p w\n",
		"-w /a -p w\n-w /b -p w\n-a never,exit -F path=/c -S all\n-w /x -p w\n"};
	struct bench b;

	(void)state;
	bench_open(&b, &pair);
	b.kernel->before = refuse_b_and_c;
	assert_int_equal(apply(&b), -1);
	b.kernel->before = NULL;
	/* /x counts as well: its guard is refused by this kernel. */
	assert_int_equal(b.refused, 3);
	assert_string_equal(b.e.text, "the kernel refused 3 rules");
	assert_int_equal(apply_undo(&b.kernel->control, &b.before, &b.e), 0);
	everything_is_as_it_was(&b);
	bench_close(&b);
}

static void locking_is_the_last_of_all(void **state)
{
	static const struct pair pair = {"-w /x -p w\n",
					 "-e 2\n--loginuid-immutable\n-w /a -p w\n-b 9\n"};
	struct bench b;

	(void)state;
	bench_open(&b, &pair);
	assert_true(target_has_final(&b.target));
	assert_int_equal(apply(&b), 0);
	assert_int_equal(b.kernel->status.enabled, 1);
	assert_int_equal(b.kernel->status.backlog_limit, 9);
	assert_int_equal(b.kernel->locked_features, 0);
	assert_int_equal(apply_final(&b.kernel->control, &b.target, &b.e), 0);
	assert_int_equal(b.kernel->status.enabled, 2);
	assert_int_equal(b.kernel->locked_features, 2);
	assert_int_equal(b.kernel->log[b.kernel->requests - 1], AUDIT_SET);
	assert_int_equal(b.kernel->log[b.kernel->requests - 2], AUDIT_SET_FEATURE);
	/* Now nothing can be changed any more, and it is said. */
	found_release(&b.before);
	assert_int_equal(found_look(&b.before, &b.kernel->control, &b.e), 0);
	assert_int_equal(apply_check(&b.before, &b.e), -1);
	assert_non_null(strstr(b.e.text, "locked until the next boot"));
	bench_close(&b);
}

static void settings_come_behind_the_rules(void **state)
{
	static const struct pair pair = {"-w /x -p w\n", "-e 1\n-b 9\n-w /a -p w\n-f 2\n"};
	struct bench b;
	bool is_set = false;

	(void)state;
	bench_open(&b, &pair);
	assert_int_equal(apply(&b), 0);
	for (unsigned int i = 0; i < b.kernel->requests; i++) {
		is_set = is_set || b.kernel->log[i] == AUDIT_SET;
		assert_false(is_set && (b.kernel->log[i] == AUDIT_ADD_RULE ||
					b.kernel->log[i] == AUDIT_DEL_RULE));
	}
	assert_true(is_set);
	bench_close(&b);
}

static void what_is_as_it_should_be_is_left_alone(void **state)
{
	static const struct pair pair = {"-w /x -p w\n-w /y -p w\n",
					 "-D\n-b 64\n-w /x -p w\n-w /y -p w\n"};
	struct bench b;

	(void)state;
	bench_open(&b, &pair);
	assert_int_equal(apply(&b), 0);
	for (unsigned int i = 0; i < b.kernel->requests; i++)
		assert_true(b.kernel->log[i] == AUDIT_GET || b.kernel->log[i] == AUDIT_LIST_RULES);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_has_what_the_files_say),
		cmocka_unit_test(a_refusal_at_any_request_leaves_everything_as_it_was),
		cmocka_unit_test(a_refusal_while_putting_back_is_no_end),
		cmocka_unit_test(a_process_killed_anywhere_can_be_made_good),
		cmocka_unit_test(every_rule_that_the_kernel_refuses_is_told),
		cmocka_unit_test(locking_is_the_last_of_all),
		cmocka_unit_test(settings_come_behind_the_rules),
		cmocka_unit_test(what_is_as_it_should_be_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
