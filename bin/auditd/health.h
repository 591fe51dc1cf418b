/*
 * How the daemon is, told to everybody: each second on the board, on SIGCONT in the state report,
 * for every lost record in the log, and by actions when something is wrong.
 *
 * Recording never depends on it: what cannot be opened is told once, and left out.
 */
#ifndef AURUM_AUDITD_HEALTH_H
#define AURUM_AUDITD_HEALTH_H

#include "auditd/asker.h"
#include "auditd/voice.h"

#include "health/account.h"
#include "health/board.h"
#include "health/burst.h"

struct app;

struct health {
	struct board board;
	struct health_recorder figures; /* as they were written last */
	struct asker asker;
	struct account account;
	struct burst burst;
	int resident;       /* /proc/self/statm, -1: cannot be read */
	int readers;        /* /proc/net/netlink, -1: cannot be read */
	uint64_t log_lines; /* of the log writer, when it was looked at last */
	uint64_t log_bytes;
	unsigned rotations;   /* of it */
	uint64_t keeper_lost; /* of the keeper */
	uint32_t told_needed; /* the backlog limit that was asked for */
	bool has_told_readers;
	int64_t readers_ms; /* when to look for other readers again */
};

/* Opens what may not be opened later, and makes the board, before the attendant starts. */
void health_prepare(struct app *app);
/* Recording begins. No thread runs before. */
void health_begin(struct app *app);
/* Once a second. */
void health_tick(struct app *app);
/* Before the record that the daemon ends: every loss is told. */
void health_last_words(struct app *app);
void health_release(struct app *app);

#endif
