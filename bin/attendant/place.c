/* Positions as files. What they say is lib/log's. */
#include "attendant/place.h"

#include <errno.h>
#include <stdio.h>
#include <syslog.h>

#define POSITION_PATH_MAX (LOG_PATH_MAX + PLUGIN_NAME_MAX + 32)

static void position_path(const struct attend *a, const char *name, bool of_spool, char *out,
			  size_t cap)
{
	if (of_spool)
		(void)snprintf(out, cap, "%s/spool/%s.position", a->run_dir, name);
	else
		(void)snprintf(out, cap, "%s/cursors/%s", a->state_dir, name);
}

int place_begin_anew(struct follow *f, const uint64_t end[3], struct err *e)
{
	const struct log_position p = {.file = {end[0], end[1], 0}, .offset = end[2]};

	if (p.file.inode == 0)
		return follow_from(f, FOLLOW_END, e);
	follow_from_position(f, &p);
	return 0;
}

static void begin_source(struct consumer *c, struct follow *f, bool of_spool)
{
	const struct attend *a = c->attend;
	char path[POSITION_PATH_MAX];
	struct log_position p;
	struct err e;

	position_path(a, c->plugin.name, of_spool, path, sizeof(path));
	if (log_position_load(path, &p, &e) == 0) {
		follow_from_position(f, &p);
		return;
	}
	if (e.sys != ENOENT)
		say(&a->voice, LOG_ERR,
		    "plugin %s: %s: it gets everything again that is still in the log",
		    c->plugin.name, e.text);
	if (e.sys == ENOENT && place_begin_anew(f, a->life->log_end + (of_spool ? 3 : 0), &e) != 0)
		say(&a->voice, LOG_ERR, "plugin %s: %s", c->plugin.name, e.text);
}

void place_begin(struct consumer *c)
{
	begin_source(c, &c->feed.log, false);
	begin_source(c, &c->feed.spool, true);
}

static bool save_source(struct consumer *c, struct follow *f, bool of_spool, uint64_t number)
{
	const struct attend *a = c->attend;
	char path[POSITION_PATH_MAX];
	struct log_position p;
	struct err e;

	follow_position(f, number, &p);
	position_path(a, c->plugin.name, of_spool, path, sizeof(path));
	if (log_position_save(path, &p, &e) == 0)
		return true;
	say_rarely(&a->voice, &c->failed, LOG_ERR, e.text);
	return false;
}

/* What cannot be saved now, on a full disk, is tried again each second. */
void place_save(struct consumer *c)
{
	const struct feed_place *read = &c->feed.read;

	feed_settle(&c->feed);
	if ((!c->has_saved || c->saved.log != read->log) &&
	    save_source(c, &c->feed.log, false, read->log)) {
		c->saved.log = read->log;
		c->has_saved = true;
	}
	if (c->saved.spool != read->spool && save_source(c, &c->feed.spool, true, read->spool))
		c->saved.spool = read->spool;
}

void place_forget(const struct attend *a, const char *name)
{
	char path[POSITION_PATH_MAX];

	for (int of_spool = 0; of_spool < 2; of_spool++) {
		position_path(a, name, of_spool, path, sizeof(path));
		(void)unlink(path);
	}
}
