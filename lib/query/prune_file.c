/*
 * One file: its index, and the rows of it of which each term of what is looked for may hold. Nothing
 * here depends on other files.
 */
#include "query/prune_parts.h"

#include "query/heads.h"
#include "segment/names.h"

#include <stdlib.h>

static bool is_no_stamp(const struct stamp *s)
{
	return s->sec == INT64_MAX;
}

bool prune_frame_fits(const struct prune_terms *t, const struct index_frame *frame)
{
	const struct query *q = t->wish.query;

	if (is_no_stamp(&frame->first) || frame->last.sec < q->start || frame->first.sec > q->end)
		return false;
	return !q->has_serial || (q->serial >= frame->serial_min && q->serial <= frame->serial_max);
}

bool prune_rows_any(const struct rows *rows, uint32_t from, uint32_t to)
{
	return rows ? rows_any(rows, from, to) : from < to;
}

/* ---- opening ---- */

static enum prune_reason reason_of(enum index_status status)
{
	switch (status) {
	case INDEX_OPEN:
		return PRUNE_INDEXED;
	case INDEX_NONE:
		return PRUNE_NONE;
	case INDEX_STALE:
		return PRUNE_STALE;
	case INDEX_FOREIGN:
		return PRUNE_FOREIGN;
	case INDEX_DAMAGED:
		break;
	}
	return PRUNE_DAMAGED;
}

static bool has_window(const struct query *q)
{
	return q->start != INT64_MIN || q->end != INT64_MAX;
}

static void note_trouble(struct prune_file *f, const struct err *why)
{
	if (!f->trouble)
		f->trouble = strdup(why->text);
}

static enum prune_reason open_index(struct prune_file *f, const struct prune_terms *t)
{
	const struct index_window window = {t->wish.query->start, t->wish.query->end};
	struct segment_head head;
	char path[SEGMENT_PATH_MAX];
	enum index_status status;
	struct err why;

	if (!cursor_source_head(f->source, &head) || !index_path(f->source->name, &head, path))
		return PRUNE_NOT_A_FILE;
	f->bytes = head.raw_bytes;
	status = index_look(&f->index, path, &head, has_window(t->wish.query) ? &window : NULL,
			    &why);
	f->has_index = status == INDEX_OPEN;
	if (status != INDEX_OPEN && status != INDEX_NONE)
		note_trouble(f, &why);
	if (!f->has_index)
		return reason_of(status);
	if (!f->index.totals.is_orderly)
		return PRUNE_DISORDERLY;
	return f->index.totals.timeout_s > t->wish.timeout_s ? PRUNE_TIMEOUT : PRUNE_INDEXED;
}

/*
 * A file without events may still hold ends of those that began before: EOEs alone. Its index does not
 * know their times.
 */
static bool has_only_ends(const struct prune_file *f)
{
	return f->has_index && f->index.totals.rows == 0 && f->index.totals.has_start;
}

/* Any other file of which there is an index has a span, whatever else may be wrong with it. */
static void take_span(struct prune_file *f, const struct query *q)
{
	const struct index_totals *all = &f->index.totals;
	const struct stamp start = {q->start, 0, 0}, end = {q->end, 999, UINT64_MAX};

	f->has_span = true;
	f->is_live = all->rows && all->last.sec >= q->start && all->first.sec <= q->end;
	f->first = stamp_cmp(&all->first, &start) < 0 ? start : all->first;
	f->last = stamp_cmp(&all->last, &end) > 0 ? end : all->last;
}

/* ---- asking ---- */

/* Keeps the answer to term i. 0, or -1 when there is no memory. */
static int keep_answer(struct prune_file *f, size_t i, struct rows *rows)
{
	f->terms[i] = rows;
	if (!f->rows) {
		f->rows = rows;
		f->is_rows_a_term = true;
	} else if (f->is_rows_a_term) {
		f->rows = rows_copy(f->rows);
		f->is_rows_a_term = false;
		if (f->rows)
			rows_and(f->rows, rows);
	} else {
		rows_and(f->rows, rows);
	}
	return f->rows ? 0 : -1;
}

static int ask(struct prune_file *f, const struct prune_terms *t)
{
	f->is_exact = t->is_all;
	for (size_t i = 0; i < t->count; i++) {
		struct index_rows rows = {NULL};
		struct err why;

		switch (index_ask(&f->index, t->list[i], &rows, &why)) {
		case INDEX_BROKEN:
			note_trouble(f, &why);
			f->is_index_damaged = true;
			f->is_exact = false;
			break;
		case INDEX_ALL:
			f->is_exact = false;
			break;
		case INDEX_SOME:
			f->is_exact = false;
			if (keep_answer(f, i, rows.rows) != 0)
				return -1;
			break;
		case INDEX_EXACT:
			if (keep_answer(f, i, rows.rows) != 0)
				return -1;
			break;
		}
	}
	f->row_count = f->rows ? rows_count(f->rows) : f->index.totals.rows;
	return 0;
}

