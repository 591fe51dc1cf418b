/*
 * The order in which the kernel asks rules, and what not knowing makes of it.
 *
 * The walk over the rules is done once with every condition that is not said taken as not
 * holding. Then, for each rule that it left open, once more with that rule's taken as holding:
 * when nothing comes out differently the answer is decided.
 */
#include "policy/filter_priv.h"

struct walk {
	struct filter_asking asking;
	const struct filter *filter;
	const struct act *act;
	uint32_t list;  /* exit or io_uring */
	size_t assumed; /* the rule for which what is not said holds */
	struct filter_answer answer;
};

static const struct rule *rule_at(const struct walk *w, size_t i)
{
	return w->filter->rules[i].rule;
}

static bool takes(const struct walk *w, size_t i, const struct filter_verdict *v)
{
	return v->truth == FILTER_YES || (v->truth == FILTER_UNSAID && w->assumed == i);
}

/* The event's key is that of the last rule with one, even when a rule without one takes over. */
static void take(struct walk *w, size_t i)
{
	const struct rule *r = rule_at(w, i);

	w->answer.rule = i;
	w->answer.outcome = r->action == AUDIT_NEVER ? FILTER_DROPPED : FILTER_RECORDED;
	for (uint32_t k = 0; k < r->field_count; k++)
		if (r->fields[k].field == AUDIT_FILTERKEY)
			w->answer.key = rule_text(r, &r->fields[k]);
}

/* ---- names ---- */

/* When the event has lost names, one that may be anything stands for them. */
static size_t count_names(const struct act *a)
{
	return a->name_count + !a->has_all_names;
}

static const struct act_name *name_at(const struct act *a, size_t i)
{
	static const struct act_name any = {.has_inode = true};

	return i < a->name_count ? &a->names[i] : &any;
}

/* A watched file that the act made or moved here: the kernel puts its rules first. */
static bool is_renewed(const struct walk *w, const struct rule *r)
{
	struct sv path = filter_watch_of(r);

	if (path.n == 0 || w->asking.moment != MOMENT_END || w->act->result != ACT_SUCCESS)
		return false;
	for (size_t i = 0; i < w->act->name_count; i++) {
		const struct act_name *n = &w->act->names[i];

		if (n->use == ACT_USE_CREATE && n->has_inode && n->known == ACT_PATH_FULL &&
		    sv_eq(n->path, path))
			return true;
	}
	return false;
}

/*
 * A rule of the walk over names, for calls and operations alike: the kernel keeps the rules of
 * both lists that name a file in one place, and does not look at their lists there.
 */
static bool is_hashed(const struct rule *r)
{
	return rule_list_has_calls(r->list) && filter_is_hashed(r);
}

/* Is the rule's turn in this part of the walk: not overruled, and of the right kind? */
static bool is_due(const struct walk *w, size_t i, bool hashed)
{
	const struct rule *r = rule_at(w, i);

	return i < w->answer.rule &&
	       (hashed ? is_hashed(r) : r->list == w->list && !filter_is_hashed(r));
}

static bool ask_for_name(struct walk *w, const struct act_name *name, bool renewed)
{
	for (size_t i = 0; i < w->filter->count; i++) {
		struct filter_verdict v;

		if (!is_due(w, i, true) || is_renewed(w, rule_at(w, i)) != renewed)
			continue;
		v = filter_ask(&w->asking, rule_at(w, i), name);
		if (takes(w, i, &v)) {
			take(w, i);
			return true;
		}
	}
	return false;
}

/* Rules that name a file: for each name in its order, until one takes the act. */
static void walk_names(struct walk *w, enum filter_moment moment)
{
	w->asking.moment = moment;
	for (size_t i = 0; i < count_names(w->act); i++) {
		const struct act_name *name = name_at(w->act, i);

		if (ask_for_name(w, name, true) || ask_for_name(w, name, false))
			return;
	}
}

static void walk_plain(struct walk *w, const struct filter_verdict *verdicts)
{
	for (size_t i = 0; i < w->filter->count; i++) {
		if (!is_due(w, i, false) || !takes(w, i, &verdicts[i]))
			continue;
		take(w, i);
		return;
	}
}

/* ---- a watched file that goes away ---- */

static bool is_watched(const struct walk *w, struct sv path)
{
	for (size_t i = 0; i < w->filter->count; i++)
		if (rule_list_has_calls(rule_at(w, i)->list) &&
		    sv_eq(filter_watch_of(rule_at(w, i)), path))
			return true;
	return false;
}

static bool is_replaced(const struct act *a, struct sv path)
{
	for (size_t i = 0; i < a->name_count; i++)
		if (a->names[i].use == ACT_USE_CREATE && a->names[i].has_inode &&
		    sv_eq(a->names[i].path, path))
			return true;
	return false;
}

