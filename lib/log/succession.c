/*
 * The file being read is held open, so its names do not matter until its end; then a look at the
 * set tells which one comes next:
 *
 *	number	   3	  2	 1	0
 *	file	   A	  B	 C	D	reading B: found at 2, its end is final, C comes next
 *	later	(C)	  D	 E	F	reading B: gone; C, seen before, is gone too: a gap, then D
 */
#include "log/succession.h"

#include "log/tail.h"

#include <errno.h>

#define LOOKS_MAX 5 /* at files that move while they are looked at, before it is left for later */

void succession_close(struct follow *f)
{
	log_text_close(f->text);
	f->text = NULL;
	f->passed = 0;
	f->is_final = f->in_nul = false;
}

/* Begins with an open file, which f takes. */
static int begin(struct follow *f, struct log_text *text, const struct log_position *p,
		 struct err *e)
{
	struct log_position here = *p;

	if (log_head_read(text, here.offset, &here.head) != 0) {
		(void)err_sys(e, "cannot read %s", f->path);
		log_text_close(text);
		return -1;
	}
	succession_close(f);
	f->text = text;
	f->here = here;
	f->stats.files++;
	return 0;
}

/* Of the line before the first one that is not handed out. */
struct stamp succession_last(const struct follow *f)
{
	struct stamp s = f->text ? log_stamp_before(f->text, f->here.offset) : (struct stamp){0};

	return s.sec ? s : f->here.last;
}

/* Begins with member i of the set at its start. STEP_MOVED since the look, maybe. */
static enum step begin_member(struct follow *f, const struct log_set *set, size_t i, struct err *e)
{
	struct log_position p = {.file = set->members[i].id};
	struct err why;
	struct log_text *text = log_text_open(f->path, &set->members[i], &why);

	if (!text && why.sys == ENOENT)
		return STEP_MOVED;
	if (!text) {
		if (e)
			*e = why;
		return STEP_FAILED;
	}
	p.before = i + 1 < set->count ? set->members[i + 1].id : f->here.file;
	p.last = succession_last(f);
	return begin(f, text, &p, e) == 0 ? STEP_ON : STEP_FAILED;
}

/* Begins where `here` says with text, member i of the set. */
static enum step begin_at(struct follow *f, struct log_text *text, const struct log_set *set,
			  size_t i, struct err *e)
{
	struct log_position p = f->here;

	p.file = set->members[i].id;
	if (i + 1 < set->count)
		p.before = set->members[i + 1].id;
	return begin(f, text, &p, e) == 0 ? STEP_ON : STEP_FAILED;
}

/* The stamps around a gap; the file behind it is open. */
enum step succession_gap(struct follow *f, struct follow_gap what)
{
	what.first = log_stamp_at(f->text, f->here.offset);
	f->gap = what;
	f->stats.gaps++;
	return STEP_GAP;
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
static enum step find(struct follow *f, const struct log_set *now, struct err *e)
{
	struct follow_gap what = {.cause = FOLLOW_REMOVED, .last = f->here.last};
	bool is_any = f->here.file.inode == 0;
	struct log_position p = f->here;
	enum step step;
	size_t i = 0, newer;
	struct err why;
	struct log_text *text = NULL;
	int found = log_position_open(&p, f->path, now, &i, &text, &why);

	if (found > 0)
		return begin_at(f, text, now, i, e);
	if (found < 0 && why.sys == ENOENT)
		return STEP_MOVED;
	if (found < 0) {
		if (e)
			*e = why;
		return STEP_FAILED;
	}
	newer = newer_ones(f, now);
	if (newer == 0)
		return STEP_WAIT;
	what.bytes = vanished(f, now) + own_rest(f);
	step = begin_member(f, now, newer - 1, e);
	return step == STEP_ON && !is_any ? succession_gap(f, what) : step;
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
static enum step leave_gone(struct follow *f, const struct log_set *now, struct err *e)
{
	struct follow_gap what = {.cause = FOLLOW_REMOVED, .bytes = vanished(f, now)};
	size_t newer = newer_ones(f, now);
	enum step step;
	bool is_whole;

