/*
 * The live log file: open, append, flush, close. Renaming is in rotate.c, waiting for the disk
 * without blocking in flusher.c.
 */
#include "log/writer.h"

#include "base/clock.h"
#include "log/holes.h"
#include "log/tail.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define MODE_ALONE 0600
#define MODE_GROUP 0640

static ssize_t system_write(void *ctx, int fd, const struct iovec *parts, int count)
{
	(void)ctx;
	return writev(fd, parts, count);
}

static int system_cut(void *ctx, int fd, off_t size)
{
	(void)ctx;
	return ftruncate(fd, size);
}

static int system_sync(void *ctx, int fd)
{
	(void)ctx;
	return fdatasync(fd);
}

static int system_rename(void *ctx, const char *from, const char *to)
{
	(void)ctx;
	return rename(from, to);
}

const struct log_disk log_disk_system = {
	.write = system_write, .cut = system_cut, .sync = system_sync, .rename = system_rename};

/*
 * What is behind the file's last newline, when a crash ended the last one who wrote it: the
 * beginning of a line, or bytes that never got to the disk. Nobody can complete it. -1: unknown.
 */
static int find_torn(const char *path, uint64_t size, struct log_torn *torn)
{
	CLEAN_FD int fd = -1;
	uint64_t end = size;
	ssize_t n;

	*torn = (struct log_torn){.bytes = 0};
	if (size == 0)
		return 0;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || log_tail_find(fd, size, LOG_TORN_MAX + 1, &end) != 0)
		return -1;
	if (end == size)
		return 0;
	torn->bytes = size - end;
	n = pread(fd, torn->text, sizeof(torn->text), (off_t)end);
	torn->length = n > 0 ? (size_t)n : 0;
	return 0;
}

/*
 * Cuts off what is behind the last newline, which would be taken for a record once a newline
 * follows. So much of it that it can be no line is left alone: the file may be no log.
 */
static void mend(struct log_writer *w)
{
	if (w->torn == 0 || w->torn > LOG_TORN_MAX ||
	    w->options.disk->cut(w->options.disk_ctx, w->fd, (off_t)(w->size - w->torn)) != 0)
		return;
	w->size -= w->torn;
	w->torn = 0;
}

/*
 * A rotation that was cut short has left the file with the mode of a rotated one, which its owner
 * may not write to without CAP_DAC_OVERRIDE.
 */
static int make_writable(const char *path)
{
	CLEAN_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    st.st_mode & S_IWUSR) {
		errno = EACCES;
		return -1;
	}
	return fchmod(fd, MODE_ALONE);
}

static int open_live(const char *path, int flags, bool *is_new)
{
	int fd = open(path, flags);

	*is_new = fd < 0 && errno == ENOENT;
	if (*is_new)
		fd = open(path, flags | O_CREAT | O_EXCL, MODE_ALONE);
	else if (fd < 0 && errno == EACCES && make_writable(path) == 0)
		fd = open(path, flags);
	return fd;
}

/*
 * Owner and mode. Where they cannot be set that is a reason not to begin; once records are taken they
 * are worth more, as long as nobody can read them who should not.
 */
static int set_access(int fd, const struct log_options *o, const struct stat *st, bool is_start,
		      struct err *e)
{
	mode_t mode = o->group ? MODE_GROUP : MODE_ALONE;
	mode_t most = o->group == st->st_gid ? mode : MODE_ALONE;

	/* The group first: with the mode first a wrong group could read for a moment. */
	if (fchown(fd, geteuid(), o->group) == 0 && fchmod(fd, mode) == 0)
		return 0;
	if (!is_start && (st->st_mode & 07777 & ~most) == 0)
		return 0;
	return err_sys(e, "cannot set owner and mode of the log %s", o->path);
}

static int open_log(struct log_writer *w, bool is_start, struct err *e)
{
	const struct log_options *o = &w->options;
	/* Not blocking: a FIFO is refused, not waited for. To a regular file it means nothing. */
	int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	struct log_torn torn;
	struct stat st;
	CLEAN_FD int fd = -1;
	bool is_new, can_read;

	assert(w->fd < 0);
	if (o->flush == FLUSH_DATA)
		flags |= O_DSYNC;
	else if (o->flush == FLUSH_SYNC)
		flags |= O_SYNC;
	fd = open_live(o->path, flags, &is_new);
	if (fd < 0)
		return err_sys(e, "cannot open the log %s", o->path);
	if (fstat(fd, &st) != 0)
		return err_sys(e, "cannot examine the log %s", o->path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, "the log %s is not a regular file", o->path);
	/* What somebody else put there would get records, and he could take them out again. */
	if (st.st_uid != geteuid())
		return err_set(e, "the log %s belongs to user %u", o->path, st.st_uid);
	if (set_access(fd, o, &st, is_start, e) != 0)
		return -1;
	can_read = find_torn(o->path, (uint64_t)st.st_size, &torn) == 0;
	/* What this writer left itself has been told as a failed write. */
	if (torn.bytes && (torn.bytes != w->torn || w->size != (uint64_t)st.st_size))
		w->found = torn;
	w->size = (uint64_t)st.st_size;
	/* An empty line does no harm; a record glued to a half one is lost. */
	w->torn = can_read ? torn.bytes : LOG_TORN_MAX + 1;
	w->unflushed = 0;
	w->is_named = w->is_named && !is_new;
	w->fd = take_fd(&fd);
	mend(w);
	return 0;
}

