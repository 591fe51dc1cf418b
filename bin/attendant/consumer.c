/*
 * A plugin's process and its feed. Which plugins there are is plugins.c's, how far one is behind
 * backlog.c's, and where that is kept place.c's.
 */
#include "attendant/consumer.h"

#include "attendant/backlog.h"
#include "attendant/place.h"
#include "attendant/run.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>

#define REFILL_MS      4     /* after a full pipe was read from: so that writes are few and large */
#define PAUSE_FIRST_MS 100   /* before a plugin that died is started again; then twice that, ... */
#define PAUSE_MAX_MS   5000  /* ... at most */
#define LIVED_MS       10000 /* one that lived so long is started again at once */
#define GRACE_MS       500   /* from SIGTERM to the end of its standard input */
#define PATIENCE_MS    2000  /* from there to SIGKILL */

/* ---- the process ---- */

static void note_pid(struct consumer *c, pid_t pid)
{
	c->pid = pid;
	c->attend->life->children[c->slot] = pid;
}

static void hear_pipe(struct attend *a, struct attend_watch *w, uint32_t events)
{
	struct consumer *c = (struct consumer *)w; /* its first member */

	(void)events;
	attend_forget(a, w);
	w->fd = -1;
	if (c->phase == CONSUMER_UP)
		c->due_ms = clock_ms() + REFILL_MS;
}

static void watch_pipe(struct consumer *c)
{
	struct err e;

	if (c->watch.fd >= 0)
		return;
	c->watch.fd = feed_descriptor(&c->feed);
	if (attend_watch(c->attend, &c->watch, EPOLLOUT, &e) != 0) {
		c->watch.fd = -1;
		say_rarely(&c->attend->voice, &c->failed, LOG_ERR, e.text);
		c->due_ms = clock_ms() + 1000;
	}
}

static void detach(struct consumer *c)
{
	if (c->watch.fd >= 0)
		attend_forget(c->attend, &c->watch);
	c->watch.fd = -1;
	feed_detach(&c->feed);
	c->is_idle = false; /* what it had not read is behind it again */
	place_save(c);
}

static void give_up(struct consumer *c)
{
	c->phase = CONSUMER_DOWN;
	c->due_ms = CONSUMER_NEVER;
}

/* Nothing goes to the log, or something comes from the spool. */
static bool uses_spool(const struct consumer *c)
{
	return !c->attend->conf.write_logs || c->attend->voice.is_talkative ||
	       c->feed.spool.given != c->seen_of_spool;
}

static void start(struct consumer *c)
{
	int ends[2] = {-1, -1};
	struct timespec now;
	pid_t pid = -1;
	struct err e;

	if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0)
		(void)err_sys(&e, "cannot make a pipe");
	else
		pid = run_program(c->plugin.argv, ends[0], &e);
	close_fd(&ends[0]);
	if (pid < 0) {
		close_fd(&ends[1]);
		say(&c->attend->voice, LOG_ERR, "plugin %s: %s: continuing without it",
		    c->plugin.name, e.text);
		give_up(c);
		return;
	}
	note_pid(c, pid);
	feed_attach(&c->feed, ends[1]);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	c->started_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	c->started_ms = clock_ms();
	c->phase = CONSUMER_UP;
	c->due_ms = CONSUMER_NEVER;
	c->is_ready = c->feed.spool_may_grow = true;
	c->spool_is_warm = uses_spool(c);
	c->words = 0;
}

/* After an end that nobody asked for. */
static void start_later(struct consumer *c)
{
	uint64_t limit = c->attend->conf.max_restarts;
	int64_t pause = c->restarts < 8 ? PAUSE_FIRST_MS << c->restarts : PAUSE_MAX_MS;

	c->deaths++;
	if (c->restarts >= limit) {
		say(&c->attend->voice, LOG_ERR,
		    "plugin %s has exceeded max_restarts = %" PRIu64 ": SIGHUP starts it again",
		    c->plugin.name, limit);
		give_up(c);
		return;
	}
	if (clock_ms() - c->started_ms >= LIVED_MS)
		pause = 0;
	c->restarts++;
	c->phase = CONSUMER_DOWN;
	c->due_ms = clock_ms() + (pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS);
}

void consumer_ended(struct consumer *c, int status)
{
	const struct voice *v = &c->attend->voice;
	bool was_asked = c->phase == CONSUMER_ENDING;

	note_pid(c, 0);
	detach(c);
	if (was_asked) {
		c->phase = c->starts_again ? CONSUMER_DOWN : CONSUMER_GONE;
		c->due_ms = 0;
		return;
	}
	if (WIFSIGNALED(status))
		say(v, LOG_ERR, "plugin %s terminated unexpectedly: signal %d", c->plugin.name,
		    WTERMSIG(status));
	else
		say(v, LOG_ERR, "plugin %s terminated unexpectedly: status %d", c->plugin.name,
		    WEXITSTATUS(status));
	start_later(c);
}

