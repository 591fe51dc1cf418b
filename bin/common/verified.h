/*
 * --verified: of the events that a search finds only those are handed on all of whose lines are signed.
 *
 *	struct verified v;
 *	if (verified_open(&v, program, &choice, &query, &e) != 0) ...
 *	asker = verified_asker_new(&v); if (verified_holds(&v, asker, event)) ...
 *	verified_tell(&v);
 *	verified_close(&v);
 *
 * The key must come from outside of `integrity/`. Without evidence nothing is handed on, and it is told.
 */
#ifndef AURUM_COMMON_VERIFIED_H
#define AURUM_COMMON_VERIFIED_H

#include "common/sealed.h"
#include "integrity/proven.h"
#include "query/query.h"

#include <stdatomic.h>

struct verified {
	const char *program;
	struct sealed sealed;
	struct prove *prove;
	struct proven *set;
	int64_t began, ended; /* seconds: of the first note; of the newest checkpoint */
	atomic_ullong held, early,
		late; /* events; of those held back, some are from outside of that time */
};

/* The query says which time is asked for. -1: nothing can be proven, *e says why. */
MUST_CHECK int verified_open(struct verified *v, const struct sealed_choice *choice,
			     const struct query *query, struct err *e);
void verified_close(struct verified *v); /* also of one that is all zero */

/* One for each thread; NULL: no memory. proven_asker_free() frees it. */
struct proven_asker *verified_asker_new(struct verified *v);

/* Whether each line of the event is signed; counts. */
bool verified_holds(struct verified *v, struct proven_asker *a, const struct event *event);

/* Says how many events were held back, and why. */
void verified_tell(const struct verified *v);

#endif
