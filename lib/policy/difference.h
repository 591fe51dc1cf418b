/*
 * How one set of rules and settings differs from another: what is gone, what came, what stands in
 * another place. Rules are compared as the kernel does, not as text.
 *
 *	struct difference d;
 *	if (difference_find(&d, &a, &b, &e) != 0) ...
 *	for (size_t i = 0; i < d.count; i++)
 *		... d.lines[i].kind, a.rules.rules[d.lines[i].a]
 *	difference_release(&d);
 */
#ifndef AURUM_POLICY_DIFFERENCE_H
#define AURUM_POLICY_DIFFERENCE_H

#include "policy/target.h"

enum difference_kind {
	DIFFERENCE_SAME,
	DIFFERENCE_GONE,       /* only in a */
	DIFFERENCE_CAME,       /* only in b */
	DIFFERENCE_MOVED_FROM, /* in both, but before or behind others: its place in a ... */
	DIFFERENCE_MOVED_TO,   /* ... and in b */
};

#define DIFFERENCE_NONE SIZE_MAX

struct difference_line {
	enum difference_kind kind;
	size_t a, b;             /* index in the rules of a and b; DIFFERENCE_NONE */
	size_t a_place, b_place; /* the place in its list, counted from 1; 0: none */
};

/* A setting that differs. Of files only what both say, or one of two files. */
struct difference_setting {
	const char *option, *name;
	bool in_a, in_b;
	uint32_t a, b;
};

struct difference {
	struct difference_line *lines; /* list by list, in the order of b where they agree */
	size_t count;
	size_t gone, came, moved;
	struct difference_setting settings[SETTINGS + 1];
	size_t setting_count;
};

/* -1 when there is no memory. The targets are needed as long as the lines are read. */
MUST_CHECK int difference_find(struct difference *d, const struct target *a, const struct target *b,
			       struct err *e);
void difference_release(struct difference *d);

static inline bool difference_is_none(const struct difference *d)
{
	return d->gone + d->came + d->moved + d->setting_count == 0;
}

#endif
