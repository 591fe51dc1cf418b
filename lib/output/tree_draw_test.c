/* Drawings of trees: what a person sees, what a program reads, and that neither can be led astray. */
#include "base/test.h"

#include "output/tree_draw.h"

#include <stdio.h>

#define CALL(time, serial, nr, rest, ppid, pid, uid, exe)                                          \
	"type=SYSCALL msg=audit(" time ":" #serial "): arch=c000003e syscall=" #nr " " rest        \
	" items=0 ppid=" #ppid " pid=" #pid " auid=1000 uid=" #uid " euid=" #uid                   \
	" tty=pts0 ses=3 comm=\"c\" exe=\"" exe "\"\n"
#define RUN(time, serial, ppid, pid, uid, exe, words)                                              \
	CALL(time, serial, 59, "success=yes exit=0 a0=1", ppid, pid, uid, exe)                     \
	"type=EXECVE msg=audit(" time ":" #serial "): argc=2 " words "\n"
#define FAIL(time, serial, ppid, pid, path)                                                        \
	CALL(time, serial, 59, "success=no exit=-2 a0=1", ppid, pid, 1000, "/usr/bin/bash")        \
	"type=PATH msg=audit(" time ":" #serial "): item=0 name=\"" path "\"\n"
#define EXIT(time, serial, ppid, pid, status)                                                      \
	CALL(time, serial, 231, "a0=" #status, ppid, pid, 1000, "/usr/bin/x")

static const char story[] =
	"type=LOGIN msg=audit(1000000000.000:1): pid=100 uid=0 old-auid=4294967295 auid=1000 "
	"old-ses=4294967295 ses=3 res=1\n"
	"type=USER_LOGIN msg=audit(1000000000.100:2): pid=100 uid=0 auid=1000 ses=3 msg='op=login "
	"exe=\"/usr/sbin/sshd\" addr=192.0.2.1 terminal=/dev/pts/0 res=success'\n" CALL(
		"1000000001.000", 3, 56, "success=yes exit=110 a0=1200011", 90, 100, 0,
		"/usr/sbin/sshd") RUN("1000000002.000", 4, 100, 110, 1000, "/usr/bin/bash",
				      "a0=\"-bash\"") FAIL("1000000003.000", 5, 110, 120,
							   "/usr/local/bin/ls")
		FAIL("1000000003.001", 6, 110, 120, "/usr/bin/ls") RUN(
			"1000000003.002", 7, 110, 120, 0, "/bin/ls",
			"a0=\"ls\" a1=\"a b\" a2=6127621B5B") EXIT("1000000004.000", 8, 110, 120, 2)
			RUN("1000000005.000", 9, 120, 130, 1000, "/bin/id", "a0=\"id\"")
				CALL("1000000006.000", 10, 2, "success=yes exit=3", 110, 121, 1000,
				     "/bin/c") RUN("1000000007.000", 11, 110, 120, 1000, "/bin/env",
						   "a0=\"env\"") RUN("1000000008.000", 12, 110, 120,
								     1000, "/bin/sh", "a0=\"sh\"");

static struct tree *read_tree(struct sv text)
{
	static const struct join_options options = {.order = JOIN_ORDERED, .timeout_s = 2};
	struct join *j = join_new(&options, NULL);
	struct tree *t = tree_new(10000, NULL);
	const struct event *event;
	struct record r;
	struct sv line;

	assert_non_null(j);
	assert_non_null(t);
	while (sv_line(&text, &line)) {
		assert_int_equal(record_parse(line, &r), RECORD_OK);
		assert_int_equal(join_put(j, &r), 0);
	}
	join_finish(j);
	while ((event = join_next(j)))
		assert_int_equal(tree_put(t, event), TREE_TAKEN);
	join_free(j);
	assert_int_equal(tree_build(t, NULL), 0);
	return t;
}

static bool user_name(void *arg, uint32_t uid, char *out, size_t cap)
{
	(void)arg;
	return uid == 1000 && snprintf(out, cap, "alice") > 0;
}

static const struct name_source source = {.user_name = user_name};

static void draw(struct tree_drawing d, uint32_t pid, const struct stamp *at, const char *text,
		 int (*with)(struct tree_drawing *, struct buf *), struct buf *out)
{
	struct tree *t = read_tree(sv_cstr(text));

	d.tree = t;
	d.target = tree_find(t, pid, at);
	d.names = names_new(&source, NULL);
	assert_non_null(d.target);
	assert_non_null(d.names);
	assert_int_equal(with(&d, out), 0);
	names_free(d.names);
	tree_free(t);
}

static void test_drawing(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);

	(void)state;
	draw((struct tree_drawing){.is_utf8 = true}, 110, NULL, story, tree_draw, &out);
	assert_string_equal(
		buf_cstr(&out),
		"alice logged in from 192.0.2.1 on /dev/pts/0 with /usr/sbin/sshd, "
		"2001-09-09 01:46:40 (session 3)\n"
		"01:46:40 100 root [/usr/sbin/sshd]\n"
		"01:46:41 └─ 110 alice -bash  ◀\n"
		"01:46:43    ├─ 120 root ls 'a b' 'a'\\''b\\x1b['  (exit 2, 01:46:44)\n"
		"01:46:43    │  │    could not run /usr/local/bin/ls (nor in 1 other folder): "
		"No such file or directory\n"
		"01:46:45    │  └─ 130 alice id\n"
		"01:46:46    ├─ 121 alice [/bin/c]\n"
		"01:46:47    └─ 120 alice env\n"
		"01:46:48            → sh\n");
}

