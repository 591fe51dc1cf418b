/*
 * A disk that remembers, for tests of crashes: what a host writes is written, and recorded; afterwards the disk can be had
 * as it may be after a power cut at any moment.
 *
 *	before		...	write A	write B	sync A	write A	|cut
 *	may be there		A	B, or a part of it, or not	the second A likewise
 *
 * Until a file is synced each 512 bytes of it are on the disk as after any of its writes since then, the
 * ones without the others; so is its size, and what is missing is NUL. Names of a folder are there as after any of its
 * changes since the folder was synced, in their order.
 */
#ifndef AURUM_INTEGRITY_TRACE_TEST_H
#define AURUM_INTEGRITY_TRACE_TEST_H

#include "integrity/host_test.h"
#include "log/set.h"
#include "seal/place.h"

#include <dirent.h>
#include <fcntl.h>

#define TRACE_SECTOR 512
#define TRACE_NAME   64

enum trace_kind {
	TRACE_WRITE,
	TRACE_CUT,
	TRACE_SYNC,
	TRACE_CREATE,
	TRACE_RENAME,
	TRACE_REMOVE,
	TRACE_SYNC_NAMES,
};

/* The log's folder and those below it. */
static const char *const trace_folders[] = {"", "integrity", "integrity/level0", "integrity/level1",
					    "integrity/torn"};

struct trace_op {
	enum trace_kind kind;
	size_t file;     /* write, cut, sync, create */
	unsigned folder; /* create, rename, remove, sync_names */
	uint64_t at, n;  /* write; cut: at */
	char *bytes;
	char name[TRACE_NAME], to[TRACE_NAME];
	struct reserve *reserve; /* as it was behind this */
};

struct trace {
	struct host *host;
	struct trace_op *ops;
	size_t count, cap;
	struct log_identity known[4096]; /* file n + 1; the file system gives inodes again */
	size_t known_count;
	unsigned fail_kind; /* + 1 of the kind of call that fails; 0: none */
	int fail_errno;
};

/* ---- recording ---- */

static struct trace_op *trace_add(struct trace *t, enum trace_kind kind)
{
	struct trace_op *op;

	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 256;
		t->ops = reallocarray(t->ops, t->cap, sizeof(*t->ops));
		HOST_MUST(t->ops);
	}
	op = &t->ops[t->count++];
	*op = (struct trace_op){.kind = kind, .reserve = reserve_fake_copy(t->host->reserve)};
	return op;
}

static void trace_path(int fd, char out[4096])
{
	char link[64];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, out, 4095);
	HOST_MUST(n > 0);
	out[n] = '\0';
}

static unsigned trace_folder(const struct trace *t, const char *path)
{
	char folder[4096];

	for (unsigned i = 0; i < LEN(trace_folders); i++) {
		(void)snprintf(folder, sizeof(folder), "%s%s%s", t->host->folder, i ? "/" : "",
			       trace_folders[i]);
		if (strcmp(folder, path) == 0)
			return i;
	}
	HOST_MUST(false);
}

static unsigned trace_folder_of(const struct trace *t, int fd)
{
	char path[4096];

	trace_path(fd, path);
	return trace_folder(t, path);
}

static void trace_copy_name(char out[TRACE_NAME], const char *name)
{
	HOST_MUST(strlen(name) < TRACE_NAME);
	(void)snprintf(out, TRACE_NAME, "%s", name);
}

/* The file of fd; one that was not seen before has been made just now. */
static size_t trace_file(struct trace *t, int fd)
{
	char path[4096], *slash;
	struct log_identity id;
	struct trace_op *op;
	uint64_t size;

	HOST_MUST(log_identify(fd, &id, &size) == 0);
	for (size_t i = 0; i < t->known_count; i++)
		if (log_identity_eq(&t->known[i], &id))
			return i + 1;
	HOST_MUST(t->known_count < LEN(t->known));
	t->known[t->known_count++] = id;
	trace_path(fd, path);
	slash = strrchr(path, '/');
	*slash = '\0';
	op = trace_add(t, TRACE_CREATE);
	op->file = t->known_count;
	op->folder = trace_folder(t, path);
	trace_copy_name(op->name, slash + 1);
	return t->known_count;
}

