/*
 * Titles, rows and summaries in the three formats. Counts over time are in timeline.c.
 */
#include "output/report_print.h"

#include "base/file.h"
#include "output/quote.h"
#include "output/report_priv.h"
#include "table/table.h"

#include <inttypes.h>

/* One row over the chunk: a value can grow sixfold, and lines are bounded. */
#define CHUNK    ((size_t)128 << 10)
#define TEXT_MAX (CHUNK + ((size_t)8 << 20))

void report_printer_init(struct report_printer *p, int fd, enum report_format format,
			 enum escape_mode escape, bool interpret)
{
	*p = (struct report_printer){
		.fd = fd,
		.format = format,
		.escape = escape,
		.interpret = interpret,
		.to_local = when_to_local,
		.text = BUF_INIT(TEXT_MAX),
		.clock_sec = INT64_MIN,
	};
}

void report_printer_release(struct report_printer *p)
{
	buf_release(&p->text);
}

int report_printer_flush(struct report_printer *p, struct err *e)
{
	if (p->text.failed)
		return err_set(e, "no memory for the text of a report");
	if (file_write(p->fd, buf_view(&p->text)) != 0)
		return err_sys(e, "cannot write the report");
	buf_reset(&p->text);
	return 0;
}

int flush_when_full(struct report_printer *p, struct err *e)
{
	if (!p->text.failed && p->text.n < CHUNK)
		return 0;
	return report_printer_flush(p, e);
}

/* ---- times ---- */

/* The date is the locale's, which may have but two digits for the year: it is the reference's. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-y2k"
void put_local(struct report_printer *p, enum local_form form, int64_t sec, struct buf *out)
{
	char text[64];
	size_t n = 0;
	struct tm tm;

	if (p->to_local(sec, &tm))
		switch (form) {
		case LOCAL_DATE:
			n = strftime(text, sizeof(text), p->iso ? "%F" : "%x", &tm);
			break;
		case LOCAL_MINUTE:
			n = strftime(text, sizeof(text), p->iso ? "%F %H:%M" : "%x %H:%M", &tm);
			break;
		case LOCAL_SECOND:
			n = strftime(text, sizeof(text), p->iso ? "%F %T" : "%x %T", &tm);
			break;
		}
	buf_put(out, n ? sv_make(text, n) : SV("?"));
}
#pragma GCC diagnostic pop

/* "2023-11-14T22:13:20.123+01:00"; the C library's %z has no colon. */
void put_iso(struct report_printer *p, const struct stamp *s, bool with_ms, struct buf *out)
{
	char text[64];
	struct tm tm;
	long minutes;
	size_t n;

	if (!p->to_local(s->sec, &tm)) {
		buf_putc(out, '?');
		return;
	}
	n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_put(out, sv_make(text, n));
	if (with_ms)
		buf_printf(out, ".%03u", s->ms);
	minutes = tm.tm_gmtoff / 60;
	buf_putc(out, minutes < 0 ? '-' : '+');
	minutes = minutes < 0 ? -minutes : minutes;
	buf_printf(out, "%02ld:%02ld", minutes / 60, minutes % 60);
}

/* The second as the locale writes it, or as ISO 8601 up to the milliseconds. */
static void put_clock(struct report_printer *p, const struct stamp *s)
{
	size_t from = p->text.n;

	if (s->sec != p->clock_sec || p->clock_sec == INT64_MIN) {
		put_local(p, LOCAL_SECOND, s->sec, &p->text);
		p->clock_length = p->text.n - from;
		p->clock_sec = INT64_MIN;
		if (p->clock_length <= sizeof(p->clock) && !p->text.failed) {
			memcpy(p->clock, p->text.p + from, p->clock_length);
			p->clock_sec = s->sec;
		}
		return;
	}
	buf_put(&p->text, sv_make(p->clock, p->clock_length));
}

/* ---- values ---- */

