/*
 * Watching for drift: the kernel writes a record when rules or settings are changed, and its
 * multicast copy wakes us. Each change is told as `aurum watch` tells deeds; then both sides are
 * read again, and what is printed is only what is new. While recording is off the kernel writes
 * nothing, and files change silently: so there is a look at least every so often, too.
 */
#include "aurum/drift.h"
#include "aurum/watch.h"

#include "base/clock.h"
#include "log/line.h"
#include "netlink/receive.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#define RECEIVE_BYTES ((size_t)8 << 20)
#define TYPE_CHANGE   1305 /* AUDIT_CONFIG_CHANGE */
#define SERIALS       256  /* events of which the records are being told */
#define SETTLE_MS     200  /* a change of many rules is looked at once, when it is over */

struct watcher {
	struct drift *drift;
	struct audit_socket socket;
	struct audit_counters counters;
	struct audit_batch batch;
	struct buf line;
	struct teller teller;
	uint32_t serials[SERIALS]; /* of changes, the newest over the oldest */
	size_t next;
	int signals;
	int64_t look_ms;  /* when to look again */
	struct buf known; /* what was printed last */
	bool has_looked;
};

static int take_signals(void)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	sigset_t mask;

	(void)sigemptyset(&mask);
	for (size_t i = 0; i < LEN(ends); i++)
		(void)sigaddset(&mask, ends[i]);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || sigprocmask(SIG_BLOCK, &mask, NULL) != 0)
		return -1;
	return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* ---- changes ---- */

/* True for records of an event in which something about audit was changed. */
static bool is_of_change(struct watcher *w, const struct audit_record *r)
{
	uint32_t serial;

	if (!audit_text_serial(r->text, &serial))
		return false;
	if (r->type == TYPE_CHANGE) {
		w->serials[w->next++ % SERIALS] = serial;
		return true;
	}
	for (size_t i = 0; i < SERIALS && i < w->next; i++)
		if (w->serials[i] == serial)
			return true;
	return false;
}

static bool take_batch(void *ctx, const struct audit_batch *b)
{
	static const struct log_line_style raw = {0};
	struct watcher *w = ctx;

	for (size_t i = 0; i < b->count; i++) {
		const struct audit_record *r = &b->records[i];

		if (!is_of_change(w, r))
			continue;
		if (clock_ms() + SETTLE_MS < w->look_ms || r->type == TYPE_CHANGE)
			w->look_ms = clock_ms() + SETTLE_MS;
		buf_reset(&w->line);
		log_put_line(&raw, r->type, r->text, &w->line);
		if (w->line.n)
			teller_line(&w->teller, sv_head(buf_view(&w->line), w->line.n - 1));
	}
	return true;
}

static int drain(struct watcher *w, struct err *e)
{
	return audit_recv_waiting(&w->socket, &w->batch, &w->counters, take_batch, w, e);
}

/* ---- looking ---- */

static void look(struct watcher *w)
{
	struct drift *d = w->drift;

	w->look_ms = clock_ms() + (int64_t)d->each_s * 1000;
	if (drift_look(d) != 0)
		return;
	if (w->has_looked && sv_eq(buf_view(&w->known), buf_view(&d->text)))
		return;
	if (d->summary.n)
		say("the kernel differs from %s: %.*s", d->rules, SV_FMT(buf_view(&d->summary)));
	else
		say("the kernel has the rules and settings of %s", d->rules);
	if (rules_print(&d->text) != 0)
		w->teller.is_broken = true;
	buf_reset(&w->known);
	buf_put(&w->known, buf_view(&d->text));
	w->has_looked = true;
}

static int wait_ms(const struct watcher *w)
{
	int64_t left = w->look_ms - clock_ms();

	return left < 0 ? 0 : left > 1000 ? 1000 : (int)left;
}

static int run(struct watcher *w, struct err *e)
{
	struct pollfd fds[] = {{.fd = w->socket.fd, .events = POLLIN},
			       {.fd = w->signals, .events = POLLIN}};

	look(w);
	while (!w->teller.is_broken) {
		if (poll(fds, LEN(fds), wait_ms(w)) < 0 && errno != EINTR)
			return err_sys(e, "cannot wait for changes");
		if (fds[1].revents)
			return 0;
		if (drain(w, e) != 0)
			return -1;
		teller_tick(&w->teller);
		if (clock_ms() >= w->look_ms)
			look(w);
	}
	return 0;
}

static int start(struct watcher *w, struct err *e)
{
	static const struct watch_options options = {.date = true};

	w->socket = AUDIT_SOCKET_CLOSED;
	w->line = BUF_INIT((size_t)2 * AUDIT_TEXT_MAX);
	w->known = BUF_INIT(w->drift->text.max);
	audit_gaps_init(&w->counters.serials);
	audit_batch_init(&w->batch);
	if (teller_init(&w->teller, &options, e) != 0)
		return -1;
	w->signals = take_signals();
	if (w->signals < 0)
		return err_sys(e, "cannot receive signals");
	w->teller.stop_fd = w->signals;
	/* Before the first look: what is changed after it is not missed. */
	return audit_socket_open_group(&w->socket, RECEIVE_BYTES, e);
}

int drift_watch(struct drift *d)
{
	/* Large: it holds the buffers that records are received into. */
	static struct watcher w;
	int code = EXIT_DONE;
	struct err e;

	w.drift = d;
	w.signals = -1;
	if (start(&w, &e) != 0 || run(&w, &e) != 0) {
		say("%s", e.text);
		code = EXIT_TROUBLE;
	} else if (d->summary.n) {
		code = EXIT_NOT_DONE;
	}
	audit_socket_close(&w.socket);
	teller_release(&w.teller);
	buf_release(&w.line);
	buf_release(&w.known);
	if (w.signals >= 0)
		(void)close(w.signals);
	return code;
}
