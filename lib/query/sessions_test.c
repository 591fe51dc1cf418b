/* The session tracker: a row is a log and the sessions it tells of. */
#include "base/test.h"

#include "query/sessions.h"

#include <stdio.h>
#include <stdlib.h>

#define AT(type, sec, serial) "type=" type " msg=audit(" #sec ".000:" #serial "): "
#define LOGIN(sec, serial, pid, uid, id)                                                           \
	AT("LOGIN", sec, serial)                                                                   \
	"pid=" #pid " uid=0 old-auid=4294967295 auid=" #uid " old-ses=4294967295 ses=" #id         \
	" res=1\n"
#define ENTER(sec, serial, pid, uid, id)                                                           \
	AT("USER_LOGIN", sec, serial)                                                              \
	"pid=" #pid " uid=0 auid=" #uid " ses=" #id " msg='op=login id=" #uid                      \
	" hostname=h terminal=/dev/pts/0 res=success'\n"
#define FAIL(sec, serial, who)                                                                     \
	AT("USER_LOGIN", sec, serial)                                                              \
	"pid=5 uid=0 auid=4294967295 ses=4294967295 msg='op=login " who                            \
	" hostname=? addr=192.0.2.7 terminal=ssh res=failed'\n"
#define LEAVE(sec, serial, pid, uid, id)                                                           \
	AT("USER_END", sec, serial)                                                                \
	"pid=" #pid " uid=0 auid=" #uid " ses=" #id " msg='op=PAM:session_close res=success'\n"
#define BOOT(sec, serial)   AT("SYSTEM_BOOT", sec, serial) "pid=1 uid=0 msg='res=success'\n"
#define DOWN(sec, serial)   AT("SYSTEM_SHUTDOWN", sec, serial) "pid=1 uid=0 msg='res=success'\n"
#define KERNEL(sec, serial) AT("DAEMON_START", sec, serial) "op=start ver=3 kernel=6.1 pid=2\n"

static bool user_name(void *arg, uint32_t uid, char *out, size_t cap)
{
	(void)arg;
	return snprintf(out, cap, "u%u", uid) > 0;
}

static const struct name_source source = {.user_name = user_name};

struct told {
	struct buf text;
	size_t notes, used;
};

/* "NAME TERMINAL HOST START-END STATE OPENED,LOGIN,ENDED;" */
static void report(void *arg, const struct session *s)
{
	static const char *const states[] = {"opened", "active", "ended", "crashed", "gone"};
	struct told *told = arg;

	buf_printf(&told->text, "%s %s %s %lld-%lld %s %llu,%llu,%llu;",
		   s->has_name ? s->name : "-", s->terminal, s->host[0] ? s->host : "-",
		   (long long)s->start, (long long)s->end, states[s->state],
		   (unsigned long long)s->opened_by, (unsigned long long)s->login_by,
		   (unsigned long long)s->ended_by);
}

static void note(void *arg, enum session_note why, uint64_t serial)
{
	(void)why;
	(void)serial;
	((struct told *)arg)->notes++;
}

static void used(void *arg, const struct record *record)
{
	(void)record;
	((struct told *)arg)->used++;
}

static void put_log(struct sessions *s, const char *text)
{
	struct sv rest = sv_cstr(text), line;
	struct record record;

	while (sv_line(&rest, &line)) {
		struct event event = {.records = &record, .count = 1};

		assert_int_equal(record_parse(line, &record), RECORD_OK);
		event.stamp = record.stamp;
		event.type = record.type;
		assert_int_equal(sessions_put(s, &event, NULL), 0);
	}
}

/* How the log is told with these options; returns how many events did not count. */
static size_t check(struct sessions_options options, const char *log, const char *expect)
{
	struct names *names = names_new(&source, NULL);
	struct told told = {.text = BUF_INIT(1 << 16)};
	struct interpreter interpreter;
	struct sessions *s;

	assert_non_null(names);
	interpreter_init(&interpreter, names, ESCAPE_TTY);
	options.interpreter = &interpreter;
	options.report = report;
	options.note = note;
	options.used = used;
	options.arg = &told;
	s = sessions_new(&options, NULL);
	assert_non_null(s);
	put_log(s, log);
	buf_puts(&told.text, "|");
	sessions_finish(s);
	assert_string_equal(buf_cstr(&told.text), expect);
	assert_true(told.used > 0);
	sessions_free(s);
	names_free(names);
	buf_release(&told.text);
	return told.notes;
}

#define ALL ((struct sessions_options){0})

static void a_session_lasts_from_login_to_its_process_s_end(void **state)
{
	(void)state;
	check(ALL, LOGIN(10, 1, 7, 5, 3) ENTER(11, 2, 7, 5, 3) LEAVE(90, 3, 7, 5, 3),
	      "u5 /dev/pts/0 h 10-90 ended 1,2,3;|");
	check(ALL, LOGIN(10, 1, 7, 5, 3) ENTER(11, 2, 7, 5, 3) LEAVE(90, 3, 8, 5, 3),
	      "|u5 /dev/pts/0 h 10-0 active 1,2,0;");
}