/* TERM first; then the end of its input, for one that waits for that; KILL at last. */
static void ask_to_end(struct consumer *c, int64_t now_ms)
{
	c->due_ms = CONSUMER_NEVER;
	switch (c->words++) {
	case 0:
		(void)kill(c->pid, SIGTERM);
		c->due_ms = now_ms + GRACE_MS;
		break;
	case 1:
		detach(c);
		c->due_ms = now_ms + PATIENCE_MS;
		break;
	case 2:
		say(&c->attend->voice, LOG_WARNING, "plugin %s does not end: it is killed",
		    c->plugin.name);
		(void)kill(c->pid, SIGKILL);
		break;
	default:
		break;
	}
}

void consumer_end(struct consumer *c, bool again)
{
	c->starts_again = again;
	if (c->phase == CONSUMER_UP) {
		c->phase = CONSUMER_ENDING;
		c->words = 0;
		ask_to_end(c, clock_ms());
	} else if (c->phase == CONSUMER_DOWN) {
		c->phase = again ? CONSUMER_DOWN : CONSUMER_GONE;
		c->due_ms = 0;
	}
}

void consumer_reload(struct consumer *c)
{
	if (c->phase == CONSUMER_UP) {
		(void)kill(c->pid, SIGHUP);
	} else if (c->phase == CONSUMER_DOWN) {
		c->restarts = 0;
		c->due_ms = 0;
	}
	consumer_resume(c);
}

void consumer_replace(struct consumer *c, const struct plugin *plugin)
{
	plugin_release(&c->plugin);
	c->plugin = *plugin;
	c->feed.framing.is_binary = plugin->conf.format == PLUGIN_BINARY;
	c->restarts = 0;
	consumer_resume(c);
	consumer_end(c, true);
}

void consumer_resume(struct consumer *c)
{
	if (!c->is_suspended)
		return;
	say(&c->attend->voice, LOG_NOTICE, "plugin %s gets records again", c->plugin.name);
	c->is_suspended = false;
	c->is_ready = true;
	/* What piled up meanwhile is no overflow of its own. */
	c->lag.is_counted = false;
}

/* ---- pumping ---- */

/* The plugin's name, which is a file's, as a word of a record: it ends no value and begins none. */
static const char *name_as_word(const struct consumer *c, char out[PLUGIN_NAME_MAX])
{
	size_t n = 0;

	for (const char *p = c->plugin.name; *p && n < PLUGIN_NAME_MAX - 1; p++)
		out[n++] = *p > ' ' && *p < 0x7f && !strchr("=\"'", *p) ? *p : '?';
	out[n] = '\0';
	return out;
}

static void tell_gap(struct consumer *c)
{
	char name[PLUGIN_NAME_MAX];
	const struct follow_gap *gap = c->feed.gap;
	uint64_t lost = backlog_lost(c, gap);
	const char *cause = gap == &c->feed.spool.gap      ? "spool"
			    : gap->cause == FOLLOW_REMOVED ? "rotation"
							   : "truncation";

	c->lost += lost;
	say(&c->attend->voice, LOG_ALERT,
	    "plugin %s is too slow: about %" PRIu64
	    " records were removed before it has read them (%s)",
	    c->plugin.name, lost, cause);
	attend_note(c->attend,
		    "op=lost cause=%s plugin=%s lost=%" PRIu64 " bytes=%" PRIu64 " from=%" PRId64
		    ".%03" PRIu32 ":%" PRIu64 " to=%" PRId64 ".%03" PRIu32 ":%" PRIu64
		    " res=failed",
		    cause, name_as_word(c, name), lost, gap->bytes, gap->last.sec, gap->last.ms,
		    gap->last.serial, gap->first.sec, gap->first.ms, gap->first.serial);
}

/* log_file was changed, and what was in the old one has been read. */
static void move(struct consumer *c)
{
	struct err e;

	if (feed_move(&c->feed, c->attend->conf.log_file, &e) != 0 ||
	    place_begin_anew(&c->feed.log, c->attend->life->log_end, &e) != 0) {
		say_rarely(&c->attend->voice, &c->failed, LOG_ERR, e.text);
		return;
	}
	c->moves = c->has_saved = false;
	c->is_ready = true;
}

/* It will not read, so it is of no use: when it has ended it is started again. */
static void end_deaf(struct consumer *c)
{
	int64_t now = clock_ms();

	if (c->words == 0) {
		c->words = 1;
		c->deaf_ms = now + PATIENCE_MS;
		(void)kill(c->pid, SIGTERM);
	}
	c->due_ms = c->deaf_ms;
	if (now < c->deaf_ms)
		return;
	c->due_ms = CONSUMER_NEVER;
	(void)kill(c->pid, SIGKILL);
}

static void pump(struct consumer *c)
{
	struct err e;

	c->is_idle = false;
	switch (feed_pump(&c->feed, &e)) {
	case FEED_MORE:
		break;
	case FEED_IDLE:
		c->is_ready = false;
		c->is_idle = true;
		c->feed.spool_may_grow = c->spool_is_warm;
		break;
	case FEED_FULL:
		c->is_ready = false;
		watch_pipe(c);
		break;
	case FEED_CLOSED:
		c->is_ready = false;
		end_deaf(c);
		break;
	case FEED_GAP:
		tell_gap(c);
		break;
	case FEED_FAILED:
		c->is_ready = false; /* until the next tick */
		say_rarely(&c->attend->voice, &c->failed, LOG_ERR, e.text);
		break;
	}
}

