/*
 * For tests: a random log and a random query out of random bytes, and the scan of the one for the
 * other in every way there is. The palettes are small so that things meet: equal stamps, records
 * among those of other events, time that runs backwards, values that fit in one spelling only.
 */
#ifndef AURUM_QUERY_SCAN_RANDOM_TEST_H
#define AURUM_QUERY_SCAN_RANDOM_TEST_H

#include "base/file.h"
#include "query/scan.h"
#include "table/table.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

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

static void random_log(struct dice *d, struct buf *out)
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

/* ---- the scans ---- */

static void put_event(struct buf *out, const struct event *event)
{
	buf_printf(out, "-- %lld.%u:%llu %u %.*s\n", (long long)event->stamp.sec, event->stamp.ms,
		   (unsigned long long)event->stamp.serial, event->type, SV_FMT(event->node));
	for (size_t i = 0; i < event->count; i++) {
		buf_put(out, event->records[i].line);
		buf_putc(out, '\n');
	}
}

/* Which events are looked at, and when the scan gives up. */
struct gate {
	unsigned pass_over; /* one in so many, by its stamp; 0: none */
	unsigned give_up;   /* at this event; 0: never */
	unsigned asked;
	struct buf text; /* of all that it was asked */
};

/* What a scan writes to. */
struct sink {
	struct buf *found;
	struct gate gate;
};

static enum scan_next put_found(void *arg, const struct event *event)
{
	struct sink *sink = arg;

	put_event(sink->found, event);
	return SCAN_ON;
}

static void *new_text(void *arg)
{
	struct buf *text = malloc(sizeof(*text));

	(void)arg;
	assert(text);
	*text = BUF_INIT(LOG_MAX * 2);
	return text;
}

static void put_chunk_event(void *arg, void *state, const struct event *event)
{
	(void)arg;
	put_event(state, event);
}

static enum scan_next end_text(void *arg, void *state, bool discard)
{
	struct buf *text = state;
	struct sink *sink = arg;

	if (!discard)
		buf_put(sink->found, buf_view(text));
	buf_release(text);
	free(text);
	return SCAN_ON;
}

/* The second question: whether some line holds a word. The state is the word. */
static void *new_word(void *arg)
{
	(void)arg;
	return strdup("needle");
}

static bool has_word(void *arg, void *state, const struct event *event)
{
	(void)arg;
	for (size_t i = 0; i < event->count; i++) {
		struct sv line = event->records[i].line;

		if (sv_find(line, sv_cstr(state)) < line.n)
			return true;
	}
	return false;
}

static void free_word(void *arg, void *state)
{
	(void)arg;
	free(state);
}

static struct plan_set word_set(void)
{
	struct plan_set set = {.count = 1, .rarity = 10};

	literal_init(&set.literals[0], LITERAL_TEXT, SV("needle"));
	return set;
}

struct random_scan {
	struct query query;
	bool has_gate, keep_open, has_word;
	unsigned pass_over, give_up;
	struct sv log;
	size_t cut; /* the log is in two files */
	int64_t timeout_s;
};

static enum scan_first ask_gate(struct gate *gate, const struct event *event)
{
	uint64_t which = (uint64_t)event->stamp.sec + event->stamp.serial;

	buf_printf(&gate->text, "? %lld.%u:%llu %u %.*s\n", (long long)event->stamp.sec,
		   event->stamp.ms, (unsigned long long)event->stamp.serial, event->type,
		   SV_FMT(event->node));
	if (++gate->asked == gate->give_up)
		return SCAN_GIVE_UP;
	if (!gate->pass_over || which % gate->pass_over)
		return SCAN_LOOK;
	return SCAN_PASS_OVER;
}

static enum scan_first ask(void *arg, const struct event *event)
{
	struct sink *sink = arg;

	return ask_gate(&sink->gate, event);
}

