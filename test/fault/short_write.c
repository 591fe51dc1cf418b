/*
 * Preloaded: a disk that takes at most SHORT_WRITE bytes of a writev() to a regular file at once.
 * strace can only say that it was so, without writing them.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	const char *most = getenv("SHORT_WRITE");
	struct iovec part = parts[0];
	struct stat st;

	if (most && count > 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		size_t limit = (size_t)atoi(most);

		if (part.iov_len > limit)
			part.iov_len = limit;
		return syscall(SYS_writev, fd, &part, 1);
	}
	return syscall(SYS_writev, fd, parts, count);
}
