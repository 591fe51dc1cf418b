/* A queue, a pipe, and starting the program again. */
#include "audisp-filter/child.h"

#include "base/clock.h"

#include <errno.h>
#include <signal.h>
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

static int start(struct child *c, struct err *e)
{
	int fd = keeper_start(c->keeper, c->name, e);

	if (fd < 0)
		return -1;
	c->fd = fd;
	c->is_running = true;
	c->written = 0;
	c->deaf_ms = 0;
	c->started_ms = clock_ms();
	return 0;
}

int child_start(struct child *c, struct plugin *p, struct keeper *k, const char *name,
		struct err *e)
{
	*c = (struct child){.plugin = p,
			    .keeper = k,
			    .name = name,
			    .fd = -1,
			    .queue = BUF_INIT(CHILD_QUEUE_MAX)};
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
	if (!c->is_running || !keeper_has_ended(c->keeper, status))
		return false;
	forget_taken(c);
	close_fd(&c->fd);
	c->fd = -1;
	c->is_running = false;
	c->written = 0;
	c->deaf_ms = 0;
	return true;
}

int64_t child_next_look(const struct child *c)
{
	if (!c->is_running && c->queue.n)
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
			return err_set(e, "%s %s, for the %dth time in a row", c->name,
				       how_it_ended(status, how), STARTS_MAX + 1);
		plugin_say(c->plugin, LOG_WARNING, "%s %s; what follows starts it again", c->name,
			   how_it_ended(status, how));
		c->start_at_ms = c->starts == 1 ? now : now + PAUSE_MS;
	}
	if (c->is_running && c->deaf_ms && now - c->deaf_ms >= DEAF_MS)
		keeper_kill(c->keeper, SIGKILL);
	if (!c->is_running && c->queue.n && now >= c->start_at_ms)
		return start(c, e);
	return 0;
}

/* Waits for its end; false when the time is over. Without a keeper nobody tells of it. */
static bool ends_within(struct child *c, int64_t ms)
{
	int64_t end = clock_ms() + ms;
	int status;

	while (c->is_running && !has_ended(c, &status) && !c->keeper->is_gone) {
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
			   c->queue.n - c->written, c->name);
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
	if (!c->is_running && c->queue.n && c->starts <= STARTS_MAX && !c->keeper->is_gone)
		(void)!start(c, NULL);
	fd.fd = c->fd;
	for (child_serve(c); child_wants(c) && clock_ms() < end; child_serve(c))
		(void)poll(&fd, 1, STEP_MS);
	close_input(c);
	if (ends_within(c, END_MS))
		return;
	keeper_kill(c->keeper, SIGTERM);
	if (ends_within(c, TERM_MS))
		return;
	plugin_say(c->plugin, LOG_WARNING, "%s does not end: it is killed", c->name);
	keeper_kill(c->keeper, SIGKILL);
	(void)ends_within(c, TERM_MS);
}
