#include "base/test.h"

#include "query/lang.h"

#include <stdio.h>

/* ---- a world that never changes ---- */

static bool to_local(int64_t seconds, struct tm *out)
{
	time_t t = seconds;

	return gmtime_r(&t, out) != NULL;
}

static bool from_local(const struct tm *local, int64_t *out)
{
	struct tm copy = *local;

	*out = timegm(&copy);
	return true;
}

static bool user_name(void *arg, uint32_t uid, char *out, size_t cap)
{
	(void)arg;
	(void)snprintf(out, cap, "%s", "alice");
	return uid == 1000;
}

static bool user_id(void *arg, const char *name, uint32_t *out)
{
	(void)arg;
	*out = 1000;
	return strcmp(name, "alice") == 0;
}

static void list_names(void *arg, bool groups, struct buf *out)
{
	(void)arg;
	buf_puts(out, groups ? "root\nwheel\n" : "root\nalice\nmallory\n");
}

static const struct name_source people = {.user_name = user_name,
					  .group_name = user_name,
					  .user_id = user_id,
					  .group_id = user_id,
					  .list = list_names};

struct bench {
	locale_t locale;
	struct when_context when;
	struct names *names;
	struct lang_env env;
};

static int set_up(void **state)
{
	static struct bench b;
	struct err e;

	b.locale = newlocale(LC_ALL_MASK, "C", NULL);
	b.when = (struct when_context){.now = 1700000000, /* 2023-11-14 22:13:20 */
				       .boot = -1,
				       .locale = b.locale,
				       .to_local = to_local,
				       .from_local = from_local};
	b.names = names_new(&people, &e);
	b.env = (struct lang_env){&b.when, b.names};
	*state = &b;
	return b.names && b.locale ? 0 : -1;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	names_free(b->names);
	freelocale(b->locale);
	return 0;
}

static void parse(struct bench *b, struct lang *l, struct sv text)
{
	struct lang_problem p;

	if (lang_parse(l, text, &b->env, &p) != 0)
		fail_msg("%.*s: %zu: %s", SV_FMT(text), p.column, p.text);
}

/* ---- what is written ---- */

static const char *const written[][2] = {
	{"", ""},
	{" \n", ""},
	{"key=needle", "key = needle"},
	{"key = \"two words\"", "key = \"two words\""},
	{"key = 'it is \"so\"'", "key = \"it is \\\"so\\\"\""},
	{"key = \"a\\n\\x41\\\\\"", "key = \"a\\x0aA\\\\\""},
	{"key==needle", "key = needle"},
	{"key !== needle", "key != needle"},
	{"uid==0", "\"uid\" == \"0\""},
	{"exe ~ \"^/usr/(s)?bin\\d\\\"/\"", "exe ~ \"^/usr/(s)?bin\\d\\\"/\""},
	{"exe =~ /a\\/b\\.c/", "exe ~ \"a/b\\.c\""},
	{"exe !~ ^/tmp", "exe !~ \"^/tmp\""},
	{"addr in 10.0.0.0/8", "addr in 10.0.0.0/8"},
	{"key in ( a , b*,\"c d\" )", "key in (a, b*, \"c d\")"},
	{"key in (a)", "key in a"},
	{"key not in (a,b)", "key not in (a, b)"},
	{"exe like \"/tmp/*\"", "exe like \"/tmp/*\""},
	{"exe not like /tmp/*", "exe not like /tmp/*"},
	{"HAS key AND NOT has \"my field\"", "has key and not has \"my field\""},
	{"\"needle\"", "\"needle\""},
	{"a15 = x", "a15 = x"},
	{"\"path\" = x and path = x", "\"path\" = x and path = x"},
	{"time >= 2023-11-14T10:00 and time > -2h and time in (today, yesterday)",
	 "time >= 2023-11-14T10:00 and time > -2h and time in (today, yesterday)"},
	{"time > \"3 days ago\" or time < 11/14/23 or time > '2023-11-14 10:00'",
	 "time > \"3 days ago\" or time < 11/14/23 or time > \"2023-11-14 10:00\""},
	{"type in (SYSCALL, 1100) and type = USER_*", "type in (SYSCALL, 1100) and type = USER_*"},
	{"serial in 5..9 and event = 1700000000.123:456",
	 "serial in 5..9 and event = 1700000000.123:456"},
	{"key=a and key=b or not (key=c or key=d) and key=e",
	 "(key = a and key = b) or (not (key = c or key = d) and key = e)"},
	{"not not key = a", "not (not key = a)"},
	{"(key=a || key=b) and !(key=c && uid==0)",
	 "(key = a || key = b) and !(key = c && \"uid\" == \"0\")"},
	{"key=a && key=b || key=c", "(key = a && key = b) || key = c"},
	{"key=a && !key=b or key=c", "(key = a && !key = b) or key = c"},
	{"type r= SYSCALL && (auid >= 1000 || !(key i= \"ok\")) && \\timestamp >= "
	 "ts:1700000000.000",
	 "\"type\" r= \"SYSCALL\" && (\"auid\" >= \"1000\" || !\"key\" i= \"ok\") && "
	 "\\timestamp >= \"ts:1700000000.000\""},
	{"\\regexp /a\\/b/&&not r= has", "\\regexp /a\\/b/ && \"not\" r= \"has\""},
	{"and r= or or or r= and", "\"and\" r= \"or\" or \"or\" r= \"and\""},
};

