/*
 * Inside lib/query: how large an extended regular expression gets when it is compiled. regcomp(3)
 * writes repetitions out, "a+" as "aa*" and "a{9}" nine times, also inside each other: some forty
 * bytes ask for more memory than there is.
 *
 *	if (pattern_size(pattern, 8192) > 8192) ...		-- refuse it
 */
#ifndef AURUM_QUERY_PATTERN_H
#define AURUM_QUERY_PATTERN_H

#include "base/sv.h"

#include <stdint.h>

#define PATTERN_DEPTH_MAX 64 /* of parentheses; deeper ones count as too large */

/* Parts when all repetitions are written out; any number over max when there are more than that. */
uint64_t pattern_size(struct sv pattern, uint32_t max);

#endif
