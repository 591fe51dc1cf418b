/*
 * audisp-filter: a plugin of auditd that stands before another one and lets only some events pass.
 *
 *	audisp-filter allowlist|blocklist CONFIG BINARY [ARGUMENT...]
 *
 * The words say the reverse of what one thinks, as the reference has it: allowlist drops the events
 * that fit an expression, blocklist passes them on.
 */
#include "audisp-filter/child.h"
#include "audisp-filter/ruleset.h"

#include "base/clock.h"
#include "common/frame.h"
#include "record/names_system.h"

#include <libgen.h>
#include <limits.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <syslog.h>

#define PROGRAM    options.program
#define TEXT_MAX   ((size_t)256 << 10)
#define JOIN_MAX   ((size_t)32 << 20)
#define QUIET_MS   (JOIN_TIMEOUT_DEFAULT_S * 1000) /* then open events are complete */
#define GOODBYE_MS 500

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
	.program = "audisp-filter",
	.usage = "allowlist|blocklist CONFIG BINARY [ARGUMENT...] | --check CONFIG",
	.summary = "Passes audit events on to another plugin: with allowlist those that fit no "
		   "expression of CONFIG, with blocklist those that fit one.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows),
};

struct request {
	bool passes_fitting; /* blocklist */
	const char *config;
	char **command;
};

struct app {
	struct plugin plugin;
	const struct request *request;
	struct ruleset rules;
	struct keeper keeper;
	struct child child;
	struct join *join;
	struct names *names;
	struct interpreter interpreter;
	struct expression_matcher matcher;
	struct buf line;
	struct stamp last; /* the event decided last, and how */
	bool last_passed;
	int64_t last_input_ms;
	uint64_t passed, held_back;
};

/* ---- events ---- */

static void take_event(struct app *app, const struct event *event)
{
	bool fits = ruleset_fits(&app->rules, event, &app->matcher);

	/* Nothing may be missing because memory was. */
	app->last_passed = fits == app->request->passes_fitting || app->matcher.failed;
	app->matcher.failed = false;
	app->last = event->stamp;
	app->passed += app->last_passed;
	app->held_back += !app->last_passed;
	for (size_t i = 0; app->last_passed && i < event->count; i++)
		child_put(&app->child, event->records[i].line);
}

static void take_events(struct app *app)
{
	const struct event *event;

	while ((event = join_next(app->join)))
		take_event(app, event);
}

static void take_line(struct app *app, struct sv line)
{
	struct record r;

	if (record_parse(line, &r) != RECORD_OK) {
		if (!app->request->passes_fitting) /* it fits nothing */
			child_put(&app->child, line);
		return;
	}
	/* Its event was complete without it. */
	if (r.type == AUDIT_EOE && stamp_eq(&r.stamp, &app->last) && app->last_passed)
		child_put(&app->child, line);
	if (join_put(app->join, &r) != 0) {
		plugin_say(&app->plugin, LOG_ERR, "no memory: a record is passed on unseen");
		child_put(&app->child, line);
	}
	take_events(app);
}

static void take_input(struct app *app)
{
	struct dispatch_record record;

	while (plugin_next(&app->plugin, &record) == DISPATCH_RECORD) {
		buf_reset(&app->line);
		dispatch_put_line(&record, &app->line);
		take_line(app, buf_view(&app->line));
		app->last_input_ms = clock_ms();
	}
}

/* In quiet times nothing that follows can tell that an event is complete. */
static void take_quiet(struct app *app)
{
	if (join_stats(app->join)->open && clock_ms() - app->last_input_ms >= QUIET_MS) {
		join_expire(app->join, INT64_MAX);
		take_events(app);
	}
}

/* ---- the configuration ---- */

static void tell_mistake(void *arg, const char *sentence)
{
	plugin_say(arg, LOG_ERR, "%s", sentence);
}

static void tell_mistake_plainly(void *arg, const char *sentence)
{
	(void)arg;
	frame_say(PROGRAM, "%s", sentence);
}

static void reload(struct app *app)
{
	struct ruleset rules;

	if (ruleset_load(&rules, app->request->config, tell_mistake, &app->plugin) != 0) {
		plugin_say(&app->plugin, LOG_ERR, "the expressions stay as they were");
		return;
	}
	ruleset_release(&app->rules);
	app->rules = rules;
	plugin_say(&app->plugin, LOG_INFO, "%zu expressions are in force", rules.count);
}

/* ---- the work ---- */

static int time_to_wait(const struct app *app)
{
	int64_t now = clock_ms(), until = child_next_look(&app->child);

	if (join_stats(app->join)->open && app->last_input_ms + QUIET_MS < until)
		until = app->last_input_ms + QUIET_MS;
	if (until == INT64_MAX)
		return -1;
	return until > now ? (int)(until - now) : 0;
}

static unsigned turn(struct app *app)
{
	struct pollfd fds[] = {
		{.fd = child_wants(&app->child) ? app->child.fd : -1, .events = POLLOUT},
		{.fd = app->keeper.fd, .events = POLLIN},
	};
	unsigned seen = plugin_wait(&app->plugin, !child_is_full(&app->child), fds, LEN(fds),
				    time_to_wait(app));

	if (seen & PLUGIN_INPUT)
		take_input(app);
	take_quiet(app);
	child_serve(&app->child);
	if (seen & PLUGIN_HUP)
		reload(app);
	return seen;
}

