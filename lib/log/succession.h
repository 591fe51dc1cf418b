/*
 * Inside lib/log: which file a follower reads, and which one after it.
 */
#ifndef AURUM_LOG_SUCCESSION_H
#define AURUM_LOG_SUCCESSION_H

#include "log/follow.h"

/* What reading on, or looking for a file, came to. */
enum step {
	STEP_LINES,  /* there are some */
	STEP_END,    /* of the file */
	STEP_ON,     /* something was done: read on */
	STEP_MOVED,  /* files moved while they were looked at */
	STEP_CUT,    /* the file was cut, and there is no copy */
	STEP_WAIT,   /* there is nothing to read yet */
	STEP_GAP,    /* f->gap is set */
	STEP_FAILED, /* see *e */
};

/* Opens the file of f->here; when it is gone, the oldest one that is newer: STEP_GAP. */
MUST_CHECK enum step succession_find(struct follow *f, struct err *e);
/* Begins with the newest file at the end of its last whole line; with none where there is none. */
MUST_CHECK enum step succession_find_newest(struct follow *f, struct err *e);
/* Goes on in a copy of the file, which was cut. */
MUST_CHECK enum step succession_find_copy(struct follow *f, struct err *e);

/*
 * Before each read: f->is_final says whether anybody may still append to the file. What is then
 * read up to the end of a final file is all of it. Mostly costs one system call, for PATH is the
 * file that it was.
 */
MUST_CHECK int succession_watch(struct follow *f, struct err *e);
/* At the end of a final file: on to the next one. */
MUST_CHECK enum step succession_leave(struct follow *f, struct err *e);

/* The stamp of the line before the first one that is not handed out. */
struct stamp succession_last(const struct follow *f);
/* Tells a gap; the file behind it is open. */
MUST_CHECK enum step succession_gap(struct follow *f, struct follow_gap what);
void succession_close(struct follow *f);

#endif
