/*
 * The room that the log's file system has left, against the thresholds of auditd.conf.
 *
 *	struct space s;
 *	space_configure(&s, &conf);
 *	space_measure(&s, fd, path);		-- two system calls at most
 *	if (space_is_short(&s, ERRAND_SPACE_LEFT)) ...
 *	if (space_is_back(&s, ERRAND_SPACE_LEFT)) ...
 *
 * Between "short" and "back" is a margin, in which neither is true: whoever acts on both does not
 * go to and fro while the room changes a little.
 */
#ifndef AURUM_AUDITD_SPACE_H
#define AURUM_AUDITD_SPACE_H

#include "auditd/errand.h"

#include "config/auditd_conf.h"

struct space {
	struct conf_space left, admin_left;
	bool is_known; /* the rest was measured, or nothing is short nor back */
	uint64_t free_bytes, total_bytes, block_bytes;
};

/* Takes over space_left and admin_space_left. Whether one of them is another than before. */
bool space_configure(struct space *s, const struct auditd_conf *conf);

/* fd: in the file system; -1: that of path, or of its folder when path does not exist. */
void space_measure(struct space *s, int fd, const char *path);

/* Bytes below which the key's action happens; key: one of the two thresholds, or ERRAND_DISK_FULL. */
uint64_t space_threshold(const struct space *s, enum errand_key key);
bool space_is_short(const struct space *s, enum errand_key key);
bool space_is_back(const struct space *s, enum errand_key key);

#endif
