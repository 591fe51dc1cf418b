/* Events in, sentences out. Every row is one event; the time is always 22:13:20. */
#include "base/test.h"

#include "output/sentence.h"
#include "output/terminal.h"
#include "record/join.h"

#define HEAD(type) "type=" type " msg=audit(1700000000.123:77): "
/* A system call of x86_64: number, success, exit and arguments, then whose it is. */
#define CALL(nr, success, exit, args)                                                              \
	HEAD("SYSCALL")                                                                            \
	"arch=c000003e syscall=" nr " success=" success " exit=" exit " " args                     \
	" items=2 ppid=9 pid=10 "
#define ALICE      "auid=1000 uid=1000 gid=1000 euid=1000 tty=pts0 ses=3 comm=\"x\" "
#define ALICE_ROOT "auid=1000 uid=1000 gid=1000 euid=0 tty=pts0 ses=3 comm=\"x\" "
#define NOLOGIN    "auid=4294967295 uid=0 gid=0 euid=0 tty=(none) ses=4294967295 comm=\"x\" "
#define EXE(path)  "exe=\"" path "\" key=(null)\n"
#define CWD(path)  HEAD("CWD") "cwd=\"" path "\"\n"
#define PATH(name, type)                                                                           \
	HEAD("PATH") "item=0 name=\"" name "\" inode=5 dev=08:01 nametype=" type "\n"
#define USER(type, text)       HEAD(type) "pid=20 uid=0 auid=4294967295 ses=4294967295 msg='" text "'\n"
#define USER_ALICE(type, text) HEAD(type) "pid=20 uid=1000 auid=1000 ses=3 msg='" text "'\n"
#define CWD_FD                 "ffffff9c"
#define ARGS(a0, a1, a2, a3)   "a0=" a0 " a1=" a1 " a2=" a2 " a3=" a3

struct row {
	const char *event, *sentence;
};

static bool fake_user(void *arg, uint32_t uid, char *out, size_t cap)
{
	const char *name = uid == 1000 ? "alice" : uid == 1001 ? "bob" : NULL;

	(void)arg;
	if (!name)
		return false;
	assert_true(sv_to_cstr(sv_cstr(name), out, cap));
	return true;
}

static const struct name_source fake_names = {.user_name = fake_user, .group_name = fake_user};

/* Every event of the text, as sentences. */
static void tell(const char *text, const struct sentence_style *style, struct buf *out)
{
	static const struct join_options options = {.order = JOIN_ORDERED, .timeout_s = 2};
	struct err e;
	struct join *j = join_new(&options, &e);
	struct names *names = names_new(&fake_names, &e);
	struct interpreter interpreter;
	struct normaliser normaliser;
	struct sv rest = sv_cstr(text), line;
	const struct event *ev;
	struct record r;
	struct deed deed;

	assert_non_null(j);
	assert_non_null(names);
	interpreter_init(&interpreter, names, ESCAPE_TTY);
	normaliser_init(&normaliser, &interpreter);
	while (sv_line(&rest, &line))
		if (record_parse(line, &r) == RECORD_OK)
			assert_int_equal(join_put(j, &r), 0);
	join_finish(j);
	while ((ev = join_next(j))) {
		normalise(&normaliser, ev->records, ev->count, NORMALISE_PLAIN, &deed);
		sentence_put(style, &normaliser, &deed, out);
	}
	normaliser_release(&normaliser);
	names_free(names);
	join_free(j);
}

static void check_rows(const struct row *rows, size_t count)
{
	static const struct sentence_style style = {0};

	for (size_t i = 0; i < count; i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16), want = BUF_INIT(1 << 16);

		tell(rows[i].event, &style, &out);
		buf_printf(&want, "22:13:20 %s\n", rows[i].sentence);
		assert_string_equal(buf_cstr(&out), buf_cstr(&want));
	}
}

