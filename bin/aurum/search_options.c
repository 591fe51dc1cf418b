/*
 * The command line of aurum search: its table, made of search.def, and what each option sets.
 */
#include "aurum/search.h"

#include "base/num.h"
#include "common/log.h"

#define QUERY_WORDS_MAX ((size_t)64 << 10)

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/search.def"
#undef OPTION
};

const struct option_set search_options = {
	.program = "aurum search",
	.usage = "[OPTION...] [QUERY...]",
	.summary = "Prints the events of the audit log that the query asks for: aurum-query(7). "
		   "Exit 0: there are some, 1: there is none, 2: it cannot be told.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows),
	.has_signed_operands = true,
};

/* ---- what each option sets ---- */

/* The word's place in the list; -1 with the sentence. */
static int find_word(const char *const *words, size_t count, const char *what, const char *value,
		     struct err *e)
{
	CLEANUP(buf_release) struct buf list = BUF_INIT(256);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], value) == 0)
			return (int)i;
		buf_printf(&list, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", words[i]);
	}
	return err_set(e, "unknown %s \"%s\": %s", what, value, buf_cstr(&list));
}

static int take_format(struct search_request *r, const char *value, struct err *e)
{
	static const char *const words[] = {"text", "table", "json", "json-raw", "csv", "raw"};
	int at = find_word(words, LEN(words), "format", value, e);

	if (at < 0)
		return -1;
	r->format = (enum search_format)at;
	r->has_format = true;
	return 0;
}

static int take_unit(struct search_request *r, const char *value, struct err *e)
{
	static const char *const words[] = {"minute", "hour", "day"};
	int at = find_word(words, LEN(words), "unit of time", value, e);

	if (at < 0)
		return -1;
	r->unit = (enum timeline_unit)(TIMELINE_MINUTE + at);
	return 0;
}

int search_take_fields(struct search_fields *fields, struct sv rest, struct err *e)
{
	struct sv name;

	fields->count = 0;
	do {
		(void)sv_cut(rest, ',', &name, &rest);
		if (fields->count == LEN(fields->list))
			return err_set(e, "more than %zu fields", LEN(fields->list));
		if (values_field_find(sv_trim(name), &fields->list[fields->count++], e) != 0)
			return -1;
	} while (rest.n);
	return 0;
}

static int take_sort(struct search_request *r, const char *value, struct err *e)
{
	static const struct {
		const char *word;
		enum search_sort sort;
	} words[] = {{"count", SORT_COUNT}, {"value", SORT_VALUE}, {"time", SORT_TIME}};

	for (size_t i = 0; i < LEN(words); i++)
		if (strcmp(words[i].word, value) == 0) {
			r->sort = words[i].sort;
			return 0;
		}
	r->sort = SORT_FIELD;
	return values_field_find(sv_cstr(value), &r->sort_field, e);
}

static int take_number(uint64_t *number, const char *value, struct err *e)
{
	if (num_range(sv_cstr(value), 1, UINT32_MAX, number))
		return 0;
	return err_set(e, "\"%s\" is no number of things to print", value);
}

static int take_word(struct search_request *r, const char *word, struct err *e)
{
	if (r->query.n)
		buf_putc(&r->query, ' ');
	buf_puts(&r->query, word);
	return r->query.failed ? err_set(e, "the query is too long") : 0;
}

static int take_by(struct search_request *r, const char *value, struct err *e)
{
	r->by_count = 1;
	return search_take_fields(&r->by[0], sv_cstr(value), e);
}

