/*
 * What happens to the log file. How lines get into files is lib/log's, what is done about trouble is
 * decided in trouble.c. What is not written is counted, told, and recorded as a gap.
 */
#include "auditd/keeper.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <syslog.h>

#define MIB        (UINT64_C(1) << 20)
#define LOOK_BYTES MIB /* written between two looks at the space, and each second */
#define GAP_MAX    4096
/* What is left of the log when older files cannot give way any more: the newest records. */
#define LAST_BYTES MIB
#define ROOM_MS    6000

enum keep_state keeper_state(const struct keeper *k)
{
	if (!k->gap.is_open)
		return KEEP_RUNNING;
	return trouble_holds(&k->troubles) ? KEEP_SUSPENDED : KEEP_FAILING;
}

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

/* ---- gaps ---- */

static void open_gap(struct keeper *k, enum errand_key cause)
{
	if (k->gap.is_open)
		return;
	k->gap = (struct keep_gap){.is_open = true, .cause = cause};
	(void)clock_gettime(CLOCK_REALTIME, &k->gap.since);
}

/* For the plugins, what does not come to the log. */
static void pass_on(const struct keeper *k, struct sv lines)
{
	if (attendant_has_plugins(k->company.attendant))
		spool_put(k->company.spool, lines);
}

static void count_lost(struct keeper *k, struct sv lines)
{
	char sentence[96];
	uint64_t count = sv_count(lines, '\n');

	k->lost += count;
	k->gap.lost += count;
	(void)snprintf(sentence, sizeof(sentence),
		       "records are not written: %" PRIu64 " are lost so far", k->lost);
	say_rarely(k->company.voice, &k->losing, LOG_ALERT, sentence);
}

/* ---- remedies ---- */

static void suspend(struct keeper *k, enum errand_key key)
{
	open_gap(k, key);
	log_suspend(&k->log);
}

static bool refused(struct keeper *k, const struct err *why);

static void rotate(struct keeper *k, bool keep_all)
{
	struct err e;
	int status = keep_all ? log_keep(&k->log, &e) : log_rotate(&k->log, k->num_logs, &e);

	k->is_put_off = status > 0;
	k->is_stuck = status < 0;
	if (k->is_put_off)
		return;
	if (k->is_stuck) {
		(void)refused(k, &e);
		return;
	}
	k->errors = 0;
	trouble_settles(&k->troubles, ERRAND_MAX_LOG_FILE, TROUBLE_GONE);
}

static bool keeps_all(const struct keeper *k)
{
	return k->troubles.of[ERRAND_MAX_LOG_FILE].action.what == ACTION_KEEP_LOGS;
}

/* One that was put off: nobody keeps the names for long. */
static void rotate_again(struct keeper *k)
{
	if (k->is_put_off && keeper_state(k) != KEEP_SUSPENDED)
		rotate(k, keeps_all(k));
}

/* The oldest file gives way; with nothing but a large log, that. Whether one did. */
static bool make_room(struct keeper *k)
{
	struct err e;
	int removed = 0;

	(void)err_set(&e, "there is no older log that could give way");
	if (k->num_logs >= 2) {
		removed = log_remove_oldest(&k->log.options, &e);
		if (removed == 0 && k->log.size > LAST_BYTES && log_rotate(&k->log, 2, &e) == 0)
			removed = log_remove_oldest(&k->log.options, &e);
	}
	if (removed <= 0)
		say_rarely(k->company.voice, &k->cramped, LOG_ALERT, e.text);
	return removed > 0;
}

/*
 * The disk does not take lines, or a name. Whether to try again at once, because room was made. What
 * the measure of space does not show passes with time only.
 */
