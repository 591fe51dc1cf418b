/*
 * The kernel's audit socket, played inside any program that this is preloaded into: requests
 * are acknowledged and written down, questions are answered from files. No kernel, no privilege.
 *
 *	FAKE_AUDIT_SENT=out FAKE_AUDIT_RULES=rules LD_PRELOAD=./fake_audit.so auditctl -l
 *
 * FAKE_AUDIT_SENT gets a line for every request that changes something: its type and its payload in
 * hexadecimal, without padding. FAKE_AUDIT_RULES has a line for every rule to list: anything, a
 * space, the rule in hexadecimal. FAKE_AUDIT_STATUS: the numbers of struct audit_status behind mask,
 * in decimal, or the path of a file with them, which is read for each question. FAKE_AUDIT_ERRNO:
 * the answer to requests about rules: 0, or an errno.
 *
 * FAKE_AUDIT_FEED is a FIFO or a file with a line for every record: its type in decimal, a space, its
 * text ("1300 audit(1.002:3): arch=..."). The daemon gets them from when it registers. What is in a
 * FIFO waits until the daemon has taken what came before, so that none is lost.
 *
 * A socketpair stands for the socket, so that poll() and select() on it work. One process, and but
 * for the records one thread and one socket at a time: that is how auditctl works.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ENDS 64

static int kernel_end[ENDS]; /* by the program's descriptor; 0: not ours */
static int feed_source = -1; /* what FAKE_AUDIT_FEED names */
static _Atomic int queued;   /* messages that wait for the program, of all its sockets */
static FILE *rules;          /* what is left of a list being sent */
static struct nlmsghdr rules_request;

static int is_fake(int fd)
{
	return fd >= 0 && fd < ENDS && kernel_end[fd] > 0;
}

int socket(int domain, int type, int protocol)
{
	int (*real)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
	int pair[2];

	if (domain != AF_NETLINK || protocol != NETLINK_AUDIT)
		return real(domain, type, protocol);
	type = SOCK_SEQPACKET | (type & (SOCK_NONBLOCK | SOCK_CLOEXEC));
	if (socketpair(AF_UNIX, type, 0, pair) != 0 || pair[0] >= ENDS)
		return -1;
	kernel_end[pair[0]] = pair[1];
	return pair[0];
}

int close(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "close");

	if (is_fake(fd)) {
		real(kernel_end[fd]);
		kernel_end[fd] = 0;
	}
	return real(fd);
}

int bind(int fd, const struct sockaddr *addr, socklen_t length)
{
	int (*real)(int, const struct sockaddr *, socklen_t) =
		(int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "bind");

	return is_fake(fd) ? 0 : real(fd, addr, length);
}