/*
 * Before the kernel forgets the inode of a watched file that is deleted or moved away, it asks
 * the rules that name files: the call has no result yet.
 */
static bool has_departure(const struct walk *w)
{
	const struct act *a = w->act;

	if (a->result == ACT_FAILURE)
		return false;
	for (size_t i = 0; i < a->name_count; i++) {
		const struct act_name *n = &a->names[i];

		if (n->use == ACT_USE_DELETE && n->has_inode && n->known == ACT_PATH_FULL &&
		    !is_replaced(a, n->path) && is_watched(w, n->path))
			return true;
	}
	return false;
}

/* ---- verdicts ---- */

/* The verdict is about the file that the rule names, not about another condition. */
static bool is_about_file(const struct rule *r, const struct filter_verdict *v)
{
	return v->reason == FILTER_BY_CALL ||
	       (v->reason == FILTER_BY_FIELD && (r->fields[v->field].field == AUDIT_WATCH ||
						 r->fields[v->field].field == AUDIT_INODE));
}

static bool is_better(const struct rule *r, const struct filter_verdict *a,
		      const struct filter_verdict *b)
{
	static const int rank[] = {[FILTER_NO] = 0, [FILTER_UNSAID] = 1, [FILTER_YES] = 2};

	if (a->truth != b->truth)
		return rank[a->truth] > rank[b->truth];
	return is_about_file(r, b) && !is_about_file(r, a);
}

/* Of a rule that is asked for many names, the verdict that says most. */
static struct filter_verdict ask_names(struct walk *w, const struct rule *r, bool before)
{
	struct filter_verdict best, v;

	w->asking.moment = MOMENT_END;
	best = filter_ask(&w->asking, r, NULL);
	if (count_names(w->act))
		best = filter_ask(&w->asking, r, name_at(w->act, 0));
	for (int round = before ? 0 : 1; round < 2; round++) {
		w->asking.moment = round ? MOMENT_END : MOMENT_BEFORE;
		for (size_t i = 0; i < count_names(w->act); i++) {
			v = filter_ask(&w->asking, r, name_at(w->act, i));
			if (is_better(r, &v, &best))
				best = v;
		}
	}
	return best;
}

static struct filter_verdict ask_rule(struct walk *w, const struct rule *r, bool before)
{
	const struct act *a = w->act;

	if (r->list == AUDIT_FILTER_EXCLUDE && a->kind != ACT_DAEMON)
		return filter_ask_record(&w->asking, r, a->type);
	if (r->list == AUDIT_FILTER_USER && a->kind == ACT_USER)
		return filter_ask_record(&w->asking, r, a->type);
	if (r->list == AUDIT_FILTER_TASK && (a->kind == ACT_CALL || a->kind == ACT_URING)) {
		w->asking.moment = MOMENT_START;
		return filter_ask(&w->asking, r, NULL);
	}
	if (w->list && is_hashed(r))
		return ask_names(w, r, before);
	if (r->list != w->list)
		return (struct filter_verdict){.truth = FILTER_NO, .reason = FILTER_NOT_ASKED};
	w->asking.moment = MOMENT_END;
	return filter_ask(&w->asking, r, NULL);
}

/* ---- the lists in their order ---- */

/* The first rule of a list that ends the search; FILTER_NONE when none does. */
static size_t first_of(const struct walk *w, uint32_t list, const struct filter_verdict *verdicts)
{
	for (size_t i = 0; i < w->filter->count; i++)
		if (rule_at(w, i)->list == list && takes(w, i, &verdicts[i]))
			return i;
	return FILTER_NONE;
}

/* True when a rule of the list task has decided for the whole life of the process. */
static bool decide_at_start(struct walk *w, const struct filter_verdict *verdicts)
{
	size_t i = first_of(w, AUDIT_FILTER_TASK, verdicts);

	if (i == FILTER_NONE)
		return false;
	take(w, i);
	return true;
}

static void decide_call(struct walk *w, const struct filter_verdict *verdicts, bool before)
{
	w->answer.outcome = FILTER_IGNORED;
	if (decide_at_start(w, verdicts))
		return;
	if (before)
		walk_names(w, MOMENT_BEFORE);
	walk_plain(w, verdicts);
	walk_names(w, MOMENT_END);
	if (w->answer.rule == FILTER_NONE && w->act->calls_at > 0) {
		w->answer.outcome = FILTER_RECORDED;
		w->answer.is_brought = true;
	}
}

