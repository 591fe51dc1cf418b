/*
 * The numbers that conditions on one field leave over: a set of ranges of 32-bit values, as the
 * kernel compares them, unsigned.
 *
 *	struct value_set s = VALUE_SET_ALL;
 *	if (value_set_of(AUDIT_GREATER_THAN_OR_EQUAL, 1000, &one))
 *		value_set_keep(&s, &one);
 */
#ifndef AURUM_POLICY_VALUE_SET_H
#define AURUM_POLICY_VALUE_SET_H

#include "base/attr.h"

#include <linux/audit.h>
#include <stdbool.h>
#include <stdint.h>

/* Each condition of a rule cuts at most one range in two. */
#define VALUE_RANGES_MAX (AUDIT_MAX_FIELDS + 2)

struct value_range {
	uint32_t from, to; /* both belong to it */
};

struct value_set {
	struct value_range ranges[VALUE_RANGES_MAX]; /* ascending, not touching */
	size_t count;
};

#define VALUE_SET_ALL ((struct value_set){.ranges = {{0, UINT32_MAX}}, .count = 1})

/* The values that the operator (AUDIT_EQUAL ...) lets pass; false for bit tests, which no range says. */
MUST_CHECK bool value_set_of(uint32_t op, uint32_t value, struct value_set *out);
struct value_set value_set_range(uint32_t from, uint32_t to);

/* Removes from s what is not in other. */
void value_set_keep(struct value_set *s, const struct value_set *other);
bool value_set_is_empty(const struct value_set *s);
bool value_set_has(const struct value_set *s, uint32_t value);
/* Everything in part is in s. */
bool value_set_contains(const struct value_set *s, const struct value_set *part);

#endif
