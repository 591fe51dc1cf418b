/*
 * What the threads of a scan make of its events: each stretch of the log has a part of its own,
 * and parts come back in the order of the log. For scan_run()'s chunks.
 *
 *	static const struct part_kind kind = {sizeof(struct sheet), sheet_init, sheet_release,
 *					      sheet_event, sheet_end};
 *	struct parts parts = {.kind = &kind, .arg = &output};
 *	chunk_new:	parts_take(&parts)
 *	chunk_event:	part_event(part, event)
 *	chunk_end:	parts_give(&parts, part, discard, &e)
 *	at the end:	parts_release(&parts)
 *
 * A part is kept for the next stretch, and with it the names that it has looked up.
 */
#ifndef AURUM_COMMON_PARTS_H
#define AURUM_COMMON_PARTS_H

#include "record/join.h"
#include "record/names.h"

struct part_kind;

/* The first member of each kind's own struct, which is zero but for this. */
struct part {
	const struct part_kind *kind;
	struct part *next;
	struct names *names;
	struct err error; /* if it has failed */
	bool failed;
};

struct part_kind {
	size_t bytes; /* of the whole struct */
	/* arg is that of the parts. Of what init() got release() is told even when it failed. */
	int (*init)(struct part *part, const void *arg);
	void (*release)(struct part *part);
	int (*event)(struct part *part, const struct event *event, struct err *e);
	/* Hands on what the part holds, unless it is discarded, and empties it. */
	int (*end)(void *arg, struct part *part, bool discard, struct err *e);
};

struct parts {
	const struct part_kind *kind;
	void *arg;
	struct part *free;
};

/* One that holds nothing, or NULL when there is no memory. Not while another thread is in this or
 * in parts_give(). */
void *parts_take(struct parts *p);
/* 0, or -1 when an event of it failed, or handing it on. */
MUST_CHECK int parts_give(struct parts *p, struct part *part, bool discard, struct err *e);
void parts_release(struct parts *p);

/* Any number of threads, each with a part of its own. Nothing is done behind an event that failed. */
void part_event(struct part *part, const struct event *event);

#endif
