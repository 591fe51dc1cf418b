/* How many events there were in each minute, hour or day of the local zone. */
#include "output/report_priv.h"

#include <inttypes.h>

/* Empty stretches up to here are shown line by line, so that a chart is to scale. */
#define GAP_MAX 100

/* Room that a line needs beside its bar. */
#define LINE_WIDTH 34

void timeline_init(struct timeline *t, enum timeline_unit unit)
{
	*t = (struct timeline){
		.unit = unit, .to_local = when_to_local, .from_local = when_from_local};
	tally_init(&t->counts);
}

void timeline_release(struct timeline *t)
{
	tally_release(&t->counts);
}

/* Sets start and end to the minute, hour or day that holds the second. */
static void find_unit(struct timeline *t, int64_t second)
{
	struct tm tm;

	t->start = second;
	t->end = second < INT64_MAX ? second + 1 : second;
	if (!t->to_local(second, &tm))
		return;
	t->start = second - tm.tm_sec;
	t->end = t->start + 60;
	if (t->unit == TIMELINE_MINUTE)
		return;
	t->start -= (int64_t)60 * tm.tm_min;
	t->end = t->start + 3600;
	if (t->unit == TIMELINE_HOUR)
		return;
	/* A day has 23 or 25 hours when the clocks are changed. */
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	if (!t->from_local(&tm, &t->start))
		return;
	tm.tm_mday++;
	tm.tm_isdst = -1;
	if (!t->from_local(&tm, &t->end))
		t->end = t->start + 86400;
}

void timeline_add(struct timeline *t, int64_t second)
{
	if (second < t->start || second >= t->end)
		find_unit(t, second);
	tally_add_number(&t->counts, (uint64_t)t->start, 1);
}

static void put_bar(struct buf *out, uint64_t hits, uint64_t most, unsigned width)
{
	/* Ratios of counts need no more than a double has. */
	double length = (double)hits / (double)most * width;

	buf_putc(out, ' ');
	for (unsigned i = 0; i < width && (double)i < length; i++)
		buf_putc(out, '#');
}

static void put_count(struct report_printer *p, enum report_id id, enum timeline_unit unit,
		      int64_t start, uint64_t hits)
{
	struct stamp stamp = {.sec = start};

	switch (p->format) {
	case REPORT_TEXT:
		put_local(p, unit == TIMELINE_DAY ? LOCAL_DATE : LOCAL_MINUTE, start, &p->text);
		buf_printf(&p->text, "  %" PRIu64, hits);
		break;
	case REPORT_CSV:
		put_iso(p, &stamp, false, &p->text);
		buf_printf(&p->text, ",%" PRIu64, hits);
		break;
	case REPORT_JSON:
		buf_printf(&p->text, "{\"report\":\"%s\",\"start\":\"",
			   id == REPORT_TOTALS ? "event" : report_defs[id].name);
		put_iso(p, &stamp, false, &p->text);
		buf_printf(&p->text, "\",\"events\":%" PRIu64 "}", hits);
		break;
	}
}

/* Empty lines between the one that starts at `from` and the one at `to`. */
static void put_gap(struct report_printer *p, enum report_id id, struct timeline *t, int64_t from,
		    int64_t to)
{
	find_unit(t, from);
	for (unsigned lines = 0; t->end < to; lines++) {
		if (lines == GAP_MAX) {
			if (p->format == REPORT_TEXT)
				buf_put(&p->text, SV("...\n"));
			return;
		}
		find_unit(t, t->end);
		put_count(p, id, t->unit, t->start, 0);
		buf_putc(&p->text, '\n');
	}
}

int report_print_timeline(struct report_printer *p, enum report_id id, struct timeline *t,
			  unsigned width, struct err *e)
{
	const struct tally *counts = &t->counts;
	uint64_t most = 1;

	if (counts->failed)
		return err_set(e, "no memory to count more points in time");
	tally_sort(&t->counts, TALLY_BY_NUMBER);
	for (size_t i = 0; i < counts->count; i++)
		if (counts->entries[i].hits > most)
			most = counts->entries[i].hits;
	width = width > 2 * LINE_WIDTH ? width - LINE_WIDTH : width / 2;
	for (size_t i = 0; i < counts->count; i++) {
		const struct tally_entry *entry = &counts->entries[i];

		if (i > 0)
			put_gap(p, id, t, (int64_t)entry[-1].number, (int64_t)entry->number);
		p->rows++;
		put_count(p, id, t->unit, (int64_t)entry->number, entry->hits);
		if (p->format == REPORT_TEXT && width)
			put_bar(&p->text, entry->hits, most, width);
		buf_putc(&p->text, '\n');
		if (flush_when_full(p, e) != 0)
			return -1;
	}
	return 0;
}
