/* What is gathered from records, and that it is what a search would find. */
#include "base/test.h"

#include "query/facts.h"
#include "table/table.h"

#define RECORDS_MAX 8
#define ALL         (FACT_ACCESS | (FACT(QUERY_ITEMS) - 1))

#define STAMP "msg=audit(1700000000.123:42): "
#define CALL                                                                                       \
	"type=SYSCALL " STAMP                                                                      \
	"arch=c000003e syscall=59 success=no exit=-13 a0=1 items=2 ppid=299 "                      \
	"pid=300 auid=1000 uid=1001 gid=1002 euid=1003 egid=1004 tty=pts0 ses=7 comm=626173680A "  \
	"exe=\"/usr/bin/bash\" subj=u:r:t key=6101620A"
#define WHERE "type=CWD " STAMP "cwd=\"/home/alice\""
#define ENRICHED                                                                                   \
	"\x1d"                                                                                     \
	"AUID=\"alice\" UID=\"bob\" exe=\"/forged\""

static struct record records[RECORDS_MAX];

static struct event event_of(const char *const *lines)
{
	struct event event = {.records = records};

	while (event.count < RECORDS_MAX && lines[event.count]) {
		assert_int_equal(record_parse(sv_cstr(lines[event.count]), &records[event.count]),
				 RECORD_OK);
		event.count++;
	}
	event.stamp = records[0].stamp;
	event.node = records[0].node;
	event.type = records[0].type;
	return event;
}

static void gather(struct facts *f, uint32_t wanted, const char *const *lines)
{
	struct event event = event_of(lines);

	facts_init(f, wanted);
	facts_gather(f, &event);
	assert_false(f->failed);
}

#define LINES(...)              ((const char *const[]){__VA_ARGS__, NULL})
#define assert_text(view, want) assert_true(sv_eq(view, SV(want)))

static void a_system_call_is_read_in_one_walk(void **state)
{
	struct facts f;

	(void)state;
	gather(&f, ALL, LINES(CALL ENRICHED));
	assert_int_equal(f.number[QUERY_PID], 300);
	assert_int_equal(f.number[QUERY_PPID], 299);
	assert_int_equal(f.number[QUERY_AUID], 1000);
	assert_int_equal(f.number[QUERY_UID], 1001);
	assert_int_equal(f.number[QUERY_SYSCALL], 59);
	assert_int_equal(f.number[QUERY_MACHINE], MACHINE_X86_64);
	assert_true(facts_has(&f, QUERY_SUCCESS));
	assert_int_equal(f.number[QUERY_SUCCESS], 0);
	assert_text(f.text[QUERY_TERMINAL], "pts0");
	assert_text(f.text[QUERY_COMM], "bash\n");
	assert_text(f.text[QUERY_EXE], "/usr/bin/bash");
	assert_int_equal(f.key_count, 2);
	assert_text(f.keys[0], "a");
	assert_text(f.keys[1], "b\n");
	assert_false(facts_has(&f, QUERY_HOST));
	facts_release(&f);
}

static void only_what_is_wanted_is_known(void **state)
{
	struct facts f;

	(void)state;
	gather(&f, FACT(QUERY_EXE), LINES(CALL));
	assert_int_equal(f.known, FACT(QUERY_EXE));
	assert_int_equal(f.key_count, 0);
	facts_release(&f);
}

static void the_next_event_starts_from_nothing(void **state)
{
	struct event event;
	struct facts f;

	(void)state;
	gather(&f, ALL, LINES(CALL));
	event = event_of(LINES("type=PROCTITLE " STAMP "proctitle=\"x\""));
	facts_gather(&f, &event);
	assert_int_equal(f.known, 0);
	assert_int_equal(f.key_count, 0);
	facts_release(&f);
}

static void files_come_in_order_and_relative_ones_with_their_folder(void **state)
{
	struct facts f;

	(void)state;
	gather(&f, FACT(QUERY_FILE),
	       LINES(CALL, WHERE, "type=PATH " STAMP "item=0 name=\"/tmp\" inode=1 nametype=PARENT",
		     "type=PATH " STAMP "item=1 name=\"./x\" inode=1 nametype=CREATE",
		     "type=PATH " STAMP "item=2 name=2F746D702F612062 nametype=PARENT cap_fp=0",
		     "type=SOCKADDR " STAMP "saddr=01002F72756E2F736F636B0041"));
	assert_int_equal(f.file_count, 4);
	assert_text(f.files[0].name, "/tmp");
	assert_true(f.files[0].is_parent);
	assert_text(f.files[1].name, "/home/alice/./x");
	assert_false(f.files[1].is_parent);
	assert_text(f.files[2].name, "/tmp/a b");
	assert_false(f.files[2].is_parent);
	assert_text(f.files[3].name, "/run/sock");
	facts_release(&f);
}

static void hosts_of_sockets_outlive_the_record(void **state)
{
	struct facts f;

	(void)state;
	gather(&f, ALL,
	       LINES(CALL, "type=SOCKADDR " STAMP "saddr=02000050C00002070000000000000000"));
	assert_text(f.text[QUERY_HOST], "192.0.2.7");
	facts_release(&f);
}

