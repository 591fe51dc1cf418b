/*
 * Inside lib/query: what lang_demand.c and its parts share. Each makes demands of one kind of field,
 * with its own accepts functions.
 */
#ifndef AURUM_QUERY_LANG_DEMAND_H
#define AURUM_QUERY_LANG_DEMAND_H

#include "query/lang_accept.h"
#include "query/lang_match.h"
#include "query/lang_plan.h"

#define LANG_VALUES_MAX 64 /* of a leaf, that are asked for by their hashes */
#define LANG_LABEL_MAX  ((size_t)256)

/* What a leaf asks of a value. */
struct lang_leaf {
	const struct lang_node *n;
	struct sv name; /* of the field */
	enum machine machine;
};

struct lang_maker {
	struct lang *l;
	bool failed;     /* no memory */
	bool is_inexact; /* what is made is not what the query says: of one record, several things */
	bool of_record;  /* what is made is of one record: "not" says nothing of the others */
};

/* ---- lang_demand_leaf.c; NULL, and failed, where there is no memory: all of it takes NULL, too ---- */

/* n bytes of zeros in the query's memory. */
void *lang_demand_room(struct lang_maker *k, size_t n);
struct demand *lang_demand_make(struct lang_maker *k, enum demand_kind kind);
void lang_demand_hang(struct demand *parent, struct demand *child);
/* A leaf that asks values of the field, or types or nodes, as n does. */
struct demand *lang_demand_leaf(struct lang_maker *k, enum demand_kind kind,
				const struct lang_node *n, struct sv name,
				demand_accepts_fn accepts, bool is_exact);

bool lang_demand_accepts_any(const void *arg, struct sv raw);
/* Asks with an asker of its own; what could not be asked may fit. */
bool lang_demand_ask(const struct lang_leaf *leaf, struct sv raw,
		     bool (*accepts)(const struct lang_node *n, struct sv name, struct sv raw,
				     struct lang_asker *a));

/* Texts, of which a value that is accepted is one; fields of numbers are kept without zeros in front. */
void lang_demand_set_values(struct lang_maker *k, struct demand *d, const struct lang_node *n);
/* Parts, of which a value that is accepted holds one, in one of its texts. last: of a path, its last. */
void lang_demand_set_parts(struct lang_maker *k, struct demand *d, const struct lang_node *n,
			   char without, bool last);

/* In upper case, as a name is written in the enriched tail. */
struct sv lang_demand_upper(struct lang_maker *k, struct sv name);

/* ---- lang_demand_field.c ---- */

bool lang_demand_accepts_field(const void *arg, struct sv raw);
/* In the tail: a name at all. */
bool lang_demand_accepts_any_name(const void *arg, struct sv raw);
struct demand *lang_demand_of_field(struct lang_maker *k, const struct lang_node *n,
				    struct sv name);

/* ---- lang_demand_path.c ---- */

/* name: one of the fields of LANG_SUBJECT_PATH. */
struct demand *lang_demand_of_path(struct lang_maker *k, const struct lang_node *n, struct sv name);

#endif
