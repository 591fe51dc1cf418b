/*
 * Inside lib/index: what is gathered of one field: its values, or, where they are or become too many,
 * sketches of frames. Which pieces hold a value is in the trace (index/trace.h).
 */
#ifndef AURUM_INDEX_COLUMN_H
#define AURUM_INDEX_COLUMN_H

#include "index/dictionary.h"
#include "index/phrase.h"
#include "index/sketch.h"
#include "index/trace.h"

#define COLUMN_VALUES_MAX  2048  /* of a dictionary, */
#define COLUMN_NUMBERS_MAX 32768 /* of one of numbers, which are short and looked at quickly */

struct column {
	const struct field_row *row; /* NULL: of types or of nodes, which stay a dictionary */
	struct dictionary values;
	struct sketch sketch;
	bool is_sketch, is_wanted; /* is_wanted: by an index_extra_maker */
};

void column_init(struct column *c, const struct field_row *row, struct arena *arena, uint64_t seed);
void column_release(struct column *c);

/* True when it has become too large for a dictionary. */
static inline bool column_is_full(const struct column *c)
{
	return c->row && c->values.count > (c->row->form == INDEX_FORM_NUMBER ? COLUMN_NUMBERS_MAX
									      : COLUMN_VALUES_MAX);
}

/* What was gathered until now: frames up to the one at hand start at pieces[0 .. frames]. */
struct column_past {
	const struct trace *trace;
	const struct phrases *phrases;
	const uint32_t *pieces;
	size_t frames;
};

/* number: the column's, in the trace. False when there is no memory. */
MUST_CHECK bool column_to_sketch(struct column *c, size_t number, const struct column_past *past);

#endif