static void a_query_is_written_in_one_way_that_reads_back(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < LEN(written); i++) {
		CLEANUP(buf_release) struct buf once = BUF_INIT(1 << 16);
		CLEANUP(buf_release) struct buf twice = BUF_INIT(1 << 16);
		struct lang l, again;

		parse(b, &l, sv_cstr(written[i][0]));
		lang_put(&l, &once);
		assert_string_equal(buf_cstr(&once), written[i][1]);
		parse(b, &again, buf_view(&once));
		lang_put(&again, &twice);
		assert_string_equal(buf_cstr(&twice), written[i][1]);
		lang_release(&l);
		lang_release(&again);
	}
}

/* ---- what is wrong ---- */

static const struct {
	const char *text;
	size_t column, length;
	const char *problem;
} problems[] = {
	{"kye = x", 1, 3,
	 "no field kye is known (in quotes any name is one): did you mean \"key\"?"},
	{"frobnicate = x", 1, 10, "no field frobnicate is known (in quotes any name is one)"},
	{"key", 1, 3,
	 "a comparison is expected behind key (= != < <= > >= ~ !~ in like), but the query ends: "
	 "has key asks for the field, \"key\" for the text"},
	{"key needle", 5, 6,
	 "a comparison is expected here (= != < <= > >= ~ !~ in like), not needle"},
	{"key = ", 7, 0, "a value is expected here, but the query ends"},
	{"key = (a)", 7, 1, "a value is expected here, not ("},
	{"key = a key = b", 9, 3, "and, or, &&, || or the end is expected here, not key"},
	{"key = a and", 12, 0,
	 "a comparison (FIELD = VALUE), has FIELD, a \"text\", not or \"(\" is expected here, but "
	 "the query ends"},
	{"(key = a", 1, 1, "this parenthesis is not closed"},
	{"key = a)", 8, 1, "this parenthesis closes none that was opened"},
	{"addr in 10.0.0.0/33", 9, 11,
	 "a network has 0 to 32 bits, or to 128 with colons, not 10.0.0.0/33"},
	{"addr in (::1, fe80::/x)", 15, 8,
	 "a network has 0 to 32 bits, or to 128 with colons, not fe80::/x"},
	{"key in (a b)", 11, 1, "\",\" or \")\" is expected here, not b"},
	{"key not = a", 9, 1, "in or like is expected here, not ="},
	{"key = \"a", 7, 1, "the quote that starts here has no end"},
	{"key = \"\\q\"", 8, 2,
	 "no such escape: \\\" \\' \\\\ \\n \\t \\r \\e \\0 and \\xHH are known; a backslash is "
	 "written \\\\"},
	{"exe ~ \"a(\"", 7, 4,
	 "this is no regular expression: missing closing parenthesis (at its byte 3)"},
	{"type = SYSCAL", 8, 6, "there is no record type SYSCAL: did you mean \"SYSCALL\"?"},
	{"syscall = opnat", 11, 5, "no system call opnat: did you mean \"openat\"?"},
	{"syscall in (read, frobnicate)", 19, 10,
	 "no system call frobnicate is known (in quotes any name is one)"},
	{"uring_op != opnat", 13, 5, "no system call opnat: did you mean \"openat\"?"},
	{"uring_op = execve", 12, 6, "no system call execve is known (in quotes any name is one)"},
	{"exit = EACESS", 8, 6, "no error EACESS: did you mean \"EACCES\"?"},
	{"exit in (5..9, -ENOET)", 16, 6, "no error -ENOET: did you mean \"ENOENT\"?"},
	{"errno = frobnicate", 9, 10,
	 "no error frobnicate is known: a number, or a name such as EACCES is expected (in quotes "
	 "any is one)"},
	{"errno = -EACCES", 9, 7, "no error -EACCES: did you mean \"EACCES\"?"},
	{"outcome = maybe", 11, 5, "an outcome is success or failed, not maybe"},
	{"time > yesterdy", 8, 8, "unknown time \"yesterdy\": did you mean \"yesterday\"?"},
	{"pid < many", 7, 4, "a number is expected here, not many"},
	{"exe < a and user < 5", 7, 1, "a number is expected here, not a"},
	{"user < 5", 1, 4,
	 "user has no order: numbers, times and record types have; = != ~ in like are for it"},
	{"key = a && (key = b and key = c)", 21, 3,
	 "\"&&\" asks one record and cannot hold \"and\", which asks the whole event"},
	{"!subject = alice", 2, 7,
	 "\"!\" asks one record, but subject is about the whole event: write and, or, not"},
	{"key=a and key=b || key=c", 17, 2,
	 "\"and\" and \"||\" meet here: put parentheses around what is meant"},
	{"not key=a && key=b", 11, 2,
	 "\"not\" and \"&&\" meet here: put parentheses around what is meant"},
	{"auid >= alice", 9, 5, "a number is expected here, not alice"},
	{"\\timestmp == ts:1.0", 2, 1,
	 "timestamp, timestamp_ex, record_type or regexp is expected here, not \"timestmp\""},
	{"key = a & key = b", 9, 1, "and, or, &&, || or the end is expected here, not &"},
	{"has = x", 1, 3, "no field has is known (in quotes any name is one)"},
	{"\"\"", 1, 2, "this text is empty: every record holds it"},
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < LEN(problems); i++) {
		struct lang_problem p = {0};
		struct lang l;

		assert_int_equal(lang_parse(&l, sv_cstr(problems[i].text), &b->env, &p), -1);
		if (strcmp(p.text, problems[i].problem) != 0 || p.column != problems[i].column ||
		    p.length != problems[i].length)
			fail_msg("%s: %zu+%zu: %s", problems[i].text, p.column, p.length, p.text);
	}
}

