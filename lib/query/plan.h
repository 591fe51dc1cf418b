/*
 * What of a query can be told without parsing. An event that the query finds
 *
 *	- has the query's serial, node and window: they stand in every record's head;
 *	- has a record whose type, as a word, is one of the plan's words, where types are asked for;
 *	- has, for each set of literals, a record that holds one of the set.
 *
 * The rarest set is looked for in every byte of the log; the others only in events that are
 * left. A query of which nothing can be told has no set: every event is parsed.
 */
#ifndef AURUM_QUERY_PLAN_H
#define AURUM_QUERY_PLAN_H

#include "query/query.h"
#include "query/wide.h"

#define PLAN_WORDS_MAX 8 /* of types; more of them are not worth looking for */
#define PLAN_SETS_MAX  4
#define PLAN_SET_MAX   6

struct plan_set {
	struct literal literals[PLAN_SET_MAX]; /* any of them */
	size_t count;
	unsigned rarity; /* the more, the rarer its hits are expected to be */
};

struct plan {
	const struct query *query;
	enum wide wide;
	bool any_time; /* lines outside the window are joined, too */
	bool has_words;
	struct sv words[PLAN_WORDS_MAX];
	size_t word_count;
	struct plan_set sets[PLAN_SETS_MAX]; /* all of them hold; the rarest first */
	size_t set_count;
};

/* q has to stay as it is while the plan is used. */
void plan_init(struct plan *p, const struct query *q);

/* One more set, which has to hold as well; past PLAN_SETS_MAX it is left out. */
void plan_add_set(struct plan *p, const struct plan_set *set);

/* False when a record of this type cannot be one of those that are asked for. */
bool plan_fits_word(const struct plan *p, struct sv type_name);

/* False when no record of an event with these lines can be what the query asks for. */
bool plan_fits_text(const struct plan *p, struct sv lines);

/*
 * The marks of which an event needs all, each on some of its lines: PLAN_MARK_TEXT where
 * plan_scan() hit, PLAN_MARK_WORD where plan_fits_word() says so. 0: nothing can be told.
 */
#define PLAN_MARK_TEXT 1u
#define PLAN_MARK_WORD 2u
unsigned plan_marks(const struct plan *p);

/* The rarest set's hits. */
void plan_scan(const struct plan *p, struct sv block, uint64_t *marks);

#endif
