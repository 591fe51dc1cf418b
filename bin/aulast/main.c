/*
 * aulast: who was logged in, from where, from when to when, as last(1) tells it, but out of the
 * audit log: the tracker of query/sessions.h gives the sessions, this file the lines.
 */
#include "aulast/input.h"
#include "common/frame.h"
#include "query/sessions.h"
#include "record/names_system.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define PROGRAM      options.program
#define EXTRACT_FILE "aulast.log"
#define TIME_TEXT    32 /* ctime_r(3) needs 26; a date in a locale's format as well */

enum option_id {
	OPT_NONE,
#define OPTION(id, names, arg, value_name, help) OPT_##id,
#include "options.def"
#undef OPTION
};

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {OPT_##id, names, arg, value_name, help},
#include "options.def"
#undef OPTION
};

static const struct option_set options = {
	.program = "aulast",
	.usage = "[OPTION...]",
	.summary = "Tells who was logged in, out of the audit log.",
	.style = OPTION_WORDS,
	.rows = rows,
	.count = LEN(rows),
};

struct app {
	struct input input;
	struct sessions_options sessions;
	struct sessions *tracker;
	struct interpreter interpreter;
	bool debug, proof, extract;
	FILE *extracted;
	struct err trouble;
	bool failed;
};

/* ---- a session as lines ---- */

