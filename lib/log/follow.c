/*
 * One stream out of a log that is rotated while it is read. The file being read is held open, so
 * its names do not matter until its end; then a look at the set tells which one comes next:
 *
 *	number	   3	  2	 1	0
 *	file	   A	  B	 C	D	reading B: found at 2, its end is final, C comes next
 *	later	(C)	  D	 E	F	reading B: gone; C, seen before, is gone too: a gap, then D
 *
 * Reading the same byte again is cheap, remembering it is not: a block always starts at a line,
 * and the half line behind the last newline is simply read once more next time.
 *
 * Positions as text and as files are position.c's, names and numbers are set.c's.
 */
#include "log/follow.h"

#include "log/tail.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define LOOKS_MAX 5 /* at files that move while they are looked at, before it is left for later */

/* What reading on, or looking for a file, came to. */
enum outcome { GOT_LINES, GOT_ALL, GO_ON, MOVED, CUT, WAIT, GAP, FAILED };

int follow_init(struct follow *f, const char *path, struct err *e)
{
	*f = (struct follow){.fd = -1, .seen = LOG_SET_INIT};
	if (strlen(path) > LOG_PATH_MAX - LOG_SUFFIX_BYTES)
		return err_set(e, "the path of the log is too long");
	(void)snprintf(f->path, sizeof(f->path), "%s", path);
	f->block = malloc(FOLLOW_BLOCK);
	return f->block ? 0 : err_sys(e, "cannot follow %s", path);
}

static void close_file(struct follow *f)
{
	close_fd(&f->fd);
	f->fd = -1;
	f->passed = 0;
	f->is_final = f->in_nul = false;
}

void follow_release(struct follow *f)
{
	close_file(f);
	log_set_release(&f->seen);
	free(f->block);
	f->block = NULL;
}

void follow_from_position(struct follow *f, const struct log_position *p)
{
	close_file(f);
	f->here = *p;
}

/* ---- from one file to the next ---- */

/* Begins with an open file, which f takes. */
static int begin(struct follow *f, int fd, const struct log_position *p, struct err *e)
{
	struct log_position here = *p;

	if (log_head_read(fd, here.offset, &here.head) != 0) {
		(void)err_sys(e, "cannot read %s", f->path);
		close_fd(&fd);
		return -1;
	}
	close_file(f);
	f->fd = fd;
	f->here = here;
	f->stats.files++;
	return 0;
}

/* Of the line before the first one that is not handed out. */
static struct stamp last_stamp(const struct follow *f)
{
	struct stamp s = f->fd >= 0 ? log_stamp_before(f->fd, f->here.offset) : (struct stamp){0};

	return s.sec ? s : f->here.last;
}

void follow_suspend(struct follow *f)
{
	f->here.last = last_stamp(f);
	close_file(f);
}

/* Begins with member i of the set at its start. MOVED since the look, maybe. */
static enum outcome begin_member(struct follow *f, const struct log_set *set, size_t i,
				 struct err *e)
{
	struct log_position p = {.file = set->members[i].id};
	struct err why;
	int fd = log_set_open(f->path, &set->members[i], &why);

	if (fd < 0 && why.sys == ENOENT)
		return MOVED;
	if (fd < 0) {
		if (e)
			*e = why;
		return FAILED;
	}
	p.before = i + 1 < set->count ? set->members[i + 1].id : f->here.file;
	p.last = last_stamp(f);
	return begin(f, fd, &p, e) == 0 ? GO_ON : FAILED;
}

/* Begins where `here` says with fd, member i of the set. */
static enum outcome begin_at(struct follow *f, int fd, const struct log_set *set, size_t i,
			     struct err *e)
{
	struct log_position p = f->here;

	p.file = set->members[i].id;
	if (i + 1 < set->count)
		p.before = set->members[i + 1].id;
	return begin(f, fd, &p, e) == 0 ? GO_ON : FAILED;
}

/* The stamps around a gap; the file behind it is open. */
static enum outcome gap(struct follow *f, struct follow_gap what)
{
	what.first = log_stamp_at(f->fd, f->here.offset);
	f->gap = what;
	f->stats.gaps++;
	return GAP;
}

/* Whether that file was older than the one being read when both were seen. */
static bool was_older(const struct follow *f, const struct log_identity *id)
{
	size_t own = log_set_find(&f->seen, &f->here.file), i = log_set_find(&f->seen, id);

	return own < f->seen.count && i < f->seen.count && i > own && id->birth_ns;
}

/* Files of the set that are newer than the one being read, which is not among them. */
static size_t newer_ones(const struct follow *f, const struct log_set *now)
{
	size_t most = log_position_newer(&f->here, now), i = 0;

	while (i < most && !was_older(f, &now->members[i].id))
		i++;
	return i;
}

