/*
 * The query language of aurum (aurum-query(7)): one text, and whether an event is what it says.
 *
 *	key = "needle" and (user = alice or addr in 10.0.0.0/8) and not exe ~ "^/usr/(s)?bin/" and time > -2h
 *
 *	struct lang l;
 *	struct lang_problem problem;
 *	if (lang_parse(&l, text, &env, &problem) != 0) ...	-- lang_put_problem(text, &problem, &out)
 *	struct lang_matcher *m = lang_matcher_new(&l, names);	-- one for each thread
 *	if (lang_matches(&l, event, m)) ...
 *	if (lang_matcher_problem(m)) ...			-- some event could not be asked
 *	lang_matcher_free(m);
 *	lang_release(&l);
 *
 * `and`, `or`, `not` ask the whole event. The reference's expressions (query/expression.h) are part of
 * the language, as they are written and with their meaning: what `&&`, `||` and `!` connect is asked of
 * one record. A text without a word is every event.
 *
 * Nothing changes a parsed text but lang_demand(), so that any number of threads can ask it, each with
 * its matcher.
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

#define LANG_TEXT_MAX     (64u << 10)
#define LANG_NODES_MAX    4096
#define LANG_DEPTH_MAX    64
#define LANG_PATTERN_MAX  1024
#define LANG_PATTERNS_MAX 256

struct lang_node;
struct lang_held;

struct lang_problem {
	size_t column, length; /* of what is wrong, in bytes from 1; length may be 0 at the end */
	char text[256];        /* what was found and what was expected; a hint where there is one */
};

struct lang {
	const struct lang_node *root; /* NULL: every event */
	struct arena memory;
	struct lang_held *held;      /* private: what is not in the arena */
	const struct demand *demand; /* private to lang_demand() */
	size_t node_count;
	/* Of a user or group that this machine does not know; column 0: there is none. For people,
	 * where little or nothing is found. */
	struct lang_problem remark;
};

/* What a text means depends on it. Borrowed for the call. */
struct lang_env {
	const struct when_context *when;
	struct names *names; /* users and groups to numbers; NULL: none is known */
};

/* 0; or -1 with the problem, and nothing is held. text is not kept. */
MUST_CHECK int lang_parse(struct lang *l, struct sv text, const struct lang_env *env,
			  struct lang_problem *p);
void lang_release(struct lang *l);
/* In one way of writing it, which reads back as the same tree. */
void lang_put(const struct lang *l, struct buf *out);

/* The line of the text that is wrong, a line with carets under the place, and the sentence:
 * no control byte of the text is put as it is. Ends with a newline. */
void lang_put_problem(struct sv text, const struct lang_problem *p, struct buf *out);

struct lang_matcher;
/* NULL: no memory. names is used from the matcher's thread only. */
struct lang_matcher *lang_matcher_new(const struct lang *l, struct names *names);
void lang_matcher_free(struct lang_matcher *m);

/*
 * The event must have been joined from records, not pieces. An event that cannot be asked, because
 * a regular expression takes too long on it or there is no memory, is said to match, and
 * lang_matcher_problem() says from then on why: a sentence, NULL before. Valid as long as m.
 */
bool lang_matches(const struct lang *l, const struct event *event, struct lang_matcher *m);
const char *lang_matcher_problem(const struct lang_matcher *m);

/* ---- for the planner and the engine: each lets more through than the text, never less ---- */

/*
 * Narrows q's window, types, nodes, serial where every event that fits must be inside; views point
 * into l. True: the query says all of it.
 */
bool lang_narrow(const struct lang *l, struct query *q);
/*
 * In l's memory, made once; not by two threads at once. NULL: no memory. Where it is exact it says
 * all of the text but what lang_narrow() puts into the window without a rest.
 */
const struct demand *lang_demand(struct lang *l);
/* Sets of literals, of each of which an event that fits holds one; how many. */
size_t lang_sets(const struct lang *l, struct plan_set out[PLAN_SETS_MAX]);

/* ---- names, for completion and the manual ---- */

struct lang_field {
	const char *name, *help;
	bool is_virtual; /* not one field of the records: made of several, or of the whole event */
};

extern const struct lang_field lang_fields[];
extern const size_t lang_field_count;

/* The row of that name, NULL when there is none. */
const struct lang_field *lang_field_find(struct sv name);

#endif
