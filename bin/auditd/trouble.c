/*
 * Actions: who is told, which of them the attendant carries out, and how often. A program that hangs
 * keeps recording suspended for a minute and no longer.
 */
#include "auditd/trouble.h"

#include "base/clock.h"

#include <limits.h>
#include <string.h>
#include <syslog.h>

#define PROGRAM_MS     60000
#define PAUSE_FIRST_MS 10000
#define PAUSE_MOST_MS  600000
#define WARNINGS_MOST  5 /* in a row about a disk's errors, as the reference */

static const struct {
	const char *name;
	int priority;
	size_t action; /* its place in struct auditd_conf */
} keys[ERRAND_KEY_END] = {
	[ERRAND_MAX_LOG_FILE] = {"max-log-file", LOG_ERR,
				 offsetof(struct auditd_conf, max_log_file_action)},
	[ERRAND_SPACE_LEFT] = {"space-left", LOG_ALERT,
			       offsetof(struct auditd_conf, space_left_action)},
	[ERRAND_ADMIN_SPACE_LEFT] = {"admin-space-left", LOG_ALERT,
				     offsetof(struct auditd_conf, admin_space_left_action)},
	[ERRAND_DISK_FULL] = {"disk-full", LOG_ALERT,
			      offsetof(struct auditd_conf, disk_full_action)},
	[ERRAND_DISK_ERROR] = {"disk-error", LOG_ALERT,
			       offsetof(struct auditd_conf, disk_error_action)},
	/* alert.c looks after these. */
	[ERRAND_LOST] = {"lost", LOG_ALERT, offsetof(struct auditd_conf, lost_action)},
	[ERRAND_BACKLOG] = {"backlog", LOG_WARNING, offsetof(struct auditd_conf, backlog_action)},
	[ERRAND_LAG] = {"lag", LOG_WARNING, offsetof(struct auditd_conf, lag_action)},
};

static const struct {
	enum trouble_remedy remedy;
	bool is_errand;   /* the attendant carries it out */
	const char *told; /* behind the sentence; NULL: nothing is told */
} actions[] = {
	[ACTION_IGNORE] = {REMEDY_NONE, false, NULL},
	[ACTION_SYSLOG] = {REMEDY_NONE, false, ""},
	[ACTION_ROTATE] = {REMEDY_ROTATE, false, ": the oldest log is to give way"},
	[ACTION_KEEP_LOGS] = {REMEDY_KEEP_LOGS, false, NULL},
	[ACTION_EMAIL] = {REMEDY_NONE, true, ": a mail about it is sent"},
	[ACTION_EXEC] = {REMEDY_SUSPEND, true, ": recording is suspended while a program runs"},
	[ACTION_SUSPEND] = {REMEDY_SUSPEND, false, ": recording is suspended"},
	[ACTION_SINGLE] = {REMEDY_NONE, true, ": changing to single user mode"},
	[ACTION_HALT] = {REMEDY_NONE, true, ": halting the machine"},
};

const char *trouble_name(enum errand_key key)
{
	return keys[key].name;
}

static bool is_same(const struct conf_action *a, const struct conf_action *b)
{
	return a->what == b->what &&
	       (a->what != ACTION_EXEC || strcmp(a->program, b->program) == 0);
}

bool trouble_configure(struct troubles *t, const struct auditd_conf *conf)
{
	bool changed = false;

	for (size_t key = 0; key < ERRAND_KEY_END; key++) {
		const struct conf_action *action =
			(const void *)((const char *)conf + keys[key].action);

		changed = changed || !is_same(&t->of[key].action, action);
		t->of[key].action = *action;
	}
	return changed;
}

/* Rotating a log that has its size is no news; a full disk is told whatever the action is. */
static bool is_told(enum errand_key key, enum disk_action what)
{
	if (key == ERRAND_MAX_LOG_FILE && what == ACTION_ROTATE)
		return false;
	return actions[what].told || key == ERRAND_DISK_FULL;
}

/* Whether there was somebody to ask. */
static bool ask(struct troubles *t, enum errand_key key, uint64_t number)
{
	const uint64_t numbers[ERRAND_NUMBERS] = {number};

	if (t->attendant->errands < 0)
		return false;
	attendant_ask(t->attendant, ERRAND_ACT, key, numbers);
	return true;
}

/* Whether it is under way. */
static bool carry_out(struct troubles *t, enum errand_key key, uint64_t number, const char *what)
{
	enum disk_action action = t->of[key].action.what;
	const char *told = actions[action].told;

	if (actions[action].is_errand && !ask(t, key, number)) {
		say(t->voice, keys[key].priority,
		    "%s: nothing is done about it without an attendant", what);
		return false;
	}
	if (is_told(key, action))
		say(t->voice, keys[key].priority, "%s%s", what, told ? told : "");
	if (action == ACTION_EXEC)
		t->of[key].runs_until_ms = clock_ms() + PROGRAM_MS;
	return true;
}

enum trouble_remedy trouble_arises(struct troubles *t, enum errand_key key, uint64_t number,
				   const char *what)
{
	struct trouble *u = &t->of[key];
	enum trouble_remedy remedy = actions[u->action.what].remedy;
	bool is_syslog = key == ERRAND_DISK_ERROR && u->action.what == ACTION_SYSLOG;

	if (t->is_over)
		return REMEDY_NONE;
	if (u->times < (is_syslog ? WARNINGS_MOST : 1)) {
		u->times++;
		if (carry_out(t, key, number, what))
			u->holds = remedy == REMEDY_SUSPEND;
	} else if (key == ERRAND_DISK_ERROR) {
		/* It was tried again, and there it still is. */
		u->holds = remedy == REMEDY_SUSPEND;
	}
	return remedy == REMEDY_SUSPEND && !u->holds ? REMEDY_NONE : remedy;
}

void trouble_waits(struct troubles *t, enum errand_key key)
{
	struct trouble *u = &t->of[key];
	int64_t now = clock_ms();

	/* The last one was long ago: this is another. */
	if (u->pause_ms == 0 || now - u->waits_until_ms > PAUSE_MOST_MS)
		u->pause_ms = PAUSE_FIRST_MS;
	else if (u->pause_ms < PAUSE_MOST_MS)
		u->pause_ms *= 2;
	u->waits_until_ms = now + u->pause_ms;
}

void trouble_settles(struct troubles *t, enum errand_key key, enum trouble_sight sight)
{
	struct trouble *u = &t->of[key];
	int64_t now = clock_ms();

	if (sight == TROUBLE_GONE)
		u->times = 0;
	if (now < u->runs_until_ms || now < u->waits_until_ms)
		return;
	if (sight != TROUBLE_THERE || (key == ERRAND_MAX_LOG_FILE && u->action.what == ACTION_EXEC))
		u->holds = false;
}

void trouble_program_ended(struct troubles *t, enum errand_key key)
{
	t->of[key].runs_until_ms = 0;
}

void trouble_forget(struct troubles *t)
{
	for (size_t key = 0; key < ERRAND_KEY_END; key++)
		t->of[key] = (struct trouble){.action = t->of[key].action};
}

bool trouble_holds(const struct troubles *t)
{
	for (size_t key = 0; key < ERRAND_KEY_END; key++)
		if (t->of[key].holds)
			return true;
	return false;
}
