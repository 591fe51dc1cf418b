/*
 * ausearch: finds events in the audit log. Options become a request, the request a scan of
 * the log, and what it finds goes to the output.
 */
#include "ausearch/options.h"
#include "base/file.h"
#include "base/num.h"
#include "checkpoint.h"
#include "config/auditd_conf.h"
#include "log/cursor.h"
#include "output/progress.h"
#include "query/scan.h"
#include "record/names_system.h"
#include "sheets.h"
#include "table/table.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* A pipe that gives nothing for so long completes the events that are open. */
#define PIPE_IDLE_MS 3000
#define HELP_MAX     ((size_t)64 << 10)
#define DEBUG_MAX    ((size_t)1 << 20)

enum { EXIT_FOUND = 0, EXIT_NOT_FOUND = 1, EXIT_TROUBLE = 1 };

struct app {
	struct request request;
	struct output output;
	struct interpreter interpreter;
	struct progress progress;
	struct sheets sheets;
	struct resume resume;
	bool is_pipe; /* of the input: it has no place to go on from */
	struct err write_error;
	bool write_failed;
};

static void say(const char *text)
{
	(void)fprintf(stderr, "ausearch: %s\n", text);
}

/* ---- the present ---- */

/* When the machine started, in whole seconds; -1 when that cannot be told. */
static int64_t boot_time(int64_t now)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(256);
	struct sv whole, rest;
	uint64_t seconds;

	if (file_read("/proc/uptime", &text, NULL) != 0 ||
	    !sv_cut(buf_view(&text), '.', &whole, &rest) || !num_u64(whole, &seconds))
		return -1;
	/* Rounded, as the reference does. */
	if (rest.n && rest.p[0] >= '5')
		seconds++;
	return now - (int64_t)seconds;
}

/* ---- help and lists ---- */

static int print(const struct buf *text)
{
	return fwrite(text->p, 1, text->n, stdout) == text->n && fflush(stdout) == 0 ? 0 : -1;
}

static int help(void)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(HELP_MAX);

	option_help(&ausearch_options, &text);
	return print(&text);
}

static void list_types(void)
{
	(void)fputs("Valid message types are: ALL", stderr);
	for (uint32_t type = 0; type < QUERY_TYPE_MAX; type++)
		if (msgtype_name(type))
			(void)fprintf(stderr, " %s", msgtype_name(type));
	(void)fputc('\n', stderr);
}

/* ---- where the log is ---- */

/* Which log, and how long events stay open. Problems are told; a search goes on with defaults. */
static void load_config(const struct request *r, struct auditd_conf *conf)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(CONFIG_FILE_MAX);
	CLEANUP(buf_release) struct buf line = BUF_INIT(CONFIG_FILE_MAX);
	static struct config_problems problems; /* too big for the stack, and used once */
	char path[4096];
	struct err e;

	auditd_conf_init(conf);
	(void)snprintf(path, sizeof(path), "%s/%s", r->config_dir, AUDITD_CONF_NAME);
	if (file_read(path, &text, &e) != 0) {
		if (!r->input)
			(void)fprintf(stderr, "ausearch: %s: using the default log %s\n", e.text,
				      conf->log_file);
		else if (e.sys != ENOENT)
			(void)fprintf(stderr, "ausearch: %s: using the default timeout\n", e.text);
		return;
	}
	if (auditd_conf_parse(conf, buf_view(&text), &problems) == 0)
		return;
	for (size_t i = 0; i < problems.count; i++) {
		buf_reset(&line);
		config_put_problem(&problems.list[i], path, &line);
		say(buf_cstr(&line));
	}
}

static int open_folder(struct cursor *c, const char *folder, struct err *e)
{
	char path[4096 + 16];

	(void)snprintf(path, sizeof(path), "%s%saudit.log", folder,
		       folder[0] && folder[strlen(folder) - 1] == '/' ? "" : "/");
	(void)fprintf(stderr, "NOTE - using logs in %s\n", path);
	return cursor_open_set(c, path, e);
}

