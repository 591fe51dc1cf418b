/* One file: from rows to frames, and from frames to what is read and what is counted. */
#include "query/prune_parts.h"

#include <stdlib.h>

#define MUCH_FRAMES 16 /* of a file with less it does not matter */

/* ---- frames ---- */

/*
 * The search is told nothing of records before the window, so that what they would have made wait
 * does not wait: for so long the text is read as it is.
 */
void prune_select_start(struct prune_file *f, const struct prune_terms *t)
{
	int64_t start = t->wish.query->start, to;
	size_t first = f->index.frame_count, last = 0;
	bool any = false;

	if (f->index.totals.first.sec >= start || t->wish.only_count ||
	    __builtin_add_overflow(start, t->wish.timeout_s, &to))
		return;
	for (size_t k = 0; k < f->index.frame_count; k++) {
		const struct index_frame *frame = &f->index.frames[k];

		if (!prune_frame_fits(t, frame) || frame->first.sec > to)
			continue;
		if (first > k)
			first = k;
		last = k;
		any |= f->keep[k] != 0;
	}
	for (size_t k = first; any && k <= last; k++)
		f->keep[k] |= KEEP_SPARSE | KEEP_PLAIN;
}

static void select_rows(struct prune_file *f, const struct prune_terms *t)
{
	if (f->row_count == 0 || !prune_file_frames(f))
		return;
	for (size_t k = 0; k < f->index.frame_count; k++) {
		const struct index_frame *frame = &f->index.frames[k];

		if (prune_frame_fits(t, frame) &&
		    prune_rows_any(f->rows, frame->row_from, frame->row_to))
			f->keep[k] = KEEP_SPARSE;
	}
	prune_select_start(f, t);
}

bool prune_is_countable(const struct prune_file *f, const struct prune_terms *t)
{
	return t->wish.only_count && f->is_exact &&
	       f->index.totals.first.sec >= t->wish.query->start &&
	       f->index.totals.last.sec <= t->wish.query->end;
}

void prune_select(struct prune_file *f, const struct prune_terms *t)
{
	if (f->keep)
		memset(f->keep, 0, f->index.frame_count);
	f->is_whole = prune_is_countable(f, t);
	if (!f->is_whole)
		select_rows(f, t);
}

bool prune_select_frames(struct prune_file *f, const struct prune_terms *t)
{
	if (!prune_file_wake(f, t) || !prune_file_frames(f))
		return false;
	if (f->is_whole)
		select_rows(f, t);
	f->is_whole = false;
	return true;
}

/* ---- whether that is good ---- */

bool prune_is_late(struct prune_file *f)
{
	struct rows *rows = rows_new(f->index.totals.rows), *fits;
	struct index_rows asked;
	bool late = true;

	if (!rows)
		return true;
	for (size_t k = 0; k < f->index.frame_count; k++)
		if (f->keep[k])
			rows_add_range(rows, f->index.frames[k].row_from,
				       f->index.frames[k].row_to);
	/* At edges every row may fit. */
	fits = rows_copy(rows);
	if (fits && f->rows)
		rows_and(fits, f->rows);
	for (size_t k = 0; fits && k < f->index.frame_count; k++)
		if (f->keep[k] & KEEP_EDGE)
			rows_add_range(fits, f->index.frames[k].row_from,
				       f->index.frames[k].row_to);
	asked.rows = fits;
	if (fits)
		late = index_has_late(&f->index, &asked);
	rows_free(rows);
	rows_free(fits);
	return late;
}

uint64_t prune_bytes_marked(const struct prune_file *f)
{
	uint64_t bytes = 0;

	for (size_t k = 0; k < f->index.frame_count; k++)
		if (f->keep[k])
			bytes += f->index.frames[k].raw_bytes;
	return bytes;
}

bool prune_is_much(const struct prune_file *f, uint64_t bytes)
{
	return f->index.frame_count >= MUCH_FRAMES && bytes > f->bytes / 4 * 3;
}

enum prune_reason prune_check(struct prune_file *f, const struct prune_terms *t)
{
	uint64_t bytes = f->keep && !f->is_whole ? prune_bytes_marked(f) : 0;

	if (!bytes)
		return PRUNE_INDEXED;
	if (!t->wish.only_count && prune_is_much(f, bytes))
		return PRUNE_MUCH;
	if (!t->wish.only_count && f->index.totals.late && prune_is_late(f))
		return PRUNE_LATE;
	return PRUNE_INDEXED;
}

/* ---- counting ---- */

/* The middle of a file: what stands in these frames and in no others is counted by rows. */
struct middle {
	size_t from, to;           /* frames */
	uint32_t row_from, row_to; /* rows of which every record is in them */
	struct stamp first, last;
	uint32_t before,
		behind; /* rows before it, and of it and behind it, that have to be in order */
};

static bool is_inside(const struct prune_terms *t, const struct index_frame *frame)
{
	const struct query *q = t->wish.query;

	return frame->first.sec == INT64_MAX ||
	       (frame->first.sec >= q->start && frame->last.sec <= q->end);
}

