/*
 * What is claimed about rules, held against what the filter does with events: a rule that covers
 * another takes all that it takes, one whose conditions exclude each other takes nothing, and the
 * example of a rule is taken by it. Rules and events are random, from small worlds.
 */
#include "base/test.h"

#include "policy/cover.h"
#include "policy/explain.h"
#include "policy/filter.h"
#include "rule/rule_host_test.h"

#include <stdio.h>

#define RULES 600

static const char *const conditions[] = {
	"-F uid=0",         "-F uid!=0",         "-F uid=1000",      "-F uid>=1000",
	"-F uid<1000",      "-F uid>1000",       "-F uid<=1000",     "-F auid!=unset",
	"-F auid=unset",    "-F auid>=1000",     "-F auid=1000",     "-F euid=0",
	"-F euid!=0",       "-F exit=-EACCES",   "-F exit=-EPERM",   "-F exit!=-EACCES",
	"-F exit=0",        "-F success=0",      "-F success=1",     "-F success!=0",
	"-F a0=5",          "-F a0&5",           "-F a0&=5",         "-F a0&=4",
	"-F a0&1",          "-F a0!=5",          "-F pid>1",         "-F pid=4711",
	"-F sgid=7",        "-F sgid>6",         "-F gid=1000",      "-F gid!=1000",
	"-F egid=7",        "-F obj_uid=0",      "-F obj_uid>=0",    "-F obj_uid=1000",
	"-F path=/etc/a",   "-F path=/etc/b",    "-F dir=/etc",      "-F dir=/etc/sub",
	"-F dir=/srv",      "-F perm=w",         "-F perm=wa",       "-F perm=rwxa",
	"-F perm=x",        "-F exe=/bin/a",     "-F exe!=/bin/a",   "-F exe=/bin/b",
	"-F exe!=/bin/b",   "-C uid=euid",       "-C uid!=euid",     "-C auid!=obj_uid",
	"-F filetype=file", "-F filetype=dir",   "-F filetype!=dir", "-F inode=1234",
	"-F devmajor=8",    "-F devmajor!=8",    "-F ppid=4700",     "-F sessionid!=unset",
	"-F subj_type=x_t", "-F subj_type!=x_t", "-F pers=8",        "-F saddr_fam=2",
};
static const char *const calls[] = {
	"",
	"-S openat",
	"-S openat,openat2",
	"-S mkdir",
	"-S mkdir,rmdir",
	"-S execve",
	"-S chmod",
	"-S all",
	"-S connect",
	"-S fchmodat,openat",
};
static const char *const arches[] = {"-F arch=b64 ", "-F arch=b64 ", "-F arch=b32 "};

static uint32_t seed = 20260101;

