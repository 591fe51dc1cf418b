/*
 * aureport: reports what is in the audit log. Options become a request, the request a scan of
 * the log in its window, and each event goes to the reports that it is about.
 */
#include "aureport/options.h"
#include "aureport/section.h"
#include "common/frame.h"
#include "common/log.h"
#include "common/parts.h"
#include "common/present.h"
#include "output/progress.h"
#include "query/report_summary_log.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PROGRAM aureport_options.program

enum { EXIT_FOUND = 0, EXIT_NOTHING = 1, EXIT_TROUBLE = 1 };

/* The first and the last event of one file of the log. */
struct file_range {
	struct stamp first, last;
	bool seen;
};

/* What one thread counts. */
struct count {
	struct part part;
	const struct request *request;
	const struct summary_log *kept;
	struct sections sections;
	struct report_reader reader;
	struct stamp last;
	bool is_in_doubt;
};

struct app {
	struct request request;
	struct sections sections;
	struct report_reader reader;
	struct report_range range;
	struct progress progress;
	struct log log;
	struct file_range *files; /* one for each of the log's sources */
	struct parts parts;
	struct summary_log kept; /* used 0: everything is read */
	bool is_in_doubt;        /* what is kept may be not all of some event, */
	bool reads_all;          /* and is not looked at a second time */
	struct err error;
	bool failed;
};

/* ---- each event ---- */

/* An event belongs to the file in which it became complete. */
static void note_time(struct app *app, const struct stamp *stamp)
{
	const struct cursor *c = &app->log.cursor;
	size_t at = c->at < c->count ? c->at : c->count - 1;
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
	progress_clear(&app->progress); /* rows may go out */
	report_read(&app->reader, event);
	if (sections_take(&app->sections, &app->reader, &app->error) != 0) {
		app->failed = true;
		return SCAN_STOP;
	}
	return SCAN_ON;
}

/* ---- parts of the log, counted by several threads ---- */

static int count_init(struct part *part, const void *arg)
{
	struct count *c = (struct count *)part;
	const struct app *app = arg;

	c->request = &app->request;
	c->kept = &app->kept;
	sections_init_part(&c->sections, c->request);
	if (c->kept->used)
		sections_use_hashes(&c->sections);
	report_reader_init(&c->reader, sections_facts(c->request), part->names,
			   c->request->interpret);
	return 0;
}

static void count_release(struct part *part)
{
	struct count *c = (struct count *)part;

	sections_release(&c->sections);
	report_reader_release(&c->reader);
}

/* Whether it was counted when the index was made. */
static bool is_counted(struct count *c, const struct event *event)
{
	enum report_place place = PLACE_COUNT;

	if (c->kept->used)
		place = report_summary_place(&c->kept->sum, event);
	c->is_in_doubt |= place == PLACE_DOUBT;
	return place != PLACE_COUNT;
}

static int count_event(struct part *part, const struct event *event, struct err *e)
{
	struct count *c = (struct count *)part;

	c->last = event->stamp;
	if (is_counted(c, event) || !has_node(&c->request->query, event) ||
	    !sections_may_want(&c->sections, event))
		return 0;
	report_read(&c->reader, event);
	return sections_take(&c->sections, &c->reader, e);
}

static int count_end(void *arg, struct part *part, bool discard, struct err *e)
{
	struct count *c = (struct count *)part;
	struct app *app = arg;

	(void)e;
	if (discard)
		return 0;
	app->range.last = c->last;
	app->is_in_doubt |= c->is_in_doubt;
	sections_merge(&app->sections, &c->sections);
	return 0;
}

static const struct part_kind count_kind = {sizeof(struct count), count_init, count_release,
					    count_event, count_end};

static void *new_count(void *arg)
{
	struct app *app = arg;

	return parts_take(&app->parts);
}

static void on_count(void *arg, void *count, const struct event *event)
{
	(void)arg;
	part_event(count, event);
}

static enum scan_next end_count(void *arg, void *count, bool discard)
{
	struct app *app = arg;

	if (parts_give(&app->parts, count, discard, &app->error) == 0)
		return app->is_in_doubt ? SCAN_STOP : SCAN_ON;
	app->failed = true;
	return SCAN_STOP;
}

static void show_progress(void *arg, uint64_t done, uint64_t total)
{
	struct app *app = arg;

	progress_show(&app->progress, done, total);
}

static void malformed(void *arg, struct sv line)
{
	struct app *app = arg;

	progress_clear(&app->progress);
	log_tell_line(PROGRAM, line);
}

/* ---- what indexes keep ---- */

