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
 *	csv		a row an event, with a header in front of the first
 *	text		a sentence an event
 *	story		a sentence an event as well, in the words of output/sentence.h
 *	json		an object an event, one line each (docs/format-json.md); json-raw adds
 *			the lines as stored
 *
 * The bytes are the reference's, but that csv is quoted where RFC 4180 asks for it; story and
 * json are ours. Text goes out in big chunks: one write for OUTPUT_CHUNK
 * bytes, or when output_flush() says so.
 */
#ifndef AURUM_OUTPUT_OUTPUT_H
#define AURUM_OUTPUT_OUTPUT_H

#include "base/buf.h"
#include "base/err.h"
#include "query/when.h"
#include "record/interpret.h"
#include "record/join.h"
#include "record/normalise.h"

#define OUTPUT_CHUNK ((size_t)128 << 10)

enum output_format {
	OUTPUT_RAW,
	OUTPUT_DEFAULT,
	OUTPUT_INTERPRET,
	OUTPUT_CSV,
	OUTPUT_TEXT,
	OUTPUT_JSON,
	OUTPUT_JSON_RAW,
	OUTPUT_STORY
};

/* More columns of csv, as a set. */
enum output_columns {
	OUTPUT_EXTRA_KEYS = 1,
	OUTPUT_EXTRA_LABELS = 2,
	OUTPUT_EXTRA_OBJ2 = 4,
	OUTPUT_EXTRA_TIME = 8,
};

enum output_clock_part {
	CLOCK_DATE,
	CLOCK_TIME,
	CLOCK_YEAR,
	CLOCK_MONTH,
	CLOCK_DAY,
	CLOCK_WEEKDAY,
	CLOCK_HOUR,
	CLOCK_OFFSET,
	CLOCK_PARTS
};

/* A second in the words of the locale; all empty when the zone has no such time. */
struct output_clock {
	bool known;
	int64_t seconds;
	size_t length[CLOCK_PARTS];
	char text[CLOCK_PARTS][20];
};

struct output {
	int fd; /* borrowed; -1: see output_text() */
	enum output_format format;
	enum escape_mode escape;
	when_to_local_fn to_local; /* the zone of "time->" */
	/*
	 * Borrowed; raw and default need none. Its escape mode is the output's; json, which has
	 * escapes of its own, wants ESCAPE_RAW.
	 */
	struct interpreter *interpreter;
	unsigned columns; /* set of enum output_columns */
	bool with_serial; /* story: the serial number at the end */
	struct buf text;  /* not written yet */

	/* Private. */
	struct normaliser normaliser;
	struct buf meaning; /* json: of one record */
	struct output_clock clock;
	bool has_header;
};

/*
 * The caller sets interpreter and columns, and to_local where the process's zone is not the
 * one. output_release() forgets what is not flushed.
 */
void output_init(struct output *o, int fd, enum output_format format, enum escape_mode escape);
void output_release(struct output *o);

/*
 * Both: 0, or -1 when the text cannot be written; e->sys is EPIPE when nobody reads it any more.
 */
MUST_CHECK int output_event(struct output *o, const struct event *event, struct err *e);
MUST_CHECK int output_flush(struct output *o, struct err *e);

/*
 * With a descriptor of -1 all text is kept in text, up to its maximum, and nothing is written.
 * What such an output made of some events goes out through another one of the same format,
 * which puts csv's header before the first. As output_event().
 */
MUST_CHECK int output_text(struct output *o, struct sv text, struct err *e);

#endif
