/*
 * From a plain file to a segment. Which file, and what becomes of indexes that are left over, is
 * history.c's.
 */
#include "archivist/archive.h"

#include "archivist/indexes.h"
#include "archivist/names.h"

#include "segment/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define SPARE_BYTES (UINT64_C(1) << 20)

/* ---- whether it may begin ---- */

/* Compressing must not be what fills the disk that records are written to. */
static int check_room(const struct archive *a, int plain, struct err *e)
{
	struct statvfs fs;
	struct stat st;
	uint64_t need;

	if (fstat(plain, &st) != 0 || fstatvfs(a->folder, &fs) != 0)
		return err_sys(e, "cannot measure the room for it");
	need = (uint64_t)st.st_size + SPARE_BYTES;
	if ((uint64_t)fs.f_bavail * fs.f_frsize >= need)
		return 0;
	errno = ENOSPC;
	return err_sys(e, "it waits until %llu MiB are free",
		       (unsigned long long)((need + SPARE_BYTES - 1) / SPARE_BYTES));
}

/* chattr +a or +i: it could be compressed, but not taken away. */
static int check_attributes(int plain, struct err *e)
{
	struct statx st;

	if (statx(plain, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st) != 0)
		return err_sys(e, "cannot be examined");
	if ((st.stx_attributes & (STATX_ATTR_APPEND | STATX_ATTR_IMMUTABLE)) == 0)
		return 0;
	errno = EPERM;
	return err_sys(e, "its attributes (chattr) keep it where it is");
}

/* ---- writing ---- */

/* The mode of the rotated file, and its group. */
static int copy_access(int from, int to)
{
	struct stat st;

	return fstat(from, &st) == 0 && fchown(to, (uid_t)-1, st.st_gid) == 0 &&
			       fchmod(to, st.st_mode & 0777) == 0
		       ? 0
		       : -1;
}

