/*
 * For tests: random logs whose clock mostly runs forward, cut into files, and random questions, for
 * query/prune_case_test.h.
 */
#ifndef AURUM_QUERY_RANDOM_CASE_TEST_H
#define AURUM_QUERY_RANDOM_CASE_TEST_H

#include "query/prune_case_test.h"

/* ---- a log whose clock mostly runs forward ---- */

/* Events that still get records. */
struct open_events {
	int clock;
	int leap;     /* seconds, of which the clock rarely goes forth or back; 0: never */
	bool is_tidy; /* no number comes twice, no end alone, */
	bool is_pure; /* and every line is a record */
	unsigned serial;
	struct {
		int sec;
		unsigned ms, serial;
	} list[4];
};

static unsigned start_event(struct dice *d, struct open_events *o)
{
	static const int steps[] = {0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 4, 9};
	unsigned slot = roll(d, LEN(o->list));
	int back = roll(d, 24) == 0 ? (int)roll(d, 6) : 0;

	o->clock += PICK(d, steps);
	if (o->leap && roll(d, 64) == 0)
		o->clock += roll(d, 2) ? o->leap : -o->leap;
	o->list[slot].sec = 1500 + o->clock - back;
	o->list[slot].ms = roll(d, 3);
	o->list[slot].serial = ++o->serial;
	return slot;
}

static void put_calm_record(struct dice *d, struct buf *out, struct open_events *o)
{
	unsigned slot, apt = roll(d, 1 + LEN(random_apt));
	const char *any = roll(d, 4) ? PICK(d, random_types) : "EOE";
	const char *type = apt ? random_apt[apt - 1][0] : any;
	bool is_single = join_is_single(record_type(sv_cstr(type)));

	/* Rarely a number comes twice, and an end has no event. */
	slot = is_single && (o->is_tidy || roll(d, 64)) ? start_event(d, o) : roll(d, LEN(o->list));
	if (roll(d, 3) == 0 || !o->list[slot].serial ||
	    (o->list[slot].sec < 1500 + o->clock && (o->is_tidy || roll(d, 64)))) {
		slot = start_event(d, o);
		if (o->is_tidy && strcmp(type, "EOE") == 0)
			type = "CWD";
	}
	buf_printf(out,
		   "%stype=%s msg=audit(%d.%03u:%u): ", o->list[slot].serial % 16 ? "" : "node=a ",
		   type, o->list[slot].sec, o->list[slot].ms, o->list[slot].serial);
	if (is_single)
		o->list[slot].serial = 0;
	if (apt)
		buf_printf(out, "%s=%s", random_apt[apt - 1][1], PICK(d, random_texts));
	/* What ends an event says no more, but for rare ones. */
	if (strcmp(type, "EOE") != 0 || roll(d, 8) == 0) {
		put_fields(d, out, roll(d, 4));
		if (roll(d, 6) == 0)
			buf_puts(out, "\x1dUID=\"alice\" AUID=\"bob\"");
	}
	if (o->is_pure || roll(d, 256))
		buf_putc(out, '\n');
}

static void calm_log(struct dice *d, struct buf *out, struct open_events open)
{
	for (unsigned lines = 0; lines < LINES_MAX && d->at < d->n; lines++)
		if (roll(d, 256) == 0 && !open.is_pure)
			put_odd_line(d, out);
		else
			put_calm_record(d, out, &open);
}

/* ---- a question ---- */

static struct sv random_type(struct dice *d)
{
	return sv_cstr(roll(d, 2) ? PICK(d, random_types) : "EOE");
}

static struct demand *random_leaf(struct dice *d, struct arena *a)
{
	static const char *const more[] = {"AUID", "UID", "res", "nosuch"};
	bool is_type = roll(d, 8) == 0;
	struct demand *leaf = demand_new(a, is_type ? DEMAND_TYPE : DEMAND_FIELD);
	struct leaf *l = arena_alloc(a, sizeof(*l));
	unsigned name = roll(d, LEN(random_names));

	assert(leaf && l);
	l->field = is_type ? SV("type") : sv_cstr(roll(d, 8) ? random_names[name] : PICK(d, more));
	l->text = is_type ? random_type(d) : sv_cstr(random_value(d, name));
	l->is_part = roll(d, 3) == 0;
	if (!is_type)
		leaf->field = l->field;
	leaf->accepts = leaf_accepts;
	leaf->arg = l;
	leaf->is_exact = true;
	leaf->label = l->field;
	return leaf;
}

static struct demand *random_demand(struct dice *d, struct arena *a, unsigned depth)
{
	static const enum demand_kind kinds[] = {DEMAND_FIELD, DEMAND_FIELD,   DEMAND_ALL,
						 DEMAND_ANY,   DEMAND_NOT,     DEMAND_ANY,
						 DEMAND_ALL,   DEMAND_NOTHING, DEMAND_FIELD};
	enum demand_kind kind = depth ? PICK(d, kinds) : DEMAND_FIELD;
	unsigned children = kind == DEMAND_NOT ? 1 : 2 + roll(d, 2);
	struct demand *all;

	if (kind == DEMAND_FIELD)
		return random_leaf(d, a);
	all = demand_new(a, kind);
	assert(all);
	if (kind == DEMAND_NOTHING)
		return all;
	while (children--)
		demand_add(all, random_demand(d, a, depth - 1));
	return all;
}

/* ---- files ---- */

/* A rotation cuts between lines; what else may have happened to a file cuts anywhere. */
static void cut_files(struct sv log, struct random_case *c)
{
	size_t from = 0, count = 0;

	for (size_t i = 0; i < c->file_count; i++) {
		struct random_file f = c->files[i];
		size_t to = i + 1 == c->file_count ? log.n : from + (log.n - from) * f.share / 512;

		if (to < log.n && !f.is_torn)
			to += sv_index(sv_from(log, to), '\n') + 1;
		if (to > log.n)
			to = log.n;
		f.text = sv_make(log.p + from, to - from);
		from = to;
		if (f.text.n)
			c->files[count++] = f;
	}
	c->file_count = count;
}

#endif
