/*
 * The command line of ausearch as a request: what to look for, where, and how to print it.
 */
#ifndef AURUM_AUSEARCH_OPTIONS_H
#define AURUM_AUSEARCH_OPTIONS_H

#include "config/option.h"
#include "output/output.h"
#include "query/query.h"
#include "query/when.h"
#include "record/names.h"

enum request_action { REQUEST_SEARCH, REQUEST_HELP, REQUEST_VERSION, REQUEST_LIST_TYPES };

struct request {
	enum request_action action;
	struct query query;
	const char *input;      /* -if; NULL: the logs, or a pipe on standard input */
	const char *config_dir; /* where auditd.conf is */
	enum output_format format;
	enum escape_mode escape;
	int64_t eoe_timeout_s;  /* 0: as auditd.conf says */
	unsigned columns;       /* set of enum output_columns */
	const char *checkpoint; /* file; NULL: none */
	bool from_checkpoint; /* -ts checkpoint: from the time in that file on, whatever the file */
	bool input_logs, just_one, line_buffered, debug;

	/* While it is read. */
	struct options *words;
	struct names *names;
	const struct when_context *when;
	bool has_arch;
};

extern const struct option_set ausearch_options;

/*
 * Reads the command line. names and when answer for user names and dates. 0, or -1 with the
 * sentence; strings in *r point into argv.
 */
MUST_CHECK int request_read(struct request *r, int argc, char *const argv[], struct names *names,
			    const struct when_context *when, struct err *e);

#endif