static void test_event(void **state)
{
	static const struct stamp at = {1000000007, 500, 99};
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);

	(void)state;
	draw((struct tree_drawing){.has_event = true,
				   .event = at,
				   .sentence = SV("somebody did something"),
				   .from = 999999999,
				   .to = 1000000009},
	     120, &at, story, tree_draw, &out);
	assert_string_equal(
		buf_cstr(&out),
		"alice logged in from 192.0.2.1 on /dev/pts/0 with /usr/sbin/sshd, "
		"2001-09-09 01:46:40 (session 3)\n"
		"01:46:40 100 root [/usr/sbin/sshd]\n"
		"01:46:41 `- 110 alice -bash\n"
		"01:46:47    `- 120 alice env\n"
		"01:46:47            => event 99: somebody did something\n"
		"01:46:48            -> sh\n"
		"searched from 2001-09-09 01:46:39 to 2001-09-09 01:46:49 (--from, --to)\n");
}

static void test_json(void **state)
{
	static const struct stamp at = {1000000003, 500, 7};
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);

	(void)state;
	draw((struct tree_drawing){.has_event = true, .event = at, .levels = 1}, 120, &at, story,
	     tree_draw_json, &out);
	assert_string_equal(
		buf_cstr(&out),
		"{\"event\":{\"time\":\"2001-09-09T01:46:43.500Z\",\"serial\":7},"
		"\"login\":{\"time\":\"2001-09-09T01:46:40.000Z\",\"serial\":1,\"user\":\"alice\","
		"\"auid\":1000,\"session\":3,\"pid\":100,\"address\":\"192.0.2.1\","
		"\"terminal\":\"/dev/pts/0\",\"program\":\"/usr/sbin/sshd\"},"
		"\"processes\":["
		"{\"id\":0,\"pid\":100,\"ppid\":90,\"recorded\":true,"
		"\"first_seen\":\"2001-09-09T01:46:40.000Z\",\"last_seen\":\"2001-09-09T01:46:42."
		"000Z\","
		"\"user\":\"root\",\"euid\":0,\"auid\":1000,\"session\":3,\"terminal\":\"pts0\","
		"\"comm\":\"c\",\"exe\":\"/usr/sbin/sshd\"},"
		"{\"id\":1,\"parent\":0,\"pid\":110,\"ppid\":100,\"recorded\":true,"
		"\"forked\":\"2001-09-09T01:46:41.000Z\",\"last_seen\":\"2001-09-09T01:46:48."
		"000Z\","
		"\"user\":\"alice\",\"euid\":1000,\"auid\":1000,\"session\":3,\"terminal\":"
		"\"pts0\","
		"\"comm\":\"c\",\"exe\":\"/usr/bin/bash\",\"runs\":["
		"{\"time\":\"2001-09-09T01:46:42.000Z\",\"serial\":4,\"program\":\"/usr/bin/bash\","
		"\"argv\":[\"-bash\"]}]},"
		"{\"id\":2,\"parent\":1,\"pid\":120,\"ppid\":110,\"asked_for\":true,\"recorded\":"
		"true,"
		"\"first_seen\":\"2001-09-09T01:46:43.000Z\",\"last_seen\":\"2001-09-09T01:46:45."
		"000Z\","
		"\"user\":\"alice\",\"euid\":1000,\"auid\":1000,\"session\":3,\"terminal\":"
		"\"pts0\","
		"\"comm\":\"c\",\"exe\":\"/usr/bin/x\",\"runs\":["
		"{\"time\":\"2001-09-09T01:46:43.000Z\",\"serial\":5,\"program\":\"/usr/local/bin/"
		"ls\","
		"\"failed\":true,\"errno\":2},"
		"{\"time\":\"2001-09-09T01:46:43.001Z\",\"serial\":6,\"program\":\"/usr/bin/ls\","
		"\"failed\":true,\"errno\":2},"
		"{\"time\":\"2001-09-09T01:46:43.002Z\",\"serial\":7,\"program\":\"/bin/ls\","
		"\"argv\":[\"ls\",\"a b\",\"a'b\\u001b[\"]}],"
		"\"end\":{\"time\":\"2001-09-09T01:46:44.000Z\",\"status\":2}},"
		"{\"id\":3,\"parent\":2,\"pid\":130,\"ppid\":120,\"recorded\":true,"
		"\"first_seen\":\"2001-09-09T01:46:45.000Z\",\"last_seen\":\"2001-09-09T01:46:45."
		"000Z\","
		"\"user\":\"alice\",\"euid\":1000,\"auid\":1000,\"session\":3,\"terminal\":"
		"\"pts0\","
		"\"comm\":\"c\",\"exe\":\"/bin/id\",\"runs\":["
		"{\"time\":\"2001-09-09T01:46:45.000Z\",\"serial\":9,\"program\":\"/bin/id\","
		"\"argv\":[\"id\"]}]}],\"searched\":{}}\n");
}

/* A chain that is deeper than what is drawn, closed to a ring: what no kernel writes. */
static void test_deep(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(16 << 20), log = BUF_INIT(1 << 20);

	(void)state;
	for (int i = 0; i <= 1000; i++)
		buf_printf(&log,
			   "type=SYSCALL msg=audit(1000000000.000:%d): arch=c000003e syscall=2 "
			   "ppid=%d pid=%d ses=3 exe=\"/a\"\n",
			   i + 1, 10 + i, i == 1000 ? 10 : 11 + i);
	draw((struct tree_drawing){0}, 500, NULL, buf_cstr(&log), tree_draw, &out);
	assert_int_equal(sv_count(buf_view(&out), '\n'), 1 + TREE_LEVELS_MAX + TREE_LEVELS_MAX + 1);
	assert_non_null(
		strstr(buf_cstr(&out), "\n489 processes below these are left out: --depth\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drawing),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests_name("tree draw", tests, NULL, NULL);
}