/* Everything there is has been read. */
static bool has_read_all(struct consumer *c)
{
	feed_settle(&c->feed);
	return c->is_idle && !c->is_ready && feed_under_way(&c->feed) == 0;
}

void consumer_turn(struct consumer *c, int64_t now_ms)
{
	if (now_ms >= c->due_ms) {
		c->due_ms = CONSUMER_NEVER;
		switch (c->phase) {
		case CONSUMER_DOWN:
			start(c);
			break;
		case CONSUMER_UP:
			c->is_ready = true;
			break;
		case CONSUMER_ENDING:
			ask_to_end(c, now_ms);
			break;
		case CONSUMER_GONE:
			break;
		}
	}
	if (c->phase == CONSUMER_UP && c->is_ready && !c->is_suspended && c->watch.fd < 0)
		pump(c);
	if (c->phase != CONSUMER_UP || c->is_suspended || c->watch.fd >= 0)
		c->is_ready = false;
	if (c->moves && c->phase == CONSUMER_UP && has_read_all(c))
		move(c);
}

bool consumer_is_done(struct consumer *c)
{
	if (c->phase == CONSUMER_DOWN)
		return c->due_ms > clock_ms(); /* else it is to get what was recorded since */
	if (c->phase != CONSUMER_UP || c->is_suspended)
		return true;
	return !c->moves && has_read_all(c);
}

/*
 * The spool is looked at once a second, and all the time while something comes from it or
 * nothing goes to the log.
 */
static void look_at_spool(struct consumer *c)
{
	c->spool_is_warm = uses_spool(c);
	c->seen_of_spool = c->feed.spool.given;
	c->feed.spool_may_grow = true;
	c->is_ready = true;
}

void consumer_tick(struct consumer *c)
{
	if (c->phase == CONSUMER_UP) {
		place_save(c);
		look_at_spool(c);
	}
	backlog_tick(c);
}

/* ---- from beginning to end ---- */

struct consumer *consumer_new(struct attend *a, const struct plugin *plugin, unsigned slot)
{
	struct consumer *c = calloc(1, sizeof(*c));
	char spool[LOG_PATH_MAX + sizeof(SPOOL_NAME)];
	struct err e;

	if (c) {
		*c = (struct consumer){.watch = {.fd = -1, .ready = hear_pipe},
				       .attend = a,
				       .slot = slot,
				       .plugin = *plugin,
				       .phase = CONSUMER_DOWN};
		(void)snprintf(spool, sizeof(spool), "%s" SPOOL_NAME, a->run_dir);
		if (feed_init(&c->feed, a->conf.log_file, spool,
			      attend_framing(a, plugin->conf.format == PLUGIN_BINARY), &e) == 0) {
			place_begin(c);
			return c;
		}
	}
	say(&a->voice, LOG_ERR, "plugin %s is not started: no memory", plugin->name);
	free(c);
	return NULL;
}

void consumer_free(struct consumer *c)
{
	if (!c)
		return;
	feed_release(&c->feed);
	plugin_release(&c->plugin);
	free(c);
}

unsigned consumer_unread(struct consumer *c, const struct log_set *set)
{
	struct log_position p;
	size_t i;

	if (!c->has_saved || c->saved.log != c->feed.read.log)
		return LOG_SET_MAX;
	follow_position(&c->feed.log, c->feed.read.log, &p);
	if (p.file.inode == 0 || set->count == 0)
		return 0;
	i = log_set_find(set, &p.file);
	if (i == set->count) {
		i = log_position_newer(&p, set);
		i -= i > 0;
	}
	return set->members[i].number;
}

static uint64_t state_of(const struct consumer *c)
{
	if (c->is_suspended)
		return STATE_SUSPENDED;
	switch (c->phase) {
	case CONSUMER_DOWN:
		return c->due_ms == CONSUMER_NEVER ? STATE_FAILED : STATE_STARTING;
	case CONSUMER_UP:
		return STATE_RUNNING;
	case CONSUMER_ENDING:
	case CONSUMER_GONE:
		break;
	}
	return STATE_STOPPED;
}

void consumer_figures(const struct consumer *c, struct health_consumer *out)
{
	health_consumer_init(out);
	out->consumer_state = state_of(c);
	out->consumer_pid = (uint64_t)c->pid;
	out->consumer_since = (uint64_t)c->started_ns;
	out->lag_records = c->lag.records;
	out->lag_size = c->lag.bytes;
	out->lag_time = (uint64_t)c->lag.seconds * 1000000000;
	out->lag_limit = c->attend->conf.q_depth;
	out->delivered = c->feed.delivered;
	out->lost = c->lost;
	out->overflows = c->lag.overflows;
	out->restarts = c->deaths;
}
