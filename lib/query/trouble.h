/*
 * Inside lib/query: places of a log that cannot be read. The rest of it is read all the same, and
 * the first of them is told at the end.
 */
#ifndef AURUM_QUERY_TROUBLE_H
#define AURUM_QUERY_TROUBLE_H

#include "base/err.h"

#include <stdint.h>

struct trouble {
	uint64_t count;
	struct err first;
};

/* `count` more places, of which `first` is the sentence on the first; 0 of them is none. */
static inline void trouble_add(struct trouble *t, const struct err *first, uint64_t count)
{
	if (count && !t->count)
		t->first = *first;
	t->count += count;
}

/* 0 when there was none. */
MUST_CHECK static inline int trouble_tell(const struct trouble *t, struct err *e)
{
	if (!t->count)
		return 0;
	if (t->count == 1)
		(void)err_set(e, "%s", t->first.text);
	else
		(void)err_set(e, "%s (and %llu more places)", t->first.text,
			      (unsigned long long)t->count - 1);
	if (e)
		e->sys = t->first.sys;
	return -1;
}

#endif
