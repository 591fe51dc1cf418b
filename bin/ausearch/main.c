/*
 * ausearch: finds events in the audit log. Options become a request, the request a scan of
 * the log, and what it finds goes to the output.
 */
#include "ausearch/checkpoint.h"
#include "ausearch/options.h"
#include "ausearch/sheets.h"
#include "common/frame.h"
#include "common/log.h"
#include "common/present.h"
#include "common/verified.h"
#include "output/progress.h"
#include "table/table.h"

#include <errno.h>
#include <stdlib.h>

#define PROGRAM ausearch_options.program

enum { EXIT_FOUND = 0, EXIT_NOT_FOUND = 1, EXIT_TROUBLE = 1, EXIT_UNVERIFIED = 2 };

struct app {
	struct request request;
	struct output output;
	struct interpreter interpreter;
	struct progress progress;
	struct parts sheets;
	struct resume resume;
	struct log log;
	struct verified verified;
	struct err write_error;
	bool write_failed;
};

static int list_types(void)
{
	frame_say(PROGRAM, "option -m needs a record type");
	(void)fputs("Valid message types are: ALL", stderr);
	for (uint32_t type = 0; type < QUERY_TYPE_MAX; type++)
		if (msgtype_name(type))
			(void)fprintf(stderr, " %s", msgtype_name(type));
	(void)fputc('\n', stderr);
	return EXIT_TROUBLE;
}

/* ---- the search ---- */

static enum scan_first is_new(void *arg, const struct event *event)
{
	struct app *app = arg;

	switch (resume_pass(&app->resume, event)) {
	case CHECKPOINT_HOLD:
		return SCAN_PASS_OVER;
	case CHECKPOINT_PASS:
		return SCAN_LOOK;
	case CHECKPOINT_WRONG:
		break;
	}
	return SCAN_GIVE_UP;
}

static enum scan_next found(void *arg, const struct event *event)
{
	struct app *app = arg;

	progress_clear(&app->progress);
	if (output_event(&app->output, event, &app->write_error) != 0 ||
	    (app->request.line_buffered && output_flush(&app->output, &app->write_error) != 0)) {
		app->write_failed = true;
		return SCAN_STOP;
	}
	return app->request.just_one ? SCAN_STOP : SCAN_ON;
}

static void show_progress(void *arg, uint64_t done, uint64_t total)
{
	struct app *app = arg;

	progress_show(&app->progress, done, total);
}

static void *new_sheet(void *arg)
{
	struct app *app = arg;

	return parts_take(&app->sheets);
}

static void on_sheet(void *arg, void *sheet, const struct event *event)
{
	(void)arg;
	part_event(sheet, event);
}

static enum scan_next end_sheet(void *arg, void *sheet, bool discard)
{
	struct app *app = arg;

	progress_clear(&app->progress);
	if (parts_give(&app->sheets, sheet, discard, &app->write_error) == 0)
		return SCAN_ON;
	app->write_failed = true;
	return SCAN_STOP;
}

/* Words are work enough for all processors, where no event has to be out before the next. */
static bool wants_sheets(const struct request *r)
{
	return r->format != OUTPUT_RAW && r->format != OUTPUT_DEFAULT && !r->just_one &&
	       !r->line_buffered;
}

/* ---- --verified ---- */

static void *new_asker(void *arg)
{
	struct app *app = arg;

	return verified_asker_new(&app->verified);
}

static bool is_verified(void *arg, void *asker, const struct event *event)
{
	struct app *app = arg;

	return verified_holds(&app->verified, asker, event);
}

static void free_asker(void *arg, void *asker)
{
	(void)arg;
	proven_asker_free(asker);
}

/* The evidence first: what is written behind it is not signed yet. 0, or an exit code after saying what went wrong. */
static int open_evidence(struct app *app, struct scan *scan)
{
	const struct request *r = &app->request;
	const struct sealed_choice choice = {.program = PROGRAM,
					     .path = r->input,
					     .config_dir = r->config_dir,
					     .key = r->seal_key};
	struct err e;

	if (!r->verified)
		return 0;
	if (verified_open(&app->verified, &choice, &r->query, &e) != 0) {
		frame_say(PROGRAM, "%s", e.text);
		return EXIT_UNVERIFIED;
	}
	scan->match_new = new_asker;
	scan->match = is_verified;
	scan->match_free = free_asker;
	return 0;
}

static void malformed(void *arg, struct sv line)
{
	(void)arg;
	log_tell_line(PROGRAM, line);
}

/* 0, or -1 after saying what went wrong. A reader that has left is no trouble. */
static int finish_output(struct app *app)
{
	if (!app->write_failed)
		app->write_failed = output_flush(&app->output, &app->write_error) != 0;
	if (!app->write_failed || app->write_error.sys == EPIPE)
		return 0;
	frame_say(PROGRAM, "%s", app->write_error.text);
	return -1;
}

/* It has escapes of its own. */
static bool is_json(enum output_format format)
{
	return format == OUTPUT_JSON || format == OUTPUT_JSON_RAW;
}

/* Keeps where the search ended. 0, or an exit code. */
static int keep_checkpoint(struct app *app)
{
	struct resume *s = &app->resume;
	struct err e;

	if (!s->path)
		return 0;
	if (app->log.kind == LOG_PIPE) {
		(void)fputs("Warning - checkpointing stdin is not supported\n", stderr);
		return 0;
	}
	if (s->wrong) {
		frame_say(PROGRAM,
			  "checkpoint %s: its event %lld.%03u:%llu is not in its log "
			  "before %lld.%03u:%llu",
			  s->path, (long long)s->last.stamp.sec, s->last.stamp.ms,
			  (unsigned long long)s->last.stamp.serial, (long long)s->newer.sec,
			  s->newer.ms, (unsigned long long)s->newer.serial);
		return EXIT_CHECKPOINT_WRONG;
	}
	if (resume_save(s, &app->log.cursor, &e) == 0)
		return 0;
	frame_say(PROGRAM, "%s", e.text);
	return EXIT_CHECKPOINT_WRITE;
}

