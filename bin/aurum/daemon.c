/*
 * Our auditd as a child: a folder of its own for configuration and log, a session of its own so
 * that Ctrl-C is not for it, and an end of its own if this process is killed.
 */
#include "aurum/watch.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define START_MS     15000
#define STOP_MS      15000
#define LOOK_EACH_MS 20
#define STATE        "state" /* in the log's folder */

static void pause_ms(int ms)
{
	struct timespec ts = {ms / 1000, (long)(ms % 1000) * 1000000};

	(void)nanosleep(&ts, NULL);
}

static int check_own_folder(const char *path, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return err_sys(e, "cannot look at %s", path);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return err_set(
			e,
			"%s is not a folder that only this user can write: choose another with "
			"--log",
			path);
	return 0;
}

static int write_config(const struct daemon *d, bool is_sealed, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT((size_t)4 * PATH_BYTES);
	char path[PATH_BYTES + 32];

	/* One growing file: the log of a watch ends with the watch. Rotated only on SIGUSR1. */
	buf_printf(&text,
		   "# Written by aurum watch at every start.\n"
		   "log_file = %s\n"
		   "log_format = ENRICHED\n"
		   "flush = INCREMENTAL_ASYNC\n"
		   "freq = 50\n"
		   "recover_records = no\n"
		   "num_logs = 99\n"
		   "max_log_file_action = IGNORE\n"
		   "compress = yes\n"
		   "index = yes\n"
		   "space_left = 75\n"
		   "space_left_action = IGNORE\n"
		   "admin_space_left = 50\n"
		   "admin_space_left_action = IGNORE\n"
		   "disk_full_action = SYSLOG\n"
		   "disk_error_action = SYSLOG\n"
		   "state_dir = %s/" STATE "\n"
		   "seal = %s\n",
		   d->log, d->dir, is_sealed ? "yes" : "no");
	(void)snprintf(path, sizeof(path), "%s/auditd.conf", d->dir);
	return file_replace(path, buf_view(&text), 0600, e);
}

/* A program of ours, beside this one or where programs for root are installed. */
static bool find_program(const char *name, char out[PATH_BYTES])
{
	static const char *const places[] = {"", "/../sbin", "/../bin"};
	char folder[PATH_BYTES];

	if (file_own_folder(folder, sizeof(folder), NULL) != 0)
		return false;
	for (size_t i = 0; i < LEN(places); i++) {
		char path[2 * PATH_BYTES];

		(void)snprintf(path, sizeof(path), "%s%s/%s", folder, places[i], name);
		if (realpath(path, out) && access(out, X_OK) == 0)
			return true;
	}
	return false;
}

/* ---- the seal ---- */

/* In the child; returns only when it fails, with errno. */
static void become_init(const char *program, char *dir)
{
	char *const argv[] = {(char[]){"aurum"},
			      (char[]){"seal"},
			      (char[]){"init"},
			      (char[]){"--config-dir"},
			      dir,
			      NULL};
	int nothing = open("/dev/null", O_RDWR);
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (nothing >= 0 && dup2(nothing, 0) >= 0 && dup2(nothing, 1) >= 0)
		(void)execv(program, argv);
}

