/*
 * The kernel's audit socket: opened, checked, and the system calls it needs behind a table, so
 * that tests can put a fake kernel there.
 *
 *	struct audit_socket s;
 *	if (audit_socket_open(&s, 0, &e) != 0)
 *		...
 *	poll(s.fd) ...
 *	audit_socket_close(&s);
 *
 * Two kinds. audit_socket_open() speaks with the kernel and, once registered with
 * audit_set_pid(), gets the records. audit_socket_open_group() listens to the kernel's multicast
 * group: a copy of every record, best effort (what does not fit into the receive buffer is
 * gone), for any number of readers with CAP_AUDIT_READ beside the daemon.
 *
 * Both are non-blocking, closed on exec and connected to port 0, the kernel: it then refuses
 * other senders before they fill the buffer. The sender's address is checked all the same.
 */
#ifndef AURUM_NETLINK_SOCKET_H
#define AURUM_NETLINK_SOCKET_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

/* The system, as far as this floor needs it. Every function returns as its system call does. */
struct audit_wire {
	ssize_t (*send)(void *ctx, int fd, const struct iovec *parts, size_t count);
	int (*receive)(void *ctx, int fd, struct mmsghdr *slots, unsigned int count);
	int (*wait)(void *ctx, int fd, short events, int timeout_ms); /* poll of one */
	int64_t (*now_ms)(void *ctx);                                 /* monotonic */
	bool (*is_capable)(void *ctx, int capability); /* of this process, effective */
};

extern const struct audit_wire audit_wire_system; /* takes no ctx */

struct audit_socket {
	int fd;
	const struct audit_wire *wire;
	void *wire_ctx;
};

#define AUDIT_SOCKET_CLOSED ((struct audit_socket){-1, &audit_wire_system, NULL})

/*
 * buffer_bytes is the wished receive buffer; 0 keeps the system's (net.core.rmem_default).
 * Beyond the system's maximum it needs CAP_NET_ADMIN; without, the maximum is taken silently.
 * 0, or -1 with a sentence: no kernel audit (not built in, or audit=0 at boot), no
 * permission, no descriptors. *s is then AUDIT_SOCKET_CLOSED.
 */
MUST_CHECK int audit_socket_open(struct audit_socket *s, size_t buffer_bytes, struct err *e);

/* The multicast group AUDIT_NLGRP_READLOG; needs CAP_AUDIT_READ. As above. */
MUST_CHECK int audit_socket_open_group(struct audit_socket *s, size_t buffer_bytes, struct err *e);

/* The size of the receive buffer in force, as the kernel counts it (twice what was asked). */
size_t audit_socket_buffer(const struct audit_socket *s);

/* Closes; harmless on a closed one. An audit daemon's registration ends with its socket. */
void audit_socket_close(struct audit_socket *s);

/*
 * True when the slot's sender address is the kernel's: a netlink address with port 0. The slot
 * is one filled by wire->receive with room for a struct sockaddr_nl.
 */
bool audit_slot_from_kernel(const struct mmsghdr *slot);

#endif
