/*
 * A thread that asks the kernel for its status again and again. The kernel makes whoever sends it a
 * request while its backlog is over the limit wait in the request, for up to backlog_wait_time: in
 * the thread that takes the records, nobody would take them then.
 *
 *	asker_open(&a);				-- while sockets may be opened
 *	if (asker_start(&a, &e) != 0) ...
 *	if (asker_take(&a, &answer)) ...	-- each second
 *	asker_stop(&a);
 */
#ifndef AURUM_AUDITD_ASKER_H
#define AURUM_AUDITD_ASKER_H

#include "base/err.h"
#include "netlink/control.h"

#include <pthread.h>

#define ASK_EACH_MS 250 /* bursts are short */

struct asker_answer {
	struct audit_status status; /* the last */
	uint32_t most;              /* the most that waited in any since asker_take() before */
	uint64_t when_ns;           /* CLOCK_BOOTTIME */
};

/* Large: it holds the buffer for answers. In place until asker_stop(), and for the program then. */
struct asker {
	struct audit_socket socket;
	struct err why; /* there is no socket */
	struct audit_control control;
	pthread_t thread;
	bool is_running;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under the lock */
	bool stop, has_answer;
	struct asker_answer answer;
};

/* What fails is told by asker_start(). */
void asker_open(struct asker *a);
MUST_CHECK int asker_start(struct asker *a, struct err *e);
/* False when there was no answer since the last time. */
bool asker_take(struct asker *a, struct asker_answer *out);
/* Does not wait: the kernel may hold it. */
void asker_stop(struct asker *a);

#endif
