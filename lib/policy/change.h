/*
 * From one set of rules to another: the requests to the kernel, in an order in which what both
 * sets record is recorded all the time.
 *
 *	struct change c;
 *	if (change_plan(&c, &(struct change_task){.from = kernel, .to = target}, &e) != 0) ...
 *	for (size_t i = 0; i < c.count; i++)
 *		... c.steps[i].verb, c.steps[i].rule
 *	change_release(&c);
 *
 * The kernel can put a rule in front of a list, put one behind it, and delete the first that is
 * the same; nothing else. It asks a list from the front and takes the first rule that matches.
 * The plan has four stages, each for all lists before the next:
 *
 *	try	Everything that can be refused is asked for, nothing is taken away. Before the rules
 *		of a list go *guards*: of each new `always` rule a twin with one more condition that
 *		always holds, which the kernel takes for another rule. Of a new `never` rule a twin
 *		that never holds is added and deleted at once.
 *	remove	The old rules go, the last first.
 *	add	The new rules come, in their order.
 *	unguard	The guards go.
 *
 * Where rules only go away and come at the end, no guards are needed. Rules that stay in front
 * are not touched. docs/decisions says why this order is safe, change_test.c tries it out.
 */
#ifndef AURUM_POLICY_CHANGE_H
#define AURUM_POLICY_CHANGE_H

#include "policy/target.h"

enum change_stage { CHANGE_TRY, CHANGE_REMOVE, CHANGE_ADD, CHANGE_UNGUARD };
enum change_verb { CHANGE_PREPEND, CHANGE_APPEND, CHANGE_DELETE };

#define CHANGE_OF_NONE SIZE_MAX

struct change_step {
	enum change_stage stage;
	enum change_verb verb;
	const struct rule *rule; /* borrowed from the task, or owned by the change */
	size_t of; /* index in task.to.rules of the rule it is about, or CHANGE_OF_NONE */
};

struct change_task {
	struct rule_view from; /* what the kernel has */
	struct rule_view to;
	/*
	 * For putting back what was there: it is planned even where coverage cannot be kept all
	 * the time (a rule of 64 conditions, the same rule twice), for there is no way around it.
	 */
	bool at_any_rate;
};

struct change {
	struct change_step *steps;
	size_t count;
	/* private from here */
	size_t capacity;
	struct rule **made;
	size_t made_count, made_capacity;
};

/*
 * The rules of the task must outlive the change. -1 with a sentence when there is no memory, or a
 * rule with 64 conditions leaves no room for a guard, or task->to has a rule twice and not
 * at_any_rate; *c is then released.
 */
MUST_CHECK int change_plan(struct change *c, const struct change_task *task, struct err *e);
void change_release(struct change *c);

#endif
