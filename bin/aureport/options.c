/*
 * The command line: its table, made of options.def, the walk over it, and what each option
 * sets.
 */
#include "aureport/options.h"

#include "base/num.h"
#include "common/frame.h"
#include "common/log.h"

#define INPUT_PATH_MAX 4064

typedef int (*take_fn)(struct request *r, int number, const char *value, struct err *e);

/* ---- what each option sets ---- */

static int take_report(struct request *r, int number, const char *value, struct err *e)
{
	(void)value, (void)e;
	for (size_t i = 0; i < r->report_count; i++)
		if (r->reports[i] == (enum report_id)number)
			return 0;
	r->reports[r->report_count++] = (enum report_id)number;
	return 0;
}

static int take_act(struct request *r, int number, const char *value, struct err *e)
{
	(void)value, (void)e;
	r->filter.act = (enum report_act)number;
	return 0;
}

static int take_result(struct request *r, int number, const char *value, struct err *e)
{
	(void)value, (void)e;
	r->filter.result = (enum report_result)number;
	return 0;
}

static int take_action(struct request *r, int number, const char *value, struct err *e)
{
	(void)value, (void)e;
	r->action = (enum request_action)number;
	return 0;
}

static int take_format(struct request *r, int number, const char *value, struct err *e)
{
	static const char *const names[] = {"text", "csv", "json"};

	(void)number;
	for (size_t i = 0; i < LEN(names); i++)
		if (strcmp(names[i], value) == 0) {
			r->format = (enum report_format)i;
			return 0;
		}
	return err_set(e, "unknown format \"%s\": text, csv or json", value);
}

static int take_timeline(struct request *r, int number, const char *value, struct err *e)
{
	static const char *const names[] = {"minute", "hour", "day"};

	(void)number;
	for (size_t i = 0; i < LEN(names); i++)
		if (strcmp(names[i], value) == 0) {
			r->unit = (enum timeline_unit)(i + 1);
			return 0;
		}
	return err_set(e, "events are counted by minute, hour or day, not by \"%s\"", value);
}

static int take_summary(struct request *r, int number, const char *value, struct err *e)
{
	(void)number, (void)value, (void)e;
	r->shape = REPORT_SUMMARY;
	return 0;
}

/* The value is the word before r->words->at; there may be more. */
static int take_when(struct request *r, int number, const char *value, struct err *e)
{
	struct options *o = r->words;
	enum when_edge edge = (enum when_edge)number;
	size_t used;

	(void)value;
	*(edge == WHEN_START ? &r->has_start : &r->has_end) = true;
	if (when_parse_words(r->when, edge, &o->argv[o->at - 1], (size_t)(o->argc - o->at) + 1,
			     &used, edge == WHEN_START ? &r->query.start : &r->query.end, e) != 0)
		return -1;
	o->at += (int)used - 1;
	return 0;
}

static int take_node(struct request *r, int number, const char *value, struct err *e)
{
	(void)number;
	if (!query_add_node(&r->query, sv_cstr(value)))
		return err_set(e, "more than %d nodes", QUERY_NODES_MAX);
	return 0;
}

static int take_input(struct request *r, int number, const char *value, struct err *e)
{
	(void)number;
	if (strlen(value) >= INPUT_PATH_MAX)
		return err_set(e, "the input's name has more than %d bytes", INPUT_PATH_MAX - 1);
	r->input = value;
	return 0;
}

static int take_config_dir(struct request *r, int number, const char *value, struct err *e)
{
	(void)number, (void)e;
	r->config_dir = value;
	return 0;
}

static int take_eoe_timeout(struct request *r, int number, const char *value, struct err *e)
{
	uint32_t seconds;

	(void)number;
	if (!num_u32(sv_cstr(value), &seconds) || seconds == 0)
		return err_set(e, "the end-of-event timeout is a number of seconds, not \"%s\"",
			       value);
	r->eoe_timeout_s = seconds;
	return 0;
}

