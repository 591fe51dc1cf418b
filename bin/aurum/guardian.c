/*
 * --confirm: the change is done by a process that does not hang on the terminal, and that takes it
 * back unless somebody says in time that it is good.
 *
 *	terminal --fork--> guardian (a session of its own)
 *	   | "confirm", "undo"  |  changes, waits, keeps or undoes
 *	   |<----- outcome -----|<-- "confirm" -- aurum rules confirm
 *
 * The terminal's process that ends, however it ends, is an "undo". A guardian that ends without an
 * outcome is replaced by the terminal's process. When both are killed the state file is left, for
 * `aurum rules apply --restore`.
 */
#include "aurum/applier.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define CONFIRM "confirm"
#define UNDO    "undo"
#define APPLIED "applied"

struct guardian {
	struct applier *a;
	int terminal; /* to the terminal's process */
	int door;     /* where others come with their word */
	int signals;
	int64_t end_ms;
};

/* ---- messages ---- */

bool guardian_address(const char *state, struct sockaddr_un *out)
{
	int n;

	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	n = snprintf(out->sun_path, sizeof(out->sun_path), "%s.sock", state);
	return n > 0 && (size_t)n < sizeof(out->sun_path);
}

void guardian_put_outcome(const struct outcome *o, struct buf *out)
{
	buf_printf(out, "%d %s", (int)o->code, o->text);
}

bool guardian_take_outcome(struct sv message, struct outcome *out)
{
	if (message.n < 2 || message.p[0] < '0' + EXIT_DONE || message.p[0] > '0' + EXIT_TROUBLE ||
	    message.p[1] != ' ')
		return false;
	out->code = (enum exit_code)(message.p[0] - '0');
	return sv_to_cstr(sv_from(message, 2), out->text, sizeof(out->text));
}

static void send_outcome(int fd, const struct outcome *o)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(sizeof(*o) + 16);

	guardian_put_outcome(o, &text);
	(void)!send(fd, text.p, text.n, MSG_NOSIGNAL);
}

/* A message into *out, which points into bytes; an empty one when the other end is gone. */
static struct sv receive(int fd, char *bytes, size_t size)
{
	ssize_t n;

	do
		n = recv(fd, bytes, size, 0);
	while (n < 0 && errno == EINTR);
	return sv_make(bytes, n > 0 ? (size_t)n : 0);
}

/* ---- the guardian ---- */

static int take_signals(void)
{
	static const int taken[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
	sigset_t mask;

	(void)sigemptyset(&mask);
	for (size_t i = 0; i < LEN(taken); i++)
		(void)sigaddset(&mask, taken[i]);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || sigprocmask(SIG_BLOCK, &mask, NULL) != 0)
		return -1;
	return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int open_door(const char *state, struct err *e)
{
	CLEAN_FD int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;

	if (fd < 0)
		return err_sys(e, "cannot make a socket");
	if (!guardian_address(state, &address))
		return err_set(e, "the path of the state file is too long: %s", state);
	(void)unlink(address.sun_path); /* of one that was killed: the state file is ours */
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(address.sun_path, 0600) != 0 || listen(fd, 4) != 0)
		return err_sys(e, "cannot listen at %s", address.sun_path);
	return take_fd(&fd);
}

void guardian_close_door(const char *state)
{
	struct sockaddr_un address;

	if (guardian_address(state, &address))
		(void)unlink(address.sun_path);
}

/* Somebody at the door: answers nothing yet, for it is not known yet what becomes of it. */
static bool is_confirmed_at_door(const struct guardian *g, int *visitor)
{
	CLEAN_FD int fd = accept4(g->door, NULL, NULL, SOCK_CLOEXEC);
	const struct timeval patience = {.tv_sec = 2};
	socklen_t size = sizeof(struct ucred);
	struct ucred peer;
	char word[16];

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
	    peer.uid != geteuid() ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
	    !sv_eq(receive(fd, word, sizeof(word)), SV(CONFIRM)))
		return false;
	*visitor = take_fd(&fd);
	return true;
}

/* NULL: confirmed; else why it is undone. */
static const char *wait_for_word(const struct guardian *g, int *visitor)
{
	struct pollfd fds[] = {{.fd = g->terminal, .events = POLLIN},
			       {.fd = g->door, .events = POLLIN},
			       {.fd = g->signals, .events = POLLIN}};
	char word[16];

	for (;;) {
		int64_t left = g->end_ms - clock_ms();
		struct sv said;

		if (left <= 0)
			return "nobody confirmed in time";
		if (poll(fds, LEN(fds), left > 60000 ? 60000 : (int)left) <= 0)
			continue;
		if (fds[1].revents && is_confirmed_at_door(g, visitor))
			return NULL;
		if (fds[2].revents)
			return "a signal ended it";
		if (!fds[0].revents)
			continue;
		said = receive(g->terminal, word, sizeof(word));
		if (sv_eq(said, SV(CONFIRM)))
			return NULL;
		return sv_eq(said, SV(UNDO)) ? "taken back" : "the terminal is gone";
	}
}