static void tell_opened(const struct log_writer *w)
{
	const struct log_listener *l = &w->options.listener;

	if (l->opened)
		l->opened(l->ctx, w->fd, w->size);
}

int log_reopen(struct log_writer *w, struct err *e)
{
	if (open_log(w, false, e) != 0)
		return -1;
	tell_opened(w);
	return 0;
}

/* In the file, and in the one before, for a rotation may have been the last thing that happened. */
static unsigned mark_holes(const char *path)
{
	char rotated[LOG_PATH_MAX];

	(void)snprintf(rotated, sizeof(rotated), "%s.1", path);
	return log_mark_holes(rotated) + log_mark_holes(path);
}

int log_open(struct log_writer *w, const struct log_options *o, struct err *e)
{
	*w = (struct log_writer){.options = *o, .fd = -1, .is_named = true, .last_kept = 1};
	if (!w->options.disk)
		w->options.disk = &log_disk_system;
	if (strlen(o->path) > LOG_PATH_MAX - LOG_SUFFIX_BYTES)
		return err_set(e, "the path of the log is too long");
	if (open_log(w, true, e) != 0)
		return -1;
	w->holed = mark_holes(o->path);
	if (o->flush == FLUSH_INCREMENTAL_ASYNC && log_flusher_start(&w->flusher, e) != 0) {
		log_suspend(w);
		return -1;
	}
	tell_opened(w);
	return 0;
}

void log_suspend(struct log_writer *w)
{
	if (w->fd < 0)
		return;
	log_flusher_forget(&w->flusher, w->fd);
	(void)close(w->fd);
	w->fd = -1;
}

int log_close(struct log_writer *w, struct err *e)
{
	const struct log_options *o = &w->options;
	int status = 0;

	if (w->fd >= 0 && o->disk->sync(o->disk_ctx, w->fd) != 0)
		status = err_sys(e, "cannot bring the log %s to the disk", o->path);
	log_suspend(w);
	log_flusher_stop(&w->flusher);
	return status;
}

/*
 * Writes all parts over short writes and interruptions. The number of bytes written; less than
 * asked means failure, with errno set. Changes parts.
 */
static size_t write_all(const struct log_writer *w, struct iovec *parts, int count)
{
	size_t total = 0;

	while (count) {
		ssize_t done = w->options.disk->write(w->options.disk_ctx, w->fd, parts, count);

		if (done < 0 && errno == EINTR)
			continue;
		if (done == 0)
			errno = ENOSPC; /* no file system should, but the loop must end */
		if (done <= 0)
			return total;
		total += (size_t)done;
		while (count && (size_t)done >= parts->iov_len) {
			done -= (ssize_t)parts->iov_len;
			parts++;
			count--;
		}
		if (count) {
			parts->iov_base = (char *)parts->iov_base + done;
			parts->iov_len -= (size_t)done;
		}
	}
	return total;
}

/* The length of v up to its last newline, included; 0 when there is none. */
static size_t whole_lines(struct sv v)
{
	const char *last = v.n ? memrchr(v.p, '\n', v.n) : NULL;

	return last ? (size_t)(last - v.p) + 1 : 0;
}

/* The part of lines that may go into this file: to the end of the line that reaches max_bytes. */
static struct sv fitting(const struct log_writer *w, struct sv lines)
{
	uint64_t max = w->options.max_bytes, size = w->size + (w->torn > 0), from;

	if (max == 0 || size >= max || max - size > lines.n)
		return lines;
	from = max - size - 1;
	return sv_head(lines, (size_t)from + sv_index(sv_from(lines, (size_t)from), '\n') + 1);
}

/* After a failed write: up to `whole` there are whole lines, and rest bytes of one more. */
static void cut_torn_line(struct log_writer *w, uint64_t whole, size_t rest)
{
	w->size = whole + rest;
	if (rest) {
		w->torn = rest;
		mend(w);
	}
}

/*
 * The name of a new file, and those that the rotation before it moved: a flush of the file promises
 * nothing about them. Once only, for some file systems know no such thing. 0, or an errno.
 */
