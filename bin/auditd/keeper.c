/*
 * What happens to the log file: when it is rotated, what is done when it is full or the disk
 * refuses. How lines get into files is lib/log's. What is not written is counted and told.
 */
#include "auditd/keeper.h"

#include "base/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <syslog.h>

#define MIB (UINT64_C(1) << 20)

/* The size at which something happens; 0 when nothing would. */
static uint64_t limit_of(const struct auditd_conf *conf)
{
	enum disk_action action = conf->max_log_file_action.what;

	if (action == ACTION_IGNORE || (action == ACTION_ROTATE && conf->num_logs < 2))
		return 0;
	return conf->max_log_file * MIB;
}

static struct log_options options_of(const struct auditd_conf *conf)
{
	return (struct log_options){.path = conf->log_file,
				    .group = conf->log_gid,
				    .max_bytes = limit_of(conf),
				    .flush = conf->flush,
				    .freq = conf->freq};
}

static void suspend(struct keeper *k, const char *why)
{
	k->suspended = true;
	log_suspend(&k->log);
	say(k->voice, LOG_ALERT, "recording is suspended: %s: SIGUSR2 resumes it", why);
}

static void rotate(struct keeper *k, bool keep_all)
{
	struct err e;
	int status = keep_all ? log_keep(&k->log, &e) : log_rotate(&k->log, k->num_logs, &e);

	if (status != 0)
		say_rarely(k->voice, &k->failed, LOG_ERR, e.text);
}

static void handle_full(struct keeper *k)
{
	switch (k->on_full) {
	case ACTION_ROTATE:
		rotate(k, false);
		break;
	case ACTION_KEEP_LOGS:
		rotate(k, true);
		break;
	case ACTION_SUSPEND:
		suspend(k, "the log has reached max_log_file");
		break;
	case ACTION_EXEC:
		if (k->attendant)
			attendant_ask(k->attendant, ERRAND_ACT, ERRAND_MAX_LOG_FILE, NULL);
		break;
	case ACTION_SYSLOG:
		say_rarely(k->voice, &k->full, LOG_ERR, "the log has reached max_log_file");
		break;
	case ACTION_IGNORE:
	case ACTION_EMAIL:
	case ACTION_SINGLE:
	case ACTION_HALT:
		break;
	}
}

/* For the plugins, what does not come to the log. */
static void pass_on(const struct keeper *k, struct sv lines)
{
	if (k->spool && k->attendant && attendant_has_plugins(k->attendant))
		spool_put(k->spool, lines);
}

static void count_lost(struct keeper *k, struct sv lines, const char *why)
{
	char sentence[ERR_TEXT_MAX + 64];

	k->lost += sv_count(lines, '\n');
	pass_on(k, lines);
	if (!why)
		return;
	k->disk_errors++;
	(void)snprintf(sentence, sizeof(sentence), "%s (%" PRIu64 " records lost so far)", why,
		       k->lost);
	say_rarely(k->voice, &k->failed, LOG_ALERT, sentence);
}

static void put_file(struct keeper *k, struct sv lines)
{
	struct err e;

	if (k->log.fd < 0 && log_reopen(&k->log, &e) != 0) {
		count_lost(k, lines, e.text);
		return;
	}
	while (lines.n) {
		size_t taken;

		switch (log_append(&k->log, lines, &taken, &e)) {
		case LOG_APPENDED:
			k->disk_errors = 0;
			return;
		case LOG_FULL:
			k->disk_errors = 0;
			lines = sv_from(lines, taken);
			handle_full(k);
			break;
		case LOG_FAILED:
			count_lost(k, sv_from(lines, taken), e.text);
			return;
		}
		if (k->suspended) {
			count_lost(k, lines, NULL);
			return;
		}
	}
}

void keeper_put(struct keeper *k, struct sv lines)
{
	if (lines.n == 0)
		return;
	if (k->target == KEEP_NOWHERE) {
		pass_on(k, lines);
	} else if (k->target == KEEP_STDOUT) {
		pass_on(k, lines);
		if (file_write(STDOUT_FILENO, lines) != 0)
			count_lost(k, lines, "cannot write to standard output");
	} else if (k->suspended) {
		count_lost(k, lines, NULL);
	} else {
		put_file(k, lines);
	}
}

