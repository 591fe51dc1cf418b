/*
 * For tests: a random log and a random query out of random bytes. The palettes are small so that
 * things meet: equal stamps, records among those of other events, time that runs backwards, values
 * that fit in one spelling only.
 */
#ifndef AURUM_QUERY_RANDOM_LOG_TEST_H
#define AURUM_QUERY_RANDOM_LOG_TEST_H

#include "base/buf.h"
#include "query/query.h"

#include <assert.h>

#define LOG_MAX   ((size_t)4 << 20)
#define LINES_MAX 400

struct dice {
	const uint8_t *bytes;
	size_t n, at;
};

/* 0 to sides - 1; 0 when the bytes are used up. */
static unsigned roll(struct dice *d, unsigned sides)
{
	return d->at < d->n ? d->bytes[d->at++] % sides : 0;
}

#define PICK(d, list) (list)[roll(d, (unsigned)LEN(list))]

static const char *const random_numbers[] = {"0",   "1",      "42",         "4242", "04242",
					     "42,", "\"42\"", "4294967295", "-1",   "?"};
static const char *const random_texts[] = {
	"\"needle\"",
	"6E6565646C65",
	"6e6565646c65",
	"61016E6565646C65016220",
	"(null)",
	"(none)",
	"\"/usr/bin/sudo\"",
	"\"/opt/a b\"",
	"2F6F70742F612062",
	"2F6F70742F61207",
	"\"/etc\"",
	"\"./x\"",
	"\"../x\"",
	"2E2F78",
	"\"/etc/shadow\"",
	"needle",
	"\"p\"",
	"617",
	"0100002F6574632F736861646F7700",
	"\"\"",
};
static const char *const random_names[] = {
	"pid",      "ppid",  "uid",      "euid",     "auid",     "gid",  "egid", "ses",
	"syscall",  "exit",  "id",       "key",      "exe",      "comm", "name", "cwd",
	"path",     "saddr", "tty",      "terminal", "subj",     "obj",  "vm",   "uuid",
	"hostname", "addr",  "scontext", "tcontext", "new-disk",
};
static const char *const random_types[] = {
	"SYSCALL",        "SYSCALL",         "PATH",          "CWD",
	"EXECVE",         "PROCTITLE",       "EOE",           "AVC",
	"USER_LOGIN",     "CONFIG_CHANGE",   "SOCKADDR",      "LOGIN",
	"NETFILTER_CFG",  "UNKNOWN[1300]",   "1300",          "NOSUCH",
	"USER_AVC",       "ANOM_ABEND",      "VIRT_RESOURCE", "ADD_GROUP",
	"DAEMON_START",   "UNKNOWN[1250]",   "1299",          "INTEGRITY_EVM_XATTR",
	"INTEGRITY_RULE", "CRYPTO_KEY_USER",
};

/* Fields where they are looked at. */
static const char *const random_apt[][2] = {
	{"CWD", "cwd"},      {"CWD", "cwd"},           {"PATH", "name"},   {"PATH", "name"},
	{"PATH", "name"},    {"SYSCALL", "key"},       {"SYSCALL", "exe"}, {"SYSCALL", "comm"},
	{"SYSCALL", "tty"},  {"SOCKADDR", "saddr"},    {"CWD", "cwd"},     {"PATH", "obj"},
	{"AVC", "scontext"}, {"CONFIG_CHANGE", "key"},
};

static const char *random_value(struct dice *d, unsigned name)
{
	return name < 11 ? PICK(d, random_numbers) : PICK(d, random_texts);
}

static void put_fields(struct dice *d, struct buf *out, unsigned count)
{
	while (count--) {
		unsigned name = roll(d, LEN(random_names));

		buf_printf(out, " %s=%s", random_names[name], random_value(d, name));
	}
}

static void put_odd_line(struct dice *d, struct buf *out)
{
	static const char *const odd[] = {"", "garbage", "type=PATH msg=audit(1000.0",
					  "type=SYSCALL msg=audit(1000.000:1)", "node=a"};

	switch (roll(d, 8)) {
	case 0:
		for (unsigned n = 1 + roll(d, 255) * roll(d, 255); n; n--)
			buf_putc(out, 0);
		break;
	case 1:
		buf_printf(out, "type=PATH msg=audit(1000.000:1): name=\"");
		for (unsigned n = 300 * roll(d, 255); n; n--)
			buf_putc(out, 'x');
		break;
	default:
		buf_puts(out, PICK(d, odd));
		buf_putc(out, '\n');
	}
}