static void guard(struct guardian *g, unsigned int seconds)
{
	CLEAN_FD int visitor = -1;
	struct outcome out = {0};
	const char *why;
	struct err e;

	g->signals = take_signals();
	g->door = open_door(g->a->state, &e);
	if (g->door < 0 || g->signals < 0) {
		applier_undo(g->a, g->door < 0 ? e.text : "cannot receive signals", &out);
	} else if (applier_change(g->a, &out)) {
		g->end_ms = clock_ms() + (int64_t)seconds * 1000;
		(void)!send(g->terminal, APPLIED, strlen(APPLIED), MSG_NOSIGNAL);
		why = wait_for_word(g, &visitor);
		if (why)
			applier_undo(g->a, why, &out);
		else
			applier_keep(g->a, &out);
	}
	guardian_close_door(g->a->state);
	if (visitor >= 0)
		send_outcome(visitor, &out);
	send_outcome(g->terminal, &out);
}

/* ---- the terminal's side ---- */

struct terminal {
	struct applier *a;
	int guardian; /* the socket */
	int signals;
	unsigned int seconds;
	bool asks; /* the change is in force and somebody may type */
};

static void send_word(const struct terminal *t, const char *word)
{
	(void)!send(t->guardian, word, strlen(word), MSG_NOSIGNAL);
}

/* What was typed. A terminal that is gone is a no; other input that ends just ends. */
static void take_typed(struct terminal *t)
{
	char bytes[256];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));
	struct sv typed = sv_trim(sv_make(bytes, n > 0 ? (size_t)n : 0));

	if (n <= 0) {
		t->asks = false;
		if (isatty(STDIN_FILENO) || (n < 0 && errno == EIO))
			send_word(t, UNDO);
	} else if (sv_eq_nocase(typed, SV("yes"))) {
		send_word(t, CONFIRM);
	} else if (sv_eq_nocase(typed, SV("no"))) {
		send_word(t, UNDO);
	} else if (typed.n) {
		say("type yes to keep the rules, no to take them back");
	}
}

/* The guardian was killed: its work is done here. */
static int stand_in(struct terminal *t)
{
	static struct rules_kernel kernel; /* a socket of its own: answers may be on their way */
	struct outcome out;

	if (access(t->a->state, F_OK) != 0) {
		say("the guardian process ended after its work was done");
		return EXIT_TROUBLE;
	}
	if (rules_kernel_open(&kernel) != 0)
		return EXIT_TROUBLE;
	t->a->control = &kernel.control;
	applier_undo(t->a, "the guardian process ended", &out);
	guardian_close_door(t->a->state);
	rules_kernel_close(&kernel);
	say("%s", out.text);
	return out.code;
}

/* -1: go on; else the exit code. */
static int take_message(struct terminal *t)
{
	char bytes[sizeof(struct outcome) + 16];
	struct sv message = receive(t->guardian, bytes, sizeof(bytes));
	struct outcome out;

	if (sv_eq(message, SV(APPLIED))) {
		say("applied; within %u seconds type yes here, or run `aurum rules confirm` in "
		    "another shell: else everything is put back",
		    t->seconds);
		t->asks = true;
		return -1;
	}
	if (!guardian_take_outcome(message, &out))
		return stand_in(t);
	say("%s", out.text);
	return out.code;
}

static int attend(struct terminal *t)
{
	struct pollfd fds[] = {{.fd = t->guardian, .events = POLLIN},
			       {.fd = t->signals, .events = POLLIN},
			       {.fd = STDIN_FILENO, .events = POLLIN}};
	struct signalfd_siginfo info;
	int code = -1;

	while (code < 0) {
		fds[2].fd = t->asks ? STDIN_FILENO : -1;
		if (poll(fds, LEN(fds), -1) < 0)
			continue;
		if (fds[1].revents && read(t->signals, &info, sizeof(info)) > 0)
			send_word(t, UNDO);
		if (fds[0].revents)
			code = take_message(t);
		else if (t->asks && fds[2].revents)
			take_typed(t);
	}
	return code;
}

int guardian_run(struct applier *a, unsigned int seconds)
{
	struct terminal t = {.a = a, .seconds = seconds};
	int pair[2], code;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 ||
	    (pid = fork()) < 0) {
		say("cannot start the guardian process: %s", strerror(errno));
		(void)unlink(a->state); /* nothing was changed yet */
		return EXIT_TROUBLE;
	}
	if (pid == 0) {
		struct guardian g = {.a = a, .terminal = pair[1]};

		(void)close(pair[0]);
		(void)setsid();
		guard(&g, seconds);
		_exit(EXIT_DONE);
	}
	(void)close(pair[1]);
	t.guardian = pair[0];
	t.signals = take_signals();
	code = attend(&t);
	(void)waitpid(pid, NULL, 0);
	(void)close(pair[0]);
	if (t.signals >= 0)
		(void)close(t.signals);
	return code;
}
