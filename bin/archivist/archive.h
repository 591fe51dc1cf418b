/*
 * One rotated file becomes a segment: written beside, synced, read back and compared, renamed, and
 * only then is the plain file taken away.
 *
 *	PATH.4			.PATH-00000042.zst.new		it is written
 *	PATH.4			PATH-00000042.zst		it is proven, and on the disk
 *	.PATH-00000042.old	PATH-00000042.zst		the name is taken,
 *				PATH-00000042.zst		and the file removed
 *
 * Whatever ends the program between two of these, names_recover() goes on from there, and readers
 * have the text once.
 */
#ifndef AURUM_ARCHIVIST_ARCHIVE_H
#define AURUM_ARCHIVIST_ARCHIVE_H

#include "base/err.h"
#include "log/set.h"
#include "log/writer.h"

struct archive {
	const char *log; /* PATH, absolute */
	int folder;      /* its folder, open */
	uint64_t last;   /* the highest number that a segment has had: names_recover() */
	bool wants_index;
	int64_t timeout_s; /* of events, for the index */
	/*
	 * What is to be removed when the program is told to end, "" when nothing is: a signal's
	 * handler reads it.
	 */
	char draft[LOG_PATH_MAX];
	volatile bool has_draft;
};

enum archive_status {
	ARCHIVE_DONE,
	ARCHIVE_LATER, /* the file has moved, somebody writes to it, or holds the names; *e says it */
	ARCHIVE_FAILED, /* see *e; the plain file is as it was */
};

struct archive_result {
	char segment[LOG_PATH_MAX];
	uint64_t raw_bytes, bytes;
	bool index_failed; /* see *why; the rest is done */
	struct err why;
};

/* plain must be the oldest of the set that has no segment yet. */
MUST_CHECK enum archive_status archive_file(struct archive *a, const struct log_member *plain,
					    struct archive_result *out, struct err *e);

#endif
