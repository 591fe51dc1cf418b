/*
 * What aurum search makes of the events that it finds: text, rows, counts. Each thread makes
 * pieces, and they are put together here in the order of the log.
 *
 *	if (making_init(&m, request, names) != 0) ...
 *	struct parts parts = {.kind = &making_kind, .arg = &m};
 *	...
 *	if (making_finish(&m, &e) != 0) ...
 *	making_release(&m);
 */
#ifndef AURUM_BIN_AURUM_SEARCH_MAKE_H
#define AURUM_BIN_AURUM_SEARCH_MAKE_H

#include "aurum/search.h"
#include "query/counts.h"
#include "query/sorter.h"

/* One count of values, and how it is printed. */
struct making_table {
	struct rows_column columns[ROWS_COLUMNS_MAX];
	struct rows_style style;
	struct rows_aligner aligner;
	struct counts counts;
};

struct making {
	const struct search_request *request;
	struct making_table
		tables[SEARCH_BY_MAX]; /* the first is for rows and one number as well */
	size_t table_count;
	struct buf text; /* not written yet */

	struct output output; /* of events; holds what no piece has: csv's head */
	struct interpreter interpreter;
	struct sorter sorter;
	struct timeline timeline;
};

extern const struct part_kind making_kind;

/* request and names are borrowed. */
void making_init(struct making *m, const struct search_request *request, struct names *names);
void making_release(struct making *m);

/* True when events are kept until all are known. */
bool making_sorts(const struct search_request *r);

/* Prints what has waited for the end. 0, or -1; e->sys is EPIPE when nobody reads it any more. */
MUST_CHECK int making_finish(struct making *m, struct err *e);

/* For MAKE_COUNT. */
MUST_CHECK int making_print_count(struct making *m, uint64_t count, struct err *e);

#endif
