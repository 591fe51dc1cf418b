/*
 * Events as text, the way ausearch prints them.
 *
 *	struct output o;
 *	output_init(&o, STDOUT_FILENO, OUTPUT_DEFAULT, ESCAPE_TTY);
 *	if (output_event(&o, event, &e) != 0) ...
 *	if (output_flush(&o, &e) != 0) ...
 *	output_release(&o);
 *
 *	raw		the lines as stored, in their order
 *	default		"----", "time->" and the local time, then the records, last one first,
 *			without what auditd looked up for them
 *	interpret	"----", then the records in words, last one first
 *
 * The bytes are the reference's. Text goes out in big chunks: one write for OUTPUT_CHUNK
 * bytes, or when output_flush() says so.
 */
#ifndef AURUM_OUTPUT_OUTPUT_H
#define AURUM_OUTPUT_OUTPUT_H

#include "base/buf.h"
#include "base/err.h"
#include "query/when.h"
#include "record/interpret.h"
#include "record/join.h"

#define OUTPUT_CHUNK ((size_t)128 << 10)

enum output_format { OUTPUT_RAW, OUTPUT_DEFAULT, OUTPUT_INTERPRET };

struct output {
	int fd; /* borrowed */
	enum output_format format;
	enum escape_mode escape;
	when_to_local_fn to_local;       /* the zone of "time->" */
	struct interpreter *interpreter; /* borrowed; only OUTPUT_INTERPRET needs one */
	struct buf text;                 /* not written yet */
};

/* The caller sets interpreter, and to_local where the process's zone is not the one. */
void output_init(struct output *o, int fd, enum output_format format, enum escape_mode escape);
void output_release(struct output *o); /* does not flush */

/*
 * Both: 0, or -1 when the text cannot be written; e->sys is EPIPE when nobody reads it any more.
 */
MUST_CHECK int output_event(struct output *o, const struct event *event, struct err *e);
MUST_CHECK int output_flush(struct output *o, struct err *e);

#endif
