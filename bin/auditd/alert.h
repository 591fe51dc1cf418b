/*
 * lost_action, backlog_action and lag_action: who is told when something is wrong, and how often.
 *
 *	alert_level(app, ERRAND_BACKLOG, waiting, threshold, "...");	-- each second
 *	alert_lost(app, count, "...");					-- when records were lost
 */
#ifndef AURUM_AUDITD_ALERT_H
#define AURUM_AUDITD_ALERT_H

#include "auditd/errand.h"

struct app;

struct alerts {
	bool is_raised[ERRAND_KEY_END];
	uint64_t lost;         /* not acted on yet */
	int64_t lost_until_ms; /* when it may be acted on again */
};

/*
 * The action of key happens once when level reaches threshold, and again only after level was below
 * half of it. threshold 0 is never reached. what: the sentence that tells it.
 */
void alert_level(struct app *app, enum errand_key key, uint64_t level, uint64_t threshold,
		 const char *what);

/*
 * lost_action for count more. Each call is told; programs and mails are for all of ten minutes. what
 * may be NULL: it has been told already.
 */
void alert_lost(struct app *app, uint64_t count, const char *what);
/* Once a second: those that have waited. */
void alert_tick(struct app *app);

#endif
