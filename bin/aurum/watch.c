/*
 * aurum watch: reads the options and finds out which way is possible: recording, listening to
 * another daemon's copy, or the sample. Whatever is missing is said precisely, and how to get it.
 */
#include "aurum/watch.h"

#include "base/clock.h"
#include "base/num.h"
#include "config/option.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>

#define SECONDS_MAX   (366u * 24 * 3600)
#define RECEIVE_BYTES ((size_t)1 << 20) /* for long lists of rules */

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/watch.def"
#undef OPTION
};
static const struct option_set watch_set = {
	.program = "aurum watch",
	.usage = "[OPTION...]",
	.summary = "Records this host with a small rule set and tells in a sentence each who does "
		   "what, until Ctrl-C; then puts the kernel's audit state back as it found it.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

/* ---- when to end ---- */

static int limit_init(struct limit *l, const struct watch_options *options, struct err *e)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD};
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < LEN(ends); i++)
		(void)sigaddset(&set, ends[i]);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return err_sys(e, "cannot block signals");
	l->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (l->signals < 0)
		return err_sys(e, "cannot receive signals");
	l->end_ms = options->seconds ? clock_ms() + (int64_t)options->seconds * 1000 : INT64_MAX;
	return 0;
}

int limit_wait_ms(const struct limit *l, int most_ms)
{
	int64_t left = l->end_ms - clock_ms();

	if (left < 0)
		return 0;
	return left < most_ms ? (int)left : most_ms;
}

bool limit_reached(struct limit *l)
{
	struct signalfd_siginfo info;
	bool is_end = clock_ms() >= l->end_ms;

	while (read(l->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		is_end = is_end || info.ssi_signo != SIGCHLD;
	if (is_end)
		l->end_ms = INT64_MIN; /* for good */
	return is_end;
}

/* ---- which way ---- */

/* What to do about a failure to reach the kernel's audit. */
static const char *how_to_get(const struct err *e)
{
	if (e->sys == EPROTONOSUPPORT)
		return "boot without audit=0 a kernel built with CONFIG_AUDIT (Debian's are)";
	if (geteuid() != 0)
		return "run it as root, with sudo";
	if (!audit_wire_system.is_capable(NULL, CAP_AUDIT_CONTROL))
		return "this root has no CAP_AUDIT_CONTROL, as in most containers: run it on the "
		       "host, "
		       "or give the container that capability and the host's pid namespace";
	if (e->sys == ECONNREFUSED || e->sys == EPERM)
		return "run it on the host itself, outside of the container";
	return NULL;
}

static int explain_and_show(const struct watch_options *options, struct limit *l,
			    const struct err *e)
{
	const char *how = how_to_get(e);
	int code;

	say("cannot record this host: %s", e->text);
	if (how)
		say("to get it: %s", how);
	code = show_sample(options, l);
	if (e->sys == EPERM && audit_wire_system.is_capable(NULL, CAP_AUDIT_READ))
		return listen_to_group(options, l, NULL, 0);
	return code;
}

static bool is_alive(uint32_t pid)
{
	return pid != 0 && pid <= INT32_MAX && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

static int choose(const struct watch_options *options, struct limit *l)
{
	struct audit_socket socket;
	/* Large: it holds the buffer for answers. */
	static struct audit_control control;
	struct audit_status status;
	struct err e;
	int code;

	if (audit_socket_open(&socket, RECEIVE_BYTES, &e) != 0)
		return explain_and_show(options, l, &e);
	audit_control_init(&control, &socket);
	if (audit_get_status(&control, &status, &e) != 0)
		code = explain_and_show(options, l, &e);
	else if (is_alive(status.pid))
		code = listen_to_group(options, l, &control, status.pid);
	else
		code = record_host(options, l, &control);
	audit_socket_close(&socket);
	return code;
}

static int restore(const char *path)
{
	static struct audit_control control;
	struct audit_socket socket = AUDIT_SOCKET_CLOSED;
	struct kernel_state k;
	int code = EXIT_TROUBLE;
	struct err e;

	if (kernel_load(&k, path, &e) != 0) {
		code = e.sys == ENOENT ? EXIT_DONE : EXIT_TROUBLE;
		say("%s", e.sys == ENOENT ? "there is nothing to put back" : e.text);
	} else if (audit_socket_open(&socket, RECEIVE_BYTES, &e) == 0) {
		audit_control_init(&control, &socket);
		if (kernel_put_back(&k, &control, &e) == 0) {
			say("the kernel's audit rules and status are as they were found");
			code = EXIT_DONE;
		} else {
			say("%s", e.text);
		}
	} else {
		say("%s", e.text);
	}
	kernel_release(&k);
	audit_socket_close(&socket);
	return code;
}

/* ---- options ---- */

static enum frame_next take_number(const char *word, uint64_t most, uint64_t *out,
				   const char *sentence, struct err *e)
{
	if (num_range(sv_cstr(word), 1, most, out))
		return FRAME_ON;
	(void)err_set(e, "%s", sentence);
	return FRAME_FAILED;
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct watch_options *w = arg;

	switch (hit->id) {
	case 'l':
		w->log_dir = hit->value;
		break;
	case 'r':
		w->rules = hit->value;
		break;
	case 'f':
		return take_number(hit->value, SECONDS_MAX, &w->seconds,
				   "--for takes whole seconds, 1 or more", e);
	case 'n':
		return take_number(hit->value, UINT32_MAX, &w->count,
				   "--count takes a number, 1 or more", e);
	case 'd':
		w->date = true;
		break;
	case 's':
		w->serial = true;
		break;
	case 1000:
		w->sample = true;
		break;
	case 1001:
		w->restore = true;
		break;
	case 1002:
		w->state = hit->value;
		break;
	case 'h':
		return frame_help(&watch_set, e);
	default:
		return frame_stray_word(hit, e);
	}
	return FRAME_ON;
}

int watch_main(int argc, char **argv)
{
	struct watch_options w = {.log_dir = WATCH_DEFAULT_LOG, .state = WATCH_STATE_FILE};
	struct limit l = {.signals = -1};
	struct err e;
	int code = verb_options(&watch_set, argc, argv, take_option, &w);

	if (code >= 0)
		return code;
	if (w.restore)
		return restore(w.state);
	if (limit_init(&l, &w, &e) != 0) {
		say("%s", e.text);
		return EXIT_TROUBLE;
	}
	code = w.sample ? show_sample(&w, &l) : choose(&w, &l);
	(void)close(l.signals);
	return code;
}
