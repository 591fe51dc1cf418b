/* A list of what is wrong, with the weight of its worst entry. */
#include "integrity/doubt.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *word;
	enum doubt_weight weight;
} kinds[] = {
#define DOUBT(id, word, weight) {word, DOUBT_##weight},
#include "integrity/doubt.def"
#undef DOUBT
};

const char *doubt_word(enum doubt_kind kind)
{
	return kinds[kind].word;
}

enum doubt_weight doubt_weight(enum doubt_kind kind)
{
	return kinds[kind].weight;
}

PRINTF(3, 0)
static void add(struct doubts *d, const struct doubt *new, const char *fmt, va_list args)
{
	struct doubt *to = &d->list[d->count];

	if (doubt_weight(new->kind) > d->worst)
		d->worst = doubt_weight(new->kind);
	if (d->count == DOUBTS_MAX) {
		d->more++;
		return;
	}
	*to = *new;
	(void)vsnprintf(to->text, sizeof(to->text), fmt, args);
	d->count++;
}

void doubt(struct doubts *d, enum doubt_kind kind, const char *fmt, ...)
{
	const struct doubt new = {.kind = kind};
	va_list args;

	va_start(args, fmt);
	add(d, &new, fmt, args);
	va_end(args);
}

void doubt_lines(struct doubts *d, enum doubt_kind kind, uint64_t from, uint64_t to,
		 const char *fmt, ...)
{
	const struct doubt new = {.kind = kind, .has_lines = true, .from = from, .to = to};
	va_list args;

	va_start(args, fmt);
	add(d, &new, fmt, args);
	va_end(args);
}

bool doubts_have(const struct doubts *d, enum doubt_kind kind)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->list[i].kind == kind)
			return true;
	return false;
}