static bool is_number(struct sv text)
{
	size_t i = text.n && *text.p == '-';

	if (i == text.n || text.n > 15 || (text.p[i] == '0' && text.n > i + 1))
		return false;
	for (; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	return true;
}

static void put_careful(struct report_printer *p, struct sv text, enum report_care care)
{
	enum escape_mode mode = p->escape;

	if (care == CARE_PLAIN && mode != ESCAPE_RAW)
		mode = ESCAPE_TTY;
	escape_put(mode, text, &p->text);
}

/* ---- titles ---- */

static void put_rule(struct buf *out, size_t length)
{
	while (length--)
		buf_putc(out, '=');
	buf_putc(out, '\n');
}

static void put_rows_title(struct report_printer *p, const struct report_def *def)
{
	buf_puts(&p->text, def->title);
	buf_putc(&p->text, '\n');
	put_rule(&p->text, def->rule);
	if (!def->columns[0].name)
		return;
	buf_put(&p->text, SV("# date time"));
	for (size_t i = 0; i < REPORT_COLUMNS_MAX && def->columns[i].name; i++)
		buf_printf(&p->text, " %s", def->columns[i].name);
	buf_putc(&p->text, '\n');
	put_rule(&p->text, def->rule_below);
}

static void put_summary_title(struct report_printer *p, const struct report_def *def)
{
	buf_puts(&p->text, def->summary_title);
	buf_putc(&p->text, '\n');
	put_rule(&p->text, def->summary_rule);
	if (!def->summary_label)
		return;
	buf_printf(&p->text, "total  %s\n", def->summary_label);
	put_rule(&p->text, def->summary_rule);
}

static void put_timeline_title(struct report_printer *p, enum report_id id)
{
	const char *title = id == REPORT_TOTALS ? "Event Report" : report_defs[id].title;
	size_t length = strlen(title) + strlen(" over Time");

	buf_printf(&p->text, "%s over Time\n", title);
	put_rule(&p->text, length);
	buf_put(&p->text, SV("from  events\n"));
	put_rule(&p->text, length);
}

static void put_csv_title(struct report_printer *p, enum report_id id, enum report_shape shape)
{
	const struct report_def *def = &report_defs[id];
	size_t i;

	switch (shape) {
	case REPORT_TIMELINE:
		buf_put(&p->text, SV("start,events\n"));
		return;
	case REPORT_SUMMARY:
		buf_printf(&p->text, "total,%s\n",
			   id == REPORT_TOTALS ? "what" : def->summary_label);
		return;
	case REPORT_ROWS:
		break;
	}
	if (id == REPORT_TIME) {
		buf_put(&p->text, SV("file,start,end\n"));
		return;
	}
	buf_put(&p->text, SV("time,node"));
	for (i = 0; i < REPORT_COLUMNS_MAX && def->columns[i].name; i++)
		buf_printf(&p->text, ",%s", def->columns[i].name);
	buf_putc(&p->text, '\n');
}

void report_print_title(struct report_printer *p, enum report_id id, enum report_shape shape,
			enum report_result result)
{
	if (p->format == REPORT_CSV)
		put_csv_title(p, id, shape);
	if (p->format != REPORT_TEXT)
		return;
	buf_putc(&p->text, '\n');
	if (shape != REPORT_ROWS && result != RESULT_ANY)
		buf_puts(&p->text, result == RESULT_FAILED ? "Failed " : "Success ");
	switch (shape) {
	case REPORT_ROWS:
		put_rows_title(p, &report_defs[id]);
		break;
	case REPORT_SUMMARY:
		put_summary_title(p, &report_defs[id]);
		break;
	case REPORT_TIMELINE:
		put_timeline_title(p, id);
		break;
	}
}

void report_print_end(struct report_printer *p)
{
	if (p->rows == 0 && p->format == REPORT_TEXT)
		buf_put(&p->text, SV("<no events of interest were found>\n\n"));
}

/* ---- rows ---- */

static void put_text_row(struct report_printer *p, const struct report_def *def,
			 const struct event *event, const struct report_cell *cells, size_t count)
{
	buf_put_u64(&p->text, p->rows);
	buf_put(&p->text, SV(". "));
	put_clock(p, &event->stamp);
	for (size_t i = 0; i < count; i++) {
		const struct report_column *column = &def->columns[i];

		buf_putc(&p->text, ' ');
		if (cells[i].absent)
			put_careful(p, sv_cstr(column->absent ? column->absent : "?"),
				    column->care);
		else
			put_careful(p, cells[i].text, column->care);
	}
	buf_putc(&p->text, '\n');
}

static void put_csv_row(struct report_printer *p, const struct event *event,
			const struct report_cell *cells, size_t count)
{
	put_iso(p, &event->stamp, true, &p->text);
	buf_putc(&p->text, ',');
	quote_csv(event->node, &p->text);
	for (size_t i = 0; i < count; i++) {
		buf_putc(&p->text, ',');
		quote_csv(cells[i].text, &p->text);
	}
	buf_putc(&p->text, '\n');
}

static void put_json_row(struct report_printer *p, const struct report_def *def,
			 const struct event *event, const struct report_cell *cells, size_t count)
{
	buf_printf(&p->text, "{\"report\":\"%s\",\"time\":\"", def->name);
	put_iso(p, &event->stamp, true, &p->text);
	buf_put(&p->text, SV("\",\"node\":"));
	if (event->node.n)
		quote_json(event->node, &p->text);
	else
		buf_put(&p->text, SV("null"));
	for (size_t i = 0; i < count; i++) {
		buf_printf(&p->text, ",\"%s\":", def->columns[i].name);
		if (cells[i].absent)
			buf_put(&p->text, SV("null"));
		else if (def->columns[i].is_number && is_number(cells[i].text))
			buf_put(&p->text, cells[i].text);
		else
			quote_json(cells[i].text, &p->text);
	}
	buf_put(&p->text, SV("}\n"));
}

int report_print_rows(struct report_printer *p, enum report_id id, struct report_reader *rr,
		      struct err *e)
{
	const struct report_def *def = &report_defs[id];
	struct report_cell cells[REPORT_COLUMNS_MAX];
	size_t rows = report_rows(id, rr);

	for (size_t i = 0; i < rows; i++) {
		size_t count = report_row(id, rr, i, cells);

		p->rows++;
		switch (p->format) {
		case REPORT_TEXT:
			put_text_row(p, def, rr->event, cells, count);
			break;
		case REPORT_CSV:
			put_csv_row(p, rr->event, cells, count);
			break;
		case REPORT_JSON:
			put_json_row(p, def, rr->event, cells, count);
			break;
		}
		if (flush_when_full(p, e) != 0)
			return -1;
	}
	return 0;
}

/* ---- summaries ---- */

/* What was counted, as a word: false when it is a number. */
static bool put_key(struct report_printer *p, const struct report_def *def,
		    const struct tally_entry *entry, struct buf *out)
{
	const char *name;

	switch (def->key) {
	case KEY_TEXT:
		buf_put(out, tally_text(entry));
		return true;
	case KEY_TYPE:
		name = p->interpret ? msgtype_name((uint32_t)entry->number) : NULL;
		if (name) {
			buf_puts(out, name);
			return true;
		}
		break;
	case KEY_NUMBER:
	case KEY_NONE:
		break;
	}
	buf_printf(out, "%" PRId64, (int64_t)entry->number);
	return false;
}

static void put_summary_row(struct report_printer *p, const struct report_def *def,
			    const struct tally_entry *entry, struct buf *key)
{
	bool is_word;

	buf_reset(key);
	is_word = put_key(p, def, entry, key);
	switch (p->format) {
	case REPORT_TEXT:
		buf_put_u64(&p->text, entry->hits);
		buf_put(&p->text, SV("  "));
		put_careful(p, buf_view(key), def->key_care);
		break;
	case REPORT_CSV:
		buf_put_u64(&p->text, entry->hits);
		buf_putc(&p->text, ',');
		quote_csv(buf_view(key), &p->text);
		break;
	case REPORT_JSON:
		buf_printf(&p->text, "{\"report\":\"%s\",\"total\":%" PRIu64 ",\"%s\":", def->name,
			   entry->hits, def->summary_label);
		if (is_word)
			quote_json(buf_view(key), &p->text);
		else
			buf_put(&p->text, buf_view(key));
		buf_putc(&p->text, '}');
		break;
	}
	buf_putc(&p->text, '\n');
}

int report_print_summary(struct report_printer *p, enum report_id id, struct tally *t,
			 struct err *e)
{
	CLEANUP(buf_release) struct buf key = BUF_INIT(TEXT_MAX);
	const struct report_def *def = &report_defs[id];

	if (t->failed)
		return err_set(e, "no memory to count more different values");
	tally_sort(t, def->key == KEY_TEXT ? TALLY_BY_HITS : TALLY_BY_HITS_NUMBER);
	for (size_t i = 0; i < t->count; i++) {
		p->rows++;
		put_summary_row(p, def, &t->entries[i], &key);
		if (flush_when_full(p, e) != 0)
			return -1;
	}
	return 0;
}

/* ---- the page of totals ---- */

static void put_moment(struct report_printer *p, const struct stamp *s, bool with_ms)
{
	put_local(p, LOCAL_SECOND, s->sec, &p->text);
	if (with_ms)
		buf_printf(&p->text, ".%03u", s->ms);
}

static void put_range(struct report_printer *p, const struct report_range *range)
{
	struct stamp start = {.sec = range->has_start ? range->start : range->first.sec};
	struct stamp end = {.sec = range->end};

	buf_put(&p->text, SV("Range of time in logs: "));
	put_moment(p, &range->first, true);
	buf_put(&p->text, SV(" - "));
	put_moment(p, &range->last, true);
	buf_put(&p->text, SV("\nSelected time for report: "));
	put_moment(p, &start, false);
	buf_put(&p->text, SV(" - "));
	put_moment(p, range->has_end ? &end : &range->last, !range->has_end);
	buf_putc(&p->text, '\n');
}

static void put_totals_json(struct report_printer *p, const struct report_totals *t,
			    const struct report_range *range)
{
	buf_put(&p->text, SV("{\"report\":\"totals\",\"first\":\""));
	put_iso(p, &range->first, true, &p->text);
	buf_put(&p->text, SV("\",\"last\":\""));
	put_iso(p, &range->last, true, &p->text);
	buf_putc(&p->text, '"');
	for (enum report_total i = 0; i < REPORT_TOTALS_COUNT; i++)
		buf_printf(&p->text, ",\"%s\":%" PRIu64, report_total_name(i), report_total(t, i));
	buf_put(&p->text, SV("}\n"));
}

void report_print_totals(struct report_printer *p, const struct report_totals *t,
			 const struct report_range *range)
{
	p->rows++;
	switch (p->format) {
	case REPORT_JSON:
		put_totals_json(p, t, range);
		return;
	case REPORT_CSV:
		for (enum report_total i = 0; i < REPORT_TOTALS_COUNT; i++)
			buf_printf(&p->text, "%" PRIu64 ",%s\n", report_total(t, i),
				   report_total_name(i));
		return;
	case REPORT_TEXT:
		break;
	}
	put_range(p, range);
	for (enum report_total i = 0; i < REPORT_TOTALS_COUNT; i++)
		buf_printf(&p->text, "Number of %s: %" PRIu64 "\n", report_total_label(i),
			   report_total(t, i));
	buf_putc(&p->text, '\n');
}

/* ---- times of each file ---- */

void report_print_time(struct report_printer *p, struct sv file, const struct stamp *first,
		       const struct stamp *last)
{
	p->rows++;
	switch (p->format) {
	case REPORT_TEXT:
		put_careful(p, file, CARE_PLAIN);
		buf_put(&p->text, SV(": "));
		if (!first) {
			buf_put(&p->text, SV("no records\n"));
			return;
		}
		put_moment(p, first, true);
		buf_put(&p->text, SV(" - "));
		put_moment(p, last, true);
		break;
	case REPORT_CSV:
		quote_csv(file, &p->text);
		buf_putc(&p->text, ',');
		if (first)
			put_iso(p, first, true, &p->text);
		buf_putc(&p->text, ',');
		if (first)
			put_iso(p, last, true, &p->text);
		break;
	case REPORT_JSON:
		buf_put(&p->text, SV("{\"report\":\"log\",\"file\":"));
		quote_json(file, &p->text);
		if (first) {
			buf_put(&p->text, SV(",\"start\":\""));
			put_iso(p, first, true, &p->text);
			buf_put(&p->text, SV("\",\"end\":\""));
			put_iso(p, last, true, &p->text);
			buf_putc(&p->text, '"');
		}
		buf_putc(&p->text, '}');
		break;
	}
	buf_putc(&p->text, '\n');
}
