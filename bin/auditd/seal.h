/*
 * The seal of the log, as the recorder wires it: when it begins and ends, where its keys are meanwhile,
 * and what log, board and syslog say of it. The seal itself is lib/integrity's.
 *
 * With seal = no none of this does anything. With seal = yes nothing of it ends recording: what cannot
 * be signed is told loudly, and written all the same.
 */
#ifndef AURUM_AUDITD_SEAL_H
#define AURUM_AUDITD_SEAL_H

#include "auditd/load.h"

#include "health/figure.h"
#include "log/writer.h"

struct app;
struct reserve;
struct seal_secret;
struct sealer;

struct seal {
	bool is_wanted;
	int kept;         /* the epoch's keys in memory, that the service manager has; -1: none */
	bool outlives_us; /* it has them */
	struct seal_secret *secret;
	struct reserve *reserve;
	struct sealer *sealer; /* NULL: nothing is sealed */
	bool has_begun, has_ended;
	uint64_t alarms;    /* times that log and evidence did not agree */
	uint64_t failed_ns; /* wall clock: there is no sealer, though one is wanted */
};

/*
 * First, and in the process that the service manager started: takes the keys that it has kept, or asks
 * it to keep those of this start.
 */
void seal_take_over(struct app *app);
/* While there is privilege, and before log_open(): opens what is there of evidence. */
void seal_prepare(struct app *app);
/* For the log that is sealed; of nobody where none is. */
struct log_listener seal_listener(struct app *app);
/* The log is open, and nothing was appended yet. True: it should be rotated first. */
bool seal_begin(struct app *app);
/* Once a second: what there is to tell. */
void seal_tick(struct app *app);
void seal_reconfigure(struct app *app);
/* Whether a reload may take conf. -1: only after a restart. */
MUST_CHECK int seal_check(const struct app *app, const struct auditd_conf *conf, struct err *e);
void seal_put_figures(struct app *app, struct health_recorder *figures);
/* "sealed, 1234 lines": of the state report. Nothing where it is not wanted. */
void seal_put_state(struct app *app, struct buf *out);
/* Behind the last line: signs that nothing follows. */
void seal_end(struct app *app);
void seal_release(struct app *app);

#endif
