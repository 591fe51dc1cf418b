/* Processes out of logs: a row is a log and the processes that it tells of. */
#include "base/test.h"

#include "base/buf.h"
#include "query/tree.h"

#include <stdio.h>

#define AT(type, sec, serial) "type=" type " msg=audit(" #sec ".000:" #serial "): "
#define CALL(sec, serial, nr, rest, ppid, pid, ses, exe)                                           \
	AT("SYSCALL", sec, serial)                                                                 \
	"arch=c000003e syscall=" #nr " " rest " items=0 ppid=" #ppid " pid=" #pid                  \
	" auid=1000 uid=1000 euid=1000 tty=pts0 ses=" #ses " comm=\"c\" exe=\"" exe                \
	"\" key=(null)\n"
#define OPEN(sec, serial, ppid, pid, ses, exe)                                                     \
	CALL(sec, serial, 2, "success=yes exit=3 a0=1", ppid, pid, ses, exe)
#define RUN(sec, serial, ppid, pid, ses, exe)                                                      \
	CALL(sec, serial, 59, "success=yes exit=0 a0=1", ppid, pid, ses, exe)                      \
	AT("EXECVE", sec, serial) "argc=2 a0=\"" exe "\" a1=\"x y\"\n"
#define FAIL(sec, serial, ppid, pid, path)                                                         \
	CALL(sec, serial, 59, "success=no exit=-2 a0=1", ppid, pid, 1, "sh")                       \
	AT("PATH", sec, serial) "item=0 name=\"" path "\" nametype=UNKNOWN\n"
