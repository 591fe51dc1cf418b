/*
 * Plans a change list by list. Nothing here speaks with the kernel.
 *
 * A list with guards goes through these states; old and new are the part that differs:
 *
 *	[stay] [old]				as found
 *	[guards] [stay] [old]			try
 *	[guards] [stay] [old without its end]	remove
 *	[guards] [stay]
 *	[guards] [stay] [beginning of new]	add
 *	[guards] [stay] [new]
 *	[stay] [new]				unguard
 */
#include "policy/change.h"

#include <stdlib.h>

#define LISTS AUDIT_NR_FILTERS /* in the order in which the kernel lists them */

/* The rules of one list. at: where each stands in the task's view. */
struct part {
	const struct rule **rules;
	size_t *at;
	size_t count;
};

/* One list on its way. */
struct way {
	struct part from, to;
	/* How the list is changed. */
	enum { WAY_NONE, WAY_MINIMAL, WAY_GUARDED, WAY_DROPPING } kind;
	size_t lead;                /* rules in front of from that serve as guards until the end */
	size_t stay;                /* rules behind them that stay */
	size_t rebuild;             /* rules of to that can only be prepended */
	bool *keep;                 /* WAY_MINIMAL: of each rule of from, whether it stays */
	const struct rule **guards; /* in the order in which they were put in front */
	size_t guard_count;
};

struct planner {
	struct change *c;
	const struct change_task *task;
	struct way ways[LISTS];
	bool is_grace_needed; /* something was added that must be seen before anything goes */
	bool failed;          /* no memory */
};

/* ---- questions about rules ---- */

static bool part_has(const struct part *p, size_t end, const struct rule *rule)
{
	for (size_t i = 0; i < end; i++)
		if (rule_same(p->rules[i], rule))
			return true;
	return false;
}

/* How many rules there are up to the last one that stands again behind it. */
static size_t repeated(const struct part *p)
{
	for (size_t i = p->count; i-- > 0;)
		for (size_t j = i + 1; j < p->count; j++)
			if (rule_same(p->rules[i], p->rules[j]))
				return i + 1;
	return 0;
}

/*
 * The kernel looks up rules with a path or an inode by the files of an event, after the others,
 * and stops at the first file for which one matches: such a `never` rule can take an event
 * from a rule before it, if the event has more than one file.
 */
static bool has_never_by_file(const struct part *p)
{
	for (size_t i = 0; i < p->count; i++)
		for (uint32_t f = 0; f < p->rules[i]->field_count; f++)
			if (p->rules[i]->action == AUDIT_NEVER &&
			    (p->rules[i]->fields[f].field == AUDIT_WATCH ||
			     p->rules[i]->fields[f].field == AUDIT_INODE))
				return true;
	return false;
}

/* Lists in which whatever matches is dropped, always or never. */
static bool is_dropping(size_t list)
{
	return list == AUDIT_FILTER_EXCLUDE || list == AUDIT_FILTER_FS;
}

/* ---- making rules ---- */

static struct rule *make_rule(struct planner *p, const struct rule *like)
{
	struct change *c = p->c;
	struct rule *rule = malloc(sizeof(*rule));

	if (c->made_count == c->made_capacity) {
		size_t capacity = c->made_capacity ? 2 * c->made_capacity : 64;
		struct rule **grown = reallocarray(c->made, capacity, sizeof(struct rule *));

		if (grown) {
			c->made = grown;
			c->made_capacity = capacity;
		}
	}
	if (!rule || c->made_count == c->made_capacity) {
		free(rule);
		p->failed = true;
		return NULL;
	}
	*rule = *like;
	rule->prepend = false;
	c->made[c->made_count++] = rule;
	return rule;
}

static bool is_made(const struct planner *p, const struct rule *rule)
{
	for (size_t i = 0; i < p->c->made_count; i++)
		if (p->c->made[i] != rule && rule_same(p->c->made[i], rule))
			return true;
	return false;
}

/*
 * A twin of rule with one condition more on the process, or several until nothing else is the
 * same; NULL when it is full. An existing rule in the lead of from, which stays in front until the
 * end, is as good, and is returned instead when may_exist.
 */
static const struct rule *make_twin(struct planner *p, const struct way *way,
				    const struct rule *rule, uint32_t op, bool may_exist)
{
	struct rule *twin = make_rule(p, rule);

	while (twin && rule_add_number(twin, AUDIT_PID, op, 0, (struct rule_place){0})) {
		for (size_t i = 0; may_exist && i < way->lead; i++)
			if (rule_same(way->from.rules[i], twin))
				return way->from.rules[i];
		if (!part_has(&way->from, way->from.count, twin) &&
		    !part_has(&way->to, way->to.count, twin) && !is_made(p, twin))
			return twin;
	}
	return NULL;
}

