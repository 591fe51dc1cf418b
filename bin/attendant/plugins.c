/*
 * The set of plugins. Each gets one bounded turn after the other, so that one that catches up
 * keeps nobody waiting; one that takes nothing gets none.
 */
#include "attendant/plugins.h"

#include "attendant/consumer.h"
#include "attendant/place.h"

#include "base/clock.h"
#include "base/file.h"
#include "health/board.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>

#define LOCK_AGAIN_MS 50
#define DELIVER_MS    2000 /* at the end: for the plugins to read what is in the log */
#define END_MS        3000 /* and to end; consumer.c kills before */
#define STOP_STEP_MS  10

struct plugins {
	struct attend *attend;
	struct consumer *consumers[PLUGINS_MAX]; /* by slot; NULL: free */
	int lock;                                /* -1: not taken; nothing runs before */
	bool is_begun, has_told, is_over;        /* is_over: what is on the board stays there */
	struct board board;
	uint64_t told[ERRAND_NUMBERS];
};

struct plugins *plugins_new(struct attend *a, struct err *e)
{
	struct plugins *p = calloc(1, sizeof(*p));

	if (!p) {
		(void)err_set(e, "no memory for the plugins");
		return NULL;
	}
	p->attend = a;
	p->lock = -1;
	p->board = BOARD_NONE;
	return p;
}

void plugins_free(struct plugins *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < PLUGINS_MAX; i++)
		consumer_free(p->consumers[i]);
	close_fd(&p->lock);
	board_close(&p->board);
	free(p);
}

/* ---- which plugins there are ---- */

static struct consumer *find(const struct plugins *p, const char *name)
{
	for (size_t i = 0; i < PLUGINS_MAX; i++)
		if (p->consumers[i] && strcmp(p->consumers[i]->plugin.name, name) == 0)
			return p->consumers[i];
	return NULL;
}

static void add(struct plugins *p, struct plugin *plugin)
{
	for (unsigned i = 0; i < PLUGINS_MAX; i++) {
		if (p->consumers[i])
			continue;
		p->consumers[i] = consumer_new(p->attend, plugin, i);
		if (!p->consumers[i])
			plugin_release(plugin);
		return;
	}
	say(&p->attend->voice, LOG_ERR, "plugin %s is not started: there are %d already",
	    plugin->name, PLUGINS_MAX);
	plugin_release(plugin);
}

/* One that is active, and maybe was before. */
static void keep(struct plugins *p, struct plugin *plugin)
{
	struct consumer *c = find(p, plugin->name);

	if (!c) {
		add(p, plugin);
	} else if (plugin_is_same(&c->plugin, plugin) && c->phase != CONSUMER_ENDING) {
		plugin_release(plugin);
		consumer_reload(c);
	} else {
		say(&p->attend->voice, LOG_NOTICE, "plugin %s has changed: it is started again",
		    plugin->name);
		c->is_removed = false;
		consumer_replace(c, plugin);
	}
}

static void drop(struct plugins *p, const char *name)
{
	struct consumer *c = find(p, name);

	if (!c) {
		place_forget(p->attend, name);
		return;
	}
	if (c->is_removed)
		return;
	say(&p->attend->voice, LOG_NOTICE, "plugin %s is not active any more: it is ended", name);
	c->is_removed = true;
	consumer_end(c, false);
}

static void load_one(struct plugins *p, const char *file)
{
	struct attend *a = p->attend;
	struct plugin plugin;

	switch (plugin_load(&plugin, a->conf.plugin_dir, file, a->place.allow_links, &a->voice)) {
	case PLUGIN_ACTIVE:
		keep(p, &plugin);
		break;
	case PLUGIN_INACTIVE:
		drop(p, plugin.name);
		break;
	case PLUGIN_REFUSED: /* one that runs goes on as it was */
		break;
	}
}

static int is_plugin_file(const struct dirent *d)
{
	return plugin_conf_is_name(sv_cstr(d->d_name));
}

static bool has_file(const struct plugins *p, const char *name)
{
	char path[LOG_PATH_MAX + PLUGIN_NAME_MAX];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s.conf", p->attend->conf.plugin_dir, name);
	return lstat(path, &st) == 0 || errno != ENOENT;
}

/* Those whose file is gone, and positions of such. */
static void drop_absent(struct plugins *p)
{
	char path[LOG_PATH_MAX + sizeof("/cursors")];
	DIR *dir;

	for (size_t i = 0; i < PLUGINS_MAX; i++)
		if (p->consumers[i] && !has_file(p, p->consumers[i]->plugin.name))
			drop(p, p->consumers[i]->plugin.name);
	(void)snprintf(path, sizeof(path), "%s/cursors", p->attend->state_dir);
	dir = opendir(path);
	if (!dir)
		return;
	for (const struct dirent *d; (d = readdir(dir));)
		if (d->d_name[0] != '.' && strlen(d->d_name) < PLUGIN_NAME_MAX &&
		    !find(p, d->d_name) && !has_file(p, d->d_name))
			place_forget(p->attend, d->d_name);
	(void)closedir(dir);
}