#define FORK(sec, serial, ppid, pid, child)                                                        \
	CALL(sec, serial, 57, "success=yes exit=" #child " a0=0", ppid, pid, 1, "sh")
#define CLONE(sec, serial, nr, flags, ppid, pid, child)                                            \
	CALL(sec, serial, nr, "success=yes exit=" #child " a0=" flags, ppid, pid, 1, "sh")
#define EXIT(sec, serial, ppid, pid, status)                                                       \
	CALL(sec, serial, 231, "a0=" #status, ppid, pid, 1, "sh")
#define THREAD_EXIT(sec, serial, ppid, pid) CALL(sec, serial, 60, "a0=0", ppid, pid, 1, "sh")
#define LOGIN(sec, serial, pid, ses)                                                               \
	AT("LOGIN", sec, serial)                                                                   \
	"pid=" #pid " uid=0 old-auid=4294967295 auid=1000 tty=(none) old-ses=4294967295 ses=" #ses \
	" res=1\x1d"                                                                               \
	"UID=\"root\" OLD-AUID=\"unset\" AUID=\"alice\"\n"
#define SESSION(type, sec, serial, pid, ses, words)                                                \
	AT(type, sec, serial)                                                                      \
	"pid=" #pid " uid=0 auid=1000 ses=" #ses " msg='op=x " words " res=success'\n"
#define BOOT(sec, serial) AT("SYSTEM_BOOT", sec, serial) "pid=9 uid=0 msg='res=success'\n"

static struct tree *read_tree(const char *text)
{
	static const struct join_options options = {.order = JOIN_ORDERED, .timeout_s = 2};
	struct join *j = join_new(&options, NULL);
	struct tree *t = tree_new(1000, NULL);
	struct sv rest = sv_cstr(text), line;
	const struct event *event;
	struct record r;

	assert_non_null(j);
	assert_non_null(t);
	while (sv_line(&rest, &line)) {
		assert_int_equal(record_parse(line, &r), RECORD_OK);
		assert_int_equal(join_put(j, &r), 0);
		while ((event = join_next(j)))
			assert_int_equal(tree_put(t, event), TREE_TAKEN);
	}
	join_finish(j);
	while ((event = join_next(j)))
		assert_int_equal(tree_put(t, event), TREE_TAKEN);
	join_free(j);
	assert_int_equal(tree_build(t, NULL), 0);
	return t;
}

static void put_execs(const struct tree_process *p, struct buf *out)
{
	for (const struct tree_exec *x = p->execs; x; x = x->next)
		buf_printf(out, " %s%.*s", x->has_failed ? "!" : "", SV_FMT(x->path));
}

/* "200<100 from-to + program !failed =end": + born, ? only known from others. */
static void put_process(const struct tree_process *p, struct buf *out)
{
	buf_printf(out, "%u<%d %d-%d%s%s", p->pid, p->parent ? (int)p->parent->pid : 0,
		   (int)p->first.sec, (int)p->last.sec, p->is_born ? " +" : "",
		   p->is_seen ? "" : " ?");
	put_execs(p, out);
	if (p->end != TREE_NO_END)
		buf_printf(out, " %s%d", p->end == TREE_KILLED ? "#" : "=", p->code);
	buf_puts(out, "; ");
}

static void put_all(const struct tree *t, struct buf *out)
{
	for (uint32_t pid = 0; pid < 1000; pid++) {
		const struct tree_process *all[16];
		size_t n = 0;

		for (const struct tree_process *p = tree_find(t, pid, NULL); p; p = p->older)
			all[n++] = p;
		while (n)
			put_process(all[--n], out);
	}
}

static void check(const char *log, const char *expected)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
	struct tree *t = read_tree(log);

	put_all(t, &out);
	assert_string_equal(buf_cstr(&out), expected);
	tree_free(t);
}

static void test_parents(void **state)
{
	(void)state;
	/* Any record's ppid tells of a parent. */
	check(OPEN(10, 1, 100, 200, 1, "a"), "100<0 10-10 ?; 200<100 10-10; ");
	/* A parent that shows up later is the same. */
	check(RUN(10, 1, 100, 200, 1, "a") RUN(20, 2, 50, 100, 1, "sh"),
	      "50<0 20-20 ?; 100<50 10-20 sh; 200<100 10-10 a; ");
	/* A fork says when, and comes before what its child did in the same millisecond. */
	check(RUN(10, 1, 100, 200, 1, "a") FORK(10, 2, 50, 100, 200) EXIT(11, 3, 100, 200, 7),
	      "50<0 10-10 ?; 100<50 10-11; 200<100 10-11 + a =7; ");
	/* A child that does nothing is known from its fork. */
	check(FORK(10, 1, 50, 100, 200), "50<0 10-10 ?; 100<50 10-10; 200<100 10-10 + ?; ");
	/* Also through a parent that never did anything itself. */
	check(FORK(10, 1, 50, 100, 200) RUN(12, 2, 200, 300, 1, "a"),
	      "50<0 10-10 ?; 100<50 10-10; 200<100 10-12 + ?; 300<200 12-12 a; ");
}

static void test_threads(void **state)
{
	(void)state;
	/* clone with CLONE_THREAD makes no process; clone3 does not say: what is never seen again
	 * may be one. */
	check(CLONE(10, 1, 56, "3d0f00", 50, 100, 200), "50<0 10-10 ?; 100<50 10-10; ");
	check(CLONE(10, 1, 56, "1200011", 50, 100, 200),
	      "50<0 10-10 ?; 100<50 10-10; 200<100 10-10 + ?; ");
	check(CLONE(10, 1, 435, "7f", 50, 100, 200), "50<0 10-10 ?; 100<50 10-10; ");
	check(CLONE(10, 1, 435, "7f", 50, 100, 200) RUN(11, 2, 100, 200, 1, "a"),
	      "50<0 10-10 ?; 100<50 10-11; 200<100 10-11 + a; ");
	/* exit ends a thread, and the process only if nothing follows. */
	check(OPEN(10, 1, 1, 100, 1, "a") THREAD_EXIT(11, 2, 1, 100) OPEN(12, 3, 1, 100, 1, "sh"),
	      "1<0 10-12 ?; 100<1 10-12; ");
	check(OPEN(10, 1, 1, 100, 1, "sh") THREAD_EXIT(11, 2, 1, 100),
	      "1<0 10-11 ?; 100<1 10-11 =0; ");
}

static void test_pids_come_again(void **state)
{
	(void)state;
	/* One process may run one program after another. */
	check(RUN(10, 1, 1, 200, 1, "a") RUN(20, 2, 1, 200, 1, "b"),
	      "1<0 10-20 ?; 200<1 10-20 a b; ");
	/* After its end it is another one, */
	check(RUN(10, 1, 1, 200, 1, "a") EXIT(11, 2, 1, 200, 0) RUN(20, 3, 1, 200, 1, "b"),
	      "1<0 10-20 ?; 200<1 10-11 a =0; 200<1 20-20 b; ");
	/* after a fork, */
	check(RUN(10, 1, 1, 200, 1, "a") FORK(15, 2, 1, 100, 200) RUN(20, 3, 100, 200, 1, "b"),
	      "1<0 10-15 ?; 100<1 15-20; 200<1 10-10 a; 200<100 15-20 + b; ");
	/* with another parent that is not its ancestor, */
	check(RUN(10, 1, 100, 200, 1, "a") RUN(20, 2, 101, 200, 1, "b"),
	      "100<0 10-10 ?; 101<0 20-20 ?; 200<100 10-10 a; 200<101 20-20 b; ");
	/* in another session, */
	check(RUN(10, 1, 100, 200, 1, "a") RUN(20, 2, 100, 200, 2, "b"),
	      "100<0 10-20 ?; 200<100 10-10 a; 200<100 20-20 b; ");
	/* when it runs a program after an hour of silence, */
	check(RUN(10, 1, 100, 200, 1, "a") RUN(4000, 2, 100, 200, 1, "b"),
	      "100<0 10-4000 ?; 200<100 10-10 a; 200<100 4000-4000 b; ");
	/* and after a boot. */
	check(OPEN(10, 1, 100, 200, 1, "a") BOOT(15, 2) OPEN(20, 1, 100, 200, 1, "a"),
	      "100<0 10-10 ?; 100<0 20-20 ?; 200<100 10-10; 200<100 20-20; ");
	/* The same program in the same session is the same however long it was silent; */
	check(RUN(10, 1, 100, 200, 1, "a") OPEN(90000, 2, 100, 200, 1, "a"),
	      "100<0 10-90000 ?; 200<100 10-90000 a; ");
	/* and so is one whose parent has ended. */
	check(RUN(10, 1, 100, 200, 1, "a") RUN(20, 2, 1, 200, 1, "b"),
	      "100<0 10-10 ?; 200<100 10-20 a b; ");
	check(RUN(9, 9, 50, 100, 1, "s") RUN(10, 1, 100, 200, 1, "a") RUN(20, 2, 50, 200, 1, "b"),
	      "50<0 9-9 ?; 100<50 9-10 s; 200<100 10-20 a b; ");
}

static void test_ends(void **state)
{
	(void)state;
	/* Calls of other threads that had begun are told after the end; later the pid is another's. */
	check(OPEN(10, 1, 1, 100, 1, "sh") EXIT(11, 2, 1, 100, 3) OPEN(13, 3, 1, 100, 1, "sh"),
	      "1<0 10-13 ?; 100<1 10-13 =3; ");
	check(OPEN(10, 1, 1, 100, 1, "sh") EXIT(11, 2, 1, 100, 3) OPEN(14, 3, 1, 100, 1, "sh"),
	      "1<0 10-14 ?; 100<1 10-11 =3; 100<1 14-14; ");
	/* A program that is run is none of them. */
	check(OPEN(10, 1, 1, 100, 1, "sh") EXIT(11, 2, 1, 100, 3) RUN(11, 3, 1, 100, 1, "sh"),
	      "1<0 10-11 ?; 100<1 10-11 =3; 100<1 11-11 sh; ");
}

static void test_containers(void **state)
{
	(void)state;
	/* A fork returns the pid in its own namespace, which is somebody else's outside. */
	check(OPEN(5, 1, 2, 7, 1, "a") FORK(10, 2, 50, 100, 7) OPEN(12, 3, 2, 7, 1, "a"),
	      "2<0 5-12 ?; 7<2 5-12; 50<0 10-10 ?; 100<50 10-10; ");
	check(FORK(10, 2, 50, 100, 7) OPEN(12, 3, 2, 7, 2, "a"),
	      "2<0 12-12 ?; 7<100 10-10 + ?; 7<2 12-12; 50<0 10-10 ?; 100<50 10-10; ");
}

static void test_failed_runs(void **state)
{
	struct tree *t =
		read_tree(FAIL(10, 1, 1, 200, "/usr/local/bin/a") RUN(11, 2, 1, 200, 1, "/bin/a"));
	const struct tree_process *p = tree_find(t, 200, NULL);

	(void)state;
	assert_non_null(p);
	assert_non_null(p->execs);
	assert_true(p->execs->has_failed);
	assert_int_equal(p->execs->error, 2);
	assert_int_equal(p->execs->words.n, 0);
	assert_true(sv_eq(p->execs->path, SV("/usr/local/bin/a")));
	assert_non_null(p->execs->next);
	assert_false(p->execs->next->has_failed);
	assert_memory_equal(p->execs->next->words.p, "/bin/a\0x y", sizeof("/bin/a\0x y"));
	assert_int_equal(p->execs->next->words.n, sizeof("/bin/a\0x y"));
	tree_free(t);
}

static void test_which_one(void **state)
{
	static const struct stamp early = {1, 0, 0}, then = {15, 0, 0}, later = {99, 0, 0};
	struct tree *t = read_tree(RUN(10, 1, 1, 200, 1, "a") EXIT(11, 2, 1, 200, 0)
					   RUN(20, 3, 1, 200, 1, "b"));

	(void)state;
	assert_int_equal(tree_find(t, 200, &early)->first.sec, 10);
	assert_int_equal(tree_find(t, 200, &then)->first.sec, 10);
	assert_int_equal(tree_find(t, 200, &later)->first.sec, 20);
	assert_int_equal(tree_find(t, 200, NULL)->first.sec, 20);
	assert_null(tree_find(t, 201, NULL));
	tree_free(t);
}

static void test_logins(void **state)
{
	struct tree *t = read_tree(LOGIN(10, 1, 100, 5) SESSION(
		"USER_START", 11, 2, 100, 5,
		"acct=\"alice\" exe=\"/usr/sbin/sshd\" hostname=h addr=192.0.2.1 terminal=ssh")
					   SESSION("USER_LOGIN", 12, 3, 100, 5,
						   "id=1000 exe=\"/usr/sbin/sshd\" hostname=? "
						   "addr=192.0.2.9 terminal=/dev/pts/3")
						   SESSION("USER_START", 13, 4, 110, 5,
							   "acct=\"root\" exe=\"/usr/bin/sudo\" "
							   "hostname=? addr=? terminal=/dev/pts/7")
							   RUN(20, 5, 105, 200, 5,
							       "a") RUN(20, 6, 105, 201, 6, "a")
								   BOOT(30, 1) LOGIN(40, 2, 100, 5)
									   RUN(50, 3, 105, 200, 5,
									       "b"));
	static const struct stamp first = {21, 0, 0};
	const struct tree_login *l = tree_login_of(t, tree_find(t, 200, &first));

	(void)state;
	assert_non_null(l);
	assert_int_equal(l->pid, 100);
	assert_int_equal(l->stamp.sec, 10);
	assert_int_equal(l->auid, 1000);
	assert_true(sv_eq(l->user, SV("alice")));
	assert_true(sv_eq(l->terminal, SV("/dev/pts/3")));
	assert_true(sv_eq(l->address, SV("192.0.2.9")));
	assert_true(sv_eq(l->program, SV("/usr/sbin/sshd")));
	assert_int_equal(tree_login_of(t, tree_find(t, 200, NULL))->stamp.sec, 40);
	assert_null(tree_login_of(t, tree_find(t, 201, NULL)));
	tree_free(t);
}

/* A login that was refused is none; the thread of another machine's clone has its flags elsewhere. */
static void test_what_is_no_login_and_no_child(void **state)
{
	struct tree *t = read_tree(
		AT("LOGIN", 10, 1) "pid=100 uid=0 old-auid=4294967295 auid=1000 "
				   "old-ses=4294967295 ses=5 res=0\n" RUN(20, 2, 100, 200, 5, "a"));

	(void)state;
	assert_null(tree_login_of(t, tree_find(t, 200, NULL)));
	tree_free(t);
	/* s390x: clone is 120, and a0 the stack. */
	check(AT("SYSCALL", 10,
		 1) "arch=80000016 syscall=120 success=yes exit=200 a0=7f0000 a1=3d0f00 "
		    "items=0 ppid=50 pid=100 auid=1 uid=1 euid=1 ses=1 comm=\"c\"\n",
	      "50<0 10-10 ?; 100<50 10-10; ");
	check(AT("SYSCALL", 10,
		 1) "arch=80000016 syscall=120 success=yes exit=200 a0=3d0f00 a1=1200011 "
		    "items=0 ppid=50 pid=100 auid=1 uid=1 euid=1 ses=1 comm=\"c\"\n",
	      "50<0 10-10 ?; 100<50 10-10; 200<100 10-10 + ?; ");
}

/* What only forged logs say. */
static void test_rings(void **state)
{
	(void)state;
	check(OPEN(10, 1, 200, 200, 1, "a"), "200<0 10-10; ");
	check(OPEN(10, 1, 201, 200, 1, "a") OPEN(11, 2, 200, 201, 1, "a"),
	      "200<201 10-11; 201<200 10-11; ");
}

static void test_no_room(void **state)
{
	struct tree *t = tree_new(2, NULL);
	enum tree_put last = TREE_TAKEN;
	struct record r;

	(void)state;
	for (int i = 0; i < 4; i++) {
		char text[256];
		struct event event = {.records = &r, .count = 1};

		(void)snprintf(text, sizeof(text),
			       "type=SYSCALL msg=audit(%d.000:1): ppid=1 pid=%d", 10 + i, 10 + i);
		assert_int_equal(record_parse(sv_cstr(text), &r), RECORD_OK);
		event.stamp = r.stamp;
		last = tree_put(t, &event);
	}
	assert_int_equal(last, TREE_FULL);
	assert_int_equal(tree_build(t, NULL), 0);
	assert_int_equal(tree_count(t), 3);
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parents),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_pids_come_again),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_failed_runs),
		cmocka_unit_test(test_which_one),
		cmocka_unit_test(test_what_is_no_login_and_no_child),
		cmocka_unit_test(test_logins),
		cmocka_unit_test(test_rings),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests_name("query tree", tests, NULL, NULL);
}
