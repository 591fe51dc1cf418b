/*
 * What two rules say about the same events, and whether one can match at all, from their
 * conditions alone. The kernel's order of rules decides which of two gets an event; here is only
 * whether there is an event for both.
 *
 * Answers are careful: "covers" and "cannot match" are said only when it is certain from the text
 * of the rules (paths are compared as they are written; links are not followed).
 */
#ifndef AURUM_POLICY_COVER_H
#define AURUM_POLICY_COVER_H

#include "policy/value_set.h"
#include "rule/rule.h"

/* True when every event that b matches is matched by a, too. They must be of one list. */
bool rule_covers(const struct rule *a, const struct rule *b);

/* The same but for the calls that they are about. */
bool rule_conditions_cover(const struct rule *a, const struct rule *b);

/* Why a rule can match nothing; conditions are numbers of its fields. */
enum rule_conflict {
	CONFLICT_NONE,
	CONFLICT_VALUES, /* what the conditions first and second ask of one field excludes each other */
	CONFLICT_ALONE, /* no value can fulfil the condition first */
	CONFLICT_RESULT, /* first and second: an error number of a call that succeeds, or the reverse */
	CONFLICT_CALLS, /* no system call is selected */
	CONFLICT_PERMS, /* none of the calls has a permission of the condition first */
};

enum rule_conflict rule_find_conflict(const struct rule *r, uint32_t *first, uint32_t *second);

/*
 * The values that all conditions of r on a field together leave over; all when there is none. For
 * fields of which a call or a task has one value (not for inode, obj_uid and their like).
 */
struct value_set rule_values(const struct rule *r, uint32_t field);

/* True when the kernel asks this field of one value: pid, auid, exit, a0, ... */
bool field_is_single(uint32_t field);

/* The condition on a field, or NULL. */
const struct rule_field *rule_condition(const struct rule *r, uint32_t field);

#endif
