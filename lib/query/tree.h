/*
 * The processes that a log tells of, and which of them started which.
 *
 *	struct tree *t = tree_new(TREE_FACTS_MAX, &e);
 *	for each event: if (tree_put(t, event) == TREE_FULL) ...
 *	if (tree_build(t, &e) != 0) ...
 *	p = tree_find(t, 4242, &stamp);
 *	for (; p; p = p->parent) ...
 *	tree_free(t);
 *
 * Parents come from fork, vfork, clone and clone3 where a log has them, else from the ppid of any
 * record; what a process ran from execve and execveat; its end from exit_group, exit and ANOM_ABEND;
 * who stands behind it from LOGIN, USER_LOGIN and USER_START.
 *
 * A pid comes again. Records with one pid are of one process as long as nothing speaks against it;
 * what does is in query/tree_build.c and decision 0017. A process that the log only knows as somebody's
 * parent or child is there, too: is_seen is false.
 *
 * The log may be hostile: parents can form a ring. Whoever follows `parent` or `first_child` marks
 * where it was (number is an index), or stops after as many steps as there are processes.
 */
#ifndef AURUM_QUERY_TREE_H
#define AURUM_QUERY_TREE_H

#include "base/arena.h"
#include "base/err.h"
#include "record/join.h"

#define TREE_FACTS_MAX   ((size_t)1 << 20) /* about 200 bytes each, and what was run */
#define TREE_COMMAND_MAX ((size_t)4096)    /* bytes of a command line that are kept */
#define TREE_UNKNOWN     UINT32_MAX        /* of a pid; of an id: not set */

/* A program that was run, or was to be. */
struct tree_exec {
	const struct tree_exec *next; /* of the same process, later */
	struct stamp stamp;
	struct sv words; /* each with a NUL behind it; empty: not recorded */
	struct sv path;  /* what was asked for, or what ran */
	struct sv user;  /* whom it then acts as, from the log; empty: no name in it */
	uint32_t euid;
	int error; /* errno of an attempt that failed, 0 where that is not known */
	bool has_failed, is_cut;
};

struct tree_login {
	const struct tree_login *older; /* of the same session number */
	uint32_t session, auid, pid;
	struct stamp stamp;
	struct sv user;                       /* empty: only auid is known */
	struct sv terminal, address, program; /* empty: not known */
};

enum tree_end { TREE_NO_END, TREE_EXITED, TREE_KILLED };

struct tree_process {
	const struct tree_process *parent, *first_child, *next_child;
	const struct tree_process *older; /* with the same pid, before this one */
	size_t number;                    /* from 0, below tree_count() */
	uint32_t pid, ppid;               /* ppid: as it was first recorded */
	uint32_t auid, euid, session;
	struct stamp first, last; /* when it is known to have been there */
	bool is_born;             /* first is when it was forked */
	bool is_seen;             /* there is a record of its own */
	struct sv user;           /* whom it acts as (euid), from the log; empty: no name in it */
	struct sv comm, exe, terminal;
	const struct tree_exec *execs;
	enum tree_end end;
	int code; /* exit status or signal */
	struct stamp ended;
};

struct tree;

/* NULL, with a sentence, when there is no memory. */
struct tree *tree_new(size_t facts_max, struct err *e);
void tree_free(struct tree *t);

enum tree_put { TREE_TAKEN, TREE_FULL };

/* Events in any order, before tree_build(). TREE_FULL: this one was not taken, nor will others be. */
MUST_CHECK enum tree_put tree_put(struct tree *t, const struct event *event);

/* Once. O(n log n). -1: no memory. */
MUST_CHECK int tree_build(struct tree *t, struct err *e);

size_t tree_count(const struct tree *t);

/*
 * The process with that pid at that moment: the last one that began before, else the first one
 * after. NULL: none. at NULL: the last one.
 */
const struct tree_process *tree_find(const struct tree *t, uint32_t pid, const struct stamp *at);

/* The login of its session, NULL when the events have none. */
const struct tree_login *tree_login_of(const struct tree *t, const struct tree_process *p);

/* Whose event it is; false when it does not say. */
MUST_CHECK bool tree_pid_of(const struct event *event, uint32_t *pid);

#endif
