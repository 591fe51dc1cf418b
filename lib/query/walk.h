/*
 * A walk over the fields of an event, forwards only, for records in which one name stands
 * several times and its place says what it means: the second auid= of an old LOGIN record is
 * the new one.
 *
 *	struct walk w;
 *	struct field f;
 *
 *	walk_first(&w, event);
 *	if (walk_find(&w, SV("old-auid"), &f) && walk_find(&w, SV("auid"), &f)) ...
 *
 * The words of user-space programs (inside msg='...') count as fields, as every audit tool has
 * it; the enriched tail does not. Fields without a value are passed over.
 */
#ifndef AURUM_QUERY_WALK_H
#define AURUM_QUERY_WALK_H

#include "record/join.h"

struct walk {
	const struct event *event;
	size_t record; /* event->count: behind the last one */
	struct fields it;
	struct field at;
	bool on_field; /* at is set; else the walk stands before the record's first field */
};

/* Before the first field of the first record. */
void walk_first(struct walk *w, const struct event *event);
/* The same, at another record; i must be below event->count. */
void walk_record(struct walk *w, const struct event *event, size_t i);

/* One field on, within the record; stays where it is, and says false, at its last one. */
bool walk_next(struct walk *w);

/*
 * The field that the walk stands on, if it has that name, or the next one that has. It goes on
 * to the following records, but not from the last field of one. False leaves the walk there, or
 * behind the event, where nothing is found any more until walk_first().
 */
MUST_CHECK bool walk_find(struct walk *w, struct sv name, struct field *out);

/*
 * The number that a value starts with, read as all audit tools read it: -1 for 4294967295, 0
 * without a digit, -1 when it does not fit into 64 bits.
 */
int32_t walk_number(const struct field *f);

/* A value as it stands in the record, without its quotes or the punctuation of old programs. */
struct sv walk_text(const struct field *f);

/* The record that the walk stands in; not behind the event. */
static inline const struct record *walk_where(const struct walk *w)
{
	return &w->event->records[w->record];
}

#endif
