/*
 * The log file while it grows: whole lines are appended, the size is kept account of, files
 * are rotated, and bytes are brought to the disk as often as asked.
 *
 *	struct log_writer w;
 *	struct log_options o = {.path = "/var/log/audit/audit.log", .max_bytes = 8 << 20};
 *	if (log_open(&w, &o, &e) != 0) ...
 *	switch (log_append(&w, lines, &taken, &e)) {
 *	case LOG_APPENDED: ...
 *	case LOG_FULL:     log_rotate(&w, 5, &e), then the rest: sv_from(lines, taken)
 *	case LOG_FAILED:   report; sv_from(lines, taken) is not in the file
 *	}
 *	log_close(&w);
 *
 * What is in the file are whole lines, whatever happens: a line that the disk took only a
 * part of is cut off again, and so is, when the file is opened, what a crash left of one (see
 * found); with a newline behind it a half line would be a record that nobody sent. Where cutting
 * is impossible (chattr +a) it is tried again, and then the next append starts with a newline.
 *
 * Deciding what to do about a full file or a failed write is the caller's.
 */
#ifndef AURUM_LOG_WRITER_H
#define AURUM_LOG_WRITER_H

#include "base/attr.h"
#include "base/err.h"
#include "base/sv.h"
#include "config/auditd_conf.h"
#include "log/flusher.h"

#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#define LOG_PATH_MAX     4096
#define LOG_SUFFIX_BYTES 16 /* of PATH_MAX, for ".4294967295" */

/* The system calls that decide whether a line is kept: tests make them fail. Each as its own. */
struct log_disk {
	ssize_t (*write)(void *ctx, int fd, const struct iovec *parts, int count);
	int (*cut)(void *ctx, int fd, off_t size); /* ftruncate */
	int (*sync)(void *ctx, int fd);            /* fdatasync */
	int (*rename)(void *ctx, const char *from, const char *to);
};

extern const struct log_disk log_disk_system; /* takes no ctx */

#define LOG_TORN_MAX (UINT64_C(1) << 20) /* a line that was begun is not longer */

enum log_removal { LOG_REMOVED_NUMBER, LOG_REMOVED_SPACE };

/*
 * Told of every line that is in the file, in order, and of what happens to files: where a seal or an
 * index is kept. Any member may be NULL. Called inside of the writer's calls; must not call the writer.
 */
struct log_listener {
	void *ctx;
	/* Lines go to this file from now on: opened, opened again, or new. It has so many bytes. */
	void (*opened)(void *ctx, int fd, uint64_t size);
	void (*appended)(void *ctx, struct sv lines); /* whole lines, each with its newline */
	/*
	 * What could not be cut off has got a newline, and is a line that nobody sent: these bytes of the
	 * file. More than LOG_TORN_MAX of them: nobody knows how many.
	 */
	void (*fragment)(void *ctx, uint64_t offset, uint64_t bytes);
	void (*rotated)(void *ctx); /* the next line starts a new file; opened comes after it */
	/* An old file has given way: to num_logs, or to the want of space. */
	void (*removed)(void *ctx, enum log_removal why);
};

struct log_options {
	const char *path;            /* absolute; borrowed for the writer's life */
	gid_t group;                 /* may read the logs; 0: nobody but the owner */
	uint64_t max_bytes;          /* log_append() says LOG_FULL from here on; 0: never */
	enum log_flush flush;        /* data and sync are decided when the file is opened */
	uint64_t freq;               /* lines between two flushes of the incremental kinds */
	const struct log_disk *disk; /* NULL: log_disk_system */
	void *disk_ctx;
	struct log_listener listener;
};

#define LOG_TORN_TEXT 512

/* What a crash left of the line that it interrupted. */
struct log_torn {
	uint64_t bytes;
	size_t length; /* of text: the first of these bytes */
	char text[LOG_TORN_TEXT];
};

