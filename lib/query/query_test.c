/* The predicate: a row is an event, a question and the answer. */
#include "base/test.h"

#include "query/query.h"
#include "query/scan.h"
#include "table/table.h"

#include <linux/audit.h>

#define RECORDS_MAX 8

#define STAMP "msg=audit(1700000000.123:42): "
#define TASK                                                                                       \
	"type=SYSCALL " STAMP "arch=c000003e syscall=59 success=no exit=-13 a0=1 a1=2 a2=3 a3=4 "  \
	"items=2 ppid=299 pid=300 auid=1000 uid=1001 gid=1002 euid=1003 suid=0 fsuid=0 egid=1004 " \
	"sgid=0 fsgid=0 tty=pts0 ses=7 comm=\"bash\" exe=\"/usr/bin/bash\" "                       \
	"subj=system_u:system_r:httpd_t:s0 key=\"exec\""
#define WHERE       "type=CWD " STAMP "cwd=\"/home/alice\""
#define PATHS(name) "type=PATH " STAMP "item=0 name=" name " inode=1 obj=u:r:shadow_t:s0"
#define MESSAGE(text)                                                                              \
	"type=USER_LOGIN " STAMP "pid=10 uid=0 auid=1000 ses=7 subj=unconfined msg='" text "'"
#define LOGIN_TEXT                                                                                 \
	"op=login id=1000 exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.7 terminal=/dev/pts/0 "   \
	"res=failed"
#define INET "type=SOCKADDR " STAMP "saddr=02000050C00002070000000000000000"
#define INET6                                                                                      \
	"type=SOCKADDR " STAMP "saddr=0A00003500000000FE80000000000000000000000000000100000000"
#define UNIX     "type=SOCKADDR " STAMP "saddr=01002F72756E2F736F636B0041"
#define ABSTRACT "type=SOCKADDR " STAMP "saddr=0100002F72756E2F736F636B0041"

enum ask { NUMBER, TEXT, WORD };

struct row {
	const char *lines[RECORDS_MAX];
	enum query_item item;
	enum ask ask;
	uint64_t number;
	const char *text;
	bool want;
};

#define N(item, number) QUERY_##item, NUMBER, number, NULL
#define T(item, text)   QUERY_##item, TEXT, 0, text
#define W(item, text)   QUERY_##item, WORD, 0, text

static bool ask(const struct query *q, const char *const *lines)
{
	struct record records[RECORDS_MAX];
	struct event event = {.records = records};
	struct query_scratch scratch;
	bool answer;

	while (event.count < RECORDS_MAX && lines[event.count]) {
		assert_int_equal(record_parse(sv_cstr(lines[event.count]), &records[event.count]),
				 RECORD_OK);
		event.count++;
	}
	event.stamp = records[0].stamp;
	event.node = records[0].node;
	event.type = records[0].type;
	query_scratch_init(&scratch);
	answer = query_match(q, &event, &scratch);
	query_scratch_release(&scratch);
	return answer;
}

static void run_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct query q;

		query_init(&q);
		q.whole_word = rows[i].ask == WORD;
		if (rows[i].ask == NUMBER)
			query_want_number(&q, rows[i].item, rows[i].number);
		else
			query_want_text(&q, rows[i].item, sv_cstr(rows[i].text));
		if (ask(&q, rows[i].lines) != rows[i].want)
			fail_msg("row %zu: item %u \"%s\" %llu in %s", i, rows[i].item,
				 rows[i].text ? rows[i].text : "",
				 (unsigned long long)rows[i].number, rows[i].lines[0]);
	}
}

