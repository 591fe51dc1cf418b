/*
 * What the recorder tells: lines are hashed into the tree as they are written, and the files they go to are told
 * apart. Nothing here waits for the disk, but for a fragment that has to be read.
 */
#include "integrity/sealer_priv.h"

#include "integrity/critical.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASHES_MIN 1024
#define PIECE      ((size_t)64 << 10)
#define LINE_MOST  ((size_t)64 << 20)

/* ---- files ---- */

/* A descriptor of our own: what the writer's has been told of errors, it does not tell another. */
static int own_descriptor(const struct sealer *s, int fd, const struct log_identity *id)
{
	CLEAN_FD int own =
		open(s->log_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct log_identity what;
	uint64_t size;

	if (own >= 0 && log_identify(own, &what, &size) == 0 && log_identity_eq(&what, id))
		return take_fd(&own);
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static struct sealer_file *last_file(const struct sealer *s)
{
	return s->file_count ? s->files[s->file_count - 1] : NULL;
}

/* Under the lock. NULL: no memory. */
struct sealer_file *sealer_add_file(struct sealer *s, const struct log_identity *id)
{
	struct sealer_file *f = calloc(1, sizeof(*f));

	if (f && s->file_count == s->file_cap) {
		size_t cap = s->file_cap ? s->file_cap * 2 : 4;
		struct sealer_file **more =
			reallocarray(s->files, cap, sizeof(struct sealer_file *));

		if (!more) {
			free(f);
			return NULL;
		}
		s->files = more;
		s->file_cap = cap;
	}
	if (!f)
		return NULL;
	f->fd = -1;
	f->id = *id;
	f->first = s->range.size;
	for (unsigned i = 0; i < SEAL_PLACE_LEVELS; i++)
		if (s->range.size >> i & 1)
			f->of[i] = s->range.of[i];
	s->files[s->file_count++] = f;
	return f;
}

void sealer_wake(struct sealer *s)
{
	s->is_woken = true;
	(void)pthread_cond_signal(&s->changed);
}

/* Under the lock: the file ends here, and lines go to another one, or to another place of the same. */
static void begin_file(struct sealer *s, int fd, const struct log_identity *id, uint64_t offset)
{
	struct sealer_file *before = last_file(s), *f;

	f = sealer_add_file(s, id);
	if (!f) {
		/* Lines that are in no segment could not be found again. */
		s->has_tree = false;
		return;
	}
	before->end = s->range.size;
	before->at_end = s->range;
	before->ended = true;
	f->number = before->number + 1;
	f->offset = f->bytes = offset;
	f->fd = own_descriptor(s, fd, id);
	sealer_wake(s);
}

/* Behind the last newline of [from, size); from where there is none. */
static uint64_t lines_end(int fd, uint64_t from, uint64_t size)
{
	char piece[4096];

	while (size > from) {
		size_t n = size - from < sizeof(piece) ? (size_t)(size - from) : sizeof(piece);
		ssize_t got = pread(fd, piece, n, (off_t)(size - n));
		const char *newline = got > 0 ? memrchr(piece, '\n', (size_t)got) : NULL;

		if (newline)
			return size - n + (uint64_t)(newline - piece) + 1;
		size -= n;
	}
	return from;
}

/* The file that lines went to has another size than they have. Under the lock. */
static void look_at_same_file(struct sealer *s, int fd, struct sealer_file *f, uint64_t size)
{
	uint64_t end;
	char text[128];

	if (size == f->bytes)
		return;
	end = size > f->bytes ? lines_end(f->fd, f->bytes, size) : size;
	/* The beginning of a line that could not be cut off. */
	if (end == f->bytes)
		return;
	(void)snprintf(text, sizeof(text),
		       "the log has %" PRIu64 " bytes, of which %" PRIu64 " were written by us",
		       size, f->bytes);
	sealer_tell_locked(s, SEALER_NEWS_FOREIGN, s->range.size, 0, text);
	begin_file(s, fd, &f->id, end);
}

void sealer_opened(struct sealer *s, int fd, uint64_t size)
{
	struct log_identity id;
	struct sealer_file *f;
	uint64_t now;

	if (log_identify(fd, &id, &now) != 0)
		return;
	(void)pthread_mutex_lock(&s->mutex);
	f = last_file(s);
	if (!f) {
		close_fd(&s->first_fd);
		s->first_fd = own_descriptor(s, fd, &id);
		s->first_id = id;
		s->first_size = size;
		if (s->has_started) {
			s->wants_begin = true;
			sealer_wake(s);
		}
	} else if (s->has_tree && log_identity_eq(&f->id, &id)) {
		look_at_same_file(s, fd, f, size);
	} else if (s->has_tree) {
		uint64_t end = size ? lines_end(fd, 0, size) : 0;

		if (end)
			sealer_tell_locked(s, SEALER_NEWS_FOREIGN, s->range.size, 0,
					   "the log goes on in a file that has lines already");
		begin_file(s, fd, &id, end);
	}
	(void)pthread_mutex_unlock(&s->mutex);
}

/* ---- lines ---- */

/* Under the lock. False: it is not kept. */
static bool put_hash(struct sealer *s, unsigned level, const struct seal_hash *hash)
{
	struct sealer_hashes *h = &s->fresh[level];

	if (h->n == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : HASHES_MIN;
		struct seal_hash *more =
			cap <= SEALER_HASHES_MAX ? reallocarray(h->p, cap, sizeof(*more)) : NULL;

		if (!more)
			return false;
		h->p = more;
		h->cap = cap;
	}
	h->p[h->n++] = *hash;
	return true;
}

/* Recovery makes them again of the lines. */
void sealer_give_up_levels(struct sealer *s)
{
	s->has_levels = false;
	for (unsigned i = 0; i < LEVELS; i++)
		s->fresh[i].n = 0;
	sealer_tell_locked(s, SEALER_NEWS_LEVELS, s->range.size, 0,
			   "the disk takes no hashes, and there are too many of them to keep");
}

static void put_node(void *ctx, unsigned level, uint64_t index, const struct seal_hash *hash)
{
	struct sealer *s = ctx;

	(void)index;
	if (level == LEVEL_BITS && s->has_levels && !put_hash(s, 1, hash))
		sealer_give_up_levels(s);
}

void sealer_take_line(struct sealer *s, struct sv line)
{
	const struct seal_sink sink = {s, put_node};
	struct seal_hash leaf;

	seal_leaf(s->line_digest, line, &leaf);
	if (s->has_levels && !put_hash(s, 0, &leaf))
		sealer_give_up_levels(s);
	seal_range_add(&s->range, s->line_digest, &leaf, &sink);
	if (!s->is_critical && critical_line(line)) {
		s->is_critical = true;
		sealer_wake(s);
	}
}

/* Lines have come: the thread is woken for the first, and when there are many. Under the lock. */
static void lines_came(struct sealer *s, uint64_t before)
{
	if (s->uncovered_ns == 0) {
		s->uncovered_ns = sealer_boot_ns(s);
		if (s->waiting_ns == 0) {
			s->waiting_ns = s->uncovered_ns;
			sealer_wake(s);
		}
	}
	if (before - s->covered < SEALER_LINES_MAX &&
	    s->range.size - s->covered >= SEALER_LINES_MAX)
		sealer_wake(s);
}

void sealer_appended(struct sealer *s, struct sv lines)
{
	struct sealer_file *f;
	uint64_t before;
	size_t n;

	(void)pthread_mutex_lock(&s->mutex);
	f = last_file(s);
	if (s->has_tree && f) {
		before = s->range.size;
		f->bytes += lines.n;
		while ((n = sv_index(lines, '\n')) < lines.n) {
			sealer_take_line(s, sv_head(lines, n));
			lines = sv_from(lines, n + 1);
		}
		lines_came(s, before);
	} else if (!f) {
		s->first_size += lines.n;
	}
	(void)pthread_mutex_unlock(&s->mutex);
}

/* The line that begins at an offset, into out. False: it has no end, or cannot be read. */
static bool read_line(int fd, uint64_t at, struct buf *out)
{
	while (buf_reserve(out, PIECE)) {
		ssize_t n = pread(fd, out->p + out->n, PIECE, (off_t)(at + out->n));
		const char *newline = n > 0 ? memchr(out->p + out->n, '\n', (size_t)n) : NULL;

		if (newline) {
			out->n = (size_t)(newline - out->p);
			return true;
		}
		if (n <= 0)
			return false;
		out->n += (size_t)n;
	}
	return false;
}

void sealer_fragment(struct sealer *s, uint64_t offset, uint64_t bytes)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(LINE_MOST);
	struct sealer_file *f;
	uint64_t before;

	(void)pthread_mutex_lock(&s->mutex);
	f = last_file(s);
	if (s->has_tree && f) {
		before = s->range.size;
		/* It begins where our lines end, also where nobody knows how long it is. */
		if (f->fd >= 0 && read_line(f->fd, f->bytes, &line)) {
			f->bytes += line.n + 1;
			sealer_take_line(s, buf_view(&line));
			lines_came(s, before);
		} else {
			sealer_tell_locked(
				s, SEALER_NEWS_FOREIGN, before, 0,
				"the beginning of a line became one that cannot be read");
		}
	} else if (!f) {
		s->first_size = offset + bytes;
	}
	(void)pthread_mutex_unlock(&s->mutex);
}

void sealer_removed(struct sealer *s, enum log_removal why)
{
	(void)pthread_mutex_lock(&s->mutex);
	s->removed++;
	s->removal = why;
	sealer_wake(s);
	(void)pthread_mutex_unlock(&s->mutex);
}

static void hear_opened(void *ctx, int fd, uint64_t size)
{
	sealer_opened(ctx, fd, size);
}

static void hear_appended(void *ctx, struct sv lines)
{
	sealer_appended(ctx, lines);
}

static void hear_fragment(void *ctx, uint64_t offset, uint64_t bytes)
{
	sealer_fragment(ctx, offset, bytes);
}

static void hear_removed(void *ctx, enum log_removal why)
{
	sealer_removed(ctx, why);
}

struct log_listener sealer_listener(struct sealer *s)
{
	return (struct log_listener){.ctx = s,
				     .opened = hear_opened,
				     .appended = hear_appended,
				     .fragment = hear_fragment,
				     .removed = hear_removed};
}
