/* Alerts change nothing about recording: the attendant runs what they ask for, or nobody does. */
#include "auditd/alert.h"

#include "auditd/app.h"

#include "base/clock.h"

#include <syslog.h>

#define PAUSE_MS 600000

static void tell(struct app *app, const struct conf_action *action, int priority, const char *what)
{
	if (what && action->what != ACTION_IGNORE)
		say(&app->voice, priority, "%s", what);
}

static void act(struct app *app, enum errand_key key, const struct conf_action *action,
		uint64_t level)
{
	const uint64_t numbers[ERRAND_NUMBERS] = {level};

	if (action->what == ACTION_EMAIL || action->what == ACTION_EXEC)
		attendant_ask(&app->attendant, ERRAND_ACT, key, numbers);
}

void alert_level(struct app *app, enum errand_key key, uint64_t level, uint64_t threshold,
		 const char *what)
{
	const struct conf_action *action =
		key == ERRAND_BACKLOG ? &app->conf.backlog_action : &app->conf.lag_action;
	bool *is_raised = &app->alerts.is_raised[key];

	if (threshold == 0 || level < threshold / 2 || level == 0)
		*is_raised = false;
	if (threshold == 0 || level < threshold || *is_raised)
		return;
	*is_raised = true;
	tell(app, action, LOG_WARNING, what);
	act(app, key, action, level);
}

void alert_lost(struct app *app, uint64_t count, const char *what)
{
	tell(app, &app->conf.lost_action, LOG_ALERT, what);
	app->alerts.lost += count;
	alert_tick(app);
}

void alert_tick(struct app *app)
{
	struct alerts *a = &app->alerts;

	if (a->lost == 0 || clock_ms() < a->lost_until_ms)
		return;
	act(app, ERRAND_LOST, &app->conf.lost_action, a->lost);
	a->lost = 0;
	a->lost_until_ms = clock_ms() + PAUSE_MS;
}