/* A key for a log that has none: as aurum seal init makes it, which says itself why it cannot. */
static bool enrol(struct daemon *d)
{
	char path[PATH_BYTES + 32];
	struct stat st;
	int status = -1;
	pid_t child;

	(void)snprintf(path, sizeof(path), "%s/integrity", d->dir);
	if (lstat(path, &st) == 0)
		return true;
	child = fork();
	if (child == 0) {
		become_init("/proc/self/exe", d->dir);
		_exit(127);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static int seal(struct daemon *d, struct err *e)
{
	if (write_config(d, true, e) != 0)
		return -1;
	if (enrol(d)) {
		(void)snprintf(d->anchor, sizeof(d->anchor), "%s/" STATE "/seal/anchor", d->dir);
		return 0;
	}
	say("the log is not sealed: what it holds cannot be proven later");
	return write_config(d, false, e);
}

/* ---- its life ---- */

int daemon_prepare(struct daemon *d, const char *log_dir, struct err *e)
{
	*d = (struct daemon){0};
	if (mkdir(log_dir, 0700) != 0 && errno != EEXIST)
		return err_sys(e, "cannot make the folder %s", log_dir);
	if (check_own_folder(log_dir, e) != 0)
		return -1;
	if (!realpath(log_dir, d->dir))
		return err_sys(e, "cannot find %s", log_dir);
	if (strpbrk(d->dir, " \t\n#"))
		return err_set(e, "the folder's path must not hold blanks or #: %s", d->dir);
	(void)snprintf(d->log, sizeof(d->log), "%s/audit.log", d->dir);
	(void)snprintf(d->messages, sizeof(d->messages), "%s/auditd.messages", d->dir);
	if (!find_program("ausearch", d->ausearch))
		(void)snprintf(d->ausearch, sizeof(d->ausearch), "ausearch");
	return seal(d, e);
}

/* In the child; returns only when it fails, with errno. */
static void become_auditd(const struct daemon *d, const char *program, pid_t parent)
{
	char *const argv[] = {(char[]){"auditd"},
			      (char[]){"-n"},
			      (char[]){"-s"},
			      (char[]){"nochange"},
			      (char[]){"-c"},
			      (char *)(uintptr_t)d->dir,
			      NULL};
	int messages = open(d->messages, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	int nothing = open("/dev/null", O_RDWR);
	sigset_t none;

	if (messages < 0 || nothing < 0 || setsid() < 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		return;
	if (getppid() != parent) /* it went before it could be watched */
		return;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || dup2(messages, 2) < 0)
		return;
	(void)execv(program, argv);
}

/* The last line that auditd left, for a sentence about why it ended. */
static void last_words(const struct daemon *d, char out[256])
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	struct sv rest, line, last = SV("it gave no reason");

	if (file_read(d->messages, &text, NULL) == 0)
		for (rest = buf_view(&text); sv_line(&rest, &line);)
			if (line.n)
				last = line;
	if (sv_starts(last, SV("auditd: ")))
		last = sv_from(last, 8);
	if (!sv_to_cstr(sv_head(last, 255), out, 256))
		out[0] = '\0';
}

bool daemon_has_ended(struct daemon *d)
{
	if (d->pid > 0 && waitpid(d->pid, NULL, WNOHANG) == d->pid) {
		d->pid = 0;
		return true;
	}
	return false;
}

static int wait_registered(struct daemon *d, struct audit_control *c, struct err *e)
{
	int64_t end = clock_ms() + START_MS;
	struct audit_status s;
	char words[256];

	while (clock_ms() < end) {
		if (daemon_has_ended(d)) {
			last_words(d, words);
			return err_set(e, "auditd did not start: %s", words);
		}
		if (audit_get_status(c, &s, e) != 0)
			return -1;
		if (s.pid == (uint32_t)d->pid)
			return 0;
		pause_ms(LOOK_EACH_MS);
	}
	return err_set(e, "auditd did not register with the kernel in %d seconds", START_MS / 1000);
}

int daemon_start(struct daemon *d, struct audit_control *c, struct err *e)
{
	char program[PATH_BYTES];
	pid_t parent = getpid();

	if (!find_program("auditd", program))
		return err_set(e, "auditd is not beside this program: build or install it");
	d->pid = fork();
	if (d->pid < 0) {
		d->pid = 0;
		return err_sys(e, "cannot start auditd");
	}
	if (d->pid == 0) {
		become_auditd(d, program, parent);
		_exit(127);
	}
	if (wait_registered(d, c, e) == 0)
		return 0;
	daemon_stop(d);
	return -1;
}

void daemon_stop(struct daemon *d)
{
	int64_t end = clock_ms() + STOP_MS;

	if (d->pid <= 0)
		return;
	(void)kill(d->pid, SIGTERM);
	while (!daemon_has_ended(d)) {
		if (clock_ms() > end)
			(void)kill(d->pid, SIGKILL);
		pause_ms(LOOK_EACH_MS);
	}
}