struct log_writer {
	struct log_options options; /* max_bytes and freq may be changed at any time */
	int fd;                     /* -1: closed */
	uint64_t size;              /* of the live file, in bytes */
	uint64_t torn;              /* bytes behind the last newline that could not be cut off */
	unsigned holed;        /* lines found by log_open() that run into NUL bytes (log/holes.h) */
	struct log_torn found; /* by the last opening that found any; the caller may reset it */
	uint64_t lines, bytes; /* appended since log_open() */
	uint64_t unflushed;    /* lines since the last flush */
	bool is_named;         /* the file's name was flushed, or was there before */
	unsigned last_kept;    /* the highest number that log_keep() has given out */
	unsigned known;        /* files that the last rotation saw, for the state report */
	unsigned rotations;    /* since log_open() */
	int64_t put_off_ms;    /* since when a rotation waits for the names; 0: none does */
	struct log_flusher flusher;
	struct log_flush_times times; /* of flushes that were waited for */
};

/*
 * Opens the file for appending, or creates it. The file becomes 0640 for a group, 0600
 * without, owned by the caller's user and the group; a symbolic link and somebody else's file are
 * refused. -1: *w is closed and needs no release.
 */
MUST_CHECK int log_open(struct log_writer *w, const struct log_options *o, struct err *e);

/* How long the disk took for flushes since log_open(), whoever waited for them. */
void log_flush_times(struct log_writer *w, struct log_flush_times *out);

/* Brings everything to the disk and closes. 0, or -1 when the disk refused; closed anyway. */
int log_close(struct log_writer *w, struct err *e);

enum log_append_status {
	LOG_APPENDED, /* all of it is in the file */
	LOG_FULL,     /* *taken bytes are in the file, which has reached max_bytes */
	LOG_FAILED,   /* *taken bytes are in the file, the rest is not; *e says why */
};

/*
 * Appends whole lines with one system call. *taken always ends at a line's end. With LOG_FULL
 * the file ends with the first line that reached max_bytes; when it was full before the call
 * everything is taken. A flush that fails is LOG_FAILED with all bytes taken.
 */
MUST_CHECK enum log_append_status log_append(struct log_writer *w, struct sv lines, size_t *taken,
					     struct err *e);

/*
 * Rotation: PATH becomes PATH.1, PATH.1 becomes PATH.2 and so on; a new PATH is opened. Rotated
 * files are 0440 for a group, else 0400.
 *
 * log_rotate() keeps `files` of them, the live one and segments (segment/names.h) included, and does
 * nothing below 2; segments go before plain files, and where there are more of them already the oldest of
 * all goes. log_keep() never overwrites: it counts on to the first free number.
 *
 * 1: put off, for somebody holds the names (log/lock.h); call again soon. After
 * LOG_PATIENCE_MS of that they are not waited for any more.
 *
 * A file that cannot be renamed ends it, with nothing overwritten; the writer then goes on with
 * the same PATH, beyond max_bytes. -1: see *e; when w->fd is -1 PATH could not be opened
 * either, and log_reopen() is needed.
 */
MUST_CHECK int log_rotate(struct log_writer *w, unsigned files, struct err *e);
MUST_CHECK int log_keep(struct log_writer *w, struct err *e);

/*
 * Closes the live file, so that somebody else may move it away; nothing is appended until reopen.
 * That opens also a file whose owner and mode cannot be set, if nobody can read it who should not.
 */
void log_suspend(struct log_writer *w);
MUST_CHECK int log_reopen(struct log_writer *w, struct err *e);

/*
 * Makes the folder the caller's own, 0750 for the group or 0700: nobody else can put a file there
 * then. The other calls need no privilege in such a folder, but CAP_CHOWN for a group that is not
 * one of the caller's.
 */
MUST_CHECK int log_fix_folder(const struct log_options *o, struct err *e);

/*
 * The same, and the modes of the rotated files, for options that log_open() has taken. -1: the
 * first that refused, the rest was tried.
 */
MUST_CHECK int log_fix_modes(const struct log_options *o, unsigned files, struct err *e);

#define LOG_PATIENCE_MS 10000

/*
 * Removes PATH.files and higher until the first gap, and the oldest segments as far as more than
 * `files` remain; options as above. The number of removed files.
 */
unsigned log_remove_excess(const struct log_options *o, unsigned files);

/*
 * Removes the oldest segment, else the rotated file with the highest number before the first gap;
 * options as above. 1: it is gone, 0: there is none, -1: it cannot be removed.
 */
MUST_CHECK int log_remove_oldest(const struct log_options *o, struct err *e);

#endif