static void programs_that_run_are_shown_with_their_words(void **state)
{
	static const struct row rows[] = {
		{CALL("59", "yes", "0", ARGS("1", "2", "3", "8")) ALICE_ROOT EXE("/usr/bin/passwd")
			 HEAD("EXECVE") "argc=2 a0=\"passwd\" a1=\"bob\"\n" CWD("/home/alice")
				 PATH("/usr/bin/passwd", "NORMAL"),
		 "alice (as root) ran /usr/bin/passwd bob from pts/0"},
		{CALL("59", "yes", "0", ARGS("1", "2", "3", "8")) NOLOGIN EXE("/usr/bin/dash")
			 HEAD("EXECVE") "argc=3 a0=\"/bin/sh\" a1=\"-c\" a2=6C73202D6C\n",
		 "root (no login) ran /bin/sh -c 'ls -l' (/usr/bin/dash)"},
		{CALL("59", "yes", "0", ARGS("1", "2", "3", "8")) ALICE EXE("/tmp/evil")
			 HEAD("EXECVE") "argc=1 a0=\"innocent\"\n",
		 "alice ran innocent (/tmp/evil) from pts/0"},
		{CALL("59", "yes", "0", ARGS("1", "2", "3", "8")) ALICE EXE("/usr/bin/echo")
			 HEAD("EXECVE") "argc=3 a0=\"echo\" a1_len=10 a1[0]=\"abcde\" "
					"a1[1]=\"fghij\"\n" HEAD("EXECVE") "a2=\"z\"\n",
		 "alice ran /usr/bin/echo abcdefghij z from pts/0"},
		{CALL("59", "yes", "0", ARGS("1", "2", "3", "8")) ALICE EXE("/usr/bin/echo")
			 HEAD("EXECVE") "argc=3 a0=\"echo\" a1=\"it's\" a2=\n",
		 "alice ran /usr/bin/echo \"it's\" '' from pts/0"},
		{CALL("59", "yes", "0", ARGS("1", "2", "3", "8")) ALICE EXE("/usr/bin/echo")
			 HEAD("EXECVE") "argc=3 a0=\"echo\" a1=ABC a2=abxy\n",
		 "alice ran /usr/bin/echo ABC abxy from pts/0"},
		{CALL("59", "no", "-13", ARGS("1", "2", "3", "8")) ALICE EXE("/usr/bin/bash")
			 CWD("/home/alice") PATH("./x", "NORMAL"),
		 "alice failed to run /home/alice/x with /usr/bin/bash from pts/0: Permission "
		 "denied"},
		{CALL("59", "yes", "0", ARGS("1", "2", "3", "8")) ALICE EXE("/usr/bin/id"),
		 "alice ran /usr/bin/id from pts/0"},
	};

	(void)state;
	check_rows(rows, LEN(rows));
}