static bool trace_fails(const struct trace *t, enum trace_kind kind)
{
	if (t->fail_kind != (unsigned)kind + 1)
		return false;
	errno = t->fail_errno;
	return true;
}

static void trace_bytes(struct trace *t, int fd, const void *bytes, size_t n, uint64_t at)
{
	size_t file = trace_file(t, fd);
	struct trace_op *op = trace_add(t, TRACE_WRITE);

	op->file = file;
	op->at = at;
	op->n = n;
	op->bytes = malloc(n + 1);
	HOST_MUST(op->bytes);
	memcpy(op->bytes, bytes, n);
}

static ssize_t trace_pwrite(void *ctx, int fd, const void *bytes, size_t n, off_t at)
{
	ssize_t done;

	if (trace_fails(ctx, TRACE_WRITE))
		return -1;
	done = pwrite(fd, bytes, n, at);
	if (done > 0)
		trace_bytes(ctx, fd, bytes, (size_t)done, (uint64_t)at);
	return done;
}

static int trace_cut(void *ctx, int fd, off_t size)
{
	size_t file = trace_file(ctx, fd);
	struct trace_op *op;

	if (trace_fails(ctx, TRACE_CUT))
		return -1;
	op = trace_add(ctx, TRACE_CUT);
	op->file = file;
	op->at = (uint64_t)size;
	return ftruncate(fd, size);
}

static int trace_sync(void *ctx, int fd)
{
	size_t file = trace_file(ctx, fd);

	if (trace_fails(ctx, TRACE_SYNC))
		return -1;
	trace_add(ctx, TRACE_SYNC)->file = file;
	return 0;
}

static int trace_sync_names(void *ctx, int folder)
{
	unsigned number = trace_folder_of(ctx, folder);

	if (trace_fails(ctx, TRACE_SYNC_NAMES))
		return -1;
	trace_add(ctx, TRACE_SYNC_NAMES)->folder = number;
	return 0;
}

static int trace_create(void *ctx, int folder, const char *name, int flags, mode_t mode)
{
	int fd;

	if (trace_fails(ctx, TRACE_CREATE))
		return -1;
	fd = openat(folder, name, flags, mode);
	if (fd >= 0)
		(void)trace_file(ctx, fd);
	return fd;
}

static int trace_rename_in(struct trace *t, unsigned folder, const char *from, const char *to)
{
	struct trace_op *op = trace_add(t, TRACE_RENAME);

	op->folder = folder;
	trace_copy_name(op->name, from);
	trace_copy_name(op->to, to);
	return 0;
}

static int trace_rename(void *ctx, int folder, const char *from, const char *to)
{
	if (trace_fails(ctx, TRACE_RENAME) || renameat(folder, from, folder, to) != 0)
		return -1;
	return trace_rename_in(ctx, trace_folder_of(ctx, folder), from, to);
}

static int trace_remove(void *ctx, int folder, const char *name)
{
	struct trace_op *op;

	if (unlinkat(folder, name, 0) != 0)
		return -1;
	op = trace_add(ctx, TRACE_REMOVE);
	op->folder = trace_folder_of(ctx, folder);
	trace_copy_name(op->name, name);
	return 0;
}

static const struct integrity_disk trace_disk = {.write = trace_pwrite,
						 .sync = trace_sync,
						 .sync_names = trace_sync_names,
						 .cut = trace_cut,
						 .create = trace_create,
						 .rename = trace_rename,
						 .remove = trace_remove};

static ssize_t trace_log_write(void *ctx, int fd, const struct iovec *parts, int count)
{
	struct stat st;
	uint64_t at;
	ssize_t done;

	if (trace_fails(ctx, TRACE_WRITE))
		return -1;
	HOST_MUST(fstat(fd, &st) == 0);
	at = (uint64_t)st.st_size;
	done = writev(fd, parts, count);
	for (int i = 0; i < count && done > 0; i++) {
		trace_bytes(ctx, fd, parts[i].iov_base, parts[i].iov_len, at);
		at += parts[i].iov_len;
	}
	return done;
}

