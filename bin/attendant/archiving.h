/*
 * The archivist, started when there is something for it: when recording begins, after each rotation,
 * when plugins have read what they had not, and again when something could not be done. It is a
 * program of its own, auditd-archivist, and nobody waits for it.
 */
#ifndef AURUM_ATTENDANT_ARCHIVING_H
#define AURUM_ATTENDANT_ARCHIVING_H

#include "base/attr.h"
#include "health/figure.h"
#include "log/set.h"

#include <stdbool.h>
#include <sys/types.h>

struct attend;

#define ARCHIVING_TEXT 2048

struct archiving {
	pid_t pid;                  /* 0: it does not run */
	int words;                  /* a memfd with what it says */
	int64_t due_ms;             /* INT64_MAX: when something happens */
	int64_t pause_ms;           /* after a failure; 0: there was none */
	struct log_identity newest; /* what PATH was when it was started last */
	unsigned leave;             /* files it was told to leave then */
	char told[ARCHIVING_TEXT];  /* what it said when it failed last */
	bool is_on, is_over;
	uint64_t compressed, waiting, archived_ns, failing_ns, failures; /* for the board */
};

void archiving_init(struct archiving *r);
/* Recording begins, or the configuration is another. */
void archiving_soon(struct archiving *r);
/* Once a second. */
void archiving_tick(struct attend *a);
/* False: it was not the archivist. */
MUST_CHECK bool archiving_ended(struct attend *a, pid_t pid, int status);
/* Asks it to end, and later waits for that. */
void archiving_stop(struct attend *a);
void archiving_wait(struct attend *a);

void archiving_figures(const struct archiving *r, struct health_attendant *out);

#endif
