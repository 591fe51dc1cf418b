/*
 * One recvmmsg() into fixed slots, then one look at each: sender, length, header. No record is
 * copied or changed, and of its text only the serial number is read.
 */
#include "netlink/receive.h"

#include <errno.h>

void audit_batch_init(struct audit_batch *b)
{
	b->count = 0;
	for (size_t i = 0; i < AUDIT_BATCH_SLOTS; i++) {
		b->spans[i] = (struct iovec){b->bytes[i], sizeof(b->bytes[i])};
		b->slots[i].msg_hdr = (struct msghdr){
			.msg_name = &b->senders[i],
			.msg_iov = &b->spans[i],
			.msg_iovlen = 1,
		};
	}
}

/* The next full system call: overruns are counted and asked again, for they say nothing more. */
static int receive(struct audit_socket *s, struct audit_batch *b, struct audit_counters *counters)
{
	int got;

	for (size_t i = 0; i < AUDIT_BATCH_SLOTS; i++)
		b->slots[i].msg_hdr.msg_namelen = sizeof(b->senders[i]);
	for (int tries = 0; tries < 8; tries++) {
		got = s->wire->receive(s->wire_ctx, s->fd, b->slots, AUDIT_BATCH_SLOTS);
		if (got >= 0 || errno != ENOBUFS)
			return got;
		counters->overruns++;
	}
	errno = EAGAIN;
	return -1;
}

static void deliver(struct audit_batch *b, struct audit_counters *counters,
		    const struct audit_message *m, bool cut)
{
	uint32_t serial;

	b->records[b->count++] = (struct audit_record){m->type, m->payload, cut};
	counters->records++;
	counters->bytes += m->payload.n;
	counters->cut += cut;
	if (audit_text_serial(m->payload, &serial))
		audit_gaps_put(&counters->serials, serial);
}

/*
 * A record that was cut has a header that promises more than there is. Its beginning is still
 * worth keeping: the header is made to say what came.
 */
static bool shorten(char *bytes, size_t n)
{
	uint32_t length = (uint32_t)n;

	if (n < AUDIT_HEADER_BYTES || !audit_type_is_record(audit_get_u16(bytes + 4)))
		return false;
	memcpy(bytes, &length, sizeof(length));
	return true;
}

static void look_at(struct audit_batch *b, size_t i, struct audit_counters *counters)
{
	const struct mmsghdr *slot = &b->slots[i];
	bool cut = slot->msg_len > sizeof(b->bytes[i]) || slot->msg_hdr.msg_flags & MSG_TRUNC;
	size_t n = slot->msg_len < sizeof(b->bytes[i]) ? slot->msg_len : sizeof(b->bytes[i]);
	struct audit_messages it;
	struct audit_message m;

	if (!audit_slot_from_kernel(slot)) {
		counters->foreign++;
		return;
	}
	if (cut && !shorten(b->bytes[i], n)) {
		counters->malformed++;
		return;
	}
	/* The kernel puts one message into a datagram; a second would have no slot to go to. */
	audit_messages_init(&it, sv_make(b->bytes[i], n));
	if (audit_messages_next(&it, &m) != AUDIT_MESSAGE_FOUND || it.rest.n)
		counters->malformed++;
	else if (!audit_type_is_record(m.type))
		counters->other++;
	else
		deliver(b, counters, &m, cut);
}

enum audit_recv_status audit_recv_batch(struct audit_socket *s, struct audit_batch *b,
					struct audit_counters *counters, struct err *e)
{
	int got;

	b->count = 0;
	got = receive(s, b, counters);
	if (got < 0 && errno == EAGAIN)
		return AUDIT_RECV_NOTHING;
	if (got < 0) {
		err_sys(e, "cannot receive from the audit socket");
		return AUDIT_RECV_FAILED;
	}
	for (size_t i = 0; i < (size_t)got; i++)
		look_at(b, i, counters);
	if (b->count == 0)
		return AUDIT_RECV_NOTHING;
	counters->batches++;
	return AUDIT_RECV_RECORDS;
}

int audit_recv_waiting(struct audit_socket *s, struct audit_batch *b,
		       struct audit_counters *counters,
		       bool (*take)(void *ctx, const struct audit_batch *b), void *ctx,
		       struct err *e)
{
	for (;;) {
		switch (audit_recv_batch(s, b, counters, e)) {
		case AUDIT_RECV_RECORDS:
			if (!take(ctx, b) || b->count < AUDIT_BATCH_SLOTS)
				return 0;
			break;
		case AUDIT_RECV_NOTHING:
			return 0;
		case AUDIT_RECV_FAILED:
			return -1;
		}
	}
}