static void files_have_their_whole_path(void **state)
{
	static const struct row rows[] = {
		{CALL("257", "no", "-13", ARGS(CWD_FD, "1", "0", "0")) ALICE EXE("/usr/bin/cat")
			 CWD("/etc") PATH("shadow", "NORMAL"),
		 "alice failed to open /etc/shadow with /usr/bin/cat from pts/0: Permission "
		 "denied"},
		{CALL("257", "yes", "3", ARGS(CWD_FD, "1", "241", "1b6")) NOLOGIN EXE("/usr/bin/vi")
			 CWD("/") PATH("/etc/passwd", "NORMAL"),
		 "root (no login) opened /etc/passwd for writing with /usr/bin/vi"},
		{CALL("257", "yes", "3", ARGS(CWD_FD, "1", "241", "1b6")) NOLOGIN EXE("/usr/bin/vi")
			 CWD("/etc") PATH("/etc", "PARENT") PATH("new file", "CREATE"),
		 "root (no login) created /etc/new file with /usr/bin/vi"},
		{CALL("257", "yes", "3", ARGS("5", "1", "0", "0")) NOLOGIN EXE("/bin/ls")
			 CWD("/home") PATH("x", "NORMAL"),
		 "root (no login) opened .../x with /bin/ls"},
		{CALL("82", "yes", "0", ARGS("1", "2", "0", "0")) ALICE EXE("/usr/bin/mv")
			 CWD("/tmp") PATH("/tmp", "PARENT") PATH("/tmp", "PARENT")
				 PATH("a", "DELETE") PATH("b", "DELETE") PATH("b", "CREATE"),
		 "alice renamed /tmp/a to /tmp/b with /usr/bin/mv from pts/0"},
		{CALL("87", "no", "-2", ARGS("1", "2", "0", "0")) ALICE EXE("/usr/bin/rm")
			 CWD("/tmp") PATH("/etc/", "PARENT"),
		 "alice failed to delete something in /etc/ with /usr/bin/rm from pts/0: No such "
		 "file or "
		 "directory"},
		{CALL("90", "yes", "0", ARGS("1", "1ed", "0", "0")) ALICE EXE("/usr/bin/chmod")
			 CWD("/tmp") PATH("./f", "NORMAL"),
		 "alice changed the permissions of /tmp/f to 0755 with /usr/bin/chmod from pts/0"},
		{CALL("260", "yes", "0", ARGS(CWD_FD, "1", "3e9", "ffffffff"))
			 NOLOGIN EXE("/usr/bin/chown") CWD("/tmp") PATH("f", "NORMAL"),
		 "root (no login) changed the owner of /tmp/f to bob with /usr/bin/chown"},
		{CALL("91", "yes", "0", ARGS("3", "1a4", "0", "0")) NOLOGIN EXE("/usr/bin/x")
			 HEAD("PATH") "item=0 name=(null) inode=42 dev=08:01 nametype=NORMAL\n",
		 "root (no login) changed the permissions of a file to 0644 (inode 42 of device "
		 "08:01) "
		 "with /usr/bin/x"},
		{CALL("2", "yes", "3", ARGS("1", "0", "0", "0")) ALICE EXE("/bin/cat") CWD("/tmp")
			 HEAD("PATH") "item=0 name=2F746D702F611B5B324A62 inode=1 dev=08:01 "
				      "nametype=NORMAL\n",
		 "alice opened /tmp/a\\x1b[2Jb with /bin/cat from pts/0"},
	};

	(void)state;
	check_rows(rows, LEN(rows));
}

static void sockets_processes_and_the_kernel(void **state)
{
	static const struct row rows[] = {
		{CALL("42", "yes", "0", ARGS("3", "1", "10", "0")) ALICE EXE("/usr/bin/curl")
			 HEAD("SOCKADDR") "saddr=02000050C00002070000000000000000\n",
		 "alice connected to 192.0.2.7 port 80 with /usr/bin/curl from pts/0"},
		{CALL("42", "no", "-115", ARGS("3", "1", "10", "0")) ALICE EXE("/usr/bin/curl")
			 HEAD("SOCKADDR") "saddr="
					  "0A0001BB0000000020010DB800000000000000000000000100000000"
					  "\n",
		 "alice began to connect to 2001:db8::1 port 443 with /usr/bin/curl from pts/0"},
		{CALL("42", "no", "-2", ARGS("3", "1", "6e", "0")) NOLOGIN EXE("/bin/x")
			 HEAD("SOCKADDR") "saddr=01002F72756E2F7800\n",
		 "root (no login) failed to connect to /run/x with /bin/x: No such file or "
		 "directory"},
		{CALL("49", "yes", "0", ARGS("3", "1", "6e", "0")) NOLOGIN EXE("/bin/x")
			 HEAD("SOCKADDR") "saddr=0100006162\n",
		 "root (no login) took the address @ab with /bin/x"},
		{CALL("62", "yes", "0", ARGS("1fde", "f", "0", "0")) ALICE EXE("/bin/kill")
			 HEAD("OBJ_PID") "opid=8158 oauid=1000 ouid=0 oses=1 ocomm=\"nginx\"\n",
		 "alice signalled process 8158 (nginx) using SIGTERM with /bin/kill from pts/0"},
		{CALL("313", "yes", "0", ARGS("3", "1", "0", "0")) NOLOGIN EXE("/usr/bin/kmod")
			 HEAD("KERN_MODULE") "name=\"dummy\"\n",
		 "root (no login) loaded kernel module dummy with /usr/bin/kmod"},
		{CALL("227", "no", "-1", ARGS("0", "1", "0", "0")) ALICE EXE("/usr/bin/date"),
		 "alice failed to change the system clock with /usr/bin/date from pts/0: Operation "
		 "not "
		 "permitted"},
		{CALL("157", "yes", "0", ARGS("0", "1", "0", "0")) ALICE EXE("/bin/x"),
		 "alice called prctl with /bin/x from pts/0"},
		{CALL("99999", "no", "-38", ARGS("0", "1", "0", "0")) ALICE EXE("/bin/x"),
		 "alice failed to call system call 99999 with /bin/x from pts/0: Function not "
		 "implemented"},
		{HEAD("SECCOMP") "auid=1000 uid=1000 gid=1000 ses=3 pid=10 comm=\"x\" "
				 "exe=\"/bin/x\" sig=31 arch=c000003e syscall=101 compat=0 ip=0x1 "
				 "code=0x80000000\n",
		 "alice hit a seccomp filter calling ptrace with /bin/x"},
		{HEAD("ANOM_ABEND") "auid=1000 uid=1000 gid=1000 ses=3 pid=10 comm=\"x\" "
				    "exe=\"/bin/x\" sig=11 res=1\n",
		 "alice had /bin/x crash (SIGSEGV)"},
		{HEAD("URINGOP") "uring_op=18 success=no exit=-13 items=1 ppid=1 pid=2 uid=1000 "
				 "gid=1000 euid=1000\n" CWD("/tmp") PATH("secret", "NORMAL"),
		 "alice (no login) failed to open /tmp/secret: Permission denied"},
	};

	(void)state;
	check_rows(rows, LEN(rows));
}

