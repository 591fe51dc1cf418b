/*
 * The reports of one run, side by side: each is a section that takes the events it is about.
 * The first one's rows go out as they come; rows of others wait in unlinked files, so that
 * several reports need one pass and no memory.
 */
#ifndef AURUM_AUREPORT_SECTION_H
#define AURUM_AUREPORT_SECTION_H

#include "aureport/options.h"

struct section {
	enum report_id id;
	enum report_shape shape;
	struct report_printer printer;
	struct tally tally;
	struct report_totals totals;
	struct timeline timeline;
	int spool; /* -1: straight to standard output */
	bool found;
};

struct sections {
	struct section each[REPORT_IDS];
	size_t count;
	struct report_filter filter;
};

/* The FACT() bits that these reports need. */
uint32_t sections_facts(const struct request *r);

/* Prints the titles of what is not counted first. On failure sections_release() still is due. */
MUST_CHECK int sections_init(struct sections *s, const struct request *r, struct err *e);
void sections_release(struct sections *s);

/* The same for counting a part of the log: nothing is printed. Only where all reports count. */
void sections_init_part(struct sections *s, const struct request *r);
bool sections_only_count(const struct sections *s);

/* True when there is the page of totals of all events, and nothing else. */
bool sections_only_total(const struct request *r);
/* Different texts are told apart by their hashes (report_totals.hashes). Before anything is added. */
void sections_use_hashes(struct sections *s);
/* The page of totals begins with these, as hashes; they are then the sections'. The same. */
void sections_begin_with(struct sections *s, struct report_totals *totals);

/* Adds what a part counted behind what s has, and forgets it in the part. */
void sections_merge(struct sections *s, struct sections *part);

/* Narrows q to the record types that these reports are about, where they all have some. */
void sections_narrow(const struct sections *s, struct query *q);

/* True when one of them could want the event, by its record types alone. */
bool sections_may_want(const struct sections *s, const struct event *event);
MUST_CHECK int sections_take(struct sections *s, struct report_reader *rr, struct err *e);

/* True when one of them is about the files of the log. */
bool sections_want_files(const struct sections *s);

/* A file's first and last event, for the report about them; NULL: it has none. */
void sections_tell_file(struct sections *s, struct sv file, const struct stamp *first,
			const struct stamp *last);

/* Prints what was counted and what waited. width is the terminal's, 0 without one. */
MUST_CHECK int sections_finish(struct sections *s, const struct report_range *range, unsigned width,
			       struct err *e);

/* True when a report of rows had none, and no other report had anything. */
bool sections_are_empty(const struct sections *s);

#endif
