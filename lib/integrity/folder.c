/* Opening what is in `integrity/`; nothing is read or written here but whole small files. */
#include "integrity/folder.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define READING   (O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
#define LOCK_MODE 0640

bool integrity_path(const char *log, char out[INTEGRITY_PATH_MAX])
{
	const char *slash = strrchr(log, '/');
	int n = snprintf(out, INTEGRITY_PATH_MAX, "%.*s" INTEGRITY_FOLDER,
			 slash ? (int)(slash - log) + 1 : 0, log);

	return n > 0 && n < INTEGRITY_PATH_MAX;
}

enum integrity_status integrity_open(const char *log, int *fd, struct err *e)
{
	char path[INTEGRITY_PATH_MAX];
	CLEAN_FD int folder = -1;
	struct stat st;

	*fd = -1;
	if (!integrity_path(log, path)) {
		(void)err_set(e, "the path of the log is too long");
		return INTEGRITY_FAILED;
	}
	folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0) {
		bool is_none = errno == ENOENT;

		(void)err_sys(e, "cannot open the folder %s", path);
		return is_none ? INTEGRITY_NONE : INTEGRITY_FAILED;
	}
	if (fstat(folder, &st) != 0) {
		(void)err_sys(e, "cannot examine the folder %s", path);
		return INTEGRITY_FAILED;
	}
	if ((st.st_uid != geteuid() && st.st_uid != 0) || st.st_mode & (S_IWGRP | S_IWOTH)) {
		errno = EPERM;
		(void)err_sys(e, "others could have changed what is in %s", path);
		return INTEGRITY_FAILED;
	}
	*fd = take_fd(&folder);
	return INTEGRITY_OPEN;
}

int integrity_open_file(int folder, const char *name, struct err *e)
{
	CLEAN_FD int fd = openat(folder, name, READING);
	struct stat st;

	if (fd < 0)
		return err_sys(e, "cannot open " INTEGRITY_FOLDER "/%s", name);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return take_fd(&fd);
	errno = EINVAL;
	return err_sys(e, INTEGRITY_FOLDER "/%s is no regular file", name);
}

int integrity_open_folder(int folder, const char *name, struct err *e)
{
	int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 ? fd : err_sys(e, "cannot open " INTEGRITY_FOLDER "/%s", name);
}

int integrity_read(int folder, const char *name, struct buf *out, bool *is_there, struct err *e)
{
	struct err why;
	CLEAN_FD int fd = integrity_open_file(folder, name, &why);

	if (is_there)
		*is_there = fd >= 0;
	if (fd < 0 && why.sys == ENOENT)
		return 0;
	if (fd >= 0)
		return file_read_fd(fd, name, out, e);
	errno = why.sys;
	return err_sys(e, "cannot open " INTEGRITY_FOLDER "/%s", name);
}

/* Of the open file, so that another descriptor of this process does not end it. */
int integrity_lock(int folder, struct err *e)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	CLEAN_FD int fd = openat(folder, INTEGRITY_LOCK,
				 O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, LOCK_MODE);

	if (fd < 0 || fcntl(fd, F_OFD_SETLK, &whole) != 0) {
		if (errno == EACCES && fd >= 0)
			errno = EAGAIN;
		return err_sys(e, "cannot lock " INTEGRITY_FOLDER "/" INTEGRITY_LOCK);
	}
	return take_fd(&fd);
}

bool integrity_is_locked(int folder)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	CLEAN_FD int fd = integrity_open_file(folder, INTEGRITY_LOCK, NULL);

	return fd >= 0 && fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}
