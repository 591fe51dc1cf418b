/*
 * How many events have each value of a field, or each combination of the values of several.
 *
 *	counts_init(&c, 2);
 *	counts_add(&c, v.lists);			-- of query/values.h: one event
 *	counts_merge(&all, &c);				-- in any order
 *	counts_sort(&all, COUNTS_BY_HITS, false);
 *	for (size_t i = 0; i < all.tally.count; i++) {
 *		counts_texts(&all, i, texts, has);
 *		print(all.tally.entries[i].hits, texts);
 *	}
 *	counts_release(&c);
 *
 * An event with several values of a field counts for each of them; one without counts for "none",
 * so that the counts of a field whose events have one value each add up to the number of events.
 */
#ifndef AURUM_QUERY_COUNTS_H
#define AURUM_QUERY_COUNTS_H

#include "query/tally.h"
#include "query/values.h"

#define COUNTS_MAX     2000000 /* different values; about 200 bytes each */
#define COUNTS_MIX_MAX 4096    /* combinations of one event; more are left out */

enum counts_order {
	COUNTS_BY_HITS,  /* the most first, equal ones by value */
	COUNTS_BY_VALUE, /* numbers by size, then text; none last */
	COUNTS_BY_TIME,  /* as they first came; only when parts were merged in the log's order */
};

struct counts {
	struct tally tally;
	size_t fields;
	bool is_full; /* there were more than COUNTS_MAX: what is here is not all */
	struct buf key;
};

void counts_init(struct counts *c, size_t fields);
void counts_release(struct counts *c);
void counts_reset(struct counts *c);

/* lists: one for each field. tally.failed when there is no memory. */
void counts_add(struct counts *c, const struct values_list *lists);
/* Adds what `from` has behind what c has. */
void counts_merge(struct counts *c, const struct counts *from);

/* Nothing may be added afterwards. */
void counts_sort(struct counts *c, enum counts_order order, bool reverse);
/* The values of one entry, one for each field; has[i] is false for none. */
void counts_texts(const struct counts *c, size_t entry, struct sv *texts, bool *has);

/* The order of values: numbers first, by size; then text, in which digits count by their size. */
int counts_compare(struct sv a, struct sv b);

#endif
