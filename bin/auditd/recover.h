/*
 * Records that the kernel printed among its messages because nobody listened: at boot, and between
 * two daemons. They are put into the log once, between two records that say so.
 *
 * What was taken, and what the kernel had lost, is kept in a file over restarts. Without that file,
 * which is so at the first start ever, nothing is taken: who recorded before is not known then.
 */
#ifndef AURUM_AUDITD_RECOVER_H
#define AURUM_AUDITD_RECOVER_H

#include "base/buf.h"
#include "log/unheard.h"

#include <stdbool.h>
#include <stdint.h>

struct app;

struct recover {
	int messages;      /* /dev/kmsg, -1: not to be read, or not wanted */
	int memory;        /* the file, -1: there is none */
	bool remembers;    /* the file has been written before, */
	bool is_booted;    /* and in another boot */
	char boot[40];     /* which one this is */
	char log[20];      /* hash of the path of the log that it is about */
	uint64_t sequence; /* the last message that was taken */
	uint32_t lost;     /* the kernel's counter then */
	uint64_t suppressed, cut;
	struct unheard unheard;
	int64_t due_ms;      /* when to put them into the log; 0: nothing waits */
	int64_t remember_ms; /* when to write the file again */
	uint64_t recovered;
};

/* Opens the messages and the file, before the daemon confines itself. */
void recover_prepare(struct app *app);
/* The daemon is registered. */
void recover_begin(struct app *app);
void recover_tick(struct app *app);
/* What still waits stays where it is until the next start. */
void recover_release(struct app *app);

#endif
