/*
 * "Did you mean": the candidate that is fewest keystrokes away from what was typed.
 */
#ifndef AURUM_BASE_NEAR_H
#define AURUM_BASE_NEAR_H

#include "base/sv.h"

#include <stdint.h>

struct near_best {
	struct sv name; /* the best so far; empty when nothing is close enough */
	size_t distance;
};

#define NEAR_INIT ((struct near_best){SV_EMPTY, SIZE_MAX})

/*
 * Looks at one more candidate. Letter case is ignored; an insertion, a deletion, a
 * replacement or a swap of neighbours is one step. Only candidates within a third of
 * the word's length count. Words over 64 bytes never match.
 */
void near_consider(struct near_best *best, struct sv typed, struct sv candidate);

#endif
