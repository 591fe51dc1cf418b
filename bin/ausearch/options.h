/*
 * The command line of ausearch as a request: what to look for, where, and how to print it.
 */
#ifndef AURUM_AUSEARCH_OPTIONS_H
#define AURUM_AUSEARCH_OPTIONS_H

#include "common/frame.h"
#include "common/present.h"
#include "config/option.h"
#include "output/output.h"
#include "query/query.h"

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
	bool input_logs, just_one, line_buffered, debug, explain, no_index;
	bool verified;
	const char *seal_key; /* a vkey, or a file with one */

	/* While it is read. */
	struct options *words;
	struct names *names;
	const struct when_context *when;
	bool has_arch;
};

extern const struct option_set ausearch_options;

/*
 * Reads the command line; present answers for user names and dates. FRAME_ON: search; FRAME_DONE:
 * nothing but what r->action still asks for. Strings in *r point into argv.
 */
MUST_CHECK enum frame_next request_read(struct request *r, int argc, char *const argv[],
					const struct present *present, struct err *e);

#endif
