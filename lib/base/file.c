/* Whole-file reading and writing. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define READ_STEP 65536

int file_read_fd(int fd, const char *name, struct buf *out, struct err *e)
{
	size_t before = out->n;

	for (;;) {
		size_t left = out->max - out->n, step = left < READ_STEP ? left + 1 : READ_STEP;
		char probe;
		ssize_t got;

		if (left == 0) {
			got = read(fd, &probe, 1);
			step = 0;
		} else {
			if (step > left)
				step = left;
			if (!buf_reserve(out, step)) {
				out->n = before;
				return err_set(e, "no memory to read %s", name);
			}
			got = read(fd, out->p + out->n, step);
		}
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			out->n = before;
			return err_sys(e, "cannot read %s", name);
		}
		if (got == 0)
			return 0;
		if (step == 0) {
			out->n = before;
			return err_set(e, "%s is larger than %zu bytes", name, out->max);
		}
		out->n += (size_t)got;
	}
}

int file_read(const char *path, struct buf *out, struct err *e)
{
	CLEAN_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "cannot open %s", path);
	return file_read_fd(fd, path, out, e);
}

ssize_t file_read_at(int fd, uint64_t at, void *out, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, (char *)out + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

int file_write(int fd, struct sv bytes)
{
	while (bytes.n) {
		ssize_t done = write(fd, bytes.p, bytes.n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		bytes = sv_from(bytes, (size_t)done);
	}
	return 0;
}

int file_replace(const char *path, struct sv content, mode_t mode, struct err *e)
{
	char temporary[4096];
	CLEAN_FD int fd = -1;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		return err_set(e, "path is too long: %s", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "cannot create %s", temporary);
	if (fchmod(fd, mode) != 0 || file_write(fd, content) != 0 || fsync(fd) != 0 ||
	    rename(temporary, path) != 0) {
		err_sys(e, "cannot write %s", path);
		(void)unlink(temporary);
		return -1;
	}
	return 0;
}

/* e may be NULL. */
static int is_there(struct err *e)
{
	if (e)
		e->sys = EEXIST;
	return -1;
}

int file_open_folder(const char *path, mode_t mode, struct err *e)
{
	CLEAN_FD int fd = -1;
	struct stat st;

	if (mkdir(path, mode) != 0 && errno != EEXIST)
		return err_sys(e, "cannot make %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		(void)err_sys(e, "cannot open the folder %s", path);
	else if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
		(void)err_set(e, "%s can be written to by others", path);
	else
		return take_fd(&fd);
	return is_there(e);
}

int file_make_folder(const char *path, mode_t mode, struct err *e)
{
	CLEAN_FD int fd = file_open_folder(path, mode, e);

	return fd < 0 ? -1 : 0;
}

int file_fill_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return -1;
	return 0;
}

int file_own_folder(char *out, size_t cap, struct err *e)
{
	ssize_t n = readlink("/proc/self/exe", out, cap);
	char *slash;

	if (n >= 0 && (size_t)n >= cap)
		errno = ENAMETOOLONG;
	if (n < 0 || (size_t)n >= cap)
		return err_sys(e, "cannot tell where this program is");
	out[n] = '\0';
	slash = strrchr(out, '/');
	if (slash)
		*slash = '\0';
	return 0;
}
