/*
 * The index of one rotated log file: which stretches of its text can hold the events that somebody
 * looks for. docs/format-index.md has the bytes and what they promise.
 *
 *	switch (index_open(&x, path, &head, &e)) {
 *	case INDEX_OPEN:	... x.frames[0 .. x.frame_count) ...
 *	case INDEX_NONE:	there is none;
 *	case INDEX_STALE:	of another text, INDEX_FOREIGN: of another version, INDEX_DAMAGED: *e says how
 *	}
 *	struct index_rows rows = {0};
 *	enum index_answer answer = index_ask(&x, demand, &rows);
 *	...
 *	index_rows_release(&rows);
 *	index_close(&x);
 *
 * An index is a filter: whatever it says is looked up in the text again. Rows are the file's events in
 * the order in which they are found, from 0. What is asked for is read, checked and kept by the struct: a file
 * that is cut short or written to meanwhile is damaged, and no more.
 */
#ifndef AURUM_INDEX_INDEX_H
#define AURUM_INDEX_INDEX_H

#include "index/demand.h"
#include "index/rows.h"
#include "segment/segment.h"

#define INDEX_VERSION 1

/*
 * How a value stands in a bloom, and so in demand.values and demand.parts: its texts, as index/demand.h has
 * them, and more where people may ask for more.
 */
enum index_form {
	INDEX_FORM_NUMBER, /* decimal, without zeros in front; anything else in that field makes a frame fit all */
	INDEX_FORM_TEXT, /* its texts, also up to a NUL */
	INDEX_FORM_ADDRESS, /* of a struct sockaddr: the address as people write it, or the path; and as it stands */
};

/* False for a field that no index knows: a demand for it is as good as none. */
MUST_CHECK bool index_form_of(struct sv field, enum index_form *form);

/* Whole lines that follow one another; as it is in the file. */
struct index_frame {
	uint64_t raw_at;
	uint32_t raw_bytes;
	uint32_t row_from, row_to;    /* every row with a record in it is in here; others may be */
	uint32_t malformed, too_long; /* lines that a scan counts */
	uint32_t zero;
	struct stamp first,
		last; /* the lowest and highest of its records but EOEs alone (frame.c); sec INT64_MAX: none */
	uint64_t serial_min, serial_max;
};

struct index_totals {
	uint64_t lines, malformed, too_long;
	uint32_t rows;
	bool has_start;
	struct stamp start;       /* of the first record in the text, */
	struct stamp first, last; /* the lowest and highest of all records */
	int64_t timeout_s;        /* with which records were joined */
	bool is_orderly;          /* no event came twice or was handed out early */
	uint32_t late; /* rows that came out after one with a higher stamp: index_has_late() */
};

struct index {
	uint64_t bytes; /* of the file */
	struct index_totals totals;
	const struct index_frame *frames; /* checked; NULL before index_frames() */
	size_t frame_count;
	uint64_t text_bytes;

	/* Private: index/open.h. */
	char *path;                  /* NULL: it is in memory, or was only looked at */
	int fd;                      /* -1: the file is not open */
	const unsigned char *memory; /* all bytes, borrowed; NULL: they are in the file */
	uint64_t check;              /* of header and directory, by which the file is known again */
	unsigned char *head;         /* these two; NULL: not read, or in memory */
	size_t head_bytes;
	const unsigned char *sections; /* in there; NULL: not read */
	size_t section_count;
	struct index_part *parts; /* sections that were read, and are good */
	uint64_t bitmaps_at, bitmaps_bytes;
	struct {
		unsigned char *p;
		size_t n, cap;
		uint64_t at; /* in the section of bitmaps */
	} near;              /* what was read of it last */
};

enum index_status {
	INDEX_OPEN,
	INDEX_NONE,
	INDEX_STALE,   /* of another text, or of the file before it was written to */
	INDEX_FOREIGN, /* of another version, or no index */
	INDEX_DAMAGED,
};

/*
 * head: of the text, with mtime_ns of the file that holds it now (the segment's own, or the plain file's);
 * of raw_hash only what both know is compared. Reads and checks one or two pages: the header and the list of
 * sections. For all but INDEX_OPEN there is nothing to close, and *e says why but for INDEX_NONE.
 */
MUST_CHECK enum index_status index_open(struct index *x, const char *path,
					const struct segment_head *head, struct err *e);
void index_close(struct index *x);

/*
 * For who has many: closes the file and gives back all that can be read of it again, which is what happens when
 * it is asked the next time; of another file that stands there by then nothing is used. frames stay.
 */
void index_rest(struct index *x);

/* Seconds since the epoch, both ends inside. */
struct index_window {
	int64_t from, to;
};

/*
 * As index_open(), but of a text that has events, and none in the window, only totals, frame_count and
 * text_bytes become known: it is cheaper, and nothing can be asked. NULL: no window.
 */
MUST_CHECK enum index_status index_look(struct index *x, const char *path,
					const struct segment_head *head,
					const struct index_window *window, struct err *e);

/* Reads the table of frames into x->frames; once is enough. -1: it is damaged, cannot be read, or there is no memory. */
MUST_CHECK int index_frames(struct index *x, struct err *e);

/* ---- asking ---- */

/* Either rows, or frames where only those are known. */
struct index_rows {
	struct rows *rows; /* set for INDEX_SOME and INDEX_EXACT; of totals.rows */
};

enum index_answer {
	INDEX_ALL,    /* nothing can be told: every row */
	INDEX_SOME,   /* no other row fits */
	INDEX_EXACT,  /* these rows fit */
	INDEX_BROKEN, /* a section is damaged: as INDEX_ALL, and *e says which */
};

/* Any thread, each with its own struct index. What a bloom says of frames is every row of them. */
MUST_CHECK enum index_answer index_ask(struct index *x, const struct demand *d,
				       struct index_rows *out, struct err *e);
void index_rows_release(struct index_rows *r);

/*
 * Whether one of these rows is late: its stamp is lower than that of a row before it. The kernel stamps
 * a system call when it begins and tells of it when it ends, so a call that waited for seconds stands
 * among younger ones; a clock that was set back does the same. Where such an event comes out depends on
 * those around it: who asks for one reads the whole file. True where that is not known.
 */
MUST_CHECK bool index_has_late(struct index *x, const struct index_rows *rows);

/*
 * For completion and counts by value: each value of a field, raw, with the number of its rows, until more()
 * says false. "type" and "node" are such fields, too. False when the field has no dictionary, or it is damaged: what was told of it
 * so far is then worth nothing.
 */
MUST_CHECK bool index_values(struct index *x, struct sv field,
			     bool (*more)(void *arg, struct sv raw, uint64_t rows), void *arg);
/* The same with the rows, which are valid during the call. */
MUST_CHECK bool index_value_rows(struct index *x, struct sv field,
				 bool (*more)(void *arg, struct sv raw, const struct rows *rows),
				 void *arg);

#define INDEX_EXTRA_FIRST 0x100 /* kinds of sections that other floors keep in the file */

/* A section that another floor keeps in the file (index_extra): its bytes, checked, until index_rest() or index_close(); empty when there is none. */
struct sv index_extra(struct index *x, uint32_t kind);

#endif
