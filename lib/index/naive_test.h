/*
 * For tests: an index of some text beside what the text says, looked up record by record in both ways to read
 * one (index/demand.h). Texts are made of random bytes, from palettes in which things meet.
 */
#ifndef AURUM_INDEX_NAIVE_TEST_H
#define AURUM_INDEX_NAIVE_TEST_H

#include "index/build.h"
#include "index/fields.h"
#include "log/cursor.h"
#include "record/escape.h"
#include "record/words.h"
#include "table/table.h"

#include <assert.h>
#include <ctype.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- a text ---- */

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

static const char *const naive_names[] = {
	"uid",   "auid",     "pid",  "ses",  "key",   "name",  "exe",   "res",
	"acct",  "args",     "a0",   "a1",   "AUID",  "UID",   "SADDR", "msg",
	"saddr", "seresult", "cmd",  "dev",  "a2[0]", "inode", "x",     "loginuid",
	"Uid",   "success",  "(uid", "node", "type",  "cwd",
};
static const char *const naive_values[] = {
	"0",
	"1",
	"42",
	"0042",
	"42,",
	"?",
	"4294967295",
	"\"ls\"",
	"\"a b\"",
	"\"a uid=0\"",
	"6C73",
	"6c73206100",
	"(null)",
	"(none)",
	"\"/etc/passwd\"",
	"2F6574632F",
	"yes",
	"success",
	"success'",
	"'",
	"\"",
	"\"x\"y\"",
	"'q'",
	"{ a=1 }",
	"{",
	"}",
	"",
	"x)",
	"x:",
	"61016201",
	"0200C780F4A0D23E0000000000000000",
	"01002F746D702F78",
	"\"/usr/bin/a-very-long-name-of-a-program\"",
	"2F7573722F62696E2F612D766572792D6C6F6E67",
	"a=b",
	"=",
	"-1",
	"00",
	"0",
};
static const char *const naive_types[] = {
	"SYSCALL",      "SYSCALL",       "PATH", "EXECVE", "USER_LOGIN",
	"AVC",          "USER_AVC",      "CWD",  "EOE",    "PROCTITLE",
	"DAEMON_START", "UNKNOWN[1309]", "1300", "NOSUCH", "CONFIG_CHANGE",
};

/* Runs of words that come again (index/phrase.h), and others that begin as they do. */
static const char *const naive_phrases[] = {
	"arch=c000003e syscall=2 success=yes exit=0",
	"auid=0 uid=0 gid=0 fsgid=1 tty=pts0",
	"auid=0 uid=0 gid=0 fsgid=1 auid=1 tty=pts0",
	"comm=\"ls\" exe=\"/usr/bin/ls\" success=yes",
	"comm=\"ls\" exe=\"/usr/bin/ls -l\" success=yes",
	"comm=\"ls\" exe=\"/usr/bin/ls\" a0=\"x\" success=no",
	"subj=system_u:system_r:kernel_t:s0 msg='op=login acct=\"root\" exe=\"/bin/login\" "
	"res=success'",
	"subj=system_u:system_r:kernel_t:s0 key=\"k\" res=1",
	"acct=\"root\" exe=\"/bin/login\" res=success'",
	"dev=fd:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0",
	"dev=fd:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL",
	"\x1d"
	"AUID=\"root\" UID=\"root\" GID=\"root\" EUID=\"root\"",
	"\x1d"
	"ARCH=x86_64 SYSCALL=open AUID=\"it's\" UID=\"root\"",
	"AUID=\"root\" UID=\"root\" GID=\"root\" SADDR={ a=1 }",
};

static void put_fields(struct dice *d, struct buf *out)
{
	for (unsigned n = roll(d, 9); n; n--) {
		static const char *const between[] = {" ", " ",  " ", " ",    " ",
						      " ", "  ", "",  "\x1d", " \x1d"};

		if (roll(d, 12) == 0)
			buf_puts(out, "avc: denied { read write } for");
		else if (roll(d, 4) == 0)
			buf_puts(out, PICK(d, naive_phrases));
		else
			buf_printf(out, "%s=%s", PICK(d, naive_names), PICK(d, naive_values));
		buf_puts(out, PICK(d, between));
	}
}

