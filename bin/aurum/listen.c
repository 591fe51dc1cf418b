/*
 * The kernel's multicast copy of the records, for a host whose audit daemon is somebody else's.
 * Reads only: no rule, no setting and no registration is touched.
 */
#include "aurum/watch.h"

#include "base/file.h"
#include "log/line.h"
#include "netlink/receive.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

#define RECEIVE_BYTES ((size_t)8 << 20)

struct listener {
	struct audit_socket socket;
	struct audit_counters counters;
	struct audit_batch batch;
	struct buf line;
	struct teller teller;
};

static void count_rule(void *ctx, struct sv rule)
{
	size_t *count = ctx;

	(void)rule;
	(*count)++;
}

static void process_name(uint32_t pid, char out[64])
{
	char path[64];
	struct buf text = BUF_INIT(64);

	(void)snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	if (file_read(path, &text, NULL) != 0 || !sv_to_cstr(sv_trim(buf_view(&text)), out, 64))
		(void)snprintf(out, 64, "of unknown name");
	buf_release(&text);
}

static void say_what_it_means(struct audit_control *c, uint32_t daemon_pid)
{
	size_t rules = 0;
	char name[64];

	if (!c) {
		say("what this host records already can be read, though: CAP_AUDIT_READ is there");
	} else {
		process_name(daemon_pid, name);
		say("another audit daemon, %s with pid %u, owns the kernel's audit socket: it is "
		    "left "
		    "alone",
		    name, daemon_pid);
	}
	say("reading the kernel's multicast copy, read-only: no rule and no setting is changed, "
	    "you "
	    "see what the present rules produce, and under load copies may be missed");
	if (c && audit_list_rules(c, count_rule, &rules, NULL) == 0)
		say("%zu rule%s loaded%s", rules, rules == 1 ? " is" : "s are",
		    rules ? ""
			  : ": expect little but logins, services and changes to audit itself");
	say("Ctrl-C ends it");
}

static bool tell_batch(void *ctx, const struct audit_batch *b)
{
	static const struct log_line_style raw = {0};
	struct listener *ls = ctx;

	for (size_t i = 0; i < b->count && !ls->teller.is_full; i++) {
		const struct audit_record *r = &b->records[i];

		buf_reset(&ls->line);
		log_put_line(&raw, r->type, r->text, &ls->line);
		if (ls->line.n)
			teller_line(&ls->teller, sv_head(buf_view(&ls->line), ls->line.n - 1));
	}
	return !ls->teller.is_full;
}

static int drain(struct listener *ls, struct err *e)
{
	return audit_recv_waiting(&ls->socket, &ls->batch, &ls->counters, tell_batch, ls, e);
}

static int run(struct listener *ls, struct limit *l, struct err *e)
{
	struct pollfd fds[] = {{.fd = ls->socket.fd, .events = POLLIN},
			       {.fd = l->signals, .events = POLLIN}};

	while (!limit_reached(l) && !ls->teller.is_full && !ls->teller.is_broken) {
		if (poll(fds, LEN(fds), limit_wait_ms(l, 1000)) < 0 && errno != EINTR)
			return err_sys(e, "cannot wait for records");
		if (drain(ls, e) != 0)
			return -1;
		teller_tick(&ls->teller);
	}
	teller_finish(&ls->teller);
	return 0;
}

static void say_summary(const struct listener *ls)
{
	const struct audit_counters *c = &ls->counters;

	say("told: %llu events, %llu records; %s", (unsigned long long)ls->teller.told,
	    (unsigned long long)c->records,
	    c->overruns ? "some copies were missed, the receive buffer was full"
			: "no copy was missed");
	say("nothing was written and nothing was changed: the log of the host's own audit daemon "
	    "has "
	    "these events, `ausearch` finds them there");
}

static int start(struct listener *ls, const struct watch_options *options, struct limit *l,
		 struct err *e)
{
	ls->socket = AUDIT_SOCKET_CLOSED;
	ls->line = BUF_INIT((size_t)2 * AUDIT_TEXT_MAX);
	audit_gaps_init(&ls->counters.serials);
	audit_batch_init(&ls->batch);
	if (teller_init(&ls->teller, options, e) != 0)
		return -1;
	ls->teller.stop_fd = l->signals;
	ls->teller.own_pid = (uint32_t)getpid();
	return audit_socket_open_group(&ls->socket, RECEIVE_BYTES, e);
}

int listen_to_group(const struct watch_options *options, struct limit *l, struct audit_control *c,
		    uint32_t daemon_pid)
{
	/* Large: it holds the buffers that records are received into. */
	static struct listener ls;
	int code = EXIT_DONE;
	struct err e;

	if (start(&ls, options, l, &e) != 0) {
		if (c) {
			char name[64];

			process_name(daemon_pid, name);
			say("another audit daemon, %s with pid %u, owns the kernel's audit socket, "
			    "and its multicast copy cannot be read: %s",
			    name, daemon_pid, e.text);
		}
		code = EXIT_NOT_DONE;
	} else {
		say_what_it_means(c, daemon_pid);
		if (run(&ls, l, &e) != 0) {
			say("%s", e.text);
			code = EXIT_TROUBLE;
		}
		say_summary(&ls);
	}
	audit_socket_close(&ls.socket);
	teller_release(&ls.teller);
	buf_release(&ls.line);
	return code;
}