static bool refused(struct keeper *k, const struct err *why)
{
	enum errand_key key =
		why->sys == ENOSPC || why->sys == EDQUOT ? ERRAND_DISK_FULL : ERRAND_DISK_ERROR;

	k->refusal = key;
	k->errors += key == ERRAND_DISK_ERROR;
	switch (trouble_arises(&k->troubles, key, (uint64_t)why->sys, why->text)) {
	case REMEDY_NONE:
	case REMEDY_KEEP_LOGS:
		return false;
	case REMEDY_ROTATE:
		return make_room(k);
	case REMEDY_SUSPEND:
		break;
	}
	suspend(k, key);
	space_measure(&k->space, k->log.fd, k->log.options.path);
	if (key == ERRAND_DISK_ERROR || space_is_back(&k->space, key))
		trouble_waits(&k->troubles, key);
	return false;
}

/* The log has max_log_file. */
static void grown(struct keeper *k)
{
	switch (trouble_arises(&k->troubles, ERRAND_MAX_LOG_FILE, k->log.size / MIB,
			       "the log has reached max_log_file")) {
	case REMEDY_NONE:
		break;
	case REMEDY_SUSPEND:
		suspend(k, ERRAND_MAX_LOG_FILE);
		break;
	case REMEDY_ROTATE:
		rotate(k, false);
		break;
	case REMEDY_KEEP_LOGS:
		rotate(k, true);
		break;
	}
}

/* ---- looks ---- */

/* A file has given way, and its room did not show yet: some file systems take seconds. */
static bool is_room_awaited(const struct keeper *k)
{
	return k->room_ms && clock_ms() - k->room_ms < ROOM_MS;
}

static void look_at_key(struct keeper *k, enum errand_key key, const char *what)
{
	char sentence[128];

	if (!space_is_short(&k->space, key)) {
		trouble_settles(&k->troubles, key,
				space_is_back(&k->space, key) ? TROUBLE_GONE : TROUBLE_THERE);
		return;
	}
	(void)snprintf(sentence, sizeof(sentence), "%s: %" PRIu64 " MiB are left", what,
		       k->space.free_bytes / MIB);
	switch (trouble_arises(&k->troubles, key, k->space.free_bytes / MIB, sentence)) {
	case REMEDY_NONE:
	case REMEDY_KEEP_LOGS:
		break;
	case REMEDY_SUSPEND:
		suspend(k, key);
		break;
	case REMEDY_ROTATE:
		if (is_room_awaited(k))
			break;
		k->room_before = k->space.free_bytes;
		k->room_ms = make_room(k) ? clock_ms() : 0;
		break;
	}
}

/* As the reference: a full disk has its own action only, and the first warning comes first. */
static void look_at_space(struct keeper *k)
{
	k->space_at = k->log.bytes + LOOK_BYTES;
	space_measure(&k->space, k->log.fd, k->log.options.path);
	if (k->space.free_bytes > k->room_before)
		k->room_ms = 0;
	look_at_key(k, ERRAND_DISK_FULL, "no space is left for the log");
	if (space_is_short(&k->space, ERRAND_DISK_FULL))
		return;
	look_at_key(k, ERRAND_SPACE_LEFT, "the log's file system is low on space");
	look_at_key(k, ERRAND_ADMIN_SPACE_LEFT, "the log's file system is very low on space");
}

static void look_at_size(struct keeper *k)
{
	uint64_t max = k->log.options.max_bytes, size = k->log.size;
	struct stat st;

	/* While recording is suspended somebody else may move it away, or empty it. */
	if (k->log.fd < 0)
		size = stat(k->log.options.path, &st) == 0 ? (uint64_t)st.st_size : 0;
	if (max && size >= max) {
		trouble_settles(&k->troubles, ERRAND_MAX_LOG_FILE, TROUBLE_THERE);
		/* What is suspended for another reason is not rotated either. */
		if (keeper_state(k) != KEEP_SUSPENDED)
			grown(k);
		return;
	}
	trouble_settles(&k->troubles, ERRAND_MAX_LOG_FILE, TROUBLE_GONE);
	k->is_stuck = false;
}

/* ---- writing ---- */

