/* Sentences, and events that are what their rules ask for. */
#include "base/test.h"

#include "policy/cover.h"
#include "policy/explain.h"
#include "policy/rule_set.h"
#include "record/record.h"
#include "rule/rule_host_test.h"

static const struct explain_style style = {.machine = MACHINE_X86_64};

/* The only command of a text. */
static const struct command *read_one(struct rule_set *set, const char *text)
{
	const struct rule_set_reader reader = {.host = &test_host};
	struct err e;

	assert_int_equal(rule_set_read_text(set, "test", sv_cstr(text), &reader, &e), 0);
	if (set->errors || set->count != 1)
		fail_msg("not one good rule: %s", text);
	return &set->entries[0]->command;
}

static void every_rule_is_a_sentence(void **state)
{
	static const struct {
		const char *rule, *sentence;
	} rows[] = {
		{"-w /etc/passwd -p wa -k identity",
		 "Records every attempt to write to or change the attributes of /etc/passwd; key "
		 "identity."},
		{"-w /etc -p r", "Records every attempt to read anything in /etc."},
		{"-a always,exit -F arch=b64 -S mkdir -k a",
		 "Records the system call mkdir by 64-bit programs; key a."},
		{"-a always,exit -F arch=b32 -S mkdir,rmdir -F success=0",
		 "Records the system calls mkdir and rmdir by 32-bit programs, when it fails."},
		{"-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F auid>=1000 -F "
		 "auid!=unset",
		 "Records the system call openat by 64-bit programs, when it fails with EACCES "
		 "(Permission denied), the login user is at least 1000 and somebody has logged in "
		 "for it."},
		{"-a always,exit -F arch=b64 -S execve -C uid!=euid -F euid=0 -F exe=/bin/sh",
		 "Records the system call execve by 64-bit programs, when uid and euid differ, the "
		 "effective user is 0 and the program is /bin/sh."},
		{"-a never,exit -F arch=b64 -S all -F uid=1000",
		 "Never records every system call by 64-bit programs, when the user is 1000; the "
		 "rules behind it are not asked."},
		{"-a always,exit -F arch=b64 -F dir=/etc -S unlink -F perm=w",
		 "Records every attempt to write to anything in /etc through unlink by 64-bit "
		 "programs."},
		{"-a always,exit -F arch=b64 -S connect -F saddr_fam=2 -F a2&=16",
		 "Records the system call connect by 64-bit programs, when the family of the "
		 "address "
		 "is inet and the third argument is a number with all of the bits 0x10."},
		{"-a always,io_uring -S openat -k ring",
		 "Records the io_uring operation openat; key ring."},
		{"-a always,exclude -F msgtype=CWD",
		 "Drops every record when the type of the record is CWD, whatever rule it is for."},
		{"-a never,task -F uid=1000", "Does not audit processes that start when the user "
					      "is 1000: no other rule sees what "
					      "they do."},
		{"-a never,filesystem -F fstype=tracefs",
		 "Leaves the files out when the file system is tracefs."},
		{"-a never,user -F auid=1000",
		 "Drops the messages of programs, such as logins, when the login user is 1000."},
		{"-D", "Deletes all rules."},
		{"-D -k old", "Deletes all rules with old in their key."},
		{"-b 8192", "Keeps room for 8192 records that wait for the daemon."},
		{"-e 2", "Switches auditing on and locks it: nothing can be changed until the next "
			 "boot."},
		{"-f 2", "When a record cannot be kept, the kernel panics: the host stops."},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
		struct rule_set set;

		explain_command(read_one(&set, rows[i].rule), &style, &out);
		assert_string_equal(buf_cstr(&out), rows[i].sentence);
		rule_set_release(&set);
	}
}

static void many_calls_are_counted(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
	struct rule_set set;

	(void)state;
	explain_command(
		read_one(&set, "-a always,exit -F arch=b64 -S 0 -S 1 -S 2 -S 3 -S 4 -S 5 -S 6 -S 7 "
			       "-S 8 -S 9 -S 10"),
		&style, &out);
	assert_string_equal(
		buf_cstr(&out),
		"Records the system calls read, write, open, close, stat, fstat, lstat, "
		"poll and 3 more by 64-bit programs.");
	rule_set_release(&set);
}

/* A field of the first record of an example. */
static struct sv value_of_first(const struct buf *out, struct sv name)
{
	struct sv rest = buf_view(out), line;
	struct field field;
	static struct record r;

	assert_true(sv_line(&rest, &line));
	assert_int_equal(record_parse(line, &r), RECORD_OK);
	return record_field(&r, name, &field) ? field.value : SV_EMPTY;
}

static void an_example_is_what_its_rule_asks_for(void **state)
{
	static const struct {
		const char *rule, *field, *value;
	} rows[] = {
		{"-a always,exit -F arch=b64 -S mkdir -k a", "key", "a"},
		{"-a always,exit -F arch=b32 -S mkdir -k a", "syscall", "39"},
		{"-a always,exit -F arch=b64 -S mkdir -F exit=-EPERM", "success", "no"},
		{"-a always,exit -F arch=b64 -S mkdir -F exit=-EPERM", "exit", "-1"},
		{"-a always,exit -F arch=b64 -S mkdir -F success=0", "exit", "-13"},
		{"-a always,exit -F arch=b64 -S mkdir -F auid=unset", "auid", "4294967295"},
		{"-a always,exit -F arch=b64 -S mkdir -F uid!=1000", "uid", "0"},
		{"-a always,exit -F arch=b64 -S mkdir -C uid!=euid", "euid", "0"},
		{"-a always,exit -F arch=b64 -S mkdir -F euid=7 -C uid=euid", "uid", "7"},
		{"-a always,exit -F arch=b64 -S kill -F a1=9", "a1", "9"},
		{"-a always,exit -F arch=b64 -S execve -F exe=/bin/sh", "comm", "sh"},
		{"-a always,exit -F arch=b64 -S execve -F subj_type=sh_t", "subj",
		 "unconfined_u:unconfined_r:sh_t:s0"},
		{"-w /etc/passwd -p a", "syscall", "268"},
		{"-w /etc/passwd -p x", "syscall", "59"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
		struct rule_set set;
		struct sv got;

		assert_true(example_event(&read_one(&set, rows[i].rule)->rule, &style, &out));
		got = value_of_first(&out, sv_cstr(rows[i].field));
		if (!sv_eq(got, sv_cstr(rows[i].value)))
			fail_msg("%s: %s is %.*s, not %s", rows[i].rule, rows[i].field, SV_FMT(got),
				 rows[i].value);
		rule_set_release(&set);
	}
}

static void what_records_nothing_has_no_example(void **state)
{
	static const char *const rules[] = {
		"-a never,exit -F arch=b64 -S mkdir",
		"-a always,exclude -F msgtype=CWD",
		"-a never,task",
		"-a always,exit -F arch=b64 -S mkdir -F uid=1 -F uid=2",
	};

	(void)state;
	for (size_t i = 0; i < LEN(rules); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
		struct rule_set set;

		assert_false(example_event(&read_one(&set, rules[i])->rule, &style, &out));
		assert_int_equal(out.n, 0);
		rule_set_release(&set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_is_a_sentence),
		cmocka_unit_test(many_calls_are_counted),
		cmocka_unit_test(an_example_is_what_its_rule_asks_for),
		cmocka_unit_test(what_records_nothing_has_no_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
