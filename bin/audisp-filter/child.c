/* A pipe, a process, and starting it again. */
#include "audisp-filter/child.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#define STARTS_MAX   5     /* in a row */
#define RAN_WELL_MS  60000 /* after so long the row ends */
#define PAUSE_MS     200   /* before a start in a row */
#define FORGET_BYTES 65536
#define WRITE_MS     1500 /* at the end, for what is queued (auditd kills after 2500), */
#define END_MS       5000 /* then for it to end by itself, */
#define TERM_MS      1000 /* and after it was told to */
#define STEP_MS      10
#define DEAF_MS      1000 /* for one that has closed its input, to end */

/* ---- the process ---- */

static int spawn(struct child *c, int input, struct err *e)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t pipe_only;
	int error;

	(void)sigemptyset(&pipe_only);
	(void)sigaddset(&pipe_only, SIGPIPE);
	if (posix_spawn_file_actions_init(&actions) != 0)
		return err_set(e, "no memory to start %s with", c->argv[0]);
	if (posix_spawnattr_init(&attributes) != 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return err_set(e, "no memory to start %s with", c->argv[0]);
	}
	(void)posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	(void)posix_spawnattr_setsigmask(&attributes, &c->plugin->former_mask);
	(void)posix_spawnattr_setsigdefault(&attributes, &pipe_only);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(&c->pid, c->argv[0], &actions, &attributes, c->argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)posix_spawnattr_destroy(&attributes);
	if (error == 0)
		return 0;
	c->pid = 0;
	errno = error;
	return err_sys(e, "cannot start %s", c->argv[0]);
}

static int start(struct child *c, struct err *e)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_sys(e, "cannot make a pipe");
	CLEAN_FD int input = ends[0];
	CLEAN_FD int output = ends[1];

	if (fcntl(output, F_SETFL, O_NONBLOCK) != 0)
		return err_sys(e, "cannot make a pipe");
	if (spawn(c, input, e) != 0)
		return -1;
	c->fd = take_fd(&output);
	c->written = 0;
	c->deaf_ms = 0;
	c->started_ms = clock_ms();
	return 0;
}

int child_start(struct child *c, struct plugin *p, char **argv, struct err *e)
{
	*c = (struct child){
		.plugin = p, .argv = argv, .fd = -1, .queue = BUF_INIT(CHILD_QUEUE_MAX)};
	return start(c, e);
}

void child_release(struct child *c)
{
	close_fd(&c->fd);
	buf_release(&c->queue);
}

/* ---- the queue ---- */

void child_put(struct child *c, struct sv line)
{
	if (!buf_reserve(&c->queue, line.n + 1)) {
		c->queue.failed = false; /* there may be room for what follows */
		c->dropped++;
		return;
	}
	buf_put(&c->queue, line);
	buf_putc(&c->queue, '\n');
}

bool child_is_full(const struct child *c)
{
	return c->queue.n - c->written >= CHILD_QUEUE_FULL;
}

/* Forgets whole lines that have been taken out of the pipe. */
static void forget_taken(struct child *c)
{
	const char *end;
	int waiting = 0;
	size_t taken;

	if (c->fd < 0 || ioctl(c->fd, FIONREAD, &waiting) != 0 || waiting < 0)
		return;
	taken = c->written > (size_t)waiting ? c->written - (size_t)waiting : 0;
	end = taken ? memrchr(c->queue.p, '\n', taken) : NULL;
	if (!end)
		return;
	taken = (size_t)(end + 1 - c->queue.p);
	memmove(c->queue.p, c->queue.p + taken, c->queue.n - taken);
	c->queue.n -= taken;
	c->written -= taken;
}

bool child_wants(const struct child *c)
{
	return c->fd >= 0 && c->deaf_ms == 0 && c->written < c->queue.n;
}

