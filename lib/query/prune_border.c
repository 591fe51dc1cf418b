/*
 * Where files meet. A rotation cuts events in two, and what a file leaves open at its end is what the
 * next one begins with. So some frames are read for the sake of others:
 *
 *	overlap	  file |......aaa|   the frames on both sides whose stamps are on the other side, too,
 *		       |aa.......|   are a group. A record of an event may be in any of them: each term of
 *				     what is looked for holds for the group when it holds for any of its
 *				     rows. Where all terms do, all of the group is read. An EOE whose event
 *				     began in another file is in no row: what may hold for one does.
 *	tail	  file |.......tt|   in front of a file that is read whole, what can be open at its end:
 *		       |wwwwwwwww|   the frames with the last timeout_s.
 *
 * Where the next file's stamps are all higher, and both have an index, nothing has to be read.
 */
#include "query/prune_parts.h"

#define EDGE_FRAMES_MAX 16 /* of a file in one group; more of them, and it is read whole */

/* The files with something in the window, one behind the other. */
struct meeting {
	const struct prune *p;
	struct prune_file **files;
	size_t count;
	struct stamp high, low; /* the highest before the border at hand, the lowest behind it */
	size_t border;          /* between file border and file border + 1 */
};

static bool is_member(const struct prune_file *f, bool before, const struct meeting *m)
{
	/* The newest file without one is left to the tail of the file before it. */
	if (!f->has_span)
		return f != m->files[m->count - 1];
	return before ? stamp_cmp(&f->last, &m->low) >= 0 : stamp_cmp(&f->first, &m->high) <= 0;
}

static bool is_edge(const struct prune_terms *t, const struct index_frame *frame, bool before,
		    const struct meeting *m)
{
	return prune_frame_fits(t, frame) && (before ? stamp_cmp(&frame->last, &m->low) >= 0
						     : stamp_cmp(&frame->first, &m->high) <= 0);
}

/* Whether a tree holds for a group when it holds for a row of it: not where parts of it may come from two rows. */
static bool is_of_one_row(const struct demand *d)
{
	if (d->kind == DEMAND_NOT || (d->kind == DEMAND_ALL && d->child && d->child->next))
		return false;
	for (const struct demand *c = d->child; c; c = c->next)
		if (!is_of_one_row(c))
			return false;
	return true;
}

/* Whether rows tell if term i holds for a group. */
static bool is_simple(const struct prune_terms *t, size_t i)
{
	return !t->takes_end[i] && is_of_one_row(t->list[i]);
}

/* Whether an edge row of the file may hold term i. */
static bool term_holds_in(struct prune_file *f, size_t i, bool before, const struct meeting *m)
{
	const struct prune_terms *t = m->p->terms;

	if (!f->is_part || !prune_file_wake(f, t))
		return true;
	if (f->terms[i] && !prune_rows_any(f->terms[i], 0, f->index.totals.rows))
		return false;
	if (!prune_file_frames(f))
		return true;
	for (size_t k = 0; k < f->index.frame_count; k++) {
		const struct index_frame *frame = &f->index.frames[k];

		if (is_edge(t, frame, before, m) &&
		    prune_rows_any(f->terms[i], frame->row_from, frame->row_to))
			return true;
	}
	return false;
}

static bool term_holds(const struct meeting *m, size_t i)
{
	if (!is_simple(m->p->terms, i))
		return true;
	for (size_t k = 0; k < m->count; k++)
		if (is_member(m->files[k], k <= m->border, m) &&
		    term_holds_in(m->files[k], i, k <= m->border, m))
			return true;
	return false;
}

/* ---- one event at a border ---- */

/*
 * The one row of a file with the border's stamp: no two rows of an orderly file have the same one. False when
 * it cannot be told which it is, or when a window ends between the files.
 */
static bool find_edge_row(struct prune_file *f, bool before, const struct meeting *m, uint32_t *row)
{
	const struct index_totals *all = &f->index.totals;

	*row = before ? all->rows - 1 : 0;
	return f->is_part && !all->late && all->rows &&
	       stamp_eq(before ? &all->last : &all->first, &m->low);
}

