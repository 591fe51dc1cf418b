/* What the parts of the audit daemon share. One struct app, in main(). */
#ifndef AURUM_AUDITD_APP_H
#define AURUM_AUDITD_APP_H

#include "auditd/alert.h"
#include "auditd/attendant.h"
#include "auditd/confine.h"
#include "auditd/health.h"
#include "auditd/keeper.h"
#include "auditd/load.h"
#include "auditd/places.h"
#include "auditd/reader.h"
#include "auditd/recover.h"
#include "auditd/seal.h"

#include "netlink/control.h"

#define NODE_MAX 256

/* The reference's exit codes: systemd does not restart after 2, 4 and 6. */
enum exit_code {
	EXIT_STOPPED = 0,
	EXIT_INIT = 1,
	EXIT_ARGUMENTS = 2,
	EXIT_PRIVILEGE = 4,
	EXIT_CONFIG = 6
};

enum enable_state { ENABLE_OFF, ENABLE_ON, ENABLE_KEEP };

struct run_options {
	bool foreground, no_fork;
	enum enable_state enable;
	struct conf_place place;
};

struct app;

/* A descriptor that the loop watches beside the kernel's records. */
struct loop_watch {
	int fd;
	void (*ready)(struct app *app);
};
#define LOOP_WATCHES 8

struct app {
	struct run_options run;
	struct voice voice;
	struct auditd_conf conf;
	char node[NODE_MAX]; /* resolved; empty: none */
	struct keeper keeper;
	struct reader reader;
	struct attendant attendant;
	struct spool spool;
	struct confine confine;
	struct health health;
	struct alerts alerts;
	struct recover recover;
	struct seal seal;
	struct audit_socket control_socket;
	struct audit_control control;
	bool is_registered, is_refused, stop; /* is_refused: by the kernel */
	int pid_file;                         /* -1: there is none of ours */
	int parent;                           /* pipe to the waiting parent, -1: none */
	uint32_t serial;
	struct reload *reload; /* the one that runs, or NULL */
	int wake, signals, report, tick,
		others; /* eventfd, signalfd, two timerfds, epoll of these */
	struct loop_watch watches[LOOP_WATCHES];
};

/* Who sent the signal that is being handled. */
struct sender {
	bool is_known;
	uint32_t auid, uid, pid;
	char session[16], context[1024];
};
void sender_read(struct app *app, struct sender *s);

/* record.c: the daemon's own records, in the reference's words. */
void record_start(struct app *app);
void record_abort(struct app *app, const char *op);
/* About a signal; op and result are the words of its record. */
void record_signal(struct app *app, uint32_t type, const char *op, const char *result,
		   const struct sender *s);
void record_reconfigured(struct app *app, const struct sender *s);
/* The half lines of a crash that were found in the log when it was opened, if there were some. */
void record_torn(struct app *app);
/* The line about records that were not written; ctx is the app. For struct keep_company. */
void record_gap(void *ctx, const struct keep_gap *gap, struct buf *out);
/* A DAEMON_RESUME about records that come late. */
void record_recovery(struct app *app, const char *fmt, ...) PRINTF(2, 3);
/* A DAEMON_CONFIG with this body: something about the seal is another now, as it should be. */
void record_change(struct app *app, const char *body);
/* A DAEMON_ERR with this body, in which what cannot be printed becomes "?". */
void record_trouble(struct app *app, const char *body);

/* process.c: becoming a daemon. process_detach() returns in the child only. */
MUST_CHECK int process_detach(struct app *app, struct err *e);
/* Tells the waiting parent; with EXIT_STOPPED, which is success, leaves the terminal. */
void process_ready(struct app *app, enum exit_code code);
/* Stays open. A descriptor, or -1. */
MUST_CHECK int process_pid_file(struct err *e);
/* Removes it and the state report; where that is not allowed it is left empty. */
void process_forget_pid(int *pid_file);
void process_raise_limits(const struct voice *v);
/* Higher, or lower with a negative number. */
MUST_CHECK int process_priority(int by, struct err *e);
/* Blocks those that the daemon hears, ignores the others. A signalfd, or -1. */
MUST_CHECK int process_signals(bool foreground, struct err *e);

/* reload.c: SIGHUP. The file is read in a thread, for name services may be slow. */
void reload_start(struct app *app);
void reload_finish(struct app *app);  /* when it is done, else nothing */
void reload_abandon(struct app *app); /* at the end of the program */

/* loop.c */
MUST_CHECK int loop_init(struct app *app, struct err *e);
MUST_CHECK int loop_run(struct app *app, struct err *e);
/* ready() is called while fd can be read, until loop_forget(). At most LOOP_WATCHES. */
MUST_CHECK int loop_watch(struct app *app, int fd, void (*ready)(struct app *app), struct err *e);
void loop_forget(struct app *app, int fd);
void loop_set_report(struct app *app);
void loop_release(struct app *app);

/* state.c: the report of SIGCONT. */
void state_write(struct app *app);

#endif
