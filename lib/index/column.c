/* A dictionary that has grown too large gives its values to the sketches of the frames they were in. */
#include "index/column.h"

#include <stdlib.h>

void column_init(struct column *c, const struct field_row *row, struct arena *arena, uint64_t seed)
{
	*c = (struct column){.row = row, .is_sketch = row && row->kind == FIELD_SKETCH};
	dictionary_init(&c->values, arena, seed);
	sketch_init(&c->sketch, row ? row->form : INDEX_FORM_TEXT, row && row->has_parts);
}

void column_release(struct column *c)
{
	dictionary_release(&c->values);
	sketch_release(&c->sketch);
}

/* The values of a column, as they are come by again; frames: 1 + the last one that each was put for. */
struct again {
	struct column *column;
	size_t number;
	uint32_t *frames;
};

static void put_again(struct again *a, uint32_t id, size_t frame)
{
	uint32_t number = trace_number(id);
	const struct value *v;

	if (trace_column(id) != a->number || a->frames[number] == frame + 1)
		return;
	a->frames[number] = (uint32_t)frame + 1;
	v = &a->column->values.list[number];
	sketch_put(&a->column->sketch, sv_make(v->p, v->bytes));
}

static void put_phrase(struct again *a, const struct phrase *x, size_t frame)
{
	if (field_set_has(&x->fields, a->number))
		for (size_t i = 0; i < x->count; i++)
			put_again(a, x->picks[i], frame);
}

static void put_frames(struct again *a, const struct column_past *past)
{
	const struct trace *t = past->trace;

	for (size_t frame = 0; frame < past->frames; frame++) {
		bool is_last = frame + 1 == past->frames;
		size_t end = is_last ? t->count : trace_from(t, past->pieces[frame + 1]);

		for (size_t i = trace_from(t, past->pieces[frame]); i < end; i++)
			if (trace_column(t->ids[i]) == PHRASE_COLUMN)
				put_phrase(a, past->phrases->list[trace_number(t->ids[i])], frame);
			else
				put_again(a, t->ids[i], frame);
		if (!is_last)
			sketch_end_frame(&a->column->sketch);
	}
}

bool column_to_sketch(struct column *c, size_t number, const struct column_past *past)
{
	struct again a = {.column = c, .number = number};

	a.frames = calloc(c->values.count + 1, sizeof(*a.frames));
	if (!a.frames)
		return false;
	put_frames(&a, past);
	free(a.frames);
	dictionary_release(&c->values);
	c->is_sketch = true;
	return !c->sketch.failed;
}
