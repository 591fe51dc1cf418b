/* Verdicts about events: of commands, which the kernel has recorded, and of files. */
#include "base/test.h"

#include "policy/judge.h"
#include "rule/rule_host_test.h"

#include <stdlib.h>

#define RULES 8

struct court {
	struct rule_set set;
	struct placed_rule rules[RULES];
	struct filter filter;
	struct judge judge;
	struct expectation test;
};

static void open_court(struct court *c, const char *rules, enum expect_want want, const char *key,
		       const char *log)
{
	const struct rule_set_reader reader = {.host = &test_host};
	const struct rule_entry *kept[RULES];
	struct err e;

	*c = (struct court){.test = {.want = want, .key = key, .log = log}};
	assert_int_equal(rule_set_read_text(&c->set, "r", sv_cstr(rules), &reader, &e), 0);
	assert_true(c->set.errors == 0 && c->set.count <= RULES);
	c->filter = (struct filter){.rules = c->rules, .count = rule_set_kept(&c->set, kept)};
	for (size_t i = 0; i < c->filter.count; i++)
		c->rules[i] =
			(struct placed_rule){&kept[i]->command.rule, "r", kept[i]->line, kept[i]};
	assert_int_equal(judge_init(&c->judge, &c->filter, &e), 0);
	judge_start(&c->judge, &c->test);
}

static void close_court(struct court *c)
{
	judge_release(&c->judge);
	rule_set_release(&c->set);
}

static void put_line(struct court *c, const char *line)
{
	struct record record;
	struct event event = {.records = &record, .count = 1};
	struct err e;

	assert_int_equal(record_parse(sv_cstr(line), &record), RECORD_OK);
	event.stamp = record.stamp;
	event.type = record.type;
	assert_int_equal(judge_event(&c->judge, &event, &e), 0);
}

static void put_call(struct court *c, uint32_t uid, const char *key)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(4096);

	buf_printf(&line,
		   "type=SYSCALL msg=audit(1700000000.000:5): arch=c000003e syscall=257 "
		   "success=yes exit=3 a0=0 a1=0 a2=0 a3=0 items=0 ppid=1 pid=2 auid=0 uid=%u "
		   "gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=1 comm=\"x\" "
		   "exe=\"/x\" key=%s",
		   uid, key);
	put_line(c, buf_cstr(&line));
}

static void assert_explained(struct court *c, const char *text)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);

	judge_explain(&c->judge, &out);
	assert_string_equal(buf_cstr(&out), text);
}

#define A_FOR_1 "-a always,exit -F arch=b64 -S openat -F uid=1 -k a\n"
#define B_FOR_2 "-a always,exit -F arch=b64 -S openat -F uid=2 -k b\n"

static void of_a_command_one_event_with_the_key_is_enough(void **state)
{
	struct court c;

	(void)state;
	open_court(&c, A_FOR_1 B_FOR_2, EXPECT_KEY, "b", NULL);
	put_call(&c, 1, "\"a\"");
	assert_false(judge_holds(&c.judge));
	assert_explained(&c, "recorded with key a, by r:1: -a always,exit -F arch=b64 -S openat -F "
			     "uid=1 -F key=a\nr:2: -F uid=2: the event has uid=1\n");
	put_call(&c, 2, "\"b\"");
	assert_true(judge_holds(&c.judge));
	close_court(&c);
}

static void of_a_file_every_event_must_have_it(void **state)
{
	struct court c;

	(void)state;
	open_court(&c, A_FOR_1 B_FOR_2, EXPECT_KEY, "b", "log");
	put_call(&c, 2, "(null)");
	assert_true(judge_holds(&c.judge));
	put_call(&c, 3, "(null)");
	assert_false(judge_holds(&c.judge));
	assert_explained(&c, "no rule takes it\nr:2: -F uid=2: the event has uid=3\n");
	close_court(&c);
}

static void the_key_is_what_the_kernel_wrote(void **state)
{
	struct court c;

	(void)state;
	open_court(&c, A_FOR_1, EXPECT_NO_KEY, "x", NULL);
	put_call(&c, 1, "610178"); /* a\001x */
	put_call(&c, 1, "610178");
	assert_false(judge_holds(&c.judge));
	assert_explained(&c, "recorded with key a\001x: by which rule is not certain (2 events)\n");
	close_court(&c);
}

static void nothing_is_nothing_of_any_rule(void **state)
{
	struct court c;

	(void)state;
	open_court(&c, A_FOR_1, EXPECT_NOTHING, NULL, NULL);
	assert_true(judge_holds(&c.judge));
	put_line(&c, "type=USER_LOGIN msg=audit(1700000001.000:8): pid=9 uid=0 auid=0 ses=3 "
		     "msg='op=login'");
	assert_true(judge_holds(&c.judge));
	assert_int_equal(c.judge.events, 0);
	put_call(&c, 1, "\"a\"");
	assert_false(judge_holds(&c.judge));
	close_court(&c);
	open_court(&c, A_FOR_1, EXPECT_KEY, "z", NULL);
	assert_explained(&c, "nothing was recorded\nno rule has the key z\n");
	close_court(&c);
}

static void what_is_not_certain_does_not_hold(void **state)
{
	struct court c;

	(void)state;
	open_court(&c, "-a always,exit -F arch=b64 -S openat -F ppid=1 -F sgid=7 -k a",
		   EXPECT_NO_KEY, "a", "log");
	put_line(&c, "type=SYSCALL msg=audit(1700000000.000:5): arch=c000003e syscall=257 "
		     "success=yes exit=3 items=1 ppid=1 pid=2 uid=0");
	assert_false(judge_holds(&c.judge));
	assert_explained(&c, "the event does not say enough to be certain\n"
			     "r:1: -F sgid=7: the event does not say sgid\n");
	close_court(&c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_command_one_event_with_the_key_is_enough),
		cmocka_unit_test(of_a_file_every_event_must_have_it),
		cmocka_unit_test(the_key_is_what_the_kernel_wrote),
		cmocka_unit_test(nothing_is_nothing_of_any_rule),
		cmocka_unit_test(what_is_not_certain_does_not_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
