/*
 * All rotated files of a log: which of them are archived now, which get an index, and what is removed.
 *
 *	struct history h = {.archive = {.log = ..., ...}, .compress = true, ...};
 *	switch (history_keep(&h)) ...
 */
#ifndef AURUM_ARCHIVIST_HISTORY_H
#define AURUM_ARCHIVIST_HISTORY_H

#include "archivist/archive.h"

struct history {
	struct archive archive;
	bool compress, index;
	unsigned leave; /* the newest rotated files, which stay plain */
	unsigned keep;  /* files in all, the live one included; below 2: every one */
	bool once;      /* compress one file at most */
	/* Told of each file that was compressed, and of what went wrong. */
	void (*done)(void *ctx, const struct archive_result *r);
	void (*failed)(void *ctx, const char *sentence);
	void *ctx;
};

enum history_status {
	HISTORY_KEPT,  /* nothing is left to do */
	HISTORY_LATER, /* something is, and will be possible soon; it was told */
	HISTORY_FAILED /* something cannot be done; it was told */
};

/*
 * In this order: what one that was killed has left; what is too much; segments of plain files, the
 * oldest first and none behind one that fails, for segments are older than plain files; indexes.
 */
MUST_CHECK enum history_status history_keep(struct history *h);

#endif