static bool row_fits(const struct prune_file *f, size_t i, uint32_t row)
{
	if (f->is_asleep)
		return row ? f->last_holds[i] : f->first_holds[i];
	return !f->terms[i] || rows_has(f->terms[i], row);
}

/*
 * Where all that two files have in common is one stamp there is one event, which the rotation cut.
 * What it comes to when it is read is that of all its rows together. Its rows each on their own may come to the same:
 * then they are counted as they are. True when it is known by that whether anything has to be read, in *read.
 */
static bool ask_rows(const struct meeting *m, bool *read)
{
	const struct prune_terms *t = m->p->terms;
	bool together[PRUNE_TERMS_MAX] = {false}, is_exact = t->wish.only_count, all = true;
	size_t alone = 0;

	if (stamp_cmp(&m->low, &m->high) != 0)
		return false;
	for (size_t k = 0; k < m->count; k++) {
		struct prune_file *f = m->files[k];
		bool before = k <= m->border, fits = true;
		uint32_t row;

		if (!is_member(f, before, m))
			continue;
		if (!find_edge_row(f, before, m, &row))
			return false;
		is_exact &= f->is_exact;
		for (size_t i = 0; i < t->count; i++) {
			bool has = !is_simple(t, i) || row_fits(f, i, row);

			is_exact &= is_simple(t, i);
			together[i] |= has;
			fits &= has;
		}
		alone += fits;
	}
	for (size_t i = 0; i < t->count; i++)
		all &= together[i];
	*read = is_exact ? alone != all : all;
	return true;
}

/*
 * Marks the frames of a file's edge. False: too many. Behind the border it is read as it stands from the file's
 * start on: when an event times out decides what is joined.
 */
static bool mark_frames(struct prune_file *f, bool before, const struct meeting *m)
{
	size_t count = 0, end = 0;

	for (size_t k = 0; k < f->index.frame_count; k++)
		if (is_edge(m->p->terms, &f->index.frames[k], before, m)) {
			f->keep[k] |= KEEP_SPARSE | KEEP_EDGE;
			end = k + 1;
			count++;
		}
	for (size_t k = 0; k < end && !before; k++)
		f->keep[k] |= KEEP_SPARSE | KEEP_EDGE | KEEP_PLAIN;
	return count <= EDGE_FRAMES_MAX && (before || end <= EDGE_FRAMES_MAX);
}

/* True when it is given up. */
static bool mark_edge(struct prune_file *f, bool before, const struct meeting *m)
{
	if (!f->is_part)
		return false;
	if (!prune_select_frames(f, m->p->terms))
		return true;
	if (mark_frames(f, before, m))
		return false;
	prune_file_give_up(f, PRUNE_OVERLAP);
	return true;
}

/* Marks from the first frame on that has something of this second or later. */
static void mark_tail(struct prune_file *f, const struct prune_terms *t, int64_t from)
{
	bool inside = false;

	for (size_t k = 0; k < f->index.frame_count; k++) {
		const struct index_frame *frame = &f->index.frames[k];

		if (!prune_frame_fits(t, frame))
			continue;
		inside |= frame->last.sec >= from;
		if (inside)
			f->keep[k] |= KEEP_SPARSE | KEEP_EDGE;
	}
}

/* The seconds in which events begin that are open at the end of a file, up to which that is the highest. */
static int64_t open_from(const struct prune_file *f, const struct prune_terms *t)
{
	int64_t from;

	return __builtin_sub_overflow(f->high.sec, t->wish.timeout_s, &from) ? INT64_MIN : from;
}

/* Marks what can be open at the end of the files up to the border; true when one is given up. */
static bool mark_tails(const struct meeting *m, size_t border)
{
	const struct prune_terms *t = m->p->terms;
	int64_t from = open_from(m->files[border], t);
	bool gave_up = false;

	for (size_t i = border + 1; i-- > 0 && m->files[i]->high.sec >= from;) {
		struct prune_file *f = m->files[i];

		if (!f->is_part)
			continue;
		gave_up |= !prune_select_frames(f, t);
		if (f->keep)
			mark_tail(f, t, from);
	}
	return gave_up;
}

