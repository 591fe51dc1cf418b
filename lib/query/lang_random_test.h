/*
 * Random queries, and events for them of other kinds than random_log_test.h makes: for
 * lang_random_test.c and lang_index_test.c.
 */
#ifndef AURUM_QUERY_LANG_RANDOM_TEST_H
#define AURUM_QUERY_LANG_RANDOM_TEST_H

#include "query/random_log_test.h"

static const char *const fields[] = {
	"pid",    "ppid",     "uid",      "euid",         "auid",         "gid",     "ses",
	"exit",   "success",  "key",      "exe",          "comm",         "name",    "cwd",
	"path",   "saddr",    "tty",      "terminal",     "acct",         "op",      "res",
	"subj",   "hostname", "addr",     "user",         "port",         "args",    "type",
	"node",   "id",       "a0",       "a1",           "proctitle",    "syscall", "arch",
	"suid",   "serial",   "\"uuid\"", "\"vm\"",       "mode",         "outcome", "subject",
	"object", "action",   "program",  "\"scontext\"", "\"new-disk\"", "dir",     "nametype",
	"flags",
};
static const char *const values[] = {
	"0",
	"1",
	"42",
	"4242",
	"04242",
	"-1",
	"4294967295",
	"unset",
	"alice",
	"root",
	"needle",
	"\"needle\"",
	"\"a b\"",
	"\"/opt/a b\"",
	"/usr/bin/sudo",
	"/etc/shadow",
	"shadow",
	"sudo",
	"/etc",
	"/etc/x",
	"/etc/x/",
	"/etc/etc/x",
	"x",
	"/x",
	"../x",
	"./x",
	"\"?\"",
	"p",
	"yes",
	"no",
	"success",
	"failed",
	"EACCES",
	"-13",
	"openat",
	"execve",
	"x86_64",
	"0x1f",
	"SYSCALL",
	"PATH",
	"USER_LOGIN",
	"1300",
	"10.1.2.3",
	"needle*",
	"*eed*",
	"/etc/*",
	"*/x",
	"?",
	"??",
	"*",
	"/opt/a?b",
	"1*",
	"0*",
	"\"\"",
	"\" \"",
	"(null)",
	"web1",
	"6E6565646C65",
	"192.0.2.7",
};
static const char *const patterns[] = {
	"\"needle\"",
	"/^need/",
	"\"shadow$\"",
	"/^[a-z]+$/",
	"/(?i)NEEDLE/",
	"/a b/",
	"/^$/",
	"/./",
	"/x|needle/",
	"/eed{1,2}le?/",
	"/^\\\\/usr\\/bin/",
	"/needl[e]\\b/",
	"/42/",
	"/ (need)(le)+x*/",
	"/root|alice/",
	"/^E/",
	"/\\x6eeedle/",
	"/e+d.*e/",
};
static const char *const lists[] = {
	"(needle, 42)",
	"(0, 1000, 4242)",
	"(needle*, \"a b\")",
	"1..5000",
	"(0..1, 42..50)",
	"10.0.0.0/8",
	"(192.0.2.0/24, needle)",
	"(/etc/shadow, x)",
	"(alice, root, unset)",
	"0.0.0.0/0",
	"::/0",
};
static const char *const wholes[] = {
	"\"needle\"",
	"\"a b\"",
	"\"/etc\"",
	"\"p\"",
	"has key",
	"has node",
	"has auid",
	"has \"vm\"",
	"has path",
	"time >= 1000",
	"time > @100000000",
	"serial < 30",
	"time = 1970-01-01",
	"\\timestamp >= ts:5.0",
	"\\record_type == SYSCALL",
	"\\regexp /needle/",
	"auid >= 1000",
	"uid == 0",
	"key i= needle",
	"exe r= \"\\\"/usr/bin/sudo\\\"\"",
	"key r!= x",
	"type r= SYSCALL",
	"node r= web1",
	"uid i= root",
	"res r= 1",
	"event > 10.000:5",
	"addr in 192.0.2.0/24",
	"port > 10",
	"syscall = openat",
	"syscall != execve",
	"syscall ~ /^(ex|un)/",
	"syscall in (257, execve)",
	"arch = x86_64",
	"path = /etc/x",
	"path = /x",
	"path = /etc/shadow",
	"path in (/etc/x, /x)",
	"path = /etc",
	"path like \"/etc/*\"",
	"not path = /etc/x",
};

static void put_operand(struct dice *d, struct buf *out)
{
	static const char *const signs[] = {"=", "=", "=", "!=", "like", "not like"};
	static const char *const orders[] = {"<", "<=", ">", ">="};

	switch (roll(d, 8)) {
	case 0:
		buf_printf(out, "%s", PICK(d, wholes));
		break;
	case 1:
		buf_printf(out, "%s %s %s", PICK(d, fields), roll(d, 4) ? "~" : "!~",
			   PICK(d, patterns));
		break;
	case 2:
		buf_printf(out, "%s %s %s", PICK(d, fields), roll(d, 4) ? "in" : "not in",
			   PICK(d, lists));
		break;
	case 3:
		buf_printf(out, "%s %s %s", PICK(d, fields), PICK(d, orders), PICK(d, values));
		break;
	default:
		buf_printf(out, "%s %s %s", PICK(d, fields), PICK(d, signs), PICK(d, values));
		break;
	}
}

