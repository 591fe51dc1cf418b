/* Carries plans out. The order of requests is change.c's. */
#include "policy/apply.h"

#include "rule/pack.h"

#include <errno.h>

#define UNDO_ATTEMPTS 5

bool target_has_final(const struct target *t)
{
	return t->lock_loginuid ||
	       ((t->settings.mask & AUDIT_STATUS_ENABLED) && t->settings.enabled == 2);
}

int apply_check(const struct found *found, struct err *e)
{
	if (found->status.enabled != 2)
		return 0;
	return err_set(e, "the audit configuration is locked until the next boot (enabled 2): "
			  "nothing can be changed, and nothing was tried");
}

/* ---- rules ---- */

static int send_step(struct audit_control *c, const struct change_step *step, struct err *e)
{
	CLEANUP(buf_release)
	struct buf bytes = BUF_INIT(AUDIT_CONTROL_BYTES);
	uint32_t flags = step->rule->list;

	rule_pack(step->rule, &bytes);
	if (bytes.failed)
		return err_set(e, "no memory for a rule");
	if (step->verb == CHANGE_PREPEND)
		flags |= AUDIT_FILTER_PREPEND;
	memcpy(bytes.p, &flags, sizeof(flags));
	return step->verb == CHANGE_DELETE ? audit_delete_rule(c, buf_view(&bytes), e)
					   : audit_add_rule(c, buf_view(&bytes), e);
}

/* The kernel's word about a rule, and not about us or about its memory. */
static bool is_about_rule(const struct err *e)
{
	switch (e->sys) {
	case EINVAL:
	case ENOENT:
	case ENOTDIR:
	case EEXIST:
	case EOPNOTSUPP:
	case ELOOP:
	case ENAMETOOLONG:
	case EACCES:
	case E2BIG:
		return true;
	default:
		return false;
	}
}

struct run {
	struct audit_control *control;
	const struct change *change;
	struct rule_view to;
	const struct apply_listener *listener; /* NULL: the first refusal ends it */
	size_t refused;
};

/* Tells that the kernel refused the rule of a step, and goes on to hear of others. */
static bool note_refusal(struct run *r, const struct change_step *step, const struct err *e)
{
	if (!r->listener || step->stage != CHANGE_TRY || step->of == CHANGE_OF_NONE ||
	    step->verb == CHANGE_DELETE || !is_about_rule(e))
		return false;
	r->refused++;
	r->listener->refused(r->listener->ctx, &r->to.rules[step->of], e);
	return true;
}

static int run_steps(struct run *r, struct err *e)
{
	const struct change_step *skip = NULL; /* the deletion of what was refused */

	for (size_t i = 0; i < r->change->count; i++) {
		const struct change_step *step = &r->change->steps[i];
		struct err why = {0};

		if (r->refused && step->stage != CHANGE_TRY)
			break;
		if (step == skip || send_step(r->control, step, &why) == 0)
			continue;
		if (!note_refusal(r, step, &why)) {
			if (e)
				*e = why;
			return -1;
		}
		if (i + 1 < r->change->count && r->change->steps[i + 1].verb == CHANGE_DELETE &&
		    r->change->steps[i + 1].rule == step->rule)
			skip = step + 1;
	}
	return r->refused ? err_set(e, "the kernel refused %zu rule%s", r->refused,
				    r->refused == 1 ? "" : "s")
			  : 0;
}

static int change_to(struct audit_control *c, struct rule_view to, bool at_any_rate,
		     const struct apply_listener *listener, struct err *e)
{
	struct rule_source now;
	struct change change;
	int status = -1;

	if (rule_source_read(&now, RULE_SOURCE_KERNEL, NULL, c, e) != 0)
		return -1;
	if (change_plan(&change, &(struct change_task){rule_source_view(&now), to, at_any_rate},
			e) == 0) {
		struct run r = {c, &change, to, listener, 0};

		status = run_steps(&r, e);
		change_release(&change);
	}
	rule_source_release(&now);
	return status;
}

int apply_rules(struct audit_control *c, const struct target *t,
		const struct apply_listener *listener, struct err *e)
{
	struct rule_source now;
	int status = 0;

	if (change_to(c, t->rules, false, listener, e) != 0 ||
	    rule_source_read(&now, RULE_SOURCE_KERNEL, NULL, c, e) != 0)
		return -1;
	if (!rule_view_same(rule_source_view(&now), t->rules))
		status = err_set(e, "the kernel's rules are not those of the files after all: "
				    "somebody else changed them at the same time");
	rule_source_release(&now);
	return status;
}

/* ---- settings ---- */

int apply_settings(struct audit_control *c, const struct target *t, struct err *e)
{
	struct found wanted = FOUND_INIT;

	if (audit_get_status(c, &wanted.status, e) != 0)
		return -1;
	settings_take(&wanted.status, &t->settings);
	if (wanted.status.enabled == 2) /* recorded already, but not locked yet */
		wanted.status.enabled = 1;
	return found_put_status(&wanted, c, e);
}

int apply_final(struct audit_control *c, const struct target *t, struct err *e)
{
	const uint32_t loginuid = AUDIT_FEATURE_TO_MASK(AUDIT_FEATURE_LOGINUID_IMMUTABLE);

	if (t->lock_loginuid && audit_set_features(c, loginuid, loginuid, loginuid, e) != 0)
		return -1;
	if ((t->settings.mask & AUDIT_STATUS_ENABLED) && t->settings.enabled == 2)
		return audit_set_enabled(c, 2, e);
	return 0;
}

/* ---- back ---- */

static int undo_rules(struct audit_control *c, const struct found *found, struct rule_view to,
		      struct err *e)
{
	int is_here = found_is_here(found, c, e);

	if (is_here == 0 && change_to(c, to, true, NULL, e) == 0)
		is_here = found_is_here(found, c, e);
	else if (is_here == 0)
		return -1;
	if (is_here == 0)
		return err_set(e,
			       "the kernel's rules are not the %zu that were found: somebody "
			       "else changes them at the same time",
			       found->rules.count);
	return is_here > 0 ? 0 : -1;
}

int apply_undo(struct audit_control *c, const struct found *found, struct err *e)
{
	struct rule_source to;
	int status = -1;

	if (rule_source_from_list(&to, buf_view(&found->rules.bytes), e) != 0)
		return -1;
	for (int i = 0; i < UNDO_ATTEMPTS && status != 0; i++) {
		int rules = undo_rules(c, found, rule_source_view(&to), e);

		status = found_put_status(found, c, rules == 0 ? e : NULL) == 0 ? rules : -1;
	}
	rule_source_release(&to);
	return status;
}
