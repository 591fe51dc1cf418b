/*
 * auditd-archivist: compresses and indexes rotated log files, as auditd.conf says, and ends. It waits
 * for nobody and is in nobody's way: it runs when nothing else wants to, and what it has not done when
 * it is killed, it does the next time. The attendant starts it; so may people.
 */
#include "archivist/confine.h"
#include "archivist/history.h"

#include "auditd/load.h"
#include "base/heap.h"
#include "base/num.h"
#include "common/frame.h"
#include "log/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>

#define PROGRAM    "auditd-archivist"
#define HEAP_BYTES ((size_t)128 << 20) /* a log of 64 MiB takes half of it */

/* Other ends than success; the manual page has them. */
#define EXIT_LATER   1
#define EXIT_TROUBLE 2

struct app {
	struct conf_place place;
	struct auditd_conf conf;
	struct history history;
	char folder[LOG_PATH_MAX];
	int lock; /* of the folder */
	bool once;
	unsigned leave;
};

static const struct option_row option_rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "options.def"
#undef OPTION
};
static const struct option_set archivist_options = {
	.program = PROGRAM,
	.usage = "[-c DIR] [-l] [--once] [--leave N]",
	.summary = "Compresses and indexes rotated audit logs.",
	.style = OPTION_GETOPT,
	.rows = option_rows,
	.count = LEN(option_rows)};

static struct app app;

static enum frame_next take_leave(struct app *a, const char *value, struct err *e)
{
	uint64_t n;

	if (num_range(sv_cstr(value), 0, LOG_SET_MAX, &n)) {
		a->leave = (unsigned)n;
		return FRAME_ON;
	}
	(void)err_set(e, "--leave takes a number of files, not \"%.64s\"", value);
	return FRAME_FAILED;
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct app *a = arg;

	switch (hit->id) {
	case 'c':
		return conf_place_set(&a->place, hit->value, e) == 0 ? FRAME_ON : FRAME_FAILED;
	case 'l':
		a->place.allow_links = true;
		break;
	case '1':
		a->once = true;
		break;
	case 'n':
		return take_leave(a, hit->value, e);
	case 'h':
		return frame_help(&archivist_options, e);
	case 'v':
		return frame_version(&archivist_options, e);
	default:
		return frame_stray_word(hit, e);
	}
	return FRAME_ON;
}

/* ---- what is told ---- */

static void tell_done(void *ctx, const struct archive_result *r)
{
	(void)ctx;
	(void)printf("%s: %llu bytes from %llu\n", r->segment, (unsigned long long)r->bytes,
		     (unsigned long long)r->raw_bytes);
	if (r->index_failed)
		frame_say(PROGRAM, "%s has no index: %s", r->segment, r->why.text);
}

static void tell_failed(void *ctx, const char *sentence)
{
	(void)ctx;
	frame_say(PROGRAM, "%s", sentence);
}

/* ---- the end by a signal ---- */

/* A draft is of no use to anybody. */
static void end(int signal)
{
	const struct archive *a = &app.history.archive;

	(void)signal;
	if (a->has_draft)
		(void)unlink(a->draft);
	_exit(EXIT_LATER);
}

static void hear_signals(void)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
	struct sigaction action = {.sa_handler = end};

	for (size_t i = 0; i < LEN(signals); i++)
		(void)sigaction(signals[i], &action, NULL);
}

/* ---- beginning ---- */

/*
 * The folder, locked: one archivist at a time. Others that may write to it could lay what root then
 * renames and removes.
 */
static enum history_status open_folder(struct app *a, struct err *e)
{
	const char *slash = strrchr(a->conf.log_file, '/');
	size_t n = (size_t)(slash - a->conf.log_file);
	CLEAN_FD int fd = -1;
	struct statx st;

	if (!sv_to_cstr(sv_make(a->conf.log_file, n ? n : 1), a->folder, sizeof(a->folder))) {
		(void)err_set(e, "the path of the log is too long");
		return HISTORY_FAILED;
	}
	fd = open(a->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st) != 0) {
		(void)err_sys(e, "cannot open the folder %s", a->folder);
		return HISTORY_FAILED;
	}
	if (st.stx_uid != geteuid() || (st.stx_mode & (S_IWGRP | S_IWOTH))) {
		(void)err_set(e, "others may write to the folder %s", a->folder);
		return HISTORY_FAILED;
	}
	if (st.stx_attributes & (STATX_ATTR_APPEND | STATX_ATTR_IMMUTABLE)) {
		(void)err_set(e, "attributes (chattr) of the folder %s keep every file as it is",
			      a->folder);
		return HISTORY_FAILED;
	}
	a->lock = log_lock(fd, LOG_LOCK_ARCHIVIST, true);
	if (a->lock < 0) {
		bool is_taken = errno == EAGAIN;

		(void)err_sys(
			e, is_taken ? "another one is at work in %s" : "cannot lock the folder %s",
			a->folder);
		return is_taken ? HISTORY_LATER : HISTORY_FAILED;
	}
	a->history.archive.folder = take_fd(&fd);
	return HISTORY_KEPT;
}

static bool is_rotated(const struct auditd_conf *conf)
{
	return conf->max_log_file_action.what == ACTION_ROTATE && conf->num_logs >= 2;
}

static void choose(struct app *a)
{
	struct history *h = &a->history;

	h->archive.log = a->conf.log_file;
	h->archive.wants_index = h->index = a->conf.index;
	h->archive.timeout_s = (int64_t)a->conf.end_of_event_timeout;
	h->compress = a->conf.compress;
	h->leave = a->leave;
	h->once = a->once;
	h->keep = is_rotated(&a->conf) ? (unsigned)a->conf.num_logs : 0;
	h->done = tell_done;
	h->failed = tell_failed;
}

/* Warnings are the daemon's to tell; what is wrong is told here, too. */
static int load(struct app *a)
{
	const struct voice quiet = {.name = PROGRAM}, loud = {.name = PROGRAM, .to_stderr = true};

	if (load_config(&a->place, &a->conf, &quiet) == 0)
		return 0;
	return load_config(&a->place, &a->conf, &loud);
}

static enum history_status work(struct app *a)
{
	enum history_status status;
	struct err e;

	if (load(a) != 0)
		return HISTORY_FAILED;
	status = open_folder(a, &e);
	if (status != HISTORY_KEPT) {
		frame_say(PROGRAM, "%s", e.text);
	} else {
		choose(a);
		hear_signals();
		confine_enter(a->folder);
		status = history_keep(&a->history);
		close_fd(&a->history.archive.folder);
		close_fd(&a->lock);
	}
	auditd_conf_release(&a->conf);
	return status;
}

int main(int argc, char **argv)
{
	static const int codes[] = {[HISTORY_KEPT] = EXIT_SUCCESS,
				    [HISTORY_LATER] = EXIT_LATER,
				    [HISTORY_FAILED] = EXIT_TROUBLE};
	enum history_status status;
	struct err e;
	int code;

	if (frame_start() != 0)
		return EXIT_TROUBLE;
	if (conf_place_set(&app.place, DEFAULT_CONFIG_DIR, &e) != 0) {
		frame_say(PROGRAM, "%s", e.text);
		return EXIT_TROUBLE;
	}
	code = frame_read(&archivist_options, argc, argv, take_option, &app, EXIT_TROUBLE);
	if (code >= 0)
		return code;
	confine_yield();
	heap_in_huge_pages(HEAP_BYTES);
	status = work(&app);
	return frame_finish(PROGRAM, stdout, "standard output") == 0 ? codes[status] : EXIT_TROUBLE;
}
