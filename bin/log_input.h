/*
 * Where a program that reads the log finds it: what -if names, a pipe on standard input, or
 * the log that auditd.conf names. Tells of problems on standard error, in the program's name.
 */
#ifndef AURUM_BIN_LOG_INPUT_H
#define AURUM_BIN_LOG_INPUT_H

#include "config/auditd_conf.h"
#include "log/cursor.h"

struct log_input {
	const char *program;    /* for messages */
	const char *input;      /* a file, or a folder with audit.log in it; NULL for none */
	const char *config_dir; /* where auditd.conf is */
	bool only_logs;         /* a pipe on standard input is not the log */
};

/* Reads auditd.conf; where it cannot be read, says so and gives the defaults. Release conf. */
void log_input_config(const struct log_input *in, struct auditd_conf *conf);

/* Opens the log for an initialised cursor. */
MUST_CHECK int log_input_open(const struct log_input *in, const char *log_file, struct cursor *c,
			      struct err *e);

/* When the machine started, in whole seconds since 1970; -1 when that cannot be told. */
int64_t log_input_boot(int64_t now);

#endif
