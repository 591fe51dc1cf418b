/* Values and lines in words. What is expected is what Debian's ausearch -i 3.0.9 prints. */
#include "base/test.h"

#include "record/interpret_parts.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static bool some_user(void *arg, uint32_t uid, char *out, size_t cap)
{
	(void)arg;
	(void)snprintf(out, cap, "%s", uid == 1000 ? "alice" : "o\"dd");
	return uid == 1000 || uid == 1001;
}

static bool some_group(void *arg, uint32_t gid, char *out, size_t cap)
{
	(void)arg;
	(void)snprintf(out, cap, "staff");
	return gid == 50;
}

static bool some_protocol(void *arg, uint32_t number, char *out, size_t cap)
{
	(void)arg;
	(void)snprintf(out, cap, "tcp");
	return number == 6;
}

static const struct name_source some = {
	.user_name = some_user, .group_name = some_group, .protocol_name = some_protocol};

/* The words for the first field of that name in a record of that type with that text. */
static void check_value(const char *type, const char *text, const char *name, const char *words)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(1 << 16), out = BUF_INIT(1 << 16);
	struct names *names = names_new(&some, NULL);
	struct interpreter ip;
	struct record r;
	struct field f;

	buf_printf(&line, "type=%s msg=audit(1.002:3): %s", type, text);
	assert_int_equal(record_parse(buf_view(&line), &r), RECORD_OK);
	if (!record_field(&r, sv_cstr(name), &f))
		assert_true(record_field_from(&r, FIELD_USER, sv_cstr(name), &f));
	interpreter_init(&ip, names, ESCAPE_TTY);
	interpret_value(&ip, &r, &f, &out);
	assert_string_equal(buf_cstr(&out), words);
	names_free(names);
}

