/* The sealer's writes, each through struct integrity_disk. */
#include "integrity/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define FILE_ALONE   0600
#define FILE_GROUP   0640
#define FOLDER_ALONE 0700
#define FOLDER_GROUP 0750
#define WRITING      (O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
#define NAME_BYTES   64

static ssize_t system_write(void *ctx, int fd, const void *bytes, size_t n, off_t at)
{
	(void)ctx;
	return pwrite(fd, bytes, n, at);
}

static int system_sync(void *ctx, int fd)
{
	(void)ctx;
	return fdatasync(fd);
}

static int system_sync_names(void *ctx, int folder)
{
	(void)ctx;
	return fsync(folder);
}

static int system_cut(void *ctx, int fd, off_t size)
{
	(void)ctx;
	return ftruncate(fd, size);
}

static int system_create(void *ctx, int folder, const char *name, int flags, mode_t mode)
{
	(void)ctx;
	return openat(folder, name, flags, mode);
}

static int system_rename(void *ctx, int folder, const char *from, const char *to)
{
	(void)ctx;
	return renameat(folder, from, folder, to);
}

static int system_remove(void *ctx, int folder, const char *name)
{
	(void)ctx;
	return unlinkat(folder, name, 0);
}

const struct integrity_disk integrity_disk_system = {.write = system_write,
						     .sync = system_sync,
						     .sync_names = system_sync_names,
						     .cut = system_cut,
						     .create = system_create,
						     .rename = system_rename,
						     .remove = system_remove};

/* Some file systems cannot sync a folder, and need not. */
static int sync_names(const struct store *s, int folder, struct err *e)
{
	if (s->disk->sync_names(s->ctx, folder) == 0 || errno == EINVAL)
		return 0;
	return err_sys(e, "cannot bring a name in " INTEGRITY_FOLDER "/ to the disk");
}

int store_open(const struct store *s, int folder, const char *name, struct err *e)
{
	CLEAN_FD int fd = openat(folder, name, WRITING);
	struct stat st;

	if (fd < 0 && errno == ENOENT) {
		fd = s->disk->create(s->ctx, folder, name, WRITING | O_CREAT | O_EXCL, FILE_ALONE);
		if (fd < 0)
			return err_sys(e, "cannot make " INTEGRITY_FOLDER "/%s", name);
		/* Readable for the log's group: nobody misses it who is not of it. */
		if (s->group && fchown(fd, geteuid(), s->group) == 0)
			(void)!fchmod(fd, FILE_GROUP);
		if (sync_names(s, folder, e) != 0)
			return -1;
	}
	if (fd < 0)
		return err_sys(e, "cannot open " INTEGRITY_FOLDER "/%s", name);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
		errno = EPERM;
		return err_sys(e, "cannot trust " INTEGRITY_FOLDER "/%s", name);
	}
	return take_fd(&fd);
}

int store_open_folder(const struct store *s, const char *name, struct err *e)
{
	int fd;

	if (mkdirat(s->folder, name, FOLDER_ALONE) == 0) {
		if (s->group && fchownat(s->folder, name, geteuid(), s->group, 0) == 0)
			(void)!fchmodat(s->folder, name, FOLDER_GROUP, 0);
		if (sync_names(s, s->folder, e) != 0)
			return -1;
	} else if (errno != EEXIST) {
		return err_sys(e, "cannot make " INTEGRITY_FOLDER "/%s", name);
	}
	fd = openat(s->folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 ? fd : err_sys(e, "cannot open " INTEGRITY_FOLDER "/%s", name);
}

int store_write(const struct store *s, int fd, uint64_t at, struct sv bytes, const char *name,
		struct err *e)
{
	while (bytes.n) {
		ssize_t n = s->disk->write(s->ctx, fd, bytes.p, bytes.n, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ENOSPC;
		if (n <= 0)
			return err_sys(e, "cannot write " INTEGRITY_FOLDER "/%s", name);
		bytes = sv_from(bytes, (size_t)n);
		at += (uint64_t)n;
	}
	return 0;
}

int store_sync(const struct store *s, int fd, const char *name, struct err *e)
{
	return s->disk->sync(s->ctx, fd) == 0
		       ? 0
		       : err_sys(e, "cannot bring " INTEGRITY_FOLDER "/%s to the disk", name);
}

int store_cut(const struct store *s, int fd, uint64_t size, const char *name, struct err *e)
{
	if (s->disk->cut(s->ctx, fd, (off_t)size) != 0)
		return err_sys(e, "cannot cut " INTEGRITY_FOLDER "/%s", name);
	return store_sync(s, fd, name, e);
}

int store_replace(const struct store *s, const char *name, struct sv content, struct err *e)
{
	char draft[NAME_BYTES];
	CLEAN_FD int fd = -1;

	(void)snprintf(draft, sizeof(draft), "%s.new", name);
	fd = store_open(s, s->folder, draft, e);
	if (fd < 0)
		return -1;
	if (s->disk->cut(s->ctx, fd, 0) != 0)
		return err_sys(e, "cannot write " INTEGRITY_FOLDER "/%s", draft);
	if (store_write(s, fd, 0, content, draft, e) != 0)
		return -1;
	if (s->disk->rename(s->ctx, s->folder, draft, name) != 0)
		return err_sys(e, "cannot replace " INTEGRITY_FOLDER "/%s", name);
	return 0;
}