/* Takes what gets into the file off the front of lines. Whether that was all. */
static bool append(struct keeper *k, struct sv *lines)
{
	struct err e;
	size_t taken;

	do {
		enum log_append_status status;

		if (k->log.fd < 0 && log_reopen(&k->log, &e) != 0) {
			if (refused(k, &e))
				continue;
			return false;
		}
		status = log_append(&k->log, *lines, &taken, &e);
		*lines = sv_from(*lines, taken);
		if (status == LOG_FAILED) {
			if (!refused(k, &e))
				return lines->n == 0;
			continue;
		}
		if (!k->is_stuck) {
			k->errors = 0;
			trouble_settles(&k->troubles, ERRAND_DISK_ERROR, TROUBLE_GONE);
		}
		if (status == LOG_FULL && !k->is_stuck && !k->is_put_off)
			grown(k);
	} while (lines->n && keeper_state(k) != KEEP_SUSPENDED);
	return lines->n == 0;
}

/* Records the gap that is open. Whether that is in the log now. */
static bool close_gap(struct keeper *k)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(GAP_MAX);
	struct keep_gap gap = k->gap;
	struct sv rest;

	k->company.put_gap(k->company.ctx, &gap, &line);
	rest = buf_view(&line);
	k->gap.is_open = false;
	if (!append(k, &rest)) {
		k->gap = gap;
		return false;
	}
	say(k->company.voice, LOG_NOTICE, "recording goes on: %" PRIu64 " records were lost",
	    gap.lost);
	return true;
}

static void put_file(struct keeper *k, struct sv lines)
{
	enum keep_state state;

	rotate_again(k);
	state = keeper_state(k);
	if (state == KEEP_SUSPENDED || (state == KEEP_FAILING && !close_gap(k)) ||
	    keeper_state(k) == KEEP_SUSPENDED || !append(k, &lines)) {
		open_gap(k, k->refusal);
		count_lost(k, lines);
		pass_on(k, lines);
	}
	if (k->log.bytes >= k->space_at)
		look_at_space(k);
}

void keeper_put(struct keeper *k, struct sv lines)
{
	if (lines.n == 0)
		return;
	if (k->target == KEEP_FILE) {
		put_file(k, lines);
		return;
	}
	pass_on(k, lines);
	if (k->target == KEEP_STDOUT && file_write(STDOUT_FILENO, lines) != 0)
		count_lost(k, lines);
}

void keeper_tick(struct keeper *k)
{
	if (k->target != KEEP_FILE)
		return;
	rotate_again(k);
	look_at_size(k);
	look_at_space(k);
	trouble_settles(&k->troubles, ERRAND_DISK_ERROR, TROUBLE_UNSEEN);
	if (keeper_state(k) == KEEP_FAILING)
		(void)close_gap(k);
}

/* ---- opening, closing, and what people ask for ---- */

static int open_file(struct keeper *k, const struct auditd_conf *conf, struct err *e)
{
	struct log_options o = options_of(conf);
	struct err modes;

	o.listener = k->company.listener;
	if (log_open(&k->log, &o, e) != 0)
		return -1;
	if (log_fix_modes(&o, (unsigned)conf->num_logs, &modes) != 0)
		say(k->company.voice, LOG_WARNING, "%s", modes.text);
	k->target = KEEP_FILE;
	k->space_at = 0;
	return 0;
}

static void remove_excess(struct keeper *k)
{
	unsigned removed = k->troubles.of[ERRAND_MAX_LOG_FILE].action.what == ACTION_ROTATE
				   ? log_remove_excess(&k->log.options, k->num_logs)
				   : 0;

	if (removed)
		say(k->company.voice, LOG_NOTICE, "removed %u rotated logs beyond num_logs = %u",
		    removed, k->num_logs);
}

int keeper_prepare(const struct auditd_conf *conf, bool foreground, struct err *e)
{
	const struct log_options o = options_of(conf);

	return foreground || !conf->write_logs ? 0 : log_fix_folder(&o, e);
}