/* Always holds: a pid is a number without a sign. */
static const struct rule *make_guard(struct planner *p, const struct way *way,
				     const struct rule *rule)
{
	return make_twin(p, way, rule, AUDIT_GREATER_THAN_OR_EQUAL, true);
}

/*
 * What the kernel accepts or refuses as it does rule, and what never matches. The filesystem list
 * knows no pid; there an `always` rule means nothing.
 */
static const struct rule *make_trial(struct planner *p, const struct way *way,
				     const struct rule *rule)
{
	struct rule *twin;

	if (rule->list != AUDIT_FILTER_FS)
		return make_twin(p, way, rule, AUDIT_LESS_THAN, false);
	if (rule->action == AUDIT_ALWAYS)
		return rule;
	twin = make_rule(p, rule);
	if (twin)
		twin->action = AUDIT_ALWAYS;
	return twin;
}

/* ---- steps ---- */

static void put_step(struct planner *p, struct change_step step)
{
	struct change *c = p->c;

	if (c->count == c->capacity) {
		size_t capacity = c->capacity ? 2 * c->capacity : 256;
		struct change_step *grown = reallocarray(c->steps, capacity, sizeof(*grown));

		if (!grown) {
			p->failed = true;
			return;
		}
		c->steps = grown;
		c->capacity = capacity;
	}
	c->steps[c->count++] = step;
}

static void put(struct planner *p, enum change_stage stage, enum change_verb verb,
		const struct rule *rule, size_t of)
{
	put_step(p, (struct change_step){stage, verb, rule, of});
}

/* ---- which way ---- */

/*
 * Of each rule of from whether it stays when the others are deleted and the rest of to is
 * appended. False when that does not give to.
 */
static bool find_minimal(struct way *way)
{
	size_t kept = 0;

	for (size_t i = 0; i < way->from.count; i++) {
		way->keep[i] =
			kept < way->to.count && rule_same(way->from.rules[i], way->to.rules[kept]);
		kept += way->keep[i];
	}
	way->stay = kept;
	for (size_t i = kept; i < way->to.count; i++)
		if (part_has(&way->from, way->from.count, way->to.rules[i]))
			return false;
	return true;
}

static void find_lead(struct way *way)
{
	while (way->lead < way->from.count && way->from.rules[way->lead]->action == AUDIT_ALWAYS &&
	       !part_has(&way->to, way->to.count, way->from.rules[way->lead]))
		way->lead++;
}

static void find_stay(struct way *way)
{
	way->stay = 0;
	while (way->lead + way->stay < way->from.count && way->stay < way->to.count &&
	       rule_same(way->from.rules[way->lead + way->stay], way->to.rules[way->stay]))
		way->stay++;
}

static bool same_part(const struct part *a, const struct part *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!rule_same(a->rules[i], b->rules[i]))
			return false;
	return true;
}

/* The minimal way only appends, or only deletes from the end. */
static bool is_end_only(const struct way *way)
{
	for (size_t i = 0; i < way->stay; i++)
		if (!way->keep[i])
			return false;
	return way->stay == way->from.count || way->stay == way->to.count;
}

static void choose_way(struct way *way, size_t list)
{
	bool is_repeated = repeated(&way->from) > 0;
	bool by_file = has_never_by_file(&way->from) || has_never_by_file(&way->to);

	if (same_part(&way->from, &way->to))
		return;
	way->rebuild = repeated(&way->to);
	if (!is_dropping(list) && !is_repeated && !way->rebuild && find_minimal(way) &&
	    (!by_file || is_end_only(way))) {
		way->kind = WAY_MINIMAL;
		return;
	}
	way->kind = is_dropping(list) ? WAY_DROPPING : WAY_GUARDED;
	way->stay = 0;
	if (is_repeated || way->rebuild)
		return;
	if (way->kind == WAY_GUARDED)
		find_lead(way);
	find_stay(way);
}

/* ---- the stages ---- */

static int no_room(const struct planner *p, const struct placed_rule *rule, struct err *e)
{
	if (p->failed)
		return err_set(e, "no memory for the change");
	return err_set(e,
		       "%s:%u: the rule has %u conditions: changing it without a gap needs room "
		       "for one more",
		       rule->file, rule->line, rule->rule->field_count);
}

static int guard_one(struct planner *p, struct way *way, const struct rule *rule, size_t of,
		     const struct placed_rule *placed, struct err *e)
{
	const struct rule *guard = make_guard(p, way, rule);

	if (!guard)
		return p->task->at_any_rate && !p->failed ? 0 : no_room(p, placed, e);
	if (part_has(&way->from, way->lead, guard))
		return 0;
	put(p, CHANGE_TRY, CHANGE_PREPEND, guard, of);
	way->guards[way->guard_count++] = guard;
	p->is_grace_needed = true;
	return 0;
}

