/*
 * What an event must have to be found, as far as an index can tell: a tree that a query is turned into
 * (query/prune.h), and that each file's index is asked for (index/index.h).
 *
 *	ALL(FIELD key accepts is_needle, ANY(FIELD uid accepts is_0, FIELD UID accepts is_root))
 *
 * A demand may let more through than its query, never less. One that is exact says the same as the
 * query of every event: only then can it be negated or counted.
 *
 * The values of a field, of which accepts() is asked, are those of both ways to read a record: as
 * record/words.h cuts it into words (expressions are about those), and where that differs as
 * record/record.h does (query/look.c goes by it): a name="a b" is one value there, bare ones keep
 * their punctuation, and a value without a closing quote runs to the end of its part. An index keeps both,
 * and does not call a field exact in which some record has two. The names of the enriched tail are only
 * read the second way, and are in upper case here, whatever they are there.
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
	 * For fields of many values, of which only hashes are kept, those of a value's texts: what
	 * stands between its quotes; without quotes the value itself, and what decode_bytes() of
	 * record/escape.h makes of it, and of what is left behind a 00 in front; NULs stay. Of fields
	 * of numbers (pid, ses, inode) instead the number that it starts with, in decimal.
	 *
	 * values: no other text fits. parts: a text that fits holds one of them. Where both are given
	 * either may be looked for. With neither every frame may fit that has the field.
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