static int trace_log_rename(void *ctx, const char *from, const char *to)
{
	const char *name = strrchr(from, '/') + 1;

	return rename(from, to) == 0 ? trace_rename_in(ctx, 0, name, strrchr(to, '/') + 1) : -1;
}

static const struct log_disk trace_log_disk = {
	.write = trace_log_write, .cut = trace_cut, .sync = trace_sync, .rename = trace_log_rename};

/* Lines that run into a hole are marked by the one who opens the log, in its own way (log/holes.h). */
static void trace_opened(void *ctx)
{
	struct trace *t = ctx;

	for (int i = 0; i < 2; i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT(64 << 20);
		char path[4096];
		CLEAN_FD int fd = -1;

		(void)snprintf(path, sizeof(path), "%s%s", t->host->log_path, i ? ".1" : "");
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && file_read_fd(fd, path, &text, NULL) == 0 && text.n)
			trace_bytes(t, fd, text.p, text.n, 0);
	}
}

static inline void trace_begin(struct trace *t, struct host *h)
{
	*t = (struct trace){.host = h};
	h->disk = &trace_disk;
	h->log_disk = &trace_log_disk;
	h->opened = trace_opened;
	h->disk_ctx = h->log_disk_ctx = t;
}

/* Files that are there already are on the disk. */
static inline void trace_adopt(struct trace *t)
{
	for (unsigned i = 0; i < LEN(trace_folders); i++) {
		char path[4096];
		const struct dirent *entry;
		DIR *dir;

		(void)snprintf(path, sizeof(path), "%s/%s", t->host->folder, trace_folders[i]);
		dir = opendir(path);
		HOST_MUST(dir);
		while ((entry = readdir(dir))) {
			CLEANUP(buf_release) struct buf content = BUF_INIT(64 << 20);
			CLEAN_FD int fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);

			if (entry->d_type != DT_REG || strcmp(entry->d_name, INTEGRITY_LOCK) == 0)
				continue;
			HOST_MUST(fd >= 0 && file_read_fd(fd, entry->d_name, &content, NULL) == 0);
			if (content.n)
				trace_bytes(t, fd, content.p, content.n, 0);
			(void)trace_sync(t, fd);
		}
		(void)closedir(dir);
		trace_add(t, TRACE_SYNC_NAMES)->folder = i;
	}
}

static inline void trace_release(struct trace *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free(t->ops[i].bytes);
		reserve_free(t->ops[i].reserve);
	}
	free(t->ops);
}

/* ---- a disk after a power cut ---- */

enum trace_luck {
	TRACE_NOTHING,    /* of what was not synced is there */
	TRACE_EVERYTHING, /* is there */
	TRACE_ANYTHING,   /* is there or not, by chance */
};

struct trace_inode {
	size_t file;
	struct buf synced;
	size_t *pending, count, cap; /* numbers of operations since */
};

struct trace_name {
	char name[TRACE_NAME];
	size_t file; /* 0: none */
};

struct trace_names {
	struct trace_name of[512];
	size_t count;
	size_t pending[512], pending_count;
};

struct trace_image {
	const struct trace *trace;
	uint64_t chance;
	enum trace_luck luck;
	struct trace_inode *inodes;
	size_t inode_count;
	struct trace_names folders[LEN(trace_folders)];
};

static uint64_t trace_draw(struct trace_image *im, uint64_t below)
{
	im->chance = im->chance * 6364136223846793005u + 1442695040888963407u;
	return (im->chance >> 33) % below;
}

static struct trace_inode *trace_inode(struct trace_image *im, size_t file)
{
	struct trace_inode *n;

	for (size_t i = 0; i < im->inode_count; i++)
		if (im->inodes[i].file == file)
			return &im->inodes[i];
	im->inodes = reallocarray(im->inodes, im->inode_count + 1, sizeof(*im->inodes));
	HOST_MUST(im->inodes);
	n = &im->inodes[im->inode_count++];
	*n = (struct trace_inode){.file = file, .synced = BUF_INIT(64 << 20)};
	return n;
}