static int open_file(struct keeper *k, const struct auditd_conf *conf, struct err *e)
{
	struct log_options o = options_of(conf);
	struct err modes;
	unsigned removed;

	if (log_open(&k->log, &o, e) != 0)
		return -1;
	if (log_fix_modes(&o, (unsigned)conf->num_logs, &modes) != 0)
		say(k->voice, LOG_WARNING, "%s", modes.text);
	k->target = KEEP_FILE;
	if (o.max_bytes && k->log.size >= o.max_bytes)
		handle_full(k);
	removed = conf->max_log_file_action.what == ACTION_ROTATE
			  ? log_remove_excess(&o, (unsigned)conf->num_logs)
			  : 0;
	if (removed)
		say(k->voice, LOG_NOTICE, "removed %u rotated logs beyond num_logs = %u", removed,
		    k->num_logs);
	return 0;
}

int keeper_prepare(const struct auditd_conf *conf, bool foreground, struct err *e)
{
	const struct log_options o = options_of(conf);

	return foreground || !conf->write_logs ? 0 : log_fix_folder(&o, e);
}

int keeper_open(struct keeper *k, const struct auditd_conf *conf, bool foreground,
		const struct voice *voice, struct err *e)
{
	*k = (struct keeper){.voice = voice,
			     .log = {.fd = -1},
			     .on_full = conf->max_log_file_action.what,
			     .num_logs = (unsigned)conf->num_logs};
	if (foreground)
		k->target = KEEP_STDOUT;
	else if (conf->write_logs)
		return open_file(k, conf, e);
	return 0;
}

void keeper_close(struct keeper *k)
{
	struct err e;

	if (k->target == KEEP_FILE && log_close(&k->log, &e) != 0)
		say(k->voice, LOG_ERR, "%s", e.text);
	if (k->target != KEEP_STDOUT)
		k->target = KEEP_NOWHERE;
}

void keeper_rotate(struct keeper *k)
{
	if (k->target != KEEP_FILE || k->suspended)
		return;
	if (k->on_full != ACTION_KEEP_LOGS && k->num_logs < 2)
		say(k->voice, LOG_NOTICE, "nothing is rotated while num_logs is below 2");
	else
		rotate(k, k->on_full == ACTION_KEEP_LOGS);
}

void keeper_resume(struct keeper *k)
{
	struct err e;

	if (k->target != KEEP_FILE)
		return;
	if (k->log.fd < 0 && log_reopen(&k->log, &e) != 0) {
		say(k->voice, LOG_ERR, "cannot resume recording: %s", e.text);
		return;
	}
	k->suspended = false;
	k->disk_errors = 0;
	say(k->voice, LOG_NOTICE, "recording is resumed (%" PRIu64 " records lost so far)",
	    k->lost);
	if (k->log.options.max_bytes && k->log.size >= k->log.options.max_bytes)
		handle_full(k);
}

/* Whether the open file can go on with the new configuration. */
static bool is_same_file(const struct keeper *k, const struct auditd_conf *conf)
{
	const struct log_options *o = &k->log.options;

	return k->target == KEEP_FILE && conf->write_logs && strcmp(o->path, conf->log_file) == 0 &&
	       o->group == conf->log_gid && o->flush == conf->flush;
}

void keeper_reconfigure(struct keeper *k, const struct auditd_conf *conf)
{
	bool limit_changed = k->log.options.max_bytes != limit_of(conf) ||
			     k->on_full != conf->max_log_file_action.what;
	struct err e;

	k->on_full = conf->max_log_file_action.what;
	k->num_logs = (unsigned)conf->num_logs;
	if (k->target == KEEP_STDOUT)
		return;
	if (is_same_file(k, conf)) {
		k->log.options.path = conf->log_file; /* the old text goes away */
		k->log.options.max_bytes = limit_of(conf);
		k->log.options.freq = conf->freq;
		if (limit_changed && k->suspended)
			keeper_resume(k);
		else if (limit_changed && limit_of(conf) && k->log.size >= limit_of(conf))
			handle_full(k);
		return;
	}
	keeper_close(k);
	k->suspended = false;
	if (conf->write_logs && open_file(k, conf, &e) != 0) {
		/* The writer keeps the new options: every put tries to open the file again. */
		k->log.options = options_of(conf);
		k->log.options.disk = &log_disk_system;
		k->target = KEEP_FILE;
		say(k->voice, LOG_ERR, "%s", e.text);
	}
}
