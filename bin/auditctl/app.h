/*
 * auditctl: what its parts share, and augenrules with them. One struct app, made by main().
 */
#ifndef AURUM_AUDITCTL_APP_H
#define AURUM_AUDITCTL_APP_H

#include "netlink/control.h"
#include "rule/command.h"
#include "rule/rules_file.h"

/* The reference's exit codes. */
enum {
	EXIT_DONE = 0,
	EXIT_FILE = 1,
	EXIT_PRIVILEGE = 4,
	EXIT_FAILED = 255,
};

struct app {
	const char *program; /* in front of what is told */
	struct rule_host host;
	struct audit_socket socket;
	struct audit_control control;
	const char *file; /* the rules file of the line at hand, or NULL */
	bool told;        /* an error of the command at hand was printed */
	bool ignore_errors, fail_at_end;
};

#define APP_NO_PERMISSION "no permission: run it as root or with the capability CAP_AUDIT_CONTROL"

/* Functions that do a command return 0, or -1 after telling why not. */

/* Prints "PROGRAM: FILE:LINE:COLUMN: text" while a file is read, else "PROGRAM: text". */
void app_tell(const struct app *app, struct rule_place at, const char *text);
/* For struct problems: prints warnings, and the first error of a command, with its argument. */
void app_problem(void *app, const struct problem *p);
/* Tells e at a place and returns -1. */
int app_fail(const struct app *app, struct rule_place at, const struct err *e);

/* One command; not for COMMAND_READ_FILE. */
MUST_CHECK int app_run(struct app *app, const struct command *c);

/*
 * Commands of files, one a line, until one fails; behind a line with -i or -c until the end. next()
 * gives the lines and sets app->file. EXIT_DONE or EXIT_FILE.
 */
typedef enum rules_status (*app_next_fn)(void *ctx, struct rule_words *words,
					 struct problems *problems);
MUST_CHECK int app_run_lines(struct app *app, app_next_fn next, void *ctx);
MUST_CHECK int app_read_file(struct app *app, const char *path); /* those of a rules file */

/* Whether this process may change rules. */
bool app_may(void);
/* Whether the kernel lets them be changed; else tells why not. */
bool app_is_ready(struct app *app);

/* rules.c */
MUST_CHECK int rules_change(struct app *app, const struct command *c);
MUST_CHECK int rules_list(struct app *app, const struct command *c);
MUST_CHECK int rules_delete_all(struct app *app, const struct command *c);

/* status.c */
void status_print(const struct audit_status *s, bool interpret);
MUST_CHECK int status_show(struct app *app, const struct command *c);
MUST_CHECK int status_change(struct app *app, const struct command *c);
MUST_CHECK int status_signal(struct app *app, const struct command *c);

/* argument.c: for struct rule_style, with a struct interpreter as ctx */
void argument_print(void *interpreter, enum machine m, uint32_t call, unsigned int index,
		    const uint32_t a[2], uint32_t value, struct buf *out);

/* message.c */
MUST_CHECK int message_send(struct app *app, const struct command *c);

#endif
