/* Pieces, and what becomes of them: how an event is turned into text is the library's. */
#include "aurum/search_make.h"

#include "base/file.h"

#include <inttypes.h>

#define TEXT_MAX   ((size_t)512 << 20)
#define TEXT_CHUNK ((size_t)128 << 10)
#define KEY_MAX    ((size_t)64 << 10)

struct piece {
	struct part part;
	const struct making *making;
	struct interpreter interpreter;
	struct output output;
	struct values
		values; /* the columns, or what is counted by; behind them what is sorted by */
	struct buf text;
	struct sorter sorter;
	struct counts counts[SEARCH_BY_MAX];
	struct timeline timeline;
};

bool making_sorts(const struct search_request *r)
{
	return r->sort == SORT_TIME || r->sort == SORT_FIELD || r->reverse;
}

static bool makes_events(const struct search_request *r)
{
	return r->make == MAKE_EVENTS || r->make == MAKE_ROWS;
}

static enum output_format format_of(const struct search_request *r)
{
	static const enum output_format formats[] = {
		[SEARCH_TEXT] = OUTPUT_STORY, [SEARCH_TABLE] = OUTPUT_STORY,
		[SEARCH_JSON] = OUTPUT_JSON,  [SEARCH_JSON_RAW] = OUTPUT_JSON_RAW,
		[SEARCH_CSV] = OUTPUT_CSV,    [SEARCH_RAW] = OUTPUT_RAW,
	};

	return formats[r->format];
}

static enum escape_mode escape_of(const struct search_request *r)
{
	return r->format == SEARCH_CSV ? ESCAPE_TTY : ESCAPE_RAW;
}

/* ---- a piece ---- */

static void init_values(struct piece *p, const struct search_request *r)
{
	struct values_field fields[VALUES_FIELDS_MAX];
	size_t count = 0;

	if (r->make == MAKE_COUNTS)
		for (size_t i = 0; i < r->by_count; i++)
			for (size_t k = 0; k < r->by[i].count && count < LEN(fields); k++)
				fields[count++] = r->by[i].list[k];
	for (size_t i = 0; i < r->columns.count; i++)
		fields[count++] = r->columns.list[i];
	if (r->sort == SORT_FIELD)
		fields[count++] = r->sort_field;
	values_init(&p->values, fields, count, p->part.names);
}

static int piece_init(struct part *part, const void *arg)
{
	struct piece *p = (struct piece *)part;
	const struct making *m = arg;
	const struct search_request *r = m->request;

	p->making = m;
	interpreter_init(&p->interpreter, part->names, escape_of(r));
	output_init(&p->output, -1, format_of(r), escape_of(r));
	p->output.interpreter = &p->interpreter;
	p->output.has_header = true; /* the one in front of all pieces */
	p->output.with_serial = r->serial;
	p->output.text.max = TEXT_MAX;
	init_values(p, r);
	p->text = BUF_INIT(TEXT_MAX);
	p->sorter = m->sorter;
	sorter_init(&p->sorter, m->sorter.kind, m->sorter.reverse, m->sorter.limit);
	for (size_t i = 0; i < r->by_count; i++)
		counts_init(&p->counts[i], r->by[i].count);
	timeline_init(&p->timeline, r->unit);
	return 0;
}

static void piece_release(struct part *part)
{
	struct piece *p = (struct piece *)part;

	output_release(&p->output);
	values_release(&p->values);
	buf_release(&p->text);
	sorter_release(&p->sorter);
	for (size_t i = 0; i < p->making->request->by_count; i++)
		counts_release(&p->counts[i]);
	timeline_release(&p->timeline);
}

/* ---- an event ---- */

/* A table is read by people: what the zone is they know. */
static void shorten_time(struct values_list *list)
{
	if (list->count)
		list->texts[0] = sv_head(list->texts[0], sizeof("2023-11-14T22:13:20") - 1);
}

static void put_row(struct piece *p, struct buf *out)
{
	const struct rows_style *style = &p->making->tables[0].style;
	struct rows_cell cells[ROWS_COLUMNS_MAX];

	for (size_t i = 0; i < style->count; i++) {
		struct values_list *list = &p->values.lists[i];

		if (style->format == ROWS_TABLE && sv_eq(p->values.fields[i].name, SV("time")))
			shorten_time(list);
		cells[i] = (struct rows_cell){list->texts, list->count};
		if (sv_eq(p->values.fields[i].name, SV("type")) && list->count)
			cells[i].count = 1; /* what the event is called by */
	}
	rows_put(style, cells, out);
}