static bool meet(const struct meeting *m)
{
	bool gave_up = false, read;

	if (ask_rows(m, &read) && !read)
		return false;
	for (size_t i = 0; i < m->p->terms->count; i++)
		if (!term_holds(m, i))
			return false;
	for (size_t k = 0; k < m->count; k++)
		if (is_member(m->files[k], k <= m->border, m))
			gave_up |= mark_edge(m->files[k], k <= m->border, m);
	return mark_tails(m, m->border) || gave_up;
}

/*
 * Sets the highest stamp up to each file and the lowest from it on. Nothing comes behind the newest
 * file: it needs no span.
 */
static void look_around(const struct meeting *m)
{
	const struct stamp lowest = {INT64_MIN, 0, 0}, highest = {INT64_MAX, 999, UINT64_MAX};

	for (size_t k = 0; k < m->count; k++) {
		struct prune_file *f = m->files[k];

		f->high = f->has_span ? f->last : highest;
		if (k && stamp_cmp(&m->files[k - 1]->high, &f->high) > 0)
			f->high = m->files[k - 1]->high;
	}
	for (size_t k = m->count; k-- > 0;) {
		struct prune_file *f = m->files[k];
		bool is_newest = k + 1 == m->count;

		f->low = f->has_span ? f->first : is_newest ? highest : lowest;
		if (!is_newest && stamp_cmp(&m->files[k + 1]->low, &f->low) < 0)
			f->low = m->files[k + 1]->low;
	}
}

/* A clock that was set back: where events come out then depends on all that is open. */
static bool is_deep(const struct meeting *m)
{
	int64_t low;

	return !__builtin_add_overflow(m->low.sec, m->p->terms->wish.timeout_s, &low) &&
	       low < m->high.sec;
}

static bool give_up_all(const struct meeting *m)
{
	bool gave_up = false;

	for (size_t k = 0; k < m->count; k++)
		if (m->files[k]->is_part && is_member(m->files[k], k <= m->border, m)) {
			prune_file_give_up(m->files[k], PRUNE_OVERLAP);
			gave_up = true;
		}
	return gave_up;
}

/* Sets the border of m behind files[border]. */
static void stand_at(struct meeting *m, size_t border)
{
	m->border = border;
	m->high = m->files[border]->high;
	m->low = m->files[border + 1]->low;
}

static bool overlap(struct meeting *m)
{
	bool gave_up = false;

	look_around(m);
	for (m->border = 0; m->border + 1 < m->count; m->border++) {
		stand_at(m, m->border);
		if (stamp_cmp(&m->low, &m->high) <= 0)
			gave_up |= is_deep(m) ? give_up_all(m) : meet(m);
	}
	return gave_up;
}

static bool is_far(const struct prune_file *f, const struct prune_file *next, int64_t timeout_s)
{
	int64_t from;

	return next->has_span && !__builtin_sub_overflow(next->first.sec, timeout_s, &from) &&
	       from > f->high.sec;
}

static bool tails(const struct meeting *m)
{
	int64_t timeout_s = m->p->terms->wish.timeout_s;
	bool gave_up = false;

	for (size_t k = 0; k + 1 < m->count; k++)
		if (!m->files[k + 1]->is_part && !is_far(m->files[k], m->files[k + 1], timeout_s))
			gave_up |= mark_tails(m, k);
	return gave_up;
}

bool prune_borders(struct prune *p)
{
	struct meeting m = {.p = p, .files = p->live, .count = p->live_count};
	bool gave_up = overlap(&m);

	return tails(&m) || gave_up;
}

/* ---- one file on its own ---- */

static bool meets_well(struct prune_file *f, bool before, const struct meeting *m)
{
	return stamp_cmp(&m->low, &m->high) > 0 || (!is_deep(m) && mark_frames(f, before, m));
}

bool prune_meet(const struct prune *p, struct prune_file *f)
{
	struct meeting m = {.p = p, .files = p->live, .count = p->live_count};
	size_t at = 0;

	while (m.files[at] != f)
		at++;
	if (at > 0) {
		stand_at(&m, at - 1);
		if (!meets_well(f, false, &m))
			return false;
	}
	if (at + 1 == m.count)
		return true;
	stand_at(&m, at);
	if (!is_far(f, m.files[at + 1], p->terms->wish.timeout_s))
		mark_tail(f, p->terms, open_from(f, p->terms));
	return meets_well(f, true, &m);
}
