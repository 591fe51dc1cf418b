/* Making trees of demands. What they mean to an index is ask.c's part. */
#include "index/demand.h"

struct demand *demand_new(struct arena *a, enum demand_kind kind)
{
	struct demand *d = arena_alloc(a, sizeof(*d));

	if (d)
		*d = (struct demand){.kind = kind};
	return d;
}

void demand_add(struct demand *parent, struct demand *child)
{
	struct demand **at = &parent->child;

	while (*at)
		at = &(*at)->next;
	*at = child;
}