/* Bytes of files that were seen waiting to be read and are not there any more. */
static uint64_t vanished(const struct follow *f, const struct log_set *now)
{
	size_t own = log_set_find(&f->seen, &f->here.file);
	uint64_t bytes = 0;

	for (size_t i = 0; i < own && own < f->seen.count; i++)
		if (log_set_find(now, &f->seen.members[i].id) == now->count)
			bytes += f->seen.members[i].size;
	return bytes;
}

/* Bytes of the file being read that were seen and not handed out. */
static uint64_t own_rest(const struct follow *f)
{
	size_t own = log_set_find(&f->seen, &f->here.file);

	if (own == f->seen.count || f->seen.members[own].size < f->here.offset)
		return 0;
	return f->seen.members[own].size - f->here.offset;
}

/*
 * Opens the file of `here`. When it is gone its rest is, too, and what came after it up to the
 * oldest file that is left.
 */
static enum outcome find(struct follow *f, const struct log_set *now, struct err *e)
{
	struct follow_gap what = {.cause = FOLLOW_REMOVED, .last = f->here.last};
	bool is_any = f->here.file.inode == 0;
	struct log_position p = f->here;
	enum outcome outcome;
	size_t i = 0, newer;
	struct err why;
	int fd = -1, found = log_position_open(&p, f->path, now, &i, &fd, &why);

	if (found > 0)
		return begin_at(f, fd, now, i, e);
	if (found < 0 && why.sys == ENOENT)
		return MOVED;
	if (found < 0) {
		if (e)
			*e = why;
		return FAILED;
	}
	newer = newer_ones(f, now);
	if (newer == 0)
		return WAIT;
	what.bytes = vanished(f, now) + own_rest(f);
	outcome = begin_member(f, now, newer - 1, e);
	return outcome == GO_ON && !is_any ? gap(f, what) : outcome;
}

/* Whether nothing can be missing between the file being read, which is gone, and member i. */
static bool is_next(const struct follow *f, const struct log_set *now, size_t i)
{
	size_t own = log_set_find(&f->seen, &f->here.file);

	if (own == f->seen.count)
		return false;
	if (own > 0)
		return log_identity_eq(&now->members[i].id, &f->seen.members[own - 1].id);
	/* It was the newest. With older ones still there no rotation took it, but somebody. */
	return i + 1 < now->count;
}

/*
 * The file being read has no name in the set any more. It was read to its end: whatever the next
 * one is, only what lay between can be missing.
 */
static enum outcome leave_gone(struct follow *f, const struct log_set *now, struct err *e)
{
	struct follow_gap what = {.cause = FOLLOW_REMOVED, .bytes = vanished(f, now)};
	size_t newer = newer_ones(f, now);
	enum outcome outcome;
	bool is_whole;

	if (newer == 0)
		return WAIT;
	is_whole = is_next(f, now, newer - 1);
	what.last = last_stamp(f);
	outcome = begin_member(f, now, newer - 1, e);
	return outcome == GO_ON && !is_whole ? gap(f, what) : outcome;
}

/* At the end of a file that is final: on to the next one. */
static enum outcome leave(struct follow *f, const struct log_set *now, struct err *e)
{
	size_t own = log_set_find(now, &f->here.file);

	if (own == now->count)
		return leave_gone(f, now, e);
	return own == 0 ? WAIT : begin_member(f, now, own - 1, e);
}

/* What is seen always has the file being read in it, so that its neighbours are known. */
static void remember(struct follow *f, struct log_set *now)
{
	struct log_set before = f->seen;

	if (log_set_find(now, &f->here.file) == now->count)
		return;
	f->seen = *now;
	*now = LOG_SET_INIT;
	log_set_release(&before);
}

/* Looks at the files and does what is to be done, again when they moved meanwhile. */
static enum outcome look(struct follow *f,
			 enum outcome (*act)(struct follow *, const struct log_set *, struct err *),
			 struct err *e)
{
	enum outcome outcome = MOVED;

	for (int i = 0; i < LOOKS_MAX && outcome == MOVED; i++) {
		CLEANUP(log_set_release) struct log_set now = LOG_SET_INIT;

		if (log_set_look(&now, f->path, e) != 0)
			return FAILED;
		outcome = act(f, &now, e);
		remember(f, &now);
	}
	return outcome == MOVED ? WAIT : outcome;
}

/* Finds out whether anybody may still append to the file being read. */
static enum outcome find_final(struct follow *f, const struct log_set *now, struct err *e)
{
	size_t own = log_set_find(now, &f->here.file);

	(void)e;
	f->is_final = own == now->count ? newer_ones(f, now) > 0 : own > 0;
	return GO_ON;
}

