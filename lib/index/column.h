/*
 * Inside lib/index: what is gathered of one field: its values with their pieces, or, where they are or
 * become too many, sketches of frames.
 */
#ifndef AURUM_INDEX_COLUMN_H
#define AURUM_INDEX_COLUMN_H

#include "index/fields.h"
#include "index/postings.h"
#include "index/sketch.h"

#define COLUMN_VALUES_MAX  2048  /* of a dictionary, */
#define COLUMN_NUMBERS_MAX 32768 /* of one of numbers, which are short and looked at quickly */

struct column {
	const struct field_row *row; /* NULL: of types or of nodes, which stay a dictionary */
	struct postings values;
	struct sketch sketch;
	bool is_sketch, is_repeated, is_wanted; /* is_wanted: by an index_extra_maker */
	uint32_t line;                          /* the last one it was seen in */
};

void column_init(struct column *c, const struct field_row *row, struct arena *arena, uint64_t seed);
void column_release(struct column *c);

/*
 * True when it has become too large for a dictionary. The frames up to now start at pieces[0 .. frames];
 * the one at hand is the last of them.
 */
static inline bool column_is_full(const struct column *c)
{
	return c->row && c->values.count > (c->row->form == INDEX_FORM_NUMBER ? COLUMN_NUMBERS_MAX
									      : COLUMN_VALUES_MAX);
}
/* False when there is no memory. */
MUST_CHECK bool column_to_sketch(struct column *c, const uint32_t *pieces, size_t frames);

#endif
