/*
 * The log as the configuration wants it kept: where lines go, when the file is rotated, what is
 * done when it is full, space is short or the disk refuses.
 *
 *	RUNNING		each line is in the log
 *	   | a write fails: a gap begins
 *	FAILING		each put first tries to record the gap; then it is RUNNING again
 *	   | an action suspends recording; the gap goes on, or begins
 *	SUSPENDED	the file is closed, and nothing is tried until the trouble has passed,
 *			or SIGUSR2 or SIGHUP ask for it; then it is FAILING, and tries at once
 *
 * What is missing in the log stands there as one record, where it is missing: see struct keep_gap.
 */
#ifndef AURUM_AUDITD_KEEPER_H
#define AURUM_AUDITD_KEEPER_H

#include "auditd/attendant.h"
#include "auditd/space.h"
#include "auditd/spool.h"
#include "auditd/trouble.h"

#include "base/buf.h"
#include "config/auditd_conf.h"
#include "log/writer.h"

#include <time.h>

enum keep_state { KEEP_RUNNING, KEEP_FAILING, KEEP_SUSPENDED };

/* What was not written, since when and why. */
struct keep_gap {
	bool is_open;
	enum errand_key cause;
	struct timespec since; /* CLOCK_REALTIME */
	uint64_t lost;         /* lines, the daemon's own among them */
};

/* Whom the keeper needs; all of it stays in place. */
struct keep_company {
	const struct voice *voice;
	struct attendant *attendant; /* runs programs, and plugins */
	struct spool *spool;         /* takes for the plugins what is not written */
	void *ctx;
	/* Puts the line, with its newline, that records the gap. */
	void (*put_gap)(void *ctx, const struct keep_gap *gap, struct buf *out);
	struct log_listener listener; /* of the log */
};

struct keeper {
	struct keep_company company;
	struct log_writer log;
	enum { KEEP_NOWHERE, KEEP_FILE, KEEP_STDOUT } target;
	unsigned num_logs;
	struct troubles troubles;
	struct space space;
	uint64_t space_at;    /* bytes written after which it is measured again */
	uint64_t room_before; /* bytes that were free when a file last gave way */
	int64_t room_ms;      /* when that was; 0: never, or there was more since */
	bool is_stuck;   /* a log that is too large could not be rotated: each tick tries again */
	bool is_put_off; /* a rotation waits for the files' names: each put and tick tries again */
	enum errand_key refusal; /* what the last failed write was: a full disk, or an error */
	unsigned errors;         /* of the disk, in a row */
	struct keep_gap gap;
	uint64_t lost; /* lines that were not written, since the start */
	struct grumble losing, cramped;
};

/* The folder of the log, with the owner and the modes it is to have. */
MUST_CHECK int keeper_prepare(const struct auditd_conf *conf, bool foreground, struct err *e);
/* Opens the log. */
MUST_CHECK int keeper_open(struct keeper *k, const struct auditd_conf *conf, bool foreground,
			   const struct keep_company *company, struct err *e);
/* Before the first line: rotates a log that is too large already, and removes what num_logs does not keep. */
void keeper_begin(struct keeper *k, const struct auditd_conf *conf);
void keeper_put(struct keeper *k, struct sv lines);
/* Once a second: space, and whether recording can go on. */
void keeper_tick(struct keeper *k);
void keeper_rotate(struct keeper *k); /* on demand: SIGUSR1 */
/* SIGUSR2: forgets what the trouble was. Whether recording goes on, until it arises again. */
bool keeper_resume(struct keeper *k);
/*
 * The strings of the configuration before must still be there. What was trouble is forgotten when
 * its keys have changed: the next put goes on, and the next tick looks for it again.
 */
void keeper_reconfigure(struct keeper *k, const struct auditd_conf *conf);
/* The attendant says that the program of the key's action has ended. */
void keeper_program_ended(struct keeper *k, enum errand_key key);
/* The end of the daemon: suspended or not, what follows is written if that is possible. */
void keeper_last_words(struct keeper *k);
void keeper_close(struct keeper *k);

enum keep_state keeper_state(const struct keeper *k);

#endif