void child_serve(struct child *c)
{
	while (child_wants(c)) {
		ssize_t n = write(c->fd, c->queue.p + c->written, c->queue.n - c->written);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EPIPE)
			c->deaf_ms = clock_ms();
		if (n <= 0)
			break;
		c->written += (size_t)n;
	}
	if (c->written > FORGET_BYTES)
		forget_taken(c);
}

/* ---- its end ---- */

static const char *how_it_ended(int status, char out[64])
{
	if (WIFSIGNALED(status))
		(void)snprintf(out, 64, "was killed by signal %d", WTERMSIG(status));
	else
		(void)snprintf(out, 64, "ended with status %d", WEXITSTATUS(status));
	return out;
}

/* True when it runs no more; what it had not read is written anew. */
static bool has_ended(struct child *c, int *status)
{
	if (c->pid <= 0 || waitpid(c->pid, status, WNOHANG) != c->pid)
		return false;
	forget_taken(c);
	close_fd(&c->fd);
	c->fd = -1;
	c->pid = 0;
	c->written = 0;
	c->deaf_ms = 0;
	return true;
}

int64_t child_next_look(const struct child *c)
{
	if (c->pid == 0 && c->queue.n)
		return c->start_at_ms;
	return c->deaf_ms ? c->deaf_ms + DEAF_MS : INT64_MAX;
}

int child_look(struct child *c, struct err *e)
{
	char how[64];
	int status;
	int64_t now = clock_ms();

	if (has_ended(c, &status)) {
		c->starts = now - c->started_ms < RAN_WELL_MS ? c->starts + 1 : 1;
		if (c->starts > STARTS_MAX)
			return err_set(e, "%s %s, for the %dth time in a row", c->argv[0],
				       how_it_ended(status, how), STARTS_MAX + 1);
		plugin_say(c->plugin, LOG_WARNING, "%s %s; what follows starts it again",
			   c->argv[0], how_it_ended(status, how));
		c->start_at_ms = c->starts == 1 ? now : now + PAUSE_MS;
	}
	if (c->pid > 0 && c->deaf_ms && now - c->deaf_ms >= DEAF_MS)
		(void)kill(c->pid, SIGKILL);
	if (c->pid == 0 && c->queue.n && now >= c->start_at_ms)
		return start(c, e);
	return 0;
}

/* Waits for its end; false when the time is over. */
static bool ends_within(struct child *c, int64_t ms)
{
	int64_t end = clock_ms() + ms;
	int status;

	while (c->pid > 0 && !has_ended(c, &status)) {
		if (clock_ms() >= end)
			return false;
		(void)poll(NULL, 0, STEP_MS);
	}
	return true;
}

static void tell_loss(struct child *c)
{
	if (c->written < c->queue.n)
		plugin_say(c->plugin, LOG_WARNING, "%zu bytes are lost to %s",
			   c->queue.n - c->written, c->argv[0]);
}

/* Its end of the input is the order to end that loses nothing. */
static void close_input(struct child *c)
{
	tell_loss(c);
	buf_reset(&c->queue);
	c->written = 0;
	close_fd(&c->fd);
	c->fd = -1;
}

void child_stop(struct child *c)
{
	int64_t end = clock_ms() + WRITE_MS;
	struct pollfd fd = {.events = POLLOUT};
	int status;

	(void)has_ended(c, &status);
	if (c->pid == 0 && c->queue.n && c->starts <= STARTS_MAX)
		(void)!start(c, NULL);
	fd.fd = c->fd;
	for (child_serve(c); child_wants(c) && clock_ms() < end; child_serve(c))
		(void)poll(&fd, 1, STEP_MS);
	close_input(c);
	if (ends_within(c, END_MS))
		return;
	(void)kill(c->pid, SIGTERM);
	if (ends_within(c, TERM_MS))
		return;
	plugin_say(c->plugin, LOG_WARNING, "%s does not end: it is killed", c->argv[0]);
	(void)kill(c->pid, SIGKILL);
	(void)ends_within(c, TERM_MS);
}