static void trace_resize(struct buf *b, size_t n)
{
	if (n > b->n) {
		HOST_MUST(buf_reserve(b, n - b->n));
		memset(b->p + b->n, 0, n - b->n);
	}
	b->n = n;
}

static void trace_apply(struct buf *b, const struct trace_op *op)
{
	if (op->kind == TRACE_CUT) {
		trace_resize(b, (size_t)op->at);
		return;
	}
	if (b->n < op->at + op->n)
		trace_resize(b, (size_t)(op->at + op->n));
	memcpy(b->p + op->at, op->bytes, (size_t)op->n);
}

static void trace_pend(struct trace_inode *n, size_t op)
{
	if (n->count == n->cap) {
		n->cap = n->cap ? n->cap * 2 : 16;
		n->pending = reallocarray(n->pending, n->cap, sizeof(*n->pending));
		HOST_MUST(n->pending);
	}
	n->pending[n->count++] = op;
}

static struct trace_name *trace_find(struct trace_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->of[i].file && strcmp(names->of[i].name, name) == 0)
			return &names->of[i];
	return NULL;
}

static void trace_set_name(struct trace_names *names, const char *name, size_t file)
{
	struct trace_name *n = trace_find(names, name);

	if (!n) {
		HOST_MUST(names->count < LEN(names->of));
		n = &names->of[names->count++];
	}
	n->file = file;
	trace_copy_name(n->name, name);
}

static void trace_apply_name(struct trace_names *names, const struct trace_op *op)
{
	struct trace_name *from = trace_find(names, op->name);
	size_t file;

	if (op->kind == TRACE_CREATE) {
		trace_set_name(names, op->name, op->file);
		return;
	}
	if (!from)
		return;
	file = from->file;
	from->file = 0;
	if (op->kind == TRACE_RENAME)
		trace_set_name(names, op->to, file);
}

/* Each sector, and the size, as after some of the writes. */
static void trace_tear(struct trace_image *im, struct trace_inode *n)
{
	CLEANUP(buf_release) struct buf now = BUF_INIT(64 << 20);
	CLEANUP(buf_release) struct buf out = BUF_INIT(64 << 20);
	size_t sectors = 0, size_at = (size_t)trace_draw(im, n->count + 1), *version, size;

	buf_put(&now, buf_view(&n->synced));
	size = now.n;
	for (size_t i = 0, most = now.n; i <= n->count; i++) {
		if (i == n->count) {
			sectors = most / TRACE_SECTOR + 1;
			break;
		}
		trace_apply(&now, &im->trace->ops[n->pending[i]]);
		most = now.n > most ? now.n : most;
		if (i + 1 == size_at)
			size = now.n;
	}
	version = calloc(sectors, sizeof(*version));
	HOST_MUST(version);
	for (size_t i = 0; i < sectors; i++)
		version[i] = (size_t)trace_draw(im, n->count + 1);
	trace_resize(&out, size);
	buf_reset(&now);
	buf_put(&now, buf_view(&n->synced));
	for (size_t i = 0; i <= n->count; i++) {
		for (size_t s = 0; s < sectors; s++) {
			size_t at = s * TRACE_SECTOR, bytes = TRACE_SECTOR;

			if (version[s] != i || at >= size || at >= now.n)
				continue;
			bytes = now.n - at < bytes ? now.n - at : bytes;
			bytes = size - at < bytes ? size - at : bytes;
			memcpy(out.p + at, now.p + at, bytes);
		}
		if (i < n->count)
			trace_apply(&now, &im->trace->ops[n->pending[i]]);
	}
	free(version);
	buf_reset(&n->synced);
	buf_put(&n->synced, buf_view(&out));
}

