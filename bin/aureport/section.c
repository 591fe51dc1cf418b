/* Sections: which counter or printer an event goes to. */
#include "aureport/section.h"

#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

uint32_t sections_facts(const struct request *r)
{
	uint32_t facts = 0;

	if (r->filter.result != RESULT_ANY)
		facts |= FACT(QUERY_SUCCESS);
	for (size_t i = 0; i < r->report_count; i++) {
		enum report_id id = r->reports[i];

		facts |= id == REPORT_TOTALS ? report_totals_facts : report_defs[id].facts;
		/* Nearly every row says whether it worked. */
		if (r->shape != REPORT_SUMMARY || id == REPORT_AUTH)
			facts |= FACT(QUERY_SUCCESS);
	}
	return facts;
}

/* A file without a name: on disk, else in memory. */
static int open_spool(struct err *e)
{
	int fd = open(P_tmpdir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		fd = memfd_create("aureport", MFD_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "cannot keep the rows of a second report");
	return fd;
}

static void section_init_part(struct section *s, const struct request *r, size_t i)
{
	s->id = r->reports[i];
	s->shape = r->shape;
	s->spool = -1;
	tally_init(&s->tally);
	report_totals_init(&s->totals);
	timeline_init(&s->timeline, r->unit);
}

static int section_init(struct section *s, const struct request *r, size_t i, struct err *e)
{
	section_init_part(s, r, i);
	report_printer_init(&s->printer, STDOUT_FILENO, r->format, r->escape, r->interpret);
	if (i > 0 && s->shape == REPORT_ROWS) {
		s->spool = open_spool(e);
		if (s->spool < 0)
			return -1;
		s->printer.fd = s->spool;
	}
	if (i > 0 && r->format == REPORT_CSV)
		buf_putc(&s->printer.text, '\n');
	report_print_title(&s->printer, s->id, s->shape, r->filter.result);
	return 0;
}

int sections_init(struct sections *s, const struct request *r, struct err *e)
{
	*s = (struct sections){.filter = r->filter};
	for (; s->count < r->report_count; s->count++)
		if (section_init(&s->each[s->count], r, s->count, e) != 0) {
			s->count++;
			return -1;
		}
	return 0;
}

void sections_init_part(struct sections *s, const struct request *r)
{
	*s = (struct sections){.filter = r->filter};
	for (; s->count < r->report_count; s->count++)
		section_init_part(&s->each[s->count], r, s->count);
}

bool sections_only_count(const struct sections *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->each[i].shape == REPORT_ROWS)
			return false;
	return true;
}

bool sections_only_total(const struct request *r)
{
	return r->report_count == 1 && r->reports[0] == REPORT_TOTALS &&
	       r->shape == REPORT_SUMMARY && r->query.node_count == 0 &&
	       r->filter.result == RESULT_ANY && r->filter.act == ACT_ANY && !r->filter.no_config;
}

void sections_use_hashes(struct sections *s)
{
	for (size_t i = 0; i < s->count; i++)
		s->each[i].totals.hashes = true;
}

void sections_begin_with(struct sections *s, struct report_totals *totals)
{
	report_totals_release(&s->each[0].totals);
	s->each[0].totals = *totals;
	s->each[0].found = true;
	report_totals_init(totals);
}

void sections_merge(struct sections *s, struct sections *part)
{
	for (size_t i = 0; i < s->count; i++) {
		struct section *to = &s->each[i], *from = &part->each[i];

		to->found |= from->found;
		tally_merge(&to->tally, &from->tally);
		tally_reset(&from->tally);
		report_totals_merge(&to->totals, &from->totals);
		report_totals_reset(&from->totals);
		tally_merge(&to->timeline.counts, &from->timeline.counts);
		tally_reset(&from->timeline.counts);
		from->found = false;
	}
}

static bool add_types(struct query *q, const struct report_types *types)
{
	for (; types && types->last; types++)
		for (uint32_t type = types->first; type <= types->last; type++)
			if (!query_add_type(q, type))
				return false;
	return true;
}

void sections_narrow(const struct sections *s, struct query *q)
{
	struct query narrow = *q;

	for (size_t i = 0; i < s->count; i++) {
		const struct report_def *def = &report_defs[s->each[i].id];

		if (!def->types || !add_types(&narrow, def->types) ||
		    !add_types(&narrow, def->summary_types))
			return;
	}
	*q = narrow;
}

