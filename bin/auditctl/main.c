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
#include "rule/host.h"

#include <stdio.h>

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
	if (changes_rules && !app_is_ready(app))
		return EXIT_DONE;
	if (c->kind == COMMAND_READ_FILE) {
		app->ignore_errors = c->ignore_errors;
		app->fail_at_end = c->fail_at_end;
		return app_read_file(app, c->text);
	}
	return app_run(app, c) == 0 ? EXIT_DONE : EXIT_FAILED;
}

static bool may(const struct command *c)
{
	return c->kind == COMMAND_HELP || c->kind == COMMAND_VERSION || app_may();
}

int main(int argc, char **argv)
{
	struct app app = {.program = "auditctl", .socket = {-1, &audit_wire_system, NULL}};
	struct rule_words words = words_of_command_line(argc, argv);
	struct problems problems = {.tell = app_problem, .ctx = &app};
	struct command c;
	int parsed, code;

	if (file_fill_standard() != 0)
		return EXIT_FAILED;
	if (argc < 2) {
		struct command help = {.kind = COMMAND_HELP};

		return app_run(&app, &help) == 0 ? EXIT_FILE : EXIT_FAILED;
	}
	app.host = rule_host_here();
	parsed = command_parse(&words, &app.host, &c, &problems);
	if (!may(&c)) {
		app_tell(&app, (struct rule_place){0}, APP_NO_PERMISSION);
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
