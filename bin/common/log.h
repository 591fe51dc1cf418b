/*
 * The log that a program reads, and what it says about it: what the command line names, standard
 * input, or the log that auditd.conf names.
 *
 *	struct log_choice choice = {.program = "ausearch", .path = r->input, ...};
 *	struct log log;
 *	struct scan scan = {.query = &q, .found = print};
 *	if (log_open(&log, &choice, &e) != 0) ...
 *	log_scan(&log, &scan) ...
 *	log_tell_damage("ausearch", &log, &scan, NULL);
 *	log_close(&log);
 *
 * What it tells goes to standard error, in the program's name.
 */
#ifndef AURUM_COMMON_LOG_H
#define AURUM_COMMON_LOG_H

#include "query/scan.h"
#include "record/join.h"

#define LOG_CONFIG_DIR AURUM_SYSCONFDIR "/audit"

enum log_stdin {
	STDIN_UNUSED,
	STDIN_IF_PIPE, /* a pipe that pauses for some seconds completes the events that are open */
	STDIN_ALWAYS,
};

struct log_choice {
	const char *program;
	const char *path;              /* a file, or a folder with audit.log in it; NULL for none */
	const char *config_dir;        /* where auditd.conf is */
	enum log_stdin standard_input; /* looked at where there is no path */
	bool config_may_miss;          /* a machine without auditd.conf is nothing to tell */
	bool no_index;                 /* every file is read whole */
	bool explain;      /* what was read of which file, and why, is told after each scan */
	bool is_quiet;     /* nothing is told: neither about auditd.conf nor which log */
	int64_t timeout_s; /* how long events stay open; 0: as auditd.conf says */
	enum join_order order;
};

/* A set is audit.log with its rotated predecessors. */
enum log_kind { LOG_FILE, LOG_SET, LOG_PIPE };

struct log {
	enum log_kind kind;
	struct cursor cursor;
	struct join *join;
	const char *explains; /* in this program's name; NULL: no */
	bool no_index;
};

/*
 * Opens it. What is wrong with auditd.conf is told, and the defaults are used. After a failure
 * log_close() is still due, and cursor.count says whether there is a log at all.
 */
MUST_CHECK int log_open(struct log *log, const struct log_choice *choice, struct err *e);
void log_close(struct log *log);

#define LOG_PATH_BYTES 4096

/*
 * Where the log is that would be opened, as an absolute path, and how long its events stay open: for
 * those who follow it. Tells as log_open() does. It need not be there.
 */
MUST_CHECK int log_where(const struct log_choice *choice, char path[LOG_PATH_BYTES],
			 int64_t *timeout_s, struct err *e);

/* Lets the scan, all else of which is set, run over the log. */
MUST_CHECK int log_scan(struct log *log, struct scan *scan, struct err *e);

/*
 * What a scan passed over, in a line each: a result must not look more complete than it is. hint
 * says how to see those lines; NULL: there is no way.
 */
void log_tell_damage(const char *program, const struct log *log, const struct scan *scan,
		     const char *hint);

/* A line that is no record, made harmless for a terminal. */
void log_tell_line(const char *program, struct sv line);

#endif