/* What is on the disk when the power is cut behind `count` operations. */
static inline void trace_cut_power(struct trace_image *im, const struct trace *t, size_t count,
				   enum trace_luck luck, uint64_t chance)
{
	*im = (struct trace_image){.trace = t, .chance = chance, .luck = luck};
	for (size_t i = 0; i < count; i++) {
		const struct trace_op *op = &t->ops[i];
		struct trace_names *names = &im->folders[op->folder];
		struct trace_inode *n;

		switch (op->kind) {
		case TRACE_WRITE:
		case TRACE_CUT:
			trace_pend(trace_inode(im, op->file), i);
			break;
		case TRACE_SYNC:
			n = trace_inode(im, op->file);
			for (size_t k = 0; k < n->count; k++)
				trace_apply(&n->synced, &t->ops[n->pending[k]]);
			n->count = 0;
			break;
		case TRACE_CREATE:
		case TRACE_RENAME:
		case TRACE_REMOVE:
			HOST_MUST(names->pending_count < LEN(names->pending));
			names->pending[names->pending_count++] = i;
			break;
		case TRACE_SYNC_NAMES:
			for (size_t k = 0; k < names->pending_count; k++)
				trace_apply_name(names, &t->ops[names->pending[k]]);
			names->pending_count = 0;
			break;
		}
	}
	for (size_t i = 0; i < im->inode_count; i++) {
		struct trace_inode *n = &im->inodes[i];

		if (luck == TRACE_ANYTHING)
			trace_tear(im, n);
		for (size_t k = 0; luck == TRACE_EVERYTHING && k < n->count; k++)
			trace_apply(&n->synced, &t->ops[n->pending[k]]);
	}
	for (size_t i = 0; i < LEN(im->folders); i++) {
		struct trace_names *names = &im->folders[i];
		size_t n = luck == TRACE_NOTHING ? 0
			   : luck == TRACE_EVERYTHING
				   ? names->pending_count
				   : (size_t)trace_draw(im, names->pending_count + 1);

		for (size_t k = 0; k < n; k++)
			trace_apply_name(names, &t->ops[names->pending[k]]);
	}
}

static inline void trace_image_release(struct trace_image *im)
{
	for (size_t i = 0; i < im->inode_count; i++) {
		buf_release(&im->inodes[i].synced);
		free(im->inodes[i].pending);
	}
	free(im->inodes);
}

/* Files of the old host have other inodes here: records of segments are told of these. */
static void trace_patch_segments(const char *folder, const uint64_t *old, const uint64_t *now,
				 size_t n)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/integrity/segments", folder);
	if (file_read(path, &text, NULL) != 0)
		return;
	for (size_t at = 0; at + SEAL_PLACE_BYTES <= text.n; at += SEAL_PLACE_BYTES) {
		struct seal_place p;

		if (!seal_place_unpack((const uint8_t *)text.p + at, &p))
			continue;
		p.birth_ns = 0;
		for (size_t i = 0; i < n; i++)
			if (p.inode == old[i]) {
				p.inode = now[i];
				break;
			}
		seal_place_pack(&p, (uint8_t *)text.p + at);
	}
	(void)snprintf(path, sizeof(path), "%s/integrity", folder);
	host_write_file(path, "segments", buf_view(&text));
}

/* Puts the disk into a folder, which is there with an enrolled host in it. */
static inline void trace_restore(const struct trace_image *im, const char *folder)
{
	uint64_t old[1024], now[1024];
	size_t n = 0;

	for (unsigned f = 0; f < LEN(trace_folders); f++) {
		char path[4096];

		(void)snprintf(path, sizeof(path), "%s/%s", folder, trace_folders[f]);
		(void)mkdir(path, 0700);
		for (size_t i = 0; i < im->folders[f].count; i++) {
			const struct trace_name *name = &im->folders[f].of[i];
			struct sv content = SV_EMPTY;
			struct stat st;

			for (size_t k = 0; k < im->inode_count; k++)
				if (im->inodes[k].file == name->file)
					content = buf_view(&im->inodes[k].synced);
			if (name->file == 0)
				continue;
			host_write_file(path, name->name, content);
			(void)snprintf(path, sizeof(path), "%s/%s/%s", folder, trace_folders[f],
				       name->name);
			HOST_MUST(stat(path, &st) == 0 && n < LEN(old));
			old[n] = im->trace->known[name->file - 1].inode;
			now[n++] = st.st_ino;
			(void)snprintf(path, sizeof(path), "%s/%s", folder, trace_folders[f]);
		}
	}
	trace_patch_segments(folder, old, now, n);
}

#endif