static void logins_tell_claims_from_facts(void **state)
{
	static const struct row rows[] = {
		{USER("USER_LOGIN", "op=login acct=28696E76616C6964207573657229 "
				    "exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.7 terminal=ssh "
				    "res=failed"),
		 "someone failed to log in as (invalid user) with /usr/sbin/sshd from 192.0.2.7"},
		{HEAD("USER_LOGIN") "pid=1 uid=0 auid=1000 ses=3 msg='op=login id=1000 "
				    "exe=\"/usr/sbin/sshd\" hostname=192.0.2.7 addr=192.0.2.7 "
				    "terminal=/dev/pts/1 res=success'\n",
		 "alice logged in with /usr/sbin/sshd from 192.0.2.7 on pts/1"},
		{USER("USER_AUTH",
		      "op=PAM:authentication grantors=pam_unix acct=\"bob\" "
		      "exe=\"/usr/bin/su\" hostname=? addr=? terminal=pts/0 res=success"),
		 "someone authenticated as bob with /usr/bin/su from pts/0"},
		{HEAD("USER_START") "pid=1 uid=0 auid=1000 ses=3 msg='op=PAM:session_open "
				    "acct=\"root\" exe=\"/usr/bin/sudo\" hostname=? addr=? "
				    "terminal=/dev/pts/0 res=success'\n",
		 "alice started a session as root with /usr/bin/sudo from pts/0"},
		{USER("CRED_ACQ", "op=PAM:setcred acct=\"root\" exe=\"/usr/sbin/cron\" hostname=? "
				  "addr=? terminal=cron res=success"),
		 "cron acquired the credentials of root from cron"},
		{HEAD("LOGIN") "pid=9 uid=0 old-auid=4294967295 auid=1000 tty=(none) "
			       "old-ses=4294967295 ses=5 res=1\n",
		 "alice was given login session 5"},
		{USER_ALICE("USER_CMD", "cwd=\"/home/alice\" cmd=636174202F6574632F736861646F77 "
					"exe=\"/usr/bin/sudo\" terminal=pts/0 res=success"),
		 "alice ran cat /etc/shadow with /usr/bin/sudo from pts/0"},
		{USER_ALICE("ADD_USER", "op=add-user acct=\"bob\" exe=\"/usr/sbin/useradd\" "
					"hostname=? addr=? terminal=pts/0 res=failed"),
		 "alice failed to add user bob with /usr/sbin/useradd from pts/0"},
		{USER_ALICE("ADD_GROUP", "op=add-group acct=\"staff\" exe=\"/usr/sbin/groupadd\" "
					 "res=success"),
		 "alice added group staff with /usr/sbin/groupadd"},
		{USER_ALICE("USER_CHAUTHTOK", "op=PAM:chauthtok acct=\"bob\" "
					      "exe=\"/usr/bin/passwd\" res=success"),
		 "alice changed the password of bob with /usr/bin/passwd"},
		/* What a program says inside msg='...' does not make it another user. */
		{HEAD("USER_AUTH") "pid=1 uid=1001 auid=1001 ses=3 msg='op=x auid=0 uid=0 "
				   "acct=\"root\" exe=\"/bin/x\" res=failed'\n",
		 "bob failed to authenticate as root with /bin/x"},
	};

	(void)state;
	check_rows(rows, LEN(rows));
}