int keeper_open(struct keeper *k, const struct auditd_conf *conf, bool foreground,
		const struct keep_company *company, struct err *e)
{
	*k = (struct keeper){
		.company = *company,
		.log = {.fd = -1},
		.num_logs = (unsigned)conf->num_logs,
		.troubles = {.voice = company->voice, .attendant = company->attendant}};
	(void)trouble_configure(&k->troubles, conf);
	(void)space_configure(&k->space, conf);
	if (foreground || !conf->write_logs) {
		k->target = foreground ? KEEP_STDOUT : KEEP_NOWHERE;
		return 0;
	}
	return open_file(k, conf, e);
}

void keeper_begin(struct keeper *k, const struct auditd_conf *conf)
{
	enum disk_action action = conf->max_log_file_action.what;

	if (k->target != KEEP_FILE)
		return;
	remove_excess(k);
	/* What suspends recording comes after the first record. */
	if (action == ACTION_ROTATE || action == ACTION_KEEP_LOGS)
		look_at_size(k);
}

void keeper_close(struct keeper *k)
{
	struct err e;

	if (k->target == KEEP_FILE && log_close(&k->log, &e) != 0)
		say(k->company.voice, LOG_ERR, "%s", e.text);
	if (k->target != KEEP_STDOUT)
		k->target = KEEP_NOWHERE;
}

void keeper_rotate(struct keeper *k)
{
	bool keep_all = keeps_all(k);

	if (k->target != KEEP_FILE || keeper_state(k) == KEEP_SUSPENDED)
		return;
	if (!keep_all && k->num_logs < 2)
		say(k->company.voice, LOG_NOTICE, "nothing is rotated while num_logs is below 2");
	else
		rotate(k, keep_all);
}

/* Somebody may have moved it away and wants a new one. */
static bool is_file_there(const struct keeper *k)
{
	struct stat open, named;

	return fstat(k->log.fd, &open) == 0 && lstat(k->log.options.path, &named) == 0 &&
	       open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

bool keeper_resume(struct keeper *k)
{
	if (k->target != KEEP_FILE)
		return true;
	trouble_forget(&k->troubles);
	if (k->log.fd >= 0 && !is_file_there(k))
		log_suspend(&k->log);
	return keeper_state(k) == KEEP_RUNNING || close_gap(k);
}

void keeper_last_words(struct keeper *k)
{
	k->troubles.is_over = true;
	(void)keeper_resume(k);
}

void keeper_program_ended(struct keeper *k, enum errand_key key)
{
	trouble_program_ended(&k->troubles, key);
	keeper_tick(k);
}

/* Whether the open file can go on with the new configuration. */
static bool is_same_file(const struct keeper *k, const struct auditd_conf *conf)
{
	const struct log_options *o = &k->log.options;

	return k->target == KEEP_FILE && conf->write_logs && strcmp(o->path, conf->log_file) == 0 &&
	       o->group == conf->log_gid && o->flush == conf->flush;
}

/* Each put tries again to open what cannot be opened now, and that is the trouble then. */
static void move(struct keeper *k, const struct auditd_conf *conf)
{
	struct err e;

	keeper_close(k);
	if (!conf->write_logs)
		return;
	if (open_file(k, conf, &e) == 0) {
		remove_excess(k);
		return;
	}
	k->log.options = options_of(conf);
	k->log.options.listener = k->company.listener;
	k->log.options.disk = &log_disk_system;
	k->target = KEEP_FILE;
	say(k->company.voice, LOG_ERR, "%s", e.text);
}

void keeper_reconfigure(struct keeper *k, const struct auditd_conf *conf)
{
	bool is_other = trouble_configure(&k->troubles, conf);

	is_other = space_configure(&k->space, conf) || is_other;
	k->num_logs = (unsigned)conf->num_logs;
	if (k->target == KEEP_STDOUT)
		return;
	if (is_same_file(k, conf)) {
		is_other = is_other || k->log.options.max_bytes != limit_of(conf);
		k->log.options.path = conf->log_file; /* the old text goes away */
		k->log.options.max_bytes = limit_of(conf);
		k->log.options.freq = conf->freq;
		if (is_other)
			trouble_forget(&k->troubles);
	} else {
		trouble_forget(&k->troubles);
		move(k, conf);
	}
}
