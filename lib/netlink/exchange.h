/*
 * Private to this floor: one request, its answers, its acknowledgement. control.c fills in what
 * to ask; here is how.
 */
#ifndef AURUM_NETLINK_EXCHANGE_H
#define AURUM_NETLINK_EXCHANGE_H

#include "netlink/control.h"

#define EXCHANGE_PARTS 4

/* Takes the payload of an answer; false when it is malformed. */
typedef bool (*exchange_fn)(void *ctx, struct sv payload);

struct exchange {
	const char *what; /* "add the rule": completes "cannot ..." */
	uint16_t request;
	struct iovec parts[EXCHANGE_PARTS]; /* the payload */
	size_t count;
	/*
	 * The type of the messages that bring the answer; 0 when the acknowledgement is all. A
	 * single answer ends the exchange and stays in c->reply; a list ends with NLMSG_DONE.
	 */
	uint16_t answer;
	bool is_list;
	exchange_fn take; /* called for each answer */
	void *ctx;
	/* Results. */
	uint32_t value; /* what a reset returns instead of a plain acknowledgement */
	uint32_t seq;
};

/* 0, or -1 with "cannot WHAT: why". */
MUST_CHECK int exchange_run(struct audit_control *c, struct exchange *x, struct err *e);

#endif
