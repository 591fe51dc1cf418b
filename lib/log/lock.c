/* Locks of an open file, for bytes that are not there. Another process, or another open, has others. */
#include "log/lock.h"

#include "base/file.h"
#include "log/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int log_lock(int folder, enum log_lock which, bool makes)
{
	CLEAN_FD int fd = openat(folder, LOG_LOCK_FILE,
				 O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
					 (makes ? O_CREAT : 0),
				 0600);
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)which, .l_len = 1};

	if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock) != 0) {
		/* POSIX lets it be either. */
		if (errno == EACCES && fd >= 0)
			errno = EAGAIN;
		return -1;
	}
	return take_fd(&fd);
}

int log_lock_of(const char *log, enum log_lock which, bool makes)
{
	char path[LOG_PATH_MAX];
	const char *slash = strrchr(log, '/');
	CLEAN_FD int folder = -1;

	if (!slash || !sv_to_cstr(sv_make(log, (size_t)(slash - log) + 1), path, sizeof(path))) {
		errno = ENAMETOOLONG;
		return -1;
	}
	folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return folder < 0 ? -1 : log_lock(folder, which, makes);
}
