/*
 * The log that aulast and aulastlog read, and the search over it.
 */
#ifndef AURUM_AULAST_INPUT_H
#define AURUM_AULAST_INPUT_H

#include "query/scan.h"

struct input {
	const char *program;
	const char *file; /* NULL: the logs that auditd.conf names */
	bool standard_input;
};

/* While options are read: -1 with the sentence when there is more than one log. */
MUST_CHECK int input_check(const struct input *input, struct err *e);

/*
 * Hands every event that the query asks for to found. -1 after saying what went wrong; what was
 * passed over is said as well.
 */
MUST_CHECK int input_scan(const struct input *input, const struct query *query,
			  enum scan_next (*found)(void *arg, const struct event *event), void *arg);

#endif
