/* Plain files are read as they are, segments frame by frame. */
#include "log/text.h"

#include "base/file.h"
#include "segment/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct log_text {
	int fd;
	bool is_packed; /* with the rest */
	struct segment segment;
	struct segment_unpacker *unpacker;
	char *frame; /* text of the frame, */
	size_t number;
	bool has_frame; /* if there is one */
};

struct log_text *log_text_of(int fd)
{
	struct log_text *t = calloc(1, sizeof(*t));

	if (!t) {
		close_fd(&fd);
		return NULL;
	}
	t->fd = fd;
	t->segment.fd = -1;
	return t;
}

void log_text_close(struct log_text *t)
{
	if (!t)
		return;
	close_fd(&t->fd);
	t->segment.fd = -1;
	segment_close(&t->segment);
	segment_unpacker_free(t->unpacker);
	free(t->frame);
	free(t);
}

int log_text_fd(const struct log_text *t)
{
	return t->fd;
}

bool log_text_is_packed(const struct log_text *t)
{
	return t->is_packed;
}

/* Makes the text of an open file that of the segment it is. */
static int unpack(struct log_text *t, const char *name, const struct log_member *m, struct err *e)
{
	struct log_identity id;

	if (segment_open(&t->segment, t->fd, NULL) != SEGMENT_OPEN) {
		t->segment = (struct segment){.fd = -1};
		return err_set(e, "cannot read %s: it is no segment, or damaged", name);
	}
	t->is_packed = true;
	id = (struct log_identity){t->segment.head.device, t->segment.head.inode,
				   t->segment.head.birth_ns};
	if (!log_identity_eq(&id, &m->id)) {
		errno = ENOENT;
		return err_sys(e, "cannot open %s", name);
	}
	t->unpacker = segment_unpacker_new();
	t->frame = malloc(SEGMENT_FRAME_MAX);
	if (t->unpacker && t->frame)
		return 0;
	errno = ENOMEM;
	return err_sys(e, "cannot read %s", name);
}

static struct log_text *open_packed(const char *path, const struct log_member *m, struct err *e)
{
	char name[SEGMENT_PATH_MAX];
	struct log_text *t;
	int fd;

	if (!segment_path(path, m->segment, name)) {
		errno = ENAMETOOLONG;
		(void)err_sys(e, "cannot open %s", path);
		return NULL;
	}
	fd = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	t = fd < 0 ? NULL : log_text_of(fd);
	if (!t) {
		(void)err_sys(e, "cannot open %s", name);
		return NULL;
	}
	if (unpack(t, name, m, e) == 0)
		return t;
	log_text_close(t);
	return NULL;
}

struct log_text *log_text_open(const char *path, const struct log_member *m, struct err *e)
{
	struct log_text *t;
	int fd;

	if (m->is_packed)
		return open_packed(path, m, e);
	fd = log_set_open(path, m, e);
	if (fd < 0)
		return NULL;
	t = log_text_of(fd);
	if (!t)
		(void)err_sys(e, "cannot read %s", path);
	return t;
}

int log_text_size(const struct log_text *t, uint64_t *size)
{
	struct log_identity id;

	if (!t->is_packed)
		return log_identify(t->fd, &id, size);
	*size = t->segment.head.raw_bytes;
	return 0;
}

/* ---- finding segments ---- */

/* 1: *m is set, 0: it is no segment, or gone. */
static int look_at_packed(const char *path, uint64_t number, struct log_member *m)
{
	char name[SEGMENT_PATH_MAX];
	struct segment s;
	struct stat st;
	CLEAN_FD int fd = -1;

	if (!segment_path(path, number, name))
		return 0;
	fd = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    segment_look(&s, fd, (uint64_t)st.st_size, NULL) != SEGMENT_OPEN)
		return 0;
	*m = (struct log_member){
		.id = {s.head.device, s.head.inode, s.head.birth_ns},
		.size = s.head.raw_bytes,
		.is_packed = true,
		.segment = number,
	};
	s.fd = -1;
	segment_close(&s);
	return 1;
}

int log_set_add_packed(struct log_set *s, const char *path, struct err *e)
{
	CLEANUP(segment_list_release) struct segment_list l = SEGMENT_LIST_INIT;
	size_t before = s->count;

	if (segment_list_look(&l, path, e) != 0)
		return -1;
	for (size_t i = l.count; i-- > 0 && s->count < LOG_SET_MAX;) {
		struct log_member m;

		if (look_at_packed(path, l.numbers[i], &m) && log_set_find(s, &m.id) == s->count &&
		    log_set_add(s, &m, path, e) != 0) {
			s->count = before;
			return -1;
		}
	}
	return 0;
}

/* ---- reading ---- */

/* The frame that holds that byte, unpacked; NULL behind the end. */
static const struct segment_frame *frame_at(struct log_text *t, uint64_t at)
{
	const struct segment *s = &t->segment;
	size_t i = segment_find(s, at);

	if (i == s->frame_count)
		return NULL;
	if (!t->has_frame || t->number != i) {
		if (segment_read(s, t->unpacker, i, t->frame, NULL) != 0)
			memset(t->frame, 0, s->frames[i].raw_bytes);
		t->number = i;
		t->has_frame = true;
	}
	return &s->frames[i];
}

ssize_t log_text_read(struct log_text *t, uint64_t at, char *out, size_t n)
{
	const struct segment_frame *f;
	size_t have = 0;

	if (!t->is_packed)
		return file_read_at(t->fd, at, out, n);
	while (have < n && (f = frame_at(t, at + have))) {
		size_t skip = (size_t)(at + have - f->raw_at), bytes = f->raw_bytes - skip;

		if (bytes > n - have)
			bytes = n - have;
		memcpy(out + have, t->frame + skip, bytes);
		have += bytes;
	}
	return (ssize_t)have;
}
