/*
 * audisp-af_unix: a plugin of auditd that hands the records which it gets to all who connect to a
 * local socket, as lines or as frames.
 *
 *	audisp-af_unix [MODE] [PATH] [string|binary] [QUEUE_DEPTH]
 */
#include "audisp-af_unix/app.h"

#include "base/clock.h"
#include "base/num.h"
#include "common/frame.h"

#include <stdlib.h>
#include <syslog.h>

#define PROGRAM    options.program
#define GOODBYE_MS 1000 /* for clients to take what is left, at the end */
#define STEP_MS    50

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
	.program = "audisp-af_unix",
	.usage = "[MODE] [PATH] [string|binary] [QUEUE_DEPTH]",
	.summary = "Hands the audit records on its standard input to all who connect to a local "
		   "socket.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows),
};

/* ---- the command line ---- */

struct request {
	const char *path;
	mode_t mode;
	bool has_mode, has_format, has_depth;
	enum dispatch_framing format;
	size_t depth;
};

/* The first number is MODE, the second QUEUE_DEPTH. */
static int take_number(struct request *r, struct sv word, struct err *e)
{
	uint64_t value, mode = 0;

	if (r->has_mode) {
		if (!num_range(word, 1, FANOUT_DEPTH_MAX, &value))
			return err_set(e, "\"%.*s\" is no queue depth: it is a number from 1 to %d",
				       SV_FMT(word), FANOUT_DEPTH_MAX);
		r->depth = (size_t)value;
		r->has_depth = true;
		return 0;
	}
	for (size_t i = 0; i < word.n; i++) {
		if (num_digit(word.p[i]) > 7 || mode > 0777)
			mode = 01000;
		mode = mode * 8 + num_digit(word.p[i]);
	}
	if (mode == 0 || mode > 0777)
		return err_set(e,
			       "\"%.*s\" is no mode: it is an octal number from 1 to 777, such "
			       "as 0640",
			       SV_FMT(word));
	r->mode = (mode_t)mode;
	r->has_mode = true;
	return 0;
}

static int take_word(struct request *r, struct sv word, const char *text, struct err *e)
{
	if (word.n && num_digit(word.p[0]) < 10 && !r->has_depth)
		return take_number(r, word, e);
	if (sv_index(word, '/') < word.n && !r->path) {
		r->path = text;
		return 0;
	}
	if (!r->has_format && (sv_eq(word, SV("string")) || sv_eq(word, SV("binary")))) {
		r->format = word.p[0] == 's' ? DISPATCH_STRING : DISPATCH_BINARY;
		r->has_format = true;
		return 0;
	}
	return err_set(e, "\"%s\" is not understood here: %s %s", text, PROGRAM, options.usage);
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	switch ((enum option_id)hit->id) {
	case OPT_HELP:
		return frame_help(&options, e);
	case OPT_VERSION:
		return frame_version(&options, e);
	case OPT_NONE:
		break;
	}
	return take_word(arg, sv_cstr(hit->name), hit->name, e) == 0 ? FRAME_ON : FRAME_FAILED;
}

/* ---- the work ---- */

static void pass_on(struct app *app)
{
	struct dispatch_record record;

	while (plugin_next(&app->plugin, &record) == DISPATCH_RECORD)
		clients_put(app, &record);
	clients_serve(app);
}

/* Clients first: the last one's place in the list may be taken by the one behind it. */
static void look_at_clients(struct app *app, const struct pollfd *fds)
{
	for (size_t i = app->count; i-- > 0;) {
		if (fds[i].revents & POLLOUT)
			app->clients[i].is_blocked = false;
		if (fds[i].revents & (POLLERR | POLLHUP | POLLNVAL))
			client_drop(app, i);
	}
}

