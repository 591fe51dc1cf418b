/* autrace: what its parts share. */
#ifndef AURUM_AUTRACE_TRACE_H
#define AURUM_AUTRACE_TRACE_H

#include "netlink/control.h"
#include "rule/rule_list.h"

#include <sys/types.h>

/* rules.c: appends the rules that record a process and its children to *out. */
MUST_CHECK int trace_rules(pid_t process, bool resources, struct rule_list *out, struct err *e);

/*
 * keeper.c: a process that takes rules away when this one ends without doing so, however it ends.
 */
struct keeper {
	pid_t pid;
	int alive; /* a pipe: closed when this process ends */
};

/* rules must be whole: there are none to add later. */
MUST_CHECK int keeper_start(struct keeper *k, const struct rule_list *rules, struct err *e);
/* Ends it. removed: the rules are taken away already, else it tries once more. -1: they are left. */
MUST_CHECK int keeper_dismiss(struct keeper *k, bool removed);

/* Adds all; after a failure some of them may be there. */
MUST_CHECK int rules_add(struct audit_control *c, const struct rule_list *rules, struct err *e);
/* Takes away those that are there. -1 when one is left, with the sentence of the last. */
MUST_CHECK int rules_remove(struct audit_control *c, const struct rule_list *rules, struct err *e);

/* child.c: the traced program, which waits until it may start. */
struct child {
	pid_t pid;
	int go;     /* a byte lets it start */
	int failed; /* gives the errno of an execv() that failed, or an end */
};

/* mask: the signals that the program is to start with. */
MUST_CHECK int child_fork(struct child *c, const char *path, char **argv, const sigset_t *mask,
			  struct err *e);
/* Lets it start. 0, or -1 with the reason why it could not. */
MUST_CHECK int child_start(struct child *c, struct err *e);
/* Ends one that has not started. */
void child_cancel(struct child *c);
/*
 * Waits until it has ended, or somebody has asked twice that autrace ends. Signals in the set
 * are relayed. The first of them, or 0.
 */
int child_wait(const struct child *c, const sigset_t *signals);

#endif
