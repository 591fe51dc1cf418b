/* The queue behind the fake wire, with the system's rules for cut datagrams and addresses. */
#include "netlink/fake_kernel.h"

#include <assert.h>
#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>

static ssize_t fake_send(void *ctx, int fd, const struct iovec *parts, size_t count)
{
	struct fake_kernel *k = ctx;
	struct audit_messages it;
	size_t n = 0;

	(void)fd;
	if (k->send_errors > 0) {
		k->send_errors--;
		k->writable_later = true;
		errno = k->send_error;
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		assert(n + parts[i].iov_len <= sizeof(k->sent));
		if (parts[i].iov_len)
			memcpy(k->sent + n, parts[i].iov_base, parts[i].iov_len);
		n += parts[i].iov_len;
	}
	audit_messages_init(&it, sv_make(k->sent, n));
	if (audit_messages_next(&it, &k->last) != AUDIT_MESSAGE_FOUND)
		assert(!"a request is a whole message");
	k->requests++;
	if (k->answer)
		k->answer(k, &k->last);
	return (ssize_t)n;
}

static void fill_slot(struct mmsghdr *slot, const struct fake_datagram *d)
{
	struct sockaddr_nl from = {.nl_family = AF_NETLINK, .nl_pid = d->port};
	struct iovec *span = slot->msg_hdr.msg_iov;
	size_t take = d->n < span->iov_len ? d->n : span->iov_len;

	if (take)
		memcpy(span->iov_base, d->bytes, take);
	slot->msg_len = (unsigned int)d->n;
	slot->msg_hdr.msg_flags = take < d->n ? MSG_TRUNC : 0;
	assert(slot->msg_hdr.msg_namelen >= sizeof(from));
	slot->msg_hdr.msg_namelen = d->nameless ? 0 : sizeof(from);
	memcpy(slot->msg_hdr.msg_name, &from, sizeof(from));
}

static int fake_receive(void *ctx, int fd, struct mmsghdr *slots, unsigned int count)
{
	struct fake_kernel *k = ctx;
	unsigned int got = 0;

	(void)fd;
	while (got < count && k->head < k->tail) {
		struct fake_datagram *d = &k->queue[k->head];

		if (d->error && got)
			break;
		k->head++;
		if (d->error) {
			errno = d->error;
			return -1;
		}
		fill_slot(&slots[got++], d);
	}
	if (got)
		return (int)got;
	errno = EAGAIN;
	return -1;
}

static int fake_wait(void *ctx, int fd, short events, int timeout_ms)
{
	struct fake_kernel *k = ctx;

	(void)fd;
	k->waits++;
	assert(timeout_ms > 0);
	if (k->wait_errors > 0) {
		k->wait_errors--;
		errno = k->wait_error;
		return -1;
	}
	if (events & POLLOUT ? k->writable_later : k->head < k->tail) {
		k->writable_later = false;
		k->now_ms++;
		return 1;
	}
	k->now_ms += timeout_ms;
	return 0;
}

static int64_t fake_now(void *ctx)
{
	const struct fake_kernel *k = ctx;

	return k->now_ms;
}

static bool fake_is_capable(void *ctx, int capability)
{
	const struct fake_kernel *k = ctx;

	(void)capability;
	return k->capable;
}

static const struct audit_wire fake_wire = {
	.send = fake_send,
	.receive = fake_receive,
	.wait = fake_wait,
	.now_ms = fake_now,
	.is_capable = fake_is_capable,
};

void fake_init(struct fake_kernel *k, struct audit_socket *s, fake_answer_fn answer)
{
	*k = (struct fake_kernel){.answer = answer, .capable = true};
	*s = (struct audit_socket){.fd = -1, .wire = &fake_wire, .wire_ctx = k};
}

void fake_release(struct fake_kernel *k)
{
	for (size_t i = 0; i < k->tail; i++)
		free(k->queue[i].bytes);
	k->head = k->tail = 0;
}

static struct fake_datagram *append(struct fake_kernel *k, size_t n)
{
	struct fake_datagram *d = &k->queue[k->tail++];

	assert(k->tail <= FAKE_QUEUE && n <= FAKE_BYTES);
	*d = (struct fake_datagram){.n = n, .bytes = calloc(1, n + 1)};
	assert(d->bytes);
	return d;
}

void fake_put_raw(struct fake_kernel *k, uint32_t port, struct sv bytes)
{
	struct fake_datagram *d = append(k, bytes.n);

	if (bytes.n)
		memcpy(d->bytes, bytes.p, bytes.n);
	d->port = port;
}

void fake_put_error(struct fake_kernel *k, int error)
{
	append(k, 0)->error = error;
}

static void put(struct fake_kernel *k, uint16_t type, uint32_t seq, struct sv payload, bool quirk)
{
	struct fake_datagram *d = append(k, AUDIT_HEADER_BYTES + payload.n);

	audit_header_put(d->bytes, (uint32_t)(quirk ? payload.n : d->n), type, 0, seq);
	if (payload.n)
		memcpy(d->bytes + AUDIT_HEADER_BYTES, payload.p, payload.n);
}

void fake_put(struct fake_kernel *k, uint16_t type, uint32_t seq, struct sv payload)
{
	put(k, type, seq, payload, false);
}

void fake_put_record(struct fake_kernel *k, uint16_t type, struct sv text)
{
	put(k, type, 0, text, true);
}

void fake_put_ack(struct fake_kernel *k, uint32_t seq, int32_t error)
{
	char payload[4 + AUDIT_HEADER_BYTES] = {0};

	memcpy(payload, &error, sizeof(error));
	fake_put(k, NLMSG_ERROR, seq, sv_make(payload, sizeof(payload)));
}
