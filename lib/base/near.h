/*
 * "Did you mean": the candidate that is fewest keystrokes away from what was typed.
 *
 *	struct near_best best = NEAR_INIT;
 *	char hint[NEAR_HINT_BYTES];
 *	for (each name) near_consider(&best, typed, name);
 *	err_set(e, "unknown list %s%s", typed, near_hint(&best, ": it is user or exit", hint));
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

#define NEAR_HINT_BYTES 96

/*
 * The end of a sentence about an unknown word: ": did you mean \"NAME\"?", written to out; where
 * nothing is near, `otherwise`.
 */
const char *near_hint(const struct near_best *best, const char *otherwise,
		      char out[NEAR_HINT_BYTES]);

#endif
