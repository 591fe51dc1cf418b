/*
 * For tests: what a demand says of an event whose fields are all known, as index/demand.h defines
 * it: the measure for those who make demands, and for indexes.
 */
#ifndef AURUM_QUERY_PRUNE_DEMAND_TEST_H
#define AURUM_QUERY_PRUNE_DEMAND_TEST_H

#include "base/num.h"
#include "index/demand.h"
#include "record/escape.h"
#include "record/join.h"
#include "record/words.h"

#include <assert.h>

#define HOLDS_TEXT_MAX ((size_t)256 << 10)

/* Whether one of the texts of a value is what hashes are asked for. */
static bool text_holds(const struct demand *d, struct sv text)
{
	for (size_t i = 0; i < d->value_count; i++)
		if (sv_eq(text, d->values[i]))
			return true;
	if (d->value_count)
		return false;
	for (size_t i = 0; i < d->part_count; i++)
		if (sv_find(text, d->parts[i]) < text.n)
			return true;
	return d->part_count == 0;
}

/* A path that is completed with another field, and an address: indexes have them otherwise. */
static bool is_special(const struct demand *d, struct sv text)
{
	return sv_eq(d->field, SV("saddr")) || sv_starts(text, SV("./")) ||
	       sv_starts(text, SV(".."));
}

static bool number_holds(const struct demand *d, struct sv value)
{
	CLEANUP(buf_release) struct buf digits = BUF_INIT(64);
	uint64_t number;
	size_t n = 0;

	while (n < value.n && value.p[n] >= '0' && value.p[n] <= '9')
		n++;
	if (!num_u64(sv_head(value, n), &number))
		return false;
	buf_put_u64(&digits, number);
	return text_holds(d, buf_view(&digits));
}

/* What an index that has hashes only says of a value that is accepted. */
static bool hashes_hold(const struct demand *d, struct sv raw)
{
	CLEANUP(buf_release) struct buf decoded = BUF_INIT(HOLDS_TEXT_MAX);
	struct sv text;

	if (raw.n && (*raw.p == '"' || *raw.p == '\'')) {
		text = sv_head(sv_from(raw, 1), sv_index(sv_from(raw, 1), *raw.p));
		return text_holds(d, text) || number_holds(d, text) || is_special(d, text);
	}
	if (text_holds(d, raw) || number_holds(d, raw) || is_special(d, raw))
		return true;
	if (decode_bytes(raw, &decoded) &&
	    (text_holds(d, buf_view(&decoded)) || is_special(d, buf_view(&decoded))))
		return true;
	buf_reset(&decoded);
	return sv_starts(raw, SV("00")) && decode_bytes(sv_from(raw, 2), &decoded) &&
	       (text_holds(d, buf_view(&decoded)) || is_special(d, buf_view(&decoded)));
}

static bool value_holds(const struct demand *d, struct sv raw)
{
	if (!d->accepts(d->arg, raw))
		return false;
	assert(hashes_hold(d, raw));
	return true;
}

/* The second way to read a record. */
static bool field_holds(const struct demand *d, const struct record *r)
{
	CLEANUP(buf_release) struct buf raw = BUF_INIT(HOLDS_TEXT_MAX);
	struct fields it;
	struct field f;

	fields_init(&it, r);
	while (fields_next(&it, &f)) {
		if (f.origin == FIELD_TAIL ? !sv_eq_nocase(f.name, d->field) || d->field.p[0] > 'Z'
					   : !sv_eq(f.name, d->field))
			continue;
		buf_reset(&raw);
		if (f.quote)
			buf_putc(&raw, f.quote);
		buf_put(&raw, f.value);
		if (f.quote)
			buf_putc(&raw, f.quote);
		if (value_holds(d, buf_view(&raw)))
			return true;
	}
	return false;
}

static bool word_holds(const struct demand *d, const struct record *r)
{
	CLEANUP(buf_release) struct buf raw = BUF_INIT(HOLDS_TEXT_MAX);
	struct interpreter ip = {.names = NULL};
	CLEANUP(words_release) struct words w;
	const struct trail_field *f;
	bool holds = false;

	words_init(&w, &ip);
	assert(words_read(&w, r));
	for (size_t i = 0; (f = words_at(&w, i)) && !holds; i++) {
		buf_reset(&raw);
		words_put_raw(f, &raw);
		holds = sv_eq(f->name, d->field) && value_holds(d, buf_view(&raw));
	}
	return holds;
}

static bool record_holds(const struct demand *d, const struct record *r)
{
	switch (d->kind) {
	case DEMAND_FIELD:
		return field_holds(d, r) || word_holds(d, r);
	case DEMAND_TYPE:
		return d->accepts(d->arg, r->type_name);
	case DEMAND_NODE:
		return d->accepts(d->arg, r->node);
	case DEMAND_ANYTHING:
	case DEMAND_NOTHING:
	case DEMAND_ALL:
	case DEMAND_ANY:
	case DEMAND_NOT:
		break;
	}
	return false;
}

/* Whether the whole tree below is exact: only then can it be negated. */
static bool demand_is_exact(const struct demand *d)
{
	if (d->kind == DEMAND_ANYTHING)
		return false;
	for (const struct demand *c = d->child; c; c = c->next)
		if (!demand_is_exact(c))
			return false;
	return d->child || d->kind == DEMAND_ALL || d->kind == DEMAND_ANY ||
	       d->kind == DEMAND_NOTHING || d->is_exact;
}

static bool demand_holds(const struct demand *d, const struct event *event)
{
	bool any = false, all = true;

	for (const struct demand *c = d->child; c; c = c->next) {
		bool holds = demand_holds(c, event);

		any |= holds;
		all &= holds;
	}
	switch (d->kind) {
	case DEMAND_ANYTHING:
		return true;
	case DEMAND_NOTHING:
		return false;
	case DEMAND_ALL:
		return all;
	case DEMAND_ANY:
		return any;
	case DEMAND_NOT:
		return !any || !demand_is_exact(d->child);
	case DEMAND_FIELD:
	case DEMAND_TYPE:
	case DEMAND_NODE:
		break;
	}
	for (size_t i = 0; i < event->count && !any; i++)
		any = record_holds(d, &event->records[i]);
	return any;
}

#endif