/* The first rule's guard shall be the first in the end: it is put in front last. */
static int put_guards(struct planner *p, struct way *way, struct err *e)
{
	bool guard_old = repeated(&way->from) || way->rebuild || has_never_by_file(&way->from) ||
			 has_never_by_file(&way->to);

	for (size_t i = way->from.count; guard_old && i-- > way->lead + way->stay;)
		if (way->from.rules[i]->action == AUDIT_ALWAYS &&
		    !part_has(&way->to, way->to.count, way->from.rules[i]) &&
		    !part_has(&way->from, i, way->from.rules[i]) &&
		    guard_one(p, way, way->from.rules[i], CHANGE_OF_NONE,
			      &p->task->from.rules[way->from.at[i]], e) != 0)
			return -1;
	for (size_t i = way->to.count; i-- > way->stay;)
		if (way->to.rules[i]->action == AUDIT_ALWAYS &&
		    !part_has(&way->to, i, way->to.rules[i]) &&
		    guard_one(p, way, way->to.rules[i], way->to.at[i],
			      &p->task->to.rules[way->to.at[i]], e) != 0)
			return -1;
	return 0;
}

/* Rules that get no guard and come after others have gone. */
static int put_trials(struct planner *p, struct way *way, struct err *e)
{
	for (size_t i = way->stay; i < way->to.count; i++) {
		const struct rule *rule = way->to.rules[i], *trial;

		if ((way->kind == WAY_GUARDED && rule->action == AUDIT_ALWAYS) ||
		    part_has(&way->from, way->from.count, rule))
			continue;
		trial = make_trial(p, way, rule);
		if (!trial) {
			if (p->task->at_any_rate && !p->failed)
				continue;
			return no_room(p, &p->task->to.rules[way->to.at[i]], e);
		}
		/* In the filesystem list the trial may be there: then its fields are known. */
		if (part_has(&way->from, way->from.count, trial) || is_made(p, trial))
			continue;
		put(p, CHANGE_TRY, CHANGE_APPEND, trial, way->to.at[i]);
		put(p, CHANGE_TRY, CHANGE_DELETE, trial, way->to.at[i]);
		p->is_grace_needed = false;
	}
	return 0;
}

static int put_try(struct planner *p, struct way *way, struct err *e)
{
	switch (way->kind) {
	case WAY_NONE:
		return 0;
	case WAY_MINIMAL:
		for (size_t i = way->stay; i < way->to.count; i++) {
			put(p, CHANGE_TRY, CHANGE_APPEND, way->to.rules[i], way->to.at[i]);
			p->is_grace_needed = true;
		}
		return 0;
	case WAY_GUARDED:
		if (put_guards(p, way, e) != 0)
			return -1;
		return put_trials(p, way, e);
	case WAY_DROPPING:
		return put_trials(p, way, e);
	}
	return 0;
}

static bool is_anything_removed(const struct planner *p)
{
	for (size_t list = 0; list < LISTS; list++)
		if (p->ways[list].kind != WAY_NONE &&
		    p->ways[list].lead + p->ways[list].stay < p->ways[list].from.count)
			return true;
	return false;
}

/*
 * A system call that is being looked at right now may be past the front of its list and not have
 * seen what was put there. The kernel returns from deleting a rule when all such looks have ended:
 * so one is added and deleted that has no calls and never holds.
 */
static void put_grace(struct planner *p)
{
	struct way *way = &p->ways[AUDIT_FILTER_EXIT];
	struct rule nothing;
	const struct rule *made;

	if (!p->is_grace_needed || !is_anything_removed(p))
		return;
	rule_init(&nothing);
	nothing.list = AUDIT_FILTER_EXIT;
	nothing.action = AUDIT_NEVER;
	made = make_twin(p, way, &nothing, AUDIT_LESS_THAN, false);
	if (!made)
		return;
	put(p, CHANGE_TRY, CHANGE_APPEND, made, CHANGE_OF_NONE);
	put(p, CHANGE_TRY, CHANGE_DELETE, made, CHANGE_OF_NONE);
}

static void put_delete(struct planner *p, const struct rule *rule)
{
	put(p, CHANGE_REMOVE, CHANGE_DELETE, rule, CHANGE_OF_NONE);
}

static void put_remove(struct planner *p, const struct way *way)
{
	static const uint32_t in_order[] = {AUDIT_NEVER, AUDIT_ALWAYS};
	size_t from = way->lead + way->stay, front = repeated(&way->from);

	if (way->kind == WAY_MINIMAL) {
		for (size_t a = 0; a < LEN(in_order); a++)
			for (size_t i = way->from.count; i-- > 0;)
				if (!way->keep[i] && way->from.rules[i]->action == in_order[a])
					put_delete(p, way->from.rules[i]);
		return;
	}
	/* The kernel deletes the first of rules that are the same. */
	for (size_t i = 0; i < front; i++)
		put_delete(p, way->from.rules[i]);
	for (size_t i = way->from.count; i-- > (front ? front : from);)
		put_delete(p, way->from.rules[i]);
}

