/*
 * Requests to the kernel's audit system: one question, one answer or one sentence why not.
 *
 *	struct audit_socket s;
 *	struct audit_control c;
 *	struct audit_status status;
 *	if (audit_socket_open(&s, 0, &e) != 0)
 *		...
 *	audit_control_init(&c, &s);
 *	if (audit_get_status(&c, &status, &e) != 0)
 *		...
 *
 * Every request is acknowledged, its answers are matched by sequence number and sender, signals
 * do not disturb it, and it ends after c.timeout_ms at the latest. Except for the send itself: when
 * the kernel's backlog is over its limit, the kernel makes every sender but the audit daemon wait
 * there, for up to backlog_wait_time.
 *
 * 0, or -1 with a sentence such as "cannot add the rule: the kernel has it already"; e->sys is
 * then the kernel's errno as a positive number (EEXIST there), ETIMEDOUT when it did not
 * answer. Outputs are written on success only.
 *
 * Records may arrive on the same socket while an answer is awaited: on the daemon's own, that is.
 * They go to c.event in the order of arrival; without one they are counted in c.events_dropped.
 * A daemon asks everything but audit_set_pid() on a socket of its own and never meets this.
 */
#ifndef AURUM_NETLINK_CONTROL_H
#define AURUM_NETLINK_CONTROL_H

#include "base/attr.h"
#include "base/err.h"
#include "base/sv.h"
#include "netlink/socket.h"

#include <linux/audit.h>

#define AUDIT_CONTROL_TIMEOUT_MS 5000
#define AUDIT_CONTROL_BYTES      65536 /* the longest request or answer: a rule with long paths */

/* A record that came during a request; text is valid during the call. */
typedef void (*audit_event_fn)(void *ctx, uint32_t type, struct sv text);
/* One rule of a list: a whole struct audit_rule_data with its strings, any alignment. */
typedef void (*audit_rule_fn)(void *ctx, struct sv rule);

/* About 64 KiB; the caller's storage, no release needed. */
struct audit_control {
	struct audit_socket *socket; /* borrowed */
	int timeout_ms;
	audit_event_fn event;
	void *event_ctx;
	uint64_t events_dropped; /* records that came while event was NULL */
	uint64_t foreign;        /* datagrams not from the kernel, dropped */
	uint64_t malformed;      /* datagrams that are no messages, dropped */
	uint64_t stale;          /* answers to requests that had timed out, dropped */
	uint64_t overruns;       /* the receive buffer was full */
	/* private from here */
	uint32_t seq;
	char reply[AUDIT_CONTROL_BYTES];
};

void audit_control_init(struct audit_control *c, struct audit_socket *s);

/* Older kernels answer with a shorter struct: the fields they do not know are 0. */
MUST_CHECK int audit_get_status(struct audit_control *c, struct audit_status *out, struct err *e);

/*
 * Sets the fields whose AUDIT_STATUS_* bits are in s->mask, in one request. The kernel applies
 * them in turn and stops at the first that it refuses. Do not mix the two reset bits with others.
 */
MUST_CHECK int audit_set_status(struct audit_control *c, const struct audit_status *s,
				struct err *e);

/* 0 off, 1 on, 2 on and locked until reboot. */
MUST_CHECK int audit_set_enabled(struct audit_control *c, uint32_t value, struct err *e);
/* AUDIT_FAIL_SILENT, AUDIT_FAIL_PRINTK, AUDIT_FAIL_PANIC. */
MUST_CHECK int audit_set_failure(struct audit_control *c, uint32_t value, struct err *e);
/* Records a second, 0 is no limit. */
MUST_CHECK int audit_set_rate_limit(struct audit_control *c, uint32_t value, struct err *e);
/* Records that may wait, 0 is no limit. */
MUST_CHECK int audit_set_backlog_limit(struct audit_control *c, uint32_t value, struct err *e);
/* Kernel ticks (jiffies) that a process waits for room in the backlog; at most ten minutes. */
MUST_CHECK int audit_set_backlog_wait_time(struct audit_control *c, uint32_t value, struct err *e);

/*
 * Registers the calling process (its own pid, nothing else is allowed) as the audit daemon and
 * c->socket as where records go, or with 0 ends that. A living other daemon is never replaced:
 * the sentence then has its pid and e->sys is EEXIST.
 */
MUST_CHECK int audit_set_pid(struct audit_control *c, uint32_t pid, struct err *e);

/* Zeroes the counter; *was, which may be NULL, gets its value before. */
MUST_CHECK int audit_reset_lost(struct audit_control *c, uint32_t *was, struct err *e);
MUST_CHECK int audit_reset_backlog_wait_time_actual(struct audit_control *c, uint32_t *was,
						    struct err *e);

/* Features: bits AUDIT_FEATURE_TO_MASK(AUDIT_FEATURE_LOGINUID_IMMUTABLE), (..ONLY_UNSET_LOGINUID).
 */
MUST_CHECK int audit_get_features(struct audit_control *c, struct audit_features *out,
				  struct err *e);
/* Of the features in mask: on those in on, off the others; those in lock can then not be changed.
 */
MUST_CHECK int audit_set_features(struct audit_control *c, uint32_t mask, uint32_t on,
				  uint32_t lock, struct err *e);

/* rule: a struct audit_rule_data with its strings. e->sys EEXIST: the kernel has it already. */
MUST_CHECK int audit_add_rule(struct audit_control *c, struct sv rule, struct err *e);
/* e->sys ENOENT: the kernel has no such rule. */
MUST_CHECK int audit_delete_rule(struct audit_control *c, struct sv rule, struct err *e);
/*
 * Calls fn for every rule in the kernel's order, each checked to be whole. fn must be quick and
 * not use c: the kernel drops the rest of a list when its reader is slow and the buffer full.
 * After a failure fn may have seen some of them.
 */
MUST_CHECK int audit_list_rules(struct audit_control *c, audit_rule_fn fn, void *ctx,
				struct err *e);

/*
 * Sends text as a record of a user type (1100-1199, 2100-2999); needs CAP_AUDIT_WRITE. The kernel
 * puts pid, uid, auid, ses and msg='...' around it and cuts at 8560 bytes; while audit is off it
 * drops it and says nothing. Text holds no NUL.
 */
MUST_CHECK int audit_send_user(struct audit_control *c, uint16_t type, struct sv text,
			       struct err *e);

/* Who sent the last signal to the audit daemon. */
struct audit_signal {
	uint32_t uid;
	uint32_t pid;
	struct sv context; /* SELinux or other label, often empty; valid until the next request */
};
MUST_CHECK int audit_get_signal(struct audit_control *c, struct audit_signal *out, struct err *e);

/* Forgets watched subtrees that were unmounted or moved away. */
MUST_CHECK int audit_trim(struct audit_control *c, struct err *e);
/* Rules that watch directory old also watch what is mounted or bound at new; no NUL in either. */
MUST_CHECK int audit_make_equivalent(struct audit_control *c, struct sv old_dir, struct sv new_dir,
				     struct err *e);

/* Terminal input auditing of the calling process. */
MUST_CHECK int audit_get_tty(struct audit_control *c, struct audit_tty_status *out, struct err *e);
MUST_CHECK int audit_set_tty(struct audit_control *c, const struct audit_tty_status *s,
			     struct err *e);

#endif