int connect(int fd, const struct sockaddr *addr, socklen_t length)
{
	int (*real)(int, const struct sockaddr *, socklen_t) =
		(int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");

	return is_fake(fd) ? 0 : real(fd, addr, length);
}

static void answer(int fd, const struct nlmsghdr *request, int type, const void *data,
		   size_t length)
{
	char message[65536] = {0};
	struct nlmsghdr head = {.nlmsg_len = (unsigned int)NLMSG_LENGTH(length),
				.nlmsg_type = (unsigned short)type,
				.nlmsg_seq = request->nlmsg_seq,
				.nlmsg_pid = (unsigned int)getpid()};

	memcpy(message, &head, sizeof(head));
	if (length)
		memcpy(message + sizeof(head), data, length);
	if (write(kernel_end[fd], message, NLMSG_SPACE(length)) >= 0)
		queued++;
}

static void acknowledge(int fd, const struct nlmsghdr *request, int error)
{
	struct nlmsgerr ack = {.error = error, .msg = *request};

	answer(fd, request, NLMSG_ERROR, &ack, sizeof(ack));
}

/* The payload without padding. */
static size_t true_length(int type, const char *payload, size_t length)
{
	unsigned int a, b;
	size_t true_bytes = length;

	if ((type == AUDIT_ADD_RULE || type == AUDIT_DEL_RULE) && length >= 1040) {
		memcpy(&a, payload + 1036, sizeof(a));
		true_bytes = 1040 + a;
	} else if (type == AUDIT_MAKE_EQUIV && length >= 8) {
		memcpy(&a, payload, sizeof(a));
		memcpy(&b, payload + 4, sizeof(b));
		true_bytes = 8 + a + b;
	} else if (type == AUDIT_USER) {
		true_bytes = strnlen(payload, length);
	}
	return true_bytes < length ? true_bytes : length;
}

static void write_down(int type, const char *payload, size_t length)
{
	const char *path = getenv("FAKE_AUDIT_SENT");
	FILE *out = path ? fopen(path, "a") : NULL;

	if (!out)
		return;
	fprintf(out, "%d ", type);
	for (size_t i = 0; i < true_length(type, payload, length); i++)
		fprintf(out, "%02x", (unsigned char)payload[i]);
	fputc('\n', out);
	fclose(out);
}

static void send_status(int fd, const struct nlmsghdr *request)
{
	unsigned int s[11] = {0};
	const char *text = getenv("FAKE_AUDIT_STATUS");
	FILE *file = text && *text == '/' ? fopen(text, "r") : NULL;
	char line[256] = "", *end;

	if (file) {
		text = fgets(line, sizeof(line), file);
		fclose(file);
	}
	s[5] = 64;
	s[8] = AUDIT_FEATURE_BITMAP_ALL;
	for (size_t i = 1; text && *text && i < 11; i++, text = end)
		s[i] = (unsigned int)strtoul(text, &end, 10);
	answer(fd, request, AUDIT_GET, s, sizeof(s));
}

/* The next rule of the list, or its end. A slow list: one rule each time the program reads. */
static void send_rule(int fd)
{
	static char line[65536], bytes[32768];
	size_t n = 0;
	char *hex;

	if (!fgets(line, sizeof(line), rules)) {
		fclose(rules);
		rules = NULL;
		answer(fd, &rules_request, NLMSG_DONE, NULL, 0);
		return;
	}
	hex = strchr(line, ' ');
	for (hex = hex ? hex + 1 : line; sscanf(hex, "%2hhx", (unsigned char *)&bytes[n]) == 1;
	     hex += 2)
		n++;
	answer(fd, &rules_request, AUDIT_LIST_RULES, bytes, n);
}

/* Messages that may wait: the queue must keep room for answers. */
static int feed_room(void)
{
	FILE *setting = fopen("/proc/sys/net/unix/max_dgram_qlen", "r");
	int messages = 10;

	if (setting) {
		if (fscanf(setting, "%d", &messages) != 1)
			messages = 10;
		fclose(setting);
	}
	return messages > 64 ? 60 : messages > 4 ? messages - 4 : 1;
}

/* One record, when those before it leave room. */
static int feed_line(int end, int room, char *line)
{
	static char message[65536];
	char *text = strchr(line, ' ');
	size_t length = text ? strcspn(text + 1, "\n") : 0;
	struct nlmsghdr head = {.nlmsg_len = (unsigned int)NLMSG_LENGTH(length),
				.nlmsg_type = (unsigned short)atoi(line)};

	if (!text || length > sizeof(message) - sizeof(head) - NLMSG_ALIGNTO)
		return 0;
	memset(message, 0, sizeof(message));
	memcpy(message, &head, sizeof(head));
	memcpy(message + sizeof(head), text + 1, length);
	for (;;) {
		if (queued < room && write(end, message, NLMSG_SPACE(length)) >= 0) {
			queued++;
			return 0;
		}
		if (queued < room && errno != EAGAIN && errno != EWOULDBLOCK)
			return -1;
		(void)poll(NULL, 0, 1);
	}
}

/* The thread that sends them. Its own descriptor, for the daemon closes the other. */
static void *feed(void *arg)
{
	FILE *lines = fdopen(feed_source, "r");
	int end = *(int *)arg;
	int room = feed_room();
	static char line[65536];

	while (lines && fgets(line, sizeof(line), lines) && feed_line(end, room, line) == 0)
		;
	if (lines)
		fclose(lines);
	close(end);
	return NULL;
}

/* Before the program can confine itself. */
__attribute__((constructor)) static void open_feed(void)
{
	const char *path = getenv("FAKE_AUDIT_FEED");

	if (path)
		feed_source = open(path, O_RDWR | O_CLOEXEC);
}

static void begin_feed(int fd)
{
	static pthread_t thread;
	static int end;

	if (end || feed_source < 0)
		return;
	end = fcntl(kernel_end[fd], F_DUPFD_CLOEXEC, ENDS);
	if (end < 0 || pthread_create(&thread, NULL, feed, &end) != 0)
		abort();
}

/* A daemon that registers: records are for it. */
static void look_at_settings(int fd, const char *payload, size_t length)
{
	struct audit_status status = {0};

	memcpy(&status, payload, length < sizeof(status) ? length : sizeof(status));
	if ((status.mask & AUDIT_STATUS_PID) && status.pid)
		begin_feed(fd);
}

static void handle(int fd, const char *message, size_t length)
{
	struct audit_features features = {.vers = 1, .mask = 3};
	const unsigned int sender[2] = {0, (unsigned int)getppid()}; /* uid, pid */
	const char *error = getenv("FAKE_AUDIT_ERRNO"), *list = getenv("FAKE_AUDIT_RULES");
	struct nlmsghdr head;
	int type;

	if (length < sizeof(head))
		return;
	memcpy(&head, message, sizeof(head));
	type = head.nlmsg_type;
	if (type == AUDIT_GET || type == AUDIT_GET_FEATURE || type == AUDIT_LIST_RULES ||
	    type == AUDIT_SIGNAL_INFO) {
		acknowledge(fd, &head, 0);
		if (type == AUDIT_GET)
			send_status(fd, &head);
		else if (type == AUDIT_GET_FEATURE)
			answer(fd, &head, type, &features, sizeof(features));
		else if (type == AUDIT_SIGNAL_INFO)
			answer(fd, &head, type, sender, sizeof(sender));
		else {
			rules_request = head;
			rules = fopen(list ? list : "/dev/null", "r");
			if (rules)
				send_rule(fd);
		}
		return;
	}
	write_down(type, message + sizeof(head), length - sizeof(head));
	if (type == AUDIT_SET && (message[sizeof(head)] & (AUDIT_STATUS_LOST | 0x80)))
		acknowledge(fd, &head, 7); /* the counter before it was reset */
	else if (type == AUDIT_ADD_RULE || type == AUDIT_DEL_RULE)
		acknowledge(fd, &head, error ? -atoi(error) : 0);
	else
		acknowledge(fd, &head, 0);
	if (type == AUDIT_SET)
		look_at_settings(fd, message + sizeof(head), length - sizeof(head));
}

static ssize_t gather(int fd, const struct iovec *parts, size_t count)
{
	static char message[65536];
	size_t n = 0;

	for (size_t i = 0; i < count && n + parts[i].iov_len <= sizeof(message); i++) {
		memcpy(message + n, parts[i].iov_base, parts[i].iov_len);
		n += parts[i].iov_len;
	}
	handle(fd, message, n);
	return (ssize_t)n;
}

ssize_t sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *addr,
	       socklen_t addr_length)
{
	ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t) =
		(ssize_t(*)(int, const void *, size_t, int, const struct sockaddr *,
			    socklen_t))dlsym(RTLD_NEXT, "sendto");
	struct iovec part = {.iov_len = length};

	memcpy(&part.iov_base, &data, sizeof(data));
	return is_fake(fd) ? gather(fd, &part, 1)
			   : real(fd, data, length, flags, addr, addr_length);
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	ssize_t (*real)(int, const struct msghdr *, int) =
		(ssize_t(*)(int, const struct msghdr *, int))dlsym(RTLD_NEXT, "sendmsg");

	return is_fake(fd) ? gather(fd, m->msg_iov, m->msg_iovlen) : real(fd, m, flags);
}

