/*
 * Counts the events of a file while its index is made.
 *
 * Whether a frame is one of the last two is known only when there are others. What was counted of
 * events with a record in the last ones so far waits apart, and is thrown away at the end.
 */
#include "query/familiar.h"
#include "query/report_summary.h"
#include "query/summary_code.h"

#include <stdlib.h>

#define SECTION_MAX ((size_t)64 << 20)

/* The last one may be a few lines only, and a rotation cuts events behind more than those. */
#define TAIL_FRAMES 2

struct row {
	struct stamp stamp;
	uint32_t first_frame, last_frame, records;
	bool is_counted; /* so far */
	bool is_read;    /* it has a record in a frame that is read */
};

struct report_summary_maker {
	struct report_reader reader;
	struct familiar familiar;
	struct record *types; /* of the event at hand: nothing else is set */
	size_t type_cap;
	struct report_totals settled;
	struct report_totals waiting[TAIL_FRAMES]; /* of frame % TAIL_FRAMES */
	struct row *rows;
	size_t count, cap;
	struct stamp highest;
	int64_t timeout_s;
	uint32_t frame; /* the last one so far that holds a record */
	bool failed;
};

struct report_summary_maker *report_summary_maker_new(int64_t timeout_s)
{
	struct report_summary_maker *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	if (!familiar_init(&m->familiar)) {
		free(m);
		return NULL;
	}
	m->timeout_s = timeout_s;
	report_reader_init(&m->reader, report_totals_facts, NULL, false);
	report_totals_init(&m->settled);
	m->settled.hashes = true;
	for (size_t i = 0; i < TAIL_FRAMES; i++) {
		report_totals_init(&m->waiting[i]);
		m->waiting[i].hashes = true;
	}
	return m;
}

void report_summary_maker_free(struct report_summary_maker *m)
{
	if (!m)
		return;
	report_reader_release(&m->reader);
	familiar_release(&m->familiar);
	free(m->types);
	report_totals_release(&m->settled);
	for (size_t i = 0; i < TAIL_FRAMES; i++)
		report_totals_release(&m->waiting[i]);
	free(m->rows);
	free(m);
}

static void begin_file(struct report_summary_maker *m)
{
	familiar_begin(&m->familiar);
	report_totals_reset(&m->settled);
	for (size_t i = 0; i < TAIL_FRAMES; i++)
		report_totals_reset(&m->waiting[i]);
	m->count = 0;
	m->frame = 0;
	m->failed = false;
}

static struct row *add_row(struct report_summary_maker *m)
{
	if (m->count == m->cap) {
		size_t cap = m->cap ? m->cap * 2 : 1024;
		struct row *rows = reallocarray(m->rows, cap, sizeof(*rows));

		if (!rows)
			return NULL;
		m->rows = rows;
		m->cap = cap;
	}
	return &m->rows[m->count++];
}

static bool is_in_tail(const struct report_summary_maker *m, uint32_t frame)
{
	return frame + TAIL_FRAMES > m->frame;
}

static void begin_frame(struct report_summary_maker *m, uint32_t frame)
{
	for (uint32_t i = 0; i < TAIL_FRAMES && m->frame < frame; i++) {
		struct report_totals *oldest = &m->waiting[++m->frame % TAIL_FRAMES];

		report_totals_merge(&m->settled, oldest);
		report_totals_reset(oldest);
	}
	m->frame = frame;
}

/* Makes the event's row. False when it is not counted. */
static bool take_row(struct report_summary_maker *m, const struct stamp *stamp, size_t records,
		     uint32_t first_frame, uint32_t last_frame)
{
	struct row *r = add_row(m);
	bool is_late;

	if (!r) {
		m->failed = true;
		return false;
	}
	if (last_frame > m->frame)
		begin_frame(m, last_frame);
	is_late = m->count > 1 && stamp_cmp(stamp, &m->highest) <= 0;
	if (!is_late)
		m->highest = *stamp;
	*r = (struct row){
		.stamp = *stamp,
		.first_frame = first_frame,
		.last_frame = last_frame,
		.records = (uint32_t)records,
		.is_counted = first_frame > 0 && !is_late,
	};
	return r->is_counted;
}

