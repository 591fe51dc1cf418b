/*
 * Does commands, one or many, and tells what goes wrong. auditctl takes them from its command line
 * or a rules file, augenrules from the files of a folder.
 */
#include "auditctl/app.h"

#include "common/frame.h"
#include "rule/host.h"

#include <linux/capability.h>
#include <stdio.h>

void app_tell(const struct app *app, struct rule_place at, const char *text)
{
	(void)fflush(stdout); /* keep the order in which things happened */
	if (app->file && at.line)
		(void)fprintf(stderr, "%s: %s:%u:%u: %s\n", app->program, app->file, at.line,
			      at.column, text);
	else
		(void)fprintf(stderr, "%s: %s\n", app->program, text);
}

void app_problem(void *ctx, const struct problem *p)
{
	struct app *app = ctx;
	CLEANUP(buf_release) struct buf text = BUF_INIT(2 * ERR_TEXT_MAX);

	if (p->level == PROBLEM_ERROR && app->told)
		return;
	if (p->level == PROBLEM_ERROR)
		app->told = true;
	if (p->at.line == 0 && p->at.column)
		buf_printf(&text, "argument %u: ", p->at.column);
	buf_printf(&text, "%s%s", p->level == PROBLEM_WARNING ? "warning: " : "", p->text);
	app_tell(app, p->at, buf_cstr(&text));
}

int app_fail(const struct app *app, struct rule_place at, const struct err *e)
{
	app_tell(app, at, e->text);
	return -1;
}

static int help(void)
{
	struct err e;

	if (frame_help(&command_options, &e) == FRAME_DONE)
		return 0;
	frame_say("auditctl", "%s", e.text);
	return -1;
}

static int reset_counter(struct app *app, const struct command *c)
{
	bool is_lost = c->kind == COMMAND_RESET_LOST;
	uint32_t was;
	struct err e;

	if ((is_lost ? audit_reset_lost(&app->control, &was, &e)
		     : audit_reset_backlog_wait_time_actual(&app->control, &was, &e)) != 0)
		return app_fail(app, c->at, &e);
	(void)fprintf(stderr, "%s: %u\n", is_lost ? "lost" : "backlog_wait_time_actual", was);
	return 0;
}

static int lock_loginuid(struct app *app, const struct command *c)
{
	const uint32_t feature = AUDIT_FEATURE_TO_MASK(AUDIT_FEATURE_LOGINUID_IMMUTABLE);
	struct err e;

	if (audit_set_features(&app->control, feature, feature, feature, &e) != 0)
		return app_fail(app, c->at, &e);
	return 0;
}

static int subtrees(struct app *app, const struct command *c)
{
	struct err e;
	int done = c->kind == COMMAND_TRIM
			   ? audit_trim(&app->control, &e)
			   : audit_make_equivalent(&app->control, c->old_dir, c->new_dir, &e);

	return done == 0 ? 0 : app_fail(app, c->at, &e);
}

/* After settings alone the reference shows the status. */
static int show_settings(struct app *app, const struct command *c)
{
	struct audit_status status;
	struct err e;

	if (c->settings.mask == 0)
		return 0;
	if (audit_get_status(&app->control, &status, &e) != 0)
		return app_fail(app, c->at, &e);
	status_print(&status, false);
	return 0;
}

int app_run(struct app *app, const struct command *c)
{
	if (status_change(app, c) != 0)
		return -1;
	switch (c->kind) {
	case COMMAND_NONE:
		return show_settings(app, c);
	case COMMAND_HELP:
		return help();
	case COMMAND_VERSION:
		return puts("auditctl version " AURUM_VERSION) < 0 ? -1 : 0;
	case COMMAND_RULE:
		return rules_change(app, c);
	case COMMAND_DELETE_ALL:
		return rules_delete_all(app, c);
	case COMMAND_LIST:
		return rules_list(app, c);
	case COMMAND_STATUS:
		return status_show(app, c);
	case COMMAND_MESSAGE:
		return message_send(app, c);
	case COMMAND_EQUIVALENT:
	case COMMAND_TRIM:
		return subtrees(app, c);
	case COMMAND_SIGNAL:
		return status_signal(app, c);
	case COMMAND_RESET_LOST:
	case COMMAND_RESET_WAIT:
		return reset_counter(app, c);
	case COMMAND_LOCK_LOGINUID:
		return lock_loginuid(app, c);
	case COMMAND_READ_FILE:
		break; /* read_file() */
	}
	return -1;
}

/* One line; 0, or -1 after telling. Its -i and -c hold from here on. */
static int run_line(struct app *app, const struct rule_words *words, struct problems *problems)
{
	struct command c;

	if (command_parse(words, &app->host, &c, problems) != 0)
		return -1;
	app->ignore_errors |= c.ignore_errors;
	app->fail_at_end |= c.fail_at_end;
	return app_run(app, &c);
}

int app_run_lines(struct app *app, app_next_fn next, void *ctx)
{
	struct problems problems = {.tell = app_problem, .ctx = app};
	enum rules_status status;
	struct rule_words words;
	size_t failed = 0;

	do {
		app->told = false;
		status = next(ctx, &words, &problems);
		if (status == RULES_END ||
		    (status == RULES_LINE && run_line(app, &words, &problems) == 0))
			continue;
		failed++;
		if (!app->ignore_errors)
			break;
	} while (status != RULES_END);
	return failed && (!app->ignore_errors || app->fail_at_end) ? EXIT_FILE : EXIT_DONE;
}

static enum rules_status next_of_file(void *file, struct rule_words *words,
				      struct problems *problems)
{
	return rules_file_next(file, words, problems);
}

int app_read_file(struct app *app, const char *path)
{
	struct rules_file file;
	struct err e;
	int code;

	if (rules_file_open(&file, path, 0, &e) != 0) {
		(void)app_fail(app, (struct rule_place){0}, &e);
		return EXIT_FILE;
	}
	app->file = path;
	code = app_run_lines(app, next_of_file, &file);
	rules_file_close(&file);
	app->file = NULL;
	return code;
}

bool app_may(void)
{
	return audit_wire_system.is_capable(NULL, CAP_AUDIT_CONTROL);
}

bool app_is_ready(struct app *app)
{
	struct audit_status status;
	struct err e;

	if (audit_get_status(&app->control, &status, &e) != 0) {
		(void)app_fail(app, (struct rule_place){0}, &e);
		return false;
	}
	if (status.enabled != 2)
		return true;
	app_tell(app, (struct rule_place){0},
		 "the audit system is locked (enabled 2), no rule changes allowed until the next "
		 "boot");
	return false;
}
