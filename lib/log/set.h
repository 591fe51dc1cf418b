/*
 * The files that a log consists of as they lie there now: PATH, PATH.1, PATH.2, ... newest first.
 *
 *	struct log_set s = LOG_SET_INIT;
 *	if (log_set_look(&s, "/var/log/audit/audit.log", &e) != 0) ...
 *	for (size_t i = 0; i < s.count; i++) ... s.members[i] ...
 *	log_set_release(&s);
 *
 * A rotation that runs meanwhile neither hides a file nor shows it twice: it moves files
 * upwards, so does the look, and the one number that is missing while it does is passed over.
 */
#ifndef AURUM_LOG_SET_H
#define AURUM_LOG_SET_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LOG_SET_MAX 4096 /* files; num_logs goes to 999, keep_logs has no limit */

/* Which file, wherever it is moved to. Birth tells a new file from an old one with its inode. */
struct log_identity {
	uint64_t device, inode; /* inode 0: no file */
	int64_t birth_ns;       /* since the epoch; 0 where the file system does not say */
};

struct log_member {
	struct log_identity id;
	uint64_t size;   /* bytes when it was looked at */
	unsigned number; /* PATH.number; 0: PATH itself */
	bool is_packed; /* it is PATH-segment.zst, of which id and size are those of the plain file */
	uint64_t segment;
};

struct log_set {
	struct log_member *members;
	size_t count, cap;
};

#define LOG_SET_INIT ((struct log_set){NULL, 0, 0})

void log_set_release(struct log_set *s);

/*
 * Looks anew; s is as before when that fails. Only regular files count, no link is followed. No
 * file at all is an empty set. The set ends at two numbers in a row that are missing. O(files).
 */
MUST_CHECK int log_set_look(struct log_set *s, const char *path, struct err *e);

/* Adds a member behind the others. -1: no memory. */
MUST_CHECK int log_set_add(struct log_set *s, const struct log_member *m, const char *path,
			   struct err *e);

/* Which file PATH is now. False when it is none. Costs one system call. */
bool log_set_newest(const char *path, struct log_identity *id);

/* The index of that file, or s->count. */
size_t log_set_find(const struct log_set *s, const struct log_identity *id);

/* Device, inode and birth are the same; an unknown birth equals every one. */
bool log_identity_eq(const struct log_identity *a, const struct log_identity *b);

/* What fd is, and its size. -1 with errno, EINVAL when it is no regular file. */
MUST_CHECK int log_identify(int fd, struct log_identity *id, uint64_t *size);

/*
 * Opens a plain member for reading (log/text.h opens all). Returns the descriptor; -1 with e->sys ENOENT when it has been
 * moved or removed since the look.
 */
MUST_CHECK int log_set_open(const char *path, const struct log_member *m, struct err *e);

#endif