/* Where an event of that frame is counted. */
static struct report_totals *totals_of(struct report_summary_maker *m, uint32_t frame)
{
	return is_in_tail(m, frame) ? &m->waiting[frame % TAIL_FRAMES] : &m->settled;
}

static void take_event(void *ctx, const struct event *event, uint32_t row, uint32_t first_frame,
		       uint32_t last_frame)
{
	struct report_summary_maker *m = ctx;

	if (row == 0)
		begin_file(m);
	if (!take_row(m, &event->stamp, event->count, first_frame, last_frame))
		return;
	report_read(&m->reader, event);
	report_totals_add(totals_of(m, last_frame), &m->reader);
}

/* ---- the short way ---- */

/* What counts events looks at their types. */
static bool take_types(struct report_summary_maker *m, const struct index_event *event)
{
	if (event->count > m->type_cap) {
		struct record *types = calloc(event->count * 2, sizeof(*types));

		if (!types)
			return false;
		free(m->types);
		m->types = types;
		m->type_cap = event->count * 2;
	}
	for (size_t i = 0; i < event->count; i++)
		m->types[i].type = event->lines[i].type;
	return true;
}

static void count_familiar(struct report_summary_maker *m, const struct index_event *shown)
{
	static const enum query_item items[] = {QUERY_SUCCESS, QUERY_SYSCALL};
	struct report_totals *totals = totals_of(m, shown->last_frame);
	const struct event event = {
		.stamp = shown->stamp,
		.type = m->types[0].type,
		.records = m->types,
		.count = shown->count,
	};
	struct facts *facts = &m->reader.facts;

	facts->known = 0;
	for (size_t i = 0; i < LEN(items); i++)
		if (familiar_number(&m->familiar, items[i], &facts->number[items[i]]))
			facts->known |= FACT(items[i]);
	m->reader.event = &event;
	report_totals_add_event(totals, &m->reader);
	m->reader.event = NULL;
	familiar_add(&m->familiar, totals, shown->last_frame,
		     m->frame + 1 > TAIL_FRAMES ? m->frame + 1 - TAIL_FRAMES : 0);
}

/* The first event of a file goes the long way: it begins the file. */
static bool take_values(void *ctx, const struct index_event *event)
{
	struct report_summary_maker *m = ctx;

	if (event->row == 0 || event->count == 0 || !take_types(m, event) ||
	    !familiar_read(&m->familiar, event))
		return false;
	if (take_row(m, &event->stamp, event->count, event->first_frame, event->last_frame))
		count_familiar(m, event);
	return true;
}

static bool wants(void *ctx, uint8_t field, struct sv name)
{
	struct report_summary_maker *m = ctx;

	return familiar_wants(&m->familiar, field, name);
}

/* ---- the section ---- */

static int compare_rows(const void *a, const void *b)
{
	return stamp_cmp(&((const struct row *)a)->stamp, &((const struct row *)b)->stamp);
}

/* They come in this order, but for late ones: qsort() is for files that are not like that. */
static void sort_rows(struct row *rows, size_t n)
{
	size_t moves = 0;

	for (size_t i = 1; i < n; i++) {
		struct row row = rows[i];
		size_t k = i;

		for (; k > 0 && compare_rows(&rows[k - 1], &row) > 0; k--)
			rows[k] = rows[k - 1];
		if (k == i)
			continue;
		rows[k] = row;
		moves += i - k;
		if (moves > 4 * n) {
			qsort(rows, n, sizeof(*rows), compare_rows);
			return;
		}
	}
}

/* The rows that are not counted say which frames are read, and so does the last one: the log may end
 * with it. */
static void choose_frames(struct report_summary_maker *m, bool *is_read)
{
	for (size_t i = 0; i < m->count; i++) {
		struct row *r = &m->rows[i];

		r->is_counted = r->is_counted && !is_in_tail(m, r->last_frame);
		if (r->is_counted && i + 1 < m->count)
			continue;
		for (uint32_t f = r->first_frame; f <= r->last_frame; f++)
			is_read[f] = true;
	}
	for (size_t i = 0; i < m->count; i++)
		for (uint32_t f = m->rows[i].first_frame; f <= m->rows[i].last_frame; f++)
			m->rows[i].is_read |= is_read[f];
}

