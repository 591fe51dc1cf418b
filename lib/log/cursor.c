/*
 * Lines out of files and pipes. One buffer is filled with big reads and handed out in
 * views; only the partial line at its end is ever moved:
 *
 *	buffer   | handed out | no newline yet | not looked at |  free  |
 *	         0          start           scanned           end    CURSOR_BUFFER
 *
 * What a line means is not decided here.
 */
#include "log/cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define HOLES_MAX                                                                                  \
	1 /* numbers missing in a row: a rotation that runs, or that a crash ended, has one */

#define LOOKS_MAX 8 /* at a set that is rotated at the same time; more are not worth it */

enum fill_status { FILL_MORE, FILL_WAIT, FILL_END, FILL_ERROR };

void cursor_init(struct cursor *c)
{
	*c = (struct cursor){.idle_ms = -1};
}

static void source_free(struct cursor_source *s)
{
	if (!s)
		return;
	close_fd(&s->fd);
	free(s);
}

void cursor_release(struct cursor *c)
{
	for (size_t i = 0; i < c->count; i++)
		source_free(c->sources[i]);
	free(c->sources);
	free(c->buffer);
	cursor_init(c);
}

void cursor_set_idle(struct cursor *c, int idle_ms)
{
	c->idle_ms = idle_ms;
}

/* Takes fd, also when it fails. */
static struct cursor_source *source_new(int fd, const char *name, struct err *e)
{
	struct cursor_source *s = malloc(sizeof(*s));
	struct stat st;

	if (!s) {
		close_fd(&fd);
		(void)err_sys(e, "cannot read %s", name);
		return NULL;
	}
	s->fd = fd;
	(void)snprintf(s->name, sizeof(s->name), "%s", name);
	if (fstat(fd, &st) != 0) {
		(void)err_sys(e, "cannot read %s", name);
		source_free(s);
		return NULL;
	}
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		(void)err_sys(e, "cannot read %s", name);
		source_free(s);
		return NULL;
	}
	s->waits = !S_ISREG(st.st_mode);
	s->device = st.st_dev;
	s->inode = st.st_ino;
	return s;
}

/* Takes s, also when it fails. */
static int add(struct cursor *c, struct cursor_source *s, struct err *e)
{
	struct cursor_source **more;

	if (!s)
		return -1;
	if (!c->buffer)
		c->buffer = malloc(CURSOR_BUFFER);
	more = realloc(c->sources, (c->count + 1) * sizeof(*more));
	if (more)
		c->sources = more;
	if (!more || !c->buffer) {
		(void)err_sys(e, "cannot read %s", s->name);
		source_free(s);
		return -1;
	}
	c->sources[c->count++] = s;
	return 0;
}

int cursor_open_fd(struct cursor *c, int fd, const char *name, struct err *e)
{
	return add(c, source_new(fd, name, e), e);
}

int cursor_open_file(struct cursor *c, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_sys(e, "cannot open %s", path);
	return cursor_open_fd(c, fd, path, e);
}

static bool is_added(const struct cursor *c, size_t first, const struct cursor_source *s)
{
	for (size_t i = first; i < c->count; i++)
		if (c->sources[i]->device == s->device && c->sources[i]->inode == s->inode)
			return true;
	return false;
}

/* A file of a set, which need not be one: opening a pipe does not wait for its writer. */
static struct cursor_source *open_member(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0) {
		(void)err_sys(e, "cannot open %s", path);
		return NULL;
	}
	return source_new(fd, path, e);
}

static int open_newest(struct cursor *c, const char *log_file, struct err *e)
{
	struct cursor_source *s = open_member(log_file, e);

	if (s && s->waits) {
		source_free(s);
		return err_set(e, "cannot read %s: it is no regular file", log_file);
	}
	return add(c, s, e);
}

/* Opens log_file.N; NULL where the set ends, for whatever reason. */
static struct cursor_source *open_rotated(const char *log_file, unsigned number)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s.%u", log_file, number);

	return n < 0 || (size_t)n >= sizeof(path) ? NULL : open_member(path, NULL);
}

/* Adds PATH.1, PATH.2... of the set whose first source is `first`; how many, or -1. */
static int add_rotated(struct cursor *c, const char *log_file, size_t first, struct err *e)
{
	unsigned holes = c->count == first;
	int added = 0;

	for (unsigned number = 1; number < CURSOR_FILES_MAX && holes <= HOLES_MAX; number++) {
		struct cursor_source *s = open_rotated(log_file, number);

		holes = s ? 0 : holes + 1;
		if (!s)
			continue;
		/* Rotated between two opens: one that was added, under its new name. */
		if (s->waits || is_added(c, first, s)) {
			source_free(s);
			continue;
		}
		if (add(c, s, e) != 0)
			return -1;
		added++;
	}
	return added;
}

static int add_set(struct cursor *c, const char *log_file, struct err *e)
{
	size_t first = c->count;
	struct err why;
	bool has_newest = open_newest(c, log_file, &why) == 0;
	int rotated = has_newest || why.sys == ENOENT ? add_rotated(c, log_file, first, e) : 0;

	if (rotated < 0)
		return -1;
	if (!has_newest && rotated == 0) {
		if (e)
			*e = why;
		return -1;
	}
	return 0;
}

static void drop_from(struct cursor *c, size_t first)
{
	while (c->count > first)
		source_free(c->sources[--c->count]);
}

/*
 * Whether log_file is still the first one added. If not it may have come back as .1 or .2, behind
 * a file that is newer than it.
 */
static bool is_newest(const struct cursor *c, size_t first, const char *log_file)
{
	const struct cursor_source *s = c->sources[first];
	struct stat st;

	if (stat(log_file, &st) != 0)
		return strcmp(s->name, log_file) != 0; /* it was missing before */
	return s->device == st.st_dev && s->inode == st.st_ino;
}

int cursor_open_set(struct cursor *c, const char *log_file, struct err *e)
{
	size_t first = c->count;

	for (int left = LOOKS_MAX; left; left--) {
		drop_from(c, first);
		if (add_set(c, log_file, e) != 0)
			return -1;
		if (is_newest(c, first, log_file))
			break;
	}
	for (size_t i = first, j = c->count - 1; i < j; i++, j--) {
		struct cursor_source *swap = c->sources[i];

		c->sources[i] = c->sources[j];
		c->sources[j] = swap;
	}
	return 0;
}

static bool is_number(uint64_t given, uint64_t real)
{
	return given == real || given == (uint32_t)real;
}

bool cursor_start_at(struct cursor *c, uint64_t device, uint64_t inode)
{
	for (size_t i = c->count; i-- > 0;)
		if (is_number(device, c->sources[i]->device) &&
		    is_number(inode, c->sources[i]->inode)) {
			c->at = i > 0 ? i - 1 : 0;
			return true;
		}
	return false;
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

	if (!s->waits || c->idle_ms < 0)
		return true;
	return poll(&p, 1, c->idle_ms) != 0;
}

static enum fill_status fill(struct cursor *c, struct err *e)
{
	const struct cursor_source *s = c->sources[c->at];
	ssize_t n;

	make_room(c);
	if (!has_input(c, s))
		return FILL_WAIT;
	do {
		n = read(s->fd, c->buffer + c->end, CURSOR_BUFFER - c->end);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		(void)err_sys(e, "cannot read %s", s->name);
		return FILL_ERROR;
	}
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
	close_fd(&c->sources[c->at]->fd);
	c->sources[c->at++]->fd = -1;
	return torn;
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
			(void)end_source(c, line);
			return CURSOR_ERROR;
		}
	}
	return CURSOR_END;
}