static void put_line(struct dice *d, struct buf *out, int *clock)
{
	static const char *const nodes[] = {"", "", "", "", "node=a ", "node=b ", "node= "};
	static const int steps[] = {0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, -1, -2};
	static const char *const odd[] = {"", "garbage\n", "type=PATH msg=audit(1000.0\n", "\n",
					  "node=a\n"};
	const char *node;

	if (roll(d, 20) == 0) {
		buf_puts(out, PICK(d, odd));
		buf_putc(out, 0);
	}
	*clock += PICK(d, steps);
	node = PICK(d, nodes);
	buf_printf(out, "%stype=%s msg=audit(%d.00%u:%u):", node, PICK(d, naive_types), *clock,
		   roll(d, 2), roll(d, 4));
	if (roll(d, 8))
		buf_putc(out, ' ');
	put_fields(d, out);
	if (roll(d, 3) == 0) {
		buf_puts(out, " msg='");
		put_fields(d, out);
		buf_puts(out, "res=success'");
	}
	if (roll(d, 3) == 0) {
		buf_putc(out, RECORD_ENRICHED_MARK);
		buf_printf(out, "UID=\"%s\" ", roll(d, 2) ? "root" : "al ice");
		put_fields(d, out);
	}
	buf_putc(out, '\n');
}

static void put_text(struct dice *d, struct buf *out)
{
	int clock = 1000;

	while (d->at < d->n && out->n < 60000)
		put_line(d, out, &clock);
	if (out->n && roll(d, 4) == 0)
		out->n--;
}

/* ---- what it says ---- */

#define NAIVE_ROWS_MAX 4096

struct naive_value {
	uint32_t row, record; /* record: counted over all */
	int field;
	bool is_word, is_first; /* is_first: of that field in its record, read that way */
	struct sv raw;
};

struct naive {
	struct arena arena;
	struct naive_value *values;
	size_t count, cap;
	struct stamp stamps[NAIVE_ROWS_MAX];
	struct sv nodes[NAIVE_ROWS_MAX];
	uint32_t rows, records;
};

static bool naive_is_argument(struct sv name)
{
	char text[32];
	int end = 0;

	if (!sv_to_cstr(name, text, sizeof(text)) || name.n < 2 || !isdigit((unsigned char)text[1]))
		return false;
	end = (int)strspn(text + 1, "0123456789") + 1;
	if (text[0] != 'a')
		return false;
	if (!text[end])
		return true;
	if (text[end] != '[' || !isdigit((unsigned char)text[end + 1]))
		return false;
	end += 1 + (int)strspn(text + end + 1, "0123456789");
	return text[end] == ']' && !text[end + 1];
}

static void naive_add(struct naive *n, const struct record *r, struct sv name, struct sv raw,
		      bool is_word)
{
	int field = index_field_find(name);
	struct naive_value *v;
	bool is_first = true;

	if (field < 0 && r->type == 1309 && naive_is_argument(name))
		field = index_field_find(SV("args"));
	if (field < 0)
		return;
	for (size_t i = n->count; i-- > 0 && n->values[i].record == n->records;)
		if (n->values[i].field == field && n->values[i].is_word == is_word)
			is_first = false;
	if (n->count == n->cap) {
		n->cap = n->cap ? n->cap * 2 : 1024;
		n->values = realloc(n->values, n->cap * sizeof(*n->values));
		assert(n->values);
	}
	v = &n->values[n->count++];
	*v = (struct naive_value){n->rows, n->records, field,
				  is_word, is_first,   arena_copy(&n->arena, raw)};
}

