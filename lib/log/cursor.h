/*
 * Reading a log: one interface for a file, a rotated set, a folder with such a set, and
 * a pipe.
 *
 *	struct cursor c;
 *	cursor_init(&c);
 *	if (cursor_open_set(&c, "/var/log/audit/audit.log", &e) != 0) ...
 *	while ((status = cursor_next(&c, &line, &e)) == CURSOR_LINE) ...
 *	cursor_release(&c);
 *
 * Compressed files (lib/segment) give the text that they were made of. What is damaged of one is
 * left out and told; a line that is cut by it is left out, too.
 *
 * A log is never trusted to be whole. A last line without its newline is handed out like
 * any other; NUL bytes that a crash left before a line are skipped, those inside it stay;
 * of a line over CURSOR_LINE_MAX the head is handed out and the rest skipped to its
 * newline, so that no text inside it can pose as a line of its own. Each is counted.
 *
 * Memory: CURSOR_BUFFER bytes, whatever the log. Files are read, not mapped: a log that
 * is truncated while it is read ends early instead of killing the reader (SIGBUS).
 */
#ifndef AURUM_LOG_CURSOR_H
#define AURUM_LOG_CURSOR_H

#include "base/err.h"
#include "base/sv.h"
#include "record/record.h"
#include "segment/segment.h"

#include <stdbool.h>
#include <stdint.h>

/* The kernel's longest record is 8970 bytes (MAX_AUDIT_MESSAGE_LENGTH); names add to it. */
#define CURSOR_LINE_MAX  (64u << 10)
#define CURSOR_BUFFER    (256u << 10)
#define CURSOR_FILES_MAX 1000 /* num_logs goes to 999 */

enum cursor_status {
	CURSOR_LINE,  /* *line is set */
	CURSOR_WAIT,  /* a pipe gave nothing for the idle time; call again */
	CURSOR_END,   /* every source is read to its end */
	CURSOR_ERROR, /* e has the sentence; the next call goes on behind what cannot be read */
};

struct cursor_stats {
	uint64_t bytes, lines;
	uint64_t torn;     /* sources that end inside a line */
	uint64_t too_long; /* lines that were cut at CURSOR_LINE_MAX */
	uint64_t nul;      /* lines that hold NUL bytes, or had them in front */
};

enum cursor_kind {
	CURSOR_PLAIN,
	CURSOR_PIPE,    /* or socket, or terminal: it has to be waited for */
	CURSOR_SEGMENT, /* can be read frame by frame */
	CURSOR_STREAM,  /* compressed, to be read from its start */
};

struct cursor_source {
	int fd;
	enum cursor_kind kind;
	uint64_t device, inode; /* of a segment: of the file that was compressed */
	uint64_t bytes;         /* of its text when it was opened; of a stream: of the file */
	struct segment
		segment; /* CURSOR_SEGMENT; its fd is this one; before its frames: segment_frames() */
	char name[];     /* its path, or what it is called in messages */
};

struct cursor {
	struct cursor_source **sources; /* oldest first */
	size_t count, at;               /* at: the one being read */
	char *buffer;                   /* bytes [start, end) are not handed out yet, */
	size_t start, scanned, end;     /* of which [start, scanned) hold no newline */
	bool skipping;                  /* inside the rest of a line that was too long */
	bool has_nul;                   /* somewhere in the buffer */
	bool nul_before;                /* skipped before the line that is next */
	int idle_ms;                    /* < 0: never CURSOR_WAIT */
	struct unpack *unpack;          /* of the source being read, if it is compressed */
	struct cursor_stats stats;
};

void cursor_init(struct cursor *c);
void cursor_release(struct cursor *c);

/* Adds one file, plain or compressed, pipe or device by name behind the sources that are there. */
MUST_CHECK int cursor_open_file(struct cursor *c, const char *path, struct err *e);

/*
 * Adds log_file and its rotated predecessors, oldest first: its segments log_file-NUMBER.zst by
 * number (segment/names.h), log_file.N ... log_file.1, log_file. The plain set ends at two numbers in a row that are missing or unreadable: one is missing
 * while a rotation moves files up, and stays so when a crash ends it; log_file itself may be that
 * one. All are opened now, newest first: a rotation meanwhile can neither hide a file nor show it
 * twice. Segments are looked for last, so that one that is compressed meanwhile is not missed; of a
 * file that is there both ways the plain one is read. A pipe or device with such a name is left
 * out, and not waited for. A log_file that is one, or cannot be read, and a segment that cannot be
 * opened are errors.
 */
MUST_CHECK int cursor_open_set(struct cursor *c, const char *log_file, struct err *e);

/*
 * Leaves out what is older than this file, but for the one before it: an event can begin there.
 * Device and inode may be the low 32 bits of them; of a segment they are those of the file that it
 * was made of. Inodes come again: the newest such file counts whose first record is not younger
 * than `last`. False, with nothing left out, when no source is that file.
 */
MUST_CHECK bool cursor_start_at(struct cursor *c, uint64_t device, uint64_t inode,
				const struct stamp *last);

/*
 * Which text a source holds, for its index: of a segment what it says, of a plain file what is
 * there now, without raw_hash. False for pipes and streams, and when it cannot be read.
 */
MUST_CHECK bool cursor_source_head(const struct cursor_source *s, struct segment_head *out);

/* Adds an open descriptor, which the cursor closes; name is for messages. */
MUST_CHECK int cursor_open_fd(struct cursor *c, int fd, const char *name, struct err *e);

/* CURSOR_WAIT after this many milliseconds without input; a negative time waits on. */
void cursor_set_idle(struct cursor *c, int idle_ms);

/* The next line without its newline, valid until the next call on this cursor. */
MUST_CHECK enum cursor_status cursor_next(struct cursor *c, struct sv *line, struct err *e);

#endif
