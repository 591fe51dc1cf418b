/*
 * The kernel's process connector (linux/cn_proc.h): a message for each fork on the host, before
 * the child runs. Of interest are the children of those that are known already.
 */
#include "aurum/tester.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#define RECEIVE_BYTES ((int)8 << 20)
#define MESSAGE_BYTES 1024

static int ask(int fd, enum proc_cn_mcast_op what)
{
	const uint32_t word = what;
	const struct cn_msg message = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(word)};
	char bytes[sizeof(struct nlmsghdr) + sizeof(message) + sizeof(word)];
	const struct nlmsghdr head = {.nlmsg_len = sizeof(bytes), .nlmsg_type = NLMSG_DONE};

	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + sizeof(head), &message, sizeof(message));
	memcpy(bytes + sizeof(head) + sizeof(message), &word, sizeof(word));
	return send(fd, bytes, sizeof(bytes), 0) == (ssize_t)sizeof(bytes) ? 0 : -1;
}

void forks_open(struct forks *f)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
	int bytes = RECEIVE_BYTES;

	f->count = 0;
	f->has_missed = false;
	f->fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
	if (f->fd < 0)
		return;
	(void)setsockopt(f->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	if (bind(f->fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	    ask(f->fd, PROC_CN_MCAST_LISTEN) == 0)
		return;
	(void)close(f->fd);
	f->fd = -1;
}

void forks_close(struct forks *f)
{
	if (f->fd < 0)
		return;
	(void)!ask(f->fd, PROC_CN_MCAST_IGNORE);
	(void)close(f->fd);
	f->fd = -1;
}

bool forks_has(const struct forks *f, uint32_t pid)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->pids[i] == pid)
			return true;
	return false;
}

void forks_add(struct forks *f, uint32_t pid)
{
	if (forks_has(f, pid))
		return;
	if (f->count == FORKS_MAX)
		f->has_missed = true;
	else
		f->pids[f->count++] = pid;
}

void forks_start(struct forks *f, uint32_t root)
{
	f->count = 0;
	f->has_missed = false;
	forks_add(f, root);
}

static void take_message(struct forks *f, const char *bytes, size_t n)
{
	struct nlmsghdr head;
	struct cn_msg message;
	struct proc_event event = {0};
	size_t at = sizeof(head) + sizeof(message), size = n > at ? n - at : 0;

	if (size == 0)
		return;
	memcpy(&message, bytes + sizeof(head), sizeof(message));
	if (message.id.idx != CN_IDX_PROC || message.id.val != CN_VAL_PROC)
		return;
	memcpy(&event, bytes + at, size < sizeof(event) ? size : sizeof(event));
	if (event.what == PROC_EVENT_FORK &&
	    forks_has(f, (uint32_t)event.event_data.fork.parent_tgid))
		forks_add(f, (uint32_t)event.event_data.fork.child_tgid);
}

void forks_read(struct forks *f)
{
	char bytes[MESSAGE_BYTES];
	struct sockaddr_nl from = {0};

	while (f->fd >= 0) {
		socklen_t size = sizeof(from);
		ssize_t n =
			recvfrom(f->fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &size);

		if (n < 0 && errno == ENOBUFS) {
			f->has_missed = true;
			continue;
		}
		if (n < 0 && errno != EINTR)
			return;
		if (n > 0 && from.nl_pid == 0) /* from the kernel */
			take_message(f, bytes, (size_t)n);
	}
}