static bool leave_out(void *arg, struct blocks *blocks)
{
	struct app *app = arg;
	uint64_t all = blocks->total;

	if (!summary_log_look(&app->kept, blocks->cursor, &app->request.query,
			      join_timeout(app->log.join)))
		return false;
	sections_begin_with(&app->sections, &app->kept.sum.totals);
	app->log.cursor.stats.too_long += app->kept.too_long;
	summary_log_apply(&app->kept, blocks);
	if (app->request.explain)
		frame_say(PROGRAM,
			  "totals are kept in the indexes of %zu of %zu files: %llu of %llu bytes "
			  "are read",
			  app->kept.used, app->log.cursor.count, (unsigned long long)blocks->total,
			  (unsigned long long)all);
	return true;
}

/* ---- the run ---- */

static void tell_files(struct app *app)
{
	for (size_t i = 0; i < app->log.cursor.count; i++) {
		const struct file_range *file = &app->files[i];

		sections_tell_file(&app->sections, sv_cstr(app->log.cursor.sources[i]->name),
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
		app->failed = sections_finish(&app->sections, &app->range, frame_width(),
					      &app->error) != 0;
	if (!app->failed || app->error.sys == EPIPE)
		return 0;
	frame_say(PROGRAM, "%s", app->error.text);
	return -1;
}

static int count_log(struct app *app)
{
	const struct request *r = &app->request;
	/* The ends of the log are those of all nodes: nodes are left to found(). */
	struct query window;
	struct scan scan = {
		.query = &window,
		.found = found,
		.malformed = r->debug ? malformed : NULL,
		/* Only the report about files needs to know in which one an event ends. */
		.plain = sections_want_files(&app->sections),
		.progress = show_progress,
		.arg = app,
	};
	struct err e;
	int status;

	query_init(&window);
	window.start = r->query.start;
	window.end = r->query.end;
	sections_narrow(&app->sections, &window);
	if (sections_only_count(&app->sections)) {
		app->parts = (struct parts){.kind = &count_kind, .arg = app};
		scan.chunk_new = new_count;
		scan.chunk_event = on_count;
		scan.chunk_end = end_count;
		if (!app->reads_all && sections_only_total(r))
			scan.leave_out = leave_out;
	}
	progress_init(&app->progress, STDERR_FILENO);
	status = log_scan(&app->log, &scan, &e);
	progress_release(&app->progress);
	if (app->is_in_doubt)
		return EXIT_TROUBLE;
	scan.malformed_lines += app->kept.malformed;
	if (status != 0)
		frame_say(PROGRAM, "%s", e.text);
	if (finish(app, &scan) != 0)
		status = -1;
	log_tell_damage(PROGRAM, &app->log, &scan, r->debug ? NULL : "--debug shows them");
	if (status != 0)
		return EXIT_TROUBLE;
	return sections_are_empty(&app->sections) ? EXIT_NOTHING : EXIT_FOUND;
}

static int prepare(struct app *app, struct names *names, struct err *e)
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

	app->range = (struct report_range){r->has_start, r->has_end, r->query.start,
					   r->query.end, {0},        {0}};
	report_reader_init(&app->reader, sections_facts(r), names, r->interpret);
	if (log_open(&app->log, &choice, e) != 0)
		return -1;
	app->files = calloc(app->log.cursor.count, sizeof(*app->files));
	if (!app->files)
		return err_set(e, "no memory for the files of the log");
	return sections_init(&app->sections, r, e);
}

static int report_once(struct app *app, struct names *names)
{
	struct err e;
	int status = EXIT_TROUBLE;

	if (prepare(app, names, &e) == 0)
		status = count_log(app);
	else
		frame_say(PROGRAM, "%s", e.text);
	parts_release(&app->parts);
	sections_release(&app->sections);
	report_reader_release(&app->reader);
	summary_log_release(&app->kept);
	free(app->files);
	app->files = NULL;
	log_close(&app->log);
	return status;
}

static int report(struct app *app, struct names *names)
{
	int status = report_once(app, names);

	if (!app->is_in_doubt)
		return status;
	app->is_in_doubt = false;
	app->reads_all = true;
	return report_once(app, names);
}

int main(int argc, char **argv)
{
	struct app app = {0};
	struct present present;
	struct err e;
	int status = EXIT_TROUBLE;

	if (frame_start() != 0)
		return EXIT_TROUBLE;
	if (present_init(&present, &e) != 0) {
		frame_say(PROGRAM, "%s", e.text);
		return EXIT_TROUBLE;
	}
	switch (request_read(&app.request, argc, argv, &present.when, &e)) {
	case FRAME_ON:
		status = report(&app, present.names);
		break;
	case FRAME_DONE:
		status = EXIT_SUCCESS;
		break;
	case FRAME_FAILED:
		frame_say(PROGRAM, "%s", e.text);
		break;
	}
	present_release(&present);
	return status;
}