static int open_draft(struct archive *a, uint64_t number, struct err *e)
{
	int fd;

	if (!segment_draft_path(a->log, number, a->draft))
		return err_set(e, "its name would be too long");
	a->has_draft = true;
	fd = open(a->draft, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? err_sys(e, "cannot make %s", a->draft) : fd;
}

/* What a segment is made from, and what else of its text. */
struct making {
	int plain;
	struct indexes_making *index; /* NULL: none is wanted */
	struct segment_head head;     /* of the new segment, */
	bool is_new;                  /* if one was made */
};

static int fill_draft(int draft, struct making *m, struct err *e)
{
	struct segment_options o = {.frame = m->index ? indexes_frame : NULL, .ctx = m->index};
	int plain = m->plain;

	if (segment_write(plain, draft, &o, &m->head, e) != 0)
		return -1;
	if (copy_access(plain, draft) != 0)
		return err_sys(e, "cannot set group and mode");
	if (fsync(draft) != 0)
		return err_sys(e, "cannot bring it to the disk");
	return segment_verify(draft, plain, e);
}

/* The segment's name is on the disk when this returns 0. */
static int publish(struct archive *a, uint64_t number, const char *segment, struct err *e)
{
	if (rename(a->draft, segment) != 0)
		return err_sys(e, "cannot rename %s", a->draft);
	a->has_draft = false;
	names_keep_last(a->log, a->last, number);
	a->last = number;
	return fsync(a->folder) == 0 ? 0 : err_sys(e, "cannot bring the folder to the disk");
}

/* A new segment, open; -1: there is none, not even a draft. */
static int make_segment(struct archive *a, struct making *m, uint64_t number, const char *segment,
			struct err *e)
{
	int draft = open_draft(a, number, e);

	if (draft < 0) {
		a->has_draft = false;
		return -1;
	}
	if (fill_draft(draft, m, e) == 0 && publish(a, number, segment, e) == 0) {
		m->is_new = true;
		return draft;
	}
	(void)unlink(a->has_draft ? a->draft : segment);
	a->has_draft = false;
	(void)close(draft);
	return -1;
}

/* ---- one that is there ---- */

/*
 * The newest segment, when one that was killed has made it of this file; -1: it has not. A damaged one is
 * removed: it would be taken for the file. One that is another text stays: a file that was put back and edited may begin
 * like it, and may have its size.
 */
static int find_segment(const struct archive *a, int plain, uint64_t newest, const char *segment)
{
	struct segment_head head;
	struct segment s;
	CLEAN_FD int fd = -1;
	bool is_of_it;

	if (newest == 0 || segment_head_of(plain, &head, NULL) != 0)
		return -1;
	fd = open(segment, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || segment_open(&s, fd, NULL) != SEGMENT_OPEN)
		return -1;
	is_of_it = s.head.raw_bytes == head.raw_bytes && s.head.head_hash == head.head_hash;
	s.fd = -1;
	segment_close(&s);
	if (!is_of_it)
		return -1;
	if (segment_verify(fd, plain, NULL) == 0 && fsync(fd) == 0 && fsync(a->folder) == 0)
		return take_fd(&fd);
	if (!segment_has_other_text(fd, plain))
		(void)unlink(segment);
	return -1;
}

static int newest_segment(const struct archive *a, uint64_t *number, struct err *e)
{
	CLEANUP(segment_list_release) struct segment_list list = SEGMENT_LIST_INIT;

	if (segment_list_look(&list, a->log, e) != 0)
		return -1;
	*number = list.count ? list.numbers[list.count - 1] : 0;
	if (a->last > *number)
		*number = a->last;
	return *number < UINT64_MAX ? 0 : err_set(e, "there are no numbers left for segments");
}

/* Open, and its number. */
static int have_segment(struct archive *a, struct making *m, uint64_t *number, char *segment,
			struct err *e)
{
	int fd;

	if (newest_segment(a, number, e) != 0)
		return -1;
	if (!segment_path(a->log, *number, segment))
		return err_set(e, "its name would be too long");
	fd = find_segment(a, m->plain, *number, segment);
	if (fd >= 0)
		return fd;
	++*number;
	if (!segment_path(a->log, *number, segment))
		return err_set(e, "its name would be too long");
	return check_room(a, m->plain, e) == 0 ? make_segment(a, m, *number, segment, e) : -1;
}

/* ---- the whole of it ---- */

/* The segment, open, and its index, which the plain file may have had already. */
static int compress(struct archive *a, const struct names_wanted *plain, uint64_t *number,
		    struct archive_result *out, struct err *e)
{
	struct indexes_making index = {.failed = true};
	struct making m = {.plain = plain->fd};
	int segment;

	if (!a->wants_index || indexes_has(a, &plain->head))
		return have_segment(a, &m, number, out->segment, e);
	indexes_begin(&index, a);
	m.index = &index;
	segment = have_segment(a, &m, number, out->segment, e);
	if (segment >= 0)
		out->index_failed = (m.is_new ? indexes_end(&index, a, segment, &m.head, &out->why)
					      : indexes_make(a, segment, &out->why)) != 0;
	indexes_release(&index);
	return segment;
}

static enum archive_status later(struct err *e, const char *why)
{
	(void)err_set(e, "%s", why);
	return ARCHIVE_LATER;
}

/*
 * It has grown behind our back: the segment is not all of it. What was overwritten or cut off stands in
 * the segment only, which stays then.
 */
static enum archive_status forget(const struct archive *a, const struct names_wanted *plain,
				  int segment, uint64_t number, struct err *e)
{
	char path[SEGMENT_PATH_MAX];

	if (segment_has_other_text(segment, plain->fd))
		return later(e, "somebody writes to it");
	if (segment_index_path(a->log, number, path))
		(void)unlink(path);
	if (segment_path(a->log, number, path))
		(void)unlink(path);
	return later(e, "somebody writes to it");
}

static enum archive_status take_away(const struct archive *a, const struct names_wanted *plain,
				     int segment, uint64_t number, struct err *e)
{
	switch (names_take(a->log, plain, number, e)) {
	case NAMES_TAKEN:
	case NAMES_GONE: /* it was the oldest and gave way; its segment may be one too many now */
		return ARCHIVE_DONE;
	case NAMES_BUSY:
		return ARCHIVE_LATER;
	case NAMES_CHANGED:
		return forget(a, plain, segment, number, e);
	case NAMES_FAILED:
		break;
	}
	return ARCHIVE_FAILED;
}

enum archive_status archive_file(struct archive *a, const struct log_member *m,
				 struct archive_result *out, struct err *e)
{
	CLEAN_FD int plain = log_set_open(a->log, m, e);
	CLEAN_FD int segment = -1;
	struct names_wanted wanted = {.fd = plain, .id = m->id};
	struct stat st;
	uint64_t number;

	*out = (struct archive_result){.raw_bytes = m->size};
	if (plain < 0)
		return e->sys == ENOENT ? ARCHIVE_LATER : ARCHIVE_FAILED;
	if (names_is_written_to(plain))
		return later(e, "somebody writes to it");
	if (check_attributes(plain, e) != 0 || segment_head_of(plain, &wanted.head, e) != 0)
		return ARCHIVE_FAILED;
	segment = compress(a, &wanted, &number, out, e);
	if (segment < 0)
		return ARCHIVE_FAILED;
	if (fstat(segment, &st) == 0)
		out->bytes = (uint64_t)st.st_size;
	return take_away(a, &wanted, segment, number, e);
}
