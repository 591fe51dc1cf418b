/* The traced program: forked before there are rules about it, started when there are. */
#include "autrace/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#define STATUS_NOT_STARTED 127

static ssize_t read_whole(int fd, void *out, size_t n)
{
	ssize_t got;

	do
		got = read(fd, out, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Never returns. An end instead of the byte: there is nobody to trace it. */
static void become(const int go[2], int failed, const char *path, char **argv, const sigset_t *mask)
{
	char byte;
	int why;

	(void)close(go[1]);
	if (read_whole(go[0], &byte, 1) != 1)
		_exit(STATUS_NOT_STARTED);
	(void)sigprocmask(SIG_SETMASK, mask, NULL);
	(void)execv(path, argv);
	why = errno;
	(void)!write(failed, &why, sizeof(why));
	_exit(STATUS_NOT_STARTED);
}

int child_fork(struct child *c, const char *path, char **argv, const sigset_t *mask, struct err *e)
{
	int go[2], failed[2];

	if (pipe2(go, O_CLOEXEC) != 0)
		return err_sys(e, "cannot make a pipe");
	if (pipe2(failed, O_CLOEXEC) != 0) {
		(void)err_sys(e, "cannot make a pipe");
		(void)close(go[0]);
		(void)close(go[1]);
		return -1;
	}
	c->pid = fork();
	if (c->pid == 0)
		become(go, failed[1], path, argv, mask);
	(void)close(go[0]);
	(void)close(failed[1]);
	c->go = go[1];
	c->failed = failed[0];
	if (c->pid > 0)
		return 0;
	(void)err_sys(e, "cannot make a process");
	(void)close(c->go);
	(void)close(c->failed);
	return -1;
}

int child_start(struct child *c, struct err *e)
{
	bool told = write(c->go, "", 1) == 1;
	int why = 0;
	ssize_t n;

	(void)close(c->go);
	n = read_whole(c->failed, &why, sizeof(why));
	(void)close(c->failed);
	if (told && n == 0)
		return 0;
	errno = n == (ssize_t)sizeof(why) ? why : EPIPE;
	return err_sys(e, "cannot execute the program");
}

void child_cancel(struct child *c)
{
	(void)close(c->go);
	(void)close(c->failed);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* A terminal sends its signals to the program as well; what somebody sent to us is passed on. */
static void relay(const struct child *c, const siginfo_t *info)
{
	if (info->si_code != SI_KERNEL)
		(void)kill(c->pid, info->si_signo);
}

int child_wait(const struct child *c, const sigset_t *signals)
{
	int first = 0;

	for (;;) {
		pid_t ended = waitpid(c->pid, NULL, WNOHANG);
		siginfo_t info;

		if (ended != 0 && !(ended < 0 && errno == EINTR))
			return first;
		if (sigwaitinfo(signals, &info) < 0 || info.si_signo == SIGCHLD)
			continue;
		if (first)
			return first;
		first = info.si_signo;
		relay(c, &info);
	}
}
