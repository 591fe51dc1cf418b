/*
 * The recorder's side of its attendant: the process that runs programs, so that the one which
 * reads records need not be able to. It is a program of its own, auditd-attendant, found beside
 * this one.
 *
 * Recording never depends on it: one that cannot be started, hangs or dies is told, and records
 * go on into the log.
 */
#ifndef AURUM_AUDITD_ATTENDANT_H
#define AURUM_AUDITD_ATTENDANT_H

#include "auditd/errand.h"
#include "auditd/load.h"

#include "log/writer.h"

/* What the attendant says about its plugins. */
struct attendant_plugins {
	bool is_known; /* it has said anything */
	uint64_t count, behind, most_behind, flags;
};

struct attendant {
	const struct voice *voice;
	int errands; /* -1: there is none */
	int grew;    /* eventfd */
	struct grumble deaf;
	struct attendant_plugins plugins;
};

#define ATTENDANT_NONE ((struct attendant){.errands = -1, .grew = -1})

/* Starts it; it waits for ERRAND_START before it does anything. foreground: its messages too
 * go to standard error. */
MUST_CHECK int attendant_start(struct attendant *a, const struct conf_place *place, bool foreground,
			       const struct voice *voice, struct err *e);
/* One of the errands for it; number may be NULL. */
void attendant_ask(struct attendant *a, enum errand_kind kind, enum errand_key key,
		   const uint64_t number[ERRAND_NUMBERS]);
/* ERRAND_START or ERRAND_RELOAD, with where the log and the spool end now; either may be closed. */
void attendant_ask_from(struct attendant *a, enum errand_kind kind, const struct log_writer *log,
			const struct log_writer *spool);
/* Whether there may be plugins that take records. */
bool attendant_has_plugins(const struct attendant *a);
/* The log has grown: consumers may read on. */
void attendant_log_grew(const struct attendant *a);
/* The next message from it. ERRAND_ENDED is told and closes; a->plugins is what it said last. */
MUST_CHECK enum errand_status attendant_take(struct attendant *a, struct errand *out);
/*
 * Lets it deliver what is in the log, and waits for its end for at most ms. has_pid_file: first it
 * removes the pid file and the state report, for the recorder may not.
 */
void attendant_stop(struct attendant *a, bool has_pid_file, int ms);
/* Leaves it to itself: it takes that as ERRAND_STOP. */
void attendant_close(struct attendant *a);

#endif
