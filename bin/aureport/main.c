/*
 * aureport: reports what is in the audit log. Options become a request, the request a scan of
 * the log in its window, and each event goes to the reports that it is about.
 */
#include "aureport/options.h"
#include "aureport/section.h"
#include "base/file.h"
#include "log_input.h"
#include "query/scan.h"
#include "record/names_system.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HELP_MAX  ((size_t)64 << 10)
#define DEBUG_MAX ((size_t)1 << 20)

enum { EXIT_FOUND = 0, EXIT_NOTHING = 1, EXIT_TROUBLE = 1 };

/* The first and the last event of one file of the log. */
struct file_range {
	struct stamp first, last;
	bool seen;
};

/* What one thread counts; kept for the next part of the log. */
struct part {
	struct sections sections;
	struct report_reader reader;
	struct names *names;
	struct stamp last;
	struct err error;
	bool failed;
	struct part *next;
};

struct app {
	struct request request;
	struct sections sections;
	struct report_reader reader;
	struct report_range range;
	struct cursor cursor;
	struct file_range *files; /* one for each of the cursor's sources */
	struct part *spare;
	struct err error;
	bool failed;
};

static void say(const char *text)
{
	(void)fprintf(stderr, "aureport: %s\n", text);
}

static int help(void)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(HELP_MAX);

	option_help(&aureport_options, &text);
	return fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0 ? 0 : -1;
}

/* Columns for bars; 0 when nobody looks at a screen. */
static unsigned terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

/* ---- each event ---- */

/* An event belongs to the file in which it became complete. */
static void note_time(struct app *app, const struct stamp *stamp)
{
	size_t at = app->cursor.at < app->cursor.count ? app->cursor.at : app->cursor.count - 1;
	struct file_range *file = &app->files[at];

	if (!file->seen)
		file->first = *stamp;
	file->seen = true;
	file->last = *stamp;
	app->range.last = *stamp;
}

static bool has_node(const struct query *q, const struct event *event)
{
	for (size_t i = 0; i < q->node_count; i++)
		if (event->node.n && sv_eq(q->nodes[i], event->node))
			return true;
	return q->node_count == 0;
}

static enum scan_next found(void *arg, const struct event *event)
{
	struct app *app = arg;

	note_time(app, &event->stamp);
	if (!has_node(&app->request.query, event) || !sections_may_want(&app->sections, event))
		return SCAN_ON;
	report_read(&app->reader, event);
	if (sections_take(&app->sections, &app->reader, &app->error) != 0) {
		app->failed = true;
		return SCAN_STOP;
	}
	return SCAN_ON;
}

/* ---- parts of the log, counted by several threads ---- */

static void part_free(struct part *p)
{
	if (!p)
		return;
	sections_release(&p->sections);
	report_reader_release(&p->reader);
	names_free(p->names);
	free(p);
}

static void *part_new(void *arg)
{
	struct app *app = arg;
	struct part *p = app->spare;

	if (p) {
		app->spare = p->next;
		return p;
	}
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->names = names_new(&names_system, NULL);
	sections_init_part(&p->sections, &app->request);
	report_reader_init(&p->reader, sections_facts(&app->request), p->names,
			   app->request.interpret);
	if (p->names)
		return p;
	part_free(p);
	return NULL;
}

static void part_event(void *arg, void *state, const struct event *event)
{
	const struct app *app = arg;
	struct part *p = state;

	p->last = event->stamp;
	if (p->failed || !has_node(&app->request.query, event) ||
	    !sections_may_want(&p->sections, event))
		return;
	report_read(&p->reader, event);
	p->failed = sections_take(&p->sections, &p->reader, &p->error) != 0;
}

static enum scan_next part_end(void *arg, void *state, bool discard)
{
	struct app *app = arg;
	struct part *p = state;

	if (p->failed && !discard) {
		app->failed = true;
		app->error = p->error;
	}
	if (!discard) {
		app->range.last = p->last;
		sections_merge(&app->sections, &p->sections);
	}
	p->next = app->spare;
	app->spare = p;
	return app->failed ? SCAN_STOP : SCAN_ON;
}

static void free_parts(struct app *app)
{
	while (app->spare) {
		struct part *p = app->spare;

		app->spare = p->next;
		part_free(p);
	}
}

static void malformed(void *arg, struct sv line)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(DEBUG_MAX);
	const struct app *app = arg;

	if (!app->request.debug)
		return;
	escape_put(ESCAPE_TTY, line, &text);
	(void)fprintf(stderr, "aureport: not a record: %s\n", buf_cstr(&text));
}