/* A name in a record may be of another machine's people: it finds what it finds. */
static void a_user_that_nobody_is_here_is_remarked(void **state)
{
	static const struct {
		const char *text;
		size_t column, length;
		const char *remark;
	} remarks[] = {
		{"auid = alice and user = alice and gid = alice", 0, 0, ""},
		{"auid in (0, -1, unset) and auid = al* and key = alcie", 0, 0, ""},
		{"has key and auid = bob", 20, 3,
		 "no user bob is known on this machine: only records with the name itself are "
		 "looked at"},
		{"user in (1000, \"alcie\")", 16, 7,
		 "no user alcie is known on this machine: only records with the name itself are "
		 "looked at: did you mean \"alice\"?"},
		{"gid != weel", 8, 4,
		 "no group weel is known on this machine: only records with the name itself are "
		 "looked at: did you mean \"wheel\"?"},
	};
	struct bench *b = *state;

	for (size_t i = 0; i < LEN(remarks); i++) {
		struct lang l;

		parse(b, &l, sv_cstr(remarks[i].text));
		assert_string_equal(l.remark.text, remarks[i].remark);
		assert_int_equal(l.remark.column, remarks[i].column);
		assert_int_equal(l.remark.length, remarks[i].length);
		lang_release(&l);
	}
}