/* The event's text; valid until the next one. */
static int put_event(struct piece *p, const struct event *event, struct sv *text, struct err *e)
{
	struct buf *out = p->making->request->make == MAKE_ROWS ? &p->text : &p->output.text;
	size_t from = out->n;

	if (p->making->request->make == MAKE_ROWS)
		put_row(p, out);
	else if (output_event(&p->output, event, e) != 0)
		return -1;
	if (out->failed)
		return err_set(e, "no memory for the text of an event");
	*text = sv_make(out->p + from, out->n - from);
	return 0;
}

/* Time and serial, so that bytes stand in their order. */
static void put_stamp(const struct stamp *stamp, char key[20])
{
	uint64_t parts[] = {(uint64_t)stamp->sec ^ UINT64_C(1) << 63, stamp->serial};

	for (unsigned i = 0; i < 8; i++) {
		key[i] = (char)(parts[0] >> (56 - 8 * i) & 0xff);
		key[12 + i] = (char)(parts[1] >> (56 - 8 * i) & 0xff);
	}
	for (unsigned i = 0; i < 4; i++)
		key[8 + i] = (char)(stamp->ms >> (24 - 8 * i) & 0xff);
}

static void keep(struct piece *p, const struct event *event, struct sv text)
{
	char stamp[20];

	if (p->making->request->sort == SORT_FIELD) {
		const struct values_list *list = &p->values.lists[p->values.count - 1];

		sorter_add(&p->sorter, list->count ? sv_head(list->texts[0], KEY_MAX) : SV_EMPTY,
			   text);
	} else {
		put_stamp(&event->stamp, stamp);
		sorter_add(&p->sorter, sv_make(stamp, sizeof(stamp)), text);
	}
	buf_reset(&p->text);
	buf_reset(&p->output.text);
}

static int piece_event(struct part *part, const struct event *event, struct err *e)
{
	struct piece *p = (struct piece *)part;
	const struct search_request *r = p->making->request;
	const struct values_list *lists = p->values.lists;
	struct sv text = SV_EMPTY;

	if (p->values.count && !values_read(&p->values, event))
		return err_set(e, "no memory for what an event says");
	for (size_t i = 0; i < r->by_count; i++, lists += r->by[i - 1].count)
		counts_add(&p->counts[i], lists);
	if (r->make == MAKE_TIMELINE)
		timeline_add(&p->timeline, event->stamp.sec);
	if (!makes_events(r))
		return 0;
	if (put_event(p, event, &text, e) != 0)
		return -1;
	if (making_sorts(r))
		keep(p, event, text);
	return 0;
}

/* ---- pieces put together ---- */

static int write_out(struct making *m, size_t least, struct err *e)
{
	if (m->text.failed)
		return err_set(e, "no memory for the text of the result");
	if (m->text.n < least)
		return 0;
	if (file_write(STDOUT_FILENO, buf_view(&m->text)) != 0)
		return err_sys(e, "cannot write the result");
	buf_reset(&m->text);
	return 0;
}

/* Text of some events, rows or others. */
static int take_text(struct making *m, struct sv text, struct err *e)
{
	if (m->request->make == MAKE_ROWS) {
		rows_align(&m->tables[0].aligner, text, &m->text);
		return write_out(m, TEXT_CHUNK, e);
	}
	return output_text(&m->output, text, e);
}

static int check_memory(const struct making *m, struct err *e)
{
	if (m->sorter.failed)
		return err_set(e,
			       "too much to sort: more than %zu MiB of text; a narrower query or "
			       "--limit makes it less",
			       SORTER_BYTES_MAX >> 20);
	for (size_t i = 0; i < m->request->by_count; i++) {
		const struct counts *c = &m->tables[i].counts;

		if (c->is_full)
			return err_set(e, "too much to count: more than %d different values",
				       COUNTS_MAX);
		if (c->tally.failed)
			return err_set(e, "no memory to count more different values");
	}
	return m->timeline.counts.failed ? err_set(e, "no memory to count more points in time") : 0;
}

