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

static int watch(struct app *app, int fd, struct err *e)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (fd < 0 || epoll_ctl(app->others, EPOLL_CTL_ADD, fd, &event) != 0)
		return err_sys(e, "cannot watch a descriptor");
	return 0;
}

int loop_init(struct app *app, struct err *e)
{
	app->signals = process_signals(app->run.foreground, e);
	if (app->signals < 0)
		return -1;
	app->others = epoll_create1(EPOLL_CLOEXEC);
	app->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	app->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (app->others < 0)
		return err_sys(e, "cannot open epoll");
	if (watch(app, app->signals, e) != 0 || watch(app, app->wake, e) != 0 ||
	    watch(app, app->timer, e) != 0)
		return -1;
	loop_set_report(app);
	return 0;
}

void loop_set_report(struct app *app)
{
	time_t period = (time_t)app->conf.report_interval;
	struct itimerspec every = {{period, 0}, {period, 0}};

	if (timerfd_settime(app->timer, 0, &every, NULL) != 0)
		say(&app->voice, LOG_WARNING, "cannot set the timer for state reports");
}

void loop_release(struct app *app)
{
	close_fd(&app->signals);
	close_fd(&app->wake);
	close_fd(&app->timer);
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

	sender_read(app, &sender);
	keeper_resume(&app->keeper);
	record_signal(app, AUDIT_DAEMON_RESUME, "resume-logging", "success", &sender);
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

static void handle_others(struct app *app)
{
	struct signalfd_siginfo info;
	uint64_t ticks;

	while (read(app->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		handle_signal(app, (int)info.ssi_signo);
	reload_finish(app);
	if (read(app->timer, &ticks, sizeof(ticks)) == (ssize_t)sizeof(ticks))
		state_write(app);
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