static void a_system_call_answers_for_its_task(void **state)
{
	static const struct row rows[] = {
		{{TASK}, N(PID, 300), true},
		{{TASK}, N(PID, 299), false},
		{{TASK}, N(PPID, 299), true},
		{{TASK}, N(AUID, 1000), true},
		{{TASK}, N(UID, 1001), true},
		{{TASK}, N(UID, 1000), false},
		{{TASK}, N(GID, 1002), true},
		{{TASK}, N(EUID, 1003), true},
		{{TASK}, N(EGID, 1004), true},
		{{TASK}, N(SESSION, 7), true},
		{{TASK}, N(SYSCALL, 59), true},
		{{TASK}, N(MACHINE, MACHINE_X86_64), true},
		{{TASK}, N(MACHINE, MACHINE_I386), false},
		{{TASK}, N(EXIT, (uint64_t)-13), true},
		{{TASK}, N(EXIT, 13), false},
		{{TASK}, N(SUCCESS, 0), true},
		{{TASK}, N(SUCCESS, 1), false},
		{{TASK}, T(TERMINAL, "pts"), true},
		{{TASK}, W(TERMINAL, "pts"), false},
		{{TASK}, T(COMM, "as"), true},
		{{TASK}, W(COMM, "bash"), true},
		{{TASK}, W(COMM, "as"), false},
		{{TASK}, T(EXE, "/bin/"), true},
		{{TASK}, T(KEY, "exe"), true},
		{{TASK}, W(KEY, "exe"), false},
		{{TASK}, T(SUBJECT, "httpd_t"), true},
		{{TASK}, T(OBJECT, "httpd_t"), false},
		{{TASK}, T(HOST, ""), false},
		{{TASK}, T(COMM, ""), true},
	};

	(void)state;
	run_rows(rows, LEN(rows));
}

static void a_path_is_found_by_name_and_by_working_directory(void **state)
{
	static const struct row rows[] = {
		{{TASK, WHERE, PATHS("\"/etc/shadow\"")}, T(FILE, "shadow"), true},
		{{TASK, WHERE, PATHS("\"/etc/shadow\"")}, W(FILE, "/etc/shadow"), true},
		{{TASK, WHERE, PATHS("\"/etc/shadow\"")}, W(FILE, "/home/alice"), true},
		{{TASK, WHERE, PATHS("\"/etc/shadow\"")}, T(FILE, "passwd"), false},
		{{TASK, WHERE, PATHS("2F746D702F612062")}, W(FILE, "/tmp/a b"), true},
		{{TASK, WHERE, PATHS("\"./x\"")}, W(FILE, "/home/alice/./x"), true},
		{{TASK, WHERE, PATHS("\"../x\"")}, W(FILE, "/home/alice/../x"), true},
		{{TASK, WHERE, PATHS("\"x\"")}, W(FILE, "x"), true},
		{{TASK, PATHS("\"./x\"")}, W(FILE, "./x"), true},
		{{TASK, PATHS("(null)")}, W(FILE, "(null)"), true},
		{{TASK, PATHS("\"/a\""), PATHS("\"/b\"")}, W(FILE, "/a"), true},
		{{TASK, PATHS("\"/a\""), PATHS("\"/b\"")}, W(FILE, "/b"), true},
		{{TASK, PATHS("\"/a\"")}, T(OBJECT, "shadow_t"), true},
		{{TASK, WHERE, "type=CWD " STAMP "cwd=\"/second\""}, W(FILE, "/second"), false},
		{{UNIX}, W(FILE, "/run/sock"), true},
		{{ABSTRACT}, W(FILE, "/run/sock"), true},
		{{INET}, T(FILE, ""), false},
	};

	(void)state;
	run_rows(rows, LEN(rows));
}

