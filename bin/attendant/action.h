/*
 * The actions of auditd.conf that are programs: exec, email, single and halt; the other actions are
 * the recorder's own.
 *
 * A program that hangs keeps nobody waiting. But the one of its key is not started beside it, so that
 * there are never more than keys.
 */
#ifndef AURUM_ATTENDANT_ACTION_H
#define AURUM_ATTENDANT_ACTION_H

#include "auditd/errand.h"

#include "config/auditd_conf.h"

#include <sys/types.h>

struct actions {
	pid_t running[ERRAND_KEY_END]; /* 0: none */
};

/* The key's place in the configuration, as people know it. */
const char *action_key(enum errand_key key);

enum action_status {
	ACTION_STARTED, /* action_ended() will tell */
	ACTION_NOTHING, /* it is no program */
	ACTION_FAILED,  /* see *e; also when the last one still runs */
};
/* Starts what the key's action is. number is the errand's. */
MUST_CHECK enum action_status action_start(struct actions *a, const struct auditd_conf *conf,
					   enum errand_key key,
					   const uint64_t number[ERRAND_NUMBERS], struct err *e);

/* Whether pid, which has ended, was one of them, and of which key. */
MUST_CHECK bool action_ended(struct actions *a, pid_t pid, enum errand_key *key);

#endif
