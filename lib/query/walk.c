/*
 * The walk: a record parser's field iterator, copied before each step so that a step that finds
 * nothing can be taken back.
 */
#include "query/walk.h"

#include "base/num.h"

void walk_record(struct walk *w, const struct event *event, size_t i)
{
	*w = (struct walk){.event = event, .record = i};
	fields_init(&w->it, &event->records[i]);
}

void walk_first(struct walk *w, const struct event *event)
{
	walk_record(w, event, 0);
}

/* The next field that counts. */
static bool step(struct fields *it, struct field *out)
{
	while (fields_next(it, out)) {
		bool holds_fields = out->quote == '\'' && sv_eq(out->name, SV("msg"));

		if (out->origin == FIELD_TAIL)
			return false;
		if (!holds_fields && (out->value.n || out->quote))
			return true;
	}
	return false;
}

bool walk_next(struct walk *w)
{
	struct fields it;
	struct field f;

	if (w->record >= w->event->count)
		return false;
	it = w->it;
	if (!step(&it, &f))
		return false;
	w->it = it;
	w->at = f;
	w->on_field = true;
	return true;
}

/* One field on, over the end of a record too; false behind the event. */
static bool advance(struct walk *w)
{
	while (!walk_next(w)) {
		if (w->record + 1 >= w->event->count) {
			w->record = w->event->count;
			return false;
		}
		walk_record(w, w->event, w->record + 1);
	}
	return true;
}

bool walk_find(struct walk *w, struct sv name, struct field *out)
{
	bool found = w->record < w->event->count && w->on_field && sv_eq(w->at.name, name);

	if (!found && !walk_next(w))
		return false;
	while (!sv_eq(w->at.name, name))
		if (!advance(w))
			return false;
	*out = w->at;
	return true;
}

int32_t walk_number(const struct field *f)
{
	int64_t number;

	if (f->quote)
		return 0;
	return num_lead_i64(f->value, 10, &number) ? (int32_t)number : -1;
}

struct sv walk_text(const struct field *f)
{
	static const char trailing[] = {':', ',', '\'', ')'};
	struct sv value = f->value;

	if (f->quote || sv_eq(value, SV("(none)")) || sv_eq(value, SV("(null)")))
		return value;
	for (size_t i = 0; i < LEN(trailing); i++)
		if (value.n && value.p[value.n - 1] == trailing[i])
			value.n--;
	return value;
}
