/*
 * A file of search expressions, one a line; an event fits when it fits any of them. Blank lines and
 * those that start with # are left out.
 */
#ifndef AURUM_BIN_FILTER_RULESET_H
#define AURUM_BIN_FILTER_RULESET_H

#include "query/expression.h"

#define RULESET_BYTES_MAX ((size_t)1 << 20)
#define RULESET_RULES_MAX 4096

struct ruleset {
	struct expression *rules;
	size_t count;
};

/* "FILE:LINE:COLUMN: what is wrong", for each line. */
typedef void (*ruleset_tell_fn)(void *arg, const char *sentence);

/*
 * Reads it. A file that belongs to somebody else, that everyone may write, or that is no file is
 * refused. 0; or -1 when anything is wrong, all of which has been told: nothing is held then.
 */
MUST_CHECK int ruleset_load(struct ruleset *s, const char *path, ruleset_tell_fn tell, void *arg);
void ruleset_release(struct ruleset *s);

bool ruleset_fits(const struct ruleset *s, const struct event *event, struct expression_matcher *m);

#endif