static void put_record(struct dice *d, struct buf *out, int *clock)
{
	static const int steps[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, -1, -2, -5};
	static const char *const nodes[] = {"", "", "", "node=a ", "node=b ", "node= "};
	static const char *const msecs[] = {"000", "000", "000", "000", "0", "5", "999"};
	const char *node = PICK(d, nodes), *ms = PICK(d, msecs);
	unsigned stamp = roll(d, 16), serial = roll(d, 3), apt = roll(d, 1 + LEN(random_apt));

	*clock += PICK(d, steps);
	buf_printf(out, "%stype=%s msg=audit(", node,
		   apt ? random_apt[apt - 1][0] : PICK(d, random_types));
	switch (stamp) {
	case 0:
		buf_printf(out, "%d.%s:00%u):", 1000 + *clock, ms, serial);
		break;
	case 1:
		buf_printf(out, "%d.%s:%u) ", 1000 + *clock, ms, serial);
		break;
	default:
		buf_printf(out, "%d.%s:%u): ", 1000 + *clock, ms, serial);
	}
	if (apt)
		buf_printf(out, " %s=%s", random_apt[apt - 1][1], PICK(d, random_texts));
	put_fields(d, out, roll(d, 4));
	if (roll(d, 4) == 0) {
		buf_puts(out, " msg='op=x");
		put_fields(d, out, roll(d, 4));
		buf_puts(out, " res=success'");
	}
	if (roll(d, 4) == 0)
		buf_puts(out, roll(d, 2) ? "\x1dUID=\"alice\" AUID=\"bob\"" : "\x1dUID=\"bob\"");
	if (roll(d, 64))
		buf_putc(out, '\n');
}

static inline void random_log(struct dice *d, struct buf *out)
{
	int clock = 500;

	for (unsigned lines = 0; lines < LINES_MAX && d->at < d->n; lines++)
		if (roll(d, 32) == 0)
			put_odd_line(d, out);
		else
			put_record(d, out, &clock);
}

static void random_query(struct dice *d, struct query *q)
{
	static const char *const texts[] = {
		"needle",   "ne",      "ap",  "e",    "/usr/bin/sudo",
		"/opt/a b", "a b",     "b ",  "/etc", "/etc/",
		"/.",       "/etc/.",  "./x", "../x", "shadow",
		"p",        "(null)",  "no",  "",     "x",
		"/",        "needlex",
	};
	static const uint64_t numbers[] = {0, 1, 42, 4242, 4294967295, (uint64_t)-1, (uint64_t)-42};
	static const unsigned counts[] = {0, 1, 1, 1, 1, 1, 2, 3};
	static const uint32_t types[] = {1300, 1302, 1307, 1320, 1112, 0, 1325, 1006};

	query_init(q);
	for (unsigned wants = PICK(d, counts); wants; wants--) {
		enum query_item item =
			roll(d, 4) ? (enum query_item)roll(d, QUERY_ITEMS) : QUERY_FILE;

		if (item == QUERY_CWD)
			continue;
		if (item == QUERY_UID || item == QUERY_AUID || item == QUERY_EUID)
			query_want_user(q, item, (uint32_t)PICK(d, numbers),
					roll(d, 2) ? SV("alice") : SV_EMPTY);
		else if (item <= QUERY_SUCCESS)
			query_want_number(q, item, PICK(d, numbers));
		else
			query_want_text(q, item, sv_cstr(PICK(d, texts)));
	}
	q->any_user = roll(d, 2);
	q->any_group = roll(d, 2);
	q->any_context = roll(d, 2);
	q->whole_word = roll(d, 4) == 0;
	if (roll(d, 8) == 0)
		assert(query_add_type(q, PICK(d, types)));
	if (roll(d, 8) == 0)
		assert(query_add_type(q, PICK(d, types)));
	if (roll(d, 8) == 0)
		assert(query_add_node(q, roll(d, 2) ? SV("a") : SV("")));
	if (roll(d, 8) == 0) {
		q->has_serial = true;
		q->serial = roll(d, 4);
	}
	if (roll(d, 8) == 0)
		q->start = 1500 + (int)roll(d, 10) - 5;
	if (roll(d, 8) == 0)
		q->end = 1500 + (int)roll(d, 20) - 5;
}

#endif