static void put_query(struct dice *d, unsigned depth, struct buf *out)
{
	static const char *const links[] = {" and ", " or ", " && ", " || "};
	unsigned shape = depth ? roll(d, 5) : 0;

	if (shape < 2) {
		put_operand(d, out);
	} else if (shape == 2) {
		buf_puts(out, roll(d, 3) ? "not (" : "!(");
		put_query(d, depth - 1, out);
		buf_puts(out, ")");
	} else {
		const char *link = PICK(d, links);

		buf_puts(out, "(");
		put_query(d, depth - 1, out);
		buf_printf(out, ")%s(", link);
		put_query(d, depth - 1, out);
		buf_puts(out, ")");
	}
}

/* ---- events of other kinds than random_log() makes ---- */

static const char *const raw_values[] = {
	"needle",
	"\"needle\"",
	"6E6565646C65",
	"6e6565646c65",
	"\"a b\"",
	"612062",
	"\"/opt/a b\"",
	"2F6F70742F612062",
	"0",
	"1",
	"42",
	"0042",
	"4242",
	"04242",
	"4294967295",
	"-1",
	"-13",
	"-2",
	"1000",
	"\"alice\"",
	"alice",
	"root",
	"?",
	"(null)",
	"(none)",
	"yes",
	"no",
	"success",
	"failed",
	"257",
	"59",
	"c000003e",
	"40000003",
	"1f",
	"0x1f",
	"0100644",
	"/x",
	"x",
	"\"x\"",
	"\"../x\"",
	"\"./x\"",
	"\".\"",
	"\"..\"",
	"\"x/..\"",
	"\"/etc//x/\"",
	"\"/etc/../etc/x\"",
	"\"/etc\"",
	"\"etc/x\"",
	"\"..//x\"",
	"\".././x\"",
	"\"../../etc/x\"",
	"\"./../x\"",
	"\"x/\"",
	"\"./x/\"",
	"\"./etc/x\"",
	"\"../x/.\"",
	"\"etc//x\"",
	"\"/\"",
	"\"/etc/./x\"",
	"\"/etc/shadow\"",
	"192.0.2.7",
	"192.0.2.7:60",
	"::ffff:192.0.2.7",
	"::ffff:c000:207",
	"10.1.2.3",
	"2001:db8::5",
	"020001BB0A0102030000000000000000",
	"020000500A010203",
	"01002F782F6E6565646C6500",
	"0A0001BB0000000000000000000000000000FFFF0A01020300000000",
	"6E6565646C6500612062",
	"6E65002D6C",
	"6E6565646C650161206201",
	"01",
	"\"",
	"\"open",
	"'x'",
	"x'",
	"EXECVE",
	"6",
	"61F",
	"unknown(1000)",
	"\"/usr/bin/sudo\"",
	"web1",
	"p",
};
static const char *const raw_names[] = {
	"syscall",  "arch",    "syscall",   "arch",    "name", "name",     "name",     "cwd",
	"cwd",      "pid",     "ppid",      "uid",     "euid", "auid",     "gid",      "ses",
	"exit",     "success", "key",       "exe",     "comm", "name",     "cwd",      "path",
	"saddr",    "tty",     "acct",      "op",      "res",  "subj",     "hostname", "addr",
	"laddr",    "lport",   "rport",     "a0",      "a1",   "a2",       "a4",       "a1[0]",
	"a1[1]",    "argc",    "proctitle", "syscall", "arch", "suid",     "vm",       "uuid",
	"new-disk", "dir",     "mode",      "flags",   "id",   "nametype", "inode",    "type",
	"node",
};
static const char *const raw_types[] = {
	"SYSCALL",     "SYSCALL",         "PATH",          "PATH",        "CWD",
	"EXECVE",      "EXECVE",          "PROCTITLE",     "SOCKADDR",    "USER_LOGIN",
	"USER_CMD",    "ADD_GROUP",       "AVC",           "TRUSTED_APP", "NETFILTER_PKT",
	"MQ_OPEN",     "CRYPTO_KEY_USER", "UNKNOWN[1300]", "1300",        "NOSUCH",
	"KERN_MODULE", "USER_TTY",
};
static const char *const tails[] = {
	"",
	"",
	"",
	"\x1d"
	"AUID=\"alice\" UID=\"root\"",
	"\x1d"
	"AUID=\"needle\"",
	"\x1d"
	"SYSCALL=openat ARCH=x86_64",
	"\x1d"
	"UID=\"unknown(1000)\" AUID=\"alice\" AUID=\"bob\"",
	"\x1d"
	"KEY=needle NAME=\"/etc/x\" GID=\"alice\"",
	"\x1d"
	"uid=\"alice\" SADDR={ saddr_fam=inet laddr=10.1.2.3 lport=443 }",
};

static void put_raw_fields(struct dice *d, struct buf *out)
{
	for (unsigned n = 1 + roll(d, 5); n; n--) {
		const char *name = PICK(d, raw_names), *value = PICK(d, raw_values);

		buf_printf(out, " %s=%s", name, value);
	}
}

static void put_log(struct dice *d, struct buf *out)
{
	for (unsigned serial = 0; serial < 30 && d->at + 64 < d->n; serial++) {
		const char *node = roll(d, 4) ? "" : "node=web1 ";

		for (unsigned n = 1 + roll(d, 4); n; n--) {
			buf_printf(out, "%stype=%s msg=audit(1000.%03u:%u):", node,
				   PICK(d, raw_types), serial * 7, serial);
			put_raw_fields(d, out);
			if (roll(d, 4) == 0) {
				buf_puts(out, " msg='op=needle");
				put_raw_fields(d, out);
				buf_puts(out, roll(d, 8) ? "'" : "");
			}
			buf_printf(out, "%s\n", PICK(d, tails));
		}
	}
}

/* The bytes of a round, from a generator whose state is *seed. */
static void random_bytes(uint64_t *seed, uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		bytes[i] = (uint8_t)(*seed >> 40);
	}
}

#endif