/* What neither list takes is recorded. */
static void decide_record(struct walk *w, uint32_t list, const struct filter_verdict *verdicts)
{
	size_t i = first_of(w, list, verdicts);
	bool is_match = i != FILTER_NONE && verdicts[i].reason != FILTER_BY_STRANGER;

	if (is_match && list == AUDIT_FILTER_USER)
		take(w, i);
	if (is_match && list == AUDIT_FILTER_EXCLUDE) {
		w->answer.rule = i;
		w->answer.outcome = FILTER_DROPPED;
	}
}

static struct filter_answer walk_lists(struct walk w, size_t assumed,
				       const struct filter_verdict *verdicts, bool before)
{
	w.assumed = assumed;
	w.answer = (struct filter_answer){.outcome = FILTER_RECORDED, .rule = FILTER_NONE};
	if (w.list)
		decide_call(&w, verdicts, before);
	else if (w.act->kind == ACT_USER)
		decide_record(&w, AUDIT_FILTER_USER, verdicts);
	if (w.answer.outcome == FILTER_RECORDED && w.act->kind != ACT_DAEMON)
		decide_record(&w, AUDIT_FILTER_EXCLUDE, verdicts);
	return w.answer;
}

static bool same_answer(const struct filter_answer *a, const struct filter_answer *b)
{
	return a->outcome == b->outcome && a->rule == b->rule && sv_eq(a->key, b->key);
}

/* Rules that hold, but were not asked any more when it was their turn. */
static void mark_passed(const struct walk *w, struct filter_verdict *verdicts)
{
	bool at_start = w->answer.rule != FILTER_NONE &&
			rule_at(w, w->answer.rule)->list == AUDIT_FILTER_TASK;

	for (size_t i = 0; i < w->filter->count; i++) {
		if (i == w->answer.rule || !w->list ||
		    (rule_at(w, i)->list != w->list && !is_hashed(rule_at(w, i))))
			continue;
		if (at_start)
			verdicts[i] = (struct filter_verdict){.reason = FILTER_NOT_ASKED};
		else if (i < w->answer.rule && verdicts[i].truth == FILTER_YES)
			verdicts[i].reason = FILTER_BY_WALK;
	}
}

/*
 * Rules of both lists were asked about operations before the call ended, with their own results
 * and files; what they took there a later rule cannot take back. Only the very first cannot lose.
 */
static bool may_be_taken_before(const struct walk *w)
{
	if (w->act->kind != ACT_CALL || !w->act->has_operation)
		return false;
	for (size_t i = 0; i < w->filter->count; i++)
		if (rule_list_has_calls(rule_at(w, i)->list))
			return w->answer.rule != i;
	return false;
}

void filter_decide(const struct filter *filter, const struct act *act,
		   struct filter_verdict *verdicts, struct filter_answer *out)
{
	struct walk w = {.asking = {filter, act, MOMENT_END, false}, .filter = filter, .act = act};
	bool before;

	if (act->kind == ACT_CALL)
		w.list = AUDIT_FILTER_EXIT;
	else if (act->kind == ACT_URING)
		w.list = AUDIT_FILTER_URING_EXIT;
	for (size_t i = 0; i < filter->count; i++)
		w.asking.hides |= filter_hides(rule_at(&w, i));
	before = has_departure(&w);
	for (size_t i = 0; i < filter->count; i++)
		verdicts[i] = ask_rule(&w, rule_at(&w, i), before);
	w.answer = walk_lists(w, FILTER_NONE, verdicts, before);
	w.answer.is_mixed = may_be_taken_before(&w);
	w.answer.is_decided = !w.answer.is_mixed;
	for (size_t i = 0; i < filter->count && w.answer.is_decided; i++) {
		struct filter_answer other;

		if (verdicts[i].truth != FILTER_UNSAID)
			continue;
		other = walk_lists(w, i, verdicts, before);
		w.answer.is_decided = same_answer(&w.answer, &other);
	}
	mark_passed(&w, verdicts);
	*out = w.answer;
}

size_t filter_excludes(const struct filter *filter, const struct act *act, uint32_t type,
		       bool *decided)
{
	const struct filter_asking asking = {filter, act, MOMENT_END, false};

	*decided = true;
	for (size_t i = 0; i < filter->count && act->kind != ACT_DAEMON; i++) {
		struct filter_verdict v;

		if (filter->rules[i].rule->list != AUDIT_FILTER_EXCLUDE)
			continue;
		v = filter_ask_record(&asking, filter->rules[i].rule, type);
		if (v.truth == FILTER_YES)
			return v.reason == FILTER_BY_STRANGER ? FILTER_NONE : i;
		if (v.truth == FILTER_UNSAID)
			*decided = false;
	}
	return FILTER_NONE;
}