static int merge(struct making *m, struct piece *p, struct err *e)
{
	const struct search_request *r = m->request;

	sorter_merge(&m->sorter, &p->sorter);
	for (size_t i = 0; i < r->by_count; i++)
		counts_merge(&m->tables[i].counts, &p->counts[i]);
	tally_merge(&m->timeline.counts, &p->timeline.counts);
	if (check_memory(m, e) != 0)
		return -1;
	if (!makes_events(r) || making_sorts(r))
		return 0;
	return take_text(m, buf_view(r->make == MAKE_ROWS ? &p->text : &p->output.text), e);
}

static int piece_end(void *arg, struct part *part, bool discard, struct err *e)
{
	struct piece *p = (struct piece *)part;
	int status = discard ? 0 : merge(arg, p, e);

	sorter_reset(&p->sorter);
	for (size_t i = 0; i < p->making->request->by_count; i++)
		counts_reset(&p->counts[i]);
	tally_reset(&p->timeline.counts);
	buf_reset(&p->text);
	buf_reset(&p->output.text);
	return status;
}

const struct part_kind making_kind = {sizeof(struct piece), piece_init, piece_release, piece_event,
				      piece_end};

/* ---- all of it ---- */

static enum rows_format rows_format_of(const struct search_request *r)
{
	return r->format == SEARCH_CSV    ? ROWS_CSV
	       : r->format == SEARCH_JSON ? ROWS_JSON
					  : ROWS_TABLE;
}

static void init_table(struct making_table *t, const struct search_request *r,
		       const struct search_fields *fields)
{
	size_t count = 0;

	if (!makes_events(r))
		t->columns[count++] = (struct rows_column){SV("events"), true};
	for (size_t i = 0; fields && i < fields->count; i++)
		t->columns[count++] = (struct rows_column){fields->list[i].name, false};
	t->style = (struct rows_style){rows_format_of(r), t->columns, count};
	rows_aligner_init(&t->aligner, &t->style, frame_width());
	counts_init(&t->counts, fields ? fields->count : 0);
}

static void init_tables(struct making *m)
{
	const struct search_request *r = m->request;

	m->table_count = r->make == MAKE_COUNTS ? r->by_count : 1;
	for (size_t i = 0; i < m->table_count; i++)
		init_table(&m->tables[i], r,
			   r->make == MAKE_COUNTS ? &r->by[i]
			   : r->make == MAKE_ROWS ? &r->columns
						  : NULL);
}

void making_init(struct making *m, const struct search_request *request, struct names *names)
{
	*m = (struct making){.request = request, .text = BUF_INIT(TEXT_MAX)};
	init_tables(m);
	interpreter_init(&m->interpreter, names, escape_of(request));
	output_init(&m->output, STDOUT_FILENO, format_of(request), escape_of(request));
	m->output.interpreter = &m->interpreter;
	sorter_init(&m->sorter, request->sort == SORT_FIELD ? SORTER_TEXT : SORTER_BYTES,
		    request->reverse, request->limit);
	timeline_init(&m->timeline, request->unit);
}

void making_release(struct making *m)
{
	for (size_t i = 0; i < m->table_count; i++) {
		rows_aligner_release(&m->tables[i].aligner);
		counts_release(&m->tables[i].counts);
	}
	buf_release(&m->text);
	output_release(&m->output);
	sorter_release(&m->sorter);
	timeline_release(&m->timeline);
}

/* ---- the end ---- */

static int finish_sorted(struct making *m, struct err *e)
{
	CLEANUP(buf_release) struct buf some = BUF_INIT(TEXT_MAX);

	sorter_finish(&m->sorter);
	for (size_t i = 0; i < m->sorter.count; i++) {
		buf_put(&some, sorter_text(&m->sorter, i));
		if (some.n < TEXT_CHUNK && i + 1 < m->sorter.count)
			continue;
		if (some.failed)
			return err_set(e, "no memory for the sorted events");
		if (take_text(m, buf_view(&some), e) != 0)
			return -1;
		buf_reset(&some);
	}
	return 0;
}