	if (newer == 0)
		return STEP_WAIT;
	is_whole = is_next(f, now, newer - 1);
	what.last = succession_last(f);
	step = begin_member(f, now, newer - 1, e);
	return step == STEP_ON && !is_whole ? succession_gap(f, what) : step;
}

/* At the end of a file that is final: on to the next one. */
static enum step leave(struct follow *f, const struct log_set *now, struct err *e)
{
	size_t own = log_set_find(now, &f->here.file);

	if (own == now->count)
		return leave_gone(f, now, e);
	return own == 0 ? STEP_WAIT : begin_member(f, now, own - 1, e);
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

/* Segments are looked at only when the file is no plain one any more: that costs more. */
static int look_for(const struct follow *f, struct log_set *now, struct err *e)
{
	if (log_set_look(now, f->path, e) != 0)
		return -1;
	return f->here.file.inode && log_set_find(now, &f->here.file) == now->count
		       ? log_set_add_packed(now, f->path, e)
		       : 0;
}

/* Looks at the files and does what is to be done, again when they moved meanwhile. */
static enum step look(struct follow *f,
		      enum step (*act)(struct follow *, const struct log_set *, struct err *),
		      struct err *e)
{
	enum step step = STEP_MOVED;

	for (int i = 0; i < LOOKS_MAX && step == STEP_MOVED; i++) {
		CLEANUP(log_set_release) struct log_set now = LOG_SET_INIT;

		if (look_for(f, &now, e) != 0)
			return STEP_FAILED;
		step = act(f, &now, e);
		remember(f, &now);
	}
	return step == STEP_MOVED ? STEP_WAIT : step;
}

/* Finds out whether anybody may still append to the file being read. */
static enum step find_final(struct follow *f, const struct log_set *now, struct err *e)
{
	size_t own = log_set_find(now, &f->here.file);

	(void)e;
	f->is_final = own == now->count ? newer_ones(f, now) > 0 : own > 0;
	return STEP_ON;
}

/*
 * Before each read: what is read up to the end of a final file is all of it. Mostly costs one
 * system call, for PATH is the file that it was.
 */
int succession_watch(struct follow *f, struct err *e)
{
	struct log_identity id;
	const struct log_member *newest = f->seen.members;

	if (f->seen.count && newest->number == 0 && log_set_newest(f->path, &id) &&
	    log_identity_eq(&id, &newest->id)) {
		f->is_final = !log_identity_eq(&id, &f->here.file);
		return 0;
	}
	return look(f, find_final, e) == STEP_FAILED ? -1 : 0;
}

/* The file lost its content. A copy made before (copytruncate) goes on where it was. */
static enum step find_copy(struct follow *f, const struct log_set *now, struct err *e)
{
	struct log_position p = f->here;
	size_t i = 0;
	struct log_text *text = NULL;

	p.file.inode = UINT64_MAX; /* any but this one */
	if (p.head.bytes == 0 || log_position_open(&p, f->path, now, &i, &text, NULL) <= 0)
		return STEP_CUT;
	return begin_at(f, text, now, i, e);
}

/* Begins at the end of the newest file. */
static enum step find_newest(struct follow *f, const struct log_set *now, struct err *e)
{
	uint64_t size;
	enum step step = now->count ? begin_member(f, now, 0, e) : STEP_ON;

	if (step != STEP_ON || !f->text)
		return step;
	if (log_text_size(f->text, &size) == 0 &&
	    log_tail_find(log_text_fd(f->text), size, UINT64_MAX, &f->here.offset) == 0 &&
	    log_head_read(f->text, f->here.offset, &f->here.head) == 0)
		return STEP_ON;
	(void)err_sys(e, "cannot find the end of %s", f->path);
	return STEP_FAILED;
}

enum step succession_find(struct follow *f, struct err *e)
{
	return look(f, find, e);
}

enum step succession_leave(struct follow *f, struct err *e)
{
	return look(f, leave, e);
}

enum step succession_find_copy(struct follow *f, struct err *e)
{
	return look(f, find_copy, e);
}

enum step succession_find_newest(struct follow *f, struct err *e)
{
	return look(f, find_newest, e);
}
