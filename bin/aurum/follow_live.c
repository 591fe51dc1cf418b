/*
 * The loop of aurum follow: waits for the log to grow, joins its lines, and says what was missed: what
 * was rotated away, cut off or is no record.
 */
#include "aurum/follow.h"

#include "base/clock.h"
#include "log/follow.h"

#include <errno.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <sys/inotify.h>

#define WAIT_MS 1000 /* for events that nothing closes, and folders that tell no changes */

struct following {
	struct follow log;
	struct join *join;
	struct printer *printer;
	int changes; /* inotify for the log's folder; -1: none */
	uint64_t malformed, told;
	int64_t last_sec; /* stamp of the record that came last, */
	int64_t came_ms;  /* and when it came */
	bool is_open;
};

/* ---- what was missed ---- */

static void say_gap(const struct follow *f)
{
	const struct follow_gap *g = &f->gap;
	const char *what = g->cause == FOLLOW_TRUNCATED
				   ? "the log was cut off or replaced before all of it was read"
				   : "parts of the log were removed before they were read";
	char bytes[64] = "", between[128] = "";

	if (g->bytes)
		(void)snprintf(bytes, sizeof(bytes), ": at least %llu bytes",
			       (unsigned long long)g->bytes);
	if (g->last.sec)
		(void)snprintf(between, sizeof(between), ", behind event %lld.%03u:%llu",
			       (long long)g->last.sec, g->last.ms,
			       (unsigned long long)g->last.serial);
	say("follow: %s%s%s", what, bytes, between);
}

/* Once a batch: a log can be full of them. */
static void say_malformed(struct following *w)
{
	uint64_t all = w->malformed + w->log.stats.torn + w->log.stats.too_long;

	if (all == w->told)
		return;
	say("follow: lines that are no records: %llu", (unsigned long long)(all - w->told));
	w->told = all;
}

/* ---- events ---- */

static void print_complete(struct following *w)
{
	const struct event *event;

	while ((event = join_next(w->join)))
		if (printer_wants(w->printer, event))
			printer_put(w->printer, event);
}

/*
 * The log's own time: a log of another machine, or one that is written later, has stamps that are
 * behind this clock, and its events would be taken for old ones as soon as they come.
 */
static int64_t time_of_log(const struct following *w)
{
	return w->last_sec + (clock_ms() - w->came_ms) / 1000;
}

static void note_time(struct following *w, struct sv line)
{
	struct record r;

	if (!record_head(line, &r))
		return;
	w->last_sec = r.stamp.sec;
	w->came_ms = clock_ms();
}

static int take_lines(struct following *w, struct sv lines, struct err *e)
{
	struct sv line, last = SV_EMPTY;

	while (sv_line(&lines, &line)) {
		last = line;
		if (follow_put_line(w->join, line, &w->malformed) != 0)
			return err_set(e, "no memory for events");
		print_complete(w);
	}
	note_time(w, last);
	return 0;
}

/* Everything that the log has grown by. 1: go on, 0: it is the end, -1: see *e. */
static int read_log(struct following *w, struct err *e)
{
	struct sv lines;

	for (;;) {
		switch (follow_next(&w->log, &lines, e)) {
		case FOLLOW_LINES:
			if (take_lines(w, lines, e) != 0)
				return -1;
			break;
		case FOLLOW_NOTHING:
			join_expire(w->join, time_of_log(w));
			print_complete(w);
			return printer_flush(w->printer);
		case FOLLOW_GAP:
			say_gap(&w->log);
			break;
		case FOLLOW_FAILED:
			return -1;
		}
		if (!printer_flush(w->printer))
			return 0;
	}
}

/* ---- waiting ---- */

static int watch_folder(struct following *w, struct err *e)
{
	char path[LOG_PATH_MAX];
	const char *folder;

	(void)snprintf(path, sizeof(path), "%s", w->log.path);
	folder = dirname(path);
	w->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	/* Without it (too many watches) there is WAIT_MS. */
	if (w->changes >= 0 &&
	    inotify_add_watch(w->changes, folder, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0 &&
	    (errno == ENOENT || errno == EACCES || errno == ENOTDIR))
		return err_sys(e, "cannot watch %s", folder);
	return 0;
}

/* False when nobody reads standard output any more. */
static bool wait_for_more(const struct following *w)
{
	struct pollfd fds[] = {{.fd = w->changes, .events = POLLIN},
			       {.fd = STDOUT_FILENO, .events = 0}};
	char ignored[4096];

	(void)poll(fds, LEN(fds), WAIT_MS);
	while (w->changes >= 0 && read(w->changes, ignored, sizeof(ignored)) > 0)
		;
	return !(fds[1].revents & (POLLERR | POLLHUP));
}

/* Only at the beginning: a rotation takes it away for a moment. */
static void say_waiting(const struct following *w)
{
	if (access(w->log.path, F_OK) != 0)
		say("follow: %s is not there yet: waiting for it", w->log.path);
}

static int run(struct following *w, struct err *e)
{
	int status;

	say_waiting(w);
	do {
		status = read_log(w, e);
		say_malformed(w);
	} while (status > 0 && wait_for_more(w));
	return status < 0 ? -1 : 0;
}

/* ---- all of it ---- */

static int open_log(struct following *w, const char *path, int64_t timeout_s, struct err *e)
{
	const struct join_options options = {.order = JOIN_PROMPT, .timeout_s = timeout_s};

	if (follow_init(&w->log, path, e) != 0)
		return -1;
	w->is_open = true;
	w->join = join_new(&options, e);
	if (!w->join || watch_folder(w, e) != 0)
		return -1;
	return follow_begin(&w->log, w->join, w->printer, timeout_s, e);
}

int follow_log(const char *path, int64_t timeout_s, struct printer *p, struct err *e)
{
	struct following w = {.changes = -1, .printer = p};
	int status = open_log(&w, path, timeout_s, e);

	if (status == 0 && printer_flush(p))
		status = run(&w, e);
	if (w.changes >= 0)
		(void)close(w.changes);
	join_free(w.join);
	if (w.is_open)
		follow_release(&w.log);
	return status;
}
