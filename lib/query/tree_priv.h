/* Inside lib/query/tree*: what one event says about processes. */
#ifndef AURUM_QUERY_TREE_PRIV_H
#define AURUM_QUERY_TREE_PRIV_H

#include "base/buf.h"
#include "base/map.h"
#include "query/tree.h"

/* In the order in which facts of one millisecond are taken. */
enum fact_kind {
	FACT_BOOT, /* every process before it is gone */
	FACT_FORK, /* pid has forked `value` */
	FACT_LOGIN,
	FACT_SESSION, /* where a session came from; value 1: USER_LOGIN, 0: USER_START */
	FACT_SEEN,    /* pid was there; and with all below */
	FACT_EXEC,
	FACT_EXIT_THREAD, /* the process goes on if it has others */
	FACT_EXIT,
	FACT_KILLED,
};

struct tree_fact {
	struct stamp first, last; /* several of FACT_SEEN are one */
	enum fact_kind kind;
	bool is_sure; /* of FACT_FORK: a process; else it may be a thread */
	int64_t value;
	uint32_t pid, ppid, auid, euid, session;
	struct sv user, comm, exe, terminal;
	struct tree_exec *exec;
	struct tree_login *login;
};

/* What an event says, read once; texts point into its lines or into scratch. */
struct tree_reading {
	struct tree_fact fact;
	struct tree_exec exec;
	struct tree_login login;
	struct buf comm, exe, words, path, word;
};

void tree_reading_init(struct tree_reading *r);
void tree_reading_release(struct tree_reading *r);
/* False when the event says nothing about a process. */
MUST_CHECK bool tree_read(struct tree_reading *r, const struct event *event);

struct tree {
	struct tree_fact *facts;
	size_t count, cap, max;
	struct arena memory;
	struct map texts;   /* hash -> struct sv * in the arena: each is kept once */
	struct map last_of; /* pid -> index of its last fact */
	uint64_t seed;
	bool is_full;
	struct tree_reading reading;

	/* tree_build() */
	struct tree_process **processes;
	size_t process_count, process_cap;
	struct map newest; /* pid -> struct tree_process * */
	struct map logins; /* session -> struct tree_login *, the newest */
};

#endif