static void naive_fields(struct naive *n, const struct record *r)
{
	struct fields it;
	struct field f;

	fields_init(&it, r);
	while (fields_next(&it, &f)) {
		char name[64];
		struct sv raw = f.value;

		if (f.quote && raw.p) {
			const char *end = r->line.p + r->line.n;

			raw = sv_make(raw.p - 1, raw.n + 1);
			raw.n += raw.p + raw.n < end && raw.p[raw.n] == f.quote;
		}
		if (f.origin == FIELD_TAIL && sv_to_cstr(f.name, name, sizeof(name))) {
			for (char *p = name; *p; p++)
				*p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
			naive_add(n, r, sv_make(name, f.name.n), raw, false);
		} else {
			naive_add(n, r, f.name, raw, false);
		}
	}
}

static void naive_event(struct naive *n, const struct event *event)
{
	struct interpreter *none = NULL;
	struct words w;

	assert(n->rows < NAIVE_ROWS_MAX);
	n->stamps[n->rows] = event->stamp;
	n->nodes[n->rows] = arena_copy(&n->arena, event->node);
	words_init(&w, none);
	for (size_t i = 0; i < event->count; i++) {
		const struct trail_field *f;

		assert(words_read(&w, &event->records[i]));
		for (size_t k = 0; (f = words_at(&w, k)); k++) {
			CLEANUP(buf_release) struct buf raw = BUF_INIT(1 << 20);

			words_put_raw(f, &raw);
			naive_add(n, &event->records[i], f->name, buf_view(&raw), true);
		}
		naive_fields(n, &event->records[i]);
		n->records++;
	}
	words_release(&w);
	n->rows++;
}

static void naive_read(struct naive *n, struct sv text)
{
	const struct join_options o = {.order = JOIN_ORDERED, .timeout_s = 2};
	struct join *j = join_new(&o, NULL);
	const struct event *event;
	struct sv line;

	memset(n, 0, sizeof(*n));
	arena_init(&n->arena, (size_t)64 << 20);
	assert(j);
	while (sv_line(&text, &line)) {
		struct record r;

		while (line.n && line.p[0] == 0)
			line = sv_from(line, 1);
		if (record_parse(sv_head(line, CURSOR_LINE_MAX), &r) == RECORD_OK)
			assert(join_put(j, &r) == 0);
		while ((event = join_next(j)))
			naive_event(n, event);
	}
	join_finish(j);
	while ((event = join_next(j)))
		naive_event(n, event);
	join_free(j);
}

static void naive_release(struct naive *n)
{
	arena_release(&n->arena);
	free(n->values);
}

/* ---- its index ---- */

/* Events reach those who add them up as record_parse() has them. */
static void naive_see(void *ctx, const struct event *event, uint32_t row, uint32_t first_frame,
		      uint32_t last_frame)
{
	uint32_t *rows = ctx;

	assert(row == (*rows)++ && first_frame <= last_frame && event->count > 0);
	for (size_t i = 0; i < event->count; i++) {
		const struct record *r = &event->records[i];
		struct record p;

		assert(record_parse(r->line, &p) == RECORD_OK);
		assert(sv_eq(p.node, r->node) && p.type == r->type);
		assert(sv_eq(p.type_name, r->type_name) && stamp_eq(&p.stamp, &r->stamp));
		assert(sv_eq(p.body, r->body) && sv_eq(p.tail, r->tail));
		assert(stamp_eq(&p.stamp, &event->stamp));
	}
}

static int naive_put(void *ctx, struct buf *out)
{
	(void)ctx;
	buf_puts(out, "rows");
	return 0;
}

static const struct segment_head naive_head = {.head_hash = 1, .mtime_ns = 2};

/* An index in memory; *fd is its file. */
static void naive_index(struct sv text, size_t frame_bytes, struct index *x, int *fd,
			struct segment_head *head)
{
	uint32_t rows = 0;
	const struct index_extra_maker see = {
		.kind = INDEX_EXTRA_FIRST, .ctx = &rows, .event = naive_see, .put = naive_put};
	const struct index_options o = {.extra = &see, .extra_count = text.n % 2};
	struct index_builder *b = index_builder_new(&o, NULL);
	char path[64];
	struct err e = {0};
	uint64_t at = 0;

