/* Rule sets: what is read, in which order, and what becomes of each command. */
#include "base/test.h"

#include "base/file.h"
#include "policy/rule_set.h"
#include "rule/rule_host_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct told {
	unsigned count;
	char file[64];
	char text[64];
	struct rule_place at;
};

static void on_problem(void *ctx, const char *file, struct sv text, const struct problem *p)
{
	struct told *told = ctx;

	told->count++;
	told->at = p->at;
	assert_true(sv_to_cstr(sv_cstr(file), told->file, sizeof(told->file)));
	assert_true(sv_to_cstr(text, told->text, sizeof(told->text)));
}

static void read_set(struct rule_set *set, const char *text)
{
	const struct rule_set_reader reader = {.host = &test_host};
	struct err e;

	assert_int_equal(rule_set_read_text(set, "test.rules", sv_cstr(text), &reader, &e), 0);
}

static void keeps_every_good_line_and_tells_every_bad_one(void **state)
{
	struct told told = {0};
	const struct rule_set_reader reader = {
		.host = &test_host, .tell = on_problem, .ctx = &told};
	struct rule_set set;
	struct err e;

	(void)state;
	assert_int_equal(rule_set_read_text(&set, "test.rules",
					    SV("# comment\n-b 8192\n-w /etc/passwd -p wa -k a\n"
					       "-a always,exit -S nosuchcall\n-e 2"),
					    &reader, &e),
			 0);
	assert_int_equal(set.count, 3);
	assert_int_equal(set.errors, told.count);
	assert_int_equal(told.count, 1);
	assert_string_equal(told.file, "test.rules");
	assert_string_equal(told.text, "-a always,exit -S nosuchcall");
	assert_int_equal(told.at.line, 4);
	assert_int_equal(set.entries[0]->line, 2);
	assert_int_equal(set.entries[1]->line, 3);
	assert_int_equal(set.entries[1]->fate, ENTRY_KEPT);
	assert_int_equal(set.entries[2]->line, 5);
	assert_int_equal(set.entries[2]->fate, ENTRY_DONE);
	rule_set_release(&set);
}

static void follows_what_commands_do_to_each_other(void **state)
{
	struct rule_set set;

	(void)state;
	read_set(&set, "-w /etc/a -p w -k old\n"  /* 0: cleared by 2 */
		       "-w /etc/b -p w -k keep\n" /* 1: kept */
		       "-D -k old\n"              /* 2 */
		       "-w /etc/b -p w -k keep\n" /* 3: duplicate of 1 */
		       "-W /etc/a -p w -k old\n"  /* 4: misses */
		       "-w /etc/c -p w -k gone\n" /* 5: deleted by 6 */
		       "-W /etc/c -p w -k gone\n" /* 6 */
		       "-A never,exit -F uid=0 -S all\n" /* 7: kept, in front */);
	assert_int_equal(set.count, 8);
	assert_int_equal(set.entries[0]->fate, ENTRY_CLEARED);
	assert_ptr_equal(set.entries[0]->other, set.entries[2]);
	assert_int_equal(set.entries[1]->fate, ENTRY_KEPT);
	assert_int_equal(set.entries[3]->fate, ENTRY_DUPLICATE);
	assert_ptr_equal(set.entries[3]->other, set.entries[1]);
	assert_int_equal(set.entries[4]->fate, ENTRY_MISSES);
	assert_int_equal(set.entries[5]->fate, ENTRY_CLEARED);
	assert_int_equal(set.entries[6]->fate, ENTRY_DELETES);
	assert_ptr_equal(set.entries[6]->other, set.entries[5]);
	assert_int_equal(set.entries[7]->fate, ENTRY_KEPT);
	rule_set_release(&set);
}

static void what_is_prepended_stands_in_front(void **state)
{
	const struct rule_entry *kept[4];
	struct rule_set set;

	(void)state;
	read_set(&set, "-w /etc/a -p w\n-A never,exit -F uid=1 -S all\n-w /etc/b -p w\n"
		       "-A never,exit -F uid=2 -S all\n");
	assert_int_equal(rule_set_kept(&set, kept), 4);
	assert_int_equal(kept[0]->line, 4);
	assert_int_equal(kept[1]->line, 2);
	assert_int_equal(kept[2]->line, 1);
	assert_int_equal(kept[3]->line, 3);
	rule_set_release(&set);
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[128];
	struct err e;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_replace(path, sv_cstr(text), 0600, &e), 0);
}

static void joins_a_folder_as_augenrules_does(void **state)
{
	const struct rule_set_reader reader = {.host = &test_host};
	char folder[] = "/tmp/aurum-rule-set-XXXXXX", command[128];
	struct rule_set set;
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(folder));
	write_file(folder, "9-first.rules", "-e 2\n-D\n-b 64\n-w /etc/a -p w");
	write_file(folder, "10-second.rules", "-b 128\n-f 2\n-D -k x\n-w /etc/b -p w\n-e 1\n");
	write_file(folder, "not-rules.txt", "-w /etc/c -p w\n");
	assert_int_equal(rule_set_read(&set, folder, &reader, &e), 0);
	assert_int_equal(set.file_count, 2);
	assert_int_equal(set.count, 7);
	assert_int_equal(set.entries[0]->command.kind, COMMAND_DELETE_ALL);
	assert_int_equal(set.entries[1]->command.settings.backlog_limit, 128);
	assert_int_equal(set.entries[2]->command.settings.failure, 2);
	assert_int_equal(set.entries[3]->line, 4); /* /etc/a, whose file comes first */
	assert_int_equal(set.entries[4]->command.kind, COMMAND_DELETE_ALL);
	assert_int_equal(set.entries[5]->command.kind, COMMAND_RULE);
	assert_int_equal(set.entries[6]->command.settings.enabled, 1);
	assert_int_equal(set.replaced_count, 2); /* -e 2 and -b 64 */
	assert_int_equal(set.replaced[0]->fate, ENTRY_REPLACED);
	assert_ptr_equal(set.replaced[0]->other, set.entries[6]);
	rule_set_release(&set);
	(void)snprintf(command, sizeof(command), "%s/9-first.rules", folder);
	(void)unlink(command);
	(void)snprintf(command, sizeof(command), "%s/10-second.rules", folder);
	(void)unlink(command);
	(void)snprintf(command, sizeof(command), "%s/not-rules.txt", folder);
	(void)unlink(command);
	(void)rmdir(folder);
}

static void says_why_a_file_cannot_be_read(void **state)
{
	const struct rule_set_reader reader = {.host = &test_host};
	struct rule_set set;
	struct err e;

	(void)state;
	assert_int_equal(rule_set_read(&set, "/nonexistent.rules", &reader, &e), -1);
	assert_string_equal(e.text, "cannot read /nonexistent.rules: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_every_good_line_and_tells_every_bad_one),
		cmocka_unit_test(follows_what_commands_do_to_each_other),
		cmocka_unit_test(what_is_prepended_stands_in_front),
		cmocka_unit_test(joins_a_folder_as_augenrules_does),
		cmocka_unit_test(says_why_a_file_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
