/*
 * One file, of which the index says too little: its text is looked through (query/sieve.h), and what is read then is
 * what an index would have named that knew where the text is. The other files were decided upon while
 * this one was to be read whole; they need no more when it is not.
 */
#include "query/prune_parts.h"

#include <stdlib.h>

bool prune_can_sieve(const struct prune *p, size_t source)
{
	const struct prune_file *f = &p->files[source];

	if (!f->source || f->source->kind != CURSOR_SEGMENT || !f->is_live)
		return false;
	/* Where it is only counted nothing is read whole. */
	return f->is_part ? !f->has_counted && prune_is_much(f, f->kept) : f->reason == PRUNE_MUCH;
}

bool prune_is_of_use(const struct prune *p)
{
	bool is = p->used > 0;

	for (size_t i = 0; i < p->count && !is; i++)
		is = prune_can_sieve(p, i);
	return is;
}

/* ---- marking ---- */

/* A file that is looked through, while it is decided anew what is read of it. */
struct sieving {
	const struct prune *p;
	struct prune_file *f;
	const unsigned char *hits;   /* of each frame of the segment: enum prune_hit */
	const unsigned char *before; /* of each frame of the index: f->keep until now */
	struct rows *rows;           /* that frames with a hit have */
};

/* Less is read than before, never something else: what was left out by the index is counted already. */
static bool may_mark(const struct sieving *v, size_t k)
{
	return prune_frame_fits(v->p->terms, &v->f->index.frames[k]) &&
	       (!v->f->is_part || v->before[k]);
}

/* Damage is told of by who reads it, wherever it is, if all of the file was to be read. */
static bool is_marked(const struct sieving *v, size_t k, unsigned hits)
{
	if (hits & PRUNE_BROKEN && !v->f->is_part)
		return true;
	return hits && may_mark(v, k);
}

/* The frames of the index with text of these of the segment. Both rise; each may be cut in its own way. */
static void mark_hits(const struct sieving *v)
{
	struct prune_file *f = v->f;
	const struct segment *s = &f->source->segment;
	size_t at = 0;

	for (size_t k = 0; k < f->index.frame_count; k++) {
		const struct index_frame *frame = &f->index.frames[k];
		uint64_t to = frame->raw_at + frame->raw_bytes;
		unsigned hits = 0;

		while (at < s->frame_count &&
		       s->frames[at].raw_at + s->frames[at].raw_bytes <= frame->raw_at)
			at++;
		for (size_t i = at; i < s->frame_count && s->frames[i].raw_at < to; i++)
			hits |= v->hits[i];
		if (!is_marked(v, k, hits))
			continue;
		f->keep[k] |= KEEP_SPARSE;
		f->hits++;
		rows_add_range(v->rows, frame->row_from, frame->row_to);
	}
}

/* The frames that have records of the same events. */
static void mark_rows(const struct sieving *v)
{
	for (size_t k = 0; k < v->f->index.frame_count; k++) {
		const struct index_frame *frame = &v->f->index.frames[k];

		if (may_mark(v, k) && prune_rows_any(v->rows, frame->row_from, frame->row_to))
			v->f->keep[k] |= KEEP_SPARSE;
	}
}

/* What is read for the sake of other files, and of the window. False: too much. */
static bool mark_meetings(const struct sieving *v)
{
	struct prune_file *f = v->f;

	if (!f->is_part)
		return prune_meet(v->p, f);
	for (size_t k = 0; k < f->index.frame_count; k++)
		if (v->before[k] & (KEEP_EDGE | KEEP_PLAIN))
			f->keep[k] |= v->before[k];
	return true;
}

/* Marks in f->keep, which is clean, what is read. False: that is as good as all of it, or cannot be told. */
static bool mark(const struct sieving *v)
{
	const struct prune_terms *t = v->p->terms;
	struct prune_file *f = v->f;

	f->hits = 0;
	mark_hits(v);
	if (!mark_meetings(v) || (!t->wish.only_count && f->index.totals.late && prune_is_late(f)))
		return false;
	mark_rows(v);
	if (!f->is_part)
		prune_select_start(f, t);
	return !prune_is_much(f, prune_bytes_marked(f));
}

/* The same; also false when there is no memory: the file stays as it was. */
static bool decide(struct prune *p, struct prune_file *f, const unsigned char *hits,
		   const unsigned char *before)
{
	struct sieving v = {p, f, hits, before, rows_new(f->index.totals.rows)};
	bool good = v.rows && mark(&v);

	rows_free(v.rows);
	return good;
}

/* ---- the sum ---- */

/* Adds the lines that a scan counts of the frames that are marked in one and not in the other. */
static void count_lines(const struct prune_file *f, const unsigned char *before,
			struct prune_lines *lines)
{
	*lines = (struct prune_lines){0, 0};
	for (size_t k = 0; k < f->index.frame_count; k++)
		if (!f->keep[k] && (!f->is_part || before[k])) {
			lines->malformed += f->index.frames[k].malformed;
			lines->too_long += f->index.frames[k].too_long;
		}
}

int prune_sieve(struct prune *p, size_t source, const unsigned char *hits,
		struct prune_lines *lines)
{
	struct prune_file *f = &p->files[source];
	struct prune_behind behind = f->behind;
	uint64_t kept = f->kept;
	unsigned char *before;

	if (!prune_file_frames(f))
		return 0;
	before = f->keep;
	f->keep = calloc(f->index.frame_count + 1, 1);
	if (!f->keep || !decide(p, f, hits, before)) {
		free(f->keep);
		f->keep = before;
		return 0;
	}
	count_lines(f, before, lines);
	free(before);
	if (prune_ranges(f) != 0)
		return -1;
	f->kept = kept; /* all of it was looked at */
	f->is_part = f->is_sieved = true;
	prune_floors(f, p->terms, &behind);
	return 1;
}
