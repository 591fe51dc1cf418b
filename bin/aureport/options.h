/*
 * The command line of aureport as a request: which reports of which events, and how to print
 * them.
 */
#ifndef AURUM_AUREPORT_OPTIONS_H
#define AURUM_AUREPORT_OPTIONS_H

#include "common/frame.h"
#include "output/report_print.h"
#include "query/query.h"
#include "query/when.h"

enum request_action { REQUEST_REPORT, REQUEST_HELP, REQUEST_VERSION };

struct request {
	enum request_action action;
	enum report_id reports[REPORT_IDS]; /* in the order they were asked for */
	size_t report_count;
	enum report_shape shape;
	enum timeline_unit unit;
	struct report_filter filter;
	struct query
		query; /* the window; nodes are matched with it, after the log's ends are seen */
	bool has_start, has_end;
	const char *input;      /* -if; NULL: the logs, or a pipe on standard input */
	const char *config_dir; /* where auditd.conf is */
	enum report_format format;
	enum escape_mode escape;
	int64_t eoe_timeout_s; /* 0: as auditd.conf says */
	bool interpret, input_logs, debug, explain, no_index;

	/* While it is read. */
	struct options *words;
	const struct when_context *when;
};

extern const struct option_set aureport_options;

/*
 * Reads the command line. when answers for dates. FRAME_ON: make the report. Strings in *r
 * point into argv.
 */
MUST_CHECK enum frame_next request_read(struct request *r, int argc, char *const argv[],
					const struct when_context *when, struct err *e);

#endif
