/*
 * auditctl: controls the kernel's audit system. Reads a command from its arguments, or many from
 * a rules file, and does them; see auditctl(8).
 *
 * Exit codes are the reference's: 0 done, 255 not done, 1 no arguments or trouble with a rules
 * file, 4 no privilege. A locked or absent audit system is told and exits with 0, so that a boot
 * does not fail over rules that cannot be loaded a second time.
 */
#include "auditctl/app.h"

#include "base/file.h"
#include "common/frame.h"
#include "rule/host.h"
#include "rule/rules_file.h"

#include <linux/capability.h>
#include <stdio.h>

enum {
	EXIT_DONE = 0,
	EXIT_FILE = 1,
	EXIT_PRIVILEGE = 4,
	EXIT_FAILED = 255,
};

void app_tell(const struct app *app, struct rule_place at, const char *text)
{
	(void)fflush(stdout); /* keep the order in which things happened */
	if (app->file && at.line)
		(void)fprintf(stderr, "auditctl: %s:%u:%u: %s\n", app->file, at.line, at.column,
			      text);
	else
		(void)fprintf(stderr, "auditctl: %s\n", text);
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

static int read_file(struct app *app, const struct command *c)
{
	struct problems problems = {.tell = app_problem, .ctx = app};
	enum rules_status status;
	struct rule_words words;
	struct rules_file file;
	size_t failed = 0;
	struct err e;

	if (rules_file_open(&file, c->text, 0, &e) != 0) {
		(void)app_fail(app, c->at, &e);
		return EXIT_FILE;
	}
	app->file = c->text;
	app->ignore_errors = c->ignore_errors;
	app->fail_at_end = c->fail_at_end;
	do {
		app->told = false;
		status = rules_file_next(&file, &words, &problems);
		if (status == RULES_END ||
		    (status == RULES_LINE && run_line(app, &words, &problems) == 0))
			continue;
		failed++;
		if (!app->ignore_errors)
			break;
	} while (status != RULES_END);
	rules_file_close(&file);
	app->file = NULL;
	return failed && (!app->ignore_errors || app->fail_at_end) ? EXIT_FILE : EXIT_DONE;
}

/* Rules can be changed; else tells why not. */
static bool is_ready(struct app *app)
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

static int run(struct app *app, const struct command *c)
{
	bool changes_rules = c->kind == COMMAND_RULE || c->kind == COMMAND_READ_FILE;
	struct err e;

	if (c->kind == COMMAND_HELP || c->kind == COMMAND_VERSION)
		return app_run(app, c) == 0 ? EXIT_DONE : EXIT_FAILED;
	if (audit_socket_open(&app->socket, 0, &e) != 0) {
		(void)app_fail(app, c->at, &e);
		return changes_rules ? EXIT_DONE : EXIT_FAILED;
	}
	audit_control_init(&app->control, &app->socket);
	if (changes_rules && !is_ready(app))
		return EXIT_DONE;
	if (c->kind == COMMAND_READ_FILE)
		return read_file(app, c);
	return app_run(app, c) == 0 ? EXIT_DONE : EXIT_FAILED;
}

static bool may(const struct command *c)
{
	return c->kind == COMMAND_HELP || c->kind == COMMAND_VERSION ||
	       audit_wire_system.is_capable(NULL, CAP_AUDIT_CONTROL);
}

int main(int argc, char **argv)
{
	struct app app = {.socket = {-1, &audit_wire_system, NULL}};
	struct rule_words words = words_of_command_line(argc, argv);
	struct problems problems = {.tell = app_problem, .ctx = &app};
	struct command c;
	int parsed, code;

	if (file_fill_standard() != 0)
		return EXIT_FAILED;
	if (argc < 2) {
		(void)help();
		return EXIT_FILE;
	}
	app.host = rule_host_here();
	parsed = command_parse(&words, &app.host, &c, &problems);
	if (!may(&c)) {
		app_tell(&app, (struct rule_place){0},
			 "no permission: run it as root or with the capability CAP_AUDIT_CONTROL");
		return EXIT_PRIVILEGE;
	}
	code = parsed == 0 ? run(&app, &c) : EXIT_FAILED;
	audit_socket_close(&app.socket);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("auditctl: cannot write the output");
		return EXIT_FAILED;
	}
	return code;
}
