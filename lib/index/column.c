/* A dictionary that has grown too large gives its values to the sketches of the frames they were in. */
#include "index/column.h"

#include <assert.h>
#include <stdlib.h>

void column_init(struct column *c, const struct field_row *row, struct arena *arena, uint64_t seed)
{
	*c = (struct column){.row = row, .is_sketch = row && row->kind == FIELD_SKETCH};
	postings_init(&c->values, arena, seed);
	sketch_init(&c->sketch, row ? row->form : INDEX_FORM_TEXT, row && row->has_parts);
}

void column_release(struct column *c)
{
	postings_release(&c->values);
	sketch_release(&c->sketch);
}

/* The frame of a piece, from frame `from` on. */
static size_t frame_of(const uint32_t *pieces, size_t frames, size_t from, uint32_t piece)
{
	while (from + 1 < frames && pieces[from + 1] <= piece)
		from++;
	return from;
}

/* Counts (or, with list, puts) each value once for each frame it is in. */
static void walk(const struct column *c, const uint32_t *pieces, size_t frames, size_t *ends,
		 const struct value **list)
{
	for (size_t i = 0; i < c->values.count; i++) {
		const struct value *x = c->values.list[i];
		struct value_pieces it;
		size_t frame = 0, last = SIZE_MAX;
		uint32_t piece;

		value_pieces_init(&it, x);
		while (value_pieces_next(&it, &piece)) {
			frame = frame_of(pieces, frames, frame, piece);
			if (frame == last)
				continue;
			last = frame;
			if (list)
				list[ends[frame]++] = x;
			else
				ends[frame]++;
		}
	}
}

bool column_to_sketch(struct column *c, const uint32_t *pieces, size_t frames)
{
	size_t *ends = calloc(frames + 1, sizeof(*ends)), total = 0, at = 0;
	const struct value **list;

	if (!ends)
		return false;
	walk(c, pieces, frames, ends, NULL);
	for (size_t i = 0; i < frames; i++) {
		size_t count = ends[i];

		ends[i] = total;
		total += count;
	}
	list = calloc(total + 1, sizeof(struct value *));
	if (!list) {
		free(ends);
		return false;
	}
	walk(c, pieces, frames, ends, list);
	for (size_t i = 0; i < frames; i++) {
		for (; at < ends[i]; at++) {
			const struct value *x = list[at];

			assert(x); /* both walks are the same */
			sketch_put(&c->sketch, sv_make(x->p, x->bytes));
		}
		if (i + 1 < frames)
			sketch_end_frame(&c->sketch);
	}
	free(list);
	free(ends);
	postings_release(&c->values);
	c->is_sketch = true;
	return !c->sketch.failed;
}
