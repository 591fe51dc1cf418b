/*
 * Whether events are what an expectation asks for, and if not, what they are instead.
 *
 *	struct judge j;
 *	if (judge_init(&j, &filter, &e) != 0) ...
 *	judge_start(&j, &test);
 *	while ((event = join_next(join)))
 *		if (judge_event(&j, event, &e) != 0) ...
 *	if (!judge_holds(&j))
 *		judge_explain(&j, &lines);
 *	judge_release(&j);
 *
 * Of a command the kernel has said already which events rules recorded: those count that have the
 * key, and one is enough. Of a file of events the filter says what the rules would make of each:
 * all of them must be taken by a rule with the key. What is recorded without a rule, messages of
 * programs and the kernel's own records, is passed over.
 */
#ifndef AURUM_POLICY_JUDGE_H
#define AURUM_POLICY_JUDGE_H

#include "policy/expect.h"
#include "policy/filter.h"
#include "record/join.h"

#define JUDGE_KINDS_MAX 16 /* ways in which events were taken, kept one by one */

enum judged_fate {
	JUDGED_RECORDED,
	JUDGED_DROPPED, /* by a rule */
	JUDGED_IGNORED, /* no rule takes it */
	JUDGED_OPEN,    /* the event does not say enough */
};

/* What became of some events. */
struct judged {
	enum judged_fate fate;
	size_t rule;   /* FILTER_NONE: none, or it is not certain which */
	struct sv key; /* of those that were recorded; empty: none */
	size_t events;
};

struct judge {
	const struct filter *filter;
	const struct expectation *test;
	struct judged kinds[JUDGE_KINDS_MAX];
	size_t kind_count;
	size_t events;              /* that went through rules */
	size_t of[JUDGED_OPEN + 1]; /* of each fate */
	size_t with_key;            /* recorded with the key of the test */
	/* private from here */
	struct buf why; /* lines: what kept the rules with the key from the first event */
	struct filter_verdict *verdicts;
	struct arena keys, memory;
};

/* filter must outlive j. */
MUST_CHECK int judge_init(struct judge *j, const struct filter *filter, struct err *e);
void judge_release(struct judge *j);
/* Forgets all events. */
void judge_start(struct judge *j, const struct expectation *test);
/* -1: no memory. */
MUST_CHECK int judge_event(struct judge *j, const struct event *event, struct err *e);
bool judge_holds(const struct judge *j);
/* Why it does not hold: lines of text with bytes as they are in rules and events. */
void judge_explain(struct judge *j, struct buf *out);

#endif