static int open_input(struct app *app, const char *log_file, struct cursor *c, struct err *e)
{
	const struct request *r = &app->request;
	struct stat st;

	if (r->input) {
		if (stat(r->input, &st) == 0 && S_ISDIR(st.st_mode))
			return open_folder(c, r->input, e) == 0 ? resume_seek(&app->resume, c, e)
								: -1;
		return cursor_open_file(c, r->input, e);
	}
	if (!r->input_logs && fstat(STDIN_FILENO, &st) == 0 && S_ISFIFO(st.st_mode)) {
		app->is_pipe = true;
		cursor_set_idle(c, PIPE_IDLE_MS);
		return cursor_open_fd(c, STDIN_FILENO, "standard input", e);
	}
	return cursor_open_set(c, log_file, e) == 0 ? resume_seek(&app->resume, c, e) : -1;
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

	return sheets_take(&app->sheets);
}

static void on_sheet(void *arg, void *sheet, const struct event *event)
{
	(void)arg;
	sheet_event(sheet, event);
}

static enum scan_next end_sheet(void *arg, void *sheet, bool discard)
{
	struct app *app = arg;

	progress_clear(&app->progress);
	if (sheets_give(&app->sheets, sheet, discard, &app->write_error) == 0)
		return SCAN_ON;
	app->write_failed = true;
	return SCAN_STOP;
}

/* Words are work enough for all processors, where no event has to be out before the next. */
static bool wants_sheets(const struct request *r)
{
	return r->format != OUTPUT_RAW && r->format != OUTPUT_DEFAULT && !r->just_one &&
	       !r->line_buffered && !r->checkpoint;
}

static void malformed(void *arg, struct sv line)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(DEBUG_MAX);

	(void)arg;
	escape_put(ESCAPE_TTY, line, &text);
	(void)fprintf(stderr, "ausearch: not a record: %s\n", buf_cstr(&text));
}

/* What was passed over, in one line each: a search must not look more complete than it is. */
static void tell_damage(const struct scan *scan, const struct cursor_stats *stats, bool shown)
{
	if (scan->malformed_lines)
		(void)fprintf(stderr, "ausearch: lines that are no records: %llu%s\n",
			      (unsigned long long)scan->malformed_lines,
			      shown ? "" : " (--debug shows them)");
	if (stats->too_long)
		(void)fprintf(stderr, "ausearch: lines cut at %u bytes: %llu\n", CURSOR_LINE_MAX,
			      (unsigned long long)stats->too_long);
}

/* 0, or -1 after saying what went wrong. A reader that has left is no trouble. */
static int finish_output(struct app *app)
{
	if (!app->write_failed)
		app->write_failed = output_flush(&app->output, &app->write_error) != 0;
	if (!app->write_failed || app->write_error.sys == EPIPE)
		return 0;
	say(app->write_error.text);
	return -1;
}

/* It has escapes of its own. */
static bool is_json(enum output_format format)
{
	return format == OUTPUT_JSON || format == OUTPUT_JSON_RAW;
}

/* Keeps where the search ended. 0, or an exit code. */
static int keep_checkpoint(struct app *app, const struct cursor *cursor)
{
	struct resume *s = &app->resume;
	struct err e;

	if (!s->path)
		return 0;
	if (app->is_pipe) {
		(void)fputs("Warning - checkpointing stdin is not supported\n", stderr);
		return 0;
	}
	if (s->wrong) {
		(void)fprintf(stderr,
			      "ausearch: checkpoint %s: its event %lld.%03u:%llu is not in its log "
			      "before %lld.%03u:%llu\n",
			      s->path, (long long)s->last.stamp.sec, s->last.stamp.ms,
			      (unsigned long long)s->last.stamp.serial, (long long)s->newer.sec,
			      s->newer.ms, (unsigned long long)s->newer.serial);
		return EXIT_CHECKPOINT_WRONG;
	}
	if (resume_save(s, cursor, &e) == 0)
		return 0;
	say(e.text);
	return EXIT_CHECKPOINT_WRITE;
}

