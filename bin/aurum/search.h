/*
 * aurum search and aurum report: what the command line asks for, and what is made of the events
 * that a query finds.
 */
#ifndef AURUM_BIN_AURUM_SEARCH_H
#define AURUM_BIN_AURUM_SEARCH_H

#include "aurum/app.h"
#include "aurum/search_words.h"
#include "common/parts.h"
#include "common/present.h"
#include "output/output.h"
#include "output/report_print.h"
#include "output/rows.h"
#include "query/values.h"

/* What is printed. */
enum search_make {
	MAKE_EVENTS,   /* in one of the formats of output/output.h */
	MAKE_ROWS,     /* some fields of each event */
	MAKE_COUNT,    /* one number */
	MAKE_COUNTS,   /* of each value */
	MAKE_TIMELINE, /* of each minute, hour or day */
};

enum search_format {
	SEARCH_TEXT,
	SEARCH_TABLE,
	SEARCH_JSON,
	SEARCH_JSON_RAW,
	SEARCH_CSV,
	SEARCH_RAW
};

enum search_sort { SORT_NONE, SORT_COUNT, SORT_VALUE, SORT_TIME, SORT_FIELD };

struct search_fields {
	struct values_field list[VALUES_FIELDS_MAX - 1]; /* there is one more to sort by */
	size_t count;
};

#define SEARCH_BY_MAX 8

struct search_request {
	const char *program; /* "aurum: search": who says what went wrong */
	enum search_make make;
	enum search_format format;
	bool has_format;
	struct search_fields columns, by[SEARCH_BY_MAX]; /* by: each is counted for itself */
	size_t by_count;
	enum timeline_unit unit;
	enum search_sort sort;
	struct values_field sort_field; /* SORT_FIELD */
	bool reverse, count, serial, explain, no_index, verified;
	const char *seal_key; /* a vkey, or a file with one */
	uint64_t limit, top;  /* 0: none */
	int64_t from, to;     /* seconds, both within */
	const char *log;      /* NULL: the one of auditd.conf; "-": standard input */
	const char *config_dir;
	struct buf query; /* the words, with a blank between them */

	/* While it is read. */
	const struct when_context *when;
};

extern const struct option_set search_options;

/* Takes an option into the request; for verb_options(). Words become the query. */
enum frame_next search_take(void *request, const struct option_hit *hit, struct err *e);

void search_request_init(struct search_request *r, const char *program,
			 const struct present *present);
void search_request_release(struct search_request *r);

/* Takes the names of fields, with commas between them; they are borrowed. */
MUST_CHECK int search_take_fields(struct search_fields *fields, struct sv names, struct err *e);

/* What only the whole command line can tell. 0, or -1 with the sentence. */
MUST_CHECK int search_complete(struct search_request *r, struct err *e);

/* Runs it; an exit code after saying what went wrong. */
int search_run(const struct search_request *r, const struct present *present);

#endif
