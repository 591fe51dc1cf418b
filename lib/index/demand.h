/*
 * What an event must have to be found, as far as an index can tell: a tree that a query is turned into
 * (query/prune.h), and that each file's index is asked for (index/index.h).
 *
 *	ALL(FIELD key accepts is_needle, ANY(FIELD uid accepts is_0, FIELD UID accepts is_root))
 *
 * A demand may let more through than its query, never less. One that is exact says the same as the
 * query of every event: only then can it be negated or counted.
 */
#ifndef AURUM_INDEX_DEMAND_H
#define AURUM_INDEX_DEMAND_H

#include "base/arena.h"
#include "record/record.h"

enum demand_kind {
	DEMAND_ANYTHING, /* nothing can be told: every event may fit */
	DEMAND_NOTHING,  /* no event fits, exactly */
	DEMAND_ALL,      /* of its children */
	DEMAND_ANY,      /* of its children */
	DEMAND_NOT,      /* its one child does not hold */
	DEMAND_FIELD,    /* some record has a field of that name with a value that is accepted */
	DEMAND_TYPE, /* some record is of a type that is accepted: raw is the type's name in the log */
	DEMAND_NODE, /* the node is accepted; "" where lines have none */
};

/* raw is a value as it stands in the record, quotes included. Any thread. */
typedef bool (*demand_accepts_fn)(const void *arg, struct sv raw);

struct demand {
	enum demand_kind kind;
	struct demand *child, *next; /* first child; next of the same parent */

	/* DEMAND_FIELD, DEMAND_TYPE, DEMAND_NODE */
	struct sv field; /* name; upper case: of the enriched tail */
	demand_accepts_fn accepts;
	const void *arg;
	bool is_exact; /* accepts() says of the first field of that name in a record what the query says of the event */

	/*
	 * For fields of many values, of which only hashes are kept; values are decoded (record/escape.h).
	 * values: nothing else fits, any of them does. parts: what fits holds one of them. With neither
	 * every frame may fit.
	 */
	const struct sv *values, *parts;
	size_t value_count, part_count;

	struct sv label; /* for --explain: `key = "needle"` */
};

/* A new one in the arena; NULL when there is no memory. Members not given are zero. */
struct demand *demand_new(struct arena *a, enum demand_kind kind);
/* Puts child behind the others of parent. */
void demand_add(struct demand *parent, struct demand *child);

#endif
