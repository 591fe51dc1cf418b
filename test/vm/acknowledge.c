/*
 * Preloaded into the daemon of a guest whose power is cut: watches its writes and syncs of files
 * opened for appending and says in ACKNOWLEDGED_PATH which of vm-load's records they ended with.
 * Changes nothing about them. Writes come from one thread, syncs from any.
 */
#include "acknowledged.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* In place of the C library's. */
#define SEEN __attribute__((visibility("default")))

static struct acknowledged *shared;

__attribute__((constructor)) static void map_page(void)
{
	int fd = open(ACKNOWLEDGED_PATH, O_RDWR | O_CLOEXEC);
	void *page;

	if (fd < 0)
		return;
	page = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page != MAP_FAILED)
		shared = page;
	(void)close(fd);
}

static int flags_of_log(int fd)
{
	struct stat st;
	int flags = shared && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? fcntl(fd, F_GETFL) : -1;

	return flags >= 0 && (flags & O_APPEND) ? flags : 0;
}

/* The number of the last of vm-load's records in the bytes; 0 when there is none. */
static uint64_t last_number(const char *bytes, size_t n)
{
	const size_t mark = sizeof(LOAD_MARK) - 1;
	uint64_t value = 0;

	for (size_t at = n; at-- > mark;) {
		if (bytes[at - 1] != '=' || memcmp(bytes + at - mark, LOAD_MARK, mark) != 0)
			continue;
		while (at < n && bytes[at] >= '0' && bytes[at] <= '9')
			value = value * 10 + (uint64_t)(bytes[at++] - '0');
		return value;
	}
	return 0;
}

static uint64_t last_of_parts(const struct iovec *parts, int count)
{
	uint64_t last = 0;

	while (count-- > 0 && last == 0)
		last = last_number(parts[count].iov_base, parts[count].iov_len);
	return last;
}

static size_t length_of_parts(const struct iovec *parts, int count)
{
	size_t length = 0;

	while (count-- > 0)
		length += parts[count].iov_len;
	return length;
}

SEEN ssize_t writev(int fd, const struct iovec *parts, int count)
{
	int flags = flags_of_log(fd);
	uint64_t last = flags ? last_of_parts(parts, count) : 0;
	ssize_t done;

	if (flags)
		shared->settled = shared->written;
	done = syscall(SYS_writev, fd, parts, count);
	if (last && done == (ssize_t)length_of_parts(parts, count)) {
		shared->written = last;
		if (flags & O_DSYNC) /* O_SYNC has its bit too */
			shared->synced = last;
	}
	return done;
}

static int sync_with(long call, int fd)
{
	uint64_t before = shared ? (uint64_t)shared->written : 0;
	int status = (int)syscall(call, fd);

	if (status == 0 && flags_of_log(fd))
		shared->synced = before;
	return status;
}

SEEN int fdatasync(int fd)
{
	return sync_with(SYS_fdatasync, fd);
}

SEEN int fsync(int fd)
{
	return sync_with(SYS_fsync, fd);
}