static void services_audit_and_security_modules(void **state)
{
	static const struct row rows[] = {
		{USER("SERVICE_START",
		      "unit=cron comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" "
		      "hostname=? addr=? terminal=? res=success"),
		 "systemd started service cron"},
		{USER("SERVICE_STOP", "unit=cron exe=\"/tmp/systemd\" res=success"),
		 "/tmp/systemd stopped service cron"},
		{USER("SERVICE_STOP", "unit=cron comm=\"systemd\" res=failed"),
		 "systemd failed to stop service cron"},
		{HEAD("CONFIG_CHANGE") "op=set audit_enabled=1 old=0 auid=1000 ses=3 res=1\n",
		 "alice set audit_enabled to 1"},
		{HEAD("CONFIG_CHANGE") "auid=1000 ses=3 op=add_rule key=\"logins\" list=4 "
				       "res=1\n" CALL("44", "yes", "1", ARGS("3", "1", "10", "0"))
					       ALICE_ROOT EXE("/usr/sbin/auditctl"),
		 "alice (as root) added an audit rule (key logins) with /usr/sbin/auditctl from "
		 "pts/0"},
		{HEAD("DAEMON_START") "op=start ver=3.0.9 format=enriched kernel=6.1 "
				      "auid=4294967295 pid=1 uid=0 ses=4294967295 subj=unconfined "
				      "res=success\n",
		 "root (no login) started the audit daemon"},
		{HEAD("DAEMON_END") "op=terminate auid=? uid=? ses=? pid=? subj=? res=success\n",
		 "someone stopped the audit daemon"},
		{HEAD("AVC") "avc:  denied  { read write } for  pid=9 comm=\"httpd\" "
			     "name=\"shadow\" dev=\"dm-0\" ino=1 scontext=a:b:c:s0 "
			     "tcontext=a:b:d:s0 tclass=file permissive=0\n" CALL(
				     "257", "no", "-13", ARGS(CWD_FD, "1", "0", "0"))
				     ALICE EXE("/usr/sbin/httpd") CWD("/")
					     PATH("/etc/shadow", "NORMAL"),
		 "alice was denied read write on /etc/shadow (SELinux, class file) with "
		 "/usr/sbin/httpd from pts/0"},
		{HEAD("AVC") "apparmor=\"DENIED\" operation=\"ptrace\" profile=\"docker-default\" "
			     "pid=5571 comm=\"metricbeat\" requested_mask=\"trace\" "
			     "denied_mask=\"trace\" peer=\"unconfined\"\n",
		 "metricbeat was denied ptrace (AppArmor, profile docker-default)"},
		{HEAD("ANOM_PROMISCUOUS") "dev=eth0 prom=256 old_prom=0 auid=1000 uid=0 gid=0 "
					  "ses=3\n",
		 "alice (as root) changed promiscuous mode of eth0 to 256"},
		{HEAD("TTY") "tty pid=27930 uid=1000 auid=1000 ses=762 major=136 minor=0 "
			     "comm=\"bash\" data=6C730D\n",
		 "alice typed ls\\x0d with bash"},
		{USER("USER", "text=hello exe=\"/usr/sbin/auditctl\" hostname=? addr=? "
			      "terminal=pts/0 res=success"),
		 "root (no login) left the message text=hello with /usr/sbin/auditctl from pts/0"},
		{HEAD("UNKNOWN[2999]") "nothing=known\n",
		 "someone left a record of type UNKNOWN[2999]"},
		{HEAD("PATH") "item=0 name=\"/x\"\n", "someone left a record of type PATH"},
	};

	(void)state;
	check_rows(rows, LEN(rows));
}

