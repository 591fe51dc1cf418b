/* Appending whole records, and keeping what was torn off. */
#include "integrity/grown.h"

#include "base/file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#define NAME_BYTES 64
#define KEPT_MAX   ((size_t)1 << 20)

int grown_open(struct grown *g, const struct store *s, struct err *e)
{
	struct stat st;

	g->fd = store_open(s, s->folder, g->name, e);
	if (g->fd < 0)
		return -1;
	if (fstat(g->fd, &st) != 0)
		return err_sys(e, "cannot examine " INTEGRITY_FOLDER "/%s", g->name);
	g->bytes = (uint64_t)st.st_size;
	return 0;
}

void grown_close(struct grown *g)
{
	close_fd(&g->fd);
	g->fd = -1;
	buf_release(&g->waiting);
}

int torn_keep(const struct store *s, const char *name, uint64_t at, struct sv bytes, struct err *e)
{
	char path[NAME_BYTES];
	CLEAN_FD int folder = store_open_folder(s, INTEGRITY_TORN, e);
	CLEAN_FD int fd = -1;
	struct stat st;

	if (folder < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s-%" PRIu64, name, at);
	fd = store_open(s, folder, path, e);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && (uint64_t)st.st_size >= bytes.n)
		return 0;
	if (store_write(s, fd, 0, bytes, path, e) != 0)
		return -1;
	return store_sync(s, fd, path, e);
}

static int keep(const struct grown *g, const struct store *s, uint64_t from, struct err *e)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(KEPT_MAX);
	size_t n = g->bytes - from < KEPT_MAX ? (size_t)(g->bytes - from) : KEPT_MAX;
	ssize_t got;

	if (!buf_reserve(&bytes, n))
		return err_set(e, "no memory to keep the end of " INTEGRITY_FOLDER "/%s", g->name);
	got = file_read_at(g->fd, from, bytes.p, n);
	if (got < 0)
		return err_sys(e, "cannot read " INTEGRITY_FOLDER "/%s", g->name);
	return torn_keep(s, g->name, from, sv_make(bytes.p, (size_t)got), e);
}

int grown_cut(struct grown *g, const struct store *s, uint64_t from, struct err *e)
{
	if (from >= g->bytes)
		return 0;
	if (keep(g, s, from, e) != 0 || store_cut(s, g->fd, from, g->name, e) != 0)
		return -1;
	g->bytes = from;
	return 0;
}

bool grown_is_there(const struct grown *g, const struct store *s)
{
	struct stat open, named;

	return fstat(g->fd, &open) == 0 &&
	       fstatat(s->folder, g->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       open.st_ino == named.st_ino && open.st_dev == named.st_dev &&
	       (uint64_t)open.st_size >= g->bytes;
}

int grown_flush(struct grown *g, const struct store *s, struct err *e)
{
	if (g->waiting.n == 0)
		return 0;
	if (store_write(s, g->fd, g->bytes, buf_view(&g->waiting), g->name, e) != 0 ||
	    store_sync(s, g->fd, g->name, e) != 0)
		return -1;
	g->bytes += g->waiting.n;
	buf_reset(&g->waiting);
	return 0;
}
