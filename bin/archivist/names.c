/*
 * Renaming and removing plain files. Nothing is compressed here, and no segment is removed.
 */
#include "archivist/names.h"

#include "base/clock.h"
#include "base/num.h"
#include "log/lock.h"
#include "segment/names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>

#define HELD_MS 5000 /* the most that is waited for the names, */
#define NAP_MS  5    /* a rotation needs them for so long */

#define DRAFT_END ".zst.new"
#define ASIDE_END ".old"
#define LAST_END  ".last"

/* ---- holding the names ---- */

/* True, too, where nothing can be locked: the recorder cannot either. */
static bool hold_soon(const char *log, int *names)
{
	const struct timespec nap = {.tv_nsec = NAP_MS * 1000000L};
	int64_t end = clock_ms() + HELD_MS;

	while ((*names = log_lock_of(log, LOG_LOCK_NAMES, true)) < 0 && errno == EAGAIN) {
		if (clock_ms() >= end)
			return false;
		(void)nanosleep(&nap, NULL);
	}
	return true;
}

/* ---- names ---- */

/* ".NAME-00000042END" in the log's folder. */
static bool hidden_path(const char *log, uint64_t number, const char *end,
			char out[SEGMENT_PATH_MAX])
{
	size_t n;

	if (!segment_draft_path(log, number, out))
		return false;
	n = strlen(out) - strlen(DRAFT_END);
	(void)snprintf(out + n, SEGMENT_PATH_MAX - n, "%s", end);
	return true;
}

static bool numbered(const char *log, unsigned number, char out[SEGMENT_PATH_MAX])
{
	return snprintf(out, SEGMENT_PATH_MAX, "%s.%u", log, number) < SEGMENT_PATH_MAX;
}

/* Never over another file. */
static int move(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* Not on this file system: nobody else makes files with these names but the recorder. */
	if (access(to, F_OK) == 0) {
		errno = EEXIST;
		return -1;
	}
	return rename(from, to);
}

