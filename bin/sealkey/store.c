/* Files in one folder, each opened so that no link leads elsewhere. */
#include "sealkey/store.h"

#include "base/clock.h"
#include "base/file.h"
#include "integrity/reserve.h"
#include "seal/base64.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#define TEXT_MAX ((size_t)1 << 14)
#define DRAFT    ".draft"
#define LOCK_MS  5000 /* below the 10 s that reserve_spawn() waits for a word of it */
#define LOOK_MS  10

/*
 * Whoever has it ends as soon as its daemon has died: a daemon that is started again at once waits for
 * that.
 */
static int lock(int folder)
{
	const struct timespec pause = {0, LOOK_MS * 1000000L};
	int64_t end = clock_ms() + LOCK_MS;
	int status;

	while ((status = flock(folder, LOCK_EX | LOCK_NB)) != 0 && errno == EWOULDBLOCK &&
	       clock_ms() < end)
		(void)nanosleep(&pause, NULL);
	return status;
}

int store_open(const char *path, struct err *e)
{
	CLEAN_FD int fd = -1;

	if (file_make_folder(path, 0755, e) != 0)
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "cannot open the folder %s", path);
	if (lock(fd) != 0)
		return err_sys(e, "another auditd-sealkey is at work in %s", path);
	return take_fd(&fd);
}

/* A buffer that had keys in it. */
static void wipe_buf(struct buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_release(b);
}

static enum store_status read_file(int folder, const char *name, mode_t others, struct buf *out,
				   struct err *e)
{
	CLEAN_FD int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return STORE_NONE;
	if (fd < 0 || fstat(fd, &st) != 0) {
		(void)err_sys(e, "cannot open %s", name);
		return STORE_FAILED;
	}
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & others)) {
		(void)err_set(e, "%s is not ours alone: its owner or its mode is another", name);
		return STORE_FAILED;
	}
	/* At once as large as it gets: growing would leave copies. */
	if (!buf_reserve(out, out->max) || file_read_fd(fd, name, out, e) != 0)
		return STORE_FAILED;
	return STORE_READ;
}

enum store_status store_read_key(int folder, const char *name, struct keyfile *out, struct err *e)
{
	CLEANUP(wipe_buf) struct buf text = BUF_INIT(TEXT_MAX);
	enum store_status status = read_file(folder, name, 077, &text, e);
	struct err why = {0};

	if (status != STORE_READ)
		return status;
	if (keyfile_parse(buf_view(&text), out, &why) == 0)
		return STORE_READ;
	(void)err_set(e, "%s %s", name, why.text);
	return STORE_FAILED;
}

/* Overwrites and removes. */
static void spoil(int folder, const char *name)
{
	static const char zeros[TEXT_MAX];
	CLEAN_FD int fd = openat(folder, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    file_write(fd, sv_make(zeros, (size_t)st.st_size < sizeof(zeros) ? (size_t)st.st_size
									     : sizeof(zeros))) == 0)
		(void)fsync(fd);
	(void)unlinkat(folder, name, 0);
}

static int write_file(int folder, const char *name, struct sv text, mode_t mode, struct err *e)
{
	char draft[64];
	CLEAN_FD int fd = -1;

	(void)snprintf(draft, sizeof(draft), "%s" DRAFT, name);
	spoil(folder, draft);
	fd = openat(folder, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd >= 0 && fchmod(fd, mode) == 0 && file_write(fd, text) == 0 && fsync(fd) == 0 &&
	    renameat(folder, draft, folder, name) == 0 && fsync(folder) == 0)
		return 0;
	(void)err_sys(e, "cannot write %s", name);
	if (fd >= 0)
		spoil(folder, draft);
	return -1;
}

int store_write_key(int folder, const char *name, const struct keyfile *k, struct err *e)
{
	CLEANUP(wipe_buf) struct buf text = BUF_INIT(TEXT_MAX);

	if (!buf_reserve(&text, TEXT_MAX))
		return err_set(e, "no memory to write %s", name);
	keyfile_print(&text, k);
	if (text.failed)
		return err_set(e, "no memory to write %s", name);
	return write_file(folder, name, buf_view(&text), 0600, e);
}

int store_promote(int folder, struct err *e)
{
	static const char zeros[TEXT_MAX];
	CLEAN_FD int old =
		openat(folder, KEYFILE_NEXT, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (renameat(folder, KEYFILE_STAGED, folder, KEYFILE_NEXT) != 0 || fsync(folder) != 0)
		return err_sys(e, "cannot rename " KEYFILE_STAGED " to " KEYFILE_NEXT);
	/* Nobody needs it any more, so what is left of it may be torn. */
	if (old >= 0 && fstat(old, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 0 &&
	    st.st_size <= (off_t)sizeof(zeros) &&
	    file_write(old, sv_make(zeros, (size_t)st.st_size)) == 0)
		(void)fsync(old);
	return 0;
}

enum store_status store_read_anchor(int folder, struct seal_anchor *out, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX);
	enum store_status status = read_file(folder, RESERVE_ANCHOR, 022, &text, e);

	if (status != STORE_READ)
		return status;
	return seal_anchor_parse(buf_view(&text), out, e) == 0 ? STORE_READ : STORE_FAILED;
}

int store_write_anchor(int folder, const struct seal_anchor *a, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX);

	seal_anchor_print(&text, a);
	if (text.failed)
		return err_set(e, "no memory to write " RESERVE_ANCHOR);
	return write_file(folder, RESERVE_ANCHOR, buf_view(&text), 0644, e);
}

int store_write_attest(int folder, const uint8_t point[64], struct err *e)
{
	/* SubjectPublicKeyInfo (RFC 5480) of an uncompressed point of P-256. */
	static const uint8_t head[27] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
					 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
					 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX), base64 = BUF_INIT(TEXT_MAX);
	uint8_t key[sizeof(head) + 64];
	struct sv rest;

	if (!point) {
		if (unlinkat(folder, STORE_ATTEST, 0) == 0 || errno == ENOENT)
			return 0;
		return err_sys(e, "cannot remove " STORE_ATTEST);
	}
	memcpy(key, head, sizeof(head));
	memcpy(key + sizeof(head), point, 64);
	seal_base64_put(&base64, key, sizeof(key));
	buf_puts(&text, "-----BEGIN PUBLIC KEY-----\n");
	for (rest = buf_view(&base64); rest.n; rest = sv_from(rest, 64)) {
		buf_put(&text, sv_head(rest, 64));
		buf_putc(&text, '\n');
	}
	buf_puts(&text, "-----END PUBLIC KEY-----\n");
	if (text.failed || base64.failed)
		return err_set(e, "no memory to write " STORE_ATTEST);
	return write_file(folder, STORE_ATTEST, buf_view(&text), 0644, e);
}
