/* The state report, written when SIGCONT asks for it: `key = value` lines for people. */
#include "auditd/app.h"

#include "base/file.h"

#include <inttypes.h>
#include <sys/resource.h>
#include <syslog.h>
#include <time.h>

#define MIB (UINT64_C(1) << 20)

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

/* Whether the key's action was carried out, and its trouble is still there. */
static const char *performed(const struct keeper *k, enum errand_key key)
{
	return yes_no(k->troubles.of[key].times > 0);
}

static void put_log(const struct app *app, struct buf *out)
{
	const struct keeper *k = &app->keeper;
	struct space space = k->space;

	space_measure(&space, k->log.fd, k->log.options.path);
	buf_printf(out, "current log size = %" PRIu64 " KB\n", k->log.size / 1024);
	buf_printf(out, "max log size = %" PRIu64 " KB\n", app->conf.max_log_file * 1024);
	buf_printf(out, "logs detected last rotate/shift = %u\n", k->log.known);
	if (space.is_known) {
		buf_printf(out, "space left on partition = %s\n",
			   yes_no(!space_is_short(&space, ERRAND_DISK_FULL)));
		buf_printf(out, "Logging partition free space %" PRIu64 " MB\n",
			   space.free_bytes / MIB);
		buf_printf(out, "space_left setting %" PRIu64 " MB\n",
			   space_threshold(&space, ERRAND_SPACE_LEFT) / MIB);
		buf_printf(out, "admin_space_left setting %" PRIu64 " MB\n",
			   space_threshold(&space, ERRAND_ADMIN_SPACE_LEFT) / MIB);
	}
	buf_printf(out, "logging suspended = %s\n", yes_no(keeper_state(k) == KEEP_SUSPENDED));
	buf_printf(out, "file system space action performed = %s\n",
		   performed(k, ERRAND_SPACE_LEFT));
	buf_printf(out, "admin space action performed = %s\n",
		   performed(k, ERRAND_ADMIN_SPACE_LEFT));
	buf_printf(out, "disk error detected = %s\n", yes_no(k->errors > 0));
}

static void put_counters(const struct app *app, struct buf *out)
{
	const struct audit_counters *c = &app->reader.counters;

	buf_printf(out, "records received = %" PRIu64 "\n", c->records);
	buf_printf(out, "records per batch = %" PRIu64 "\n",
		   c->batches ? c->records / c->batches : 0);
	buf_printf(out, "event serials never seen = %" PRIu64 "\n", c->serials.missing);
	buf_printf(out, "receive buffer full = %" PRIu64 "\n", c->overruns);
	buf_printf(out, "malformed messages dropped = %" PRIu64 "\n", c->malformed + c->foreign);
	buf_printf(out, "records not written = %" PRIu64 "\n", app->keeper.lost + app->reader.lost);
	if (app->reader.resolver)
		buf_printf(out, "names not found in time = %" PRIu64 "\n",
			   resolver_timeouts(app->reader.resolver));
}

static void put_plugins(const struct app *app, struct buf *out)
{
	const struct attendant_plugins *p = &app->attendant.plugins;

	buf_printf(out, "Number of active plugins = %" PRIu64 "\n", p->count);
	buf_printf(out, "current plugin queue depth = %" PRIu64 "\n", p->behind);
	buf_printf(out, "max plugin queue depth used = %" PRIu64 "\n", p->most_behind);
	buf_printf(out, "plugin queue size = %" PRIu64 "\n", app->conf.q_depth);
	buf_printf(out, "plugin queue overflow detected = %s\n",
		   yes_no(p->flags & PLUGINS_OVERFLOWED));
	buf_printf(out, "plugin queueing suspended = %s\n", yes_no(p->flags & PLUGINS_SUSPENDED));
}

void state_write(struct app *app)
{
	const char *path = app->confine.files ? app->confine.draft : STATE_FILE;
	CLEANUP(buf_release) struct buf out = BUF_INIT(STATE_MAX);
	time_t now = time(NULL);
	struct tm tm = {0};
	struct err e;

	(void)localtime_r(&now, &tm);
	buf_puts(&out, "audit version = " AURUM_VERSION "\n");
	buf_printf(&out, "current time = %02d/%02d/%02d %02d:%02d:%02d\n", tm.tm_mon + 1,
		   tm.tm_mday, tm.tm_year % 100, tm.tm_hour, tm.tm_min, tm.tm_sec);
	buf_printf(&out, "process priority = %d\n", getpriority(PRIO_PROCESS, 0));
	buf_printf(&out, "writing to logs = %s\n", yes_no(app->conf.write_logs));
	if (app->keeper.target == KEEP_FILE)
		put_log(app, &out);
	put_plugins(app, &out);
	put_counters(app, &out);
	seal_put_state(app, &out);
	buf_printf(&out, "confinement = %s\n", app->confine.summary);
	if (out.failed || file_replace(path, buf_view(&out), 0640, &e) != 0)
		say(&app->voice, LOG_WARNING, "%s",
		    out.failed ? "no memory for a state report" : e.text);
	else if (app->confine.files)
		attendant_ask(&app->attendant, ERRAND_REPORT, 0, NULL);
}