static void the_place_is_shown_under_the_text(void **state)
{
	static const struct lang_problem p = {.column = 9, .length = 3, .text = "no"};
	CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

	(void)state;
	lang_put_problem(SV("key = a\n\xc3\xa4\x1b\tb c\nd"), &p, &out);
	assert_string_equal(buf_cstr(&out), "  \xc3\xa4? b c\n  ^^\nno\n");
}

/* ---- what holds ---- */

#define T "1700000000.123"
#define OPEN                                                                                       \
	"type=SYSCALL msg=audit(" T ":456): arch=c000003e syscall=257 success=no exit=-13 "        \
	"a0=ffffff9c a1=7ffe a2=80000 a3=0 items=1 ppid=1 pid=4242 auid=1000 uid=1000 gid=1000 "   \
	"euid=0 ses=3 tty=pts0 comm=6C73202D6C exe=\"/usr/bin/ls\" key=6F6E650174776F\x1d"         \
	"ARCH=x86_64 SYSCALL=openat AUID=\"bob\" UID=\"bob\" GID=\"bob\" EUID=\"root\"\n"          \
	"type=CWD msg=audit(" T ":456): cwd=\"/etc\"\n"                                            \
	"type=PATH msg=audit(" T ":456): item=0 name=\"../etc/./shadow\" inode=77 dev=fd:01 "      \
	"mode=0100640 ouid=0 ogid=42 rdev=00:00 nametype=NORMAL\n"                                 \
	"type=PROCTITLE msg=audit(" T ":456): proctitle=6C73002D6C002F657463"
#define CONNECT                                                                                    \
	"node=web1 type=SYSCALL msg=audit(" T ":457): arch=c000003e syscall=42 success=yes "       \
	"exit=0 a0=3 pid=7 auid=4294967295 uid=0 euid=0 ses=4294967295 exe=\"/usr/bin/curl\" "     \
	"key=(null)\n"                                                                             \
	"node=web1 type=SOCKADDR msg=audit(" T ":457): saddr=020001BB0A0102030000000000000000\n"   \
	"node=web1 type=EXECVE msg=audit(" T ":457): argc=3 a0=\"curl\" a1=\"-o\" "                \
	"a2=2F746D702F612062"
#define AUTH                                                                                       \
	"type=USER_AUTH msg=audit(" T ":458): pid=9 uid=0 auid=1000 ses=2 "                        \
	"msg='op=PAM:authentication acct=\"mallory\" exe=\"/usr/sbin/sshd\" hostname=2001:db8::5 " \
	"addr=2001:db8::5 terminal=ssh res=failed'\x1dUID=\"root\" AUID=\"alice\""

