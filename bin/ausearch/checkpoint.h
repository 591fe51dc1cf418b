/*
 * --checkpoint: reads where the last search ended, lets only newer events pass, and keeps where
 * this one ends.
 */
#ifndef AURUM_AUSEARCH_CHECKPOINT_H
#define AURUM_AUSEARCH_CHECKPOINT_H

#include "log/cursor.h"
#include "query/checkpoint.h"

/* Exit codes that scripts know. */
enum {
	EXIT_CHECKPOINT_BAD = 10,   /* the file cannot be read, or names a log that is not there */
	EXIT_CHECKPOINT_WRITE = 11, /* the file cannot be written */
	EXIT_CHECKPOINT_WRONG = 12, /* its event is not in its log */
};

struct resume {
	const char *path; /* NULL: no checkpoint */
	struct checkpoint last, next;
	bool has_last;
	struct checkpoint_gate gate;
	bool wrong; /* an event came that is too new to be the next one */
	struct stamp newer;
};

/* Reads the file; none is the first run. 0, or -1 with the sentence. */
MUST_CHECK int resume_load(struct resume *s, const char *path, enum checkpoint_mode mode,
			   struct err *e);

/* A set of logs is read from the checkpoint's file on. 0, or -1 with the sentence. */
MUST_CHECK int resume_seek(const struct resume *s, struct cursor *cursor, struct err *e);

/* Whether the event is new. Every complete event passes here, in order. */
enum checkpoint_verdict resume_pass(struct resume *s, const struct event *event);

/* Keeps where this search ended: in the newest file of the cursor. 0, or -1 with the sentence. */
MUST_CHECK int resume_save(struct resume *s, const struct cursor *cursor, struct err *e);

#endif
