/*
 * Inside lib/integrity: a file that only grows, by whole records. What stands behind `bytes` was never
 * synced as a whole: the next write goes over it.
 */
#ifndef AURUM_INTEGRITY_GROWN_H
#define AURUM_INTEGRITY_GROWN_H

#include "base/buf.h"
#include "integrity/store.h"

#define GROWN_WAITING_MAX ((size_t)1 << 20)
#define GROWN_RECORDS     16 /* at most so many are written at once, and can be torn by one crash */

struct grown {
	const char *name;
	int fd;             /* -1: closed */
	uint64_t bytes;     /* that are whole and on the disk */
	struct buf waiting; /* records that are to follow them */
};

#define GROWN_CLOSED(file) ((struct grown){file, -1, 0, BUF_INIT(GROWN_WAITING_MAX)})

/* Opens or makes it; bytes is its size. */
MUST_CHECK int grown_open(struct grown *g, const struct store *s, struct err *e);
void grown_close(struct grown *g);

/*
 * Keeps [from, bytes) of it as torn/NAME-FROM, for nothing is thrown away that somebody may want to look
 * at, then cuts it there. Where it cannot be cut the next write goes over it.
 */
MUST_CHECK int grown_cut(struct grown *g, const struct store *s, uint64_t from, struct err *e);

/* Whether the file is there as it should be: it has its name, and nobody has cut it. */
bool grown_is_there(const struct grown *g, const struct store *s);

/* Brings what waits to the disk. 0, also when nothing does; -1: it still waits. */
MUST_CHECK int grown_flush(struct grown *g, const struct store *s, struct err *e);

/* Keeps bytes as a file of torn/ called NAME-AT, synced. One that is there stays. */
MUST_CHECK int torn_keep(const struct store *s, const char *name, uint64_t at, struct sv bytes,
			 struct err *e);

#endif