/* What was passed over, in one line each: a report must not look more complete than it is. */
static void tell_damage(const struct scan *scan, const struct cursor_stats *stats, bool shown)
{
	if (scan->malformed_lines)
		(void)fprintf(stderr, "aureport: lines that are no records: %llu%s\n",
			      (unsigned long long)scan->malformed_lines,
			      shown ? "" : " (--debug shows them)");
	if (stats->too_long)
		(void)fprintf(stderr, "aureport: lines cut at %u bytes: %llu\n", CURSOR_LINE_MAX,
			      (unsigned long long)stats->too_long);
}

/* ---- the run ---- */

static void tell_files(struct app *app)
{
	for (size_t i = 0; i < app->cursor.count; i++) {
		const struct file_range *file = &app->files[i];

		sections_tell_file(&app->sections, sv_cstr(app->cursor.sources[i]->name),
				   file->seen ? &file->first : NULL,
				   file->seen ? &file->last : NULL);
	}
}

/* 0, or -1 after saying what went wrong. A reader that has left is no trouble. */
static int finish(struct app *app, const struct scan *scan)
{
	app->range.first = scan->start;
	tell_files(app);
	if (!app->failed)
		app->failed = sections_finish(&app->sections, &app->range, terminal_width(),
					      &app->error) != 0;
	if (!app->failed || app->error.sys == EPIPE)
		return 0;
	say(app->error.text);
	return -1;
}

static int run(struct app *app, struct scan *scan)
{
	/* The ends of the log are those of all nodes: nodes are left to found(). */
	struct query window;
	struct err e;
	int status;

	query_init(&window);
	window.start = app->request.query.start;
	window.end = app->request.query.end;
	scan->query = &window;
	if (app->request.debug)
		scan->malformed = malformed; /* a scan that tells of lines goes one by one */
	/* Only the report about files needs to know in which one an event ends. */
	scan->plain = sections_want_files(&app->sections);
	if (sections_only_count(&app->sections)) {
		scan->chunk_new = part_new;
		scan->chunk_event = part_event;
		scan->chunk_end = part_end;
	}
	sections_narrow(&app->sections, &window);
	status = scan_run(scan, &e);
	if (status != 0)
		say(e.text);
	if (finish(app, scan) != 0)
		status = -1;
	tell_damage(scan, &app->cursor.stats, app->request.debug);
	if (status != 0)
		return EXIT_TROUBLE;
	return sections_are_empty(&app->sections) ? EXIT_NOTHING : EXIT_FOUND;
}

static int report(struct app *app, struct names *names)
{
	const struct request *r = &app->request;
	const struct log_input input = {"aureport", r->input, r->config_dir, r->input_logs};
	CLEANUP(auditd_conf_release) struct auditd_conf conf;
	struct join_options join_options = {.order = JOIN_ORDERED};
	struct scan scan = {.cursor = &app->cursor, .found = found, .arg = app};
	struct err e;
	int status = EXIT_TROUBLE;

	log_input_config(&input, &conf);
	cursor_init(&app->cursor);
	app->range = (struct report_range){r->has_start, r->has_end, r->query.start,
					   r->query.end, {0},        {0}};
	join_options.timeout_s =
		r->eoe_timeout_s ? r->eoe_timeout_s : (int64_t)conf.end_of_event_timeout;
	if (log_input_open(&input, conf.log_file, &app->cursor, &e) != 0 ||
	    !(scan.join = join_new(&join_options, &e))) {
		say(e.text);
		cursor_release(&app->cursor);
		return EXIT_TROUBLE;
	}
	report_reader_init(&app->reader, sections_facts(r), names, r->interpret);
	app->files = calloc(app->cursor.count, sizeof(*app->files));
	if (!app->files)
		say("no memory for the files of the log");
	else if (sections_init(&app->sections, r, &e) != 0)
		say(e.text);
	else
		status = run(app, &scan);
	free_parts(app);
	sections_release(&app->sections);
	report_reader_release(&app->reader);
	free(app->files);
	join_free(scan.join);
	cursor_release(&app->cursor);
	return status;
}

static int act(struct app *app, struct names *names)
{
	switch (app->request.action) {
	case REQUEST_HELP:
		return help() == 0 ? EXIT_SUCCESS : EXIT_TROUBLE;
	case REQUEST_VERSION:
		(void)puts("aureport version " AURUM_VERSION);
		return EXIT_SUCCESS;
	case REQUEST_REPORT:
		break;
	}
	return report(app, names);
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
	names = names_new(&names_system, &e);
	when.locale = duplocale(LC_GLOBAL_LOCALE);
	when.now = time(NULL);
	when.boot = log_input_boot(when.now);
	if (!names || !when.locale)
		say(names ? "no memory for the locale" : e.text);
	else if (request_read(&app.request, argc, argv, &when, &e) != 0)
		say(e.text);
	else
		status = act(&app, names);
	if (when.locale)
		freelocale(when.locale);
	names_free(names);
	return status;
}
