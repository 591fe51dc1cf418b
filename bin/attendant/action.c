/* Which program an action is, and what a mail says. */
#include "attendant/action.h"

#include "attendant/run.h"

#include "base/buf.h"
#include "base/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define MAIL_MAX    8192
#define SENDER_MAX  1024
#define SINGLE_USER "1" /* run levels, as init takes them */
#define HALT        "0"

static const struct {
	const char *name;
	size_t action; /* its place in struct auditd_conf */
	const char *subject, *sentence, *advice;
	const char *figure; /* what number[0] is; NULL: nothing */
} keys[ERRAND_KEY_END] = {
	[ERRAND_MAX_LOG_FILE] = {"max_log_file_action",
				 offsetof(struct auditd_conf, max_log_file_action),
				 "Audit Log Size Alert", "The audit log has reached max_log_file.",
				 "Archive it, or let max_log_file_action rotate it.",
				 "Size of the log in MiB"},
	[ERRAND_SPACE_LEFT] = {"space_left_action", offsetof(struct auditd_conf, space_left_action),
			       "Audit Disk Space Alert",
			       "The file system of the audit log is low on space: less than "
			       "space_left is free.",
			       "Make room, or archive old logs, before recording is in danger.",
			       "Free space in MiB"},
	[ERRAND_ADMIN_SPACE_LEFT] =
		{"admin_space_left_action", offsetof(struct auditd_conf, admin_space_left_action),
		 "Audit Admin Space Alert",
		 "The file system of the audit log is very low on space: less "
		 "than admin_space_left is free.",
		 "Make room now. When the disk is full, disk_full_action happens.",
		 "Free space in MiB"},
	[ERRAND_DISK_FULL] = {"disk_full_action", offsetof(struct auditd_conf, disk_full_action),
			      "Audit Disk Full Alert", "The file system of the audit log is full.",
			      "Make room: records are lost meanwhile.", NULL},
	[ERRAND_DISK_ERROR] = {"disk_error_action", offsetof(struct auditd_conf, disk_error_action),
			       "Audit Disk Error Alert", "The audit log cannot be written.",
			       "See what syslog says of the disk: records are lost meanwhile.",
			       NULL},
	[ERRAND_LOST] = {"lost_action", offsetof(struct auditd_conf, lost_action),
			 "Audit Lost Records Alert", "Audit records were lost.",
			 "aurum status says why, and what to do about it. Records of the type "
			 "DAEMON_ERR in the log say when.",
			 "Records"},
	[ERRAND_BACKLOG] = {"backlog_action", offsetof(struct auditd_conf, backlog_action),
			    "Audit Backlog Alert",
			    "The kernel's backlog of records is nearly full.",
			    "aurum status says which limit would do. When it is full, processes "
			    "wait, and then records are lost.",
			    "Records that wait"},
	[ERRAND_LAG] = {"lag_action", offsetof(struct auditd_conf, lag_action),
			"Audit Plugin Alert", "A plugin does not keep up with the log.",
			"aurum status says which. Nothing is lost until rotation removes what it "
			"has not read.",
			"Seconds behind"},
};

const char *action_key(enum errand_key key)
{
	return keys[key].name;
}

/* A line of the mail: what stands behind the colon begins no other line, nor a terminal's code. */
static void put_line(const char *name, const char *value, struct buf *mail)
{
	buf_printf(mail, "%s: ", name);
	for (; *value; value++)
		buf_putc(mail, *value >= ' ' && *value != 0x7f ? *value : '?');
	buf_putc(mail, '\n');
}

static void put_mail(const struct auditd_conf *conf, enum errand_key key, uint64_t number,
		     struct buf *mail)
{
	char host[256] = "?", subject[512];

	(void)gethostname(host, sizeof(host) - 1);
	(void)snprintf(subject, sizeof(subject), "%s: %s", keys[key].subject, host);
	put_line("To", conf->action_mail_acct, mail);
	put_line("From", "root", mail);
	put_line("Subject", subject, mail);
	/* RFC 3834: nobody's holiday is to answer. */
	put_line("Auto-Submitted", "auto-generated", mail);
	buf_printf(mail, "\n%s\n%s\n\n", keys[key].sentence, keys[key].advice);
	put_line("Host", host, mail);
	put_line("Log", conf->log_file, mail);
	if (keys[key].figure)
		buf_printf(mail, "%s: %" PRIu64 "\n", keys[key].figure, number);
	put_line("Key of auditd.conf", keys[key].name, mail);
}

/* The mail waits in memory, so that a mailer that reads slowly keeps nobody waiting. */
static int write_mail(int fd, const struct auditd_conf *conf, enum errand_key key, uint64_t number)
{
	CLEANUP(buf_release) struct buf mail = BUF_INIT(MAIL_MAX);

	put_mail(conf, key, number, &mail);
	if (mail.failed || file_write(fd, buf_view(&mail)) != 0)
		return -1;
	return lseek(fd, 0, SEEK_SET) == 0 ? 0 : -1;
}

/* The mailer takes the address from the header; bounces go there, too. */
static pid_t send_mail(const struct auditd_conf *conf, enum errand_key key, uint64_t number,
		       struct err *e)
{
	char sender[SENDER_MAX];
	const char *const argv[] = {conf->mail_program, "-t", sender, NULL};
	CLEAN_FD int mail = memfd_create("mail", MFD_CLOEXEC);
	int n = snprintf(sender, sizeof(sender), "-f%s", conf->action_mail_acct);

	if (n >= (int)sizeof(sender) || mail < 0 || write_mail(mail, conf, key, number) != 0)
		return err_sys(e, "cannot write a mail to %s", conf->action_mail_acct);
	return run_program(argv, mail, e);
}

static pid_t run_one(const char *program, const char *word, struct err *e)
{
	const char *const argv[] = {program, word, NULL};

	return run_program(argv, -1, e);
}

enum action_status action_start(struct actions *a, const struct auditd_conf *conf,
				enum errand_key key, const uint64_t number[ERRAND_NUMBERS],
				struct err *e)
{
	const struct conf_action *action = (const void *)((const char *)conf + keys[key].action);
	pid_t pid = 0;

	if (a->running[key]) {
		(void)err_set(e, "%s: the program (pid %d) of the last time still runs",
			      keys[key].name, (int)a->running[key]);
		return ACTION_FAILED;
	}
	switch (action->what) {
	case ACTION_EXEC:
		pid = run_one(action->program, NULL, e);
		break;
	case ACTION_EMAIL:
		pid = send_mail(conf, key, number[0], e);
		break;
	case ACTION_SINGLE:
		pid = run_one(conf->init_program, SINGLE_USER, e);
		break;
	case ACTION_HALT:
		pid = run_one(conf->init_program, HALT, e);
		break;
	case ACTION_IGNORE:
	case ACTION_SYSLOG:
	case ACTION_ROTATE:
	case ACTION_KEEP_LOGS:
	case ACTION_SUSPEND:
		break;
	}
	if (pid == 0)
		return ACTION_NOTHING;
	if (pid < 0)
		return ACTION_FAILED;
	a->running[key] = pid;
	return ACTION_STARTED;
}

bool action_ended(struct actions *a, pid_t pid, enum errand_key *key)
{
	for (size_t i = 0; i < ERRAND_KEY_END; i++) {
		if (a->running[i] != pid)
			continue;
		a->running[i] = 0;
		*key = (enum errand_key)i;
		return true;
	}
	return false;
}
