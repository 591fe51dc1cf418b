/*
 * The plan over all files: look at each, then decide what is read of it. A file that has to be read
 * whole after all changes what its neighbours need, so that is decided anew until nothing changes.
 */
#include "query/prune.h"

#include "base/crew.h"
#include "query/prune_parts.h"

#include <stdatomic.h>
#include <stdlib.h>

#define ARENA_MAX        ((size_t)4 << 20)
#define FILES_PER_THREAD 8 /* to look at fewer takes no longer than to start one */

/* ---- what is looked for ---- */

static bool has_not(const struct demand *d)
{
	if (d->kind == DEMAND_NOT)
		return true;
	for (const struct demand *c = d->child; c; c = c->next)
		if (has_not(c))
			return true;
	return false;
}

/* Ends that the index calls orderly say EOE, and nothing else. */
static bool takes_end(const struct demand *d)
{
	if (d->kind == DEMAND_TYPE)
		return d->accepts(d->arg, SV("EOE"));
	for (const struct demand *c = d->child; c; c = c->next)
		if (takes_end(c))
			return true;
	return false;
}

/* A demand, or the children of one of which all have to hold. */
static void add_terms(struct prune_terms *t, const struct demand *d)
{
	if (d->kind == DEMAND_ALL) {
		for (const struct demand *c = d->child; c; c = c->next)
			add_terms(t, c);
	} else if (t->count < PRUNE_TERMS_MAX) {
		t->has_not |= has_not(d);
		t->takes_end[t->count] = takes_end(d);
		t->list[t->count++] = d;
	} else {
		t->is_all = false;
	}
}

static struct prune_terms *terms_new(const struct prune_wish *wish)
{
	struct prune_terms *t = calloc(1, sizeof(*t));
	const struct demand *d;

	if (!t)
		return NULL;
	t->wish = *wish;
	t->is_all = wish->is_all && wish->only_count && !wish->query->has_serial;
	arena_init(&t->arena, ARENA_MAX);
	d = prune_demand(wish->query, &t->arena);
	if (!d) {
		arena_release(&t->arena);
		free(t);
		return NULL;
	}
	add_terms(t, d);
	if (wish->demand)
		add_terms(t, wish->demand);
	return t;
}

/* ---- all files ---- */

struct looking {
	struct prune *p;
	atomic_bool failed; /* no memory */
};

static void look_at_one(void *arg, size_t i)
{
	struct looking *l = arg;
	struct prune_file *f = &l->p->files[i];

	if (f->source && prune_file_look(f, l->p->terms) != 0)
		atomic_store(&l->failed, true);
}

static int look_at_all(struct prune *p)
{
	struct looking l = {.p = p};

	crew_run(p->count, FILES_PER_THREAD, look_at_one, &l);
	return l.failed ? -1 : 0;
}

/* ---- deciding ---- */

/* Files without an index that others come after have to be known by their stamps. */
static int find_live(struct prune *p, const struct cursor *cursor)
{
	p->live = calloc(p->count + 1, sizeof(struct prune_file *));
	if (!p->live)
		return -1;
	for (size_t i = 0; i < p->count; i++) {
		struct prune_file *f = &p->files[i];

		if (!f->source)
			continue;
		if (!f->has_span && i + 1 < p->count)
			prune_file_span(f, cursor, i, p->terms);
		if (f->is_live)
			p->live[p->live_count++] = f;
	}
	return 0;
}

static size_t count_parts(const struct prune *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->count; i++)
		n += p->files[i].is_part;
	return n;
}

static bool decide(struct prune *p)
{
	bool gave_up = false;
	size_t parts;

	for (size_t i = 0; i < p->count; i++)
		if (p->files[i].is_live && p->files[i].is_part)
			prune_select(&p->files[i], p->terms);
	parts = count_parts(p);
	/* A file may turn out to be damaged as its border is looked at. */
	gave_up = prune_borders(p);
	gave_up |= count_parts(p) != parts;
	for (size_t i = 0; i < p->count; i++) {
		struct prune_file *f = &p->files[i];
		enum prune_reason reason = PRUNE_INDEXED;

		if (f->is_live && f->is_part)
			reason = prune_check(f, p->terms);
		if (reason != PRUNE_INDEXED) {
			prune_file_give_up(f, reason);
			gave_up = true;
		}
	}
	return gave_up;
}

/* What of a file that is read in part is counted and what is read. 0, or -1 when there is no memory. */
static int settle(struct prune_file *f, const struct prune_terms *t)
{
	if (f->is_exact)
		prune_count_rows(f, t);
	if (f->keep && t->has_not && prune_fill(f, t) != 0)
		return -1;
	return prune_ranges(f);
}

