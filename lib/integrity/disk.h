/*
 * What the sealer does to the disk, each call as its own: tests record them, make them fail, and undo
 * what was not synced.
 */
#ifndef AURUM_INTEGRITY_DISK_H
#define AURUM_INTEGRITY_DISK_H

#include <stddef.h>
#include <sys/types.h>

struct integrity_disk {
	ssize_t (*write)(void *ctx, int fd, const void *bytes, size_t n, off_t at); /* pwrite */
	int (*sync)(void *ctx, int fd);                                             /* fdatasync */
	int (*sync_names)(void *ctx, int folder); /* fsync of a folder */
	int (*cut)(void *ctx, int fd, off_t size);
	int (*create)(void *ctx, int folder, const char *name, int flags, mode_t mode); /* openat */
	int (*rename)(void *ctx, int folder, const char *from, const char *to);
	int (*remove)(void *ctx, int folder, const char *name);
};

extern const struct integrity_disk integrity_disk_system; /* takes no ctx */

#endif