	assert(b);
	*head = naive_head;
	head->raw_bytes = text.n;
	while (at < text.n) {
		struct sv rest = sv_head(sv_from(text, at), SEGMENT_FRAME_MAX);
		size_t n = segment_frame_end(rest, frame_bytes, at + rest.n == text.n);

		assert(n && index_builder_frame(b, sv_head(rest, n), at, &e) == 0);
		at += n;
	}
	assert(index_builder_end(b, head, &e) == 0);
	*fd = memfd_create("index", MFD_CLOEXEC);
	assert(*fd >= 0 && index_builder_write(b, *fd, &e) == 0);
	index_builder_free(b);
	assert(rows == 0 || text.n % 2);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", *fd);
	assert(index_open(x, path, head, &e) == INDEX_OPEN);
}

/* ---- comparing ---- */

struct naive_want {
	struct sv raw;
	unsigned mask; /* or, with no raw: of the sum of its bytes */
};

static bool naive_accepts(const void *arg, struct sv raw)
{
	const struct naive_want *w = arg;
	unsigned sum = (unsigned)raw.n;

	if (w->raw.p)
		return sv_eq(raw, w->raw);
	for (size_t i = 0; i < raw.n; i++)
		sum = sum * 31 + (unsigned char)raw.p[i];
	return sum & w->mask;
}

/* The rows with a value that is accepted; read as words or not, first ones only or not. */
static struct rows *naive_rows(const struct naive *n, int field, const struct naive_want *w,
			       bool any, bool is_word)
{
	struct rows *rows = rows_new(n->rows);

	assert(rows);
	for (size_t i = 0; i < n->count; i++) {
		const struct naive_value *v = &n->values[i];

		if (v->field == field && (any || (v->is_word == is_word && v->is_first)) &&
		    naive_accepts(w, v->raw))
			rows_add(rows, v->row);
	}
	return rows;
}

static void compare_field(const struct naive *n, struct index *x, int field,
			  const struct naive_want *w)
{
	const struct demand d = {.kind = DEMAND_FIELD,
				 .field = sv_cstr(index_fields[field].name),
				 .accepts = naive_accepts,
				 .arg = w,
				 .is_exact = true};
	bool in_tail = isupper((unsigned char)index_fields[field].name[0]);
	struct rows *any = naive_rows(n, field, w, true, false), *first;
	struct index_rows rows = {NULL};
	struct err e = {0};

	switch (index_ask(x, &d, &rows, &e)) {
	case INDEX_BROKEN:
		assert(!"a new index is whole");
		break;
	case INDEX_ALL:
		break;
	case INDEX_EXACT:
		for (int is_word = 0; is_word < 2; is_word++) {
			if (is_word ? in_tail : strcmp(index_fields[field].name, "seresult") == 0)
				continue;
			first = naive_rows(n, field, w, false, is_word);
			assert(rows_equal(first, rows.rows));
			rows_free(first);
		}
		break;
	case INDEX_SOME:
		assert(rows_contain(rows.rows, any));
		break;
	}
	index_rows_release(&rows);
	rows_free(any);
}

/* Something that a bloom was made of is in it. */
static void compare_text(struct index *x, const struct naive_value *v, struct sv text, size_t from)
{
	struct demand d = {.kind = DEMAND_FIELD, .field = sv_cstr(index_fields[v->field].name)};
	struct sv part = sv_head(sv_from(text, from), 6);

	for (int parts = 0; parts < (index_fields[v->field].form == INDEX_FORM_ADDRESS ? 1 : 2);
	     parts++) {
		struct index_rows rows = {NULL};
		enum index_answer answer;

		d.values = parts ? NULL : &text;
		d.parts = parts ? &part : NULL;
		d.value_count = d.part_count = 1;
		answer = index_ask(x, &d, &rows, NULL);
		assert(answer == INDEX_ALL || rows_has(rows.rows, v->row));
		index_rows_release(&rows);
	}
}