static unsigned count(const struct plugins *p)
{
	unsigned n = 0;

	for (size_t i = 0; i < PLUGINS_MAX; i++)
		n += p->consumers[i] != NULL;
	return n;
}

static void load(struct plugins *p)
{
	struct attend *a = p->attend;
	struct dirent **files;
	int found = scandir(a->conf.plugin_dir, &files, is_plugin_file, alphasort);
	struct err e;

	/* Nobody has said that those which run are not wanted any more. */
	if (found < 0) {
		(void)err_sys(&e, "cannot read plugin_dir %s", a->conf.plugin_dir);
		say(&a->voice, e.sys == ENOENT && count(p) == 0 ? LOG_NOTICE : LOG_ERR,
		    "%s: plugins stay as they are", e.text);
		return;
	}
	for (int i = 0; i < found; i++) {
		load_one(p, files[i]->d_name);
		free(files[i]);
	}
	free(files);
	drop_absent(p);
}

/* ---- what the recorder is told, and the board ---- */

/* How many there are, the longest queue now and ever, and flags. */
static void tell_recorder(struct plugins *p)
{
	uint64_t now[ERRAND_NUMBERS] = {0};

	for (size_t i = 0; i < PLUGINS_MAX; i++) {
		const struct consumer *c = p->consumers[i];

		if (!c)
			continue;
		now[0]++;
		now[1] = c->lag.records > now[1] ? c->lag.records : now[1];
		now[2] = c->lag.most > now[2] ? c->lag.most : now[2];
		now[3] |= (c->lag.overflows ? PLUGINS_OVERFLOWED : 0) |
			  (c->is_suspended ? PLUGINS_SUSPENDED : 0);
	}
	if (p->has_told && memcmp(now, p->told, sizeof(now)) == 0)
		return;
	if (attend_tell(p->attend, ERRAND_PLUGINS, now) == 0) {
		memcpy(p->told, now, sizeof(now));
		p->has_told = true;
	}
}

unsigned plugins_unread(struct plugins *p)
{
	CLEANUP(log_set_release) struct log_set set = LOG_SET_INIT;
	unsigned most = 0;
	struct err e;

	if (log_set_look(&set, p->attend->conf.log_file, &e) != 0)
		return LOG_SET_MAX;
	for (size_t i = 0; i < PLUGINS_MAX; i++) {
		struct consumer *c = p->consumers[i];
		unsigned n = c && !c->moves ? consumer_unread(c, &set) : 0;

		most = n > most ? n : most;
	}
	return most;
}

static void put_attendant(struct plugins *p)
{
	const struct attend_life *life = p->attend->life;
	struct timespec now = {0, 0};
	struct health_attendant figures;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	health_attendant_init(&figures);
	figures.attendant_pid = (uint64_t)getpid();
	figures.attendant_heartbeat = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	figures.attendant_restarts = life->deaths;
	figures.errands = life->errands;
	figures.errands_failed = life->errands_failed;
	archiving_figures(&p->attend->archiving, &figures);
	board_put_attendant(&p->board, &figures);
}

static void put_board(struct plugins *p)
{
	char path[LOG_PATH_MAX + sizeof("/board")];
	struct health_consumer figures;
	struct err e;

	(void)snprintf(path, sizeof(path), "%s/board", p->attend->run_dir);
	if (!p->board.cells && board_attach(&p->board, path, &e) != 0)
		return;
	put_attendant(p);
	for (unsigned i = 0; i < PLUGINS_MAX; i++) {
		if (!p->consumers[i]) {
			if (!p->is_over)
				board_clear_consumer(&p->board, i);
			continue;
		}
		consumer_figures(p->consumers[i], &figures);
		board_put_consumer(&p->board, i, p->consumers[i]->plugin.name, &figures);
	}
}

/* ---- beginning, and the loop's turns ---- */

/* false: something is there that others could have laid. One that cannot be made is only told. */
static bool make_folder(const struct plugins *p, const char *parent, const char *name, mode_t mode)
{
	char path[LOG_PATH_MAX + 32];
	struct err e;

	(void)snprintf(path, sizeof(path), "%s%s", parent, name);
	if (file_make_folder(path, mode, &e) == 0)
		return true;
	say(&p->attend->voice, LOG_ERR, "%s", e.text);
	return e.sys != EEXIST;
}

static bool make_folders(const struct plugins *p)
{
	const struct attend *a = p->attend;

	(void)make_folder(p, a->state_dir, "", 0700);
	(void)make_folder(p, a->run_dir, "", 0755);
	return make_folder(p, a->state_dir, "/cursors", 0700) &&
	       make_folder(p, a->run_dir, "/spool", 0700);
}

/*
 * Another attendant may still be at work for a daemon that was killed: two would deliver the same
 * records, and save each other's positions over.
 */
