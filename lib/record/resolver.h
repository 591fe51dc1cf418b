/*
 * Names from a service that may be slow, for a program that may not wait: a thread asks, the
 * caller waits a bounded time for each answer.
 *
 *	struct resolver *r = resolver_new(&names_system, 100, &e);
 *	struct names *names = names_new(resolver_source(r), &e);
 *	...
 *	if (resolver_recovered(r))
 *		names_forget_absent(names);
 *	names_free(names);
 *	resolver_free(r);
 *
 * An answer that is late is thrown away, and until it has come every other question is
 * answered "there is none" at once: a service that hangs costs its caller one wait, not one
 * for each name. And all waiting together is at most the patience, plus a tenth of the time: past
 * that, too, there is no name until some time has passed, so that no one who can make up numbers
 * can slow the caller down by asking for them. Once it answers again resolver_recovered() says so.
 *
 * Users and groups by number only. For one calling thread.
 */
#ifndef AURUM_RECORD_RESOLVER_H
#define AURUM_RECORD_RESOLVER_H

#include "record/names.h"

struct resolver;

/* behind is kept by reference and called from the thread. NULL, with a sentence, on failure. */
struct resolver *resolver_new(const struct name_source *behind, unsigned patience_ms,
			      struct err *e);

/*
 * Ends the thread. One that hangs in the service is left alone, with its memory: the process
 * is expected to end soon.
 */
void resolver_free(struct resolver *r);

/* For names_new(); valid as long as r. */
const struct name_source *resolver_source(struct resolver *r);

/*
 * True once after questions went without an answer and there is patience for new ones: names that
 * were said to be absent meanwhile may exist.
 */
bool resolver_recovered(struct resolver *r);

/* Questions that were not answered in time, with those that were not even asked. */
uint64_t resolver_timeouts(struct resolver *r);

#endif