static void put_add(struct planner *p, const struct way *way)
{
	size_t first = way->rebuild ? way->rebuild : way->stay;

	if (way->kind == WAY_MINIMAL)
		return;
	for (size_t i = first; i < way->to.count; i++)
		put(p, CHANGE_ADD, CHANGE_APPEND, way->to.rules[i], way->to.at[i]);
	for (size_t i = way->rebuild; i-- > 0;)
		put(p, CHANGE_ADD, CHANGE_PREPEND, way->to.rules[i], way->to.at[i]);
}

static void put_unguard(struct planner *p, const struct way *way)
{
	for (size_t i = 0; i < way->guard_count; i++)
		put(p, CHANGE_UNGUARD, CHANGE_DELETE, way->guards[i], CHANGE_OF_NONE);
	for (size_t i = 0; i < way->lead; i++)
		put(p, CHANGE_UNGUARD, CHANGE_DELETE, way->from.rules[i], CHANGE_OF_NONE);
}

/* ---- public ---- */

static bool split_part(struct rule_view view, size_t list, struct part *part)
{
	part->rules = calloc(view.count + 1, sizeof(const struct rule *));
	part->at = calloc(view.count + 1, sizeof(*part->at));
	if (!part->rules || !part->at)
		return false;
	for (size_t i = 0; i < view.count; i++) {
		if (view.rules[i].rule->list != list)
			continue;
		part->at[part->count] = i;
		part->rules[part->count++] = view.rules[i].rule;
	}
	return true;
}

static void release_part(struct part *part)
{
	free(part->rules);
	free(part->at);
}

static int check_task(const struct change_task *task, struct err *e)
{
	for (size_t i = 0; i < task->to.count; i++)
		if (task->to.rules[i].rule->list >= LISTS)
			return err_set(e, "%s:%u: the kernel has no list %u",
				       task->to.rules[i].file, task->to.rules[i].line,
				       task->to.rules[i].rule->list);
	for (size_t i = 0; i < task->from.count; i++)
		if (task->from.rules[i].rule->list >= LISTS)
			return err_set(e, "the kernel has a rule in list %u, which is not known",
				       task->from.rules[i].rule->list);
	return 0;
}

static int prepare(struct planner *p, struct err *e)
{
	for (size_t list = 0; list < LISTS; list++) {
		struct way *way = &p->ways[list];

		if (!split_part(p->task->from, list, &way->from) ||
		    !split_part(p->task->to, list, &way->to))
			return err_set(e, "no memory for the change");
		way->keep = calloc(way->from.count + 1, sizeof(*way->keep));
		way->guards =
			calloc(way->from.count + way->to.count + 1, sizeof(const struct rule *));
		if (!way->keep || !way->guards)
			return err_set(e, "no memory for the change");
		choose_way(way, list);
		if (way->rebuild && !p->task->at_any_rate)
			return err_set(e, "a rule stands twice among those to be loaded");
	}
	return 0;
}

static int plan(struct planner *p, struct err *e)
{
	if (check_task(p->task, e) != 0 || prepare(p, e) != 0)
		return -1;
	for (size_t list = 0; list < LISTS; list++)
		if (put_try(p, &p->ways[list], e) != 0)
			return -1;
	put_grace(p);
	for (size_t list = 0; list < LISTS; list++)
		if (p->ways[list].kind != WAY_NONE)
			put_remove(p, &p->ways[list]);
	for (size_t list = 0; list < LISTS; list++)
		if (p->ways[list].kind != WAY_NONE)
			put_add(p, &p->ways[list]);
	for (size_t list = 0; list < LISTS; list++)
		put_unguard(p, &p->ways[list]);
	return p->failed ? err_set(e, "no memory for the change") : 0;
}

int change_plan(struct change *c, const struct change_task *task, struct err *e)
{
	struct planner p = {.c = c, .task = task};
	int status;

	*c = (struct change){0};
	status = plan(&p, e);
	for (size_t list = 0; list < LISTS; list++) {
		release_part(&p.ways[list].from);
		release_part(&p.ways[list].to);
		free(p.ways[list].keep);
		free(p.ways[list].guards);
	}
	if (status != 0)
		change_release(c);
	return status;
}

void change_release(struct change *c)
{
	for (size_t i = 0; i < c->made_count; i++)
		free(c->made[i]);
	free(c->made);
	free(c->steps);
	*c = (struct change){0};
}
