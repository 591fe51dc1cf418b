/*
 * The loop: records on one side, everything else (signals, the reload thread, the clock) on
 * the other, behind one epoll descriptor, so that records can gather while the others are
 * still heard.
 */
#include "auditd/app.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <syslog.h>

#define TICK_S 1
/* What is looked after once a second, in order. */
static void look_after_log(struct app *app);
static void (*const on_tick[])(struct app *app) = {look_after_log, recover_tick, seal_tick,
						   health_tick};

static void read_signals(struct app *app);
static void read_report(struct app *app);
static void read_tick(struct app *app);

int loop_watch(struct app *app, int fd, void (*ready)(struct app *app), struct err *e)
{
	for (size_t i = 0; i < LEN(app->watches); i++) {
		struct loop_watch *w = &app->watches[i];
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = w};

		if (w->ready)
			continue;
		if (fd < 0 || epoll_ctl(app->others, EPOLL_CTL_ADD, fd, &event) != 0)
			break;
		*w = (struct loop_watch){fd, ready};
		return 0;
	}
	return err_sys(e, "cannot watch a descriptor");
}

void loop_forget(struct app *app, int fd)
{
	for (size_t i = 0; i < LEN(app->watches); i++)
		if (app->watches[i].ready && app->watches[i].fd == fd)
			app->watches[i] = (struct loop_watch){.fd = -1};
	(void)epoll_ctl(app->others, EPOLL_CTL_DEL, fd, NULL);
}

static int set_timer(int timer, time_t seconds)
{
	struct itimerspec every = {{seconds, 0}, {seconds, 0}};

	return timerfd_settime(timer, 0, &every, NULL);
}

int loop_init(struct app *app, struct err *e)
{
	app->signals = process_signals(app->run.foreground, e);
	if (app->signals < 0)
		return -1;
	app->others = epoll_create1(EPOLL_CLOEXEC);
	app->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	app->report = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	app->tick = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (app->others < 0)
		return err_sys(e, "cannot open epoll");
	if (loop_watch(app, app->signals, read_signals, e) != 0 ||
	    loop_watch(app, app->wake, reload_finish, e) != 0 ||
	    loop_watch(app, app->report, read_report, e) != 0 ||
	    loop_watch(app, app->tick, read_tick, e) != 0)
		return -1;
	if (set_timer(app->tick, TICK_S) != 0)
		return err_sys(e, "cannot set a timer");
	loop_set_report(app);
	return 0;
}

void loop_set_report(struct app *app)
{
	if (set_timer(app->report, (time_t)app->conf.report_interval) != 0)
		say(&app->voice, LOG_WARNING, "cannot set the timer for state reports");
}

void loop_release(struct app *app)
{
	close_fd(&app->signals);
	close_fd(&app->wake);
	close_fd(&app->report);
	close_fd(&app->tick);
	close_fd(&app->others);
}

static void handle_rotate(struct app *app)
{
	struct sender sender;

	sender_read(app, &sender);
	reader_flush(&app->reader);
	keeper_rotate(&app->keeper);
	record_signal(app, AUDIT_DAEMON_ROTATE, "rotate-logs", "success", &sender);
}

static void handle_resume(struct app *app)
{
	struct sender sender;
	bool goes_on;

	sender_read(app, &sender);
	goes_on = keeper_resume(&app->keeper);
	attendant_ask(&app->attendant, ERRAND_RESUME, 0, NULL);
	record_signal(app, AUDIT_DAEMON_RESUME, "resume-logging", goes_on ? "success" : "failed",
		      &sender);
}

static void handle_signal(struct app *app, int signal)
{
	static const struct {
		int signal;
		void (*handle)(struct app *app);
	} handlers[] = {{SIGHUP, reload_start}, {SIGUSR1, handle_rotate}, {SIGUSR2, handle_resume}};

	if (signal == SIGTERM || signal == SIGINT)
		app->stop = true;
	else if (signal == SIGCONT)
		state_write(app);
	for (size_t i = 0; i < LEN(handlers); i++)
		if (handlers[i].signal == signal)
			handlers[i].handle(app);
}

static void read_signals(struct app *app)
{
	struct signalfd_siginfo info;

	while (read(app->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		handle_signal(app, (int)info.ssi_signo);
}

static void read_report(struct app *app)
{
	uint64_t ticks;

	if (read(app->report, &ticks, sizeof(ticks)) == (ssize_t)sizeof(ticks))
		state_write(app);
}

static void look_after_log(struct app *app)
{
	keeper_tick(&app->keeper);
}

static void read_tick(struct app *app)
{
	uint64_t ticks;

	if (read(app->tick, &ticks, sizeof(ticks)) != (ssize_t)sizeof(ticks))
		return;
	for (size_t i = 0; i < LEN(on_tick); i++)
		on_tick[i](app);
}

static void handle_others(struct app *app)
{
	struct epoll_event events[LOOP_WATCHES];
	int count = epoll_wait(app->others, events, LEN(events), 0);

	for (int i = 0; i < count; i++) {
		const struct loop_watch *w = events[i].data.ptr;

		/* One before it may have ended this one. */
		if (w->ready)
			w->ready(app);
	}
}

/* Waits for one of fds; a signal that no handler wants is no failure. */
static int wait_for(struct pollfd *fds, nfds_t count, int timeout_ms, struct err *e)
{
	int n = poll(fds, count, timeout_ms);

	if (n >= 0 || errno == EINTR)
		return 0;
	return err_sys(e, "cannot wait for records");
}

int loop_run(struct app *app, struct err *e)
{
	struct pollfd fds[] = {{.fd = app->others, .events = POLLIN},
			       {.fd = app->reader.socket.fd, .events = POLLIN}};

	while (!app->stop) {
		if (wait_for(fds, LEN(fds), -1, e) != 0)
			return -1;
		/* Let records gather: the other side alone may end the wait. */
		if (fds[1].revents && !fds[0].revents && app->reader.wait_ms &&
		    wait_for(fds, 1, app->reader.wait_ms, e) != 0)
			return -1;
		if (fds[1].revents && reader_drain(&app->reader, e) != 0)
			return -1;
		if (fds[0].revents)
			handle_others(app);
	}
	return 0;
}
