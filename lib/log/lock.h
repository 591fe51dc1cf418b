/*
 * Locks of a log's folder, in a file of it that only its owner can open: whoever may read the folder
 * and the logs, as a group may, could hold a lock of theirs for ever.
 *
 *	.archivist.lock		byte 0: an archivist is at work, byte 1: the names are held
 *
 * Whoever takes a rotated file away by its name, as the archivist does, holds the names meanwhile, or
 * a rotation may put another file under that name. Who rotates makes no file for that: where there is
 * none, nobody has held anything yet.
 *
 * A lock is let go of when its descriptor is closed.
 */
#ifndef AURUM_LOG_LOCK_H
#define AURUM_LOG_LOCK_H

#include "base/attr.h"

#include <stdbool.h>

#define LOG_LOCK_FILE ".archivist.lock"

enum log_lock { LOG_LOCK_ARCHIVIST, LOG_LOCK_NAMES };

/*
 * The folder's lock, a new descriptor; makes: also where there is no file yet. -1 with errno: EAGAIN when
 * somebody else has it; what openat(2) and fcntl(2) say.
 */
MUST_CHECK int log_lock(int folder, enum log_lock which, bool makes);

/* The same, of the log's folder; PATH is absolute. */
MUST_CHECK int log_lock_of(const char *log, enum log_lock which, bool makes);

#endif