static uint32_t next(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

/* The kernel takes one path, one folder and one of most others in a rule. */
static bool may_join(const char *text, const char *condition)
{
	static const char *const once[] = {"path=", "dir=", "perm=", "inode=", "filetype", "exe"};

	for (size_t i = 0; i < LEN(once); i++)
		if (strstr(text, once[i]) && strstr(condition, once[i]))
			return false;
	return !(strstr(text, "path=") && strstr(condition, "dir=")) &&
	       !(strstr(text, "dir=") && strstr(condition, "path="));
}

static void make_text(char *text, size_t cap)
{
	size_t n = (size_t)snprintf(text, cap, "-a always,exit %s%s", arches[next(LEN(arches))],
				    calls[next(LEN(calls))]);

	for (uint32_t k = next(5); k > 0; k--) {
		const char *condition = conditions[next(LEN(conditions))];

		if (may_join(text, condition))
			n += (size_t)snprintf(text + n, cap - n, " %s", condition);
	}
}

/* A rule of the world, and the event it would record, if it can. */
struct subject {
	char text[512];
	struct rule_set set;
	const struct rule *rule;
	struct buf lines;
	struct record records[16];
	struct arena memory;
	struct act act;
	bool has_event;
};

static struct subject subjects[RULES];

static void read_event(struct subject *s)
{
	const struct explain_style style = {.machine = MACHINE_X86_64};
	struct sv rest, line;
	size_t n = 0;

	s->lines = BUF_INIT(1 << 16);
	arena_init(&s->memory, 1 << 20);
	if (!example_event(s->rule, &style, &s->lines))
		return;
	rest = buf_view(&s->lines);
	while (sv_line(&rest, &line)) {
		assert_true(n < LEN(s->records));
		assert_int_equal(record_parse(line, &s->records[n++]), RECORD_OK);
	}
	assert_int_equal(act_read(&s->act, s->records, n, &s->memory), 0);
	s->has_event = true;
}

static int make_world(void **state)
{
	const struct rule_set_reader reader = {.host = &test_host};
	struct err e;

	(void)state;
	for (size_t i = 0; i < RULES; i++) {
		struct subject *s = &subjects[i];

		do {
			make_text(s->text, sizeof(s->text));
			if (rule_set_read_text(&s->set, "r", sv_cstr(s->text), &reader, &e) != 0)
				return -1;
			if (s->set.count == 1)
				break;
			rule_set_release(&s->set); /* no such rule: another one */
		} while (true);
		s->rule = &s->set.entries[0]->command.rule;
		read_event(s);
	}
	return 0;
}

static int end_world(void **state)
{
	(void)state;
	for (size_t i = 0; i < RULES; i++) {
		rule_set_release(&subjects[i].set);
		buf_release(&subjects[i].lines);
		arena_release(&subjects[i].memory);
	}
	return 0;
}

/* What the filter says of the rule alone. */
static enum filter_truth takes(const struct subject *s, const struct act *act)
{
	const struct placed_rule placed = {s->rule, "r", 1, NULL};
	const struct filter filter = {.rules = &placed, .count = 1};
	struct filter_verdict verdict;
	struct filter_answer answer;

	filter_decide(&filter, act, &verdict, &answer);
	if (!answer.is_decided)
		return FILTER_UNSAID;
	return answer.rule == 0 ? FILTER_YES : FILTER_NO;
}

static void nearly_every_rule_has_an_example_that_it_takes(void **state)
{
	size_t taken = 0, possible = 0;

	(void)state;
	for (size_t i = 0; i < RULES; i++) {
		const struct subject *s = &subjects[i];
		uint32_t first, second;

		possible += rule_find_conflict(s->rule, &first, &second) == CONFLICT_NONE;
		if (!s->has_event)
			continue;
		if (takes(s, &s->act) == FILTER_NO)
			fail_msg("%s does not take its own example:\n%.*s", s->text,
				 SV_FMT(buf_view(&s->lines)));
		taken += takes(s, &s->act) == FILTER_YES;
	}
	assert_true(taken * 100 > possible * 80);
}

static void what_covers_takes_all_that_the_other_takes(void **state)
{
	size_t claims = 0, held = 0;

	(void)state;
	for (size_t a = 0; a < RULES; a++)
		for (size_t b = 0; b < RULES; b++) {
			if (a == b || !rule_covers(subjects[a].rule, subjects[b].rule))
				continue;
			claims++;
			for (size_t k = 0; k < RULES; k++) {
				const struct act *act = &subjects[k].act;

				if (!subjects[k].has_event ||
				    takes(&subjects[b], act) != FILTER_YES)
					continue;
				held++;
				if (takes(&subjects[a], act) == FILTER_NO)
					fail_msg("%s\nis said to cover\n%s\nbut not for\n%.*s",
						 subjects[a].text, subjects[b].text,
						 SV_FMT(buf_view(&subjects[k].lines)));
			}
		}
	assert_true(claims > 1000 && held > 1000);
}

static void conditions_that_exclude_each_other_take_nothing(void **state)
{
	size_t claims = 0;

	(void)state;
	for (size_t i = 0; i < RULES; i++) {
		uint32_t first, second;

		if (rule_find_conflict(subjects[i].rule, &first, &second) == CONFLICT_NONE)
			continue;
		claims++;
		for (size_t k = 0; k < RULES; k++)
			if (subjects[k].has_event &&
			    takes(&subjects[i], &subjects[k].act) == FILTER_YES)
				fail_msg("%s\nis said to take nothing, but takes\n%.*s",
					 subjects[i].text, SV_FMT(buf_view(&subjects[k].lines)));
	}
	assert_true(claims > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nearly_every_rule_has_an_example_that_it_takes),
		cmocka_unit_test(what_covers_takes_all_that_the_other_takes),
		cmocka_unit_test(conditions_that_exclude_each_other_take_nothing),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
