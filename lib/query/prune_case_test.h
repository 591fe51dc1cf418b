/*
 * For tests: a log in several files, plain and compressed, most of them with an index that is good, stale or
 * damaged, and a question. What a scan finds with the indexes, how much of it, and what it tells of
 * the log is what the plain scan of all lines finds.
 */
#ifndef AURUM_QUERY_PRUNE_CASE_TEST_H
#define AURUM_QUERY_PRUNE_CASE_TEST_H

#include "base/file.h"
#include "base/map.h"
#include "index/build.h"
#include "query/prune_parts.h"
#include "query/random_log_test.h"
#include "query/scan.h"
#include "record/words.h"
#include "segment/names.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define FILES_MAX 6

/* ---- a question that no query can ask ---- */

struct leaf {
	struct sv field, text;
	bool is_part;
};

static bool leaf_accepts(const void *arg, struct sv raw)
{
	const struct leaf *l = arg;

	return l->is_part ? sv_find(raw, l->text) < raw.n : sv_eq(raw, l->text);
}

/* With the quotes that it has in the record. */
static struct sv tail_value(const struct record *r, const struct field *f)
{
	const char *end = r->line.p + r->line.n;
	struct sv raw = f->value;

	if (!f->quote)
		return raw;
	raw = sv_make(raw.p - 1, raw.n + 1);
	raw.n += raw.p + raw.n < end && raw.p[raw.n] == f->quote;
	return raw;
}

static bool type_holds(const struct demand *d, const struct event *event)
{
	for (size_t i = 0; i < event->count; i++)
		if (d->accepts(d->arg, event->records[i].type_name))
			return true;
	return false;
}

/* Of some record the first field of that name is accepted. */
static bool leaf_holds(const struct demand *d, const struct event *event)
{
	CLEANUP(buf_release) struct buf raw = BUF_INIT(LOG_MAX);
	struct interpreter ip = {.names = NULL};
	CLEANUP(words_release) struct words w;
	bool holds = false;

	words_init(&w, &ip);
	for (size_t i = 0; i < event->count && !holds; i++) {
		const struct trail_field *f;
		struct fields it;
		struct field tail;

		if (d->field.p[0] <= 'Z') {
			fields_init(&it, &event->records[i]);
			while (!holds && fields_next(&it, &tail)) {
				if (tail.origin != FIELD_TAIL || !sv_eq(tail.name, d->field))
					continue;
				holds = d->accepts(d->arg, tail_value(&event->records[i], &tail));
			}
			continue;
		}
		assert(words_read(&w, &event->records[i]));
		f = words_find(&w, d->field);
		buf_reset(&raw);
		if (f)
			words_put_raw(f, &raw);
		holds = f && d->accepts(d->arg, buf_view(&raw));
	}
	return holds;
}

static bool holds(const struct demand *d, const struct event *event)
{
	bool any = false, all = true;

	for (const struct demand *c = d->child; c; c = c->next) {
		bool one = holds(c, event);

		any |= one;
		all &= one;
	}
	switch (d->kind) {
	case DEMAND_ALL:
		return all;
	case DEMAND_ANY:
		return any;
	case DEMAND_NOT:
		return !any;
	case DEMAND_ANYTHING:
		return true;
	case DEMAND_NOTHING:
		return false;
	case DEMAND_TYPE:
		return type_holds(d, event);
	case DEMAND_FIELD:
	case DEMAND_NODE:
		break;
	}
	return leaf_holds(d, event);
}

/* ---- files ---- */

enum index_state { GOOD_INDEX, NO_INDEX, STALE_INDEX, DAMAGED_INDEX };

struct random_file {
	struct sv text;
	int fd;
	bool is_packed, is_torn;
	unsigned share; /* of what is left of the log, in 512ths */
	enum index_state index;
	size_t frame_bytes;  /* of the index, */
	size_t packed_bytes; /* of the segment */
	unsigned damage;     /* where */
	bool is_broken;      /* a byte of the segment is wrong */
};

struct random_case {
	const char *folder;
	struct query query;
	const struct demand *demand; /* NULL: the query alone */
	struct sv text;              /* which one of the event's lines has to hold; empty: none */
	int64_t timeout_s;
	struct random_file files[FILES_MAX];
	size_t file_count;
	uint64_t limit;   /* events, then it is stopped; 0: never */
	unsigned threads; /* of the scan that has several; 0: 2 */
	bool is_broken; /* some file is: of what is told of the log only the trouble is the same */
	bool is_wild; /* its clock jumps: only for one file, and not for those of one stamp, is all promised */
};

