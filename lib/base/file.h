/*
 * Files: the few patterns that every program needs, with the checks that make them safe.
 */
#ifndef AURUM_BASE_FILE_H
#define AURUM_BASE_FILE_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * Reads a whole file of at most out->max bytes and appends it to *out. A larger file, a
 * directory or an unreadable file is an error that names the path; *out is then as before.
 */
MUST_CHECK int file_read(const char *path, struct buf *out, struct err *e);

/* The same from an open descriptor; name is for the error. */
MUST_CHECK int file_read_fd(int fd, const char *name, struct buf *out, struct err *e);

/* Reads n bytes at an offset, or what there is of them: less is the end. -1 with errno set. */
MUST_CHECK ssize_t file_read_at(int fd, uint64_t at, void *out, size_t n);

/* Writes all of it, over short writes and EINTR. 0, or -1 with errno set. */
MUST_CHECK int file_write(int fd, struct sv bytes);

/*
 * Replaces path as a whole: a temporary file beside it, synced, renamed over it. Readers
 * see the old content or the new one, never a part.
 */
MUST_CHECK int file_replace(const char *path, struct sv content, mode_t mode, struct err *e);

/*
 * Makes the folder, or accepts one that is there if nobody but the caller's user can write to it;
 * a symbolic link to one is refused. Its parent must exist. -1 with e->sys EEXIST: what is there
 * is something else, or open to others.
 */
MUST_CHECK int file_make_folder(const char *path, mode_t mode, struct err *e);

/* The same; returns a descriptor of it, for who must not be led elsewhere later. */
MUST_CHECK int file_open_folder(const char *path, mode_t mode, struct err *e);

/*
 * The folder of the running program, without a slash at the end: what is installed with it is
 * found from there.
 */
MUST_CHECK int file_own_folder(char *out, size_t cap, struct err *e);

/*
 * Opens /dev/null for those of the descriptors 0, 1 and 2 that are closed. First of all in
 * main(): else the next file or socket becomes standard output, and messages are written into it.
 * 0, or -1 with errno set.
 */
MUST_CHECK int file_fill_standard(void);

#endif
