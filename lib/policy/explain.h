/*
 * What a rule does, in a sentence for people, and an example of the event that it would record.
 *
 *	explain_rule(&rule, &style, &out);
 *		-- "Records every attempt to write to or change the attributes of /etc/passwd by
 *		   64-bit programs; key identity."
 *	example_event(&rule, &style, &out);
 *		-- type=SYSCALL msg=audit(1700000000.000:1): arch=c000003e ...
 */
#ifndef AURUM_POLICY_EXPLAIN_H
#define AURUM_POLICY_EXPLAIN_H

#include "record/names.h"
#include "rule/command.h"

struct explain_style {
	enum machine machine; /* whose system calls a rule without arch has */
	struct names *names;  /* of users and groups; NULL: they stay numbers */
};

/* One sentence, without a newline. out->failed when it does not fit. */
void explain_rule(const struct rule *r, const struct explain_style *style, struct buf *out);

/* The same for any command of a rules file: settings, -D, ... */
void explain_command(const struct command *c, const struct explain_style *style, struct buf *out);

/*
 * Lines of a log, as auditd writes them in the format RAW, of an event that the rule takes. False,
 * with nothing appended, for a rule that records no events of its own: never, the lists exclude,
 * task and filesystem, one that can match nothing, or one for which none was found that it takes.
 */
MUST_CHECK bool example_event(const struct rule *r, const struct explain_style *style,
			      struct buf *out);

#endif