/*
 * The frames that need not be read for the sake of others: the middle is between those of both halves.
 * False when something from before the window stands in the second half, or the other way round.
 */
static bool find_frames(const struct prune_file *f, const struct prune_terms *t, struct middle *m)
{
	size_t count = f->index.frame_count;

	m->from = 0;
	m->to = count;
	for (size_t k = 0; k < count; k++) {
		const struct index_frame *frame = &f->index.frames[k];

		if (is_inside(t, frame) && !(f->keep[k] & KEEP_EDGE))
			continue;
		if (k < count / 2 ? frame->last.sec > t->wish.query->end
				  : frame->first.sec < t->wish.query->start)
			return false;
		if (k < count / 2)
			m->from = k + 1;
		else if (m->to > k)
			m->to = k;
	}
	return m->from < m->to;
}

static bool has_rows(const struct index_frame *frame)
{
	return frame->row_from < frame->row_to;
}

/*
 * Where the middle starts, when something stands before it: the first row that has a record behind the
 * first part, and its stamp. A frame's lowest stamp is its first row's, if none of its rows is late.
 */
static void find_start(const struct prune_file *f, struct middle *m)
{
	const struct index_frame *frames = f->index.frames;

	m->row_from = f->index.totals.rows;
	for (size_t k = m->from; k < f->index.frame_count; k++)
		if (has_rows(&frames[k]) && frames[k].row_from < m->row_from) {
			m->row_from = frames[k].row_from;
			m->first = frames[k].first;
			m->before = frames[k].row_to;
		}
	for (size_t k = 0; k < m->from; k++)
		if (frames[k].row_to > m->before)
			m->before = frames[k].row_to;
}

/* Where it ends, when something stands behind it: behind the last row that has a record before that. */
static void find_end(const struct prune_file *f, struct middle *m)
{
	const struct index_frame *frames = f->index.frames;

	m->row_to = 0;
	m->last = (struct stamp){INT64_MIN, 0, 0};
	for (size_t k = 0; k < m->to; k++) {
		if (frames[k].row_to > m->row_to)
			m->row_to = frames[k].row_to;
		if (frames[k].first.sec != INT64_MAX && stamp_cmp(&frames[k].last, &m->last) > 0)
			m->last = frames[k].last;
	}
	m->behind = m->row_to ? m->row_to - 1 : 0;
	for (size_t k = m->to; k < f->index.frame_count; k++)
		if (has_rows(&frames[k]) && frames[k].row_from < m->behind)
			m->behind = frames[k].row_from;
}

static void find_rows(const struct prune_file *f, struct middle *m)
{
	m->row_from = m->before = 0;
	m->row_to = m->behind = f->index.totals.rows;
	m->first = f->index.totals.first;
	m->last = f->index.totals.last;
	if (m->from)
		find_start(f, m);
	if (m->to < f->index.frame_count)
		find_end(f, m);
}

static bool is_in_order(struct prune_file *f, const struct middle *m)
{
	uint32_t rows = f->index.totals.rows;
	struct rows *set;
	struct index_rows asked;
	bool late = true;

	if (!f->index.totals.late)
		return true;
	set = rows_new(rows);
	if (!set)
		return false;
	rows_add_range(set, 0, m->before < rows ? m->before : rows);
	rows_add_range(set, m->behind, rows);
	asked.rows = set;
	late = index_has_late(&f->index, &asked);
	rows_free(set);
	return !late;
}

static void count_middle(struct prune_file *f, const struct middle *m)
{
	f->has_counted = true;
	f->counted_from = m->first;
	f->counted_to = m->last;
	f->counted = f->rows ? rows_count_range(f->rows, m->row_from, m->row_to)
			     : m->row_to - m->row_from;
	for (size_t k = m->from; k < m->to; k++)
		f->keep[k] = 0;
	for (size_t k = 0; k < f->index.frame_count; k++) {
		const struct index_frame *frame = &f->index.frames[k];
		uint32_t to = frame->row_to < m->row_from ? frame->row_to : m->row_from;
		uint32_t from = frame->row_from > m->row_to ? frame->row_from : m->row_to;

		if (!(f->keep[k] & KEEP_EDGE) && !prune_rows_any(f->rows, frame->row_from, to) &&
		    !prune_rows_any(f->rows, from, frame->row_to))
			f->keep[k] = 0;
	}
}

void prune_count_rows(struct prune_file *f, const struct prune_terms *t)
{
	struct middle m;

	if (f->is_whole) {
		f->has_counted = true;
		f->counted_from = f->index.totals.first;
		f->counted_to = f->index.totals.last;
		f->counted = f->row_count;
	}
	if (f->is_whole || !f->is_exact || !f->row_count || !f->keep)
		return;
	if (!find_frames(f, t, &m))
		return;
	find_rows(f, &m);
	/* Frames that are read for a `not` may show late rows of the middle again. */
	if (t->has_not && f->index.totals.late)
		return;
	if (m.row_from < m.row_to && stamp_cmp(&m.first, &m.last) <= 0 && is_in_order(f, &m))
		count_middle(f, &m);
}

