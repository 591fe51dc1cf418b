/*
 * The folder `integrity/` of a log, opened so that nobody but its owner can have put things there.
 *
 *	CLEAN_FD int folder = -1;
 *	switch (integrity_open("/var/log/audit/audit.log", &folder, &e)) {
 *	case INTEGRITY_OPEN:   fd = integrity_open_file(folder, INTEGRITY_KEYS, &e); ...
 *	case INTEGRITY_NONE:   the log is not enrolled
 *	case INTEGRITY_FAILED: see e
 *	}
 */
#ifndef AURUM_INTEGRITY_FOLDER_H
#define AURUM_INTEGRITY_FOLDER_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "integrity/names.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define INTEGRITY_PATH_MAX 4096

enum integrity_status { INTEGRITY_OPEN, INTEGRITY_NONE, INTEGRITY_FAILED };

/* The folder's path beside a log. False when it would be too long. */
MUST_CHECK bool integrity_path(const char *log, char out[INTEGRITY_PATH_MAX]);

/*
 * *fd is the folder, to be closed. It is a folder and no link; INTEGRITY_FAILED with e->sys EPERM
 * when it belongs neither to the caller's user nor to root, or others can write to it.
 */
MUST_CHECK enum integrity_status integrity_open(const char *log, int *fd, struct err *e);

/*
 * Opens a regular file in a folder for reading: no link, no device; name has no slash. The descriptor;
 * -1 with e->sys, ENOENT when there is none.
 */
MUST_CHECK int integrity_open_file(int folder, const char *name, struct err *e);

/* The same with a folder in it. */
MUST_CHECK int integrity_open_folder(int folder, const char *name, struct err *e);

/*
 * Reads a whole file of at most out->max bytes, and appends it. 0, also for one that is not there
 * (*is_there may be NULL), or -1.
 */
MUST_CHECK int integrity_read(int folder, const char *name, struct buf *out, bool *is_there,
			      struct err *e);

/*
 * The lock of the one who seals: held until the descriptor is closed, by the end of the process as well.
 * The file is made where there is none. The descriptor; -1 with e->sys EAGAIN when somebody else has it.
 */
MUST_CHECK int integrity_lock(int folder, struct err *e);

/* Whether somebody holds it. Takes nothing; false as well when there is no such file. */
bool integrity_is_locked(int folder);

#endif
