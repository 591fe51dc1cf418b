/*
 * Inside lib/query: the questions that a scan asks of a complete event, with what one thread needs
 * to ask them.
 *
 *	struct sift f;
 *	if (sift_init(&f, scan) != 0) ...
 *	if (sift_takes(&f, event)) ...
 *	sift_release(&f);
 */
#ifndef AURUM_QUERY_SIFT_H
#define AURUM_QUERY_SIFT_H

#include "query/query.h"

struct scan;

struct sift {
	const struct scan *scan;
	struct query_scratch scratch;
	void *state; /* of scan->match() */
};

/* -1 when there is no memory: f is only good for sift_release() then. */
MUST_CHECK int sift_init(struct sift *f, const struct scan *scan);
void sift_release(struct sift *f);

/* True when the event is what the scan looks for. */
bool sift_takes(struct sift *f, const struct event *event);

#endif
