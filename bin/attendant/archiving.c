/*
 * When the archivist runs, and what is told of it. What it does is its own: it reads the configuration
 * itself, and is only told which files plugins still need.
 */
#include "attendant/archiving.h"

#include "attendant/attend.h"
#include "attendant/plugins.h"
#include "attendant/run.h"

#include "base/clock.h"
#include "base/file.h"
#include "segment/names.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>

#define PROGRAM        "auditd-archivist"
#define LATER_MS       5000  /* after something that is in the way for a moment */
#define PAUSE_FIRST_MS 60000 /* after a failure; then twice that, ... */
#define PAUSE_MAX_MS   600000
#define STATUS_LATER   1

void archiving_init(struct archiving *r)
{
	*r = (struct archiving){.words = -1, .due_ms = 0};
}

void archiving_soon(struct archiving *r)
{
	r->due_ms = 0;
	r->pause_ms = 0;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* ---- starting it ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* But for numbers: a file that waits has another one after each rotation. */
static bool is_same(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		while (is_digit(*a))
			a++;
		while (is_digit(*b))
			b++;
		if (*a != *b || !*a)
			return *a == *b;
	}
	return *a == *b;
}

static void fail(struct attend *a, const char *sentence)
{
	struct archiving *r = &a->archiving;
	struct voice voice = a->voice;

	voice.name = PROGRAM;
	r->failures++;
	if (r->failing_ns == 0)
		r->failing_ns = now_ns();
	r->pause_ms = r->pause_ms == 0             ? PAUSE_FIRST_MS
		      : r->pause_ms < PAUSE_MAX_MS ? 2 * r->pause_ms
						   : PAUSE_MAX_MS;
	r->due_ms = clock_ms() + r->pause_ms;
	/* The same again is no news. */
	if (is_same(r->told, sentence))
		return;
	(void)snprintf(r->told, sizeof(r->told), "%s", sentence);
	say(&voice, LOG_WARNING, "%s", sentence);
}