static void hosts_are_names_addresses_and_sockets(void **state)
{
	static const struct row rows[] = {
		{{MESSAGE(LOGIN_TEXT)}, W(HOST, "192.0.2.7"), true},
		{{MESSAGE("hostname=a.example addr=192.0.2.7 terminal=ssh")},
		 W(HOST, "a.example"),
		 true},
		{{MESSAGE("hostname=a.example addr=192.0.2.7 terminal=ssh")},
		 W(HOST, "192.0.2.7"),
		 false},
		{{MESSAGE("PAM: session open acct=root : exe=\"/bin/su\" (hostname=b.example, "
			  "addr=192.0.2.9, terminal=tty1 result=Success)")},
		 W(HOST, "b.example"),
		 true},
		{{INET}, W(HOST, "192.0.2.7"), true},
		{{INET6}, W(HOST, "fe80::1"), true},
		{{"type=SOCKADDR " STAMP "saddr=0200"}, T(HOST, ""), false},
		{{"type=SOCKADDR " STAMP "saddr=02"}, T(HOST, ""), false},
		{{"type=SOCKADDR " STAMP "saddr=zz"}, T(HOST, ""), false},
		{{UNIX}, T(HOST, ""), false},
		{{"type=DAEMON_ACCEPT " STAMP "addr=192.0.2.7:5000 port=60 res=success"},
		 W(HOST, "192.0.2.7"),
		 true},
		{{"type=DAEMON_ACCEPT " STAMP "addr=fe80::1 port=60 res=success"},
		 W(HOST, "fe80::1"),
		 true},
		{{"type=NETFILTER_PKT " STAMP "mark=0 saddr=192.0.2.7 daddr=192.0.2.8 proto=6"},
		 W(HOST, "192.0.2.7"),
		 true},
	};

	(void)state;
	run_rows(rows, LEN(rows));
}

static void keys_of_one_rule_are_found_one_by_one(void **state)
{
#define KEYS(value) "type=SYSCALL " STAMP "arch=c000003e syscall=1 pid=1 key=" value
	static const struct row rows[] = {
		{{KEYS("6F6E650174776F")}, W(KEY, "one"), true},
		{{KEYS("6F6E650174776F")}, W(KEY, "two"), true},
		{{KEYS("6F6E650174776F")}, T(KEY, "onetwo"), false},
		{{KEYS("(null)")}, W(KEY, "(null)"), true},
		{{KEYS("0101")}, T(KEY, ""), false},
		{{"type=CONFIG_CHANGE " STAMP "auid=1 op=add_rule key=\"k\" list=4 res=1"},
		 W(KEY, "k"),
		 true},
		{{"type=USER " STAMP "pid=1 msg='key=\"k\"'"}, T(KEY, "k"), false},
	};

	(void)state;
	run_rows(rows, LEN(rows));
}

static void success_is_told_by_numbers_words_and_verdicts(void **state)
{
	static const struct row rows[] = {
		{{MESSAGE("res=failed")}, N(SUCCESS, 0), true},
		{{MESSAGE("res=success")}, N(SUCCESS, 1), true},
		{{MESSAGE("result=Success")}, N(SUCCESS, 1), true},
		{{MESSAGE("result=Authentication failure")}, N(SUCCESS, 0), true},
		{{MESSAGE("op=x")}, N(SUCCESS, 1), false},
		{{MESSAGE("op=x")}, N(SUCCESS, 0), false},
		{{"type=LOGIN " STAMP "pid=1 uid=0 auid=1 ses=1 res=0"}, N(SUCCESS, 0), true},
		{{"type=LOGIN " STAMP "login pid=1 uid=0 old auid=0 new auid=1"},
		 N(SUCCESS, 1),
		 true},
		{{"type=CONFIG_CHANGE " STAMP "op=add_rule list=4"}, N(SUCCESS, 1), true},
		{{"type=CONFIG_CHANGE " STAMP "op=add_rule list=4 res=0"}, N(SUCCESS, 0), true},
		{{"type=AVC " STAMP "avc:  denied  { read } for  pid=1 tclass=file"},
		 N(SUCCESS, 0),
		 true},
		{{"type=AVC " STAMP "avc:  granted  { read } for  pid=1 tclass=file"},
		 N(SUCCESS, 1),
		 true},
		{{"type=AVC " STAMP "apparmor=\"DENIED\" operation=\"open\" pid=1"},
		 N(SUCCESS, 0),
		 true},
		{{"type=AVC " STAMP "apparmor=\"ALLOWED\" operation=\"open\" pid=1"},
		 N(SUCCESS, 1),
		 true},
		{{"type=AVC " STAMP "avc:  granted  { read } for  pid=1", TASK},
		 N(SUCCESS, 0),
		 true},
		{{"type=USER_AVC " STAMP
		  "pid=1 uid=0 auid=1 ses=1 msg='avc:  denied  { send_msg } for "
		  "scontext=a tcontext=b tclass=dbus exe=\"/bin/x\"'"},
		 N(SUCCESS, 0),
		 true},
		{{"type=DAEMON_END " STAMP "auditd normal halt, sending auid=0 pid=1 res=failed"},
		 N(SUCCESS, 0),
		 true},
	};

	(void)state;
	run_rows(rows, LEN(rows));
}

