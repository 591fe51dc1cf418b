/*
 * Inside lib/record: small numbers handed out lowest first and taken back. The joiner numbers
 * open events with them, because of two events with one time and serial (of different nodes)
 * the reference prints the one in its lower array slot first.
 *
 *	struct slots s = {0};
 *	if (slots_take(&s, &number)) ...
 *	slots_give(&s, number);
 *	slots_release(&s);
 */
#ifndef AURUM_RECORD_SLOTS_H
#define AURUM_RECORD_SLOTS_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct slots {
	uint32_t *free;         /* a heap, lowest number first */
	size_t free_count, cap; /* cap holds every number ever given out */
	uint32_t count;         /* numbers below this exist */
};

/* The lowest number that is not in use; false when there is no memory. O(log n). */
MUST_CHECK bool slots_take(struct slots *s, uint32_t *out);
/* Takes a number back that is in use. Cannot fail. O(log n). */
void slots_give(struct slots *s, uint32_t slot);
void slots_release(struct slots *s);

#endif
