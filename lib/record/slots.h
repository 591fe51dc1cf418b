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
#include <stddef.h>
#include <stdint.h>

#define SLOTS_LEVELS 6 /* 64 to the sixth is over 2^32 */

struct slots {
	/* level[0] has a bit for each number, level[n + 1] one for each word of level[n]: set where
	 * something is free. The topmost level is one word. */
	uint64_t *level[SLOTS_LEVELS];
	unsigned levels;
	size_t cap;          /* numbers that there is room for */
	uint32_t count;      /* numbers below this exist, */
	uint32_t free_count; /* and so many of them are free */
};

/* The lowest number that is not in use; false when there is no memory. O(1), as good as. */
MUST_CHECK bool slots_take(struct slots *s, uint32_t *out);
/* Takes a number back that is in use. Cannot fail. O(1), as good as. */
void slots_give(struct slots *s, uint32_t slot);
void slots_release(struct slots *s);

#endif