static void other_records_answer_for_what_they_know(void **state)
{
	static const struct row rows[] = {
		{{"type=LOGIN " STAMP
		  "login pid=9 uid=0 old auid=4294967295 new auid=500 old ses=1 "
		  "new ses=2"},
		 N(AUID, 500),
		 true},
		{{"type=LOGIN " STAMP "pid=9 uid=0 old-auid=4294967295 auid=500 tty=(none) "
		  "old-ses=4294967295 ses=2 res=1"},
		 N(SESSION, 2),
		 true},
		{{"type=TTY " STAMP "tty pid=3 uid=1000 auid=1001 ses=1 comm=\"bash\" data=41"},
		 N(UID, 1000),
		 true},
		{{"type=ANOM_ABEND " STAMP
		  "auid=5 uid=6 gid=7 ses=8 pid=9 comm=\"x\" exe=\"/x\" sig=11"},
		 N(UID, 6),
		 true},
		{{"type=ANOM_ABEND " STAMP
		  "auid=5 uid=6 gid=7 ses=8 pid=9 comm=\"x\" exe=\"/x\" sig=11"},
		 N(UID, 5),
		 false},
		{{"type=NETFILTER_CFG " STAMP "table=nat family=2 entries=1", TASK},
		 N(PID, 300),
		 true},
		{{"type=NETFILTER_CFG " STAMP "table=nat family=2 entries=1", TASK},
		 N(UID, 1001),
		 true},
		{{TASK, "type=NETFILTER_CFG " STAMP "table=nat pid=1"}, N(PID, 300), true},
		{{"type=NETFILTER_CFG " STAMP "table=nat"}, W(EXE, "(null)"), true},
		{{"type=SECCOMP " STAMP
		  "auid=1 uid=2 gid=3 ses=4 pid=5 comm=\"x\" exe=\"/x\" sig=31 "
		  "arch=40000003 syscall=5 code=0"},
		 N(MACHINE, MACHINE_I386),
		 true},
		{{"type=URINGOP " STAMP
		  "uring_op=18 success=yes exit=3 items=0 ppid=1 pid=2 uid=3"},
		 N(PID, 2),
		 true},
		{{"type=ADD_GROUP " STAMP
		  "pid=1 uid=0 auid=0 ses=1 msg='op=add-group id=1005 res=success'"},
		 N(GID, 1005),
		 true},
		{{"type=VIRT_CONTROL " STAMP
		  "pid=1 msg='virt=kvm vm=\"vm1\" uuid=4dea:x res=success'"},
		 W(UUID, "4dea"),
		 true},
		{{"type=VIRT_CONTROL " STAMP
		  "pid=1 msg='virt=kvm vm=\"vm1\" uuid=4dea res=success'"},
		 W(VM, "vm1"),
		 true},
		{{"type=DAEMON_END " STAMP
		  "auditd normal halt, sending auid=? pid=? subj=? res=success"},
		 N(AUID, 0),
		 false},
		{{"type=DAEMON_CONFIG " STAMP "config changed, auid=500, pid=1512 res=success"},
		 N(AUID, 500),
		 true},
		{{"type=BPF " STAMP "prog-id=1 op=LOAD"}, N(PID, 1), false},
		{{"type=SYSCALL " STAMP "arch=c000003e sysc"}, N(SYSCALL, 0), false},
		{{MESSAGE(LOGIN_TEXT)}, N(SYSCALL, 0), false},
	};

	(void)state;
	run_rows(rows, LEN(rows));
}

