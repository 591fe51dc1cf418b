/*
 * aurum report: searches that somebody has thought of before. A report is a query and what is made
 * of its events; options and words of the command line change and narrow it.
 */
#include "aurum/search.h"

#include "base/near.h"

enum shape { COUNTS, EVENTS, BY_HOUR };

#define TOP_OF_SEVERAL 5 /* of each count where there are several */

static const struct report_row {
	const char *name, *query;
	enum shape shape;
	const char *fields, *help;
} reports[] = {
#define REPORT(name, query, shape, fields, help) {#name, query, shape, fields, help},
#include "aurum/report.def"
#undef REPORT
};

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/search.def"
#undef OPTION
};

static const struct option_set set = {
	.program = "aurum report",
	.usage = "[OPTION...] [REPORT] [QUERY...]",
	.summary = "Prints a report on the events of the audit log, or on those that the query "
		   "asks for. Exit 0: there are some, 1: there is none, 2: it cannot be told.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows),
	.has_signed_operands = true,
};

struct reporting {
	struct search_request request;
	const struct report_row *report; /* NULL: not named */
	bool has_words;
};

static const struct report_row *find_report(const char *name)
{
	for (size_t i = 0; i < LEN(reports); i++)
		if (strcmp(reports[i].name, name) == 0)
			return &reports[i];
	return NULL;
}

static enum frame_next help(struct err *e)
{
	enum frame_next next = frame_help(&set, e);

	if (next != FRAME_DONE)
		return next;
	(void)puts("\nReports:");
	for (size_t i = 0; i < LEN(reports); i++)
		(void)printf("  %-25s %s\n", reports[i].name, reports[i].help);
	return FRAME_DONE;
}

/* A word alone is no query: one that nearly names a report is a mistake. */
static bool is_plain_word(const char *word)
{
	for (; *word; word++)
		if (*word < 'a' || *word > 'z')
			return false;
	return true;
}

static enum frame_next take(void *arg, const struct option_hit *hit, struct err *e)
{
	struct reporting *r = arg;

	if (hit->id == 'h')
		return help(e);
	if (hit->id == 0 && !r->has_words) {
		r->has_words = true;
		r->report = find_report(hit->name);
		if (r->report)
			return FRAME_ON;
	}
	return search_take(&r->request, hit, e);
}

/* The report's query and the one of the command line, both of which have to hold. */
static int join_queries(struct search_request *r, const char *query, struct err *e)
{
	struct buf joined = BUF_INIT(r->query.max);

	if (!query[0])
		return 0;
	buf_puts(&joined, query);
	if (r->query.n) {
		buf_puts(&joined, " and (");
		buf_put(&joined, buf_view(&r->query));
		buf_putc(&joined, ')');
	}
	buf_release(&r->query);
	r->query = joined;
	return joined.failed ? err_set(e, "the query is too long") : 0;
}

static int take_counts(struct search_request *r, const char *fields, struct err *e)
{
	struct sv rest = sv_cstr(fields), one;

	for (r->by_count = 0; rest.n && r->by_count < LEN(r->by); r->by_count++) {
		(void)sv_cut(rest, ';', &one, &rest);
		if (search_take_fields(&r->by[r->by_count], one, e) != 0)
			return -1;
	}
	if (r->by_count > 1 && !r->top)
		r->top = TOP_OF_SEVERAL;
	return 0;
}

/* Whatever the command line does not ask for in another way. */
static int apply(struct search_request *r, const struct report_row *report, struct err *e)
{
	bool counts = r->count || r->by_count || r->unit != TIMELINE_NONE;

	if (join_queries(r, report->query, e) != 0)
		return -1;
	if (counts || r->columns.count)
		return 0;
	switch (report->shape) {
	case COUNTS:
		return take_counts(r, report->fields, e);
	case EVENTS:
		if (!r->has_format)
			r->format = SEARCH_TABLE;
		if (r->format == SEARCH_TEXT || r->format == SEARCH_RAW ||
		    r->format == SEARCH_JSON_RAW)
			return 0;
		return search_take_fields(&r->columns, sv_cstr(report->fields), e);
	case BY_HOUR:
		r->unit = TIMELINE_HOUR;
		return 0;
	}
	return -1;
}

static int unknown_report(const struct search_request *r)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];

	for (size_t i = 0; i < LEN(reports); i++)
		near_consider(&best, buf_view(&r->query), sv_cstr(reports[i].name));
	say("report: there is no report %.*s%s", SV_FMT(sv_head(buf_view(&r->query), 64)),
	    near_hint(&best, ": `aurum report --help` lists them all", hint));
	return EXIT_TROUBLE;
}

static int run(struct reporting *r, const struct present *present)
{
	struct err e;

	if (!r->report && r->request.query.n && is_plain_word(buf_cstr(&r->request.query)))
		return unknown_report(&r->request);
	if (apply(&r->request, r->report ? r->report : &reports[0], &e) == 0 &&
	    search_complete(&r->request, &e) == 0)
		return search_run(&r->request, present);
	say("report: %s", e.text);
	return EXIT_TROUBLE;
}

int report_main(int argc, char **argv)
{
	struct reporting r = {.report = NULL};
	struct present present;
	int code;

	if (verb_begin("report", &present) != 0)
		return EXIT_TROUBLE;
	search_request_init(&r.request, "aurum: report", &present);
	code = verb_options(&set, argc, argv, take, &r);
	if (code < 0)
		code = run(&r, &present);
	search_request_release(&r.request);
	present_release(&present);
	return code;
}