/* "Thu Nov 30 22:05:09 2023", in local time. */
static const char *time_text(int64_t when, char out[TIME_TEXT])
{
	time_t t = (time_t)when;

	return ctime_r(&t, out) ? out : NULL;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-y2k" /* the locale decides about the year's digits */
/* "11/30/23 22:05:09", in the locale's way; false when there is no such date. */
static bool date_text(int64_t when, char out[TIME_TEXT])
{
	time_t t = (time_t)when;
	struct tm tm;

	return localtime_r(&t, &tm) && strftime(out, TIME_TEXT, "%x %T", &tm) > 0;
}
#pragma GCC diagnostic pop

static void print_duration(int64_t seconds)
{
	int minutes = (int)((seconds / 60) % 60), hours = (int)((seconds / 3600) % 24);
	int days = (int)(seconds / 86400);

	if (days)
		(void)printf("(%d+%02d:%02d)\n", days, hours, minutes);
	else
		(void)printf("(%02d:%02d)\n", hours, minutes);
}

static void print_end(const struct session *s)
{
	char text[TIME_TEXT];
	const char *end;

	switch (s->state) {
	case SESSION_OPENED:
		(void)puts("");
		break;
	case SESSION_ACTIVE:
		(void)puts("  still logged in");
		break;
	case SESSION_CRASHED:
		(void)puts("- crash");
		break;
	case SESSION_GONE:
		(void)puts("  gone - no logout");
		break;
	case SESSION_ENDED:
		end = time_text(s->end, text);
		(void)printf("- %-7.5s", end ? end + strlen("Thu Nov 30 ") : "bad value");
		print_duration(s->end - s->start);
		break;
	}
}

static void print_session(const struct session *s)
{
	const char *terminal = s->terminal;
	char text[TIME_TEXT];
	const char *start = time_text(s->start, text);

	if (s->has_name)
		(void)printf("%-8.8s ", s->name);
	else
		(void)printf("%-8.u ", s->auid);
	if (strncmp(terminal, "/dev/", 5) == 0)
		terminal += 5;
	(void)printf("%-12.12s %-16.16s %-16.16s ", terminal, s->host[0] ? s->host : "?",
		     start ? start : "(null)");
	print_end(s);
}

/* The serial numbers, and the search that shows the session's events. */
static void print_proof(const struct session *s)
{
	bool bad_login = s->failed && s->opened_by == 0;
	/* A session that is still open lasts until now. */
	int64_t last = s->end == 0 ? (int64_t)time(NULL) : s->end;
	char start[TIME_TEXT] = "", end[TIME_TEXT];

	if (bad_login)
		(void)printf("    audit event proof serial number: %llu\n",
			     (unsigned long long)s->login_by);
	else
		(void)printf("    audit event proof serial numbers: %llu, %llu, %llu\n",
			     (unsigned long long)s->opened_by, (unsigned long long)s->login_by,
			     (unsigned long long)s->ended_by);
	(void)date_text(s->start, start);
	(void)printf("    Session data can be found with this search:\n    ausearch --start %s",
		     start);
	if (date_text(last, end))
		(void)printf(" --end %s", end);
	if (bad_login)
		(void)printf(" -a %llu", (unsigned long long)s->login_by);
	(void)puts("\n");
}

static void report(void *arg, const struct session *session)
{
	const struct app *app = arg;

	print_session(session);
	if (app->proof)
		print_proof(session);
}

/* ---- what becomes of the events ---- */

static void note(void *arg, enum session_note why, uint64_t serial)
{
	static const char *const words[] = {
		[SESSION_BAD_LOGIN] = "Bad login",
		[SESSION_BAD_USER_LOGIN] = "Bad user login",
		[SESSION_BAD_LOGOUT] = "Bad user logout",
		[SESSION_OTHER_USER] = "login of another user",
		[SESSION_OTHER_TERMINAL] = "login at another terminal",
	};

	(void)arg;
	if (why == SESSION_NOT_FOUND) /* part of the report, as in the reference */
		(void)puts("Session not found or updated");
	else
		(void)fprintf(stderr, "%s for event: %llu\n", words[why],
			      (unsigned long long)serial);
}

/* The record as the daemon got it, without the names that it added. */
static void extract(void *arg, const struct record *record)
{
	const struct app *app = arg;

	(void)fwrite(record->line.p, 1, (size_t)(record->body.p + record->body.n - record->line.p),
		     app->extracted);
	(void)fputc('\n', app->extracted);
}

static enum scan_next found(void *arg, const struct event *event)
{
	struct app *app = arg;

	app->failed = sessions_put(app->tracker, event, &app->trouble) != 0;
	return app->failed ? SCAN_STOP : SCAN_ON;
}

static int scan(struct app *app)
{
	struct query query;
	int status;

	query_init(&query);
	sessions_query(&query);
	status = input_scan(&app->input, &query, found, app);
	if (app->failed) {
		frame_say(PROGRAM, "%s", app->trouble.text);
		status = -1;
	}
	if (status == 0)
		sessions_finish(app->tracker);
	if (sessions_forgotten(app->tracker))
		frame_say(PROGRAM, "sessions without an end that were forgotten: %llu",
			  (unsigned long long)sessions_forgotten(app->tracker));
	return status;
}

static int run(struct app *app)
{
	struct names *names;
	struct err e;
	int status = -1;

	if (app->extract && !(app->extracted = fopen(EXTRACT_FILE, "we"))) {
		frame_say(PROGRAM, "cannot write %s: %s", EXTRACT_FILE, strerror(errno));
		return EXIT_FAILURE;
	}
	names = names_new(&names_system, &e);
	interpreter_init(&app->interpreter, names, ESCAPE_TTY);
	app->sessions.interpreter = &app->interpreter;
	app->sessions.arg = app;
	app->sessions.report = report;
	app->sessions.note = app->debug ? note : NULL;
	app->sessions.used = app->extracted ? extract : NULL;
	app->tracker = names ? sessions_new(&app->sessions, &e) : NULL;
	if (app->tracker)
		status = scan(app);
	else
		frame_say(PROGRAM, "%s", e.text);
	sessions_free(app->tracker);
	names_free(names);
	if (app->extracted && frame_finish(PROGRAM, app->extracted, EXTRACT_FILE) != 0)
		status = -1;
	if (frame_finish(PROGRAM, stdout, "the result") != 0)
		status = -1;
	return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- the command line ---- */

static enum frame_next once(const char **out, const struct option_hit *hit, struct err *e)
{
	if (!*out) {
		*out = hit->value;
		return FRAME_ON;
	}
	(void)err_set(e, "option %s is given twice", hit->name);
	return FRAME_FAILED;
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct app *app = arg;

	switch ((enum option_id)hit->id) {
	case OPT_BAD:
		app->sessions.bad = true;
		break;
	case OPT_DEBUG:
		app->debug = true;
		break;
	case OPT_EXTRACT:
		app->extract = true;
		break;
	case OPT_PROOF:
		app->proof = true;
		break;
	case OPT_FILE:
		app->input.file = hit->value;
		break;
	case OPT_STDIN:
		app->input.standard_input = true;
		break;
	case OPT_TTY:
		return once(&app->sessions.terminal, hit, e);
	case OPT_USER:
		return once(&app->sessions.user, hit, e);
	case OPT_HELP:
		return frame_help(&options, e);
	case OPT_VERSION:
		return frame_version(&options, e);
	case OPT_NONE:
		return frame_stray_word(hit, e);
	}
	return input_check(&app->input, e) == 0 ? FRAME_ON : FRAME_FAILED;
}

int main(int argc, char **argv)
{
	struct app app = {.input = {.program = PROGRAM}};
	int code;

	if (frame_start() != 0)
		return EXIT_FAILURE;
	code = frame_read(&options, argc, argv, take_option, &app, EXIT_FAILURE);
	return code < 0 ? run(&app) : code;
}
