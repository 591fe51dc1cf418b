/* Private to the filter: conditions of one rule over an act. */
#ifndef AURUM_POLICY_FILTER_PRIV_H
#define AURUM_POLICY_FILTER_PRIV_H

#include "policy/filter.h"

/* When a filter is asked decides what it can see. */
enum filter_moment {
	MOMENT_START,  /* of the process: neither a call nor its files */
	MOMENT_BEFORE, /* a watched file goes away: no result yet, and new files are not there */
	MOMENT_END,
};

struct filter_asking {
	const struct filter *filter;
	const struct act *act;
	enum filter_moment moment;
	bool hides; /* there are rules that hide file systems: filter_hides() */
};

/* A rule of the list filesystem that leaves names out. */
bool filter_hides(const struct rule *r);

/* A rule that is asked for one name after the other, by path= or inode=. */
bool filter_is_hashed(const struct rule *r);
/* Its path=; empty when it has none. */
struct sv filter_watch_of(const struct rule *r);

/*
 * Do the calls and all conditions of the rule hold? name is one of the act's for hashed rules,
 * else NULL. Certain "no"s win over what is not said; the first of them is the verdict.
 */
struct filter_verdict filter_ask(const struct filter_asking *asking, const struct rule *r,
				 const struct act_name *name);

/* The same for the lists user and exclude, about a record of this type. */
struct filter_verdict filter_ask_record(const struct filter_asking *asking, const struct rule *r,
					uint32_t type);

/* The name as the kernel had it then: without what the filesystem list hides, or came later. */
enum filter_truth filter_has_file(const struct filter_asking *asking, const struct act_name *n);

#endif