static void say_goodbye(struct app *app)
{
	int64_t end = clock_ms() + GOODBYE_MS;

	while (!child_is_full(&app->child) && plugin_drain(&app->plugin, end)) {
		take_input(app);
		child_serve(&app->child);
	}
	join_finish(app->join);
	take_events(app);
	child_stop(&app->child);
}

static int serve(struct app *app)
{
	unsigned seen = 0;
	struct err e;
	int status = 0;

	while (status == 0 && !app->plugin.ended && !app->keeper.is_gone && !(seen & PLUGIN_TERM)) {
		seen = turn(app);
		status = child_look(&app->child, &e);
	}
	if (status != 0)
		plugin_say(&app->plugin, LOG_ERR, "%s", e.text);
	say_goodbye(app);
	if (app->child.dropped)
		plugin_say(&app->plugin, LOG_ERR, "%ju records found no room and are lost",
			   (uintmax_t)app->child.dropped);
	return status == 0 && !app->plugin.broken ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What reads is confined; the file of expressions may be read again, or another one of its name. */
static void confine(struct app *app)
{
	char real[PATH_MAX];
	bool is_known = realpath(app->request->config, real) != NULL;
	const struct sandbox_path own = {is_known ? dirname(real) : "", SANDBOX_READ};

	plugin_confine(&app->plugin, &own, is_known, 0);
}

static int start(struct app *app, struct err *e)
{
	static const struct join_options prompt = {
		.order = JOIN_PROMPT, .timeout_s = JOIN_TIMEOUT_DEFAULT_S, .max_bytes = JOIN_MAX};

	app->join = join_new(&prompt, e);
	app->names = app->join ? names_new(&names_system, e) : NULL;
	if (!app->names)
		return -1;
	interpreter_init(&app->interpreter, app->names, ESCAPE_TTY);
	expression_matcher_init(&app->matcher, &app->interpreter);
	confine(app);
	return child_start(&app->child, &app->plugin, &app->keeper, app->request->command[0], e);
}

static int work(struct app *app)
{
	struct err e;
	int status = EXIT_FAILURE;

	if (start(app, &e) != 0)
		plugin_say(&app->plugin, LOG_ERR, "%s", e.text);
	else
		status = serve(app);
	child_release(&app->child);
	keeper_release(&app->keeper);
	if (app->names)
		expression_matcher_release(&app->matcher);
	names_free(app->names);
	join_free(app->join);
	buf_release(&app->line);
	return status;
}

/* The file first: with a mistake in it nothing is to be started. */
static int prepare(struct app *app, struct err *e)
{
	if (plugin_init(&app->plugin, PROGRAM, e) != 0)
		return -1;
	if (ruleset_load(&app->rules, app->request->config, tell_mistake, &app->plugin) != 0)
		return err_set(e, "nothing is passed on with such a file");
	plugin_give_up_capabilities(&app->plugin);
	return 0;
}

static int run(const struct request *r)
{
	struct app app = {.request = r, .child = {.fd = -1}, .line = BUF_INIT(TEXT_MAX)};
	struct err e;
	int status = EXIT_FAILURE;
	enum keeper_side side = KEEPER_FAILED;

	if (prepare(&app, &e) == 0)
		side = keeper_fork(&app.keeper, &app.plugin, r->command, &status, &e);
	switch (side) {
	case KEEPER_WORKER:
		status = work(&app);
		break;
	case KEEPER_DONE:
		break;
	case KEEPER_FAILED:
		plugin_say(&app.plugin, LOG_ERR, "%s", e.text);
		break;
	}
	ruleset_release(&app.rules);
	plugin_release(&app.plugin);
	return status;
}

static int check(const char *path)
{
	struct ruleset rules;

	if (ruleset_load(&rules, path, tell_mistake_plainly, NULL) != 0)
		return EXIT_FAILURE;
	ruleset_release(&rules);
	return EXIT_SUCCESS;
}

/* ---- the command line ---- */

static int usage(void)
{
	frame_say(PROGRAM, "usage: %s %s", PROGRAM, options.usage);
	return EXIT_FAILURE;
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	const char **check_path = arg;

	switch ((enum option_id)hit->id) {
	case OPT_CHECK:
		*check_path = hit->value;
		return FRAME_ON;
	case OPT_HELP:
		return frame_help(&options, e);
	case OPT_VERSION:
		return frame_version(&options, e);
	case OPT_NONE:
		break;
	}
	return frame_stray_word(hit, e);
}

/* What follows the mode belongs to the other program, options and all. */
static bool read_request(int argc, char **argv, struct request *r)
{
	struct sv mode = sv_cstr(argc > 1 ? argv[1] : NULL);

	r->passes_fitting = sv_eq_nocase(mode, SV("blocklist"));
	if (!r->passes_fitting && !sv_eq_nocase(mode, SV("allowlist")))
		return false;
	r->config = argc > 2 ? argv[2] : NULL;
	r->command = argc > 3 ? argv + 3 : NULL;
	return true;
}

int main(int argc, char **argv)
{
	const char *check_path = NULL;
	struct request request = {0};
	struct options words;
	struct err e;

	if (read_request(argc, argv, &request))
		return request.command ? run(&request) : usage();
	switch (frame_options(&words, &options, argc, argv, take_option, &check_path, &e)) {
	case FRAME_ON:
		return check_path ? check(check_path) : usage();
	case FRAME_DONE:
		return EXIT_SUCCESS;
	case FRAME_FAILED:
		break;
	}
	frame_say(PROGRAM, "%s", e.text);
	return usage();
}
