/*
 * A place in a log that survives rotation, restarts and reboots, and its file.
 *
 *	struct log_position p;
 *	if (log_position_load("/var/lib/audit/cursors/mail", &p, &e) != 0)
 *		if (e.sys != ENOENT) ...	-- damaged: the sentence says how
 *	...
 *	if (log_position_save("/var/lib/audit/cursors/mail", &p, &e) != 0) ...
 *
 * The file is text, a line for each thing:
 *
 *	aurum-position 1
 *	file 2049 131077 1700000000123456789	device, inode, birth in ns
 *	offset 81920
 *	head 1024 89abcdef01234567		bytes at the file's start, their hash
 *	before 2049 131070 1699999999123456789	the file that was the next older one
 *	last 1700000012.345:678			stamp of the line before, for whom it interests
 *
 * Inodes come again and devices are renumbered at boot, so the beginning of the file counts:
 * where it is known it must be the same, and the file is found by it alone when it was copied.
 */
#ifndef AURUM_LOG_POSITION_H
#define AURUM_LOG_POSITION_H

#include "base/buf.h"
#include "base/err.h"
#include "log/set.h"
#include "log/text.h"
#include "record/record.h"

#define LOG_HEAD_MAX          1024
#define LOG_POSITION_TEXT_MAX ((size_t)1 << 10)

struct log_head {
	uint32_t bytes; /* 0: nothing is known */
	uint64_t hash;
};

struct log_position {
	struct log_identity file;   /* inode 0: there was no file yet */
	uint64_t offset;            /* bytes of it that are done with; where a line starts */
	struct log_head head;       /* of whole lines */
	struct log_identity before; /* inode 0: none, or not known */
	struct stamp last;          /* second 0: not known */
};

/*
 * The beginning of a file, of at most LOG_HEAD_MAX bytes: those before `sure`, and whole lines
 * beyond. -1 with errno.
 */
MUST_CHECK int log_head_read(struct log_text *t, uint64_t sure, struct log_head *out);

/* 1: the file begins so, 0: it does not, -1 with errno. A head of 0 bytes fits every file. */
MUST_CHECK int log_head_fits(struct log_text *t, const struct log_head *head);

/*
 * Opens the file of a position: the one with its identity and beginning, else a copy with that
 * beginning. 1: *text is the caller's, *index is its place in the set; 0: it is not there; -1: see
 * *e, with e->sys ENOENT when files moved since the look.
 */
MUST_CHECK int log_position_open(const struct log_position *p, const char *path,
				 const struct log_set *s, size_t *index, struct log_text **text,
				 struct err *e);

/*
 * How many files of the set, from the newest, are newer than the position's, which is not among
 * them: those before the one that was older.
 */
size_t log_position_newer(const struct log_position *p, const struct log_set *s);

/* The stamp of the line that ends before offset, or starts at it; second 0 when there is none. */
struct stamp log_stamp_before(struct log_text *t, uint64_t offset);
struct stamp log_stamp_at(struct log_text *t, uint64_t offset);

void log_position_print(const struct log_position *p, struct buf *out);
/* Every line once, in this order, nothing else. -1 with the line that is wrong. */
MUST_CHECK int log_position_parse(struct sv text, struct log_position *out, struct err *e);

/*
 * Replaces the file (0600) by rename, so that it is the old or the new one whatever happens to
 * the program. It is not brought to the disk: after a power cut it may be an older one, or
 * damaged, which log_position_load() tells.
 */
MUST_CHECK int log_position_save(const char *path, const struct log_position *p, struct err *e);
/* -1 with e->sys ENOENT: there is none. Links are not followed. */
MUST_CHECK int log_position_load(const char *path, struct log_position *out, struct err *e);

#endif
