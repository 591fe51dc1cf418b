/*
 * The query language of aurum (docs/aurum-query.7): one text, and whether an event is what it says.
 *
 *	key = "needle" and (user = alice or addr in 10.0.0.0/8) and not exe ~ "^/usr/(s)?bin/" and time > -2h
 *
 *	struct lang l;
 *	struct lang_problem problem;
 *	if (lang_parse(&l, text, &env, &problem) != 0) ...	-- problem.column, problem.text
 *	struct lang_matcher *m = lang_matcher_new(&l, names);	-- one for each thread
 *	if (lang_matches(&l, event, m)) ...
 *	lang_matcher_free(m);
 *	lang_release(&l);
 *
 * `and`, `or`, `not` ask the whole event. The reference's expressions (query/expression.h) are part of
 * the language, as they are written and with their meaning: what `&&`, `||` and `!` connect is asked of
 * one record.
 */
#ifndef AURUM_QUERY_LANG_H
#define AURUM_QUERY_LANG_H

#include "base/arena.h"
#include "base/buf.h"
#include "index/demand.h"
#include "query/plan.h"
#include "query/query.h"
#include "query/when.h"
#include "record/join.h"
#include "record/names.h"

#define LANG_TEXT_MAX  (64u << 10)
#define LANG_NODES_MAX 4096
#define LANG_DEPTH_MAX 64

struct lang_node;

struct lang {
	const struct lang_node *root; /* NULL: every event */
	struct arena memory;
	void *private;
};

struct lang_problem {
	size_t column, length; /* of what is wrong, in bytes from 1 */
	char text[256];        /* what was found and what was expected; a hint where there is one */
};

/* What a text means depends on it. */
struct lang_env {
	int64_t now_s;
	when_from_local_fn from_local;
	struct names *names; /* users and groups to numbers */
};

MUST_CHECK int lang_parse(struct lang *l, struct sv text, const struct lang_env *env,
			  struct lang_problem *p);
void lang_release(struct lang *l);
/* In one way of writing it, which reads back as the same tree. */
void lang_put(const struct lang *l, struct buf *out);

struct lang_matcher;
struct lang_matcher *lang_matcher_new(const struct lang *l,
				      struct names *names); /* NULL: no memory */
void lang_matcher_free(struct lang_matcher *m);
bool lang_matches(const struct lang *l, const struct event *event, struct lang_matcher *m);

/* ---- for the planner and the engine: each lets more through than the text, never less ---- */

/* Narrows q's window, types, nodes, serial where every event that fits must be inside. True: the query says all of it. */
bool lang_narrow(const struct lang *l, struct query *q);
/* In l's memory. NULL: no memory. */
const struct demand *lang_demand(struct lang *l);
/* Sets of literals, of each of which an event that fits holds one; how many. */
size_t lang_sets(const struct lang *l, struct plan_set out[PLAN_SETS_MAX]);

#endif
