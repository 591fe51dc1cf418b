/*
 * Inside lib/integrity: how the sealer writes. Each call is whole, or is done again by the caller: bytes go
 * to places that the caller names, so that doing it again overwrites what half a try left.
 */
#ifndef AURUM_INTEGRITY_STORE_H
#define AURUM_INTEGRITY_STORE_H

#include "base/err.h"
#include "base/sv.h"
#include "integrity/disk.h"
#include "integrity/folder.h"

struct store {
	const struct integrity_disk *disk;
	void *ctx;
	gid_t group;
	int folder; /* integrity/; borrowed */
};

/*
 * Opens a file in a folder for reading and writing, and makes it where there is none; its name is on the
 * disk then. The descriptor, or -1.
 */
MUST_CHECK int store_open(const struct store *s, int folder, const char *name, struct err *e);
/* The same with a folder in s->folder. */
MUST_CHECK int store_open_folder(const struct store *s, const char *name, struct err *e);

/* All of it, at that offset. */
MUST_CHECK int store_write(const struct store *s, int fd, uint64_t at, struct sv bytes,
			   const char *name, struct err *e);
MUST_CHECK int store_sync(const struct store *s, int fd, const char *name, struct err *e);
/* Cuts a file, and brings that to the disk. */
MUST_CHECK int store_cut(const struct store *s, int fd, uint64_t size, const char *name,
			 struct err *e);
/* Replaces a file of s->folder as a whole. Not synced: for what can be made again. */
MUST_CHECK int store_replace(const struct store *s, const char *name, struct sv content,
			     struct err *e);

#endif
