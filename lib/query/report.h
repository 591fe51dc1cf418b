/*
 * The reports of aureport: which events belong to each, what a row about one says, and what a
 * summary counts. How that is printed is output/report_print.h's affair.
 *
 *	struct report_reader rr;
 *	report_reader_init(&rr, facts_needed, names, interpret);
 *	report_read(&rr, event);			-- gathers the event's facts
 *	if (report_passes(&filter, &rr) && report_selects(REPORT_AUTH, &rr))
 *		for (size_t i = 0; i < report_rows(REPORT_AUTH, &rr); i++)
 *			report_row(REPORT_AUTH, &rr, i, cells);
 *	report_count(REPORT_EXE, &rr, &tally);		-- one event into a summary
 *
 * Everything here is a table (query/report.def): a report is a row of it. Nothing is shared
 * between readers, so that parts of a log can be read by several threads; their tallies and
 * totals are merged in the log's order.
 */
#ifndef AURUM_QUERY_REPORT_H
#define AURUM_QUERY_REPORT_H

#include "query/facts.h"
#include "query/tally.h"
#include "record/interpret.h"

/*
 * TOTALS is a page of numbers about everything, TIME the first and last event of each file:
 * neither has rows of events or a summary.
 */
enum report_id {
#define REPORT(id, ...) REPORT_##id,
#include "query/report.def"
#undef REPORT
	REPORT_IDS
};

#define REPORT_COLUMNS_MAX 9

/* How a text is made safe. */
enum report_care {
	CARE_PLAIN, /* a word: control bytes are escaped, but for --escape raw */
	CARE_TEXT,  /* somebody's choice: escaped as --escape says */
};

struct report_reader;

/* Puts what a column says of the event; false when the event says nothing about it. i is the
 * number of the row among the event's rows. */
typedef bool (*report_cell_fn)(struct report_reader *rr, size_t i, struct buf *out);

struct report_column {
	const char *name;
	report_cell_fn cell;
	const char *absent; /* what a row of text says when the event says nothing */
	enum report_care care;
	bool is_number; /* in JSON, where it looks like one */
};

struct report_types {
	uint32_t first, last;
};

enum report_key {
	KEY_NONE,   /* there is no summary */
	KEY_TYPE,   /* numbers: the type of the first record */
	KEY_NUMBER, /* numbers */
	KEY_TEXT,
};

struct report_def {
	const char *name;          /* one word, for --format csv and json */
	const char *title;         /* of the rows */
	unsigned rule, rule_below; /* lengths of the lines around the columns' names */
	const char *summary_title;
	unsigned summary_rule;
	const char *summary_label;                        /* what is counted */
	uint32_t facts;                                   /* FACT() bits that are needed */
	const struct report_types *types, *summary_types; /* ended by {0, 0}; NULL: any event */
	bool first_type_only;                             /* types looks at the first record */
	bool (*selects)(const struct report_reader *rr);  /* what else rows need; may be NULL */
	struct report_column columns[REPORT_COLUMNS_MAX]; /* ended by a NULL name */
	enum report_key key;
	enum report_care key_care;
	void (*count)(struct report_reader *rr, struct tally *t);
};

extern const struct report_def report_defs[REPORT_IDS];

/* ---- reading an event ---- */

struct report_reader {
	struct facts facts;
	struct interpreter interpreter;
	bool interpret; /* names instead of numbers */
	const struct event *event;
	const struct record *looked_up; /* the record whose enriched names count, or NULL */
	struct buf words;               /* of one row */
};

/* names is borrowed, and used by this reader alone. */
void report_reader_init(struct report_reader *rr, uint32_t facts_wanted, struct names *names,
			bool interpret);
void report_reader_release(struct report_reader *rr);
void report_read(struct report_reader *rr, const struct event *event);

/* ---- which events ---- */

enum report_result { RESULT_ANY, RESULT_FAILED, RESULT_SUCCESS };
enum report_act { ACT_ANY, ACT_ADD, ACT_DELETE };

struct report_filter {
	enum report_result result;
	enum report_act act; /* only additions or deletions; what is neither passes */
	bool no_config;      /* leave out CONFIG_CHANGE */
};

bool report_passes(const struct report_filter *f, const struct report_reader *rr);

/* By record types alone: false when neither a row nor a summary could come of the event. */
bool report_may_select(enum report_id id, const struct event *event, bool summary);

/* True when the event gets rows. */
bool report_selects(enum report_id id, const struct report_reader *rr);

/* ---- what is said of it ---- */

struct report_cell {
	struct sv text; /* not escaped; valid until the next call with this reader */
	bool absent;
};

/* Rows of an event that report_selects(): 1, but for access decisions. */
size_t report_rows(enum report_id id, const struct report_reader *rr);

/* Fills cells for the report's columns; returns how many there are. */
size_t report_row(enum report_id id, struct report_reader *rr, size_t i,
		  struct report_cell cells[REPORT_COLUMNS_MAX]);

/* Counts the event into the report's summary, if it belongs there; true when it does. */
bool report_count(enum report_id id, struct report_reader *rr, struct tally *t);

/* ---- totals ---- */

enum report_total {
#define TOTAL(id, key, label)    TOTAL_##id,
#define TOTAL_OF(id, key, label) TOTAL_##id,
#include "query/total.def"
#undef TOTAL
#undef TOTAL_OF
	REPORT_TOTALS_COUNT
};

struct report_totals {
	uint64_t count[REPORT_TOTALS_COUNT];
	struct tally distinct[REPORT_TOTALS_COUNT]; /* for those that count different values */
	/*
	 * Texts are counted as numbers, their XXH3-64 hashes: they take less room, and can be added to
	 * what was counted before (query/report_summary.h). Set it before anything is added.
	 */
	bool hashes;
};

void report_totals_init(struct report_totals *t);
void report_totals_release(struct report_totals *t);
void report_totals_reset(struct report_totals *t); /* keeps the memory */
void report_totals_add(struct report_totals *t, const struct report_reader *rr);
/* Its part that counts events: of their records only the types, and of the facts SUCCESS and SYSCALL. */
void report_totals_add_event(struct report_totals *t, const struct report_reader *rr);
void report_totals_merge(struct report_totals *t, const struct report_totals *from);
uint64_t report_total(const struct report_totals *t, enum report_total which);
/* Whether it counts different values. */
bool report_total_is_distinct(enum report_total which);
/* "Number of logins", and one word for csv and json. */
const char *report_total_label(enum report_total which);
const char *report_total_name(enum report_total which);

extern const uint32_t report_totals_facts;

#endif