static int file_of(struct sv text)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert(fd >= 0);
	assert(file_write(fd, text) == 0);
	assert(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/* What the scan finds, as text, and what it tells of the log. */
static void scan_to(const struct random_scan *r, struct scan s, struct buf *out)
{
	struct join_options options = {.order = JOIN_ORDERED, .timeout_s = r->timeout_s};
	struct sink sink = {out, {r->pass_over, r->give_up, 0, BUF_INIT(LOG_MAX)}};
	struct plan_set set = word_set();
	struct cursor cursor;

	cursor_init(&cursor);
	assert(cursor_open_fd(&cursor, file_of(sv_head(r->log, r->cut)), "first", NULL) == 0);
	assert(cursor_open_fd(&cursor, file_of(sv_from(r->log, r->cut)), "second", NULL) == 0);
	s.query = &r->query;
	s.cursor = &cursor;
	s.join = join_new(&options, NULL);
	s.arg = &sink;
	s.first = r->has_gate ? ask : NULL;
	s.keep_open = r->keep_open;
	if (r->has_word) {
		s.match_new = new_word;
		s.match = has_word;
		s.match_free = free_word;
	}
	if (r->has_word && !s.plain) {
		s.sets = &set;
		s.set_count = 1;
	}
	if (!s.chunk_new)
		s.found = put_found;
	assert(s.join);
	assert(scan_run(&s, NULL) == 0);
	buf_printf(out, "%llu found\n", (unsigned long long)s.matches);
	/* Who gives up has read ahead, or not. */
	if (!r->give_up || sink.gate.asked < r->give_up)
		buf_printf(out, "%llu no records, %llu too long\n",
			   (unsigned long long)s.malformed_lines,
			   (unsigned long long)cursor.stats.too_long);
	buf_put(out, buf_view(&sink.gate.text));
	buf_release(&sink.gate.text);
	assert(!out->failed);
	join_free(s.join);
	cursor_release(&cursor);
}

static void check_same(struct sv want, const struct random_scan *r, const struct scan *s)
{
	CLEANUP(buf_release) struct buf got = BUF_INIT(LOG_MAX * 2);

	scan_to(r, *s, &got);
	if (sv_eq(buf_view(&got), want))
		return;
	(void)fprintf(stderr,
		      "== log, %zu bytes and more\n%.*s\n== plain\n%.*s== blocks of %zu\n%.*s",
		      r->cut, SV_FMT(r->log), SV_FMT(want), s->block_bytes, SV_FMT(buf_view(&got)));
	abort();
}

/* Makes log and query of the bytes; aborts when two ways to scan do not find the same. */
static void random_scans(const uint8_t *bytes, size_t n)
{
	static const size_t sizes[] = {64, 100, 333, 1000, 5000, 100000};
	struct dice d = {bytes, n, 0};
	CLEANUP(buf_release) struct buf log = BUF_INIT(LOG_MAX), want = BUF_INIT(LOG_MAX * 2);
	struct scan plain = {.plain = true}, alone = {.threads = 1}, both = {.threads = 3};
	struct scan chunks = {.threads = 2,
			      .chunk_new = new_text,
			      .chunk_event = put_chunk_event,
			      .chunk_end = end_text};
	struct random_scan r;

	random_query(&d, &r.query);
	r.timeout_s = roll(&d, 4);
	r.has_gate = roll(&d, 4) == 0;
	r.keep_open = r.has_gate && roll(&d, 2);
	r.has_word = roll(&d, 4) == 0;
	r.pass_over = roll(&d, 4);
	r.give_up = r.has_gate && roll(&d, 4) == 0 ? roll(&d, 64) : 0;
	alone.block_bytes = PICK(&d, sizes);
	both.block_bytes = PICK(&d, sizes);
	chunks.block_bytes = PICK(&d, sizes);
	r.cut = (size_t)roll(&d, 256) * roll(&d, 256);
	random_log(&d, &log);
	r.log = buf_view(&log);
	if (r.cut >= r.log.n)
		r.cut = r.log.n / 2;
	scan_to(&r, plain, &want);
	check_same(buf_view(&want), &r, &alone);
	check_same(buf_view(&want), &r, &both);
	check_same(buf_view(&want), &r, &chunks);
}

#endif