static pid_t run(struct attend *a, struct err *e)
{
	char folder[LOG_PATH_MAX], path[LOG_PATH_MAX + sizeof("/" PROGRAM)];
	char config[LOG_PATH_MAX + 2], leave[32];
	const char *argv[] = {path, config, leave, a->place.allow_links ? "-l" : NULL, NULL};

	if (file_own_folder(folder, sizeof(folder), e) != 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/" PROGRAM, folder);
	(void)snprintf(config, sizeof(config), "-c%s", a->place.folder);
	(void)snprintf(leave, sizeof(leave), "--leave=%u", a->archiving.leave);
	return run_and_hear(argv, a->archiving.words, e);
}

static void start(struct attend *a)
{
	struct archiving *r = &a->archiving;
	struct err e;

	r->due_ms = INT64_MAX;
	r->leave = plugins_unread(a->plugins);
	r->words = memfd_create("words", MFD_CLOEXEC);
	r->pid = r->words < 0 ? err_sys(&e, "cannot hear what " PROGRAM " says") : run(a, &e);
	if (r->pid > 0) {
		a->life->children[CHILD_ARCHIVIST] = r->pid;
		return;
	}
	r->pid = 0;
	close_fd(&r->words);
	r->words = -1;
	fail(a, e.text);
}

/* ---- what there is ---- */

static void count(struct attend *a)
{
	CLEANUP(segment_list_release) struct segment_list list = SEGMENT_LIST_INIT;
	CLEANUP(log_set_release) struct log_set set = LOG_SET_INIT;
	struct archiving *r = &a->archiving;
	size_t stay = r->leave + (size_t)1; /* the live one */

	if (segment_list_look(&list, a->conf.log_file, NULL) == 0)
		r->compressed = list.count;
	r->waiting = 0;
	if (a->conf.compress && log_set_look(&set, a->conf.log_file, NULL) == 0)
		r->waiting = set.count > stay ? set.count - stay : 0;
}

/* Whether PATH is another file than when it was looked at last. */
static bool was_rotated(struct attend *a)
{
	struct archiving *r = &a->archiving;
	struct log_identity now;

	if (!log_set_newest(a->conf.log_file, &now) || log_identity_eq(&now, &r->newest))
		return false;
	r->newest = now;
	count(a);
	return true;
}

void archiving_tick(struct attend *a)
{
	const struct auditd_conf *conf = &a->conf;
	struct archiving *r = &a->archiving;
	int64_t now = clock_ms();

	/* Talkative: in the foreground, without a log. */
	r->is_on = a->life->is_started && conf->write_logs && !a->voice.is_talkative &&
		   (conf->compress || conf->index);
	if (!r->is_on || r->is_over)
		return;
	if (was_rotated(a) && r->pause_ms == 0)
		r->due_ms = 0;
	if (r->pid)
		return;
	if (r->pause_ms == 0 && r->leave && plugins_unread(a->plugins) < r->leave)
		r->due_ms = 0;
	if (now >= r->due_ms)
		start(a);
}

/* ---- its end ---- */

/* The first lines of what it said, as one, without its name. */
static void read_words(int fd, char out[ARCHIVING_TEXT])
{
	CLEANUP(buf_release) struct buf words = BUF_INIT(2 * ARCHIVING_TEXT);
	char text[ARCHIVING_TEXT];
	ssize_t n = fd < 0 ? 0 : pread(fd, text, sizeof(text), 0);
	struct sv rest = sv_make(text, n > 0 ? (size_t)n : 0), line;

	while (sv_line(&rest, &line)) {
		if (sv_starts(line, SV(PROGRAM ": ")))
			line = sv_from(line, sizeof(PROGRAM ": ") - 1);
		if (words.n)
			buf_puts(&words, "; ");
		buf_put(&words, line);
	}
	(void)snprintf(out, ARCHIVING_TEXT, "%s", buf_cstr(&words));
}

static void succeed(struct attend *a)
{
	struct archiving *r = &a->archiving;
	struct voice voice = a->voice;

	voice.name = PROGRAM;
	if (r->failing_ns)
		say(&voice, LOG_NOTICE, "rotated logs are archived again");
	r->failing_ns = 0;
	r->pause_ms = 0;
	r->told[0] = '\0';
	r->archived_ns = now_ns();
}

static void judge(struct attend *a, int status)
{
	struct archiving *r = &a->archiving;
	char words[ARCHIVING_TEXT];

	read_words(r->words, words);
	if (WIFSIGNALED(status)) {
		(void)snprintf(words, sizeof(words), "died of signal %d", WTERMSIG(status));
		fail(a, words);
	} else if (WEXITSTATUS(status) == 0) {
		succeed(a);
	} else if (WEXITSTATUS(status) == STATUS_LATER) {
		if (r->due_ms == INT64_MAX)
			r->due_ms = clock_ms() + LATER_MS;
	} else {
		fail(a, words[0] ? words : "failed");
	}
}

bool archiving_ended(struct attend *a, pid_t pid, int status)
{
	struct archiving *r = &a->archiving;

	if (r->pid == 0 || pid != r->pid)
		return false;
	r->pid = a->life->children[CHILD_ARCHIVIST] = 0;
	if (!r->is_over)
		judge(a, status);
	close_fd(&r->words);
	r->words = -1;
	count(a);
	return true;
}

void archiving_stop(struct attend *a)
{
	struct archiving *r = &a->archiving;

	r->is_over = true;
	if (r->pid)
		(void)kill(r->pid, SIGTERM);
}

/* It ends at once; one that the disk holds ends when that lets it go. */
void archiving_wait(struct attend *a)
{
	struct archiving *r = &a->archiving;
	int status;

	if (r->pid == 0 || waitpid(r->pid, &status, WNOHANG) == 0)
		return;
	r->pid = a->life->children[CHILD_ARCHIVIST] = 0;
	close_fd(&r->words);
}

void archiving_figures(const struct archiving *r, struct health_attendant *out)
{
	if (!r->is_on)
		return;
	out->logs_compressed = r->compressed;
	out->logs_waiting = r->waiting;
	out->archived = r->archived_ns;
	out->archive_failing = r->failing_ns;
	out->archive_failures = r->failures;
}
