/*
 * Inside lib/integrity: the lines of a log in the order they were written, from all its files, plain and
 * compressed. All files are opened at once, so that neither rotation nor compression nor removal takes one
 * away while it is read.
 */
#ifndef AURUM_INTEGRITY_VERIFY_TEXT_H
#define AURUM_INTEGRITY_VERIFY_TEXT_H

#include "integrity/doubt.h"
#include "log/text.h"
#include "seal/digest.h"

#define VERIFY_LINE_MAX ((size_t)1 << 20) /* the longest that auditd writes is far shorter */
#define VERIFY_NAME_MAX 4096

struct verify_file {
	struct log_member member;
	struct log_text *text;
	uint64_t bytes; /* of its text when it was opened */
};

struct verify_text {
	char log[VERIFY_NAME_MAX];
	struct verify_file *files; /* oldest first */
	size_t count, cap;
	char folder[VERIFY_NAME_MAX];
};

#define VERIFY_TEXT_INIT ((struct verify_text){.count = 0})

/* Where a line begins. */
struct verify_spot {
	size_t file;
	uint64_t offset;
	uint64_t line; /* in the file, from 0 */
};

/* Opens every file. None at all is an empty text. 0, or -1. */
MUST_CHECK int verify_text_open(struct verify_text *t, const char *log, struct err *e);
void verify_text_close(struct verify_text *t);

/*
 * Says which files are called like one of the log and were not opened: links, damaged segments, numbers
 * behind a gap. is_live: files that are newer than ours are the daemon's.
 */
void verify_text_strangers(const struct verify_text *t, bool is_live, struct doubts *doubts);

/* What a file is called now, or was when it was opened. */
void verify_text_name(const struct verify_text *t, size_t file, char out[VERIFY_NAME_MAX]);

enum verify_read {
	VERIFY_READ_LINES, /* *n bytes, the last of them an LF */
	VERIFY_READ_END,   /* of the file; *n bytes of a line without an end are left */
	VERIFY_READ_LONG,  /* a line is longer than VERIFY_LINE_MAX */
	VERIFY_READ_FAILED,
};

/* Whole lines of one file, from an offset on, as many as fit into cap, which is above VERIFY_LINE_MAX. */
MUST_CHECK enum verify_read verify_text_read(const struct verify_text *t, size_t file,
					     uint64_t offset, char *out, size_t cap, size_t *n,
					     struct err *e);

/* Reads line by line. */
struct verify_walk {
	const struct verify_text *text;
	struct verify_spot spot; /* of the line that is next */
	char *buffer;
	size_t at, n;
	uint64_t cut_files; /* files that ended inside a line */
};

MUST_CHECK int verify_walk_init(struct verify_walk *w, const struct verify_text *t,
				const struct verify_spot *from, struct err *e);
void verify_walk_release(struct verify_walk *w);
/* 1: *line is the next one, valid until the next call, and *spot where it is; 0: the end; -1. */
MUST_CHECK int verify_walk_next(struct verify_walk *w, struct sv *line, struct verify_spot *spot,
				struct err *e);

#endif