static void text_that_somebody_chose_is_never_a_field(void **state)
{
#define POISON(comm)                                                                               \
	"type=SYSCALL " STAMP "arch=c000003e syscall=59 pid=300 uid=1 comm=" comm                  \
	" exe=\"/real\" key=\"real\""
	static const struct row rows[] = {
		{{POISON("\"exe=x\"")}, W(EXE, "/real"), true},
		{{POISON("\"key=x\"")}, W(KEY, "real"), true},
		{{POISON("\"key=x\"")}, W(KEY, "x"), false},
		{{MESSAGE("op=x uid=500 res=success")}, N(UID, 500), true},
		{{MESSAGE("op=x uid=500 res=success")}, N(UID, 0), true},
		{{MESSAGE("op=x pid=500 res=success")}, N(PID, 500), false},
		{{MESSAGE("op=x auid=500 ses=500")}, N(AUID, 500), false},
		{{MESSAGE("op=x auid=500 ses=500")}, N(SESSION, 500), false},
		{{MESSAGE("cmd=\"x res=success\" res=failed")}, N(SUCCESS, 0), true},
		{{MESSAGE("acct=\"a' hostname=evil\" hostname=real addr=? terminal=x")},
		 W(HOST, "real"),
		 true},
	};

	(void)state;
	run_rows(rows, LEN(rows));
}

static void an_enriched_name_beats_the_number(void **state)
{
	static const char *const theirs[] = {TASK "\x1d"
						  "ARCH=x86_64 AUID=\"bob\" UID=\"carol\"",
					     NULL};
	static const char *const plain[] = {TASK, NULL};
	struct query q;

	(void)state;
	query_init(&q);
	query_want_user(&q, QUERY_AUID, 1000, SV("alice"));
	assert_false(ask(&q, theirs)); /* 1000 is bob there */
	assert_true(ask(&q, plain));
	query_want_user(&q, QUERY_AUID, 77, SV("bob"));
	assert_true(ask(&q, theirs));
	query_want_user(&q, QUERY_AUID, 1000, SV_EMPTY);
	assert_true(ask(&q, theirs));
	query_want_user(&q, QUERY_EUID, 1003, SV("dave")); /* no name in the record */
	assert_true(ask(&q, theirs));
}

static void everything_asked_must_hold_but_alternatives_stand_for_one_another(void **state)
{
	static const char *const event[] = {TASK, WHERE, NULL};
	struct query q;

	(void)state;
	query_init(&q);
	query_want_number(&q, QUERY_PID, 300);
	query_want_text(&q, QUERY_KEY, SV("exec"));
	assert_true(ask(&q, event));
	query_want_text(&q, QUERY_COMM, SV("sshd"));
	assert_false(ask(&q, event));

	query_init(&q);
	q.any_user = true;
	query_want_number(&q, QUERY_UID, 1003);
	query_want_number(&q, QUERY_EUID, 1003);
	query_want_number(&q, QUERY_AUID, 1003);
	assert_true(ask(&q, event));
	q.any_user = false;
	assert_false(ask(&q, event));

	query_init(&q);
	q.any_group = true;
	query_want_number(&q, QUERY_GID, 1004);
	query_want_number(&q, QUERY_EGID, 1004);
	assert_true(ask(&q, event));

	query_init(&q);
	q.any_context = true;
	query_want_text(&q, QUERY_SUBJECT, SV("httpd"));
	query_want_text(&q, QUERY_OBJECT, SV("httpd"));
	assert_true(ask(&q, event));
	q.any_context = false;
	assert_false(ask(&q, event));
}

