/*
 * A log that grows and is rotated, as one stream of whole lines.
 *
 *	struct follow f;
 *	if (follow_init(&f, "/var/log/audit/audit.log", &e) != 0) ...
 *	follow_from(&f, FOLLOW_END);		-- or FOLLOW_START, or follow_from_position(&f, &p)
 *	for (;;)
 *		switch (follow_next(&f, &lines, &e)) {
 *		case FOLLOW_LINES:   whole lines, each with its newline
 *		case FOLLOW_NOTHING: no more yet: wait, by whatever means, and call again
 *		case FOLLOW_GAP:     f.gap says what was missed; call again for what comes after
 *		case FOLLOW_FAILED:  e says why; nothing is skipped, a later call tries again
 *		}
 *	follow_release(&f);
 *
 * The stream. Every byte that is handed out has a number: f.given counts them from 0, and
 * follow_position() turns a number at a line's start into a position to save, also one in a file
 * before the present one. A consumer that has passed bytes on into a pipe says so where its
 * reader is.
 *
 * What happens to the log meanwhile:
 * - Rotation, by whoever: the file is read to its end wherever it is now, also after it was
 *   overwritten as the oldest, for it is held open; then the next one.
 * - The file is compressed, before it was read or meanwhile: it is read on as a segment. What is
 *   damaged of one counts as NUL bytes.
 * - Files that came and went before they were read, or ends of such: FOLLOW_GAP.
 * - The file is truncated: what follows is read; FOLLOW_GAP. Copied and truncated (copytruncate):
 *   the copy is read on, if it is PATH.N.
 * - PATH is replaced, moved away or missing: the held file is read to its end, then waits.
 * - A line without its newline is not handed out until that comes. In a file that nobody
 *   appends to any more it never does: it is skipped and counted.
 * - NUL bytes that a crash left before a line, and lines that do not fit into FOLLOW_BLOCK, are
 *   skipped and counted.
 *
 * Memory: FOLLOW_BLOCK bytes, one descriptor. That the held file cannot be freed while it is read
 * is the price; follow_suspend() lets it go. Nothing here waits; one owner, no threads.
 */
#ifndef AURUM_LOG_FOLLOW_H
#define AURUM_LOG_FOLLOW_H

#include "base/sv.h"
#include "log/position.h"
#include "log/set.h"
#include "log/writer.h"

#define FOLLOW_BLOCK        ((size_t)128 << 10) /* the most that is handed out at once */
#define FOLLOW_SEGMENTS_MAX 64

enum follow_status { FOLLOW_LINES, FOLLOW_NOTHING, FOLLOW_GAP, FOLLOW_FAILED };

enum follow_start {
	FOLLOW_START, /* the beginning of the oldest file that is not compressed */
	FOLLOW_END,   /* behind the last whole line there is; where nothing is, as FOLLOW_START */
};

/* What was missed. Stamps with second 0 are not known. */
struct follow_gap {
	enum {
		FOLLOW_REMOVED,  /* files were removed or overwritten before they were read */
		FOLLOW_TRUNCATED /* the file became shorter, or another's content */
	} cause;
	uint64_t bytes;    /* lost at least; 0: it is only known that nobody can tell */
	struct stamp last; /* of the line before the gap */
	struct stamp
		first; /* of the line after it; serials between are an upper limit for events */
};

struct follow_stats {
	uint64_t files;    /* begun */
	uint64_t torn;     /* last lines without a newline, of files nobody appends to */
	uint64_t too_long; /* lines skipped for their length */
	uint64_t nul;      /* runs of NUL bytes skipped */
	uint64_t gaps;
};

/* A stretch of the stream that lies in one file without a hole. */
struct follow_segment {
	uint64_t start, length; /* in the stream */
	struct log_position at; /* of its first byte */
};

struct follow {
	char path[LOG_PATH_MAX];
	struct log_text *text;    /* of the file being read; NULL: to be opened from `here` */
	struct log_position here; /* the first byte that is not handed out */
	uint64_t given;           /* bytes handed out: the number of the next one */
	struct follow_gap gap;    /* valid after FOLLOW_GAP */
	struct follow_stats stats;
	/* private */
	struct log_set seen; /* as it was looked at last */
	char *block;
	struct follow_segment segments[FOLLOW_SEGMENTS_MAX];
	size_t segment_count;
	uint64_t passed; /* bytes behind `here`, of a line that is too long */
	bool is_final;   /* nobody appends to the file any more */
	bool in_nul;     /* the bytes before `here` were NUL bytes */
};

/* path is absolute and copied. -1: no memory, or the path is too long; needs no release. */
MUST_CHECK int follow_init(struct follow *f, const char *path, struct err *e);
void follow_release(struct follow *f);

/*
 * Where to begin; before the first follow_next(), which looks for the files. FOLLOW_END means the
 * end at the time of this call, and is looked up in it: -1 when that fails. A file of a position
 * that is not there any more is a gap.
 */
MUST_CHECK int follow_from(struct follow *f, enum follow_start start, struct err *e);
void follow_from_position(struct follow *f, const struct log_position *p);

/* *lines is valid until the next call. After FOLLOW_GAP f->gap tells. */
MUST_CHECK enum follow_status follow_next(struct follow *f, struct sv *lines, struct err *e);

/*
 * The position of byte `number` of the stream, which must be a line's start or f->given. Numbers
 * are asked for in rising order: what is before one can be forgotten. Of a number so many files
 * ago that it was forgotten (over FOLLOW_SEGMENTS_MAX), a position before it: lines can come
 * again after a restart then, never be missed.
 */
void follow_position(struct follow *f, uint64_t number, struct log_position *out);

/* Closes the file, so that it can be freed; the next follow_next() opens it again, if it is there.
 */
void follow_suspend(struct follow *f);

#endif