/* Goes on where the checkpoint says. 0, or an exit code after saying what went wrong. */
static int load_checkpoint(struct app *app, struct scan *scan)
{
	const struct request *r = &app->request;
	struct err e;

	if (!r->checkpoint)
		return 0;
	scan->first = is_new;
	scan->keep_open = true;
	/* Where a search that ends early stood is known only when events go one by one. */
	scan->plain = r->just_one;
	if (resume_load(&app->resume, r->checkpoint,
			r->from_checkpoint ? CHECKPOINT_BY_TIME : CHECKPOINT_BY_EVENT, &e) == 0)
		return 0;
	frame_say(PROGRAM, "%s", e.text);
	return EXIT_CHECKPOINT_BAD;
}

/* 0, or an exit code after saying what went wrong. */
static int open_log(struct app *app)
{
	const struct request *r = &app->request;
	const struct log_choice choice = {
		.program = PROGRAM,
		.path = r->input,
		.config_dir = r->config_dir,
		.standard_input = r->input_logs ? STDIN_UNUSED : STDIN_IF_PIPE,
		.timeout_s = r->eoe_timeout_s,
		.order = JOIN_ORDERED,
		.explain = r->explain,
		.no_index = r->no_index,
	};
	struct err e;

	if (log_open(&app->log, &choice, &e) == 0 &&
	    (app->log.kind != LOG_SET || resume_seek(&app->resume, &app->log.cursor, &e) == 0))
		return 0;
	frame_say(PROGRAM, "%s", e.text);
	/* The logs may be there, but not the one to go on with. */
	return app->log.cursor.count && app->resume.has_last ? EXIT_CHECKPOINT_BAD : EXIT_TROUBLE;
}

static void open_output(struct app *app, struct names *names, struct scan *scan)
{
	const struct request *r = &app->request;

	interpreter_init(&app->interpreter, names, is_json(r->format) ? ESCAPE_RAW : r->escape);
	output_init(&app->output, STDOUT_FILENO, r->format, r->escape);
	app->output.interpreter = &app->interpreter;
	app->output.columns = r->columns;
	app->sheets = (struct parts){.kind = &sheet_kind, .arg = &app->output};
	if (wants_sheets(r) && app->log.kind != LOG_PIPE) {
		scan->chunk_new = new_sheet;
		scan->chunk_event = on_sheet;
		scan->chunk_end = end_sheet;
	}
	progress_init(&app->progress, STDERR_FILENO);
}

/* Runs the scan; an exit code after saying what went wrong. */
static int scan_log(struct app *app, struct scan *scan)
{
	const struct request *r = &app->request;
	struct err e;
	int status = log_scan(&app->log, scan, &e), kept = 0;

	progress_release(&app->progress);
	parts_release(&app->sheets);
	if (status != 0)
		frame_say(PROGRAM, "%s", e.text);
	if (finish_output(app) != 0)
		status = -1;
	/* Events that nobody got are shown again. */
	if (status == 0 && !app->write_failed)
		kept = keep_checkpoint(app);
	log_tell_damage(PROGRAM, &app->log, scan, r->debug ? NULL : "--debug shows them");
	if (r->verified)
		verified_tell(&app->verified);
	if (status != 0)
		return EXIT_TROUBLE;
	if (kept != 0)
		return kept;
	if (!scan->matches && r->format != OUTPUT_RAW)
		(void)fputs("<no matches>\n", stderr);
	return scan->matches ? EXIT_FOUND : EXIT_NOT_FOUND;
}

static int search(struct app *app, struct names *names)
{
	const struct request *r = &app->request;
	struct scan scan = {.query = &r->query,
			    .found = found,
			    .malformed = r->debug ? malformed : NULL,
			    .progress = show_progress,
			    .arg = app};
	int status = load_checkpoint(app, &scan);

	if (status != 0)
		return status;
	status = open_log(app);
	if (status == 0 && r->verified && app->log.kind == LOG_PIPE) {
		frame_say(PROGRAM, "--verified needs a log with its seal: standard input has none");
		status = EXIT_UNVERIFIED;
	}
	if (status == 0)
		status = open_evidence(app, &scan);
	if (status == 0) {
		open_output(app, names, &scan);
		status = scan_log(app, &scan);
		output_release(&app->output);
	}
	log_close(&app->log);
	verified_close(&app->verified);
	return status;
}

int main(int argc, char **argv)
{
	struct app app = {0};
	struct present present;
	struct err e;
	int status = EXIT_TROUBLE;

	if (frame_start() != 0)
		return EXIT_TROUBLE;
	if (argc < 2) {
		(void)!frame_help(&ausearch_options, &e);
		return EXIT_TROUBLE;
	}
	if (present_init(&present, &e) != 0) {
		frame_say(PROGRAM, "%s", e.text);
		return EXIT_TROUBLE;
	}
	switch (request_read(&app.request, argc, argv, &present, &e)) {
	case FRAME_ON:
		status = search(&app, present.names);
		break;
	case FRAME_DONE:
		status = app.request.action == REQUEST_LIST_TYPES ? list_types() : EXIT_SUCCESS;
		break;
	case FRAME_FAILED:
		frame_say(PROGRAM, "%s", e.text);
		break;
	}
	present_release(&present);
	return status;
}