static bool take_lock(struct plugins *p)
{
	char path[LOG_PATH_MAX + sizeof("/cursors/.lock")];
	CLEAN_FD int fd = -1;
	struct err e;

	(void)snprintf(path, sizeof(path), "%s/cursors/.lock", p->attend->state_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		/* Without a place for positions there is no second one to fear for them either. */
		(void)err_sys(&e, "cannot open %s", path);
		say(&p->attend->voice, LOG_ERR,
		    "%s: plugins get records, but where they are is not kept", e.text);
		p->lock = open("/dev/null", O_RDONLY | O_CLOEXEC);
		return p->lock >= 0;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return false;
	p->lock = take_fd(&fd);
	return true;
}

static void begin(struct plugins *p)
{
	unsigned n;

	load(p);
	n = count(p);
	if (n)
		say(&p->attend->voice, LOG_INFO, "%u plugins are started (q_depth = %llu)", n,
		    (unsigned long long)p->attend->conf.q_depth);
	tell_recorder(p);
	put_board(p);
}

void plugins_begin(struct plugins *p)
{
	if (!make_folders(p)) {
		say(&p->attend->voice, LOG_ERR, "no plugins: there is no safe place for them");
		return;
	}
	p->is_begun = true;
	if (take_lock(p))
		begin(p);
}

void plugins_reload(struct plugins *p)
{
	const struct attend *a = p->attend;

	if (p->lock < 0)
		return;
	load(p);
	for (size_t i = 0; i < PLUGINS_MAX; i++) {
		struct consumer *c = p->consumers[i];

		if (!c)
			continue;
		c->feed.framing = attend_framing(a, c->feed.framing.is_binary);
		c->moves = strcmp(c->feed.log.path, a->conf.log_file) != 0;
	}
	tell_recorder(p);
}

void plugins_resume(struct plugins *p)
{
	for (size_t i = 0; i < PLUGINS_MAX; i++)
		if (p->consumers[i])
			consumer_resume(p->consumers[i]);
}

void plugins_wake(struct plugins *p)
{
	for (size_t i = 0; i < PLUGINS_MAX; i++)
		if (p->consumers[i])
			p->consumers[i]->is_ready = true;
}

static void sweep(struct plugins *p, unsigned slot)
{
	struct consumer *c = p->consumers[slot];

	if (c->is_removed)
		place_forget(p->attend, c->plugin.name);
	if (p->is_over) {
		consumer_tick(c);
		put_board(p);
	}
	consumer_free(c);
	p->consumers[slot] = NULL;
}

int plugins_turn(struct plugins *p)
{
	int64_t now = clock_ms(), next = CONSUMER_NEVER;

	if (p->lock < 0) {
		if (!p->is_begun)
			return -1;
		if (!take_lock(p))
			return LOCK_AGAIN_MS;
		begin(p);
	}
	for (unsigned i = 0; i < PLUGINS_MAX; i++) {
		struct consumer *c = p->consumers[i];

		if (!c)
			continue;
		consumer_turn(c, now);
		if (c->phase == CONSUMER_GONE) {
			sweep(p, i);
			continue;
		}
		if (c->is_ready)
			next = now;
		else if (c->due_ms < next)
			next = c->due_ms;
	}
	if (next == CONSUMER_NEVER)
		return -1;
	return next > now ? (int)(next - now) : 0;
}

void plugins_tick(struct plugins *p)
{
	if (p->lock < 0)
		return;
	for (size_t i = 0; i < PLUGINS_MAX; i++)
		if (p->consumers[i])
			consumer_tick(p->consumers[i]);
	tell_recorder(p);
	put_board(p);
}

bool plugins_ended(struct plugins *p, pid_t pid, int status)
{
	for (size_t i = 0; i < PLUGINS_MAX; i++) {
		if (!p->consumers[i] || p->consumers[i]->pid != pid)
			continue;
		consumer_ended(p->consumers[i], status);
		return true;
	}
	return false;
}

/* ---- the end ---- */

static bool all_done(struct plugins *p)
{
	for (size_t i = 0; i < PLUGINS_MAX; i++)
		if (p->consumers[i] && !consumer_is_done(p->consumers[i]))
			return false;
	return true;
}

static void wait_for(struct plugins *p, int ms, bool (*is_over)(struct plugins *p))
{
	int64_t end = clock_ms() + ms;

	while (!is_over(p) && clock_ms() < end) {
		int wait = plugins_turn(p);

		attend_poll(p->attend, wait < 0 || wait > STOP_STEP_MS ? STOP_STEP_MS : wait);
	}
}

static bool all_gone(struct plugins *p)
{
	return count(p) == 0;
}

void plugins_stop(struct plugins *p)
{
	if (p->lock < 0)
		return;
	for (size_t i = 0; i < PLUGINS_MAX; i++)
		if (p->consumers[i])
			p->consumers[i]->feed.spool_may_grow = true;
	plugins_wake(p);
	wait_for(p, DELIVER_MS, all_done);
	p->is_over = true;
	for (size_t i = 0; i < PLUGINS_MAX; i++)
		if (p->consumers[i])
			consumer_end(p->consumers[i], false);
	wait_for(p, END_MS, all_gone);
}
