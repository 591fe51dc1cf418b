/*
 * Indexes of rotated files: they are readable for whom the log is, and go when their text does.
 */
#ifndef AURUM_ARCHIVIST_INDEXES_H
#define AURUM_ARCHIVIST_INDEXES_H

#include "archivist/archive.h"

/* Of a plain file or a segment, which is open; one that is there and good stays. -1: see *e. */
MUST_CHECK int indexes_make(const struct archive *a, int fd, struct err *e);

/*
 * Removes indexes of texts that are not in the log's folder, of whatever log there, and what is left
 * of some that were being written.
 */
void indexes_sweep(const struct archive *a);

#endif