static int take(struct search_request *r, const struct option_hit *hit, struct err *e)
{
	switch (hit->id) {
	case 'f':
		return take_format(r, hit->value, e);
	case 'c':
		return search_take_fields(&r->columns, sv_cstr(hit->value), e);
	case 'n':
		return take_number(&r->limit, hit->value, e);
	case 's':
		return take_sort(r, hit->value, e);
	case 'r':
		r->reverse = true;
		return 0;
	case 'C':
		r->count = true;
		return 0;
	case 'b':
		return take_by(r, hit->value, e);
	case 't':
		return take_number(&r->top, hit->value, e);
	case 'T':
		return take_unit(r, hit->value, e);
	case 1000:
		return present_when(r->when, WHEN_START, hit->value, &r->from, e);
	case 1001:
		return present_when(r->when, WHEN_END, hit->value, &r->to, e);
	case 'l':
		r->log = hit->value;
		return 0;
	case 1002:
		r->config_dir = hit->value;
		return 0;
	case 'S':
		r->serial = true;
		return 0;
	case 'x':
		r->explain = true;
		return 0;
	case 1003:
		r->no_index = true;
		return 0;
	case 1004:
		r->verified = true;
		return 0;
	case 1005:
		r->seal_key = hit->value;
		return 0;
	default:
		return take_word(r, hit->name, e);
	}
}

enum frame_next search_take(void *request, const struct option_hit *hit, struct err *e)
{
	if (hit->id == 'h')
		return frame_help(&search_options, e);
	return take(request, hit, e) == 0 ? FRAME_ON : FRAME_FAILED;
}

void search_request_init(struct search_request *r, const char *program,
			 const struct present *present)
{
	*r = (struct search_request){
		.program = program,
		.from = INT64_MIN,
		.to = INT64_MAX,
		.config_dir = LOG_CONFIG_DIR,
		.query = BUF_INIT(QUERY_WORDS_MAX),
		.when = &present->when,
	};
}

void search_request_release(struct search_request *r)
{
	buf_release(&r->query);
}

/* ---- all of it ---- */

static int check_counts(const struct search_request *r, struct err *e)
{
	if ((r->by_count > 0) + (r->unit != TIMELINE_NONE) + r->count > 1)
		return err_set(e, "--count, --count-by and --timeline: one of them");
	if (r->limit)
		return err_set(e, "--limit is about events; --top about counts");
	if (r->columns.count)
		return err_set(e, "--columns are those of events, not of counts");
	if (r->make != MAKE_COUNTS && (r->top || r->sort != SORT_NONE || r->reverse))
		return err_set(e, "--top, --sort and --reverse need several counts: --count-by");
	if (r->sort == SORT_FIELD)
		return err_set(e, "counts are sorted by count, value or time");
	if (r->format == SEARCH_RAW || r->format == SEARCH_JSON_RAW)
		return err_set(e, "counts are printed as text, table, csv or json");
	return 0;
}

static int check_events(struct search_request *r, struct err *e)
{
	if (r->top)
		return err_set(e, "--top is about counts; --limit about events");
	if (r->sort == SORT_COUNT || r->sort == SORT_VALUE)
		return err_set(e, "events are sorted by a field, counts by %s",
			       r->sort == SORT_COUNT ? "count" : "value");
	if (r->columns.count && !r->has_format)
		r->format = SEARCH_TABLE;
	if (r->columns.count &&
	    (r->format == SEARCH_TEXT || r->format == SEARCH_RAW || r->format == SEARCH_JSON_RAW))
		return err_set(e, "--columns need --format table, csv or json");
	if (r->format == SEARCH_TABLE && !r->columns.count &&
	    search_take_fields(&r->columns, SV(SEARCH_COLUMNS), e) != 0)
		return -1;
	return 0;
}

int search_complete(struct search_request *r, struct err *e)
{
	if (r->seal_key && !r->verified)
		return err_set(e, "--seal-key needs --verified");
	if (r->from > r->to)
		return err_set(e, "--from is later than --to");
	if (r->count)
		r->make = MAKE_COUNT;
	else if (r->by_count)
		r->make = MAKE_COUNTS;
	else if (r->unit != TIMELINE_NONE)
		r->make = MAKE_TIMELINE;
	if (r->make != MAKE_EVENTS)
		return check_counts(r, e);
	if (check_events(r, e) != 0)
		return -1;
	if (r->columns.count)
		r->make = MAKE_ROWS;
	return 0;
}
