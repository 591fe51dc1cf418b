/*
 * The facts (query/facts.h) that totals are made of, of events whose values an index has read: what a
 * value says is found out once, and only what is new is added.
 *
 *	struct familiar f;
 *	familiar_init(&f);
 *	familiar_wants(&f, field, name)		-- for each field of the index, as its builder asks
 *	familiar_begin(&f);			-- a file: the numbers of its values are its own
 *	if (familiar_read(&f, event))
 *		familiar_add(&f, totals, ...);	-- what it says, unless it is there already
 *	else
 *		... report_read(), report_totals_add() ...
 *	familiar_release(&f);
 *
 * The two ways count the same. An event is read here when nothing else speaks for it: no decision of
 * SELinux, no path that begins at the working directory, no field twice in a record.
 */
#ifndef AURUM_QUERY_FAMILIAR_H
#define AURUM_QUERY_FAMILIAR_H

#include "index/build.h"
#include "query/look.h"
#include "query/report.h"

#define FAMILIAR_FIELDS  128
#define FAMILIAR_CLASSES 64
#define FAMILIAR_ROWS    32
#define FAMILIAR_NAMES   48
#define FAMILIAR_SAID    64 /* by one event; of one that says more, the records are read */

enum seen_state {
	SEEN_NEVER,
	SEEN_FACT,
	SEEN_SETTLED, /* a fact that was added where nothing is taken away again */
	SEEN_NOTHING,
	SEEN_TANGLED, /* other words have to be asked, too */
};

/* What a value says. */
struct seen {
	uint64_t number; /* or the text's hash */
	uint32_t frame;  /* + 1: where it was added last */
};

/* One spelling of one row of a class, with the values that were seen, by their number. */
struct familiar_name {
	uint8_t field, row, rank;
	uint8_t *states; /* an enum seen_state each: mostly all that is looked at */
	struct seen *seen;
	size_t cap;
};

struct familiar_class {
	const struct look_class *class;
	const struct look_row *rows[FAMILIAR_ROWS];
	struct familiar_name names[FAMILIAR_NAMES];
	uint8_t row_count, name_count;
	bool is_simple;                    /* else its events are not read here */
	uint8_t at[FAMILIAR_FIELDS][2][2]; /* of a field, in or out of a message: names, from 1 */
};

struct familiar_said {
	enum query_item item;
	struct familiar_name *name; /* NULL: in fresh */
	uint32_t id;
};

struct familiar_best {
	struct familiar_name *name;
	const struct index_value *value;
};

struct familiar {
	struct familiar_class *classes;
	size_t class_count;
	uint8_t of_type[QUERY_TYPE_MAX]; /* index into classes, from 1; 0: says nothing */
	struct sv names[FAMILIAR_FIELDS];
	struct familiar_name addr; /* instead of a host that is "?" */
	bool is_planned;
	struct query_scratch scratch;
	/* Of the event that was read. */
	struct familiar_said said[FAMILIAR_SAID];
	struct seen fresh[FAMILIAR_SAID];         /* of values without a number, */
	uint8_t fresh_states[FAMILIAR_SAID];      /* an enum seen_state each */
	struct familiar_best best[FAMILIAR_ROWS]; /* of the line at hand */
	size_t said_count, fresh_count;
	uint8_t last[QUERY_ITEMS]; /* where in said, from 1 */
	struct seen learned;       /* by a reader, */
	enum seen_state state;     /* and what it is */
};

/* False when there is no memory. */
MUST_CHECK bool familiar_init(struct familiar *f);
void familiar_release(struct familiar *f);
bool familiar_wants(struct familiar *f, uint8_t field, struct sv name);
void familiar_begin(struct familiar *f);

/* False when the records have to be read. */
bool familiar_read(struct familiar *f, const struct index_event *event);
/* Of the event that was read. False when it is not said. */
bool familiar_number(const struct familiar *f, enum query_item item, uint64_t *number);

/*
 * Adds its values. frame: the event's last; totals are those of this frame, which are settled once it is
 * below `settled`.
 */
void familiar_add(struct familiar *f, struct report_totals *totals, uint32_t frame,
		  uint32_t settled);

#endif