static int memory_file(struct sv text)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert(fd >= 0 && file_write(fd, text) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static int packed_file(struct sv text, size_t frame_bytes)
{
	const struct segment_options options = {.frame_bytes = frame_bytes};
	CLEAN_FD int plain = memory_file(text);
	int packed = memfd_create("segment", MFD_CLOEXEC);
	struct segment_head head;

	assert(packed >= 0 && segment_write(plain, packed, &options, &head, NULL) == 0);
	assert(lseek(packed, 0, SEEK_SET) == 0);
	return packed;
}

static void open_files(const struct random_case *c, struct cursor *cursor)
{
	cursor_init(cursor);
	for (size_t i = 0; i < c->file_count; i++) {
		char name[64];
		int fd = dup(c->files[i].fd);

		(void)snprintf(name, sizeof(name), "%s/audit.log.%zu", c->folder,
			       c->file_count - i);
		assert(fd >= 0 && lseek(fd, 0, SEEK_SET) == 0);
		assert(cursor_open_fd(cursor, fd, name, NULL) == 0);
	}
}

/* Whole lines, as many as there are in so many bytes, or one. */
static size_t frame_end(struct sv text, size_t from, size_t bytes)
{
	const char *newline;

	if (text.n - from <= bytes)
		return text.n;
	newline = memchr(text.p + from + bytes, '\n', text.n - from - bytes);
	return newline ? (size_t)(newline - text.p) + 1 : text.n;
}

static void write_index(const struct random_case *c, const struct random_file *f,
			const struct cursor_source *source)
{
	const struct index_options options = {.timeout_s = c->timeout_s};
	struct index_builder *b = index_builder_new(&options, NULL);
	struct segment_head head;
	char path[SEGMENT_PATH_MAX];
	CLEAN_FD int fd = -1;

	assert(b && cursor_source_head(source, &head));
	for (size_t from = 0, to; from < f->text.n; from = to) {
		to = frame_end(f->text, from, f->frame_bytes);
		assert(index_builder_frame(b, sv_make(f->text.p + from, to - from), from, NULL) ==
		       0);
	}
	if (f->index == STALE_INDEX)
		head.mtime_ns++;
	assert(index_builder_end(b, &head, NULL) == 0);
	assert(index_path(source->name, &head, path));
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert(fd >= 0 && index_builder_write(b, fd, NULL) == 0);
	if (f->index == DAMAGED_INDEX) {
		off_t size = lseek(fd, 0, SEEK_END);
		off_t at = (off_t)((uint64_t)size * f->damage / 256);
		char byte;

		assert(pread(fd, &byte, 1, at) == 1);
		byte = (char)(byte ^ 0x40);
		assert(pwrite(fd, &byte, 1, at) == 1);
	}
	index_builder_free(b);
}

static void remove_index(const struct cursor_source *source)
{
	struct segment_head head;
	char path[SEGMENT_PATH_MAX];

	if (cursor_source_head(source, &head) && index_path(source->name, &head, path))
		(void)unlink(path);
}

static void for_all_indexes(const struct random_case *c, bool is_write)
{
	struct cursor cursor;

	open_files(c, &cursor);
	for (size_t i = 0; i < cursor.count; i++)
		if (!is_write)
			remove_index(cursor.sources[i]);
	for (size_t i = 0; i < cursor.count; i++)
		if (is_write && c->files[i].index != NO_INDEX)
			write_index(c, &c->files[i], cursor.sources[i]);
	cursor_release(&cursor);
}

/* ---- scans ---- */

/* What the indexes were good for: a test in which they leave nothing out is none. */
struct random_tally {
	uint64_t files, used, text, kept, counted, found, sieved, reasons[PRUNE_REASONS];
};

struct outcome {
	const struct random_case *c;
	struct buf text;
	uint64_t taken, matches, sum; /* sum: of the events, in any order */
	uint64_t order; /* of their stamps: of events with one stamp any may be first */
	uint64_t malformed, too_long;
	bool has_start;
	struct stamp start;
	int status;     /* of the scan, */
	struct err why; /* where it failed */
	struct buf explained;
	struct random_tally *tally;
};

static void *match_new(void *arg)
{
	return arg;
}

static bool has_text(const struct event *event, struct sv text)
{
	for (size_t i = 0; i < event->count; i++)
		if (sv_find(event->records[i].line, text) < event->records[i].line.n)
			return true;
	return false;
}

static bool match(void *arg, void *state, const struct event *event)
{
	const struct random_case *c = ((const struct outcome *)arg)->c;

	(void)state;
	return (!c->demand || holds(c->demand, event)) && (!c->text.n || has_text(event, c->text));
}

static void match_free(void *arg, void *state)
{
	(void)arg, (void)state;
}

static enum scan_next take(void *arg, const struct event *event)
{
	struct outcome *o = arg;
	size_t from = o->text.n;

	buf_printf(&o->text, "-- %lld.%u:%llu %.*s\n", (long long)event->stamp.sec, event->stamp.ms,
		   (unsigned long long)event->stamp.serial, SV_FMT(event->node));
	for (size_t i = 0; i < event->count; i++) {
		buf_put(&o->text, event->records[i].line);
		buf_putc(&o->text, '\n');
	}
	o->sum += hash_sv(sv_from(buf_view(&o->text), from), 1);
	if (!o->c->is_wild) {
		o->order = hash_u64((uint64_t)event->stamp.sec, o->order);
		o->order = hash_u64(event->stamp.serial, o->order + event->stamp.ms);
	}
	return ++o->taken == o->c->limit ? SCAN_STOP : SCAN_ON;
}

static void add_to_tally(struct random_tally *t, const struct prune *p, uint64_t found)
{
	for (size_t i = 0; i < p->count; i++) {
		t->reasons[p->files[i].reason]++;
		t->sieved += p->files[i].is_sieved;
	}
	t->files += p->count;
	t->used += p->used;
	t->text += p->text_bytes;
	t->kept += p->kept_bytes;
	t->counted += p->counted;
	t->found += found;
}

/* What an index can be asked of it: a text may be anywhere. */
static struct demand *whole_demand(const struct random_case *c, struct arena *a)
{
	struct demand *all = demand_new(a, DEMAND_ALL), *copy = demand_new(a, DEMAND_ANYTHING);

	assert(all && copy);
	demand_add(all, copy);
	if (c->demand) {
		copy = demand_new(a, c->demand->kind);
		assert(copy);
		*copy = *c->demand;
		demand_add(all, copy);
	}
	return all;
}

static void run_case(const struct random_case *c, struct scan s, struct outcome *o)
{
	const struct join_options options = {.order = JOIN_ORDERED, .timeout_s = c->timeout_s};
	struct plan_set set = {.count = 1, .rarity = 9};
	struct prune prune = PRUNE_INIT;
	struct arena arena;
	struct cursor cursor;

	o->c = c;
	o->text = BUF_INIT(2 * LOG_MAX);
	o->explained = BUF_INIT(LOG_MAX);
	open_files(c, &cursor);
	s.query = &c->query;
	s.cursor = &cursor;
	s.join = join_new(&options, NULL);
	s.found = take;
	s.arg = o;
	s.prune = &prune;
	s.demand = c->demand;
	arena_init(&arena, (size_t)1 << 20);
	if (c->text.n) {
		literal_init(&set.literals[0], LITERAL_TEXT, c->text);
		s.sets = &set;
		s.set_count = 1;
		s.demand = whole_demand(c, &arena);
	}
	if (c->demand || c->text.n) {
		s.match_new = match_new;
		s.match = match;
		s.match_free = match_free;
	}
	assert(s.join);
	o->status = scan_run(&s, &o->why);
	o->matches = s.matches;
	o->malformed = s.malformed_lines;
	o->too_long = cursor.stats.too_long;
	o->has_start = s.has_start;
	o->start = s.start;
	prune_explain(&prune, &o->explained);
	if (o->tally)
		add_to_tally(o->tally, &prune, s.matches);
	prune_release(&prune);
	join_free(s.join);
	cursor_release(&cursor);
	arena_release(&arena);
}

static void show_case(const struct random_case *c)
{
	for (size_t i = 0; i < c->file_count; i++)
		(void)fprintf(stderr,
			      "== file %zu of %zu, index %d, frames of %zu, packed %d in %zu\n%.*s",
			      i + 1, c->file_count, c->files[i].index, c->files[i].frame_bytes,
			      c->files[i].is_packed, c->files[i].packed_bytes,
			      SV_FMT(c->files[i].text));
	(void)fprintf(stderr,
		      "== text \"%.*s\", timeout %lld, window %lld to %lld, wanted %x, types %d, "
		      "nodes %zu, serial %d\n",
		      SV_FMT(c->text), (long long)c->timeout_s, (long long)c->query.start,
		      (long long)c->query.end, c->query.wanted, c->query.has_types,
		      c->query.node_count, c->query.has_serial);
}

static bool is_same(const struct outcome *a, const struct outcome *b, bool only_count)
{
	if (a->status != b->status || (a->status && strcmp(a->why.text, b->why.text) != 0))
		return false;
	/* What was read ahead of the end is not told of; of events with one stamp any may be the last. */
	if (a->c->limit)
		return a->matches == b->matches && a->order == b->order;
	if (a->c->is_broken)
		return a->matches == b->matches && a->sum == b->sum;
	return a->matches == b->matches &&
	       (only_count || (a->sum == b->sum && a->order == b->order)) &&
	       a->malformed == b->malformed && a->too_long == b->too_long &&
	       a->has_start == b->has_start &&
	       (!a->has_start || stamp_cmp(&a->start, &b->start) == 0);
}

static void show_outcome(const struct outcome *o)
{
	(void)fprintf(stderr, "%.*s%llu found, %llu no records, %llu too long, ",
		      SV_FMT(buf_view(&o->text)), (unsigned long long)o->matches,
		      (unsigned long long)o->malformed, (unsigned long long)o->too_long);
	(void)fprintf(stderr, "start %d %lld.%u:%llu; %s\n", o->has_start, (long long)o->start.sec,
		      o->start.ms, (unsigned long long)o->start.serial,
		      o->status ? o->why.text : "no trouble");
}

static void check_case(const struct random_case *c, const struct scan *s,
		       const struct outcome *want)
{
	struct outcome got = {.tally = want->tally};

	run_case(c, *s, &got);
	if (!is_same(&got, want, s->only_count)) {
		show_case(c);
		(void)fprintf(stderr, "== plain\n");
		show_outcome(want);
		(void)fprintf(stderr, "== indexed, blocks of %zu\n", s->block_bytes);
		show_outcome(&got);
		(void)fprintf(stderr, "%.*s", SV_FMT(buf_view(&got.explained)));
		abort();
	}
	buf_release(&got.text);
	buf_release(&got.explained);
}

/* ---- all of it ---- */

/* In a frame: tables are at the end. */
static void break_files(const struct random_case *c)
{
	for (size_t i = 0; i < c->file_count; i++) {
		off_t at = lseek(c->files[i].fd, 0, SEEK_END) * (off_t)c->files[i].damage / 512;
		char byte;

		if (!c->files[i].is_broken)
			continue;
		assert(pread(c->files[i].fd, &byte, 1, at) == 1);
		byte = (char)(byte ^ 0x40);
		assert(pwrite(c->files[i].fd, &byte, 1, at) == 1);
	}
}

/* Aborts when an index changes what is found: by one thread, by two, each with such blocks, or counted. */
static void compare_case(struct random_case *c, const size_t blocks[2], struct random_tally *tally)
{
	struct scan plain = {.plain = true}, count = {.threads = 1, .only_count = true};
	struct scan alone = {.threads = 1, .block_bytes = blocks[0]};
	struct scan both = {.threads = c->threads ? c->threads : 2, .block_bytes = blocks[1]};
	struct outcome want = {.tally = NULL};

	for (size_t i = 0; i < c->file_count; i++)
		c->files[i].fd = c->files[i].is_packed
					 ? packed_file(c->files[i].text, c->files[i].packed_bytes)
					 : memory_file(c->files[i].text);
	break_files(c);
	for_all_indexes(c, true);
	run_case(c, plain, &want);
	want.tally = tally;
	check_case(c, &alone, &want);
	check_case(c, &both, &want);
	if (!c->limit && !c->is_broken)
		check_case(c, &count, &want);
	buf_release(&want.text);
	buf_release(&want.explained);
	for_all_indexes(c, false);
	for (size_t i = 0; i < c->file_count; i++)
		(void)close(c->files[i].fd);
}

#endif