static void a_users_text_is_no_record_of_its_own(void **state)
{
	struct facts f;

	(void)state;
	gather(&f, ALL,
	       LINES("type=USER_AUTH " STAMP
		     "pid=10 uid=0 auid=1000 ses=7 msg='op=PAM acct=\"bob\" "
		     "exe=\"/bin/su\" hostname=? addr=192.0.2.7 terminal=pts/0 res=failed'"));
	assert_text(f.text[QUERY_ACCOUNT], "bob");
	assert_text(f.text[QUERY_HOST], "192.0.2.7");
	assert_text(f.text[QUERY_TERMINAL], "pts/0");
	assert_int_equal(f.number[QUERY_SUCCESS], 0);
	assert_int_equal(f.number[QUERY_UID], 0);
	facts_release(&f);
}

static void what_a_record_leaves_out_is_said_where_it_has_a_meaning(void **state)
{
	struct facts f;

	(void)state;
	gather(&f, ALL,
	       LINES("type=LOGIN " STAMP "pid=1 uid=0 old auid=1 new auid=1000 old ses=2 "
		     "new ses=3"));
	assert_int_equal(f.number[QUERY_AUID], 1000);
	assert_int_equal(f.number[QUERY_SESSION], 3);
	assert_int_equal(f.number[QUERY_SUCCESS], 1);
	facts_release(&f);
	gather(&f, ALL, LINES("type=NETFILTER_CFG " STAMP "table=nat family=2", CALL));
	assert_text(f.text[QUERY_EXE], "/usr/bin/bash");
	facts_release(&f);
}

static void access_decisions_say_who_what_and_how(void **state)
{
	struct facts f;

	(void)state;
	gather(&f, ALL,
	       LINES("type=AVC " STAMP "avc:  denied  { write open } for  pid=1 comm=\"a\" "
		     "scontext=u:r:s tcontext=u:r:o tclass=file permissive=0",
		     "type=USER_AVC " STAMP
		     "pid=1 uid=81 subj=u:r:dbus msg='avc:  granted  { send } "
		     "for scontext=u:r:x tcontext=u:r:y tclass=dbus exe=\"/bin/d\"'",
		     "type=USER_AVC " STAMP "pid=1 subj=u:r:dbus msg='avc:  received setenforce'",
		     "type=AVC " STAMP "apparmor=\"DENIED\" operation=\"open\" profile=\"p\" "
		     "name=\"/etc/x\" pid=1 comm=\"a\" requested_mask=\"r\""));
	assert_int_equal(f.access_count, 3);
	assert_int_equal(f.accesses[0].verdict, VERDICT_DENIED);
	assert_text(f.accesses[0].permissions, "write open");
	assert_text(f.accesses[0].subject, "u:r:s");
	assert_text(f.accesses[0].object, "u:r:o");
	assert_text(f.accesses[0].class, "file");
	assert_int_equal(f.accesses[1].verdict, VERDICT_GRANTED);
	assert_text(f.accesses[1].subject, "u:r:dbus");
	assert_text(f.accesses[1].object, "u:r:y");
	assert_int_equal(f.accesses[2].verdict, VERDICT_DENIED);
	assert_text(f.accesses[2].object, "/etc/x");
	assert_int_equal(f.number[QUERY_SUCCESS], 0);
	facts_release(&f);
}

static void without_a_verdict_the_last_record_speaks(void **state)
{
	struct facts f;

	(void)state;
	gather(&f, ALL,
	       LINES("type=USER_AVC " STAMP "pid=1 subj=u:r:one msg='avc:  received setenforce'",
		     "type=USER_AVC " STAMP "pid=1 subj=u:r:two msg='avc:  received policyload'"));
	assert_int_equal(f.access_count, 1);
	assert_int_equal(f.accesses[0].verdict, VERDICT_NONE);
	assert_text(f.accesses[0].subject, "u:r:two");
	facts_release(&f);
	gather(&f, ALL,
	       LINES("type=USER_AVC " STAMP "pid=1 subj=u:r:one msg='avc:  received setenforce'",
		     "type=USER_AVC " STAMP "pid=1 subj=u:r:two msg='avc:  denied  { send }'",
		     "type=USER_AVC " STAMP "pid=1 subj=u:r:six msg='avc:  received policyload'"));
	assert_int_equal(f.access_count, 1);
	assert_int_equal(f.accesses[0].verdict, VERDICT_DENIED);
	assert_text(f.accesses[0].subject, "u:r:two");
	facts_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_system_call_is_read_in_one_walk),
		cmocka_unit_test(only_what_is_wanted_is_known),
		cmocka_unit_test(the_next_event_starts_from_nothing),
		cmocka_unit_test(files_come_in_order_and_relative_ones_with_their_folder),
		cmocka_unit_test(hosts_of_sockets_outlive_the_record),
		cmocka_unit_test(a_users_text_is_no_record_of_its_own),
		cmocka_unit_test(what_a_record_leaves_out_is_said_where_it_has_a_meaning),
		cmocka_unit_test(access_decisions_say_who_what_and_how),
		cmocka_unit_test(without_a_verdict_the_last_record_speaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