static const struct {
	const char *text;
	const char *holds; /* o: OPEN, c: CONNECT, a: AUTH */
} rows[] = {
	{"", "oca"},
	/* words and numbers, as they stand and in words */
	{"key = one", "o"},
	{"key = two", "o"},
	{"key = on*", "o"},
	{"key = 6F6E650174776F", ""},
	{"key != one", "c"},
	{"not key = one", "ca"},
	{"has key", "oc"},
	{"not has key", "a"},
	{"comm = \"ls -l\"", "o"},
	{"comm like \"ls*\"", "o"},
	{"exe = /usr/bin/ls", "o"},
	{"exe in (/usr/bin/ls, /usr/bin/curl)", "oc"},
	{"exe not in (/usr/bin/ls, /usr/bin/curl)", "a"},
	{"exe = /usr/*bin/*", "oca"},
	{"exe = /usr/?bin/*", "a"},
	{"exe ~ \"^/usr/(s)?bin/[lc]\"", "oc"},
	{"exe !~ curl", "oa"},
	{"exe ~ /(?i)CURL$/", "c"},
	{"syscall = openat", "o"},
	{"syscall = 257", "o"},
	{"syscall = connect", "c"},
	{"syscall in (openat, connect)", "oc"},
	{"arch = x86_64", "oc"},
	{"success = no", "o"},
	{"exit = EACCES", "o"},
	{"exit = -13", "o"},
	{"exit = -EACCES", "o"},
	{"exit = \"EACCES\"", "o"},
	{"exit = \"EFOO\"", ""},
	{"syscall = \"opnat\"", ""},
	{"syscall = opn*", ""},
	{"exit < 0", "o"},
	{"exit >= 0", "c"},
	{"exit >= -13", "oc"},
	{"exit like \"EACC*\"", "o"},
	{"exit < ENOENT", "o"},
	{"a1 = 0x7ffe", "o"},
	{"a1 = 7ffe", "o"},
	{"a1 > 0x7000", "o"},
	{"a2 = \"/tmp/a b\"", "c"},
	{"mode = 0100640", "o"},
	{"mode = 0x81a0", "o"},
	{"mode = \"file,640\"", "o"},
	{"inode < 78", "o"},
	{"pid in 1..10", "ca"},
	{"pid = 4242", "o"},
	{"pid != 4242", "ca"},
	{"ses = unset", "c"},
	{"ses = -1", "c"},
	{"res = failed", "a"},
	{"proctitle = \"ls -l /etc\"", "o"},
	{"acct = mallory", "a"},
	{"nametype = NORMAL", "o"},
	/* users: a name in the record beats its number */
	{"auid = alice", "a"},
	{"auid = bob", "o"},
	{"auid = 1000", "oa"},
	{"auid = unset", "c"},
	{"auid = -1", "c"},
	{"auid ~ ^al", "a"},
	{"auid != bob", "ca"},
	{"uid = alice", ""},
	{"uid = root", "a"},
	{"uid in (0, 5)", "ca"},
	{"user = root", "oa"},
	{"user = 0", "oca"},
	{"user = mallory", "a"},
	{"user = bob", "o"},
	{"auid >= 1000 and auid < 4000", "oa"},
	{"auid == 1000", "oa"},
	/* heads */
	{"type = SYSCALL", "oc"},
	{"type != SYSCALL", "a"},
	{"type = USER_*", "a"},
	{"type in (CWD, 1100)", "oa"},
	{"type < 1200", "a"},
	{"type ~ \"^(CWD|EXECVE)$\"", "oc"},
	{"node = web1", "c"},
	{"node != web1", ""},
	{"has node", "c"},
	{"serial = 456", "o"},
	{"serial >= 457", "ca"},
	{"serial in (1..456, 458)", "oa"},
	{"event = 1700000000.123:457", "c"},
	{"event > 1700000000.123:456", "ca"},
	{"time = today", "oca"},
	{"time > today", "oca"},
	{"time < 2023-11-14", ""},
	{"time <= 2023-11-14", "oca"},
	{"time != yesterday", "oca"},
	{"time = 2023-11-14T22:13:20", "oca"},
	{"time > 2023-11-14T22:13:20", "oca"},
	{"time >= 1700000000.124", ""},
	{"time in (yesterday, ts:1700000000.123)", "oca"},
	{"time > -2h", "oca"},
	{"time < \"3 days ago\"", ""},
	/* addresses and ports */
	{"addr = 10.1.2.3", "c"},
	{"addr in 10.0.0.0/8", "c"},
	{"addr in 10.1.3.0/24", ""},
	{"addr in 10.1.2.0/23", "c"},
	{"addr in 10.1.0.0/23", ""},
	{"addr in 10.1.2.2/31", "c"},
	{"addr in 10.1.2.0/31", ""},
	{"addr in 10.128.0.0/9", ""},
	{"addr in 2001:db8::4/127", "a"},
	{"addr in 2001:db8::6/127", ""},
	{"addr in (192.168.0.0/16, 2001:db8::/32)", "a"},
	{"addr = 2001:DB8:0::5", "a"},
	{"addr like \"10.*\"", "c"},
	{"has addr", "ca"},
	{"saddr in 10.0.0.0/8", "c"},
	{"hostname in 2001:db8::/48", "a"},
	{"port = 443", "c"},
	{"port in 400..500", "c"},
	{"port < 22", ""},
	/* files and command lines */
	{"path = /etc/shadow", "o"},
	{"path = /etc/shadow/", "o"},
	{"path = ../etc/./shadow", "o"},
	{"path = /etc/*", "o"},
	{"path = /etc", "o"},
	{"path ~ shadow$", "o"},
	{"name = /etc/shadow", ""},
	{"args = -o", "c"},
	{"args = \"curl -o /tmp/a b\"", "c"},
	{"args ~ \"^curl -o\"", "c"},
	/* the normaliser */
	{"subject = bob", "o"},
	{"subject = alice", "a"},
	{"action = opened-file", "o"},
	{"action like \"*auth*\"", "a"},
	{"object = /etc/shadow", "o"},
	{"outcome = success", "c"},
	{"outcome = failed", "oa"},
	{"outcome != failed", "c"},
	{"program = /usr/bin/ls", "o"},
	{"how = /usr/sbin/sshd", "a"},
	/* text, in hexadecimal too */
	{"\"/etc\"", "o"},
	{"\"ls -l\"", "o"},
	{"\"tmp/a b\"", "c"},
	{"\"ls -l /etc\"", "o"},
	{"\"AUID=\\\"alice\"", "a"},
	{"not \"nothing\"", "oca"},
	/* the event, and one record */
	{"key = one and nametype = NORMAL", "o"},
	{"key = one && nametype = NORMAL", ""},
	{"key = one && pid = 4242", "o"},
	{"key = one || pid = 7", "oc"},
	{"!key = one", "oca"},
	{"!(pid = 9)", "oc"},
	{"(key = one || pid = 7) and not addr in 10.0.0.0/8", "o"},
	{"type = PATH && name ~ shadow && !ouid = 5", "o"},
	{"addr in 10.0.0.0/8 && type = SOCKADDR", "c"},
	{"time > -2h && node = web1", "c"},
	{"not (key = one or pid = 9)", "c"},
	{"type r= SYSCALL && (auid >= 1000 || !(key i= \"ok\"))", "oc"},
	{"key i= one and key r= \"\\\"one\\\"\"", "o"},
	{"\"key\" = one", "o"},
	{"\\record_type == USER_AUTH", "a"},
	{"\\regexp /acct=\"m/ or \\timestamp_ex == ts:1700000000.123:457", "ca"},
};