static int take_escape(struct request *r, int number, const char *value, struct err *e)
{
	(void)number;
	if (!escape_mode_find(sv_cstr(value), &r->escape))
		return err_set(e, "unknown escape mode \"%s\": raw, tty, shell or shell_quote",
			       value);
	return 0;
}

#define FLAG(name, member)                                                                         \
	static int take_##name(struct request *r, int number, const char *value, struct err *e)    \
	{                                                                                          \
		(void)number, (void)value, (void)e;                                                \
		r->member = true;                                                                  \
		return 0;                                                                          \
	}

FLAG(interpret, interpret)
FLAG(input_logs, input_logs)
FLAG(no_config, filter.no_config)
FLAG(debug, debug)
FLAG(explain, explain)
FLAG(no_index, no_index)

/* ---- the table ---- */

enum option_id {
	OPT_NONE,
#define OPTION(id, names, arg, value_name, take, number, help) OPT_##id,
#include "aureport/options.def"
#undef OPTION
};

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, take, number, help)                                     \
	{OPT_##id, names, arg, value_name, help},
#include "aureport/options.def"
#undef OPTION
};

static const struct {
	take_fn take;
	int number;
} takers[] = {
#define OPTION(id, names, arg, value_name, take, number, help) [OPT_##id] = {take, number},
#include "aureport/options.def"
#undef OPTION
};

const struct option_set aureport_options = {
	.program = "aureport",
	.usage = "[OPTION...]",
	.summary = "Reports what is in the audit log: a page of totals, or the reports asked for.",
	.style = OPTION_WORDS,
	.rows = rows,
	.count = LEN(rows),
};

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct request *r = arg;

	if (!hit->id)
		return frame_stray_word(hit, e);
	if (hit->value && hit->value[0] == '-' && takers[hit->id].take != take_when) {
		(void)option_needs_value(&rows[hit->id - 1], sv_cstr(hit->name), e);
		return FRAME_FAILED;
	}
	if (takers[hit->id].take(r, takers[hit->id].number, hit->value, e) != 0)
		return FRAME_FAILED;
	switch (r->action) {
	case REQUEST_REPORT:
		return FRAME_ON;
	case REQUEST_HELP:
		return frame_help(&aureport_options, e);
	case REQUEST_VERSION:
		return frame_version(&aureport_options, e);
	}
	return FRAME_DONE;
}

/* What goes together, and what is meant where nothing is said. */
static int complete(struct request *r, struct err *e)
{
	if (r->unit != TIMELINE_NONE && r->shape == REPORT_SUMMARY && r->report_count)
		return err_set(e,
			       "--summary counts over values, --timeline over time: one of them");
	if (!r->report_count)
		r->reports[r->report_count++] = REPORT_TOTALS;
	for (size_t i = 0; i < r->report_count; i++) {
		const struct report_def *def = &report_defs[r->reports[i]];

		if (r->reports[i] == REPORT_TIME && r->unit != TIMELINE_NONE)
			return err_set(e, "the report about log files has no timeline");
		if (r->reports[i] == REPORT_TOTALS)
			r->shape = REPORT_SUMMARY;
		else if (r->shape == REPORT_SUMMARY && !def->summary_title)
			return err_set(e, "there is no summary of the report \"%s\"", def->name);
	}
	if (r->unit != TIMELINE_NONE)
		r->shape = REPORT_TIMELINE;
	return 0;
}

enum frame_next request_read(struct request *r, int argc, char *const argv[],
			     const struct when_context *when, struct err *e)
{
	struct options words;
	enum frame_next next;

	*r = (struct request){
		.config_dir = LOG_CONFIG_DIR,
		.escape = ESCAPE_TTY,
		.words = &words,
		.when = when,
	};
	query_init(&r->query);
	next = frame_options(&words, &aureport_options, argc, argv, take_option, r, e);
	r->words = NULL;
	if (next == FRAME_ON && complete(r, e) != 0)
		return FRAME_FAILED;
	return next;
}
