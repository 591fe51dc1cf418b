/*
 * The loop of the attendant. What it is asked comes from the recorder; what that means comes
 * from the configuration, which it reads itself.
 */
#include "attendant/attend.h"

#include "attendant/plugins.h"
#include "auditd/places.h"

#include "base/file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <syslog.h>

#define EVENTS_MAX 16
#define TICK_S     1

int attend_watch(struct attend *a, struct attend_watch *w, uint32_t events, struct err *e)
{
	struct epoll_event event = {.events = events, .data.ptr = w};

	if (epoll_ctl(a->loop, EPOLL_CTL_ADD, w->fd, &event) != 0)
		return err_sys(e, "cannot watch a descriptor");
	return 0;
}

void attend_forget(struct attend *a, struct attend_watch *w)
{
	(void)epoll_ctl(a->loop, EPOLL_CTL_DEL, w->fd, NULL);
}

int attend_tell(const struct attend *a, enum errand_kind kind,
		const uint64_t number[ERRAND_NUMBERS])
{
	struct errand errand = {.kind = kind};

	memcpy(errand.number, number, sizeof(errand.number));
	return errand_send(a->errands.fd, &errand, NULL);
}

void attend_note(const struct attend *a, const char *fmt, ...)
{
	struct errand errand = {.kind = ERRAND_NOTE};
	va_list args;
	struct err e;

	va_start(args, fmt);
	(void)vsnprintf(errand.text, sizeof(errand.text), fmt, args);
	va_end(args);
	if (errand_send(a->errands.fd, &errand, &e) != 0)
		say(&a->voice, LOG_ERR, "%s: not in the log: %s", e.text, errand.text);
}

struct framing attend_framing(const struct attend *a, bool is_binary)
{
	return (struct framing){
		.is_binary = is_binary,
		.is_raw = a->conf.log_format != LOG_FORMAT_ENRICHED &&
			  a->conf.name_format == NODE_NONE,
		.is_enriched = a->conf.log_format == LOG_FORMAT_ENRICHED,
	};
}

static void tell_done(struct attend *a, enum errand_key key)
{
	const struct errand errand = {.kind = ERRAND_DONE, .key = key};

	/* A recorder that does not listen waits a minute for a program, and no longer. */
	(void)!errand_send(a->errands.fd, &errand, NULL);
}

static void act(struct attend *a, const struct errand *errand)
{
	enum errand_key key = (enum errand_key)errand->key;
	struct err e;

	if (errand->key >= ERRAND_KEY_END)
		return;
	switch (action_start(&a->actions, &a->conf, key, errand->number, &e)) {
	case ACTION_STARTED:
		a->life->errands++;
		break;
	case ACTION_FAILED:
		a->life->errands++;
		a->life->errands_failed++;
		say(&a->voice, LOG_ALERT, "%s", e.text);
		tell_done(a, key);
		break;
	case ACTION_NOTHING:
		tell_done(a, key);
		break;
	}
}

/* The recorder has found it good, but it may have changed since. */
static void reload(struct attend *a, const struct errand *errand)
{
	struct auditd_conf conf;

	if (load_config(&a->place, &conf, &a->voice) != 0) {
		say(&a->voice, LOG_ERR, "the configuration stays as it was");
		return;
	}
	auditd_conf_release(&a->conf);
	a->conf = conf;
	memcpy(a->life->log_end, errand->number, sizeof(a->life->log_end));
	plugins_reload(a->plugins);
	archiving_soon(&a->archiving);
}