static int search(struct app *app, struct names *names)
{
	const struct request *r = &app->request;
	CLEANUP(auditd_conf_release) struct auditd_conf conf;
	CLEANUP(cursor_release) struct cursor cursor;
	struct join_options join_options = {.order = JOIN_ORDERED};
	struct scan scan = {.query = &r->query,
			    .cursor = &cursor,
			    .found = found,
			    .malformed = r->debug ? malformed : NULL,
			    .progress = show_progress,
			    .arg = app};
	struct err e;
	int status, kept = 0;

	load_config(r, &conf);
	cursor_init(&cursor);
	if (r->checkpoint) {
		scan.first = is_new;
		scan.keep_open = true;
		if (resume_load(&app->resume, r->checkpoint,
				r->from_checkpoint ? CHECKPOINT_BY_TIME : CHECKPOINT_BY_EVENT,
				&e) != 0) {
			say(e.text);
			return EXIT_CHECKPOINT_BAD;
		}
	}
	join_options.timeout_s =
		r->eoe_timeout_s ? r->eoe_timeout_s : (int64_t)conf.end_of_event_timeout;
	if (open_input(app, conf.log_file, &cursor, &e) != 0 ||
	    !(scan.join = join_new(&join_options, &e))) {
		say(e.text);
		/* The logs are there, but not the one to go on with. */
		return cursor.count && app->resume.has_last ? EXIT_CHECKPOINT_BAD : EXIT_TROUBLE;
	}
	interpreter_init(&app->interpreter, names, is_json(r->format) ? ESCAPE_RAW : r->escape);
	output_init(&app->output, STDOUT_FILENO, r->format, r->escape);
	app->output.interpreter = &app->interpreter;
	app->output.columns = r->columns;
	app->sheets.output = &app->output;
	if (wants_sheets(r) && !app->is_pipe) {
		scan.chunk_new = new_sheet;
		scan.chunk_event = on_sheet;
		scan.chunk_end = end_sheet;
	}
	progress_init(&app->progress, STDERR_FILENO);
	status = scan_run(&scan, &e);
	progress_release(&app->progress);
	sheets_release(&app->sheets);
	if (status != 0)
		say(e.text);
	if (finish_output(app) != 0)
		status = -1;
	if (status == 0)
		kept = keep_checkpoint(app, &cursor);
	tell_damage(&scan, &cursor.stats, r->debug);
	output_release(&app->output);
	join_free(scan.join);
	if (status != 0)
		return EXIT_TROUBLE;
	if (kept != 0)
		return kept;
	if (!scan.matches && r->format != OUTPUT_RAW)
		(void)fputs("<no matches>\n", stderr);
	return scan.matches ? EXIT_FOUND : EXIT_NOT_FOUND;
}

static int run(struct app *app, struct names *names)
{
	switch (app->request.action) {
	case REQUEST_HELP:
		return help() == 0 ? EXIT_SUCCESS : EXIT_TROUBLE;
	case REQUEST_VERSION:
		(void)puts("ausearch version " AURUM_VERSION);
		return EXIT_SUCCESS;
	case REQUEST_LIST_TYPES:
		say("option -m needs a record type");
		list_types();
		return EXIT_TROUBLE;
	case REQUEST_SEARCH:
		break;
	}
	return search(app, names);
}

int main(int argc, char **argv)
{
	struct app app = {0};
	struct when_context when = {.to_local = when_to_local, .from_local = when_from_local};
	struct names *names;
	struct err e;
	int status = EXIT_TROUBLE;

	if (file_fill_standard() != 0)
		return EXIT_TROUBLE;
	(void)setlocale(LC_ALL, "");
	if (argc < 2) {
		(void)help();
		return EXIT_TROUBLE;
	}
	names = names_new(&names_system, &e);
	when.locale = duplocale(LC_GLOBAL_LOCALE);
	when.now = time(NULL);
	when.boot = boot_time(when.now);
	if (!names || !when.locale) {
		say(names ? "no memory for the locale" : e.text);
	} else if (request_read(&app.request, argc, argv, names, &when, &e) != 0) {
		say(e.text);
	} else {
		status = run(&app, names);
	}
	if (when.locale)
		freelocale(when.locale);
	names_free(names);
	return status;
}
