/*
 * One file of a log as text that can be read from any place, whether it is plain or compressed.
 *
 *	struct log_text *t = log_text_open("/var/log/audit/audit.log", &set.members[i], &e);
 *	n = log_text_read(t, at, out, sizeof(out));
 *	log_text_close(t);
 *
 * Of a segment a frame is kept unpacked: reading on is cheap, jumping about is not. Where a frame
 * is damaged there are NUL bytes, which a follower passes over and counts.
 */
#ifndef AURUM_LOG_TEXT_H
#define AURUM_LOG_TEXT_H

#include "log/set.h"

struct log_text;

/* NULL: see *e, with e->sys ENOENT when the file has been moved or removed since the look. */
struct log_text *log_text_open(const char *path, const struct log_member *m, struct err *e);
/* Of a plain file; takes fd. NULL: no memory. */
struct log_text *log_text_of(int fd);
void log_text_close(struct log_text *t); /* NULL is fine */

/* Up to n bytes from an offset on, over short reads. The number read, or -1 with errno. */
MUST_CHECK ssize_t log_text_read(struct log_text *t, uint64_t at, char *out, size_t n);
/* -1 with errno. */
MUST_CHECK int log_text_size(const struct log_text *t, uint64_t *size);
/* Of the file as it lies there. */
int log_text_fd(const struct log_text *t);
/* A segment never changes. */
bool log_text_is_packed(const struct log_text *t);

/*
 * Adds the segments behind the plain files, newest first; those of files that are there do not
 * count, nor do such whose tables are damaged. Costs opening each of them. s is as before when
 * that fails.
 */
MUST_CHECK int log_set_add_packed(struct log_set *s, const char *path, struct err *e);

#endif