/* The recorder can write its report only where it writes everything else. */
static void publish_report(struct attend *a)
{
	CLEANUP(buf_release) struct buf report = BUF_INIT(STATE_MAX);
	CLEAN_FD int fd = open(a->draft, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct err e;

	if (fd < 0)
		(void)err_sys(&e, "cannot open %s", a->draft);
	else if (file_read_fd(fd, a->draft, &report, &e) == 0 &&
		 file_replace(STATE_FILE, buf_view(&report), 0640, &e) == 0) {
		(void)unlink(a->draft);
		return;
	}
	say(&a->voice, LOG_WARNING, "%s", e.text);
}

static void remove_traces(void)
{
	(void)unlink(PID_FILE);
	(void)unlink(STATE_FILE);
}

static void start(struct attend *a, const struct errand *errand)
{
	memcpy(a->life->log_end, errand->number, sizeof(a->life->log_end));
	a->life->is_started = true;
	plugins_begin(a->plugins);
}

static void take(struct attend *a, const struct errand *errand)
{
	switch ((enum errand_kind)errand->kind) {
	case ERRAND_START:
		start(a, errand);
		break;
	case ERRAND_ACT:
		act(a, errand);
		break;
	case ERRAND_RELOAD:
		reload(a, errand);
		break;
	case ERRAND_REPORT:
		publish_report(a);
		break;
	case ERRAND_STOP:
		if (errand->number[0])
			remove_traces();
		a->stop = true;
		break;
	case ERRAND_RESUME:
		plugins_resume(a->plugins);
		break;
	case ERRAND_DONE:
	case ERRAND_NOTE:
	case ERRAND_PLUGINS:
	case ERRAND_KIND_END:
		break;
	}
}

static void read_errands(struct attend *a, struct attend_watch *w, uint32_t events)
{
	struct errand errand;

	(void)events;
	while (!a->stop) {
		switch (errand_take(w->fd, &errand)) {
		case ERRAND_TAKEN:
			take(a, &errand);
			break;
		case ERRAND_NONE:
			return;
		case ERRAND_ENDED:
			a->stop = true;
			attend_forget(a, w);
			break;
		}
	}
}

/* The end of an action's program; a failed one is told. */
static void end_action(struct attend *a, enum errand_key key, int status)
{
	if (WIFSIGNALED(status))
		say(&a->voice, LOG_WARNING, "the program of %s died of signal %d", action_key(key),
		    WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		say(&a->voice, LOG_WARNING, "the program of %s ended with status %d",
		    action_key(key), WEXITSTATUS(status));
	tell_done(a, key);
}

static void reap(struct attend *a)
{
	enum errand_key key;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!plugins_ended(a->plugins, pid, status) && !archiving_ended(a, pid, status) &&
		    action_ended(&a->actions, pid, &key))
			end_action(a, key, status);
}

static void read_signals(struct attend *a, struct attend_watch *w, uint32_t events)
{
	struct signalfd_siginfo info;

	(void)events;
	while (read(w->fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo == SIGCHLD)
			reap(a);
}

static void read_grew(struct attend *a, struct attend_watch *w, uint32_t events)
{
	eventfd_t count;

	(void)events;
	if (eventfd_read(w->fd, &count) == 0)
		plugins_wake(a->plugins);
}

static void read_tick(struct attend *a, struct attend_watch *w, uint32_t events)
{
	uint64_t ticks;

	(void)events;
	if (read(w->fd, &ticks, sizeof(ticks)) != (ssize_t)sizeof(ticks))
		return;
	plugins_tick(a->plugins);
	/* Now it is saved how far each plugin has read. */
	archiving_tick(a);
}

static int open_tick(struct attend *a, struct err *e)
{
	const struct itimerspec every = {{TICK_S, 0}, {TICK_S, 0}};

	a->tick.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (a->tick.fd < 0 || timerfd_settime(a->tick.fd, 0, &every, NULL) != 0)
		return err_sys(e, "cannot set a timer");
	return 0;
}

static int open_signals(struct attend *a, struct err *e)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_SETMASK, &set, NULL) != 0)
		return err_sys(e, "cannot block signals");
	a->signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return a->signals.fd < 0 ? err_sys(e, "cannot open a signalfd") : 0;
}

/* The folders cannot be changed while anything is in them. */
static void keep_folders(struct attend *a)
{
	(void)snprintf(a->run_dir, sizeof(a->run_dir), "%s", a->conf.run_dir);
	(void)snprintf(a->state_dir, sizeof(a->state_dir), "%s", a->conf.state_dir);
}

int attend_init(struct attend *a, struct err *e)
{
	a->errands.ready = read_errands;
	a->grew.ready = read_grew;
	a->signals = (struct attend_watch){.fd = -1, .ready = read_signals};
	a->tick = (struct attend_watch){.fd = -1, .ready = read_tick};
	a->loop = epoll_create1(EPOLL_CLOEXEC);
	if (a->loop < 0)
		return err_sys(e, "cannot open epoll");
	if (open_signals(a, e) != 0 || open_tick(a, e) != 0 ||
	    attend_watch(a, &a->signals, EPOLLIN, e) != 0 ||
	    attend_watch(a, &a->tick, EPOLLIN, e) != 0 ||
	    attend_watch(a, &a->grew, EPOLLIN, e) != 0 ||
	    attend_watch(a, &a->errands, EPOLLIN, e) != 0)
		return -1;
	a->plugins = plugins_new(a, e);
	if (!a->plugins)
		return -1;
	/* The programs of one that died are nobody's now. */
	for (int key = 0; a->life->is_started && key < ERRAND_KEY_END; key++)
		tell_done(a, (enum errand_key)key);
	if (load_config(&a->place, &a->conf, &a->voice) != 0)
		return err_set(e, "no plugins and no actions: the configuration is not good");
	keep_folders(a);
	archiving_init(&a->archiving);
	(void)snprintf(a->draft, sizeof(a->draft), "%s/" STATE_DRAFT, a->conf.run_dir);
	if (a->life->is_started)
		plugins_begin(a->plugins);
	return 0;
}

void attend_poll(struct attend *a, int ms)
{
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(a->loop, events, EVENTS_MAX, ms);

	for (int i = 0; i < count; i++) {
		struct attend_watch *w = events[i].data.ptr;

		w->ready(a, w, events[i].events);
	}
}

void attend_run(struct attend *a)
{
	while (!a->stop)
		attend_poll(a, plugins_turn(a->plugins));
	archiving_stop(a);
	plugins_stop(a->plugins);
	archiving_wait(a);
}

void attend_release(struct attend *a)
{
	plugins_free(a->plugins);
	a->plugins = NULL;
	auditd_conf_release(&a->conf);
	close_fd(&a->tick.fd);
	close_fd(&a->signals.fd);
	close_fd(&a->loop);
}
