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
	CURSOR_ERROR, /* e has the sentence; the next call goes on with the next source */
};

struct cursor_stats {
	uint64_t bytes, lines;
	uint64_t torn;     /* sources that end inside a line */
	uint64_t too_long; /* lines that were cut at CURSOR_LINE_MAX */
	uint64_t nul;      /* lines that hold NUL bytes, or had them in front */
};

struct cursor_source {
	int fd;
	bool waits; /* a pipe, socket or terminal: poll before reading */
	uint64_t device, inode;
	char name[4096]; /* for messages */
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
	struct cursor_stats stats;
};

void cursor_init(struct cursor *c);
void cursor_release(struct cursor *c);

/* Adds one file, pipe or device by name behind the sources that are there. */
MUST_CHECK int cursor_open_file(struct cursor *c, const char *path, struct err *e);

/*
 * Adds log_file and its rotated predecessors, oldest first: log_file.N ... log_file.1,
 * log_file. The set ends at two numbers in a row that are missing or unreadable: one is missing
 * while a rotation moves files up, and stays so when a crash ends it; log_file itself may be that
 * one. All are opened now, newest first: a rotation meanwhile can neither hide a file nor show it
 * twice. A pipe or device with such a name is left out, and not waited for. A log_file that is
 * one, or cannot be read, is an error.
 */
MUST_CHECK int cursor_open_set(struct cursor *c, const char *log_file, struct err *e);

/*
 * Leaves out what is older than this file, but for the one before it: an event can begin there.
 * Device and inode may be the low 32 bits of them. False, with nothing left out, when no source
 * is that file.
 */
MUST_CHECK bool cursor_start_at(struct cursor *c, uint64_t device, uint64_t inode);

/* Adds an open descriptor, which the cursor closes; name is for messages. */
MUST_CHECK int cursor_open_fd(struct cursor *c, int fd, const char *name, struct err *e);

/* CURSOR_WAIT after this many milliseconds without input; a negative time waits on. */
void cursor_set_idle(struct cursor *c, int idle_ms);

/* The next line without its newline, valid until the next call on this cursor. */
MUST_CHECK enum cursor_status cursor_next(struct cursor *c, struct sv *line, struct err *e);

#endif
