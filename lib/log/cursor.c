/*
 * Lines out of files and pipes. One buffer is filled with big reads and handed out in
 * views; only the partial line at its end is ever moved:
 *
 *	buffer   | handed out | no newline yet | not looked at |  free  |
 *	         0          start           scanned           end    CURSOR_BUFFER
 *
 * What a line means is not decided here.
 */
#include "log/unpack.h"

#include <errno.h>
#include <poll.h>

enum fill_status { FILL_MORE, FILL_WAIT, FILL_END, FILL_ERROR };

void cursor_set_idle(struct cursor *c, int idle_ms)
{
	c->idle_ms = idle_ms;
}

/* Moves the partial line to the front when the room behind it runs out. */
static void make_room(struct cursor *c)
{
	if (c->start == c->end) {
		c->start = c->scanned = c->end = 0;
		c->has_nul = false;
	} else if (CURSOR_BUFFER - c->end < CURSOR_LINE_MAX) {
		memmove(c->buffer, c->buffer + c->start, c->end - c->start);
		c->scanned -= c->start;
		c->end -= c->start;
		c->start = 0;
	}
}

/* True when the source has input, or may be read without asking. */
static bool has_input(const struct cursor *c, const struct cursor_source *s)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};

	if (s->kind != CURSOR_PIPE || c->idle_ms < 0)
		return true;
	return poll(&p, 1, c->idle_ms) != 0;
}

static ssize_t read_plain(const struct cursor_source *s, char *out, size_t n, struct err *e)
{
	ssize_t got;

	do {
		got = read(s->fd, out, n);
	} while (got < 0 && errno == EINTR);
	return got < 0 ? err_sys(e, "cannot read %s", s->name) : got;
}

static bool is_packed(const struct cursor_source *s)
{
	return s->kind == CURSOR_SEGMENT || s->kind == CURSOR_STREAM;
}

static enum fill_status fill(struct cursor *c, struct err *e)
{
	struct cursor_source *s = c->sources[c->at];
	ssize_t n;

	make_room(c);
	if (!has_input(c, s))
		return FILL_WAIT;
	if (is_packed(s) && !c->unpack)
		c->unpack = unpack_new(s, e);
	if (!is_packed(s))
		n = read_plain(s, c->buffer + c->end, CURSOR_BUFFER - c->end, e);
	else if (c->unpack)
		n = unpack_read(c->unpack, c->buffer + c->end, CURSOR_BUFFER - c->end, e);
	else
		n = -1;
	if (n < 0)
		return FILL_ERROR;
	if (n == 0)
		return FILL_END;
	if (!c->has_nul && memchr(c->buffer + c->end, 0, (size_t)n))
		c->has_nul = true;
	c->end += (size_t)n;
	c->stats.bytes += (uint64_t)n;
	return FILL_MORE;
}

/* A view on [start, stop), cut and counted; the buffer moves on to `next`. */
static struct sv take(struct cursor *c, size_t stop, size_t next)
{
	struct sv line = {c->buffer + c->start, stop - c->start};

	c->start = c->scanned = next;
	if (line.n > CURSOR_LINE_MAX) {
		line.n = CURSOR_LINE_MAX;
		c->stats.too_long++;
	}
	if (c->nul_before || (c->has_nul && line.n && memchr(line.p, 0, line.n)))
		c->stats.nul++;
	c->nul_before = false;
	c->stats.lines++;
	return line;
}

/* What a crash leaves in a file whose size was written before its data. */
static void skip_nuls(struct cursor *c)
{
	while (c->start < c->end && c->buffer[c->start] == 0) {
		c->start++;
		c->nul_before = true;
	}
	if (c->scanned < c->start)
		c->scanned = c->start;
}

/* Looks for a line in the buffer; false when more input is needed. */
static bool buffered_line(struct cursor *c, struct sv *line)
{
	for (;;) {
		const char *hit;
		size_t stop;

		if (c->has_nul && !c->skipping)
			skip_nuls(c);
		hit = c->scanned < c->end
			      ? memchr(c->buffer + c->scanned, '\n', c->end - c->scanned)
			      : NULL;
		stop = hit ? (size_t)(hit - c->buffer) : c->end;
		if (c->skipping) {
			c->start = c->scanned = hit ? stop + 1 : stop;
			if (!hit)
				return false;
			c->skipping = false;
			continue;
		}
		c->scanned = stop;
		if (!hit && stop - c->start <= CURSOR_LINE_MAX)
			return false;
		c->skipping = !hit;
		*line = take(c, stop, hit ? stop + 1 : stop);
		return true;
	}
}

/* Ends the source; true when it leaves a torn line. */
static bool end_source(struct cursor *c, struct sv *line)
{
	bool torn = c->start < c->end && !c->skipping;

	if (torn) {
		c->stats.torn++;
		*line = take(c, c->end, c->end);
	}
	c->start = c->scanned = c->end;
	c->skipping = c->nul_before = false;
	unpack_free(c->unpack);
	c->unpack = NULL;
	close_fd(&c->sources[c->at]->fd);
	c->sources[c->at]->segment.fd = -1;
	c->sources[c->at++]->fd = -1;
	return torn;
}

/* Goes on behind what cannot be read: in the same source if it is compressed. */
static void pass_error(struct cursor *c, struct sv *line)
{
	if (!c->unpack) {
		(void)end_source(c, line);
		return;
	}
	if (c->start < c->end && !c->skipping)
		c->stats.torn++;
	c->start = c->scanned = c->end;
	c->nul_before = false;
	c->skipping = !unpack_keeps_lines(c->unpack);
}

enum cursor_status cursor_next(struct cursor *c, struct sv *line, struct err *e)
{
	while (c->at < c->count) {
		if (buffered_line(c, line))
			return CURSOR_LINE;
		switch (fill(c, e)) {
		case FILL_MORE:
			break;
		case FILL_WAIT:
			return CURSOR_WAIT;
		case FILL_END:
			if (end_source(c, line))
				return CURSOR_LINE;
			break;
		case FILL_ERROR:
			pass_error(c, line);
			return CURSOR_ERROR;
		}
	}
	return CURSOR_END;
}
