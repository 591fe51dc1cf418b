/*
 * autrace: runs a program with audit rules about its process, and says how to find what they
 * recorded; see autrace(8).
 *
 *	autrace ---fork--> child: waits, then becomes the program
 *	   |------fork--> keeper: deletes the rules if autrace is killed
 *	   | adds rules, lets the child start, waits, deletes the rules
 *
 * The rules are deleted whatever happens, and no others: exit codes are the reference's, 0 when
 * the program ran, whatever it said, and 1 when it did not.
 */
#include "autrace/trace.h"

#include "base/file.h"
#include "common/frame.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PATH_MAX_BYTES ((size_t)64 << 10)

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "autrace/options.def"
#undef OPTION
};
static const struct option_set options = {.program = "autrace",
					  .usage = "[-r] PROGRAM [ARGUMENT...]",
					  .summary = "Runs a program and records its system calls.",
					  .style = OPTION_GETOPT,
					  .rows = rows,
					  .count = LEN(rows)};

struct work {
	struct options words;
	bool resources;
	char **argv; /* of the program; NULL: none was given */
	struct buf path;
	struct audit_socket socket;
	struct audit_control control;
	struct rule_list rules;
	sigset_t signals, before;
	int signal; /* that ended the wait, or 0 */
};

/* The first word that is no option is the program, and all behind it is its own. */
static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct work *w = arg;

	switch (hit->id) {
	case 'r':
		w->resources = true;
		return FRAME_ON;
	case 'h':
		return frame_help(&options, e);
	case 'v':
		return frame_version(&options, e);
	default:
		w->argv = (char **)(uintptr_t)&w->words.argv[w->words.at - 1];
		return FRAME_DONE;
	}
}

static bool is_program(const char *path)
{
	struct stat st;

	if (access(path, X_OK) != 0 || stat(path, &st) != 0)
		return false;
	errno = EACCES;
	return S_ISREG(st.st_mode);
}

/* Into w->path, as a shell finds it. */
static int find_program(struct work *w, struct err *e)
{
	const char *name = w->argv[0], *list = getenv("PATH");
	struct sv rest = sv_cstr(list ? list : "/usr/sbin:/usr/bin:/sbin:/bin"), folder;

	if (strchr(name, '/')) {
		buf_puts(&w->path, name);
		return is_program(buf_cstr(&w->path)) ? 0 : err_sys(e, "cannot run %s", name);
	}
	while (rest.n) {
		(void)sv_cut(rest, ':', &folder, &rest);
		buf_reset(&w->path);
		buf_printf(&w->path, "%.*s/%s", SV_FMT(folder.n ? folder : SV(".")), name);
		if (is_program(buf_cstr(&w->path)))
			return 0;
	}
	return err_set(e, "cannot find the program %s", name);
}

static void count_rule(void *ctx, struct sv rule)
{
	(void)rule;
	++*(size_t *)ctx;
}

/* The kernel has no rules, takes some, and records. */
static int check_kernel(struct work *w, struct err *e)
{
	struct audit_status status;
	size_t count = 0;

	if (!audit_wire_system.is_capable(NULL, CAP_AUDIT_CONTROL))
		return err_set(e, "no permission: run it as root or with the capability "
				  "CAP_AUDIT_CONTROL");
	if (audit_socket_open(&w->socket, 0, e) != 0)
		return -1;
	audit_control_init(&w->control, &w->socket);
	if (audit_get_status(&w->control, &status, e) != 0 ||
	    audit_list_rules(&w->control, count_rule, &count, e) != 0)
		return -1;
	if (status.enabled == 2)
		return err_set(e, "the audit system is locked (enabled 2): no rules can be added");
	if (count)
		return err_set(e,
			       "there are rules in the kernel (%zu): a trace would mix with them; "
			       "auditctl -D deletes them",
			       count);
	if (status.enabled == 0)
		frame_say("autrace", "warning: auditing is off (enabled 0): nothing will be "
				     "recorded until auditctl -e 1");
	else if (status.pid == 0)
		frame_say("autrace", "warning: no audit daemon runs: records go to the kernel's "
				     "log");
	return 0;
}

