#include "base/test.h"

#include "policy/act.h"

#include "policy/call_perm.h"

#include <linux/audit.h>
#include <sys/stat.h>

#define RECORDS 16

static struct arena memory;

/* The act of some lines. */
static struct act read_act(const char *lines)
{
	struct record records[RECORDS];
	struct sv rest = sv_cstr(lines), line;
	struct act act;
	size_t count = 0;

	while (sv_line(&rest, &line)) {
		assert_true(count < RECORDS);
		assert_int_equal(record_parse(line, &records[count++]), RECORD_OK);
	}
	assert_int_equal(act_read(&act, records, count, &memory), 0);
	return act;
}

static int begin(void **state)
{
	(void)state;
	arena_init(&memory, (size_t)1 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_release(&memory);
	return 0;
}

static void assert_text(struct sv text, const char *wanted)
{
	if (!sv_eq(text, sv_cstr(wanted)))
		fail_msg("%.*s is not %s", SV_FMT(text), wanted);
}

#define STAMP "msg=audit(1700000000.123:7): "
#define CALL                                                                                       \
	"type=SYSCALL " STAMP                                                                      \
	"arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd a2=241 a3=1b6 items=2 "  \
	"ppid=10 pid=11 auid=4294967295 uid=1 gid=2 euid=3 suid=4 fsuid=5 egid=6 sgid=7 fsgid=8 "  \
	"tty=(none) ses=9 comm=\"cat\" exe=\"/usr/bin/cat\" subj=a:b:c:s0 key=(null)\n"
#define CWD "type=CWD " STAMP "cwd=\"/home/alice\"\n"
#define FILES                                                                                      \
	"type=PATH " STAMP                                                                         \
	"item=0 name=\"notes/\" inode=20 dev=fd:01 mode=040755 ouid=1 ogid=2 rdev=00:00 "          \
	"nametype=PARENT\n"                                                                        \
	"type=PATH " STAMP                                                                         \
	"item=1 name=\"notes/a\" inode=21 dev=fd:01 mode=020644 ouid=3 ogid=4 rdev=01:03 "         \
	"obj=u:r:t:s0 nametype=CREATE\n"

static void a_call_says_its_numbers(void **state)
{
	struct act a = read_act(CALL CWD FILES);

	(void)state;
	assert_int_equal(a.kind, ACT_CALL);
	assert_int_equal(a.machine, MACHINE_X86_64);
	assert_true(a.has_call);
	assert_int_equal(a.call, 257);
	assert_int_equal(a.said, (1u << ACT_NUMBERS) - 1);
	assert_int_equal(a.numbers[ACT_FSGID], 8);
	assert_int_equal(a.numbers[ACT_A2], 0x241);
	assert_int_equal(a.numbers[ACT_AUID], UINT32_MAX);
	assert_int_equal(a.numbers[ACT_PERSONALITY], 0);
	assert_int_equal(a.result, ACT_SUCCESS);
	assert_true(a.has_exit);
	assert_int_equal(a.exit, 3);
	assert_text(a.exe, "/usr/bin/cat");
	assert_text(a.subject, "a:b:c:s0");
	assert_int_equal(a.calls_at, 0);
}

static void files_come_with_whole_paths_in_their_order(void **state)
{
	struct act a = read_act(CALL CWD FILES);

	(void)state;
	assert_true(a.has_all_names);
	assert_int_equal(a.name_count, 2);
	assert_text(a.names[0].path, "/home/alice/notes");
	assert_int_equal(a.names[0].use, ACT_USE_PARENT);
	assert_text(a.names[1].path, "/home/alice/notes/a");
	assert_int_equal(a.names[1].known, ACT_PATH_FULL);
	assert_int_equal(a.names[1].use, ACT_USE_CREATE);
	assert_true(a.names[1].has_inode && a.names[1].is_whole);
	assert_int_equal(a.names[1].inode, 21);
	assert_int_equal(a.names[1].dev_major, 0xfd);
	assert_int_equal(a.names[1].rdev_minor, 3);
	assert_int_equal(a.names[1].mode & S_IFMT, S_IFCHR);
	assert_int_equal(a.names[1].uid, 3);
	assert_text(a.names[1].label, "u:r:t:s0");
}

static void a_name_relative_to_a_descriptor_has_only_a_tail(void **state)
{
	struct act a = read_act("type=SYSCALL " STAMP
				"arch=c000003e syscall=263 success=yes exit=0 a0=5 items=2\n" CWD
				"type=PATH " STAMP "item=0 name=\"x/../y\" nametype=NORMAL\n"
				"type=PATH " STAMP "item=1 name=(null) inode=1 nametype=NORMAL\n");

	(void)state;
	assert_int_equal(a.names[0].known, ACT_PATH_TAIL);
	assert_text(a.names[0].path, "y");
	assert_false(a.names[0].has_inode);
	assert_true(a.names[0].is_whole);
	assert_int_equal(a.names[1].known, ACT_PATH_NONE);
	assert_true(a.names[1].has_inode);
	assert_false(a.names[1].is_whole); /* no device, owner, mode */
}

static void names_that_are_counted_but_not_there_are_missed(void **state)
{
	struct act a = read_act("type=SYSCALL " STAMP "arch=c000003e syscall=2 items=3\n" FILES);

	(void)state;
	assert_false(a.has_all_names);
	assert_int_equal(a.name_count, 2);
	assert_int_equal(a.names[0].known, ACT_PATH_TAIL); /* there is no CWD record */
}

static void what_is_no_number_is_not_said(void **state)
{
	struct act a =
		read_act("type=SYSCALL " STAMP
			 "arch=zz syscall=-x pid=99999999999999999999 uid=root gid=7 exit=?\n");

	(void)state;
	assert_false(a.has_call);
	assert_false(act_says(&a, ACT_PID));
	assert_false(act_says(&a, ACT_UID));
	assert_false(act_says(&a, ACT_ARCH));
	assert_true(act_says(&a, ACT_GID));
	assert_int_equal(a.result, ACT_RESULT_UNSAID);
	assert_int_equal(a.machine, MACHINE_UNKNOWN);
	assert_false(a.has_all_names);
}

static void a_call_without_a_result_has_none(void **state)
{
	struct act a = read_act("type=SYSCALL " STAMP "arch=c000003e syscall=231 items=0\n");

	(void)state;
	assert_int_equal(a.result, ACT_NO_RESULT);
	assert_true(a.has_all_names);
}

static void addresses_have_the_family_of_their_machine(void **state)
{
	struct act little = read_act("type=SYSCALL " STAMP "arch=c000003e syscall=42 items=0\n"
				     "type=SOCKADDR " STAMP "saddr=0A000050\n");
	struct act big = read_act("type=SYSCALL " STAMP "arch=80000016 syscall=102 items=0\n"
				  "type=SOCKADDR " STAMP "saddr=000A0050\n");

	(void)state;
	assert_true(little.has_family && big.has_family);
	assert_int_equal(little.family, 10);
	assert_int_equal(big.family, 10);
}

static void openat2_says_its_flags_in_a_record(void **state)
{
	struct act a = read_act("type=SYSCALL " STAMP "arch=c000003e syscall=437 items=0\n"
				"type=OPENAT2 " STAMP "oflag=0100002 mode=0600 resolve=0x8\n");

	(void)state;
	assert_true(a.has_open_flags);
	assert_int_equal(a.open_flags, 0100002);
}

static void records_before_the_call_bring_it(void **state)
{
	struct act a =
		read_act("type=AVC " STAMP "avc: denied { read } for pid=1 comm=\"x\"\n" CALL);

	(void)state;
	assert_int_equal(a.kind, ACT_CALL);
	assert_int_equal(a.calls_at, 1);
	assert_int_equal(a.numbers[ACT_PID], 11);
	assert_int_equal(a.type_count, 2);
}

static void a_users_message_says_what_the_kernel_wrote(void **state)
{
	struct act a =
		read_act("type=USER_LOGIN " STAMP
			 "pid=5 uid=0 auid=1000 ses=3 msg='op=login gid=9 exe=\"/bin/x\"'\n");

	(void)state;
	assert_int_equal(a.kind, ACT_USER);
	assert_int_equal(a.numbers[ACT_AUID], 1000);
	assert_false(act_says(&a, ACT_GID)); /* the program's own words */
	assert_false(a.has_exe);
}

static void kinds_go_by_the_type(void **state)
{
	static const struct {
		const char *line;
		enum act_kind kind;
	} rows[] = {
		{"type=USER " STAMP "x=1\n", ACT_USER},
		{"type=USER_TTY " STAMP "x=1\n", ACT_USER},
		{"type=UNKNOWN[2500] " STAMP "x=1\n", ACT_USER},
		{"type=DAEMON_START " STAMP "x=1\n", ACT_DAEMON},
		{"type=CONFIG_CHANGE " STAMP "x=1\n", ACT_KERNEL},
		{"type=URINGOP " STAMP "uring_op=18 success=yes exit=0 items=0\n", ACT_URING},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++)
		assert_int_equal(read_act(rows[i].line).kind, rows[i].kind);
}

static void an_operation_of_io_uring_is_a_call_of_its_own_table(void **state)
{
	struct act a = read_act("type=URINGOP " STAMP "uring_op=18 success=no exit=-2 items=0\n");

	(void)state;
	assert_int_equal(a.machine, MACHINE_URING);
	assert_int_equal(a.call, 18);
	assert_int_equal(a.result, ACT_FAILURE);
	assert_int_equal(a.exit, -2);
}

static void a_kernel_thread_has_no_program(void **state)
{
	struct act a = read_act("type=URINGOP " STAMP "uring_op=18 exe=(null)\n");

	(void)state;
	assert_true(a.has_exe);
	assert_int_equal(a.exe.n, 0);
}

static void names_that_others_chose_are_decoded(void **state)
{
	struct act a = read_act("type=SYSCALL " STAMP
				"arch=c000003e syscall=2 items=1 exe=2F746D702F6120622F63\n"
				"type=CWD " STAMP "cwd=2F612062\n"
				"type=PATH " STAMP "item=0 name=\"(null)\" nametype=UNKNOWN\n");

	(void)state;
	assert_text(a.exe, "/tmp/a b/c");
	assert_text(a.names[0].path, "/a b/(null)");
}

static void paths_are_joined_as_they_are_written(void **state)
{
	static const struct {
		const char *cwd, *path, *joined;
	} rows[] = {
		{"/a", "b", "/a/b"},
		{"/a", "/b", "/b"},
		{"/a/b", "../c/./d", "/a/c/d"},
		{"/", "../..", "/"},
		{"/a", "b//c/", "/a/b/c"},
		{"", "../x", "../x"},
		{"", "a/../../x", "../x"},
		{"", ".", "."},
		{"/a", "", "/a"},
		{"", "", "."},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++)
		assert_text(act_path_join(sv_cstr(rows[i].cwd), sv_cstr(rows[i].path), &memory),
			    rows[i].joined);
}

static void permissions_stand_for_calls(void **state)
{
	static const struct {
		enum machine machine;
		const char *call;
		uint32_t perms;
		enum call_perm how;
	} rows[] = {
		{MACHINE_X86_64, "open", AUDIT_PERM_READ | AUDIT_PERM_WRITE, CALL_PERM_OPEN},
		{MACHINE_X86_64, "openat", AUDIT_PERM_READ | AUDIT_PERM_WRITE, CALL_PERM_OPENAT},
		{MACHINE_I386, "socketcall", AUDIT_PERM_WRITE, CALL_PERM_SOCKET},
		{MACHINE_X86_64, "execveat", AUDIT_PERM_EXEC, CALL_PERM_FIXED},
		{MACHINE_S390X, "execveat", 0, CALL_PERM_FIXED},
		{MACHINE_I386, "chown32", AUDIT_PERM_ATTR, CALL_PERM_FIXED},
		{MACHINE_AARCH64, "linkat", AUDIT_PERM_WRITE | AUDIT_PERM_ATTR, CALL_PERM_FIXED},
		{MACHINE_X86_64, "quotactl", AUDIT_PERM_WRITE | AUDIT_PERM_READ, CALL_PERM_FIXED},
		{MACHINE_X86_64, "read", 0, CALL_PERM_FIXED},
		{MACHINE_URING, "openat", 0, CALL_PERM_FIXED},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		uint32_t nr;

		assert_true(syscall_find(rows[i].machine, sv_cstr(rows[i].call), &nr));
		assert_int_equal(call_perms(rows[i].machine, nr), rows[i].perms);
		assert_int_equal(call_perm(rows[i].machine, nr), rows[i].how);
	}
	assert_int_equal(call_open_perms(0101), AUDIT_PERM_WRITE);
	assert_int_equal(call_open_perms(3), AUDIT_PERM_READ | AUDIT_PERM_WRITE);
	assert_int_equal(call_perms(MACHINE_UNKNOWN, 1), 0);
	assert_int_equal(call_perms(MACHINE_X86_64, UINT32_MAX), 0);
}

/* The calls of a class that a kernel has given back when asked for them, Linux 6.18. */
static void the_classes_are_those_of_a_kernel(void **state)
{
	static const uint32_t wide_write[] = {49,  76,  77,  82,  83,  84,  85,  86,
					      87,  88,  133, 163, 167, 179, 258, 259,
					      263, 264, 265, 266, 285, 316};
	static const uint32_t narrow_attr[] = {9,   15,  16,  94,  95,  182, 198,
					       207, 212, 226, 227, 228, 235, 236,
					       237, 298, 303, 306, 452, 463, 466};
	static const uint32_t wide_read[] = {89, 179, 191, 192, 193, 194, 195, 196, 267, 464, 465};
	static const struct {
		enum machine machine;
		uint32_t perm;
		const uint32_t *calls;
		size_t count;
	} rows[] = {
		{MACHINE_X86_64, AUDIT_PERM_WRITE, wide_write, LEN(wide_write)},
		{MACHINE_X86_64, AUDIT_PERM_READ, wide_read, LEN(wide_read)},
		{MACHINE_I386, AUDIT_PERM_ATTR, narrow_attr, LEN(narrow_attr)},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		size_t at = 0;

		for (uint32_t nr = 0; nr < 2048; nr++) {
			if (!(call_perms(rows[i].machine, nr) & rows[i].perm) ||
			    call_perm(rows[i].machine, nr) != CALL_PERM_FIXED)
				continue;
			assert_true(at < rows[i].count);
			assert_int_equal(nr, rows[i].calls[at++]);
		}
		assert_int_equal(at, rows[i].count);
	}
}

static void without_memory_there_is_no_act(void **state)
{
	static const char *const lines[] = {"type=SYSCALL " STAMP "exe=\"/bin/true\" items=0"};
	struct record record;
	struct arena none;
	struct act act;

	(void)state;
	arena_init(&none, 1);
	assert_int_equal(record_parse(sv_cstr(lines[0]), &record), RECORD_OK);
	assert_int_equal(act_read(&act, &record, 1, &none), -1);
	arena_release(&none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_says_its_numbers),
		cmocka_unit_test(files_come_with_whole_paths_in_their_order),
		cmocka_unit_test(a_name_relative_to_a_descriptor_has_only_a_tail),
		cmocka_unit_test(names_that_are_counted_but_not_there_are_missed),
		cmocka_unit_test(what_is_no_number_is_not_said),
		cmocka_unit_test(a_call_without_a_result_has_none),
		cmocka_unit_test(addresses_have_the_family_of_their_machine),
		cmocka_unit_test(openat2_says_its_flags_in_a_record),
		cmocka_unit_test(records_before_the_call_bring_it),
		cmocka_unit_test(a_users_message_says_what_the_kernel_wrote),
		cmocka_unit_test(kinds_go_by_the_type),
		cmocka_unit_test(an_operation_of_io_uring_is_a_call_of_its_own_table),
		cmocka_unit_test(a_kernel_thread_has_no_program),
		cmocka_unit_test(names_that_others_chose_are_decoded),
		cmocka_unit_test(paths_are_joined_as_they_are_written),
		cmocka_unit_test(permissions_stand_for_calls),
		cmocka_unit_test(the_classes_are_those_of_a_kernel),
		cmocka_unit_test(without_memory_there_is_no_act),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
