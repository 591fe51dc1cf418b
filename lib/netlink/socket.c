/*
 * Opens audit sockets and calls the system for this floor. It understands addresses, not
 * messages.
 */
#include "netlink/socket.h"

#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>

#ifndef CAP_AUDIT_READ
#define CAP_AUDIT_READ 37
#endif

static ssize_t system_send(void *ctx, int fd, const struct iovec *parts, size_t count)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct msghdr m = {.msg_name = &kernel, .msg_namelen = sizeof(kernel)};
	ssize_t sent;

	(void)ctx;
	/* sendmsg() does not write through msg_iov; only its type says that it could. */
	memcpy(&m.msg_iov, &parts, sizeof(parts));
	m.msg_iovlen = count;
	do
		sent = sendmsg(fd, &m, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent;
}

static int system_receive(void *ctx, int fd, struct mmsghdr *slots, unsigned int count)
{
	int got;

	(void)ctx;
	/* MSG_TRUNC makes the length of a cut datagram its true length. */
	do
		got = recvmmsg(fd, slots, count, MSG_DONTWAIT | MSG_TRUNC, NULL);
	while (got < 0 && errno == EINTR);
	return got;
}

static int system_wait(void *ctx, int fd, short events, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = events};

	(void)ctx;
	return poll(&p, 1, timeout_ms);
}

static int64_t system_now_ms(void *ctx)
{
	(void)ctx;
	return clock_ms();
}

static bool system_is_capable(void *ctx, int capability)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};

	(void)ctx;
	if (capability < 0 || capability >= 64 || syscall(SYS_capget, &head, sets) != 0)
		return false;
	return sets[capability / 32].effective >> (capability % 32) & 1;
}

const struct audit_wire audit_wire_system = {
	.send = system_send,
	.receive = system_receive,
	.wait = system_wait,
	.now_ms = system_now_ms,
	.is_capable = system_is_capable,
};

static void set_buffer(int fd, size_t bytes)
{
	int wish = bytes > INT_MAX / 2 ? INT_MAX / 2 : (int)bytes;

	if (wish == 0)
		return;
	/* Without CAP_NET_ADMIN the second takes what the system allows; both may fail safely. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wish, sizeof(wish)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wish, sizeof(wish));
}

static int open_netlink(struct err *e)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);

	if (fd >= 0)
		return fd;
	if (errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT) {
		err_set(e, "cannot open the audit socket: this kernel has no audit "
			   "(not built in, or switched off with audit=0 at boot)");
		if (e)
			e->sys = EPROTONOSUPPORT;
		return -1;
	}
	return err_sys(e, "cannot open the audit socket");
}

/*
 * Port 0 lets the kernel choose a free one: the process id, which was the custom, is taken as
 * soon as a process opens its second socket.
 */
static int bind_and_connect(int fd, struct err *e)
{
	struct sockaddr_nl any = {.nl_family = AF_NETLINK}, kernel = any;

	if (bind(fd, (const struct sockaddr *)&any, sizeof(any)) != 0)
		return err_sys(e, "cannot bind the audit socket");
	if (connect(fd, (const struct sockaddr *)&kernel, sizeof(kernel)) != 0)
		return err_sys(e, "cannot connect the audit socket to the kernel");
	return 0;
}

static int join_group(int fd, struct err *e)
{
	int group = AUDIT_NLGRP_READLOG;

	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) == 0)
		return 0;
	if (errno == EPERM && !system_is_capable(NULL, CAP_AUDIT_READ)) {
		err_set(e, "cannot join the audit multicast group: "
			   "CAP_AUDIT_READ is missing (run as root)");
		if (e)
			e->sys = EPERM;
		return -1;
	}
	return err_sys(e, "cannot join the audit multicast group");
}

static int open_any(struct audit_socket *s, size_t buffer_bytes, bool group, struct err *e)
{
	CLEAN_FD int fd = -1;
	int on = 1;

	*s = AUDIT_SOCKET_CLOSED;
	fd = open_netlink(e);
	if (fd < 0)
		return -1;
	set_buffer(fd, buffer_bytes);
	/* Refusals need not carry the whole request back; older kernels do not know the option. */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	if (bind_and_connect(fd, e) != 0 || (group && join_group(fd, e) != 0))
		return -1;
	s->fd = take_fd(&fd);
	return 0;
}

int audit_socket_open(struct audit_socket *s, size_t buffer_bytes, struct err *e)
{
	return open_any(s, buffer_bytes, false, e);
}

int audit_socket_open_group(struct audit_socket *s, size_t buffer_bytes, struct err *e)
{
	return open_any(s, buffer_bytes, true, e);
}

size_t audit_socket_buffer(const struct audit_socket *s)
{
	int bytes = 0;
	socklen_t size = sizeof(bytes);

	if (getsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &bytes, &size) != 0 || bytes < 0)
		return 0;
	return (size_t)bytes;
}

void audit_socket_close(struct audit_socket *s)
{
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
}

bool audit_slot_from_kernel(const struct mmsghdr *slot)
{
	struct sockaddr_nl from;

	if (!slot->msg_hdr.msg_name || slot->msg_hdr.msg_namelen != sizeof(from))
		return false;
	memcpy(&from, slot->msg_hdr.msg_name, sizeof(from));
	return from.nl_family == AF_NETLINK && from.nl_pid == 0;
}
