/*
 * The process that stays behind: it holds the reading end of a pipe whose other end closes when
 * autrace ends, and then deletes the rules. It is in a session of its own and deaf to what a
 * terminal or a service manager sends to a whole group.
 */
#include "autrace/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

static int remove_rules(const struct rule_list *rules)
{
	struct audit_socket s = AUDIT_SOCKET_CLOSED;
	static struct audit_control control; /* large; of the child */

	if (audit_socket_open(&s, 0, NULL) != 0)
		return EXIT_FAILURE;
	audit_control_init(&control, &s);
	return rules_remove(&control, rules, NULL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Never returns. */
static void keep(const struct rule_list *rules)
{
	sigset_t all;
	ssize_t n;
	char byte;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)setsid();
	do
		n = read(STDIN_FILENO, &byte, 1);
	while (n < 0 && errno == EINTR);
	_exit(n > 0 ? EXIT_SUCCESS : remove_rules(rules));
}

/*
 * Keeps the pipe, as standard input, and nothing else: an end of another pipe that is held here
 * would keep whoever reads there from seeing its end.
 */
static void leave_all_but(int pipe)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)dup2(pipe, STDIN_FILENO);
	(void)dup2(nowhere, STDOUT_FILENO);
	(void)dup2(nowhere, STDERR_FILENO);
	(void)close_range(STDERR_FILENO + 1, ~0U, 0);
}

int keeper_start(struct keeper *k, const struct rule_list *rules, struct err *e)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_sys(e, "cannot make a pipe");
	k->pid = fork();
	if (k->pid == 0) {
		leave_all_but(ends[0]);
		keep(rules);
	}
	(void)close(ends[0]);
	k->alive = ends[1];
	if (k->pid > 0)
		return 0;
	(void)close(ends[1]);
	return err_sys(e, "cannot make a process");
}

int keeper_dismiss(struct keeper *k, bool removed)
{
	int status = -1;

	if (removed)
		(void)!write(k->alive, "", 1);
	(void)close(k->alive);
	while (waitpid(k->pid, &status, 0) < 0 && errno == EINTR)
		;
	return removed || status == 0 ? 0 : -1;
}