#define ROW(text)                                                                                  \
	{                                                                                          \
		"" text, sizeof(text) - 1                                                          \
	}

static size_t read_event(struct sv lines, struct record *records, struct event *event)
{
	size_t count = 0;
	struct sv line;

	while (sv_line(&lines, &line))
		assert_int_equal(record_parse(line, &records[count++]), RECORD_OK);
	*event = (struct event){.stamp = records[0].stamp,
				.node = records[0].node,
				.type = records[0].type,
				.records = records,
				.count = count};
	return count;
}

static void an_event_is_what_the_query_says(void **state)
{
	static const struct {
		struct sv lines;
		char letter;
	} events[] = {{ROW(OPEN), 'o'}, {ROW(CONNECT), 'c'}, {ROW(AUTH), 'a'}};
	struct bench *b = *state;
	size_t wrong = 0;

	for (size_t i = 0; i < LEN(rows); i++) {
		struct lang_matcher *m;
		struct lang l;
		char got[8] = "";

		parse(b, &l, sv_cstr(rows[i].text));
		m = lang_matcher_new(&l, b->names);
		assert_non_null(m);
		for (size_t k = 0; k < LEN(events); k++) {
			struct record records[8];
			struct event event;

			(void)read_event(events[k].lines, records, &event);
			if (lang_matches(&l, &event, m))
				got[strlen(got)] = events[k].letter;
		}
		assert_null(lang_matcher_problem(m));
		if (strcmp(got, rows[i].holds) != 0) {
			print_error("%s: holds for \"%s\", not \"%s\"\n", rows[i].text, got,
				    rows[i].holds);
			wrong++;
		}
		lang_matcher_free(m);
		lang_release(&l);
	}
	assert_int_equal(wrong, 0);
}

