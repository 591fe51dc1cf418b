/*
 * Two processes: the worker reads records, decides and writes, and is confined so that it can start
 * no program; the keeper reads no record, and starts the program that stands behind the filter when
 * the worker asks for it.
 *
 *	auditd ---signals---> keeper ---starts---> program
 *	   \                    | socket             ^ pipe
 *	    `---records---> worker ------------------'
 *
 *	switch (keeper_fork(&k, &plugin, argv, &status, &e)) ...
 *	fd = keeper_start(&k, name, &e);	-- the pipe's end to write to
 *	if (keeper_has_ended(&k, &status)) ...
 *	keeper_release(&k);
 */
#ifndef AURUM_BIN_FILTER_KEEPER_H
#define AURUM_BIN_FILTER_KEEPER_H

#include "common/plugin.h"

/* The worker's side. */
struct keeper {
	int fd; /* poll it for POLLIN: the program has ended, or the keeper is gone */
	bool is_gone;
};

enum keeper_side {
	KEEPER_WORKER, /* *k is set */
	KEEPER_DONE,   /* this was the keeper, and the worker has ended: exit with *status */
	KEEPER_FAILED  /* e has the sentence */
};

/*
 * Forks. Signals that the keeper gets are passed on to the worker, SIGHUP to the program, too. The
 * worker gets SIGTERM when the keeper dies.
 */
MUST_CHECK enum keeper_side keeper_fork(struct keeper *k, struct plugin *p, char **argv,
					int *status, struct err *e);
void keeper_release(struct keeper *k);

/* Starts the program; none may be running, and name is for the sentence. The end of its pipe to
 * write to, non-blocking, or -1. */
MUST_CHECK int keeper_start(struct keeper *k, const char *name, struct err *e);

/* Once for each start: true with its wait status when it has ended. */
MUST_CHECK bool keeper_has_ended(struct keeper *k, int *status);

/* Sends the program a signal. */
void keeper_kill(struct keeper *k, int signal);

#endif
