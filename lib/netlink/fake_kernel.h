/*
 * A kernel for tests: an audit_wire whose other end is a queue of datagrams that the test fills,
 * at once or in answer to a request. Its clock moves only while somebody waits.
 */
#ifndef AURUM_NETLINK_FAKE_KERNEL_H
#define AURUM_NETLINK_FAKE_KERNEL_H

#include "netlink/message.h"
#include "netlink/socket.h"

#define FAKE_QUEUE 128
#define FAKE_BYTES 70000

struct fake_datagram {
	int error;     /* instead of a datagram: receive fails with it */
	uint32_t port; /* the sender */
	bool nameless; /* the sender's address is missing */
	size_t n;      /* as claimed; the bytes that are kept are at most FAKE_BYTES */
	char *bytes;
};

struct fake_kernel;
typedef void (*fake_answer_fn)(struct fake_kernel *k, const struct audit_message *request);

struct fake_kernel {
	fake_answer_fn answer; /* called for every request */
	void *ctx;
	int64_t now_ms;
	bool capable;
	int send_error, send_errors; /* the first so many sends fail with it */
	bool writable_later;         /* a send failed, the next wait ends its reason */
	int wait_error, wait_errors;
	/* What happened. */
	unsigned int requests, waits;
	struct audit_message last; /* payload points into sent */
	char sent[FAKE_BYTES];
	/* The queue. */
	size_t head, tail;
	struct fake_datagram queue[FAKE_QUEUE];
};

void fake_init(struct fake_kernel *k, struct audit_socket *s, fake_answer_fn answer);
void fake_release(struct fake_kernel *k);

/* Queues raw bytes from a port. */
void fake_put_raw(struct fake_kernel *k, uint32_t port, struct sv bytes);
void fake_put_error(struct fake_kernel *k, int error);
/* Queues a well-formed message from the kernel. */
void fake_put(struct fake_kernel *k, uint16_t type, uint32_t seq, struct sv payload);
/* A record with the length quirk of the daemon's socket. */
void fake_put_record(struct fake_kernel *k, uint16_t type, struct sv text);
void fake_put_ack(struct fake_kernel *k, uint32_t seq, int32_t error);

#endif
