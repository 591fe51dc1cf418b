/*
 * The kernel's filters over an act: which rule takes it, and why every earlier one did not.
 *
 *	struct filter filter = {.rules = source.rules, .count = source.count};
 *	struct filter_answer answer;
 *	if (filter_decide(&filter, &act, verdicts, &answer) != 0) ...
 *	if (answer.is_decided && answer.rule != FILTER_NONE)
 *		... filter.rules[answer.rule] takes it; answer.outcome says what becomes of it
 *
 * What the kernel does (kernel/auditsc.c, auditfilter.c, audit_watch.c), in its order:
 *
 *	task		when the process starts. never: nothing it does is recorded; always:
 *			everything is, and no other list is asked
 *	exit, io_uring	when a call ends: the rules in order, first without those that name a
 *			file (path=, inode=); then for each name of the call, in its order, those
 *			that do, until one takes it. A rule only takes what no earlier rule of
 *			the list has taken
 *	filesystem	never: files of that kind of file system leave no name
 *	user		for messages of programs; a field that this list does not know, a key
 *			too, ends the search and the message is recorded
 *	exclude		for each record: what it matches is not written, whatever its action
 *
 * Three-valued: a condition holds, does not, or the event does not say. An answer is decided
 * when what is not said cannot change it. docs/decisions/0007-what-an-event-does-not-say.md.
 */
#ifndef AURUM_POLICY_FILTER_H
#define AURUM_POLICY_FILTER_H

#include "base/buf.h"
#include "policy/act.h"
#include "policy/rule_source.h"

#define FILTER_NONE SIZE_MAX

enum filter_truth { FILTER_NO, FILTER_YES, FILTER_UNSAID };

/* What decided about one rule. */
enum filter_reason {
	FILTER_BY_FIELD,    /* the condition `field` does not hold, or is not said */
	FILTER_BY_CALL,     /* the call is not among the rule's */
	FILTER_BY_ALL,      /* every condition holds */
	FILTER_BY_WALK,     /* all would hold, but an earlier name had its rule already */
	FILTER_BY_EMPTY,    /* user, exclude: a rule without conditions matches nothing */
	FILTER_BY_STRANGER, /* user, exclude: `field` is none that the list knows; the search ends */
	FILTER_NOT_ASKED,   /* the rule's list has no say about such an act */
};

struct filter_verdict {
	enum filter_truth truth;
	enum filter_reason reason;
	uint32_t field;  /* index into the rule's fields */
	bool before_end; /* asked when a watched file went away: the call had no result yet */
	bool at_start;   /* task: asked when the process started */
};

enum filter_outcome {
	FILTER_RECORDED, /* by the rule of the answer, if it has one */
	FILTER_DROPPED,  /* by the rule of the answer: never, or exclude */
	FILTER_IGNORED,  /* no rule takes it, and then nothing is recorded */
};

struct filter_answer {
	bool is_decided; /* else the rest says what follows if all that is not said does not hold */
	enum filter_outcome outcome;
	size_t rule;   /* FILTER_NONE: none takes it */
	struct sv key; /* what the event's key= is then; lives in the rules */
	/* No rule takes it, but a record that the kernel wrote meanwhile (AVC, ...) brings it. */
	bool is_brought;
	/* The call did operations of io_uring itself, about which rules were asked before. */
	bool is_mixed;
};

/* A file as the kernel tells one from another. */
struct filter_file {
	uint64_t inode;
	uint32_t dev_major, dev_minor;
	bool is_link; /* a symbolic link */
};

#define FILTER_PATH_MAX 4096

/*
 * The files of the host that the rules are for, as they are now. find: the file behind a path,
 * without following a link at its end; false when there is none. real: the path without links;
 * false when it leads nowhere.
 */
struct filter_files {
	bool (*find)(void *ctx, const char *path, struct filter_file *out);
	bool (*real)(void *ctx, const char *path, char out[FILTER_PATH_MAX]);
	void *ctx;
};

/* Those of this host. */
extern const struct filter_files filter_files_here;

struct filter {
	const struct placed_rule *rules; /* in the kernel's order */
	size_t count;
	/* NULL: paths are compared as they are written, and two paths are two files. */
	const struct filter_files *files;
};

/*
 * Answers for one act. verdicts has room for filter->count; every rule gets one, those behind
 * the rule that took the act too. Nothing is kept: rules and act are borrowed.
 */
void filter_decide(const struct filter *filter, const struct act *act,
		   struct filter_verdict *verdicts, struct filter_answer *out);

/*
 * Which exclude rule drops a record of this type of the event; FILTER_NONE when none does. With
 * *decided false that is so only if what is not said does not hold.
 */
size_t filter_excludes(const struct filter *filter, const struct act *act, uint32_t type,
		       bool *decided);

/* "-F auid>=1000", "-S open": what the verdict is about; nothing for those without a condition. */
void filter_put_condition(const struct rule *rule, const struct filter_verdict *v, struct buf *out);
/* "the event has auid=unset": the event's side of it. */
void filter_put_event(const struct rule *rule, const struct filter_verdict *v,
		      const struct act *act, struct buf *out);

#endif
