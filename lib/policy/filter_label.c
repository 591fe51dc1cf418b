/* Conditions about security labels, as far as they can be told without the policy. */
#include "policy/filter_condition.h"

/* Part 0 to 4 of "user:role:type:low-high"; false when the label is not of that form. */
static bool label_part(struct sv label, unsigned part, struct sv *out)
{
	struct sv level, low, high;

	for (unsigned i = 0; i < 3; i++) {
		struct sv word;

		if (!sv_cut(label, ':', &word, &label))
			return false;
		if (i == part) {
			*out = word;
			return true;
		}
	}
	level = label;
	if (!sv_cut(level, '-', &low, &high))
		high = low;
	*out = part == 3 ? low : high;
	return true;
}

/* Levels have an order and other spellings, which only the policy knows. */
static enum filter_truth label_is(struct sv label, unsigned part, uint32_t op, struct sv wanted)
{
	enum filter_truth t;
	struct sv text;

	if (!label_part(label, part, &text))
		return FILTER_UNSAID;
	t = truth(sv_eq(text, wanted));
	if (part >= 3 && (t == FILTER_NO || (op != AUDIT_EQUAL && op != AUDIT_NOT_EQUAL)))
		return FILTER_UNSAID;
	return op == AUDIT_NOT_EQUAL ? not(t) : t;
}

/* Without a label there is no security module that could know the rule's. */
enum filter_truth condition_subject(const struct condition *c)
{
	if (!c->act->has_subject)
		return c->act->kind == ACT_KERNEL ? FILTER_UNSAID : FILTER_NO;
	return label_is(c->act->subject, c->field->field - AUDIT_SUBJ_USER, c->field->op,
			rule_text(c->rule, c->field));
}

enum filter_truth condition_object(const struct condition *c)
{
	unsigned part = c->field->field - AUDIT_OBJ_USER;
	enum filter_truth t = condition_has_record(c->act, AUDIT_IPC) ? FILTER_UNSAID : FILTER_NO;

	for (size_t i = 0; i < c->act->name_count; i++) {
		const struct act_name *n = c->name ? c->name : &c->act->names[i];

		if (n->label.n)
			t = either(t, label_is(n->label, part, c->field->op,
					       rule_text(c->rule, c->field)));
	}
	return c->act->has_all_names ? t : either(t, FILTER_UNSAID);
}