static void put_frames(struct buf *out, const bool *is_read, uint32_t frames)
{
	uint64_t count = 0;

	for (uint32_t f = 0; f < frames; f++)
		count += is_read[f];
	code_put(out, frames);
	code_put(out, count);
	for (uint32_t f = 0, before = 0; f < frames; f++)
		if (is_read[f]) {
			code_put(out, f - before);
			before = f;
		}
}

static bool is_passed(const struct report_summary_maker *m, const struct row *r)
{
	(void)m;
	return r->is_counted && r->is_read;
}

static bool is_open(const struct report_summary_maker *m, const struct row *r)
{
	return r->is_counted && r->stamp.sec >= m->highest.sec - m->timeout_s;
}

/* Of the rows from first on, which are in the order of their stamps. */
static void put_stamps(struct buf *out, const struct report_summary_maker *m,
		       const struct row *first,
		       bool (*is_wanted)(const struct report_summary_maker *m, const struct row *r))
{
	const struct row *end = m->rows + m->count;
	struct stamp before = first->stamp;
	uint64_t count = 0;

	for (const struct row *r = first; r < end; r++)
		count += is_wanted(m, r);
	code_put(out, count);
	for (const struct row *r = first; r < end; r++)
		if (is_wanted(m, r))
			code_put_stamp(out, &before, &r->stamp);
}

static void put_others(struct buf *out, const struct report_summary_maker *m)
{
	struct stamp before = {0};
	uint64_t count = 0;

	for (size_t i = 0; i < m->count; i++)
		count += !m->rows[i].is_counted;
	code_put(out, count);
	for (size_t i = 0; i < m->count; i++)
		if (!m->rows[i].is_counted) {
			code_put_stamp(out, &before, &m->rows[i].stamp);
			code_put(out, m->rows[i].records);
		}
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool put_distinct(struct buf *out, const struct tally *t)
{
	uint64_t *numbers;

	if (t->failed)
		return false;
	numbers = calloc(t->count + 1, sizeof(*numbers));
	if (!numbers)
		return false;
	for (size_t i = 0; i < t->count; i++)
		numbers[i] = t->entries[i].number;
	qsort(numbers, t->count, sizeof(*numbers), compare_numbers);
	code_put_numbers(out, numbers, t->count);
	free(numbers);
	return true;
}

static bool put_totals(struct buf *out, const struct report_totals *t)
{
	code_put(out, REPORT_TOTALS_COUNT);
	for (enum report_total i = 0; i < REPORT_TOTALS_COUNT; i++)
		if (!report_total_is_distinct(i))
			code_put(out, t->count[i]);
		else if (!put_distinct(out, &t->distinct[i]))
			return false;
	return true;
}

static bool put_section(struct report_summary_maker *m, struct buf *out)
{
	bool *is_read = calloc((size_t)m->frame + 1, sizeof(*is_read));
	const struct row *first = m->rows, *last = m->rows + m->count - 1;
	struct stamp before = {0};

	if (!is_read)
		return false;
	choose_frames(m, is_read);
	code_put(out, REPORT_SUMMARY_VERSION);
	put_frames(out, is_read, m->frame + 1);
	free(is_read);
	sort_rows(m->rows, m->count);
	while (first < last && !first->is_counted)
		first++;
	if (!first->is_counted)
		return false; /* nothing is in the middle */
	code_put_stamp(out, &before, &first->stamp);
	code_put_stamp(out, &before, &m->highest);
	put_stamps(out, m, first, is_passed);
	put_stamps(out, m, first, is_open);
	put_others(out, m);
	return put_totals(out, &m->settled);
}

/* An index without this section is as good: without memory, or a middle, it is left out. */
static int put(void *ctx, struct buf *out)
{
	struct report_summary_maker *m = ctx;
	size_t before = out->n;
	bool is_good = m->count && !m->failed && !m->reader.facts.failed && put_section(m, out);

	if (!is_good && !out->failed)
		out->n = before;
	m->count = 0;
	return out->failed ? -1 : 0;
}

struct index_extra_maker report_summary_extra(struct report_summary_maker *m)
{
	return (struct index_extra_maker){
		.kind = REPORT_SUMMARY_KIND,
		.ctx = m,
		.event = take_event,
		.put = put,
		.wants = wants,
		.values = take_values,
	};
}