void sections_release(struct sections *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct section *section = &s->each[i];

		tally_release(&section->tally);
		report_totals_release(&section->totals);
		timeline_release(&section->timeline);
		report_printer_release(&section->printer);
		if (section->spool >= 0)
			(void)close(section->spool);
	}
	s->count = 0;
}

static bool may_want(const struct section *s, const struct event *event)
{
	return s->id == REPORT_TOTALS ||
	       report_may_select(s->id, event, s->shape == REPORT_SUMMARY);
}

bool sections_may_want(const struct sections *s, const struct event *event)
{
	for (size_t i = 0; i < s->count; i++)
		if (may_want(&s->each[i], event))
			return true;
	return false;
}

static int section_take(struct section *s, struct report_reader *rr, struct err *e)
{
	switch (s->shape) {
	case REPORT_TIMELINE:
		if (s->id != REPORT_TOTALS && !report_selects(s->id, rr))
			return 0;
		s->found = true;
		timeline_add(&s->timeline, rr->event->stamp.sec);
		return 0;
	case REPORT_SUMMARY:
		s->found = true;
		if (s->id == REPORT_TOTALS)
			report_totals_add(&s->totals, rr);
		else
			(void)report_count(s->id, rr, &s->tally);
		return 0;
	case REPORT_ROWS:
		break;
	}
	if (!report_selects(s->id, rr))
		return 0;
	s->found = true;
	return report_print_rows(&s->printer, s->id, rr, e);
}

int sections_take(struct sections *s, struct report_reader *rr, struct err *e)
{
	if (rr->facts.failed)
		return err_set(e, "no memory for what an event says");
	if (!report_passes(&s->filter, rr))
		return 0;
	for (size_t i = 0; i < s->count; i++)
		if (may_want(&s->each[i], rr->event) && section_take(&s->each[i], rr, e) != 0)
			return -1;
	return 0;
}

bool sections_want_files(const struct sections *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->each[i].id == REPORT_TIME)
			return true;
	return false;
}

void sections_tell_file(struct sections *s, struct sv file, const struct stamp *first,
			const struct stamp *last)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->each[i].id == REPORT_TIME)
			report_print_time(&s->each[i].printer, file, first, last);
}

/* ---- the end ---- */

static int copy_spool(int spool, struct err *e)
{
	static char block[64 << 10];
	ssize_t n;
	off_t at = 0;

	while ((n = pread(spool, block, sizeof(block), at)) > 0) {
		if (file_write(STDOUT_FILENO, sv_make(block, (size_t)n)) != 0)
			return err_sys(e, "cannot write the report");
		at += n;
	}
	return n < 0 ? err_sys(e, "cannot read the rows of a report back") : 0;
}

static int print_counts(struct section *s, const struct report_range *range, unsigned width,
			struct err *e)
{
	if (s->shape == REPORT_ROWS || s->id == REPORT_TIME)
		return 0;
	if (s->shape == REPORT_TIMELINE)
		return report_print_timeline(&s->printer, s->id, &s->timeline, width, e);
	if (s->id != REPORT_TOTALS)
		return report_print_summary(&s->printer, s->id, &s->tally, e);
	for (enum report_total i = 0; i < REPORT_TOTALS_COUNT; i++)
		if (s->totals.distinct[i].failed)
			return err_set(e, "no memory to count more different values");
	report_print_totals(&s->printer, &s->totals, range);
	return 0;
}

int sections_finish(struct sections *s, const struct report_range *range, unsigned width,
		    struct err *e)
{
	for (size_t i = 0; i < s->count; i++) {
		struct section *section = &s->each[i];

		if (print_counts(section, range, width, e) != 0)
			return -1;
		report_print_end(&section->printer);
		if (report_printer_flush(&section->printer, e) != 0 ||
		    (section->spool >= 0 && copy_spool(section->spool, e) != 0))
			return -1;
	}
	return 0;
}

bool sections_are_empty(const struct sections *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->each[i].found || s->each[i].shape != REPORT_ROWS ||
		    s->each[i].id == REPORT_TIME)
			return false;
	return true;
}
