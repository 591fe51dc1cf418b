/* Inside lib/query: what is told of a query without asking it, for lang_plan.c and lang_demand.c. */
#ifndef AURUM_QUERY_LANG_PLAN_H
#define AURUM_QUERY_LANG_PLAN_H

#include "query/lang_parts.h"

/*
 * A text that every value holds which the test accepts, without that byte unless it is NUL; empty when
 * nothing can be told. In the arena.
 */
struct sv lang_required(const struct lang_test *t, char without, struct arena *a);

/* The longest part of the text without that byte. */
struct sv lang_longest_between(struct sv text, char c);

/* A comparison of which a query's window says everything. */
bool lang_is_window(const struct lang_node *n);

#endif