/*
 * Before each read: what is read up to the end of a final file is all of it. Mostly costs one
 * system call, for PATH is the file that it was.
 */
static int watch_names(struct follow *f, struct err *e)
{
	struct log_identity id;
	const struct log_member *newest = f->seen.members;

	if (f->seen.count && newest->number == 0 && log_set_newest(f->path, &id) &&
	    log_identity_eq(&id, &newest->id)) {
		f->is_final = !log_identity_eq(&id, &f->here.file);
		return 0;
	}
	return look(f, find_final, e) == FAILED ? -1 : 0;
}

/* ---- reading ---- */

/* The file lost its content. A copy made before (copytruncate) goes on where it was. */
static enum outcome find_copy(struct follow *f, const struct log_set *now, struct err *e)
{
	struct log_position p = f->here;
	size_t i = 0;
	int fd = -1;

	p.file.inode = UINT64_MAX; /* any but this one */
	if (p.head.bytes == 0 || log_position_open(&p, f->path, now, &i, &fd, NULL) <= 0)
		return CUT;
	return begin_at(f, fd, now, i, e);
}

static enum outcome handle_cut(struct follow *f, uint64_t size, struct err *e)
{
	struct follow_gap what = {.cause = FOLLOW_TRUNCATED};
	struct log_position p = f->here;
	enum outcome outcome = look(f, find_copy, e);

	if (outcome != CUT)
		return outcome;
	what.last = last_stamp(f);
	/* Cut in its later part: what was handed out is not handed out again. */
	p.offset = p.head.bytes && size >= p.head.bytes && log_head_fits(f->fd, &p.head) > 0 ? size
											     : 0;
	f->here = p;
	f->passed = 0;
	f->in_nul = false;
	if (log_head_read(f->fd, p.offset, &f->here.head) != 0) {
		(void)err_sys(e, "cannot read %s", f->path);
		return FAILED;
	}
	return gap(f, what);
}

/* Remembers where the next n bytes of the stream lie. */
static void note(struct follow *f, size_t n)
{
	struct follow_segment *last = &f->segments[f->segment_count - (f->segment_count > 0)];

	if (f->segment_count && last->at.offset + last->length == f->here.offset &&
	    log_identity_eq(&last->at.file, &f->here.file)) {
		last->length += n;
		return;
	}
	if (f->segment_count == FOLLOW_SEGMENTS_MAX) {
		/* The oldest stays: positions behind it are told as its end. */
		memmove(f->segments + 1, f->segments + 2,
			(FOLLOW_SEGMENTS_MAX - 2) * sizeof(f->segments[0]));
		f->segment_count--;
	}
	f->segments[f->segment_count++] =
		(struct follow_segment){.start = f->given, .length = n, .at = f->here};
}

/* Passes over bytes that are no lines. */
static void pass(struct follow *f, uint64_t n)
{
	f->here.offset += n;
	f->passed = 0;
}

/* The NUL bytes at the start of v. */
static size_t count_nul(struct sv v)
{
	size_t n = 0;

	while (n < v.n && v.p[n] == 0)
		n++;
	return n;
}

/* The whole lines of v before any NUL byte that stands where a line should start. */
static size_t count_whole(struct sv v)
{
	const char *newline = v.n ? memrchr(v.p, '\n', v.n) : NULL;
	size_t whole = newline ? (size_t)(newline - v.p) + 1 : 0;

	for (size_t i = 0; (i += sv_index(sv_head(sv_from(v, i), whole - i), 0)) < whole; i++)
		if (i == 0 || v.p[i - 1] == '\n')
			return i;
	return whole;
}

/* Looks for the end of the line that is too long in the block behind its passed part. */
static enum outcome pass_long(struct follow *f, struct sv block)
{
	size_t end = sv_index(block, '\n');

	if (end == block.n) {
		f->passed += block.n;
		return block.n ? GO_ON : GOT_ALL;
	}
	f->stats.too_long++;
	pass(f, f->passed + end + 1);
	return GO_ON;
}

static enum outcome sift(struct follow *f, struct sv block, struct sv *lines)
{
	size_t n = f->passed ? 0 : count_nul(block);

	if (f->passed)
		return pass_long(f, block);
	if (n) {
		f->stats.nul += !f->in_nul;
		f->in_nul = true;
		pass(f, n);
		return GO_ON;
	}
	n = count_whole(block);
	if (n == 0 && block.n == FOLLOW_BLOCK) {
		f->passed = block.n;
		return GO_ON;
	}
	if (n == 0)
		return GOT_ALL;
	*lines = sv_head(block, n);
	return GOT_LINES;
}

