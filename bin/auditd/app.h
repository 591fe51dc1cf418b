/* What the parts of the audit daemon share. One struct app, in main(). */
#ifndef AURUM_BIN_AUDITD_APP_H
#define AURUM_BIN_AUDITD_APP_H

#include "base/buf.h"
#include "config/auditd_conf.h"
#include "log/line.h"
#include "log/writer.h"
#include "netlink/control.h"
#include "netlink/receive.h"
#include "record/resolver.h"

#define PID_FILE   "/var/run/auditd.pid"
#define STATE_FILE "/var/run/auditd.state"

#define NODE_MAX 256

/* Types of records that user space agreed on and linux/audit.h does not list. */
#ifndef AUDIT_FIRST_DAEMON
#define AUDIT_FIRST_DAEMON 1200
#define AUDIT_LAST_DAEMON  1299
#endif
#ifndef AUDIT_DAEMON_ROTATE
#define AUDIT_DAEMON_ROTATE 1205
#endif
#ifndef AUDIT_DAEMON_RESUME
#define AUDIT_DAEMON_RESUME 1206
#endif

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
	bool foreground, allow_links, no_fork;
	enum enable_state enable;
	char config_dir[LOG_PATH_MAX]; /* absolute: the daemon changes to "/" */
};

/* Diagnostics: to a person while there is one, to syslog when there is none. */
struct voice {
	bool to_stderr, to_syslog;
	bool is_talkative; /* notices go to stderr too */
};
void say(const struct voice *v, int priority, const char *fmt, ...) PRINTF(3, 4);

/* A message that may come with every record: told once a minute, with how often it came. */
struct grumble {
	int64_t next_ms;
	uint64_t held_back;
};
void say_rarely(const struct voice *v, struct grumble *g, int priority, const char *sentence);

/* The log as the configuration wants it kept. */
struct keeper {
	const struct voice *voice;
	struct log_writer log;
	enum { KEEP_NOWHERE, KEEP_FILE, KEEP_STDOUT } target;
	enum disk_action on_full;
	unsigned num_logs;
	bool suspended;
	uint64_t lost;        /* lines that were not written: disk errors and suspension */
	unsigned disk_errors; /* in a row */
	struct grumble full, failed;
};

MUST_CHECK int keeper_open(struct keeper *k, const struct auditd_conf *conf, bool foreground,
			   const struct voice *voice, struct err *e);
void keeper_put(struct keeper *k, struct sv lines);
void keeper_rotate(struct keeper *k); /* on demand: SIGUSR1 */
void keeper_resume(struct keeper *k); /* SIGUSR2 */
void keeper_reconfigure(struct keeper *k, const struct auditd_conf *conf);
void keeper_close(struct keeper *k);

/* From netlink batches to lines. */
struct reader {
	struct audit_socket socket;
	struct audit_counters counters;
	struct log_line_style style;
	struct keeper *keeper;
	const struct voice *voice;
	struct resolver *resolver;
	struct names *names;
	struct buf lines;
	int64_t names_fresh_until_ms;
	int wait_ms;   /* how long to let records gather before the next drain */
	uint64_t lost; /* records for which there was no memory */
	struct grumble overrun, no_memory;
	struct audit_batch batch;
};

MUST_CHECK int reader_init(struct reader *r, struct keeper *keeper, const struct voice *voice,
			   struct err *e);
/* The kernel's socket, with a receive buffer that bridges the time between two drains. */
MUST_CHECK int reader_open(struct reader *r, struct err *e);
/* node is borrowed. */
MUST_CHECK int reader_set_style(struct reader *r, const struct auditd_conf *conf, const char *node,
				struct err *e);
/* The kernel's records, without those that are not written; the daemon's own. */
void reader_put(struct reader *r, uint32_t type, struct sv text);
void reader_put_own(struct reader *r, uint32_t type, struct sv text);
void reader_flush(struct reader *r); /* what was put, to the keeper */
/* Takes everything that waits, up to a bound. -1: the socket is of no more use. */
MUST_CHECK int reader_drain(struct reader *r, struct err *e);
void reader_release(struct reader *r);

struct app {
	struct run_options run;
	struct voice voice;
	struct auditd_conf conf;
	char node[NODE_MAX]; /* resolved; empty: none */
	struct keeper keeper;
	struct reader reader;
	struct audit_socket control_socket;
	struct audit_control control;
	bool is_registered, has_pid_file, stop;
	int parent; /* pipe to the waiting parent, -1: none */
	uint32_t serial;
	struct reload *reload;            /* the one that runs, or NULL */
	int wake, signals, timer, others; /* eventfd, signalfd, timerfd, epoll of these */
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

/* process.c: becoming a daemon. process_detach() returns in the child only. */
MUST_CHECK int process_detach(struct app *app, struct err *e);
/* Tells the waiting parent; with EXIT_STOPPED, which is success, leaves the terminal. */
void process_ready(struct app *app, enum exit_code code);
MUST_CHECK int process_pid_file(struct err *e);
void process_raise_limits(const struct voice *v);
/* Higher, or lower with a negative number. */
MUST_CHECK int process_priority(int by, struct err *e);
/* Blocks those that the daemon hears, ignores the others. A signalfd, or -1. */
MUST_CHECK int process_signals(bool foreground, struct err *e);

/* load.c: the configuration, checked, and the node's name. */
MUST_CHECK int load_config(const struct run_options *run, struct auditd_conf *conf,
			   const struct voice *voice);
MUST_CHECK int load_node(const struct auditd_conf *conf, char *out, size_t cap, struct err *e);
void load_warn(const struct auditd_conf *conf, const struct voice *voice);

/* reload.c: SIGHUP. The file is read in a thread, for name services may be slow. */
void reload_start(struct app *app);
void reload_finish(struct app *app);  /* when it is done, else nothing */
void reload_abandon(struct app *app); /* at the end of the program */

/* loop.c */
MUST_CHECK int loop_init(struct app *app, struct err *e);
MUST_CHECK int loop_run(struct app *app, struct err *e);
void loop_set_report(struct app *app);
void loop_release(struct app *app);

/* state.c: the report of SIGCONT. */
void state_write(const struct app *app);

#endif
