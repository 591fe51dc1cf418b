/* What fields have for values, in words. */
#include "base/test.h"

#include "query/values.h"

#define RECORDS_MAX 8
#define STAMP       "msg=audit(1700000000.123:42): "
#define CALL                                                                                       \
	"node=web1 type=SYSCALL " STAMP                                                            \
	"arch=c000003e syscall=59 success=no exit=-13 a0=1 items=2 ppid=299 "                      \
	"pid=300 auid=1000 uid=1001 gid=1002 euid=1001 egid=1004 tty=pts0 ses=7 comm=626173680A "  \
	"exe=\"/usr/bin/bash\" key=6101620A\x1d"                                                   \
	"AUID=\"alice\" UID=\"bob\" EUID=\"bob\""
#define ARGV   "node=web1 type=EXECVE " STAMP "argc=3 a0=\"bash\" a1=\"-c\" a2=726D202D7266202F"
#define WHERE  "node=web1 type=CWD " STAMP "cwd=\"/home/alice\""
#define FILE_1 "node=web1 type=PATH " STAMP "item=0 name=\"a\" inode=7 nametype=NORMAL"
#define FILE_2 "node=web1 type=PATH " STAMP "item=1 name=\"/etc/b\" inode=8 nametype=NORMAL"
#define CONNECT                                                                                    \
	"type=SYSCALL " STAMP "arch=c000003e syscall=42 success=yes exit=0 auid=0 key=(null)"
#define ADDRESS "type=SOCKADDR " STAMP "saddr=02000050C00002070000000000000000"
#define LOGIN                                                                                      \
	"type=USER_LOGIN " STAMP                                                                   \
	"pid=9 uid=0 auid=1000 ses=2 msg='op=login acct=\"carol\" exe=\"/usr/sbin/sshd\" "         \
	"hostname=? addr=192.0.2.9 terminal=ssh res=failed'"

static struct record records[RECORDS_MAX];

static bool to_utc(int64_t seconds, struct tm *out)
{
	time_t t = (time_t)seconds;

	return gmtime_r(&t, out) != NULL;
}

/* The values of the field in the event, with '|' between them. */
static void expect(const char *field, const char *want, const char *const *lines)
{
	static const struct name_source nobody = {0};
	struct names *names = names_new(&nobody, NULL);
	CLEANUP(buf_release) struct buf got = BUF_INIT(4096);
	struct event event = {.records = records};
	struct values_field f;
	struct values v;

	while (event.count < RECORDS_MAX && lines[event.count]) {
		assert_int_equal(record_parse(sv_cstr(lines[event.count]), &records[event.count]),
				 RECORD_OK);
		event.count++;
	}
	event.stamp = records[0].stamp;
	event.node = records[0].node;
	assert_int_equal(values_field_find(sv_cstr(field), &f, NULL), 0);
	values_init(&v, &f, 1, names);
	v.to_local = to_utc;
	assert_true(values_read(&v, &event));
	for (size_t i = 0; i < v.lists[0].count; i++) {
		if (i)
			buf_putc(&got, '|');
		buf_put(&got, v.lists[0].texts[i]);
	}
	assert_string_equal(buf_cstr(&got), want);
	values_release(&v);
	names_free(names);
}

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define PROGRAM    LINES(CALL, ARGV, WHERE, FILE_1, FILE_2)

static void fields_of_records_are_in_words(void **state)
{
	(void)state;
	expect("auid", "alice", PROGRAM);
	expect("uid", "bob", PROGRAM);
	expect("syscall", "execve", PROGRAM);
	expect("exit", "EACCES", PROGRAM);
	expect("comm", "bash\n", PROGRAM);
	expect("exe", "/usr/bin/bash", PROGRAM);
	expect("inode", "7|8", PROGRAM);
	expect("acct", "", PROGRAM);
	expect("\"nothing\"", "", PROGRAM);
	expect("acct", "carol", LINES(LOGIN));
}

static void several_keys_are_several_values_and_none_is_none(void **state)
{
	(void)state;
	expect("key", "a|b\n", PROGRAM);
	expect("key", "", LINES(CONNECT, ADDRESS));
	expect("hostname", "", LINES(LOGIN));
}

static void a_value_is_told_once(void **state)
{
	(void)state;
	expect("user", "alice|bob", PROGRAM);
	expect("node", "web1", PROGRAM);
	expect("type", "SYSCALL|EXECVE|CWD|PATH", PROGRAM);
}

static void the_event_as_a_whole_has_values(void **state)
{
	(void)state;
	expect("time", "2023-11-14T22:13:20.123+00:00", PROGRAM);
	expect("serial", "42", PROGRAM);
	expect("event", "1700000000.123:42", PROGRAM);
	expect("subject", "alice", PROGRAM);
	expect("action", "executed", PROGRAM);
	expect("outcome", "failed", PROGRAM);
	expect("outcome", "failed", LINES(LOGIN));
	expect("program", "bash\n", PROGRAM);
	expect("path", "/home/alice/a|/etc/b", PROGRAM);
	expect("args", "bash -c rm -rf /", PROGRAM);
}

static void the_other_end_is_an_address_and_a_port(void **state)
{
	(void)state;
	expect("addr", "192.0.2.7", LINES(CONNECT, ADDRESS));
	expect("port", "80", LINES(CONNECT, ADDRESS));
	expect("addr", "192.0.2.9", LINES(LOGIN));
	expect("port", "", LINES(LOGIN));
}

static void names_of_fields_are_those_of_the_language(void **state)
{
	struct values_field f;
	struct err e;

	(void)state;
	assert_int_equal(values_field_find(SV(""), &f, &e), -1);
	assert_int_equal(values_field_find(SV("a b"), &f, &e), -1);
	assert_int_equal(values_field_find(SV("\"a=b\""), &f, &e), -1);
	assert_int_equal(values_field_find(SV("usr"), &f, &e), -1);
	assert_string_equal(e.text, "unknown field usr: did you mean \"user\"?");
	assert_int_equal(values_field_find(SV("zzzzz"), &f, &e), -1);
	assert_string_equal(e.text,
			    "unknown field zzzzz: one of a program's own is given in quotes");
	assert_int_equal(values_field_find(SV("\"zzzzz\""), &f, &e), 0);
	assert_true(sv_eq(f.name, SV("zzzzz")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_of_records_are_in_words),
		cmocka_unit_test(several_keys_are_several_values_and_none_is_none),
		cmocka_unit_test(a_value_is_told_once),
		cmocka_unit_test(the_event_as_a_whole_has_values),
		cmocka_unit_test(the_other_end_is_an_address_and_a_port),
		cmocka_unit_test(names_of_fields_are_those_of_the_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
