/* The state report that SIGUSR1 asks for: `key = value` lines, as auditd's own. */
#include "audisp-af_unix/app.h"

#include "base/file.h"

#include <syslog.h>

#define REPORT_MAX 65536

static void put_clients(const struct app *app, struct buf *out)
{
	for (size_t i = 0; i < app->count; i++) {
		const struct client *c = &app->clients[i];

		buf_printf(out,
			   "client %zu = pid %d uid %u gid %u, records sent %ju, bytes sent %ju, "
			   "records lost %ju, records waiting %zu, connected seconds %jd\n",
			   i + 1, c->peer.pid, c->peer.uid, c->peer.gid, (uintmax_t)c->taker->taken,
			   (uintmax_t)c->bytes, (uintmax_t)c->taker->lost, fanout_waiting(c->taker),
			   (intmax_t)(time(NULL) - c->since));
	}
}

static void put_queue(const struct app *app, struct buf *out)
{
	uint64_t lost = app->lost;
	size_t waiting = 0, n;

	for (size_t i = 0; i < app->count; i++) {
		n = fanout_waiting(app->clients[i].taker);
		waiting = n > waiting ? n : waiting;
		lost += app->clients[i].taker->lost;
	}
	buf_printf(out, "current plugin queue depth = %zu\n", waiting);
	buf_printf(out, "max plugin queue depth used = %zu\n", app->deepest);
	buf_printf(out, "plugin queue size = %zu\n", app->depth);
	buf_printf(out, "plugin queue overflow detected = %s\n", lost ? "yes" : "no");
	buf_printf(out, "records lost by slow clients = %ju\n", (uintmax_t)lost);
}

static void put_input(const struct app *app, struct buf *out)
{
	static const char *const framings[] = {"none yet", "string", "binary"};
	const struct dispatch_stats *stats = &app->plugin.in.stats;

	buf_printf(out, "input format = %s\n", framings[app->plugin.in.framing]);
	buf_printf(out, "records received = %ju\n", (uintmax_t)stats->records);
	buf_printf(out, "records cut for their length = %ju\n", (uintmax_t)stats->too_long);
	buf_printf(out, "records not usable = %ju\n", (uintmax_t)app->unusable);
}

void report_write(struct app *app)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(REPORT_MAX);
	time_t now = time(NULL);
	struct tm tm = {0};
	struct err e;

	(void)localtime_r(&now, &tm);
	buf_puts(&out, "audisp-af_unix version = " AURUM_VERSION "\n");
	buf_printf(&out, "current time = %02d/%02d/%02d %02d:%02d:%02d\n", tm.tm_mon + 1,
		   tm.tm_mday, tm.tm_year % 100, tm.tm_hour, tm.tm_min, tm.tm_sec);
	buf_printf(&out, "socket = %s\nmode = %04o\n", app->listener.path, app->listener.mode);
	buf_printf(&out, "output format = %s\n",
		   app->format == DISPATCH_BINARY ? "binary" : "string");
	put_input(app, &out);
	buf_printf(&out, "active connections = %zu\n", app->count);
	buf_printf(&out, "max active connections = %zu\n", app->count_max);
	buf_printf(&out, "total connections = %ju\n", (uintmax_t)app->connections);
	buf_printf(&out, "connections turned away = %ju\n", (uintmax_t)app->refused);
	put_queue(app, &out);
	put_clients(app, &out);
	if (out.failed || file_replace(STATE_PATH, buf_view(&out), 0640, &e) != 0)
		plugin_say(&app->plugin, LOG_WARNING, "%s",
			   out.failed ? "no memory for a state report" : e.text);
}
