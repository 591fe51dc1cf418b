/*
 * Strict numbers: the whole view is the number, or it is refused and *out is
 * untouched. No leading space, no "+", no trailing text. This is the only place
 * that turns text into integers.
 */
#ifndef AURUM_BASE_NUM_H
#define AURUM_BASE_NUM_H

#include "base/attr.h"
#include "base/sv.h"

#include <stdint.h>

MUST_CHECK bool num_u64(struct sv v, uint64_t *out);
MUST_CHECK bool num_u32(struct sv v, uint32_t *out);
MUST_CHECK bool num_i64(struct sv v, int64_t *out); /* an optional "-" first */
/* Hexadecimal digits of either case, no "0x"; at most 16. */
MUST_CHECK bool num_hex64(struct sv v, uint64_t *out);
/* Base by prefix, as strtoul(…, 0) reads it: 0x1f, 017, 15; an optional "-" negates (two's
 * complement). */
MUST_CHECK bool num_auto64(struct sv v, uint64_t *out);
/*
 * The number that text starts with, for logs whose numbers are read as strtoul(3) reads them:
 * white space, a sign, digits of the base (8, 10 or 16, the last with an optional 0x). What
 * follows is ignored, no digit at all is 0, a "-" negates (two's complement). False, with *out
 * untouched, when it does not fit: 64 bits without a sign, or the range of int64_t.
 */
MUST_CHECK bool num_lead_u64(struct sv v, unsigned base, uint64_t *out);
MUST_CHECK bool num_lead_i64(struct sv v, unsigned base, int64_t *out);
/* Decimal within [min, max]. */
MUST_CHECK bool num_range(struct sv v, uint64_t min, uint64_t max, uint64_t *out);

/* What a byte counts as a digit: 0..15, or UINT_MAX for what is none. The table is one ahead. */
extern const unsigned char num_digits[256];

static inline unsigned num_digit(char c)
{
	return num_digits[(unsigned char)c] - 1u;
}

#endif
