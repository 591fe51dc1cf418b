/*
 * Rotation: which name becomes which, with what mode. Whether and when is the caller's.
 *
 *	before	log      log.1    log.2
 *	after	log(new) log.1    log.2    log.3 or, as the oldest of those kept, overwritten
 */
#include "base/clock.h"
#include "log/lock.h"
#include "log/retain.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#define ROTATED_ALONE 0400
#define ROTATED_GROUP 0440
#define FOLDER_ALONE  0700
#define FOLDER_GROUP  0750

/* The first failure is told, later ones are not: they have the same cause most of the time. */
struct outcome {
	bool failed;
	struct err *e;
};

static void fail(struct outcome *o, const char *what, const char *path)
{
	int failure = errno;

	if (!o->failed) {
		errno = failure;
		(void)err_sys(o->e, "%s %s", what, path);
	}
	o->failed = true;
}

/* Moves number to number + 1. 1, 0 when there is no such file, -1 when it cannot be moved. */
static int move_up(const struct log_options *o, unsigned number, struct outcome *outcome)
{
	char from[LOG_PATH_MAX], to[LOG_PATH_MAX];

	log_numbered(o, number, from);
	log_numbered(o, number + 1, to);
	if (o->disk->rename(o->disk_ctx, from, to) == 0)
		return 1;
	if (errno == ENOENT)
		return 0;
	fail(outcome, "cannot rotate", from);
	return -1;
}

/* Gives the live file the mode and the owner of a rotated one and closes it. */
static void retire(struct log_writer *w, struct outcome *outcome)
{
	const struct log_options *o = &w->options;

	if (w->fd < 0)
		return;
	if (fchown(w->fd, geteuid(), o->group) != 0 ||
	    fchmod(w->fd, o->group ? ROTATED_GROUP : ROTATED_ALONE) != 0)
		fail(outcome, "cannot set owner and mode of", o->path);
	if (o->flush == FLUSH_INCREMENTAL_ASYNC)
		log_flusher_request(&w->flusher, w->fd);
	else if (o->flush == FLUSH_INCREMENTAL && o->disk->sync(o->disk_ctx, w->fd) != 0)
		fail(outcome, "cannot bring to the disk", o->path);
	log_suspend(w);
}

/*
 * Frees the numbers 1 to last - 1 by moving upwards, the live file last. Stops at a file that
 * cannot be moved: going on would overwrite it with its successor.
 */
static int shift(struct log_writer *w, unsigned last, struct err *e)
{
	struct outcome outcome = {false, e};
	int moved = 1;

	retire(w, &outcome);
	w->known = 0;
	for (unsigned i = last; i > 1 && moved >= 0; i--) {
		moved = move_up(&w->options, i - 1, &outcome);
		if (moved > 0 && w->known == 0)
			w->known = i + 1;
	}
	if (moved >= 0)
		moved = move_up(&w->options, 0, &outcome);
	w->rotations += moved >= 0;
	if (moved >= 0 && w->options.listener.rotated)
		w->options.listener.rotated(w->options.listener.ctx);
	return log_reopen(w, outcome.failed ? NULL : e) != 0 || outcome.failed ? -1 : 0;
}

/* False: they are somebody else's. He who has them for so long does not hold up recording. */
static bool take_names(struct log_writer *w, int *names)
{
	*names = log_lock_of(w->options.path, LOG_LOCK_NAMES, false);
	if (*names >= 0 || errno != EAGAIN) {
		w->put_off_ms = 0;
		return true;
	}
	if (w->put_off_ms == 0)
		w->put_off_ms = clock_ms();
	if (clock_ms() - w->put_off_ms < LOG_PATIENCE_MS)
		return false;
	w->put_off_ms = 0;
	return true;
}

int log_rotate(struct log_writer *w, unsigned files, struct err *e)
{
	CLEAN_FD int names = -1;
	unsigned free_number;
	bool gives_way;
	int status;

	if (files < 2)
		return 0;
	if (!take_names(w, &names))
		return 1;
	gives_way = retain_for_one_more(&w->options, files) > 0;
	free_number = log_first_free(&w->options, 1);
	gives_way = gives_way || free_number >= files;
	/* Where there are more, the oldest gives way all the same, and none in the middle. */
	status = shift(w, (free_number > files ? free_number : files) - 1, e);
	if (gives_way)
		log_tell_removed(&w->options, LOG_REMOVED_NUMBER);
	return status;
}

int log_keep(struct log_writer *w, struct err *e)
{
	CLEAN_FD int names = -1;
	unsigned next;
	int status;

	if (!take_names(w, &names))
		return 1;
	next = log_first_free(&w->options, w->last_kept);
	/* The highest file was taken away, say by an archiver: count anew. */
	if (next == w->last_kept && next > 1)
		next = log_first_free(&w->options, 1);
	w->last_kept = next;
	status = shift(w, next, e);
	w->known = next;
	return status;
}

/* Through a descriptor: nobody can change meanwhile which file the name stands for. */
static int set_mode(const char *path, mode_t mode)
{
	CLEAN_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	return fd < 0 ? -1 : fchmod(fd, mode);
}

int log_fix_folder(const struct log_options *o, struct err *e)
{
	CLEAN_FD int fd = -1;
	char path[PATH_MAX];
	const char *slash = strrchr(o->path, '/');

	if (!slash || slash == o->path)
		return 0;
	if (!sv_to_cstr(sv_make(o->path, (size_t)(slash - o->path)), path, sizeof(path)))
		return err_set(e, "the path of the log is too long");
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "cannot open the folder %s", path);
	/* The owner first: only he may then set the mode. */
	if (fchown(fd, geteuid(), o->group) != 0 ||
	    fchmod(fd, o->group ? FOLDER_GROUP : FOLDER_ALONE) != 0)
		return err_sys(e, "cannot set owner and mode of %s", path);
	return 0;
}

int log_fix_modes(const struct log_options *o, unsigned files, struct err *e)
{
	struct outcome outcome = {false, e};
	char path[LOG_PATH_MAX];

	outcome.failed = log_fix_folder(o, e) != 0;
	for (unsigned i = 1; i < files; i++) {
		log_numbered(o, i, path);
		if (set_mode(path, o->group ? ROTATED_GROUP : ROTATED_ALONE) == 0)
			continue;
		if (errno == ENOENT)
			break;
		fail(&outcome, "cannot set the mode of", path);
	}
	return outcome.failed ? -1 : 0;
}