static int flush_names(struct log_writer *w)
{
	const struct log_options *o = &w->options;
	char folder[LOG_PATH_MAX];
	const char *slash = strrchr(o->path, '/');
	CLEAN_FD int fd = -1;

	if (w->is_named)
		return 0;
	w->is_named = true;
	if (!slash ||
	    !sv_to_cstr(sv_make(o->path, (size_t)(slash - o->path) + 1), folder, sizeof(folder)))
		return 0;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (o->flush == FLUSH_INCREMENTAL_ASYNC) {
		log_flusher_request(&w->flusher, fd);
		log_flusher_forget(&w->flusher, fd);
		return 0;
	}
	return o->disk->sync(o->disk_ctx, fd) == 0 || errno == EINVAL ? 0 : errno;
}

/* What the file has taken since the last flush. 0, or an errno. */
static int flush_lines(struct log_writer *w)
{
	const struct log_options *o = &w->options;
	uint64_t start;
	int failure;

	w->unflushed = 0;
	if (o->flush == FLUSH_INCREMENTAL_ASYNC) {
		failure = log_flusher_failure(&w->flusher);
		log_flusher_request(&w->flusher, w->fd);
		return failure;
	}
	start = clock_ns();
	failure = o->disk->sync(o->disk_ctx, w->fd) == 0 ? 0 : errno;
	log_flush_timed(&w->times, clock_ns() - start);
	return failure;
}

static int flush(struct log_writer *w, uint64_t new_lines, struct err *e)
{
	const struct log_options *o = &w->options;
	bool is_counted = o->flush == FLUSH_INCREMENTAL || o->flush == FLUSH_INCREMENTAL_ASYNC;
	int failure = 0, names;

	if (o->flush == FLUSH_NONE)
		return 0;
	w->unflushed += new_lines;
	if (is_counted && w->unflushed < o->freq)
		return 0;
	if (is_counted)
		failure = flush_lines(w);
	names = flush_names(w);
	if (failure == 0)
		failure = names;
	if (failure == 0)
		return 0;
	errno = failure;
	return err_sys(e, "cannot bring the log %s to the disk", o->path);
}

void log_flush_times(struct log_writer *w, struct log_flush_times *out)
{
	if (w->flusher.running)
		log_flusher_times(&w->flusher, out);
	else
		*out = w->times;
}

/* writev() takes its bytes as writable and only reads them. */
static struct iovec part_of(struct sv v)
{
	union {
		const char *read;
		void *write;
	} p = {v.p};

	return (struct iovec){p.write, v.n};
}

/* Accounts for lines that are in the file now. */
static int appended(struct log_writer *w, struct sv lines, struct err *e)
{
	uint64_t count = sv_count(lines, '\n');

	w->lines += count;
	w->bytes += lines.n;
	if (lines.n && w->options.listener.appended)
		w->options.listener.appended(w->options.listener.ctx, lines);
	return flush(w, count, e);
}

/* The newline in front of the lines has made one of what was torn. */
static void end_fragment(struct log_writer *w)
{
	const struct log_listener *l = &w->options.listener;
	uint64_t torn = w->torn;

	w->torn = 0;
	w->size++;
	if (l->fragment)
		l->fragment(l->ctx, torn <= w->size - 1 ? w->size - 1 - torn : 0, torn);
}

enum log_append_status log_append(struct log_writer *w, struct sv lines, size_t *taken,
				  struct err *e)
{
	bool is_flush = w->options.flush == FLUSH_DATA || w->options.flush == FLUSH_SYNC;
	size_t lead, done, whole;
	struct iovec parts[2];
	uint64_t start;
	struct sv part;

	*taken = 0;
	if (w->fd < 0) {
		(void)err_set(e, "the log %s is closed", w->options.path);
		return LOG_FAILED;
	}
	mend(w);
	lead = w->torn > 0;
	part = fitting(w, lines);
	parts[0] = part_of(SV("\n"));
	parts[1] = part_of(part);
	start = is_flush ? clock_ns() : 0;
	done = write_all(w, parts + !lead, part.n ? 1 + (int)lead : 0);
	if (is_flush)
		log_flush_timed(&w->times, clock_ns() - start);
	if (lead && done) {
		end_fragment(w);
		done--;
	}
	if (done == part.n) {
		*taken = part.n;
		w->size += part.n;
		if (appended(w, part, e) != 0)
			return LOG_FAILED;
		return w->options.max_bytes && w->size >= w->options.max_bytes ? LOG_FULL
									       : LOG_APPENDED;
	}
	(void)err_sys(e, "cannot write to the log %s", w->options.path);
	whole = whole_lines(sv_head(part, done));
	cut_torn_line(w, w->size + whole, done - whole);
	*taken = whole;
	(void)!appended(w, sv_head(part, whole), NULL);
	return LOG_FAILED;
}