static void drop_rows(struct prune_file *f)
{
	for (size_t i = 0; i < LEN(f->terms); i++) {
		rows_free(f->terms[i]);
		f->terms[i] = NULL;
	}
	if (!f->is_rows_a_term)
		rows_free(f->rows);
	f->rows = NULL;
	f->is_rows_a_term = false;
}

/* The next file's sets of rows can then have the same memory. */
static void fall_asleep(struct prune_file *f, const struct prune_terms *t)
{
	uint32_t last = f->index.totals.rows - 1;

	for (size_t i = 0; i < t->count; i++) {
		f->first_holds[i] = !f->terms[i] || rows_has(f->terms[i], 0);
		f->last_holds[i] = !f->terms[i] || rows_has(f->terms[i], last);
	}
	drop_rows(f);
	f->is_asleep = true;
}

bool prune_file_wake(struct prune_file *f, const struct prune_terms *t)
{
	if (!f->is_asleep)
		return true;
	f->is_asleep = false;
	if (ask(f, t) != 0 || !f->is_exact)
		prune_file_give_up(f, PRUNE_DAMAGED);
	return f->is_part;
}

bool prune_file_frames(struct prune_file *f)
{
	struct err why;

	if (f->keep)
		return true;
	if (index_frames(&f->index, &why) == 0)
		f->keep = calloc(f->index.frame_count + 1, 1);
	else
		note_trouble(f, &why);
	if (!f->keep)
		prune_file_give_up(f, PRUNE_DAMAGED);
	return f->keep != NULL;
}

int prune_file_look(struct prune_file *f, const struct prune_terms *t)
{
	f->is_live = true;
	f->reason = open_index(f, t);
	if (has_only_ends(f)) {
		f->reason = PRUNE_ENDS;
		return 0;
	}
	if (f->has_index)
		take_span(f, t->wish.query);
	if (f->reason != PRUNE_INDEXED)
		return 0;
	f->is_part = true;
	if (!f->is_live) {
		f->reason = PRUNE_OUTSIDE;
		return 0;
	}
	if (ask(f, t) != 0)
		return -1;
	if (prune_is_countable(f, t))
		fall_asleep(f, t);
	else if (f->row_count)
		(void)prune_file_frames(f);
	/* As many files are open at a time as there are threads. */
	index_rest(&f->index);
	return 0;
}

void prune_file_give_up(struct prune_file *f, enum prune_reason reason)
{
	f->is_part = f->is_exact = false;
	f->reason = reason;
}

void prune_file_release(struct prune_file *f)
{
	drop_rows(f);
	free(f->trouble);
	free(f->keep);
	free(f->spans);
	free(f->ranges);
	free(f->floors);
	if (f->has_index)
		index_close(&f->index);
}

/* ---- files without an index ---- */

/* All blocks of the one source. */
static void walk_heads(struct prune_file *f, struct blocks *blocks, const struct plan *plan)
{
	struct segment_unpacker *unpacker = NULL;
	struct block block = {.buffer = NULL};
	struct block_spec spec;
	struct heads heads;

	heads_init(&heads);
	f->has_span = true;
	f->is_live = false;
	while (f->has_span && blocks_next(blocks, &spec)) {
		heads_reset(&heads);
		f->has_span = block_read(blocks, &spec, &unpacker, &block) == 0;
		for (size_t i = 0; i < LEN(block.parts) && f->has_span; i++)
			f->has_span = heads_read(&heads, plan, block.parts[i].lines,
						 block.parts[i].at) == 0;
		for (size_t i = 0; i < heads.count; i++) {
			const struct stamp *stamp = &heads.list[i].record.stamp;

			if (!f->is_live || stamp_cmp(stamp, &f->first) < 0)
				f->first = *stamp;
			if (!f->is_live || stamp_cmp(stamp, &f->last) > 0)
				f->last = *stamp;
			f->is_live = true;
		}
	}
	heads_release(&heads);
	block_release(&block);
	segment_unpacker_free(unpacker);
	/* What cannot be read may be anything. */
	f->is_live |= !f->has_span;
}

void prune_file_span(struct prune_file *f, const struct cursor *cursor, size_t source,
		     const struct prune_terms *t)
{
	const struct query *q = t->wish.query;
	struct cursor one = {
		.sources = &cursor->sources[source], .count = 1, .at = 0, .idle_ms = -1};
	struct blocks blocks;
	struct query window;
	struct plan plan;

	query_init(&window);
	window.start = q->start;
	window.end = q->end;
	plan_init(&plan, &window);
	if (!blocks_open(&blocks, &one))
		return;
	walk_heads(f, &blocks, &plan);
	blocks_close(&blocks);
}