static void put_number(struct making_table *t, uint64_t number, const struct sv *texts,
		       const bool *has, struct buf *out)
{
	struct rows_cell cells[ROWS_COLUMNS_MAX];
	char digits[24];
	struct sv text;

	(void)snprintf(digits, sizeof(digits), "%" PRIu64, number);
	text = sv_cstr(digits);
	cells[0] = (struct rows_cell){&text, 1};
	for (size_t i = 1; i < t->style.count; i++)
		cells[i] = (struct rows_cell){&texts[i - 1], has[i - 1]};
	rows_put(&t->style, cells, out);
}

static enum counts_order order_of(const struct search_request *r)
{
	return r->sort == SORT_VALUE  ? COUNTS_BY_VALUE
	       : r->sort == SORT_TIME ? COUNTS_BY_TIME
				      : COUNTS_BY_HITS;
}

static int finish_table(struct making *m, struct making_table *t, struct err *e)
{
	const struct search_request *r = m->request;
	CLEANUP(buf_release) struct buf row = BUF_INIT(TEXT_MAX);
	struct sv texts[VALUES_FIELDS_MAX];
	bool has[VALUES_FIELDS_MAX];

	counts_sort(&t->counts, order_of(r), r->reverse);
	for (size_t i = 0; i < t->counts.tally.count && (!r->top || i < r->top); i++) {
		buf_reset(&row);
		counts_texts(&t->counts, i, texts, has);
		put_number(t, t->counts.tally.entries[i].hits, texts, has, &row);
		if (row.failed)
			return err_set(e, "no memory for the text of the result");
		rows_align(&t->aligner, buf_view(&row), &m->text);
		if (write_out(m, TEXT_CHUNK, e) != 0)
			return -1;
	}
	rows_align_end(&t->aligner, &m->text);
	return 0;
}

/* One below the other, with an empty line between them where lines are not for programs. */
static int finish_tables(struct making *m, struct err *e)
{
	for (size_t i = 0; i < m->table_count; i++) {
		if (i && m->tables[i].style.format != ROWS_JSON)
			buf_putc(&m->text, '\n');
		if (finish_table(m, &m->tables[i], e) != 0)
			return -1;
	}
	return 0;
}

static int finish_timeline(struct making *m, struct err *e)
{
	static const enum report_format formats[] = {
		[SEARCH_TEXT] = REPORT_TEXT, [SEARCH_TABLE] = REPORT_TEXT,
		[SEARCH_JSON] = REPORT_JSON, [SEARCH_JSON_RAW] = REPORT_JSON,
		[SEARCH_CSV] = REPORT_CSV,   [SEARCH_RAW] = REPORT_TEXT,
	};
	struct report_printer p;
	int status;

	report_printer_init(&p, STDOUT_FILENO, formats[m->request->format], ESCAPE_TTY, true);
	p.iso = true;
	if (p.format == REPORT_CSV)
		report_print_title(&p, REPORT_TOTALS, REPORT_TIMELINE, RESULT_ANY);
	status = report_print_timeline(&p, REPORT_TOTALS, &m->timeline, frame_width(), e);
	if (status == 0)
		status = report_printer_flush(&p, e);
	report_printer_release(&p);
	return status;
}

int making_print_count(struct making *m, uint64_t count, struct err *e)
{
	CLEANUP(buf_release) struct buf row = BUF_INIT(1024);
	struct making_table *t = &m->tables[0];

	if (t->style.format == ROWS_TABLE) {
		buf_printf(&m->text, "%" PRIu64 "\n", count);
	} else {
		put_number(t, count, NULL, NULL, &row);
		rows_align(&t->aligner, buf_view(&row), &m->text);
	}
	return write_out(m, 0, e);
}

int making_finish(struct making *m, struct err *e)
{
	const struct search_request *r = m->request;
	int status = 0;

	if (makes_events(r) && making_sorts(r))
		status = finish_sorted(m, e);
	else if (r->make == MAKE_COUNTS)
		status = finish_tables(m, e);
	else if (r->make == MAKE_TIMELINE)
		return finish_timeline(m, e);
	if (status != 0)
		return -1;
	if (r->make == MAKE_ROWS)
		rows_align_end(&m->tables[0].aligner, &m->text);
	return write_out(m, 0, e);
}
