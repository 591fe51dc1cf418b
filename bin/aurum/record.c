/*
 * The host recorded by our own auditd. In this order, so that what starting does to audit itself
 * leaves as little as possible in the log: look, write down, add rules while recording is still
 * off, start the daemon, switch on. At the end the same backwards, whatever ended it.
 */
#include "aurum/watch.h"

#include "base/clock.h"
#include "base/file.h"
#include "log/follow.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/inotify.h>

#define BACKLOG_LIMIT 8192 /* records; the kernel's 64 is too small for a burst */
#define DRAIN_MS      3000

struct recording {
	struct audit_control *control;
	struct limit *limit;
	struct kernel_state kernel;
	struct daemon daemon;
	struct teller teller;
	struct follow log;
	bool is_following;
	int changes; /* inotify for the log's folder */
	uint32_t lost_before;
	size_t added, present;
	char rules[PATH_BYTES];
	bool is_locked; /* enabled 2: rules and flags cannot be changed */
	bool has_state;
};

/* ---- following the log ---- */

/* The end of the log as it is before this recording; changes of its folder wake us. */
static int open_log(struct recording *r, struct err *e)
{
	if (follow_init(&r->log, r->daemon.log, e) != 0)
		return -1;
	r->is_following = true;
	r->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (r->changes < 0 ||
	    inotify_add_watch(r->changes, r->daemon.dir, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
		return err_sys(e, "cannot watch %s", r->daemon.dir);
	return follow_from(&r->log, FOLLOW_END, e);
}

static void tell_lines(struct recording *r, struct sv lines)
{
	struct sv line;

	while (sv_line(&lines, &line))
		teller_line(&r->teller, line);
}

/* Everything that the log has grown by. */
static int read_log(struct recording *r, struct err *e)
{
	char ignored[4096];
	struct sv lines;

	while (read(r->changes, ignored, sizeof(ignored)) > 0)
		;
	for (;;)
		switch (follow_next(&r->log, &lines, e)) {
		case FOLLOW_LINES:
			tell_lines(r, lines);
			break;
		case FOLLOW_NOTHING:
			return 0;
		case FOLLOW_GAP:
			say("parts of %s were removed before they could be told", r->daemon.log);
			break;
		case FOLLOW_FAILED:
			return -1;
		}
}

/* ---- starting ---- */

static int load_rules(struct recording *r, const struct watch_options *options, struct err *e)
{
	if (options->rules)
		(void)snprintf(r->rules, sizeof(r->rules), "%s", options->rules);
	else if (find_shipped("rules.d", r->rules, e) != 0)
		return -1;
	if (starter_exclude_self(&r->kernel, r->control, e) != 0)
		return -1;
	return starter_load(&r->kernel, r->control, r->rules, &r->added, &r->present, e);
}

static int switch_on(struct recording *r, struct err *e)
{
	if (r->kernel.found.status.backlog_limit &&
	    r->kernel.found.status.backlog_limit < BACKLOG_LIMIT &&
	    audit_set_backlog_limit(r->control, BACKLOG_LIMIT, e) != 0)
		return -1;
	return r->kernel.found.status.enabled ? 0 : audit_set_enabled(r->control, 1, e);
}

static int start(struct recording *r, const struct watch_options *options, struct err *e)
{
	if (daemon_prepare(&r->daemon, options->log_dir, e) != 0 ||
	    teller_init(&r->teller, options, e) != 0 ||
	    kernel_find(&r->kernel, r->control, options->state, e) != 0)
		return -1;
	r->has_state = true;
	r->is_locked = r->kernel.found.status.enabled == 2;
	r->lost_before = r->kernel.found.status.lost;
	r->teller.stop_fd = r->limit->signals;
	r->teller.own_pid = (uint32_t)getpid();
	if (open_log(r, e) != 0)
		return -1;
	if (!r->is_locked && load_rules(r, options, e) != 0)
		return -1;
	if (daemon_start(&r->daemon, r->control, e) != 0)
		return -1;
	if (!r->is_locked && switch_on(r, e) != 0)
		return -1;
	r->teller.quiet_before_ms = teller_now_ms();
	return 0;
}

static void say_started(const struct recording *r)
{
	if (r->is_locked)
		say("the rules are locked until the next boot (enabled 2): recording what the %zu "
		    "present ones produce",
		    r->kernel.found.rules.count);
	else if (r->kernel.found.rules.count)
		say("rules loaded from %s: %zu, behind the %zu that were there", r->rules, r->added,
		    r->kernel.found.rules.count);
	else
		say("rules loaded from %s: %zu", r->rules, r->added);
	if (r->kernel.found.status.rate_limit)
		say("the kernel's rate limit stays in force: more than %u records a second are "
		    "lost",
		    r->kernel.found.status.rate_limit);
	say("recording this host to %s: Ctrl-C ends it and puts the kernel's audit state back",
	    r->daemon.log);
}

/* ---- running ---- */

static int run(struct recording *r, struct err *e)
{
	struct pollfd fds[] = {{.fd = r->changes, .events = POLLIN},
			       {.fd = r->limit->signals, .events = POLLIN}};

	while (!limit_reached(r->limit) && !r->teller.is_full && !r->teller.is_broken) {
		if (poll(fds, LEN(fds), limit_wait_ms(r->limit, 1000)) < 0 && errno != EINTR)
			return err_sys(e, "cannot wait for records");
		if (read_log(r, e) != 0)
			return -1;
		teller_tick(&r->teller);
		if (daemon_has_ended(&r->daemon))
			return err_set(e, "auditd has ended by itself: %s may say why",
				       r->daemon.messages);
	}
	return 0;
}

/* ---- ending ---- */

/* Gives the daemon time for what the kernel still holds. */
static void drain(struct recording *r)
{
	int64_t end = clock_ms() + DRAIN_MS;
	struct audit_status s;

	while (audit_get_status(r->control, &s, NULL) == 0 && s.backlog > 0 && clock_ms() < end)
		(void)poll(NULL, 0, 20);
}

static int finish(struct recording *r, struct err *e)
{
	struct err why;
	int status = 0;

	r->teller.quiet_after_ms = teller_now_ms();
	if (r->has_state && !r->is_locked && kernel_quieten(&r->kernel, r->control, e) != 0)
		status = -1;
	drain(r);
	daemon_stop(&r->daemon);
	if (r->is_following && read_log(r, &why) != 0)
		say("%s", why.text);
	if (r->teller.join)
		teller_finish(&r->teller);
	if (r->has_state && kernel_put_back(&r->kernel, r->control, status ? NULL : e) != 0)
		status = -1;
	return status;
}

/* A key that a shell takes as one plain word; others are found by the first line, too. */
static bool is_plain(const char *key)
{
	return key[0] != '-' &&
	       key[strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			       "_.-")] == '\0';
}

static void say_found_again(const struct recording *r)
{
	const struct teller *t = &r->teller;

	say("find them again:");
	(void)fprintf(stderr, "  %s -i -if %s\n", r->daemon.ausearch, r->daemon.log);
	for (size_t i = 0; i < t->key_count; i++)
		if (is_plain(t->keys[i].name))
			(void)fprintf(stderr, "  %s -i -if %s -k %s\t# %llu\n", r->daemon.ausearch,
				      r->daemon.log, t->keys[i].name,
				      (unsigned long long)t->keys[i].events);
}

static void say_provable(const struct recording *r)
{
	char folder[LOG_PATH_MAX];
	bool is_known;

	if (!r->daemon.anchor[0])
		return;
	is_known = file_own_folder(folder, sizeof(folder), NULL) == 0;
	say("the log is sealed; whether it is still what was written is said by");
	(void)fprintf(stderr, "  %s%saurum verify %s --anchor %s\n", is_known ? folder : "",
		      is_known ? "/" : "", r->daemon.log, r->daemon.anchor);
}

static void say_summary(const struct recording *r)
{
	const struct teller *t = &r->teller;
	struct audit_status s;

	say("recorded in %s: %llu events, %llu records", r->daemon.log,
	    (unsigned long long)t->events, (unsigned long long)t->lines);
	if (audit_get_status(r->control, &s, NULL) == 0)
		say("records that the kernel lost: %u", s.lost - r->lost_before);
	if (t->malformed)
		say("%llu lines were not records", (unsigned long long)t->malformed);
}

static void release(struct recording *r)
{
	if (r->is_following)
		follow_release(&r->log);
	if (r->changes >= 0)
		(void)close(r->changes);
	teller_release(&r->teller);
	kernel_release(&r->kernel);
}

int record_host(const struct watch_options *options, struct limit *l, struct audit_control *c)
{
	struct recording r = {.control = c, .limit = l, .changes = -1, .kernel = {.fd = -1}};
	int code = EXIT_DONE;
	struct err e;
	bool started = start(&r, options, &e) == 0;

	if (started)
		say_started(&r);
	if (!started || run(&r, &e) != 0) {
		say("%s", e.text);
		code = EXIT_TROUBLE;
	}
	if (finish(&r, &e) != 0) {
		say("the kernel's audit state is not as it was: %s", e.text);
		code = EXIT_TROUBLE;
	} else if (r.has_state) {
		say("the kernel's audit rules and status are as they were found");
	}
	if (started) {
		say_summary(&r);
		say_found_again(&r);
		say_provable(&r);
	}
	release(&r);
	return code;
}