/* ---- for has_not ---- */

static int compare_spans(const void *a, const void *b)
{
	return stamp_cmp(&((const struct prune_span *)a)->first,
			 &((const struct prune_span *)b)->first);
}

/* Rising and apart. */
static void merge_spans(struct prune_file *f)
{
	size_t count = 0;

	qsort(f->spans, f->span_count, sizeof(*f->spans), compare_spans);
	for (size_t i = 0; i < f->span_count; i++) {
		struct prune_span *last = count ? &f->spans[count - 1] : NULL;

		if (!last || stamp_cmp(&f->spans[i].first, &last->last) > 0)
			f->spans[count++] = f->spans[i];
		else if (stamp_cmp(&f->spans[i].last, &last->last) > 0)
			last->last = f->spans[i].last;
	}
	f->span_count = count;
}

bool prune_in_spans(const struct prune_file *f, const struct stamp *first, const struct stamp *last)
{
	size_t low = 0, high = f->span_count;

	/* The first span that does not end before them. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (stamp_cmp(&f->spans[middle].last, first) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < f->span_count && stamp_cmp(&f->spans[low].first, last) <= 0;
}

/* Mostly few of many: what is made for each of them is not made for all frames. */
static size_t count_kept(const struct prune_file *f)
{
	size_t n = 0;

	for (size_t k = 0; k < f->index.frame_count; k++)
		n += f->keep[k] != 0;
	return n;
}

int prune_fill(struct prune_file *f, const struct prune_terms *t)
{
	free(f->spans);
	f->span_count = 0;
	f->spans = calloc(count_kept(f) + 1, sizeof(*f->spans));
	if (!f->spans)
		return -1;
	for (size_t k = 0; k < f->index.frame_count; k++)
		if (f->keep[k] && f->index.frames[k].first.sec != INT64_MAX)
			f->spans[f->span_count++] = (struct prune_span){f->index.frames[k].first,
									f->index.frames[k].last};
	merge_spans(f);
	for (size_t k = 0; k < f->index.frame_count; k++) {
		const struct index_frame *frame = &f->index.frames[k];

		if (prune_frame_fits(t, frame) && prune_in_spans(f, &frame->first, &frame->last))
			f->keep[k] |= KEEP_SPARSE;
	}
	return 0;
}

/* ---- ranges ---- */

static bool goes_on(const struct block_range *range, const struct index_frame *frame,
		    bool is_sparse)
{
	return range->to == frame->raw_at && range->is_sparse == is_sparse;
}

int prune_ranges(struct prune_file *f)
{
	size_t most;

	f->kept = f->frames_kept = 0;
	f->range_count = 0;
	if (!f->keep)
		return 0;
	free(f->ranges);
	free(f->floors);
	most = count_kept(f);
	f->ranges = calloc(most + 1, sizeof(*f->ranges));
	f->floors = calloc(most + 1, sizeof(*f->floors));
	if (!f->ranges || !f->floors)
		return -1;
	for (size_t k = 0; k < f->index.frame_count; k++) {
		const struct index_frame *frame = &f->index.frames[k];
		bool is_sparse = !(f->keep[k] & KEEP_PLAIN);

		if (!f->keep[k])
			continue;
		if (!f->range_count || !goes_on(&f->ranges[f->range_count - 1], frame, is_sparse)) {
			f->floors[f->range_count] = frame->first;
			f->ranges[f->range_count++] = (struct block_range){
				.from = frame->raw_at, .to = frame->raw_at, .is_sparse = is_sparse};
		}
		if (stamp_cmp(&frame->first, &f->floors[f->range_count - 1]) < 0)
			f->floors[f->range_count - 1] = frame->first;
		f->ranges[f->range_count - 1].to += frame->raw_bytes;
		f->kept += frame->raw_bytes;
		f->frames_kept++;
	}
	return 0;
}

/* What is open at the end of a file that a whole one follows stays so: it makes others wait there. */
static struct stamp floor_of_tail(const struct prune_file *f, const struct prune_terms *t)
{
	struct stamp floor = {INT64_MIN, 0, 0};

	if (!__builtin_sub_overflow(f->high.sec, t->wish.timeout_s, &floor.sec))
		floor.sec++; /* those of that second have timed out */
	return floor;
}

void prune_floors(struct prune_file *f, const struct prune_terms *t, struct prune_behind *behind)
{
	for (size_t k = f->range_count; k-- > 0;) {
		bool is_plain = !f->ranges[k].is_sparse;

		if (behind->is_tail && !is_plain)
			behind->floor = floor_of_tail(f, t);
		behind->is_tail = is_plain;
		if (stamp_cmp(&f->floors[k], &behind->floor) < 0)
			behind->floor = f->floors[k];
		f->floors[k] = behind->floor;
	}
}