static void set_floors(struct prune *p)
{
	struct prune_behind behind = {.floor = {INT64_MAX, 999, UINT64_MAX}};

	for (size_t i = p->count; i-- > 0;) {
		struct prune_file *f = &p->files[i];

		if (!f->source || !f->is_live)
			continue;
		f->behind = behind;
		if (f->is_part)
			prune_floors(f, p->terms, &behind);
		else
			behind.is_tail = true;
	}
}

/* ---- the sum ---- */

static void count_skipped(struct prune *p, const struct prune_file *f)
{
	p->malformed += f->index.totals.malformed;
	p->too_long += f->index.totals.too_long;
	for (size_t k = 0; f->keep && k < f->index.frame_count; k++)
		if (f->keep[k]) {
			p->malformed -= f->index.frames[k].malformed;
			p->too_long -= f->index.frames[k].too_long;
		}
}

static void add_up(struct prune *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct prune_file *f = &p->files[i];

		if (!f->source)
			continue;
		p->text_bytes += f->bytes;
		if (f->is_part) {
			p->used++;
			p->counted += f->counted;
			count_skipped(p, f);
		} else {
			f->kept = f->bytes;
		}
		p->kept_bytes += f->kept;
		if (!p->has_start && f->has_index && f->index.totals.has_start) {
			p->has_start = true;
			p->start = f->index.totals.start;
			p->start_source = i;
		}
	}
}

static bool any_part(const struct prune *p)
{
	for (size_t i = 0; p->files && i < p->count; i++)
		if (p->files[i].is_part)
			return true;
	return false;
}

int prune_look(struct prune *p, const struct cursor *cursor, const struct prune_wish *wish,
	       struct err *e)
{
	bool failed;

	p->count = cursor->count;
	p->files = calloc(p->count + 1, sizeof(*p->files));
	p->terms = terms_new(wish);
	if (!p->files || !p->terms)
		return err_set(e, "no memory to look at indexes");
	for (size_t i = cursor->at; i < p->count; i++)
		p->files[i].source = cursor->sources[i];
	failed = look_at_all(p) != 0;
	if (!failed && any_part(p)) {
		failed = find_live(p, cursor) != 0;
		while (!failed && decide(p))
			;
		for (size_t i = 0; i < p->count && !failed; i++)
			if (p->files[i].is_part)
				failed = settle(&p->files[i], p->terms) != 0;
	}
	if (failed)
		return err_set(e, "no memory to look at indexes");
	set_floors(p);
	add_up(p);
	return 0;
}

void prune_apply_to(const struct prune *p, size_t source, struct blocks *blocks)
{
	blocks_keep(blocks, source, p->files[source].ranges, p->files[source].range_count);
}

void prune_apply(const struct prune *p, struct blocks *blocks)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->files[i].is_part)
			prune_apply_to(p, i, blocks);
}

void prune_release(struct prune *p)
{
	for (size_t i = 0; p->files && i < p->count; i++)
		prune_file_release(&p->files[i]);
	if (p->terms)
		arena_release(&p->terms->arena);
	free(p->terms);
	free(p->files);
	free(p->live);
	*p = PRUNE_INIT;
}

/* ---- for the engine ---- */

struct stamp prune_floor(const struct prune *p, size_t source, uint64_t from)
{
	const struct prune_file *f = &p->files[source];
	size_t low = 0, high = f->range_count;

	/* The first range that ends behind it. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (f->ranges[middle].to <= from)
			low = middle + 1;
		else
			high = middle;
	}
	return low < f->range_count ? f->floors[low] : (struct stamp){INT64_MIN, 0, 0};
}

static bool piece_fits(const struct prune *p, const struct join_piece *piece,
		       const struct stamp *stamp)
{
	const struct prune_file *f = &p->files[piece->at >> 48];

	return !f->is_part || !f->spans || prune_in_spans(f, stamp, stamp);
}

bool prune_wants(const struct prune *p, const struct event *event)
{
	bool fits = false;

	for (size_t i = 0; i < event->piece_count; i++) {
		const struct prune_file *f = &p->files[event->pieces[i].at >> 48];

		if (f->has_counted && stamp_cmp(&event->stamp, &f->counted_from) >= 0 &&
		    stamp_cmp(&event->stamp, &f->counted_to) <= 0)
			return false;
		fits |= piece_fits(p, &event->pieces[i], &event->stamp);
	}
	return fits;
}
