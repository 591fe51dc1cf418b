/* The index of a whole file, plain or compressed, written beside its place and renamed into it. */
#include "base/file.h"
#include "index/build.h"
#include "segment/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- reading the text ---- */

static int read_all(int fd, uint64_t at, char *out, size_t n, struct err *e)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(fd, out + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "cannot read the log");
		if (got == 0)
			return err_set(e, "the log became shorter while it was read");
		done += (size_t)got;
	}
	return 0;
}

/* Hands on the frames that are whole in text[0, *n), which is at *at, and keeps the rest. */
static int take_frames(struct index_builder *b, char *text, size_t *n, uint64_t *at,
		       struct segment_head *head, struct err *e)
{
	bool at_end = *at + *n == head->raw_bytes;
	size_t from = 0, bytes;

	while (from < *n && (bytes = segment_frame_end(sv_make(text + from, *n - from),
						       SEGMENT_FRAME_BYTES, at_end)) > 0) {
		if (index_builder_frame(b, sv_make(text + from, bytes), *at, e) != 0)
			return -1;
		from += bytes;
		*at += bytes;
		head->is_ragged |= text[from - 1] != '\n' && *at < head->raw_bytes;
	}
	*n -= from;
	memmove(text, text + from, *n);
	return 0;
}

static int take_plain(struct index_builder *b, int fd, struct segment_head *head, struct err *e)
{
	char *text = malloc(SEGMENT_FRAME_MAX);
	uint64_t at = 0;
	size_t n = 0;
	int status = 0;

	if (!text)
		return err_set(e, "no memory to index a log");
	while (status == 0 && at < head->raw_bytes) {
		uint64_t left = head->raw_bytes - at - n;
		size_t want = SEGMENT_FRAME_MAX - n;

		want = want < left ? want : (size_t)left;
		status = read_all(fd, at + n, text + n, want, e);
		if (status == 0) {
			n += want;
			status = take_frames(b, text, &n, &at, head, e);
		}
	}
	free(text);
	return status;
}

static int take_segment(struct index_builder *b, const struct segment *s, struct err *e)
{
	struct segment_unpacker *u = segment_unpacker_new();
	char *text = malloc(SEGMENT_FRAME_MAX);
	int status = u && text ? 0 : err_set(e, "no memory to index a log");

	for (size_t i = 0; status == 0 && i < s->frame_count; i++) {
		const struct segment_frame *f = &s->frames[i];

		status = segment_read(s, u, i, text, e);
		if (status == 0)
			status = index_builder_frame(b, sv_make(text, f->raw_bytes), f->raw_at, e);
	}
	segment_unpacker_free(u);
	free(text);
	return status;
}

int index_build(struct index_builder *b, int fd, struct segment_head *head, struct err *e)
{
	struct segment s;

	switch (segment_open(&s, fd, e)) {
	case SEGMENT_OPEN:
		*head = s.head;
		if (take_segment(b, &s, e) != 0)
			break;
		s.fd = -1;
		segment_close(&s);
		return index_builder_end(b, head, e);
	case SEGMENT_OTHER:
		if (segment_head_of(fd, head, e) != 0 || take_plain(b, fd, head, e) != 0)
			return -1;
		return index_builder_end(b, head, e);
	case SEGMENT_STREAM:
		return err_set(e, "it is compressed, but no segment of ours");
	case SEGMENT_FAILED:
		return -1;
	}
	s.fd = -1;
	segment_close(&s);
	return -1;
}

/* ---- writing the file ---- */

/* The folder of indexes, open: nobody can lay a link in our way then. */
static int open_folder(const char *path, struct err *e)
{
	char folder[SEGMENT_PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (!slash || !sv_to_cstr(sv_make(path, (size_t)(slash - path)), folder, sizeof(folder)))
		return err_set(e, "%s is no path of an index", path);
	return file_open_folder(folder, 0750, e);
}

/* As the log: an index holds what the log does. Where its group cannot be had, nobody else's. */
static int give_access(int fd, const struct stat *log)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -1;
	if (st.st_gid != log->st_gid && fchown(fd, (uid_t)-1, log->st_gid) != 0)
		return fchmod(fd, log->st_mode & 0600);
	return fchmod(fd, log->st_mode & 0666);
}

static int write_new(const struct index_builder *b, int folder, const char *name, const char *draft,
		     const struct stat *log, struct err *e)
{
	CLEAN_FD int fd = -1;

	/* One that is there was left by the dead, or laid there. */
	(void)unlinkat(folder, draft, 0);
	fd = openat(folder, draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(e, "cannot make %s", draft);
	if (index_builder_write(b, fd, e) != 0)
		return -1;
	if (give_access(fd, log) != 0)
		return err_sys(e, "cannot set the mode of %s", draft);
	if (fsync(fd) != 0)
		return err_sys(e, "cannot sync %s", draft);
	if (renameat(folder, draft, folder, name) != 0)
		return err_sys(e, "cannot rename %s", draft);
	return 0;
}

/* Two threads may make the same index at a time, of two files with one text: each has a draft of its own. */
int index_write(const struct index_builder *b, const char *path, int log, struct err *e)
{
	char draft[SEGMENT_PATH_MAX + 32];
	CLEAN_FD int folder = -1;
	struct stat st;
	const char *name;

	if (fstat(log, &st) != 0)
		return err_sys(e, "cannot examine the log");
	folder = open_folder(path, e);
	if (folder < 0)
		return -1;
	name = strrchr(path, '/') + 1;
	(void)snprintf(draft, sizeof(draft), "%.*s.%d.idx.new", (int)strlen(name) - 4, name,
		       (int)gettid());
	if (write_new(b, folder, name, draft, &st, e) == 0)
		return 0;
	(void)unlinkat(folder, draft, 0);
	return -1;
}

static int head_of(int fd, struct segment_head *head, struct err *e)
{
	struct segment s;

	switch (segment_open(&s, fd, e)) {
	case SEGMENT_OPEN:
		*head = s.head;
		s.fd = -1;
		segment_close(&s);
		return 0;
	case SEGMENT_OTHER:
		return segment_head_of(fd, head, e);
	case SEGMENT_STREAM:
		return err_set(e, "it is compressed, but no segment of ours");
	case SEGMENT_FAILED:
		break;
	}
	return -1;
}

int index_make(const char *log, int fd, const struct index_options *o, struct err *e)
{
	struct segment_head head;
	struct index_builder *b;
	char path[SEGMENT_PATH_MAX];
	struct index x;
	int status;

	if (head_of(fd, &head, e) != 0)
		return -1;
	if (!index_path(log, &head, path))
		return err_set(e, "its path is too long");
	if (index_open(&x, path, &head, NULL) == INDEX_OPEN) {
		index_close(&x);
		return 1;
	}
	b = index_builder_new(o, e);
	status = b ? index_build(b, fd, &head, e) : -1;
	if (status == 0)
		status = index_write(b, path, fd, e);
	index_builder_free(b);
	return status;
}
