/*
 * From the block that follow hands out to a pipe that takes a part of it:
 *
 *	log	 | read | in the pipe        | framed | not looked at
 *	marks	        m    m      m      m   m    m
 *	                ^ marks_first
 *
 * A mark says where in the pipe's bytes a line ends and where in the source it does: framing
 * changes lengths. Marks are as many as lines under way.
 */
#include "log/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#define FRAMED_MAX  ((size_t)16 * FOLLOW_BLOCK) /* one-byte lines with a header each */
#define MARKS_FIRST 1024

struct feed_mark {
	uint64_t end;    /* of the line, among the bytes of the pipe */
	uint64_t number; /* behind the line, in its source */
	bool in_spool;
};

int feed_init(struct feed *f, const char *log, const char *spool, struct framing framing,
	      struct err *e)
{
	*f = (struct feed){.framing = framing, .pipe = -1, .framed = BUF_INIT(FRAMED_MAX)};
	if (follow_init(&f->log, log, e) != 0)
		return -1;
	if (follow_init(&f->spool, spool, e) != 0) {
		follow_release(&f->log);
		return -1;
	}
	return 0;
}

void feed_release(struct feed *f)
{
	close_fd(&f->pipe);
	f->pipe = -1;
	follow_release(&f->log);
	follow_release(&f->spool);
	buf_release(&f->framed);
	free(f->marks);
	f->marks = NULL;
}

int feed_move(struct feed *f, const char *log, struct err *e)
{
	struct follow other;

	if (follow_init(&other, log, e) != 0)
		return -1;
	follow_release(&f->log);
	f->log = other;
	f->read.log = 0;
	return 0;
}

bool feed_is_attached(const struct feed *f)
{
	return f->pipe >= 0;
}

int feed_descriptor(const struct feed *f)
{
	return f->pipe;
}

/* ---- marks ---- */

static struct feed_mark *mark_at(const struct feed *f, size_t i)
{
	return &f->marks[(f->marks_first + i) & (f->marks_cap - 1)];
}

static int grow_marks(struct feed *f)
{
	size_t cap = f->marks_cap ? 2 * f->marks_cap : MARKS_FIRST;
	struct feed_mark *marks = malloc(cap * sizeof(*marks));

	if (!marks)
		return -1;
	for (size_t i = 0; i < f->marks_count; i++)
		marks[i] = *mark_at(f, i);
	free(f->marks);
	f->marks = marks;
	f->marks_cap = cap;
	f->marks_first = 0;
	return 0;
}

static int put_mark(struct feed *f, uint64_t end, uint64_t number)
{
	if (f->marks_count == f->marks_cap && grow_marks(f) != 0)
		return -1;
	*mark_at(f, f->marks_count++) = (struct feed_mark){end, number, f->in_spool};
	return 0;
}

size_t feed_under_way(const struct feed *f)
{
	return f->marks_count;
}

void feed_settle(struct feed *f)
{
	int unread = 0;
	uint64_t read;

	if (f->pipe < 0 || f->marks_count == 0 || ioctl(f->pipe, FIONREAD, &unread) != 0 ||
	    unread < 0)
		return;
	read = f->put - (uint64_t)unread;
	while (f->marks_count) {
		const struct feed_mark *m = mark_at(f, 0);

		if (m->end > read)
			break;
		if (m->in_spool)
			f->read.spool = m->number;
		else
			f->read.log = m->number;
		f->delivered++;
		f->marks_first++;
		f->marks_count--;
	}
}

/* ---- the pipe ---- */

void feed_attach(struct feed *f, int pipe)
{
	f->pipe = pipe;
	f->put = f->ahead = 0;
	f->in_spool = false;
	f->read = (struct feed_place){f->log.given, f->spool.given};
	/* A smaller one does, too: a limit for users may refuse. */
	(void)!fcntl(pipe, F_SETPIPE_SZ, (int)FEED_PIPE);
}

static void go_back(struct follow *follow, uint64_t read)
{
	struct log_position p;

	if (read == follow->given)
		return;
	follow_position(follow, read, &p);
	follow_from_position(follow, &p);
}

void feed_detach(struct feed *f)
{
	if (f->pipe < 0)
		return;
	feed_settle(f);
	close_fd(&f->pipe);
	f->pipe = -1;
	f->marks_first = f->marks_count = 0;
	buf_reset(&f->framed);
	f->framed_at = 0;
	go_back(&f->log, f->read.log);
	go_back(&f->spool, f->read.spool);
}

static enum feed_status write_framed(struct feed *f, struct err *e)
{
	while (f->framed_at < f->framed.n) {
		ssize_t n = write(f->pipe, f->framed.p + f->framed_at, f->framed.n - f->framed_at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return FEED_FULL;
		if (n < 0 && errno == EPIPE)
			return FEED_CLOSED;
		if (n < 0) {
			(void)err_sys(e, "cannot write into the pipe of a plugin");
			return FEED_FAILED;
		}
		f->framed_at += (size_t)n;
		f->put += (uint64_t)n;
	}
	return FEED_MORE;
}

/* ---- from the sources ---- */

/* number: of the first line. */
static int frame(struct feed *f, struct sv lines, uint64_t number, struct err *e)
{
	buf_reset(&f->framed);
	f->framed_at = 0;
	while (lines.n) {
		struct sv line = sv_head(lines, sv_index(lines, '\n') + 1);
		size_t before = f->framed.n;

		framing_put(&f->framing, line, &f->framed);
		f->ahead += f->framed.n - before;
		number += line.n;
		if (f->framed.failed || put_mark(f, f->ahead, number) != 0)
			return err_set(e, "no memory for what a plugin gets");
		lines = sv_from(lines, line.n);
	}
	return 0;
}

/* Undoes what frame() did of a block for which there was no memory. */
static void unframe(struct feed *f, struct follow *source, uint64_t number)
{
	while (f->marks_count && mark_at(f, f->marks_count - 1)->in_spool == f->in_spool &&
	       mark_at(f, f->marks_count - 1)->number > number)
		f->marks_count--;
	buf_reset(&f->framed);
	f->framed_at = 0;
	f->ahead = f->put;
	go_back(source, number);
}

static enum feed_status take(struct feed *f, struct follow *source, struct err *e)
{
	struct sv lines;

	switch (follow_next(source, &lines, e)) {
	case FOLLOW_LINES:
		if (frame(f, lines, source->given - lines.n, e) == 0)
			return FEED_MORE;
		unframe(f, source, source->given - lines.n);
		return FEED_FAILED;
	case FOLLOW_NOTHING:
		break;
	case FOLLOW_GAP:
		f->gap = &source->gap;
		return FEED_GAP;
	case FOLLOW_FAILED:
		return FEED_FAILED;
	}
	return FEED_IDLE;
}

/* From the source whose turn it is, else from the other. */
static enum feed_status take_any(struct feed *f, struct err *e)
{
	enum feed_status status = FEED_IDLE;

	for (int i = 0; i < 2 && status == FEED_IDLE; i++) {
		if (i == 1)
			f->in_spool = !f->in_spool;
		if (f->in_spool && !f->spool_may_grow)
			continue;
		status = take(f, f->in_spool ? &f->spool : &f->log, e);
	}
	return status;
}

enum feed_status feed_pump(struct feed *f, struct err *e)
{
	enum feed_status status;

	if (f->pipe < 0)
		return FEED_CLOSED;
	status = write_framed(f, e);
	if (status != FEED_MORE)
		return status;
	status = take_any(f, e);
	return status == FEED_MORE ? write_framed(f, e) : status;
}