static void every_type_of_value_has_its_words(void **state)
{
	static const struct {
		const char *name, *raw, *words;
	} rows[] = {
		/* UID, GID */
		{"auid", "1000", "alice"},
		{"uid", "0", "root"},
		{"ouid", "4294967295", "unset"},
		{"old-auid", "-1", "unset"},
		{"fsuid", "1002", "unknown(1002)"},
		{"obj_uid", "4294967294", "unknown(-2)"},
		{"uid", "18446744073709551616", "conversion error(18446744073709551616)"},
		{"uid", "x", "root"},
		{"gid", "50", "staff"},
		{"new_gid", "51", "unknown(51)"},
		/* SYSCALL, ARCH, EXIT, ERRNO */
		{"arch", "c000003e", "x86_64"},
		{"arch", "40000003", "i386"},
		{"arch", "12345678", "unknown-elf-type(12345678)"},
		{"uring_op", "28", "openat2"},
		{"exit", "0", "0"},
		{"exit", "-13", "EACCES(Permission denied)"},
		{"exit", "-512", "(null)(Unknown error 512)"},
		{"exit", "9223372036854775808", "conversion error(9223372036854775808)"},
		{"errno", "13", "EACCES"},
		{"errno", "9999", "UNKNOWN"},
		/* ESCAPED, ESCAPED_FILE, ESCAPED_KEY, PROCTITLE, TTY_DATA */
		{"comm", "\"bash\"", "bash"},
		{"comm", "6D7920617070", "my app"},
		{"name", "\"/etc/passwd\"", "/etc/passwd"},
		{"name", "2F746D702F610A62", "/tmp/a\\012b"},
		{"name", "(null)", "(null)"},
		{"name", "002F61627374726163742F", "/abstract/"},
		{"cwd", "\"/open", " "},
		{"acct", "bob:", "bob:"},
		{"acct", "626F62", "bob"},
		{"key", "(null)", "(null)"},
		{"key", "\"exec\"", "exec"},
		{"key", "61016202", "a\001b\\002"},
		{"proctitle", "\"ls\"", "ls"},
		{"proctitle", "6C73002D6C00", "ls -l "},
		{"data", "6C73202D6C0D", "\"ls -l\",<ret>"},
		{"data", "1B5B411B4F4809225C7FFF",
		 "<up>,<home>,<tab>,\"\\\"\\\\\",<backspace>,\"\\377\""},
		{"data", "not hex", "not"},
		{"data", "6", "(null)"},
		/* PERM, MODE, OFLAG, MMAP, PROMISC */
		{"perm", "4", "read"},
		{"perm", "0", "read,write,exec,attr"},
		{"perm_mask", "3", "write,exec"},
		{"mode", "0100644", "file,644"},
		{"mode", "041777", "dir,sticky,777"},
		{"mode", "0106755", "file,suid,sgid,755"},
		{"mode", "0644", "000,644"},
		{"oflag", "0x42", "O_RDWR|O_CREAT"},
		{"oflag", "80000", "O_RDONLY|O_CLOEXEC"},
		{"flags", "22", "MAP_PRIVATE|MAP_ANONYMOUS"},
		{"flags", "10", "MAP_FILE|MAP_FIXED"},
		{"prom", "256", "yes"},
		{"old_prom", "0", "no"},
		/* SOCKADDR, ADDR, NFPROTO, PROTOCOL, ICMPTYPE, HOOK, NETACTION, NLMCGRP, MACPROTO
		 */
		{"saddr", "020000350A0102030000000000000000",
		 "{ saddr_fam=inet laddr=10.1.2.3 lport=53 }"},
		{"saddr", "02000035", "{ saddr_fam=inet sockaddr len too short }"},
		{"saddr", "0A000016000000000000000000000000000000000000000100000000",
		 "{ saddr_fam=inet6 laddr=::1 lport=22 }"},
		{"saddr", "0A00", "{ saddr_fam=inet6 sockaddr6 len too short }"},
		{"saddr", "01002F746D702F7300", "{ saddr_fam=local path=/tmp/s }"},
		{"saddr", "0100002F746D702F73", "{ saddr_fam=local path=/tmp/s }"},
		{"saddr", "0100", "{ saddr_fam=local sockaddr len too short }"},
		{"saddr", "100000000500000001000000",
		 "{ saddr_fam=netlink nlnk-fam=16 nlnk-pid=5 }"},
		{"saddr", "1000", "{ saddr_fam=netlink len too short }"},
		{"saddr", "030041424344454647", "{ saddr_fam=ax25 call=ABCDEFG }"},
		{"saddr", "0900313233", "{ saddr_fam=x25 laddr=123 }"},
		{"saddr", "080000000700", "{ saddr_fam=atmpvc int=7 }"},
		{"saddr", "1100", "{ saddr_fam=packet (unsupported) }"},
		{"saddr", "FFFF", "unknown-family(65535)"},
		{"saddr", "zz", "malformed-host(zz)"},
		{"addr", "10.0.0.1", "10.0.0.1"},
		{"family", "2", "ipv4"},
		{"family", "77", "unknown-netfilter-protocol(77)"},
		{"proto", "6", "tcp"},
		{"proto", "7", "undefined protocol"},
		{"icmptype", "8", "echo"},
		{"icmptype", "99", "unknown-icmp-type(99)"},
		{"hook", "1", "INPUT"},
		{"hook", "9", "unknown-hook(9)"},
		{"action", "1", "DROP"},
		{"action", "77", "unknown-action(77)"},
		{"nl-mcgrp", "1", "audit-netlink-multicast"},
		{"nl-mcgrp", "2", "audit-none"},
		{"macproto", "0800", "IP"},
		{"macproto", "0806", "ARP"},
		{"macproto", "86dd", "UNKNOWN"},
		/* CAPABILITY, CAP_BITMAP */
		{"capability", "21", "sys_admin"},
		{"capability", "99", "unknown-capability(99)"},
		{"cap_fp", "0", "none"},
		{"cap_pe", "0000000000000003", "chown,dac_override"},
		{"old_pp", "0000010000000000", "checkpoint_restore"},
		{"pa", "x", "none"},
		/* SUCCESS, SIGNAL, LIST, SESSION, PERSONALITY, SECCOMP, IOCTL_REQ, RESOLVE */
		{"res", "1", "yes"},
		{"res", "0", "no"},
		{"res", "2", "unset"},
		{"result", "failed", "failed"},
		{"sig", "9", "SIGKILL"},
		{"sig", "64", "unknown-signal(64)"},
		{"list", "4", "exit"},
		{"list", "99", "unknown-list(99)"},
		{"ses", "4294967295", "unset"},
		{"ses", "7", "7"},
		{"per", "8", "PER_LINUX32"},
		{"per", "40000", "PER_LINUX|~ADDR_NO_RANDOMIZE"},
		{"per", "ff", "unknown-personality(0xff)"},
		{"code", "0x7ffc0000", "log"},
		{"code", "50001", "errno"},
		{"code", "10000", "unknown-seccomp-code(10000)"},
		{"ioctlcmd", "5401", "TCGETS"},
		{"ioctlcmd", "1", "0x1"},
		{"resolve", "0x9", "RESOLVE_NO_XDEV|RESOLVE_BENEATH"},
		{"resolve", "0", "0x0"},
		/* MAC_LABEL, FANOTIFY, FAN_TYPE, FAN_INFO, TRUST, and none */
		{"subj", "u:r:t:s0-s0:c0,c1", "u:r:t:s0-s0:c0,c1"},
		{"resp", "1", "allow"},
		{"resp", "2", "deny"},
		{"resp", "3", "unknown"},
		{"fan_type", "1", "rule_info"},
		{"fan_info", "3137", "3137"},
		{"subj_trust", "2", "unknown"},
		{"obj_trust", "1", "yes"},
		{"op", "login", "login"},
		{"op", "a\033b", "a\\033b"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		char text[512];

		(void)snprintf(text, sizeof(text), "%s=%s", rows[i].name, rows[i].raw);
		check_value("CONFIG_CHANGE", text, rows[i].name, rows[i].words);
	}
}

static void some_names_mean_something_else_in_one_type_of_record(void **state)
{
	static const struct {
		const char *type, *text, *name, *words;
	} rows[] = {
		{"EXECVE", "argc=1 a0=6C73", "a0", "ls"},
		{"EXECVE", "argc=1 a0=6C73", "argc", "1"},
		{"EXECVE", "a1_len=12 a1[0]=6C73", "a1_len", "12"},
		{"EXECVE", "a1_len=12 a1[0]=6C73", "a1[0]", "ls"},
		{"AVC", "saddr=10.0.0.1", "saddr", "10.0.0.1"},
		{"NETFILTER_PKT", "saddr=10.0.0.1", "saddr", "10.0.0.1"},
		{"PATH", "flags=11", "flags", "follow,parent"},
		{"PATH", "flags=0", "flags", "none"},
		{"MQ_OPEN", "mode=04644", "mode", "suid,0644"},
		{"CRYPTO_KEY_USER", "fp=3", "fp", "3"},
		{"ADD_GROUP", "id=50", "id", "staff"},
		{"ADD_USER", "id=1000", "id", "alice"},
		{"TRUSTED_APP", "x=6162", "x", "6162"},
		{"TRUSTED_APP", "x=616f", "x", "ao"},
		{"TRUSTED_APP", "uid=1000", "uid", "1000"},
		{"USER_TTY", "pid=1 msg=6C73", "msg", "ls"},
		{"FANOTIFY", "resp=2 fan_type=1 fan_info=3137", "fan_info", "12599"},
		{"SYSCALL", "arch=c000003e syscall=59 a0=1", "syscall", "execve"},
		{"SYSCALL", "arch=c000003e syscall=5999 a0=1", "syscall", "unknown-syscall(5999)"},
		{"SYSCALL", "arch=40000003 syscall=102 success=yes exit=3 a0=3 a1=1", "syscall",
		 "socketcall(connect)"},
		{"SYSCALL", "arch=40000003 syscall=117 success=yes exit=3 a0=17 a1=1", "syscall",
		 "ipc(shmget)"},
		{"SECCOMP", "sig=31 arch=c000003e syscall=41 code=0x0", "syscall", "socket"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++)
		check_value(rows[i].type, rows[i].text, rows[i].name, rows[i].words);
}

static void arguments_are_read_as_the_system_call_has_them(void **state)
{
	static const struct {
		unsigned nr;
		const char *args, *name, *words;
	} rows[] = {
		{257, "a0=ffffff9c a1=0 a2=80241 a3=1b6", "a0", "AT_FDCWD"},
		{257, "a0=ffffff9c a1=0 a2=80241 a3=1b6", "a2",
		 "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC"},
		{257, "a0=ffffff9c a1=0 a2=80241 a3=1b6", "a3", "0x1b6"},
		{2, "a0=7ffe a1=42 a2=1a4 a3=0", "a2", "0644"},
		{2, "a0=7ffe a1=2 a2=1a4 a3=0", "a2", "0x1a4"},
		{41, "a0=2 a1=80001 a2=6 a3=0", "a0", "inet"},
		{41, "a0=2 a1=80001 a2=6 a3=0", "a1", "SOCK_STREAM"},
		{41, "a0=2 a1=80001 a2=6 a3=0", "a2", "tcp"},
		{54, "a0=3 a1=1 a2=2 a3=0", "a1", "SOL_SOCKET"},
		{54, "a0=3 a1=1 a2=2 a3=0", "a2", "SO_REUSEADDR"},
		{54, "a0=3 a1=6 a2=1 a3=0", "a2", "TCP_NODELAY"},
		{54, "a0=3 a1=ffff a2=1 a3=0", "a2", "0x1"},
		{62, "a0=1 a1=f a2=0 a3=0", "a1", "SIGTERM"},
		{72, "a0=3 a1=2 a2=1 a3=0", "a2", "FD_CLOEXEC"},
		{72, "a0=3 a1=8 a2=3e8 a3=0", "a2", "alice"},
		{157, "a0=18 a1=15 a2=0 a3=0", "a1", "sys_admin"},
		{157, "a0=1 a1=9 a2=0 a3=0", "a1", "SIGKILL"},
		{9, "a0=0 a1=1000 a2=3 a3=22", "a2", "PROT_READ|PROT_WRITE"},
		{9, "a0=0 a1=1000 a2=0 a3=22", "a2", "PROT_NONE"},
		{9, "a0=0 a1=1000 a2=3 a3=22", "a3", "MAP_PRIVATE|MAP_ANONYMOUS"},
		{101, "a0=10 a1=5 a2=0 a3=0", "a0", "PTRACE_ATTACH"},
		{165, "a0=0 a1=0 a2=0 a3=5", "a3", "MS_RDONLY|MS_NODEV"},
		{272, "a0=20000 a1=0 a2=0 a3=0", "a0", "CLONE_NEWNS"},
		{56, "a0=0 a1=0 a2=1200011 a3=0", "a2",
		 "CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD"},
		{29, "a0=0 a1=0 a2=3b6 a3=0", "a2", "IPC_CREAT|0666"},
		{133, "a0=0 a1=21a4 a2=0 a3=0", "a1", "character,644"},
		{231, "a0=0 a1=0 a2=0 a3=0", "a0", "EXIT_SUCCESS"},
		{231, "a0=2 a1=0 a2=0 a3=0", "a0", "UNKNOWN"},
		{321, "a0=5 a1=0 a2=0 a3=0", "a0", "BPF_PROG_LOAD"},
		{0, "a0=5 a1=6 a2=7 a3=8", "a1", "0x6"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		char text[512];

		(void)snprintf(text, sizeof(text), "arch=c000003e syscall=%u success=yes exit=0 %s",
			       rows[i].nr, rows[i].args);
		check_value("SYSCALL", text, rows[i].name, rows[i].words);
	}
}

static void names_in_the_tail_win_and_those_of_user_text_stay_apart(void **state)
{
	static const char text[] =
		"pid=1 uid=5 auid=6 msg='op=x uid=0 id=7 acct=\"uid=9\" res=success'"
		"\x1dUID=\"kernel\" AUID=\"unknown(6)\" UID=\"user\" ID=\"named\"";
	CLEANUP(buf_release) struct buf line = BUF_INIT(4096), out = BUF_INIT(4096);
	struct names *names = names_new(&some, NULL);
	struct interpreter ip;
	struct record r;
	struct field f;

	(void)state;
	buf_printf(&line, "type=USER_AUTH msg=audit(1.002:3): %s", text);
	assert_int_equal(record_parse(buf_view(&line), &r), RECORD_OK);
	interpreter_init(&ip, names, ESCAPE_TTY);
	assert_true(record_field(&r, SV("uid"), &f));
	interpret_value(&ip, &r, &f, &out);
	buf_putc(&out, ' ');
	assert_true(record_field_from(&r, FIELD_USER, SV("uid"), &f));
	interpret_value(&ip, &r, &f, &out);
	buf_putc(&out, ' ');
	assert_true(record_field_from(&r, FIELD_USER, SV("id"), &f));
	interpret_value(&ip, &r, &f, &out);
	assert_string_equal(buf_cstr(&out), "kernel user named");
	names_free(names);
}

static void a_line_keeps_its_shape(void **state)
{
	static const struct {
		const char *line, *words;
	} rows[] = {
		{"type=USER_AUTH msg=audit(0.001:2): pid=1 uid=0 msg='op=x acct=\"bob\" "
		 "exe=\"/bin/su\" "
		 "res=success'",
		 "type=USER_AUTH msg=audit(01/01/70 00:00:00.001:2) : pid=1 uid=root msg='op=x "
		 "acct=bob "
		 "exe=/bin/su res=success' \n"},
		{"node=web1 type=UNKNOWN[1999] msg=audit(0.001:2): a=1",
		 "node=web1 type=UNKNOWN[1999] msg=audit(01/01/70 00:00:00.001:2) : a=1 \n"},
		{"type=AVC msg=audit(0.001:2): avc:  denied  { read } for  pid=1 comm=\"x\" "
		 "scontext=u:r:t:s0,c1 tclass=file",
		 "type=AVC msg=audit(01/01/70 00:00:00.001:2) : avc:  denied  { read } for  pid=1 "
		 "comm=x "
		 "scontext=u:r:t:s0,c1 tclass=file \n"},
		{"type=CONFIG_CHANGE msg=audit(0.001:2): key=610162 list=4 res=1",
		 "type=CONFIG_CHANGE msg=audit(01/01/70 00:00:00.001:2) : key=a key=b list=exit "
		 "res=yes \n"},
		{"type=TTY msg=audit(0.001:2): comm=\"sh\" data=6C730D",
		 "type=TTY msg=audit(01/01/70 00:00:00.001:2) : comm=sh data=\"ls\",<ret>\n"},
		{"type=USER msg=audit(0.001:2): banners=none,none x=1",
		 "type=USER msg=audit(01/01/70 00:00:00.001:2) : banners=none,none x=1 \n"},
		{"type=USER msg=audit(0.001:2): new-role=r,r",
		 "type=USER msg=audit(01/01/70 00:00:00.001:2) : new-role=r,r\n\n"},
		{"type=KERNEL msg=audit(0.001:2): initialized",
		 "type=KERNEL msg=audit(01/01/70 00:00:00.001:2) : initialized\n\n"},
		{"type=SOCKADDR msg=audit(0.001:2): saddr=02000035\x1dSADDR={ saddr_fam=inet "
		 "laddr=1.2.3.4 }",
		 "type=SOCKADDR msg=audit(01/01/70 00:00:00.001:2) : saddr={ saddr_fam=inet "
		 "laddr=1.2.3.4 } "
		 "\n"},
		{"type=SYSCALL msg=audit(0.001:2): arch=c000003e syscall=59 auid=7 key=(null)\x1d"
		 "ARCH=x86_64 SYSCALL=execve AUID=6120620A",
		 "type=SYSCALL msg=audit(01/01/70 00:00:00.001:2) : arch=x86_64 syscall=execve "
		 "auid=a "
		 "b\\012 key=(null) \n"},
		{"no record\001", "no record\\001\n"},
	};
	struct names *names = names_new(&some, NULL);

	(void)state;
	(void)setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(4096);
		struct interpreter ip;
		struct record r;

		interpreter_init(&ip, names, ESCAPE_TTY);
		(void)!record_parse(sv_cstr(rows[i].line), &r);
		interpret_record(&ip, &r, &out);
		assert_string_equal(buf_cstr(&out), rows[i].words);
	}
	names_free(names);
}

static void no_byte_that_drives_a_terminal_is_shown(void **state)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{"a\033[31m", "a\\033[31m"},
		{"a\xc2\x9b"
		 "31m",
		 "a\\302\\23331m"},
		{"\xc2\x80\xc2\x9f", "\\302\\200\\302\\237"},
		{"\xc2\xa0\xc3\x9b\xe2\x82\x9b\xc2", "\xc2\xa0\xc3\x9b\xe2\x82\x9b\xc2"},
		{"\xf0\x9f\x98\x80 \xe9\xa0\x80\x7f", "\xf0\x9f\x98\x80 \xe9\xa0\x80\x7f"},
		/* Bytes of no character, behind one, and in forms that are too long. */
		{"\x9b"
		 "31m \xa0\xff",
		 "\\23331m \xa0\xff"},
		{"\xc3\x9b\x9b", "\xc3\x9b\\233"},
		{"\xf0\x9f\x98\x80\x80", "\xf0\x9f\x98\x80\\200"},
		{"\xc0\x9b \xe0\x82\x9b \xf0\x82\x82\x9b",
		 "\xc0\\233 \xe0\\202\\233 \xf0\\202\\202\\233"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(64);

		escape_put(ESCAPE_TTY, sv_cstr(rows[i].text), &out);
		assert_string_equal(buf_cstr(&out), rows[i].shown);
	}
}

/* A record of n fields, with n names in its tail. */
static void put_words_of_a_program(size_t n, struct buf *line)
{
	buf_puts(line, "type=EXECVE msg=audit(1.002:3):");
	for (size_t i = 0; i < n; i++)
		buf_printf(line, " a%zu=1,", i);
	buf_putc(line, RECORD_ENRICHED_MARK);
	for (size_t i = 0; i < n; i++)
		buf_printf(line, "B%zu=1 ", i);
}

/* A record of n fields that are read by another one, behind all of them. */
static void put_numbers_of_rules(size_t n, struct buf *line)
{
	buf_puts(line, "type=FANOTIFY msg=audit(1.002:3):");
	for (size_t i = 0; i < n; i++)
		buf_puts(line, " fan_info=1");
	buf_puts(line, " fan_type=1");
}

/* The processor's time, in microseconds, for a record of n fields. */
static long time_for(void (*put)(size_t n, struct buf *line), size_t n, struct interpreter *ip,
		     struct buf *out)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(16 << 20);
	long best = LONG_MAX;
	struct record r;

	put(n, &line);
	assert_int_equal(record_parse(buf_view(&line), &r), RECORD_OK);
	for (size_t round = 0; round < 5; round++) {
		clock_t start = clock(), spent;

		buf_reset(out);
		interpret_record(ip, &r, out);
		spent = clock() - start;
		best = spent < best ? spent : best;
	}
	return best;
}

static void a_long_line_takes_time_in_proportion(void **state)
{
	static void (*const lines[])(size_t n, struct buf * line) = {put_words_of_a_program,
								     put_numbers_of_rules};
	CLEANUP(buf_release) struct buf out = BUF_INIT(16 << 20);
	struct names *names = names_new(&some, NULL);
	struct interpreter ip;

	(void)state;
	interpreter_init(&ip, names, ESCAPE_TTY);
	for (size_t i = 0; i < LEN(lines); i++) {
		long some_time = time_for(lines[i], 2000, &ip, &out);
		long much = time_for(lines[i], 32000, &ip, &out);

		/* 16 times the fields; what looks at each name for each field takes 256 times. */
		assert_true(much < 64 * (some_time + 100));
	}
	names_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_of_value_has_its_words),
		cmocka_unit_test(some_names_mean_something_else_in_one_type_of_record),
		cmocka_unit_test(arguments_are_read_as_the_system_call_has_them),
		cmocka_unit_test(names_in_the_tail_win_and_those_of_user_text_stay_apart),
		cmocka_unit_test(a_line_keeps_its_shape),
		cmocka_unit_test(no_byte_that_drives_a_terminal_is_shown),
		cmocka_unit_test(a_long_line_takes_time_in_proportion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
