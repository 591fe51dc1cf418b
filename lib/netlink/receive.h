/*
 * Records from the kernel, many in one system call, without copies.
 *
 *	static struct audit_batch batch;
 *	audit_batch_init(&batch);
 *	struct audit_counters counters = {0};
 *	audit_gaps_init(&counters.serials);
 *	switch (audit_recv_batch(&s, &batch, &counters, &e)) {
 *	case AUDIT_RECV_RECORDS:
 *		for (size_t i = 0; i < batch.count; i++)
 *			put(batch.records[i].type, batch.records[i].text);
 *	...
 *
 * Every datagram is checked before its bytes are looked at: who sent it, whether it was cut, and
 * whether its lengths agree. What is dropped is counted.
 */
#ifndef AURUM_NETLINK_RECEIVE_H
#define AURUM_NETLINK_RECEIVE_H

#include "base/attr.h"
#include "base/err.h"
#include "base/sv.h"
#include "netlink/gaps.h"
#include "netlink/message.h"
#include "netlink/socket.h"

#include <linux/netlink.h>

#define AUDIT_BATCH_SLOTS 64

struct audit_record {
	uint32_t type;
	struct sv text; /* "audit(1700000000.123:456): ..."; no NUL, no newline at the end */
	bool cut;       /* longer than AUDIT_TEXT_MAX: the end is missing */
};

/*
 * Large (about 600 KiB, of which the system touches the pages that records fill): keep one for
 * the program, not one on the stack. Copying it is not allowed: it points into itself.
 */
struct audit_batch {
	size_t count;
	struct audit_record records[AUDIT_BATCH_SLOTS];
	/* private from here */
	struct mmsghdr slots[AUDIT_BATCH_SLOTS];
	struct iovec spans[AUDIT_BATCH_SLOTS];
	struct sockaddr_nl senders[AUDIT_BATCH_SLOTS];
	char bytes[AUDIT_BATCH_SLOTS][AUDIT_DATAGRAM_MAX];
};

/* Only ever grow. Zero them and audit_gaps_init() serials before the first batch. */
struct audit_counters {
	uint64_t records, bytes; /* delivered: messages and bytes of text */
	uint64_t batches;        /* system calls that delivered something */
	/*
	 * The receive buffer was full (ENOBUFS). In the multicast group records are then gone; on
	 * the daemon's socket the kernel keeps the record and tries again.
	 */
	uint64_t overruns;
	uint64_t foreign;          /* dropped: not sent by the kernel */
	uint64_t malformed;        /* dropped: the lengths do not agree */
	uint64_t cut;              /* delivered, but without their end */
	uint64_t other;            /* not records: acknowledgements, answers, AUDIT_REPLACE */
	struct audit_gaps serials; /* events that never came */
};

enum audit_recv_status {
	AUDIT_RECV_RECORDS, /* batch->count is at least 1 */
	AUDIT_RECV_NOTHING, /* none waiting, or all that came was dropped and counted: poll again */
	AUDIT_RECV_FAILED,  /* *e is set; the socket is of no more use */
};

void audit_batch_init(struct audit_batch *b);

/*
 * Takes what is waiting, at most AUDIT_BATCH_SLOTS, and never blocks. Records are in the
 * kernel's order and valid until the next call with the same batch. A full batch (count ==
 * AUDIT_BATCH_SLOTS) means more may be waiting.
 */
MUST_CHECK enum audit_recv_status audit_recv_batch(struct audit_socket *s, struct audit_batch *b,
						   struct audit_counters *counters, struct err *e);

/*
 * Takes all that is waiting, batch after batch: take is called for each and says whether to go
 * on. 0, or -1 when the socket failed.
 */
MUST_CHECK int audit_recv_waiting(struct audit_socket *s, struct audit_batch *b,
				  struct audit_counters *counters,
				  bool (*take)(void *ctx, const struct audit_batch *b), void *ctx,
				  struct err *e);

#endif