/* A message was read. After a rule the next one follows. */
static void go_on(int fd, int flags)
{
	if (flags & MSG_PEEK)
		return;
	queued--;
	if (rules)
		send_rule(fd);
}

ssize_t recvfrom(int fd, void *restrict data, size_t length, int flags,
		 struct sockaddr *restrict addr, socklen_t *restrict addr_length)
{
	ssize_t (*real)(int, void *, size_t, int, struct sockaddr *, socklen_t *) =
		(ssize_t(*)(int, void *, size_t, int, struct sockaddr *, socklen_t *))dlsym(
			RTLD_NEXT, "recvfrom");
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	ssize_t got = real(fd, data, length, flags, is_fake(fd) ? NULL : addr,
			   is_fake(fd) ? NULL : addr_length);

	if (got < 0 || !is_fake(fd))
		return got;
	if (addr && addr_length && *addr_length >= sizeof(kernel)) {
		memcpy(addr, &kernel, sizeof(kernel));
		*addr_length = sizeof(kernel);
	}
	go_on(fd, flags);
	return got;
}

int recvmmsg(int fd, struct mmsghdr *slots, unsigned int count, int flags, struct timespec *timeout)
{
	int (*real)(int, struct mmsghdr *, unsigned int, int, struct timespec *) =
		(int (*)(int, struct mmsghdr *, unsigned int, int, struct timespec *))dlsym(
			RTLD_NEXT, "recvmmsg");
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	int got, total = 0;

	if (!is_fake(fd))
		return real(fd, slots, count, flags, timeout);
	/* Each by itself: a socketpair has no addresses, and a rule follows when one was read. */
	do {
		struct msghdr *m = &slots[total].msg_hdr;
		void *name = m->msg_name;

		m->msg_name = NULL;
		got = real(fd, &slots[total], 1, flags, timeout);
		m->msg_name = name;
		if (got <= 0)
			break;
		total++;
		if (name) {
			memcpy(name, &kernel, sizeof(kernel));
			m->msg_namelen = sizeof(kernel);
		}
		go_on(fd, flags);
		flags |= MSG_DONTWAIT;
	} while (total < (int)count);
	return total ? total : got;
}