static void headers_decide_about_time_serial_type_and_node(void **state)
{
	static const char *const event[] = {"node=web1 " TASK, "node=web1 " WHERE, NULL};
	static const char *const lone[] = {TASK, NULL};
	struct query q;

	(void)state;
	query_init(&q);
	assert_true(ask(&q, event));
	q.start = q.end = 1700000000;
	assert_true(ask(&q, event));
	q.start++;
	assert_false(ask(&q, event));

	query_init(&q);
	q.has_serial = true;
	q.serial = 42;
	assert_true(ask(&q, event));
	q.serial = 43;
	assert_false(ask(&q, event));

	query_init(&q);
	assert_true(query_add_type(&q, AUDIT_CWD));
	assert_true(ask(&q, event));
	assert_false(ask(&q, lone));
	assert_true(query_add_type(&q, AUDIT_SYSCALL));
	assert_true(ask(&q, lone));
	assert_false(query_add_type(&q, QUERY_TYPE_MAX));

	query_init(&q);
	assert_true(query_add_node(&q, SV("web2")));
	assert_false(ask(&q, event));
	assert_true(query_add_node(&q, SV("web1")));
	assert_true(ask(&q, event));
	assert_false(ask(&q, lone));
	for (size_t i = q.node_count; i < QUERY_NODES_MAX; i++)
		assert_true(query_add_node(&q, SV("x")));
	assert_false(query_add_node(&q, SV("x")));
}

/* ---- a whole scan, over a pipe ---- */

struct tally {
	unsigned found, malformed;
	enum scan_next then;
};

static enum scan_next count_event(void *arg, const struct event *event)
{
	struct tally *t = arg;

	(void)event;
	t->found++;
	return t->then;
}

static void count_line(void *arg, struct sv line)
{
	struct tally *t = arg;

	(void)line;
	t->malformed++;
}

static void scan_text(const struct query *q, struct sv text, struct tally *t)
{
	CLEANUP(cursor_release) struct cursor cursor;
	struct join_options options = {.order = JOIN_ORDERED, .timeout_s = 2};
	struct scan s = {.query = q,
			 .cursor = &cursor,
			 .join = join_new(&options, NULL),
			 .found = count_event,
			 .malformed = count_line,
			 .arg = t};
	int ends[2];

	assert_non_null(s.join);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text.p, text.n), (ssize_t)text.n);
	assert_int_equal(close(ends[1]), 0);
	cursor_init(&cursor);
	assert_int_equal(cursor_open_fd(&cursor, ends[0], "pipe", NULL), 0);
	assert_int_equal(scan_run(&s, NULL), 0);
	assert_int_equal(s.matches, t->found);
	assert_int_equal(s.malformed_lines, t->malformed);
	join_free(s.join);
}

static void a_scan_finds_events_among_garbage_and_stops_when_told(void **state)
{
	const struct sv log = SV("garbage\n" TASK "\n" WHERE "\ntype=SYSCALL msg=audit(17000\n"
				 "type=USER msg=audit(1700000100.000:43): pid=1 msg='x'\n"
				 "type=USER msg=audit(1700000200.000:44): pid=2 msg='x'\n"
				 "type=USER msg=audit(1700000300.000:45): pi");
	struct query q;
	struct tally all = {.then = SCAN_ON}, one = {.then = SCAN_STOP}, window = {.then = SCAN_ON};

	(void)state;
	query_init(&q);
	scan_text(&q, log, &all);
	assert_int_equal(all.found, 4);
	assert_int_equal(all.malformed, 2);
	q.start = 1700000100;
	q.end = 1700000200;
	scan_text(&q, log, &window);
	assert_int_equal(window.found, 2);
	query_init(&q);
	one.malformed = 0;
	scan_text(&q, SV(TASK "\ntype=USER msg=audit(1700000300.000:45): pid=1\n"), &one);
	assert_int_equal(one.found, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_system_call_answers_for_its_task),
		cmocka_unit_test(a_path_is_found_by_name_and_by_working_directory),
		cmocka_unit_test(hosts_are_names_addresses_and_sockets),
		cmocka_unit_test(keys_of_one_rule_are_found_one_by_one),
		cmocka_unit_test(success_is_told_by_numbers_words_and_verdicts),
		cmocka_unit_test(other_records_answer_for_what_they_know),
		cmocka_unit_test(text_that_somebody_chose_is_never_a_field),
		cmocka_unit_test(an_enriched_name_beats_the_number),
		cmocka_unit_test(everything_asked_must_hold_but_alternatives_stand_for_one_another),
		cmocka_unit_test(headers_decide_about_time_serial_type_and_node),
		cmocka_unit_test(a_scan_finds_events_among_garbage_and_stops_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