static unsigned turn(struct app *app, bool wants_more, int timeout_ms)
{
	struct pollfd fds[CLIENTS_MAX + 1];
	size_t count = app->count;
	int64_t pause = app->accept_after_ms ? app->accept_after_ms - clock_ms() : 0;
	unsigned seen;

	if (pause > 0 && timeout_ms < 0)
		timeout_ms = (int)pause;
	for (size_t i = 0; i < count; i++)
		fds[i] = (struct pollfd){.fd = app->clients[i].fd,
					 .events = app->clients[i].is_blocked ? POLLOUT : 0};
	fds[count] = (struct pollfd){.fd = wants_more && pause <= 0 ? app->listener.fd : -1,
				     .events = POLLIN};
	seen = plugin_wait(&app->plugin, wants_more, fds, count + 1, timeout_ms);
	look_at_clients(app, fds);
	if (fds[count].revents)
		clients_accept(app);
	return seen;
}

static void say_goodbye(struct app *app)
{
	int64_t end = clock_ms() + GOODBYE_MS;

	while (plugin_drain(&app->plugin, end))
		pass_on(app);
	while (clients_are_waiting(app) && clock_ms() < end) {
		(void)turn(app, false, STEP_MS);
		clients_serve(app);
	}
	while (app->count)
		client_drop(app, app->count - 1);
}

static int serve(struct app *app)
{
	unsigned seen = 0;

	while (!app->plugin.ended && !(seen & PLUGIN_TERM)) {
		seen = turn(app, true, -1);
		pass_on(app);
		if (seen & PLUGIN_USR1)
			report_write(app);
	}
	plugin_say(&app->plugin, LOG_INFO,
		   seen & PLUGIN_TERM ? "stopped by a signal" : "stopped by the end of the input");
	say_goodbye(app);
	return app->plugin.broken ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Accepting, removing the socket, writing a report: it needs no more. */
static void confine(struct app *app)
{
	char folder[sizeof(app->listener.path)];
	const struct sandbox_path own[] = {{PLUGIN_RUN_FOLDER, SANDBOX_READ | SANDBOX_MANAGE},
					   {folder, SANDBOX_READ | SANDBOX_MANAGE}};
	size_t n = (size_t)(strrchr(app->listener.path, '/') - app->listener.path);

	(void)sv_to_cstr(sv_make(app->listener.path, n ? n : 1), folder, sizeof(folder));
	plugin_confine(&app->plugin, own, LEN(own), SANDBOX_CALLS_ACCEPT);
}

static int start(struct app *app, const struct request *r, struct err *e)
{
	if (!r->has_mode || !r->path || !r->has_format)
		plugin_say(&app->plugin, LOG_INFO, "%s%s%sis not said: the default is used",
			   r->has_mode ? "" : "MODE ", r->path ? "" : "PATH ",
			   r->has_format ? "" : "string or binary ");
	app->format = r->format;
	app->depth = r->depth;
	app->fanout = fanout_new(r->depth, e);
	if (!app->fanout ||
	    listener_open(&app->listener, r->path ? r->path : DEFAULT_PATH, r->mode, e) != 0)
		return -1;
	confine(app);
	plugin_say(&app->plugin, LOG_INFO, "listening at %s", app->listener.path);
	return 0;
}

static int run(const struct request *r)
{
	struct app app = {.listener = {.fd = -1},
			  .line = BUF_INIT(FANOUT_RECORD_MAX),
			  .frame = BUF_INIT(FANOUT_RECORD_MAX)};
	struct err e;
	int status = EXIT_FAILURE;

	if (plugin_init(&app.plugin, PROGRAM, &e) != 0 || start(&app, r, &e) != 0)
		plugin_say(&app.plugin, LOG_ERR, "%s", e.text);
	else
		status = serve(&app);
	listener_close(&app.listener);
	fanout_free(app.fanout);
	buf_release(&app.line);
	buf_release(&app.frame);
	plugin_release(&app.plugin);
	return status;
}

int main(int argc, char **argv)
{
	struct request request = {
		.mode = DEFAULT_MODE, .format = DISPATCH_STRING, .depth = DEFAULT_DEPTH};
	int code;

	code = frame_read(&options, argc, argv, take_option, &request, EXIT_FAILURE);
	return code < 0 ? run(&request) : code;
}
