/*
 * Reports as text, the way aureport prints them, and as csv or JSON lines.
 *
 *	struct report_printer p;
 *	report_printer_init(&p, fd, REPORT_TEXT, ESCAPE_TTY, interpret);
 *	report_print_title(&p, REPORT_AUTH, REPORT_ROWS, RESULT_ANY);
 *	if (report_print_rows(&p, REPORT_AUTH, &reader, &e) != 0) ...
 *	report_print_end(&p, REPORT_ROWS);
 *	if (report_printer_flush(&p, &e) != 0) ...
 *	report_printer_release(&p);
 *
 * The bytes of text are the reference's. csv is RFC 4180 with a line of column names, LF as
 * line end. JSON is one object a line with the key "report"; what an event does not say is
 * null, ids and counts are numbers. Times are local; in csv and JSON they are ISO 8601 with
 * the zone. docs/aureport.8 is the schema.
 */
#ifndef AURUM_OUTPUT_REPORT_PRINT_H
#define AURUM_OUTPUT_REPORT_PRINT_H

#include "query/report.h"
#include "query/when.h"

enum report_format { REPORT_TEXT, REPORT_CSV, REPORT_JSON };

enum report_shape { REPORT_ROWS, REPORT_SUMMARY, REPORT_TIMELINE };

enum timeline_unit { TIMELINE_NONE, TIMELINE_MINUTE, TIMELINE_HOUR, TIMELINE_DAY };

struct report_printer {
	int fd; /* borrowed */
	enum report_format format;
	enum escape_mode escape;
	bool interpret;
	bool iso; /* text has dates as ISO 8601, not as the locale */
	when_to_local_fn to_local;
	uint64_t rows;   /* printed so far */
	struct buf text; /* not written yet */
	/* The text of the last second: localtime(3) is slow, logs are dense. */
	int64_t clock_sec;
	size_t clock_length;
	char clock[64];
};

void report_printer_init(struct report_printer *p, int fd, enum report_format format,
			 enum escape_mode escape, bool interpret);
void report_printer_release(struct report_printer *p); /* does not flush */

/* 0, or -1 when the text cannot be written; e->sys is EPIPE when nobody reads it any more. */
MUST_CHECK int report_printer_flush(struct report_printer *p, struct err *e);

void report_print_title(struct report_printer *p, enum report_id id, enum report_shape shape,
			enum report_result result);

/* The rows of the event that rr has read. As report_printer_flush(). */
MUST_CHECK int report_print_rows(struct report_printer *p, enum report_id id,
				 struct report_reader *rr, struct err *e);

/* What is said when rows or counts have come to an end: that there were none. */
void report_print_end(struct report_printer *p);

/* Sorts t and prints what it counted. */
MUST_CHECK int report_print_summary(struct report_printer *p, enum report_id id, struct tally *t,
				    struct err *e);

/* The present and the ends of the log; start and end as the user gave them. */
struct report_range {
	bool has_start, has_end;
	int64_t start, end;
	struct stamp first, last; /* zero where there is none */
};

void report_print_totals(struct report_printer *p, const struct report_totals *t,
			 const struct report_range *range);

/* One file's first and last event; count 0: it has none. */
void report_print_time(struct report_printer *p, struct sv file, const struct stamp *first,
		       const struct stamp *last);

/* ---- counts over time ---- */

struct timeline {
	enum timeline_unit unit;
	when_to_local_fn to_local;
	when_from_local_fn from_local;
	struct tally counts; /* by the second at which the minute, hour or day starts */
	int64_t start, end;  /* the one of the last event */
};

void timeline_init(struct timeline *t, enum timeline_unit unit);
void timeline_release(struct timeline *t);
void timeline_add(struct timeline *t, int64_t second);

/* width: columns of the terminal, for bars; 0 for none. Sorts t->counts. */
MUST_CHECK int report_print_timeline(struct report_printer *p, enum report_id id,
				     struct timeline *t, unsigned width, struct err *e);

#endif