static void the_writers_names_win_over_the_readers(void **state)
{
	static const struct row rows[] = {
		{HEAD("CONFIG_CHANGE") "op=set audit_enabled=1 old=0 auid=1000 ses=3 res=1"
				       "\x1d"
				       "AUID=\"carol\"\n",
		 "carol set audit_enabled to 1"},
		{HEAD("CONFIG_CHANGE") "op=set audit_enabled=1 old=0 auid=4711 ses=3 res=1"
				       "\x1d"
				       "AUID=\"unknown(4711)\"\n",
		 "uid 4711 set audit_enabled to 1"},
		{HEAD("CONFIG_CHANGE") "op=set audit_enabled=1 old=0 auid=1000 ses=3 res=1"
				       "\x1d"
				       "AUID=\"ca\x1b[1mrol\"\n",
		 "ca\\x1b[1mrol set audit_enabled to 1"},
	};

	(void)state;
	check_rows(rows, LEN(rows));
}

static void every_verb_has_its_words_once(void **state)
{
	static const struct {
		enum story_verb verb;
		const char *past;
	} rows[] = {
#define WORDS(verb, past, infinitive, joiner, after, something) {VERB_##verb, past},
#include "output/sentence.def"
	};
	bool seen[STORY_VERBS] = {false};

	(void)state;
	assert_int_equal(LEN(rows), STORY_VERBS);
	for (size_t i = 0; i < LEN(rows); i++) {
		assert_false(seen[rows[i].verb]);
		seen[rows[i].verb] = true;
		assert_true(rows[i].past[0] != '\0');
	}
}

static void local_one_hour_east(int64_t sec, struct tm *out)
{
	time_t t = (time_t)sec + 3600;

	(void)gmtime_r(&t, out);
}

static void style_adds_date_and_serial(void **state)
{
	static const struct sentence_style style = {local_one_hour_east, true, true};
	CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

	(void)state;
	tell("node=web1 " HEAD("CONFIG_CHANGE") "op=set audit_enabled=1 old=0 auid=1000 res=1",
	     &style, &out);
	assert_string_equal(buf_cstr(&out),
			    "2023-11-14 23:13:20 web1: alice set audit_enabled to 1 "
			    "[serial 77]\n");
}

static void nothing_that_a_terminal_obeys_passes(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"plain text", "plain text"},
		{"a\nb\tc", "a\\x0ab\\x09c"},
		{"\033]0;title\007", "\\x1b]0;title\\x07"},
		{"\x7f", "\\x7f"},
		{"back\\slash \\x1b", "back\\\\slash \\\\x1b"},
		{"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
		 "gr\xc3\xbc\xc3\x9f \xe2\x82\xac "
		 "\xf0\x9f\x98\x80"},
		{"\xc2\x9b"
		 "2J",
		 "\\xc2\\x9b2J"}, /* C1 control: CSI */
		{"a\xe2\x80\xae"
		 "b",
		 "a\\xe2\\x80\\xae"
		 "b"},                                                 /* right-to-left override */
		{"\xff\xfe\xc3", "\\xff\\xfe\\xc3"},                   /* not UTF-8 */
		{"\xc0\xaf\xed\xa0\x80", "\\xc0\\xaf\\xed\\xa0\\x80"}, /* overlong, surrogate */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},          /* past U+10FFFF */
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

		terminal_put(sv_cstr(rows[i].in), &out);
		assert_string_equal(buf_cstr(&out), rows[i].out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_that_run_are_shown_with_their_words),
		cmocka_unit_test(files_have_their_whole_path),
		cmocka_unit_test(sockets_processes_and_the_kernel),
		cmocka_unit_test(logins_tell_claims_from_facts),
		cmocka_unit_test(services_audit_and_security_modules),
		cmocka_unit_test(the_writers_names_win_over_the_readers),
		cmocka_unit_test(every_verb_has_its_words_once),
		cmocka_unit_test(style_adds_date_and_serial),
		cmocka_unit_test(nothing_that_a_terminal_obeys_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
