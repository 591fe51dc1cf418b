/* The kernel's audit status: shown, changed, and used to find the daemon for a signal. */
#include "auditctl/app.h"

#include <signal.h>
#include <stdio.h>
#include <sys/pidfd.h>

static const char *word(const char *const words[3], uint32_t value)
{
	return value < 3 ? words[value] : "unknown";
}

void status_print(const struct audit_status *s, bool interpret)
{
	static const char *const enabled[] = {"disable", "enabled", "enabled+immutable"};
	static const char *const failure[] = {"silent", "printk", "panic"};

	if (interpret)
		printf("enabled %s\nfailure %s\n", word(enabled, s->enabled),
		       word(failure, s->failure));
	else
		printf("enabled %u\nfailure %u\n", s->enabled, s->failure);
	printf("pid %u\nrate_limit %u\nbacklog_limit %u\nlost %u\nbacklog %u\n", s->pid,
	       s->rate_limit, s->backlog_limit, s->lost, s->backlog);
	printf("backlog_wait_time %u\nbacklog_wait_time_actual %u\n", s->backlog_wait_time,
	       s->backlog_wait_time_actual);
}

int status_show(struct app *app, const struct command *c)
{
	const uint32_t loginuid = AUDIT_FEATURE_TO_MASK(AUDIT_FEATURE_LOGINUID_IMMUTABLE);
	struct audit_features features;
	struct audit_status status;
	struct err e;

	if (audit_get_status(&app->control, &status, &e) != 0)
		return app_fail(app, c->at, &e);
	status_print(&status, c->interpret);
	if (audit_get_features(&app->control, &features, &e) != 0)
		return app_fail(app, c->at, &e);
	if (features.mask & loginuid)
		printf("loginuid_immutable %u %s\n", !!(features.features & loginuid),
		       features.lock & loginuid ? "locked" : "unlocked");
	return 0;
}

/* Locking with -e 2 comes last: nothing could be changed behind it. */
int status_change(struct app *app, const struct command *c)
{
	static const uint32_t order[] = {AUDIT_STATUS_FAILURE, AUDIT_STATUS_RATE_LIMIT,
					 AUDIT_STATUS_BACKLOG_LIMIT, AUDIT_STATUS_BACKLOG_WAIT_TIME,
					 AUDIT_STATUS_ENABLED};
	struct audit_status one = c->settings;
	struct err e;

	for (size_t i = 0; i < LEN(order); i++) {
		one.mask = c->settings.mask & order[i];
		if (one.mask && audit_set_status(&app->control, &one, &e) != 0)
			return app_fail(app, c->rule.at, &e);
	}
	return 0;
}

/* A descriptor for the process keeps the signal from reaching a later owner of its number. */
int status_signal(struct app *app, const struct command *c)
{
	struct audit_status status, again;
	CLEAN_FD int process = -1;
	struct err e;

	if (audit_get_status(&app->control, &status, &e) != 0)
		return app_fail(app, c->at, &e);
	if (status.pid == 0) {
		app_tell(app, c->at, "the audit daemon is not running");
		return 0; /* as the reference: scripts stop what may not run */
	}
	process = pidfd_open((pid_t)status.pid, 0);
	if (process < 0) {
		(void)err_sys(&e, "cannot signal the audit daemon, process %u", status.pid);
		return app_fail(app, c->at, &e);
	}
	if (audit_get_status(&app->control, &again, &e) != 0)
		return app_fail(app, c->at, &e);
	if (again.pid != status.pid) {
		app_tell(app, c->at, "the audit daemon ended before it could be signalled");
		return -1;
	}
	if (pidfd_send_signal(process, c->signal, NULL, 0) != 0) {
		(void)err_sys(&e, "cannot signal the audit daemon, process %u", status.pid);
		return app_fail(app, c->at, &e);
	}
	return 0;
}
