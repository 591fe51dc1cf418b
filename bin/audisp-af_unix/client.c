/*
 * Who takes records from the socket. Nobody is waited for: each gets what its socket takes, and
 * what it leaves behind for too long is lost to it alone.
 */
#include "audisp-af_unix/app.h"

#include "base/clock.h"
#include "record/record.h"

#include <errno.h>
#include <syslog.h>

#define SERVE_PARTS     4    /* clients are served at least when so a part of the queue is new */
#define ACCEPT_TURN     16   /* clients that are taken in before records have their turn */
#define ACCEPT_PAUSE_MS 1000 /* after a failure that would only come again */

static void refuse(struct app *app, int fd)
{
	app->refused++;
	if (!app->is_crowded)
		plugin_say(&app->plugin, LOG_WARNING,
			   "%d clients are connected: more are turned away", CLIENTS_MAX);
	app->is_crowded = true;
	close_fd(&fd);
}

static void take_in(struct app *app, int fd)
{
	struct client *c = &app->clients[app->count];
	socklen_t n = sizeof(c->peer);

	*c = (struct client){.fd = fd, .taker = fanout_join(app->fanout), .since = time(NULL)};
	if (!c->taker || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c->peer, &n) != 0) {
		plugin_say(&app->plugin, LOG_ERR, "cannot take in a client: %s", strerror(errno));
		fanout_leave(c->taker);
		close_fd(&fd);
		return;
	}
	app->count++;
	if (app->count > app->count_max)
		app->count_max = app->count;
	plugin_say(&app->plugin, LOG_INFO, "client connected: process %d of user %u", c->peer.pid,
		   c->peer.uid);
}

void clients_accept(struct app *app)
{
	app->accept_after_ms = 0;
	for (int i = 0; i < ACCEPT_TURN; i++) {
		int fd = accept4(app->listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
			plugin_say(&app->plugin, LOG_ERR, "cannot accept a client: %s",
				   strerror(errno));
			app->accept_after_ms = clock_ms() + ACCEPT_PAUSE_MS;
		}
		if (fd < 0)
			return;
		app->connections++;
		if (app->count == CLIENTS_MAX)
			refuse(app, fd);
		else
			take_in(app, fd);
	}
}

void client_drop(struct app *app, size_t i)
{
	struct client *c = &app->clients[i];
	uint64_t lost = c->taker->lost + fanout_waiting(c->taker);

	plugin_say(&app->plugin, lost ? LOG_WARNING : LOG_INFO,
		   "client gone: process %d of user %u, %ju records sent, %ju not", c->peer.pid,
		   c->peer.uid, (uintmax_t)c->taker->taken, (uintmax_t)lost);
	app->lost += c->taker->lost;
	fanout_leave(c->taker);
	close_fd(&c->fd);
	*c = app->clients[--app->count];
	app->is_crowded = false;
}

/* ---- records ---- */

static void put_frame(struct app *app, const struct dispatch_record *record)
{
	uint32_t version = record->version, type = record->type;
	struct sv text = record->text;
	struct record r;

	if (record->framing == DISPATCH_STRING)
		type = record_head(text, &r) ? record_type(r.type_name) : 0;
	dispatch_put(version, type, text, &app->frame);
}

void clients_put(struct app *app, const struct dispatch_record *record)
{
	struct buf *out = app->format == DISPATCH_BINARY ? &app->frame : &app->line;

	if (app->count == 0)
		return;
	buf_reset(out);
	if (app->format == DISPATCH_BINARY) {
		put_frame(app, record);
	} else {
		dispatch_put_line(record, out);
		buf_putc(out, '\n');
	}
	if (out->failed || !fanout_put(app->fanout, buf_view(out)))
		app->unusable++;
	/* What was read at once may be more than the queue holds, for clients that are not slow. */
	if (++app->unserved > app->depth / SERVE_PARTS)
		clients_serve(app);
}

static bool is_gone(struct client *c)
{
	struct iovec parts[FANOUT_PARTS];
	int count;
	ssize_t n;

	while ((count = fanout_view(c->taker, parts)) > 0) {
		struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)count};

		n = sendmsg(c->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		c->is_blocked = n < 0 && (errno == EAGAIN || errno == ENOBUFS);
		if (n < 0 && errno != EINTR)
			return !c->is_blocked;
		if (n > 0) {
			fanout_taken(c->taker, (size_t)n);
			c->bytes += (uint64_t)n;
		}
	}
	return false;
}

void clients_serve(struct app *app)
{
	app->unserved = 0;
	for (size_t i = 0; i < app->count;) {
		struct client *c = &app->clients[i];
		size_t waiting = fanout_waiting(c->taker);

		if (waiting > app->deepest)
			app->deepest = waiting;
		if (!c->is_blocked && is_gone(c))
			client_drop(app, i);
		else
			i++;
	}
}

bool clients_are_waiting(const struct app *app)
{
	for (size_t i = 0; i < app->count; i++)
		if (fanout_waiting(app->clients[i].taker))
			return true;
	return false;
}
