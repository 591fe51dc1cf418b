/*
 * The names of rotated files, which the recorder changes at any time: taking one away, and nothing
 * else than what was meant.
 *
 * The recorder does not rotate while the names are held (log/lock.h), but it does not wait for
 * ever, and other programs know nothing of that. So a file is renamed first, looked at under its new
 * name, where nobody moves it, and put back when it is another.
 */
#ifndef AURUM_ARCHIVIST_NAMES_H
#define AURUM_ARCHIVIST_NAMES_H

#include "base/err.h"
#include "log/set.h"
#include "segment/segment.h"

struct names_wanted {
	int fd; /* of the file, open for reading */
	struct log_identity id;
	struct segment_head head; /* as it was when it was compressed */
};

enum names_status {
	NAMES_TAKEN,
	NAMES_GONE,    /* it has no name any more */
	NAMES_BUSY,    /* somebody holds the names */
	NAMES_CHANGED, /* it was written to, or is now */
	NAMES_FAILED,  /* see *e */
};

/* Removes the file, for which there is the segment `number`, wherever it has been moved to. */
MUST_CHECK enum names_status names_take(const char *log, const struct names_wanted *plain,
					uint64_t number, struct err *e);

/*
 * Whether somebody has the file open for writing: one that was moved away under the recorder's
 * hands still grows. False where the file system cannot tell.
 */
MUST_CHECK bool names_is_written_to(int fd);

/*
 * What somebody who was killed has left in the folder (a descriptor of it): drafts are removed; files
 * on their way out are, when their segment holds what they hold, or come back as the oldest. -1: the
 * first that failed, the rest was tried.
 *
 * *last is the highest number that was kept by names_keep_last(), or 0.
 */
MUST_CHECK int names_recover(const char *log, int folder, uint64_t *last, struct err *e);

/*
 * Numbers of segments only rise, also when the newest one has been removed: the highest is kept in the
 * name of an empty file, .NAME-00000042.last. `before` is what was kept, 0 for nothing.
 */
void names_keep_last(const char *log, uint64_t before, uint64_t last);

#endif
