/* Loads rules as auditctl -R does, but tells of a bad line where it is written. */
#include "augenrules/app.h"

#include "auditctl/app.h"
#include "common/frame.h"
#include "rule/host.h"

#define WORDS_MAX ((size_t)64 << 20)

struct lines {
	struct app *app;
	const struct rules_join *join;
	size_t next;
	struct arena words;
};

static enum rules_status next_line(void *ctx, struct rule_words *words, struct problems *problems)
{
	struct lines *l = ctx;

	while (l->next < l->join->count) {
		const struct rules_line *line = &l->join->lines[l->next++];

		arena_reset(&l->words);
		l->app->file = line->file;
		if (words_split(line->text, line->number, &l->words, words, problems) != 0)
			return RULES_BAD;
		if (words->argc > 1)
			return RULES_LINE;
	}
	return RULES_END;
}

static int load_lines(struct app *app, const struct rules_join *join, struct place *stopped)
{
	struct lines lines = {.app = app, .join = join};
	const struct rules_line *last;
	int code;

	arena_init(&lines.words, WORDS_MAX);
	code = app_run_lines(app, next_line, &lines);
	arena_release(&lines.words);
	last = &join->lines[lines.next - 1];
	app->file = NULL;
	if (code == EXIT_DONE || app->ignore_errors)
		return code;
	*stopped = (struct place){last->file, last->number};
	frame_say(app->program, "loading stopped at %s:%u: nothing behind this line is loaded",
		  last->file, last->number);
	return code;
}

/* join, or where it is NULL the file. */
static int load(const struct rules_join *join, const char *path, struct place *stopped)
{
	struct app app = {.program = "augenrules", .socket = {-1, &audit_wire_system, NULL}};
	struct err e;
	int code = EXIT_DONE;

	if (!app_may()) {
		frame_say(app.program, APP_NO_PERMISSION);
		return EXIT_PRIVILEGE;
	}
	app.host = rule_host_here();
	/* Without an audit system there is nothing to load into: no reason for a boot to fail. */
	if (audit_socket_open(&app.socket, 0, &e) != 0) {
		frame_say(app.program, "%s", e.text);
		return EXIT_DONE;
	}
	audit_control_init(&app.control, &app.socket);
	if (app_is_ready(&app))
		code = join ? load_lines(&app, join, stopped) : app_read_file(&app, path);
	audit_socket_close(&app.socket);
	return code;
}

int load_join(const struct rules_join *join, struct place *stopped)
{
	return load(join, NULL, stopped);
}

int load_file(const char *path)
{
	struct place nowhere;

	return load(NULL, path, &nowhere);
}
