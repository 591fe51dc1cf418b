/*
 * The log as the configuration wants it kept: where lines go, when the file is rotated, what is
 * done when it is full or the disk refuses.
 */
#ifndef AURUM_AUDITD_KEEPER_H
#define AURUM_AUDITD_KEEPER_H

#include "auditd/attendant.h"
#include "auditd/spool.h"

#include "config/auditd_conf.h"
#include "log/writer.h"

struct keeper {
	const struct voice *voice;
	struct attendant *attendant; /* runs programs; NULL: nobody does */
	struct spool *spool; /* takes for the plugins what is not written; NULL: nobody does */
	struct log_writer log;
	enum { KEEP_NOWHERE, KEEP_FILE, KEEP_STDOUT } target;
	enum disk_action on_full;
	unsigned num_logs;
	bool suspended;
	uint64_t lost;        /* lines that were not written: disk errors and suspension */
	unsigned disk_errors; /* in a row */
	struct grumble full, failed;
};

/* The folder of the log, with the owner and the modes it is to have. */
MUST_CHECK int keeper_prepare(const struct auditd_conf *conf, bool foreground, struct err *e);
MUST_CHECK int keeper_open(struct keeper *k, const struct auditd_conf *conf, bool foreground,
			   const struct voice *voice, struct err *e);
void keeper_put(struct keeper *k, struct sv lines);
void keeper_rotate(struct keeper *k); /* on demand: SIGUSR1 */
void keeper_resume(struct keeper *k); /* SIGUSR2 */
void keeper_reconfigure(struct keeper *k, const struct auditd_conf *conf);
void keeper_close(struct keeper *k);

#endif
