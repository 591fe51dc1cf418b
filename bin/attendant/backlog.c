/* Nothing is dropped here: what a plugin has not read waits in the log. */
#include "attendant/backlog.h"

#include "attendant/run.h"

#include "log/lag.h"

#include <inttypes.h>
#include <syslog.h>
#include <time.h>

#define RECORD_BYTES 200 /* on average, while nothing is known */
#define SINGLE_USER  "1" /* run levels, as init takes them */
#define HALT         "0"

static void add(struct consumer_lag *lag, const struct follow *f, const struct log_position *p)
{
	struct log_lag more;
	int64_t age;

	if (log_lag_measure(&more, f->path, p, NULL) != 0)
		return;
	lag->records += more.records;
	lag->bytes += more.bytes;
	age = more.oldest.sec && more.records ? time(NULL) - more.oldest.sec : 0;
	if (age > lag->seconds)
		lag->seconds = age;
}

static void measure(struct consumer *c)
{
	struct consumer_lag *lag = &c->lag;
	struct log_position p;

	lag->records = lag->bytes = 0;
	lag->seconds = 0;
	if (!c->is_idle || feed_under_way(&c->feed)) {
		follow_position(&c->feed.log, c->feed.read.log, &p);
		add(lag, &c->feed.log, &p);
		if (c->feed.spool_may_grow) {
			follow_position(&c->feed.spool, c->feed.read.spool, &p);
			add(lag, &c->feed.spool, &p);
		}
	}
	if (lag->records > lag->most)
		lag->most = lag->records;
}

static void change_level(const struct consumer *c, enum disk_action action)
{
	const char *const argv[] = {c->attend->conf.init_program,
				    action == ACTION_HALT ? HALT : SINGLE_USER, NULL};
	struct err e;

	if (run_program(argv, -1, &e) < 0)
		say(&c->attend->voice, LOG_ALERT, "%s", e.text);
}

static void overflow(struct consumer *c)
{
	static const char *const consequences[] = {
		[ACTION_SYSLOG] = "it gets them from the log at its own pace",
		[ACTION_SUSPEND] = "it gets no more until SIGUSR2",
		[ACTION_SINGLE] = "the system changes to single user mode",
		[ACTION_HALT] = "the system is halted"};
	enum disk_action action = c->attend->conf.overflow_action;

	c->lag.is_over = true;
	c->lag.overflows++;
	if (action == ACTION_IGNORE)
		return;
	say(&c->attend->voice, action == ACTION_SYSLOG ? LOG_ERR : LOG_ALERT,
	    "plugin %s is %" PRIu64 " records behind, more than q_depth = %" PRIu64 ": %s",
	    c->plugin.name, c->lag.records, c->attend->conf.q_depth,
	    (size_t)action < LEN(consequences) && consequences[action] ? consequences[action]
								       : "nothing is lost");
	if (action == ACTION_SUSPEND)
		c->is_suspended = true;
	else if (action == ACTION_SINGLE || action == ACTION_HALT)
		change_level(c, action);
}

void backlog_tick(struct consumer *c)
{
	struct consumer_lag *lag = &c->lag;
	uint64_t limit = c->attend->conf.q_depth;

	measure(c);
	if (lag->records <= limit / 2) {
		if (lag->is_over && c->phase == CONSUMER_UP)
			say(&c->attend->voice, LOG_NOTICE, "plugin %s has caught up",
			    c->plugin.name);
		lag->is_over = false;
		lag->is_counted = true;
	} else if (lag->records > limit && lag->is_counted && !lag->is_over && !c->is_suspended &&
		   c->phase == CONSUMER_UP) {
		overflow(c);
	}
}

uint64_t backlog_lost(const struct consumer *c, const struct follow_gap *gap)
{
	uint64_t lines = c->feed.delivered + feed_under_way(&c->feed);
	uint64_t average = lines ? (c->feed.log.given + c->feed.spool.given) / lines : 0;

	if (gap->bytes)
		return gap->bytes / (average ? average : RECORD_BYTES) + 1;
	if (gap->last.sec && gap->first.serial > gap->last.serial + 1)
		return gap->first.serial - gap->last.serial - 1;
	return 1;
}
