/*
 * Makes the kernel's rules and settings those of the files, or leaves them as they were.
 *
 *	struct found found;
 *	struct target target;
 *	target_init(&target, &source);
 *	if (found_look(&found, &control, &e) != 0 || apply_check(&found, &e) != 0) ...
 *	if (apply_rules(&control, &target, &listener, &e) != 0 ||
 *	    apply_settings(&control, &target, &e) != 0)
 *		apply_undo(&control, &found, &e);
 *	else
 *		apply_final(&control, &target, &e);
 *
 * Every function asks the kernel first what it has and goes from there, so that each may be called
 * at any time: after a failure, after a request of which nobody knows whether it was answered, or by
 * another process for one that was killed.
 */
#ifndef AURUM_POLICY_APPLY_H
#define AURUM_POLICY_APPLY_H

#include "policy/change.h"
#include "policy/found.h"

struct apply_listener {
	/* The kernel refused a rule; may be called for several before apply_rules() fails. */
	void (*refused)(void *ctx, const struct placed_rule *rule, const struct err *why);
	void *ctx;
};

/* -1 when nothing can be changed: the kernel is locked until the next boot. */
MUST_CHECK int apply_check(const struct found *found, struct err *e);

/*
 * The kernel has exactly the target's rules afterwards. -1: something was refused, or the plan
 * cannot be made; then apply_undo().
 */
MUST_CHECK int apply_rules(struct audit_control *c, const struct target *t,
			   const struct apply_listener *listener, struct err *e);

/* All settings but those that can never be taken back. */
MUST_CHECK int apply_settings(struct audit_control *c, const struct target *t, struct err *e);
/* True when the target asks for a setting that can never be taken back. */
bool target_has_final(const struct target *t);
/* Those: --loginuid-immutable, and last of all -e 2. */
MUST_CHECK int apply_final(struct audit_control *c, const struct target *t, struct err *e);

/*
 * Rules and settings as they were found, compared byte for byte. A failed attempt is repeated. -1:
 * they are not.
 */
MUST_CHECK int apply_undo(struct audit_control *c, const struct found *found, struct err *e);

#endif