static void compare_texts(struct index *x, const struct naive_value *v)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	struct sv raw = v->raw;
	size_t from = raw.n % 3;

	if (index_fields[v->field].form == INDEX_FORM_NUMBER) {
		size_t n = 0;

		while (raw.n && (raw.p[0] == '"' || raw.p[0] == '\''))
			raw = sv_from(raw, 1);
		while (n < raw.n && isdigit((unsigned char)raw.p[n]))
			n++;
		raw = sv_head(raw, n);
		while (raw.n > 1 && raw.p[0] == '0')
			raw = sv_from(raw, 1);
		if (raw.n)
			compare_text(x, v, raw, 0);
		return;
	}
	if (raw.n && (raw.p[0] == '"' || raw.p[0] == '\'')) {
		struct sv inside = sv_from(raw, 1);

		compare_text(x, v, sv_head(inside, sv_index(inside, raw.p[0])), from);
		return;
	}
	compare_text(x, v, raw, from);
	for (int zeros = 0; zeros < 2; zeros++) {
		buf_reset(&text);
		if (decode_bytes(zeros && sv_starts(raw, SV("00")) ? sv_from(raw, 2) : raw,
				 &text) &&
		    index_fields[v->field].form == INDEX_FORM_TEXT)
			compare_text(x, v, buf_view(&text), from);
	}
}

static void compare_frames(const struct naive *n, struct index *x, struct sv text)
{
	assert(index_frames(x, NULL) == 0);
	for (size_t i = 0; i < x->frame_count; i++) {
		const struct index_frame *f = &x->frames[i];
		struct sv lines = sv_head(sv_from(text, f->raw_at), f->raw_bytes), line;

		while (sv_line(&lines, &line)) {
			struct record r;

			while (line.n && line.p[0] == 0)
				line = sv_from(line, 1);
			if (record_parse(line, &r) != RECORD_OK || r.type == AUDIT_EOE)
				continue; /* in a frame without its event it counts for nothing */
			assert(stamp_cmp(&f->first, &r.stamp) <= 0 &&
			       stamp_cmp(&f->last, &r.stamp) >= 0);
			assert(f->serial_min <= r.stamp.serial && f->serial_max >= r.stamp.serial);
			for (uint32_t row = 0; x->totals.is_orderly && row < n->rows; row++)
				assert(!stamp_eq(&n->stamps[row], &r.stamp) ||
				       (row >= f->row_from && row < f->row_to));
		}
	}
}

/* An index of the text against the text. */
static void naive_compare(struct sv text, size_t frame_bytes)
{
	struct naive *n = malloc(sizeof(*n));
	struct segment_head head;
	struct index x;
	uint32_t late = 0;
	struct stamp high = {-1, 0, 0};
	int fd;

	assert(n);
	naive_read(n, text);
	naive_index(text, frame_bytes, &x, &fd, &head);
	assert(x.totals.rows == n->rows);
	for (uint32_t i = 0; i < n->rows; i++) {
		late += stamp_cmp(&n->stamps[i], &high) < 0;
		if (stamp_cmp(&n->stamps[i], &high) > 0)
			high = n->stamps[i];
	}
	assert(x.totals.late == late);
	for (int field = 0; field < INDEX_FIELDS; field++)
		for (unsigned mask = 1; mask < 16; mask *= 2)
			compare_field(n, &x, field, &(struct naive_want){.mask = mask});
	for (size_t i = 0; i < n->count && i < 600; i++) {
		compare_field(n, &x, n->values[i].field,
			      &(struct naive_want){.raw = n->values[i].raw.n ? n->values[i].raw
									     : SV("")});
		compare_texts(&x, &n->values[i]);
	}
	compare_frames(n, &x, text);
	index_close(&x);
	(void)close(fd);
	naive_release(n);
	free(n);
}

#endif
