/* The beginnings of lines that a crash left at the end of log files: kept, and cut off. */
#include "integrity/recover.h"

#include "base/file.h"
#include "log/tail.h"
#include "log/writer.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

/* Keeps bytes as torn/SEGMENT-AT, and tells so. -1: that failed, which is told as well. */
static int keep(struct ledger *l, uint64_t segment, uint64_t at, struct sv bytes)
{
	struct err e;
	char name[32];

	(void)snprintf(name, sizeof(name), "%" PRIu64, segment);
	if (torn_keep(l->store, name, at, bytes, &e) != 0) {
		ledger_tell(l, SEALER_NEWS_TORN, 0, 0, "%s", e.text);
		return -1;
	}
	ledger_tell(l, SEALER_NEWS_TORN, 0, 0, "%zu bytes are kept as %s/%s-%" PRIu64, bytes.n,
		    INTEGRITY_TORN, name, at);
	return 0;
}

void recover_keep_torn(struct ledger *l, const char *log_path)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(LOG_TORN_MAX);
	CLEAN_FD int fd = open(log_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	const struct seal_place *p = l->place_count ? &l->places[l->place_count - 1] : NULL;
	struct log_identity id;
	uint64_t size, end, segment = 0;

	if (fd < 0 || log_identify(fd, &id, &size) != 0 ||
	    log_tail_find(fd, size, LOG_TORN_MAX, &end) != 0 || end == size ||
	    !buf_reserve(&bytes, (size_t)(size - end)) ||
	    file_read_at(fd, end, bytes.p, (size_t)(size - end)) != (ssize_t)(size - end))
		return;
	if (p)
		segment = p->number + (p->inode != id.inode || p->device != id.device);
	(void)keep(l, segment, end, sv_make(bytes.p, (size_t)(size - end)));
}

/* A rotated file is not writable, not even for its owner. fd: of the file that is meant. */
static int open_writable(const char *log_path, unsigned number, int fd)
{
	char path[LOG_PATH_MAX];
	struct stat st, now;
	CLEAN_FD int out = -1;

	(void)snprintf(path, sizeof(path), "%s.%u", log_path, number);
	if (fstat(fd, &st) != 0 || fchmod(fd, st.st_mode | S_IWUSR) != 0)
		return -1;
	out = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	(void)!fchmod(fd, st.st_mode & 07777);
	if (out < 0 || fstat(out, &now) != 0 || now.st_ino != st.st_ino || now.st_dev != st.st_dev)
		return -1;
	return take_fd(&out);
}

void recover_cut_torn(struct ledger *l, const char *log_path, unsigned number,
		      struct log_text *text, uint64_t from, uint64_t segment)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(LOG_TORN_MAX);
	CLEAN_FD int fd = -1;
	uint64_t size;
	size_t n;

	if (log_text_size(text, &size) != 0 || size <= from || size - from > LOG_TORN_MAX)
		return;
	n = (size_t)(size - from);
	if (!buf_reserve(&bytes, n) || log_text_read(text, from, bytes.p, n) != (ssize_t)n ||
	    keep(l, segment, from, sv_make(bytes.p, n)) != 0)
		return;
	fd = open_writable(log_path, number, log_text_fd(text));
	if (fd >= 0)
		(void)l->store->disk->cut(l->store->ctx, fd, (off_t)from);
}
