/* Starting programs, and which program an action is. */
#include "attendant/run.h"

#include "base/buf.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>

#define MAIL_MAX    8192
#define SINGLE_USER "1" /* run levels, as init takes them */
#define HALT        "0"

/* In the new process: descriptors, and signals as a program expects them. */
static int prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *how, int input)
{
	sigset_t none, all;
	int failure;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	failure = input >= 0 ? posix_spawn_file_actions_adddup2(files, input, 0)
			     : posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);
	for (int fd = 1; fd < 3; fd++)
		failure |= posix_spawn_file_actions_addopen(files, fd, "/dev/null", O_WRONLY, 0);
	return failure || posix_spawn_file_actions_addclosefrom_np(files, 3) ||
			       posix_spawnattr_setsigmask(how, &none) ||
			       posix_spawnattr_setsigdefault(how, &all) ||
			       posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGMASK |
								     POSIX_SPAWN_SETSIGDEF |
								     POSIX_SPAWN_SETSID)
		       ? -1
		       : 0;
}

pid_t run_program(const char *const argv[], int input, struct err *e)
{
	char *const *words; /* posix_spawn() takes them as writable and only reads them */
	char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char *const environment[] = {path, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	int failure = ENOMEM;
	pid_t pid = -1;

	memcpy(&words, &argv, sizeof(words));
	if (posix_spawn_file_actions_init(&files) != 0)
		return err_set(e, "no memory to run %s", argv[0]);
	if (posix_spawnattr_init(&how) == 0) {
		if (prepare(&files, &how, input) == 0)
			failure = posix_spawn(&pid, argv[0], &files, &how, words, environment);
		(void)posix_spawnattr_destroy(&how);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	errno = failure;
	return failure == 0 ? pid : err_sys(e, "cannot run %s", argv[0]);
}

/* Which action a key stands for, and what a mail about it says. */
static const struct {
	size_t action; /* its place in struct auditd_conf */
	const char *subject, *sentence, *unit;
} keys[ERRAND_KEY_END] = {
	[ERRAND_MAX_LOG_FILE] = {offsetof(struct auditd_conf, max_log_file_action),
				 "Audit Log Size Alert", "The audit log has reached max_log_file.",
				 NULL},
	[ERRAND_SPACE_LEFT] = {offsetof(struct auditd_conf, space_left_action),
			       "Audit Disk Space Alert",
			       "The audit log's file system is low on space.", "MiB free"},
	[ERRAND_ADMIN_SPACE_LEFT] = {offsetof(struct auditd_conf, admin_space_left_action),
				     "Audit Admin Space Alert",
				     "The audit log's file system is very low on space.",
				     "MiB free"},
	[ERRAND_DISK_FULL] = {offsetof(struct auditd_conf, disk_full_action),
			      "Audit Disk Full Alert", "The audit log's file system is full.",
			      NULL},
	[ERRAND_DISK_ERROR] = {offsetof(struct auditd_conf, disk_error_action),
			       "Audit Disk Error Alert", "Writing the audit log failed.",
			       "(errno)"},
};

static int put_mail(int fd, const struct auditd_conf *conf, enum errand_key key, uint64_t number)
{
	CLEANUP(buf_release) struct buf mail = BUF_INIT(MAIL_MAX);
	char host[256] = "?";

	(void)gethostname(host, sizeof(host) - 1);
	buf_printf(&mail, "To: %s\nFrom: root\nSubject: %s\n\n%s\n", conf->action_mail_acct,
		   keys[key].subject, keys[key].sentence);
	if (keys[key].unit)
		buf_printf(&mail, "\n%" PRIu64 " %s\n", number, keys[key].unit);
	buf_printf(&mail, "\nHost: %s\nLog: %s\n", host, conf->log_file);
	if (mail.failed || file_write(fd, buf_view(&mail)) != 0)
		return -1;
	return lseek(fd, 0, SEEK_SET) == 0 ? 0 : -1;
}

/* The mail waits in memory, so that a mailer that reads slowly keeps nobody waiting. */
static int send_mail(const struct auditd_conf *conf, enum errand_key key, uint64_t number,
		     struct err *e)
{
	const char *const argv[] = {conf->mail_program, "-t", conf->action_mail_acct, NULL};
	CLEAN_FD int mail = memfd_create("mail", MFD_CLOEXEC);

	if (mail < 0 || put_mail(mail, conf, key, number) != 0)
		return err_sys(e, "cannot write a mail to %s", conf->action_mail_acct);
	return run_program(argv, mail, e) < 0 ? -1 : 0;
}

static int run_init(const struct auditd_conf *conf, const char *level, struct err *e)
{
	const char *const argv[] = {conf->init_program, level, NULL};

	return run_program(argv, -1, e) < 0 ? -1 : 0;
}

int run_action(const struct auditd_conf *conf, enum errand_key key,
	       const uint64_t number[ERRAND_NUMBERS], struct err *e)
{
	const struct conf_action *action = (const void *)((const char *)conf + keys[key].action);

	switch (action->what) {
	case ACTION_EXEC: {
		const char *const argv[] = {action->program, NULL};

		return run_program(argv, -1, e) < 0 ? -1 : 0;
	}
	case ACTION_EMAIL:
		return send_mail(conf, key, number[0], e);
	case ACTION_SINGLE:
		return run_init(conf, SINGLE_USER, e);
	case ACTION_HALT:
		return run_init(conf, HALT, e);
	case ACTION_IGNORE:
	case ACTION_SYSLOG:
	case ACTION_ROTATE:
	case ACTION_KEEP_LOGS:
	case ACTION_SUSPEND:
		break;
	}
	return 0;
}
