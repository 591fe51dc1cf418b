/* The parts of the checker, for each other. */
#ifndef AURUM_POLICY_CHECK_PARTS_H
#define AURUM_POLICY_CHECK_PARTS_H

#include "policy/check.h"
#include "rule/print.h"

struct check {
	const struct rule_set *set;
	const struct check_host *host;
	struct findings *found;
	const struct rule_entry **kept; /* what the kernel has in the end, in its order */
	size_t kept_count;
	bool ignores_errors;  /* a line up to here said -i or -c */
	struct buf text, fix; /* scratch */
};

/* The place of an entry; of a condition in it. */
struct finding_place check_place(const struct rule_entry *entry);
struct finding_place check_condition_place(const struct rule_entry *entry,
					   const struct rule_field *f);

/* A rule as it would be written, appended; the second is a whole line. */
void check_put_rule(const struct check *c, const struct rule *r, struct buf *out);
void check_put_line(const struct check *c, const struct rule *r, struct buf *out);
/* A condition as it would be written: "-F auid>=1000". */
void check_put_condition(const struct check *c, const struct rule *r, uint32_t condition,
			 struct buf *out);

/* The machine of the rule's arch=, or MACHINE_UNKNOWN. */
enum machine check_machine(const struct rule *r);
/* The rule has a condition on one of these fields, which ends with 0. */
bool check_has_any(const struct rule *r, const uint32_t *fields);

void check_loading(struct check *c);   /* check_loading.c: the set as a list of commands */
void check_each_rule(struct check *c); /* check_rule.c: every rule alone */
void check_narrow(struct check *c);    /* check_narrow.c: what 32-bit programs do unseen */
void check_together(struct check *c);  /* check_together.c: rules with each other */

#endif