/* 1: there is more than was handed out or nothing changed, 0: it was cut, -1 with errno. */
static int is_intact(const struct follow *f, uint64_t *size)
{
	struct log_identity id;

	if (log_identify(f->fd, &id, size) != 0)
		return -1;
	return *size < f->here.offset ? 0 : log_head_fits(f->fd, &f->here.head);
}

static enum outcome read_block(struct follow *f, struct sv *lines, struct err *e)
{
	uint64_t size = 0;
	int intact = is_intact(f, &size);
	ssize_t n = 0;

	if (intact == 0)
		return handle_cut(f, size, e);
	if (intact > 0)
		do {
			n = pread(f->fd, f->block, FOLLOW_BLOCK,
				  (off_t)(f->here.offset + f->passed));
		} while (n < 0 && errno == EINTR);
	if (intact < 0 || n < 0) {
		(void)err_sys(e, "cannot read %s", f->path);
		return FAILED;
	}
	return sift(f, sv_make(f->block, (size_t)n), lines);
}

/* Accounts for lines that are handed out. A failure here shows at the next read. */
static void give(struct follow *f, size_t n)
{
	note(f, n);
	f->given += n;
	f->here.offset += n;
	f->in_nul = false;
	if (f->here.head.bytes < LOG_HEAD_MAX)
		(void)!log_head_read(f->fd, f->here.offset, &f->here.head);
	f->segments[f->segment_count - 1].at.head = f->here.head;
}

/* At the end of a final file, which may be inside a line. */
static enum outcome end_file(struct follow *f, struct err *e)
{
	uint64_t size, end = f->here.offset;
	struct log_identity id;
	bool is_torn = log_identify(f->fd, &id, &size) == 0 && size > end;
	enum outcome outcome = look(f, leave, e);

	f->stats.torn += is_torn && (outcome == GO_ON || outcome == GAP);
	return outcome;
}

static enum outcome read_on(struct follow *f, struct sv *lines, struct err *e)
{
	enum outcome outcome;

	if (f->fd < 0)
		return look(f, find, e);
	if (watch_names(f, e) != 0)
		return FAILED;
	outcome = read_block(f, lines, e);
	if (outcome == GOT_ALL)
		return f->is_final ? end_file(f, e) : WAIT;
	return outcome;
}

enum follow_status follow_next(struct follow *f, struct sv *lines, struct err *e)
{
	for (;;) {
		switch (read_on(f, lines, e)) {
		case GOT_LINES:
			give(f, lines->n);
			return FOLLOW_LINES;
		case GAP:
			return FOLLOW_GAP;
		case FAILED:
			return FOLLOW_FAILED;
		case WAIT:
		case MOVED:
			return FOLLOW_NOTHING;
		case GOT_ALL:
		case GO_ON:
		case CUT:
			break;
		}
	}
}

/* ---- positions ---- */

/* Begins at the end of the newest file. */
static enum outcome find_newest(struct follow *f, const struct log_set *now, struct err *e)
{
	struct log_identity id;
	uint64_t size;
	enum outcome outcome = now->count ? begin_member(f, now, 0, e) : WAIT;

	if (outcome != GO_ON)
		return outcome;
	if (log_identify(f->fd, &id, &size) == 0 &&
	    log_tail_find(f->fd, size, UINT64_MAX, &f->here.offset) == 0 &&
	    log_head_read(f->fd, f->here.offset, &f->here.head) == 0)
		return GO_ON;
	(void)err_sys(e, "cannot find the end of %s", f->path);
	return FAILED;
}

int follow_from(struct follow *f, enum follow_start start, struct err *e)
{
	follow_from_position(f, &(struct log_position){.offset = 0});
	if (start == FOLLOW_END && look(f, find_newest, e) == FAILED) {
		close_file(f);
		return -1;
	}
	return 0;
}

void follow_position(struct follow *f, uint64_t number, struct log_position *out)
{
	size_t i = f->segment_count, gone;
	uint64_t within;

	assert(number <= f->given);
	while (i > 0 && f->segments[i - 1].start > number)
		i--;
	gone = i > 0 ? i - 1 : 0;
	f->segment_count -= gone;
	memmove(f->segments, f->segments + gone, f->segment_count * sizeof(f->segments[0]));
	*out = f->here;
	if (number < f->given) {
		within = number - f->segments[0].start;
		if (within > f->segments[0].length)
			within = f->segments[0].length;
		*out = f->segments[0].at;
		if (within)
			out->last.sec = 0;
		out->offset += within;
	}
	if (f->fd >= 0 && log_identity_eq(&out->file, &f->here.file)) {
		struct stamp last = log_stamp_before(f->fd, out->offset);

		out->head = f->here.head;
		if (out->offset)
			out->last = last;
	}
}