static void the_window_is_what_the_query_says_of_time_type_node_and_serial(void **state)
{
	static const struct {
		const char *text;
		int64_t start, end;
		bool is_whole;
	} windows[] = {
		{"", INT64_MIN, INT64_MAX, true},
		{"time >= @1700000000", 1700000000, INT64_MAX, true},
		{"time > @1700000000", 1700000000, INT64_MAX, false},
		{"time <= @1700000000", INT64_MIN, 1700000000, true},
		{"time < @1700000000", INT64_MIN, 1699999999, true},
		{"time = @1700000000", 1700000000, 1700000000, true},
		{"time >= 1700000000.000", 1700000000, INT64_MAX, true},
		{"time >= 1700000000.400", 1700000000, INT64_MAX, false},
		{"time > 1700000000.999", 1700000001, INT64_MAX, true},
		{"time <= 1700000000.400", INT64_MIN, 1700000000, false},
		{"time <= 1700000000.999", INT64_MIN, 1700000000, true},
		{"time < 1700000000.400", INT64_MIN, 1700000000, false},
		{"time = 1700000000.400", 1700000000, 1700000000, false},
		{"time in (@1700000000, @1700000005)", 1700000000, 1700000005, false},
		{"time = 2023-11-14", 1699920000, 1700006399, true},
		{"time >= @5000 and time <= @6000", 5000, 6000, true},
		{"time >= @5000 and key = a", 5000, INT64_MAX, false},
		{"time >= @5000 && key = a", 5000, INT64_MAX, false},
		{"time >= @5000 or key = a", INT64_MIN, INT64_MAX, false},
		{"not time >= @5000", INT64_MIN, INT64_MAX, false},
		{"time != @5000", INT64_MIN, INT64_MAX, false},
		{"\\timestamp >= ts:5000.500", 5000, INT64_MAX, false},
		{"event = 1700000000.123:456", 1700000000, 1700000000, false},
		{"type = SYSCALL and node = a and serial = 5", INT64_MIN, INT64_MAX, true},
		{"type = SYSCALL and type = PATH", INT64_MIN, INT64_MAX, false},
		{"type != SYSCALL", INT64_MIN, INT64_MAX, false},
		{"serial in 5..9", INT64_MIN, INT64_MAX, false},
	};
	struct bench *b = *state;

	for (size_t i = 0; i < LEN(windows); i++) {
		struct query q;
		struct lang l;
		bool is_whole;

		parse(b, &l, sv_cstr(windows[i].text));
		query_init(&q);
		is_whole = lang_narrow(&l, &q);
		if (q.start != windows[i].start || q.end != windows[i].end ||
		    is_whole != windows[i].is_whole)
			fail_msg("%s: %lld to %lld%s", windows[i].text, (long long)q.start,
				 (long long)q.end, is_whole ? ", which is all" : "");
		assert_int_equal(q.has_serial, strstr(windows[i].text, "serial = ") ||
						       strstr(windows[i].text, "event = "));
		lang_release(&l);
	}
}

static void a_pattern_over_its_limit_is_told(void **state)
{
	struct bench *b = *state;
	struct lang_matcher *m;
	struct record records[8];
	struct event event;
	struct lang l;

	parse(b, &l, SV("not comm ~ \"^(a+)+$\""));
	m = lang_matcher_new(&l, b->names);
	assert_non_null(m);
	(void)read_event(
		SV("type=SYSCALL msg=audit(1.002:3): comm=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\""),
		records, &event);
	assert_true(lang_matches(&l, &event, m));
	assert_non_null(lang_matcher_problem(m));
	assert_string_equal(
		lang_matcher_problem(m),
		"event 1.002:3 cannot be asked for ~ \"^(a+)+$\": match limit exceeded");
	lang_matcher_free(m);
	lang_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_is_written_in_one_way_that_reads_back),
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
		cmocka_unit_test(a_user_that_nobody_is_here_is_remarked),
		cmocka_unit_test(an_event_is_what_the_query_says),
		cmocka_unit_test(the_window_is_what_the_query_says_of_time_type_node_and_serial),
		cmocka_unit_test(a_pattern_over_its_limit_is_told),
		cmocka_unit_test(the_place_is_shown_under_the_text),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
