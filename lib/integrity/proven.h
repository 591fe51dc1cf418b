/*
 * Which lines are signed: a set of the leaves of a sealed log, asked by many threads with the bytes of a line.
 *
 *	struct proven *s;
 *	status = proven_open(&s, prove, from, to, &e);		-- seconds that are asked for most likely
 *	struct proven_asker *a = proven_asker_new(s);		-- one for each thread
 *	if (proven_has(a, line)) ...
 *
 * A leaf is in the set when the tree that it is in gives the signed root. Lines of the time that is asked for
 * are looked at first, and all others when a line is not among them. Hashes come out of level0; where they are
 * missing, or are not the signed ones, out of the text.
 *
 * That a line is in the set says that it was written and signed, and nothing about what is beside it.
 */
#ifndef AURUM_INTEGRITY_PROVEN_H
#define AURUM_INTEGRITY_PROVEN_H

#include "integrity/prove.h"

struct proven;
struct proven_asker;

/* p is borrowed, and used by nobody else as long as the set is. HOLDS, or FAILED with *e. */
MUST_CHECK enum prove_status proven_open(struct proven **s, struct prove *p, int64_t from,
					 int64_t to, struct err *e);
void proven_close(struct proven *s); /* NULL is well */

/* NULL: no memory. */
struct proven_asker *proven_asker_new(struct proven *s);
void proven_asker_free(struct proven_asker *a); /* NULL is well */

bool proven_has(struct proven_asker *a, struct sv line);

/* Why some lines could not be looked for: a sentence; NULL when all were. After the last question. */
const char *proven_problem(const struct proven *s);

#endif
