/* Messages of two numbers over a socket pair, one of them with a descriptor. */
#include "audisp-filter/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>

#define REPLY_MS 10000

enum word {
	WORD_START,   /* worker: start it */
	WORD_KILL,    /* worker: number is a signal */
	WORD_STARTED, /* keeper: with the pipe */
	WORD_FAILED,  /* keeper: number is an errno */
	WORD_ENDED    /* keeper: number is a wait status */
};

struct message {
	int32_t word, number;
};

union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

/* fd < 0: none goes with it. */
static bool send_message(int to, enum word word, int number, int fd)
{
	struct message m = {(int32_t)word, number};
	struct iovec part = {&m, sizeof(m)};
	union control control = {0};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};

	if (fd >= 0) {
		control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)),
						  .cmsg_level = SOL_SOCKET,
						  .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		header.msg_control = &control;
		header.msg_controllen = sizeof(control);
	}
	return sendmsg(to, &header, MSG_NOSIGNAL) == (ssize_t)sizeof(m);
}

/* 1 with the message, and a descriptor or -1; 0 when there is none; -1 when the other side is gone. */
static int receive_message(int from, struct message *m, int *fd)
{
	struct iovec part = {m, sizeof(*m)};
	union control control = {0};
	struct msghdr header = {.msg_iov = &part,
				.msg_iovlen = 1,
				.msg_control = &control,
				.msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(from, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&header) : NULL;

	*fd = -1;
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	if (n == (ssize_t)sizeof(*m))
		return 1;
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

/* ---- the worker's side ---- */

int keeper_start(struct keeper *k, const char *name, struct err *e)
{
	struct pollfd wait = {.fd = k->fd, .events = POLLIN};
	struct message m = {0};
	int fd = -1, got = -1;

	if (send_message(k->fd, WORD_START, 0, -1)) {
		while ((got = poll(&wait, 1, REPLY_MS)) < 0 && errno == EINTR)
			;
		got = got > 0 ? receive_message(k->fd, &m, &fd) : -1;
	}
	if (got == 1 && m.word == WORD_STARTED && fd >= 0)
		return fd;
	close_fd(&fd);
	if (got == 1 && m.word == WORD_FAILED) {
		errno = m.number;
		return err_sys(e, "cannot start %s", name);
	}
	k->is_gone = true;
	return err_set(e, "the process that starts programs is gone");
}

bool keeper_has_ended(struct keeper *k, int *status)
{
	struct message m;
	int fd, got = receive_message(k->fd, &m, &fd);

	close_fd(&fd);
	k->is_gone |= got < 0;
	if (got != 1 || m.word != WORD_ENDED)
		return false;
	*status = m.number;
	return true;
}

void keeper_kill(struct keeper *k, int signal)
{
	(void)!send_message(k->fd, WORD_KILL, signal, -1);
}

void keeper_release(struct keeper *k)
{
	close_fd(&k->fd);
	k->fd = -1;
}

/* ---- the keeper's side ---- */

struct keeping {
	struct plugin *plugin;
	char **argv;
	int fd;
	pid_t worker, program; /* program 0: none runs */
};

static int spawn(struct keeping *k, int input)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t pipe_only;
	int error;

	(void)sigemptyset(&pipe_only);
	(void)sigaddset(&pipe_only, SIGPIPE);
	if ((error = posix_spawn_file_actions_init(&actions)) != 0)
		return error;
	if ((error = posix_spawnattr_init(&attributes)) != 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return error;
	}
	(void)posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	(void)posix_spawnattr_setsigmask(&attributes, &k->plugin->former_mask);
	(void)posix_spawnattr_setsigdefault(&attributes, &pipe_only);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(&k->program, k->argv[0], &actions, &attributes, k->argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)posix_spawnattr_destroy(&attributes);
	if (error != 0)
		k->program = 0;
	return error;
}

static void start_program(struct keeping *k)
{
	int ends[2], error;

	if (pipe2(ends, O_CLOEXEC) != 0) {
		(void)!send_message(k->fd, WORD_FAILED, errno, -1);
		return;
	}
	error = fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0 ? spawn(k, ends[0]) : errno;
	(void)!send_message(k->fd, error ? WORD_FAILED : WORD_STARTED, error, error ? -1 : ends[1]);
	close_fd(&ends[0]);
	close_fd(&ends[1]);
}

static void obey(struct keeping *k)
{
	struct message m;
	int fd;

	while (receive_message(k->fd, &m, &fd) == 1) {
		close_fd(&fd);
		if (m.word == WORD_START && k->program == 0)
			start_program(k);
		else if (m.word == WORD_KILL && k->program > 0)
			(void)kill(k->program, m.number);
	}
}

static void pass_signals_on(const struct keeping *k, unsigned seen)
{
	if (seen & PLUGIN_TERM)
		(void)kill(k->worker, SIGTERM);
	if (seen & PLUGIN_HUP)
		(void)kill(k->worker, SIGHUP);
	if ((seen & PLUGIN_HUP) && k->program > 0)
		(void)kill(k->program, SIGHUP);
}

/* True when the worker has ended, with its wait status. */
static bool reap(struct keeping *k, int *status)
{
	bool is_over = false;
	int how;
	pid_t pid;

	while ((pid = waitpid(-1, &how, WNOHANG)) > 0) {
		if (pid == k->worker) {
			*status = how;
			is_over = true;
		} else if (pid == k->program) {
			k->program = 0;
			(void)!send_message(k->fd, WORD_ENDED, how, -1);
		}
	}
	return is_over;
}

static int keep(struct keeping *k)
{
	struct pollfd fd = {.fd = k->fd, .events = POLLIN};
	int status = 0;

	do {
		pass_signals_on(k, plugin_wait(k->plugin, false, &fd, 1, -1));
		if (fd.revents & POLLIN)
			obey(k);
		if (fd.revents & (POLLHUP | POLLERR))
			fd.fd = -1; /* its end follows */
	} while (!reap(k, &status));
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	plugin_say(k->plugin, LOG_ERR, "the process that reads was killed by signal %d",
		   WTERMSIG(status));
	return EXIT_FAILURE;
}

/* Its copy of the input would keep the daemon from seeing that nobody reads any more. */
static void let_input_go(void)
{
	CLEAN_FD int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null >= 0)
		(void)dup2(null, STDIN_FILENO);
}

enum keeper_side keeper_fork(struct keeper *k, struct plugin *p, char **argv, int *status,
			     struct err *e)
{
	struct keeping keeping = {.plugin = p, .argv = argv};
	pid_t parent = getpid();
	int ends[2];

	*k = (struct keeper){.fd = -1};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		(void)err_sys(e, "cannot make a pair of sockets");
		return KEEPER_FAILED;
	}
	keeping.worker = fork();
	if (keeping.worker == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		k->is_gone = getppid() != parent;
		k->fd = ends[0];
		close_fd(&ends[1]);
		return KEEPER_WORKER;
	}
	close_fd(&ends[0]);
	keeping.fd = ends[1];
	if (keeping.worker > 0) {
		let_input_go();
		*status = keep(&keeping);
	} else {
		(void)err_sys(e, "cannot start a process");
	}
	close_fd(&ends[1]);
	return keeping.worker > 0 ? KEEPER_DONE : KEEPER_FAILED;
}