static void a_session_nobody_logged_in_to_is_not_told(void **state)
{
	(void)state;
	check(ALL, LOGIN(10, 1, 7, 5, 3) LEAVE(90, 3, 7, 5, 3) LOGIN(99, 4, 7, 5, 4), "|");
}

static void a_number_that_comes_again_ends_the_older_session(void **state)
{
	(void)state;
	check(ALL,
	      LOGIN(10, 1, 7, 5, 3) ENTER(11, 2, 7, 5, 3) LOGIN(50, 3, 8, 6, 3)
		      ENTER(51, 4, 8, 6, 3),
	      "u5 /dev/pts/0 h 10-50 gone 1,2,0;|u6 /dev/pts/0 h 50-0 active 3,4,0;");
}

static void a_boot_without_shutdown_is_a_crash_of_everything(void **state)
{
	(void)state;
	check(ALL,
	      KERNEL(9, 9) BOOT(10, 1) LOGIN(20, 2, 7, 5, 3) ENTER(21, 3, 7, 5, 3) BOOT(30, 4)
		      DOWN(40, 5),
	      "reboot system boot 6.1 10-30 crashed 1,0,4;u5 /dev/pts/0 h 20-30 crashed 2,3,4;"
	      "reboot system boot 6.1 30-40 ended 4,0,5;|");
}

static void failed_logins_are_told_instead_when_asked_for(void **state)
{
	(void)state;
	check((struct sessions_options){.bad = true},
	      LOGIN(10, 1, 7, 5, 3) ENTER(11, 2, 7, 5, 3) FAIL(12, 3, "acct=\"eve\"")
		      FAIL(13, 4, "id=8"),
	      "eve ssh 192.0.2.7 12-12 ended 0,3,0;- ssh 192.0.2.7 13-13 ended 0,4,0;|");
	assert_int_equal(check(ALL, FAIL(12, 3, "acct=\"eve\""), "|"), 1);
}

static void user_and_terminal_narrow_what_is_told(void **state)
{
	static const char log[] = LOGIN(10, 1, 7, 5, 3) ENTER(11, 2, 7, 5, 3) LOGIN(12, 3, 8, 6, 4)
		ENTER(13, 4, 8, 6, 4);

	(void)state;
	assert_int_equal(check((struct sessions_options){.user = "u6"}, log,
			       "|u6 /dev/pts/0 h 12-0 active 3,4,0;"),
			 2);
	assert_int_equal(check((struct sessions_options){.terminal = "tty"}, log, "|"), 2);
}

static void events_without_their_numbers_change_nothing(void **state)
{
	(void)state;
	assert_int_equal(
		check(ALL,
		      AT("LOGIN", 10, 1) "pid=7 uid=0 res=1\n" AT("USER_LOGIN", 11, 2) "uid=0\n" AT(
			      "USER_END", 12, 3) "auid=5 ses=3\n",
		      "|"),
		3);
}

static void too_many_open_sessions_push_out_the_oldest(void **state)
{
	struct names *names = names_new(&source, NULL);
	struct told told = {.text = BUF_INIT(1 << 16)};
	struct interpreter interpreter;
	struct sessions_options options = {.report = report, .arg = &told};
	struct sessions *s;
	char line[256];

	(void)state;
	assert_non_null(names);
	interpreter_init(&interpreter, names, ESCAPE_TTY);
	options.interpreter = &interpreter;
	s = sessions_new(&options, NULL);
	assert_non_null(s);
	put_log(s, BOOT(1, 1));
	for (size_t i = 0; i < SESSIONS_MAX + 9; i++) {
		(void)snprintf(line, sizeof(line),
			       "type=LOGIN msg=audit(10.000:2): pid=7 uid=0 old-auid=4294967295 "
			       "auid=5 old-ses=4294967295 ses=%zu res=1",
			       i + 1);
		put_log(s, line);
	}
	assert_int_equal(sessions_forgotten(s), 10);
	put_log(s, DOWN(99, 3));
	assert_string_equal(buf_cstr(&told.text), "reboot system boot - 1-99 ended 1,0,3;");
	sessions_free(s);
	names_free(names);
	buf_release(&told.text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_lasts_from_login_to_its_process_s_end),
		cmocka_unit_test(a_session_nobody_logged_in_to_is_not_told),
		cmocka_unit_test(a_number_that_comes_again_ends_the_older_session),
		cmocka_unit_test(a_boot_without_shutdown_is_a_crash_of_everything),
		cmocka_unit_test(failed_logins_are_told_instead_when_asked_for),
		cmocka_unit_test(user_and_terminal_narrow_what_is_told),
		cmocka_unit_test(events_without_their_numbers_change_nothing),
		cmocka_unit_test(too_many_open_sessions_push_out_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
