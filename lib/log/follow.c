/*
 * Whole lines out of a file that grows, and where they lie. Reading the same byte again is cheap,
 * remembering it is not: a block always starts at a line, and the half line behind the last newline
 * is simply read once more next time.
 *
 * Which file comes after another is succession.c's, positions as text and as files position.c's.
 */
#include "log/follow.h"

#include "log/succession.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int follow_init(struct follow *f, const char *path, struct err *e)
{
	*f = (struct follow){.seen = LOG_SET_INIT};
	if (strlen(path) > LOG_PATH_MAX - LOG_SUFFIX_BYTES)
		return err_set(e, "the path of the log is too long");
	(void)snprintf(f->path, sizeof(f->path), "%s", path);
	f->block = malloc(FOLLOW_BLOCK);
	return f->block ? 0 : err_sys(e, "cannot follow %s", path);
}

void follow_release(struct follow *f)
{
	succession_close(f);
	log_set_release(&f->seen);
	free(f->block);
	f->block = NULL;
}

void follow_suspend(struct follow *f)
{
	f->here.last = succession_last(f);
	succession_close(f);
}

void follow_from_position(struct follow *f, const struct log_position *p)
{
	succession_close(f);
	f->here = *p;
}

/* ---- reading ---- */

static enum step handle_cut(struct follow *f, uint64_t size, struct err *e)
{
	struct follow_gap what = {.cause = FOLLOW_TRUNCATED};
	struct log_position p = f->here;
	enum step step = succession_find_copy(f, e);

	if (step != STEP_CUT)
		return step;
	what.last = succession_last(f);
	/* Cut in its later part: what was handed out is not handed out again. */
	p.offset = p.head.bytes && size >= p.head.bytes && log_head_fits(f->text, &p.head) > 0
			   ? size
			   : 0;
	f->here = p;
	f->passed = 0;
	f->in_nul = false;
	if (log_head_read(f->text, p.offset, &f->here.head) != 0) {
		(void)err_sys(e, "cannot read %s", f->path);
		return STEP_FAILED;
	}
	return succession_gap(f, what);
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
static enum step pass_long(struct follow *f, struct sv block)
{
	size_t end = sv_index(block, '\n');

	if (end == block.n) {
		f->passed += block.n;
		return block.n ? STEP_ON : STEP_END;
	}
	f->stats.too_long++;
	pass(f, f->passed + end + 1);
	return STEP_ON;
}

static enum step sift(struct follow *f, struct sv block, struct sv *lines)
{
	size_t n = f->passed ? 0 : count_nul(block);

	if (f->passed)
		return pass_long(f, block);
	if (n) {
		f->stats.nul += !f->in_nul;
		f->in_nul = true;
		pass(f, n);
		return STEP_ON;
	}
	n = count_whole(block);
	if (n == 0 && block.n == FOLLOW_BLOCK) {
		f->passed = block.n;
		return STEP_ON;
	}
	if (n == 0)
		return STEP_END;
	*lines = sv_head(block, n);
	return STEP_LINES;
}

/* 1: there is more than was handed out or nothing changed, 0: it was cut, -1 with errno. */
static int is_intact(const struct follow *f, uint64_t *size)
{
	if (log_text_size(f->text, size) != 0)
		return -1;
	if (log_text_is_packed(f->text))
		return 1;
	return *size < f->here.offset ? 0 : log_head_fits(f->text, &f->here.head);
}

static enum step read_block(struct follow *f, struct sv *lines, struct err *e)
{
	uint64_t size = 0;
	int intact = is_intact(f, &size);
	ssize_t n = 0;

	if (intact == 0)
		return handle_cut(f, size, e);
	if (intact > 0)
		n = log_text_read(f->text, f->here.offset + f->passed, f->block, FOLLOW_BLOCK);
	if (intact < 0 || n < 0) {
		(void)err_sys(e, "cannot read %s", f->path);
		return STEP_FAILED;
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
		(void)!log_head_read(f->text, f->here.offset, &f->here.head);
	f->segments[f->segment_count - 1].at.head = f->here.head;
}

/* At the end of a final file, which may be inside a line. */
static enum step end_file(struct follow *f, struct err *e)
{
	uint64_t size, end = f->here.offset;
	bool is_torn = log_text_size(f->text, &size) == 0 && size > end;
	enum step step = succession_leave(f, e);

	f->stats.torn += is_torn && (step == STEP_ON || step == STEP_GAP);
	return step;
}

static enum step read_on(struct follow *f, struct sv *lines, struct err *e)
{
	enum step step;

	if (!f->text)
		return succession_find(f, e);
	if (succession_watch(f, e) != 0)
		return STEP_FAILED;
	step = read_block(f, lines, e);
	if (step == STEP_END)
		return f->is_final ? end_file(f, e) : STEP_WAIT;
	return step;
}

enum follow_status follow_next(struct follow *f, struct sv *lines, struct err *e)
{
	for (;;) {
		switch (read_on(f, lines, e)) {
		case STEP_LINES:
			give(f, lines->n);
			return FOLLOW_LINES;
		case STEP_GAP:
			return FOLLOW_GAP;
		case STEP_FAILED:
			return FOLLOW_FAILED;
		case STEP_WAIT:
		case STEP_MOVED:
			return FOLLOW_NOTHING;
		case STEP_END:
		case STEP_ON:
		case STEP_CUT:
			break;
		}
	}
}

/* ---- positions ---- */

int follow_from(struct follow *f, enum follow_start start, struct err *e)
{
	enum step step;

	follow_from_position(f, &(struct log_position){.offset = 0});
	if (start == FOLLOW_START)
		return 0;
	step = succession_find_newest(f, e);
	if (step == STEP_ON)
		return 0;
	succession_close(f);
	return step == STEP_FAILED
		       ? -1
		       : err_set(e, "%s is rotated faster than it can be opened", f->path);
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
	if (f->text && log_identity_eq(&out->file, &f->here.file)) {
		struct stamp last = log_stamp_before(f->text, out->offset);

		out->head = f->here.head;
		if (out->offset)
			out->last = last;
	}
}