/* Those that end a program, but for what nohup and the like have us ignore. */
static void take_signals(struct work *w)
{
	static const int taken[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction now;

	(void)sigemptyset(&w->signals);
	(void)sigaddset(&w->signals, SIGCHLD);
	for (size_t i = 0; i < LEN(taken); i++)
		if (sigaction(taken[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			(void)sigaddset(&w->signals, taken[i]);
	(void)sigprocmask(SIG_BLOCK, &w->signals, &w->before);
}

/* With the rules in place: runs the program to its end. */
static int run_program(struct work *w, struct child *child, struct err *e)
{
	(void)printf("Waiting to execute: %s\n", w->argv[0]);
	(void)fflush(stdout);
	/* From here on nobody who stops reading our output keeps us from cleaning up. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (child_start(child, e) != 0) {
		(void)child_wait(child, &w->signals);
		return -1;
	}
	w->signal = child_wait(child, &w->signals);
	(void)puts("Cleaning up...");
	return 0;
}

/* With a child and a keeper. */
static int trace_kept(struct work *w, struct child *child, struct err *e)
{
	if (rules_add(&w->control, &w->rules, e) == 0)
		return run_program(w, child, e);
	child_cancel(child);
	return -1;
}

static int trace(struct work *w, struct err *e)
{
	struct keeper keeper;
	struct child child;
	struct err left;
	int done;

	take_signals(w);
	if (child_fork(&child, buf_cstr(&w->path), w->argv, &w->before, e) != 0)
		return -1;
	if (trace_rules(child.pid, w->resources, &w->rules, e) != 0 ||
	    keeper_start(&keeper, &w->rules, e) != 0) {
		child_cancel(&child);
		return -1;
	}
	done = trace_kept(w, &child, e);
	if (keeper_dismiss(&keeper, rules_remove(&w->control, &w->rules, &left) == 0) != 0)
		return err_set(e, "rules of the trace are left in the kernel: %s", left.text);
	if (done == 0)
		(void)printf(
			"Trace complete. You can locate the records with 'ausearch -i -p %d'\n",
			(int)child.pid);
	return done;
}

/* The code of a trace that was asked to end: that of the signal. */
static void end_by(const struct work *w)
{
	(void)fflush(stdout);
	(void)signal(w->signal, SIG_DFL);
	(void)raise(w->signal);
	(void)sigprocmask(SIG_SETMASK, &w->before, NULL);
}

static int run(struct work *w)
{
	int code = EXIT_FAILURE;
	struct err e;

	if (find_program(w, &e) == 0 && check_kernel(w, &e) == 0 && trace(w, &e) == 0)
		code = EXIT_SUCCESS;
	else
		frame_say("autrace", "%s", e.text);
	audit_socket_close(&w->socket);
	rule_list_release(&w->rules);
	buf_release(&w->path);
	if (w->signal)
		end_by(w);
	return frame_finish("autrace", stdout, "the result") == 0 ? code : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	static struct work w; /* large */
	struct err e;

	if (frame_start() != 0)
		return EXIT_FAILURE;
	w.path = BUF_INIT(PATH_MAX_BYTES);
	w.socket = AUDIT_SOCKET_CLOSED;
	w.rules = RULE_LIST_INIT;
	switch (frame_options(&w.words, &options, argc, argv, take_option, &w, &e)) {
	case FRAME_ON:
		(void)fprintf(stderr, "usage: autrace %s\n", options.usage);
		return EXIT_FAILURE;
	case FRAME_DONE:
		return w.argv ? run(&w) : EXIT_SUCCESS;
	case FRAME_FAILED:
		frame_say("autrace", "%s", e.text);
		return EXIT_FAILURE;
	}
	return EXIT_FAILURE;
}
