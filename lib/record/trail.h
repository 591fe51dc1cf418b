/*
 * A walk over all fields of an event as one list, the way the classic tools look for them: from
 * where the last search ended, on through this record and the ones behind it.
 *
 *	trail_init(&w, arena, records, count);
 *	trail_top(&w);
 *	if (trail_find(&w, SV("auid"))) subject = trail_place(&w);
 *	if (trail_value(&w, subject, &value)) ...
 *
 * What a csv row or a sentence of `ausearch --format text` says depends on that order: a field
 * that stands before the last one that was found is not found, and a search that fails leaves
 * the walk nowhere. Fields are words with a '=' in them, wherever they stand, msg='...' included;
 * so this is for those two formats and never for a decision (record/record.h tells who wrote a
 * field).
 *
 * Records are cut into fields when a search first comes to them. Private to lib/record, but for
 * struct trail_field, which record/words.h hands out.
 */
#ifndef AURUM_RECORD_TRAIL_H
#define AURUM_RECORD_TRAIL_H

#include "base/arena.h"
#include "record/record.h"

#define TRAIL_RECORDS_MAX 1024 /* records of one event that are looked at */
#define TRAIL_NOWHERE     UINT32_MAX

struct trail_field {
	uint64_t tag;        /* of the name, see tag.h */
	struct sv name, raw; /* the value with its quotes */
	bool decoded;        /* raw is the text itself: one of several keys in one field */
};

struct trail_place {
	uint32_t record, field; /* both from 0 */
};

#define TRAIL_NO_PLACE ((struct trail_place){TRAIL_NOWHERE, 0})

struct trail_strip {
	struct trail_field *fields;
	uint32_t count, at; /* at: where the last search in this record ended */
	bool cut;
};

struct trail {
	const struct record *records;
	uint32_t count, here; /* here: a record, or TRAIL_NOWHERE */
	struct trail_strip *strips;
	struct arena *arena; /* borrowed; what is found lives in it */
};

/* False when there is no memory. */
MUST_CHECK bool trail_init(struct trail *w, struct arena *arena, const struct record *records,
			   size_t count);

void trail_top(struct trail *w);                 /* to the first field of the first record */
void trail_first(struct trail *w);               /* to the first field of this record */
bool trail_next_record(struct trail *w);         /* false, and nowhere, behind the last one */
bool trail_go(struct trail *w, uint32_t record); /* false, and unmoved, when there is none */
bool trail_next_field(struct trail *w);          /* false, and unmoved, at the last one */

/* To the next field of that name, this one included; what is returned is its value or NULL. */
const struct trail_field *trail_find(struct trail *w, struct sv name);

/* The field that the walk is at; NULL when it is nowhere. */
const struct trail_field *trail_field(struct trail *w);
/* The record that the walk is in; NULL when it is nowhere. */
const struct record *trail_record(const struct trail *w);
/* Where the walk is; the first field of all when it is nowhere. */
struct trail_place trail_place(const struct trail *w);

/* The field at a place; NULL when there is none. */
const struct trail_field *trail_at(struct trail *w, struct trail_place place);

#endif