/* Gives it a number again: this one, or the first free one above. */
static int put_back(const char *log, const char *aside, unsigned number, struct err *e)
{
	char to[SEGMENT_PATH_MAX];

	for (unsigned i = 0; i < LOG_SET_MAX; i++) {
		if (!numbered(log, number + i, to))
			break;
		if (move(aside, to) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return err_sys(e, "cannot give %s its name back", aside);
}

/* ---- taking one away ---- */

bool names_is_written_to(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
		(void)fcntl(fd, F_SETLEASE, F_UNLCK);
		return false;
	}
	return errno == EAGAIN;
}

static bool has_changed(const struct names_wanted *plain)
{
	struct segment_head now;

	return names_is_written_to(plain->fd) || segment_head_of(plain->fd, &now, NULL) != 0 ||
	       now.raw_bytes != plain->head.raw_bytes || now.mtime_ns != plain->head.mtime_ns ||
	       now.head_hash != plain->head.head_hash;
}

static bool is_it(const char *path, const struct log_identity *id)
{
	struct log_identity found;

	return log_set_newest(path, &found) && log_identity_eq(&found, id);
}

/* With the names held. */
static enum names_status set_aside(const char *log, const struct names_wanted *plain,
				   const char *aside, struct err *e)
{
	CLEANUP(log_set_release) struct log_set set = LOG_SET_INIT;
	char path[SEGMENT_PATH_MAX];
	size_t i;

	if (log_set_look(&set, log, e) != 0)
		return NAMES_FAILED;
	i = log_set_find(&set, &plain->id);
	if (i == set.count)
		return NAMES_GONE;
	if (set.members[i].number == 0 || has_changed(plain))
		return NAMES_CHANGED;
	if (!numbered(log, set.members[i].number, path) || move(path, aside) != 0) {
		(void)err_sys(e, "cannot take it away");
		return NAMES_FAILED;
	}
	if (is_it(aside, &plain->id))
		return NAMES_TAKEN;
	/* Somebody moved it after all. */
	(void)err_set(e, "it was moved meanwhile");
	return put_back(log, aside, set.members[i].number, e) == 0 ? NAMES_BUSY : NAMES_FAILED;
}

enum names_status names_take(const char *log, const struct names_wanted *plain, uint64_t number,
			     struct err *e)
{
	char aside[SEGMENT_PATH_MAX];
	enum names_status status;
	int names = -1;

	if (!hidden_path(log, number, ASIDE_END, aside)) {
		(void)err_set(e, "its name would be too long");
		return NAMES_FAILED;
	}
	if (!hold_soon(log, &names)) {
		(void)err_set(e, "somebody holds the names of the log's files");
		return NAMES_BUSY;
	}
	status = set_aside(log, plain, aside, e);
	close_fd(&names);
	if (status != NAMES_TAKEN || unlink(aside) == 0)
		return status;
	(void)err_sys(e, "cannot remove %s", aside);
	return NAMES_FAILED;
}

/* ---- after a death ---- */

/* The file on its way out has a segment with all that it holds. */
static bool is_proven(const char *log, uint64_t number, const char *aside)
{
	char path[SEGMENT_PATH_MAX];
	CLEAN_FD int plain = -1, packed = -1;

	if (!segment_path(log, number, path))
		return false;
	plain = open(aside, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	packed = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	return plain >= 0 && packed >= 0 && segment_verify(packed, plain, NULL) == 0;
}

static int recover_aside(const char *log, uint64_t number, struct err *e)
{
	CLEANUP(log_set_release) struct log_set set = LOG_SET_INIT;
	char aside[SEGMENT_PATH_MAX];
	int names = -1, status;

	if (!hidden_path(log, number, ASIDE_END, aside))
		return 0;
	if (is_proven(log, number, aside))
		return unlink(aside) == 0 ? 0 : err_sys(e, "cannot remove %s", aside);
	/* It was the oldest. */
	if (!hold_soon(log, &names))
		return err_set(e, "somebody holds the names of the log's files");
	status = log_set_look(&set, log, e);
	if (status == 0)
		status = put_back(log, aside, set.count ? set.members[set.count - 1].number + 1 : 1,
				  e);
	close_fd(&names);
	return status;
}

static int remove_draft(const char *log, uint64_t number, struct err *e)
{
	char draft[SEGMENT_PATH_MAX];

	if (!segment_draft_path(log, number, draft) || unlink(draft) == 0 || errno == ENOENT)
		return 0;
	return err_sys(e, "cannot remove %s", draft);
}

void names_keep_last(const char *log, uint64_t before, uint64_t last)
{
	char from[SEGMENT_PATH_MAX], to[SEGMENT_PATH_MAX];
	int fd;

	if (!hidden_path(log, before, LAST_END, from) || !hidden_path(log, last, LAST_END, to) ||
	    (before && rename(from, to) == 0))
		return;
	fd = open(to, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0400);
	close_fd(&fd);
}

/* The number in ".NAME-00000042END". */
static bool number_in(struct sv file, struct sv name, struct sv end, uint64_t *number)
{
	if (file.n < 1 + name.n + 1 + end.n || file.p[0] != '.' ||
	    !sv_starts(sv_from(file, 1), name) || file.p[1 + name.n] != '-' || !sv_ends(file, end))
		return false;
	return num_u64(sv_make(file.p + name.n + 2, file.n - name.n - 2 - end.n), number);
}

static int recover_one(const char *log, struct sv file, uint64_t *last, struct err *e)
{
	struct sv name = sv_cstr(strrchr(log, '/') + 1);
	uint64_t number;

	if (number_in(file, name, SV(DRAFT_END), &number))
		return remove_draft(log, number, e);
	if (number_in(file, name, SV(ASIDE_END), &number))
		return recover_aside(log, number, e);
	if (number_in(file, name, SV(LAST_END), &number) && number > *last)
		*last = number;
	return 0;
}

int names_recover(const char *log, int folder, uint64_t *last, struct err *e)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), status = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	*last = 0;
	if (!dir) {
		close_fd(&fd);
		return err_sys(e, "cannot read the folder of %s", log);
	}
	for (const struct dirent *d; (d = readdir(dir));)
		if (recover_one(log, sv_cstr(d->d_name), last, status ? NULL : e) != 0)
			status = -1;
	(void)closedir(dir);
	return status;
}
