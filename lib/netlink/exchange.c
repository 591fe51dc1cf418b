/*
 * The dialogue of a request:
 *
 *	us      -> request, REQUEST|ACK, seq n
 *	kernel  -> NLMSG_ERROR, seq n: error 0, an errno, or the value of a reset counter
 *	kernel  -> answer, seq n (from a thread of its own, so it may come first or last)
 *	kernel  -> NLMSG_DONE, seq n, after a list
 *
 * Between them may come records (seq 0, on the daemon's socket) and answers to older requests
 * that were given up. Only the kernel is listened to, only n counts, and the deadline holds
 * however much of the rest arrives.
 */
#include "netlink/exchange.h"

#include "netlink/message.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <poll.h>

#define ERRNO_MAX 4095 /* the kernel's MAX_ERRNO */

struct reason {
	uint16_t request;
	int error;
	const char *text;
};

static const struct reason reasons[] = {
#define REASON(request, error, text) {request, error, text},
#include "netlink/reasons.def"
#undef REASON
};

static int fail(struct err *e, int error, const struct exchange *x, const char *why)
{
	err_set(e, "cannot %s: %s", x->what, why);
	if (e)
		e->sys = error;
	return -1;
}

static bool is_user_type(uint16_t type)
{
	return (type >= AUDIT_FIRST_USER_MSG && type <= AUDIT_LAST_USER_MSG) ||
	       (type >= AUDIT_FIRST_USER_MSG2 && type <= AUDIT_LAST_USER_MSG2);
}

static bool can_be_locked(uint16_t request)
{
	return request == AUDIT_SET || request == AUDIT_ADD_RULE || request == AUDIT_DEL_RULE ||
	       request == AUDIT_TRIM || request == AUDIT_MAKE_EQUIV;
}

/* Asks no further when it is the status that was refused. */
static bool is_locked(struct audit_control *c)
{
	struct audit_status status;

	return audit_get_status(c, &status, NULL) == 0 && status.enabled == 2;
}

static const char *why_not_permitted(struct audit_control *c, const struct exchange *x)
{
	const struct audit_wire *wire = c->socket->wire;
	bool user = is_user_type(x->request);

	if (!wire->is_capable(c->socket->wire_ctx, user ? CAP_AUDIT_WRITE : CAP_AUDIT_CONTROL))
		return user ? "CAP_AUDIT_WRITE is missing (run as root)"
			    : "CAP_AUDIT_CONTROL is missing (run as root)";
	if (x->request == AUDIT_SET_FEATURE)
		return "the feature is locked until the next boot";
	if (can_be_locked(x->request) && is_locked(c))
		return "the audit configuration is locked until the next boot (enabled 2)";
	return "the kernel takes it only from the initial pid namespace, "
	       "and this process is in another (a container, perhaps)";
}

static int refuse(struct audit_control *c, const struct exchange *x, int error, struct err *e)
{
	if (error == EPERM)
		return fail(e, error, x, why_not_permitted(c, x));
	for (size_t i = 0; i < LEN(reasons); i++)
		if (reasons[i].error == error &&
		    (reasons[i].request == 0 || reasons[i].request == x->request))
			return fail(e, error, x, reasons[i].text);
	errno = error;
	return err_sys(e, "cannot %s", x->what);
}

static int64_t now(const struct audit_control *c)
{
	return c->socket->wire->now_ms(c->socket->wire_ctx);
}

/* Until the socket is ready (1), the deadline is over (0), or it failed (-1, *e set). */
static int wait_until(struct audit_control *c, const struct exchange *x, short events,
		      int64_t deadline, struct err *e)
{
	const struct audit_socket *s = c->socket;
	int64_t left;
	int ready;

	while ((left = deadline - now(c)) > 0) {
		ready = s->wire->wait(s->wire_ctx, s->fd, events, (int)left);
		if (ready > 0)
			return 1;
		if (ready < 0 && errno != EINTR)
			return err_sys(e, "cannot %s: cannot wait for the kernel", x->what);
	}
	return 0;
}

static int time_out(struct audit_control *c, const struct exchange *x, uint64_t overruns,
		    struct err *e)
{
	err_set(e, "cannot %s: the kernel did not answer within %d ms%s", x->what, c->timeout_ms,
		overruns != c->overruns ? " (answers were lost: the receive buffer was full)" : "");
	if (e)
		e->sys = ETIMEDOUT;
	return -1;
}

static int send_request(struct audit_control *c, struct exchange *x, int64_t deadline,
			struct err *e)
{
	const struct audit_socket *s = c->socket;
	struct iovec parts[EXCHANGE_PARTS + 1];
	char header[AUDIT_HEADER_BYTES];
	size_t length = AUDIT_HEADER_BYTES;
	int ready;

	for (size_t i = 0; i < x->count; i++) {
		parts[i + 1] = x->parts[i];
		if (__builtin_add_overflow(length, x->parts[i].iov_len, &length))
			length = SIZE_MAX;
	}
	if (length > AUDIT_CONTROL_BYTES)
		return fail(e, EMSGSIZE, x, "the request is too long");
	audit_header_put(header, (uint32_t)length, x->request, NLM_F_REQUEST | NLM_F_ACK, x->seq);
	parts[0] = (struct iovec){header, sizeof(header)};
	while (s->wire->send(s->wire_ctx, s->fd, parts, x->count + 1) < 0) {
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return refuse(c, x, errno, e);
		ready = wait_until(c, x, POLLOUT, deadline, e);
		if (ready <= 0)
			return ready < 0 ? -1 : time_out(c, x, c->overruns, e);
	}
	return 0;
}

enum received { RECEIVED, RECEIVED_NOTHING, RECEIVED_JUNK, RECEIVED_FAILED };

/* One datagram from the kernel into c->reply. */
static enum received receive(struct audit_control *c, struct sv *datagram)
{
	const struct audit_socket *s = c->socket;
	struct sockaddr_nl from;
	struct iovec span = {c->reply, sizeof(c->reply)};
	struct mmsghdr slot = {
		.msg_hdr = {.msg_name = &from,
			    .msg_namelen = sizeof(from),
			    .msg_iov = &span,
			    .msg_iovlen = 1},
	};
	int got = s->wire->receive(s->wire_ctx, s->fd, &slot, 1);

	if (got < 0 && errno == ENOBUFS) {
		c->overruns++;
		return RECEIVED_JUNK;
	}
	if (got < 0 && errno != EAGAIN && errno != EINTR)
		return RECEIVED_FAILED;
	if (got <= 0)
		return RECEIVED_NOTHING;
	if (!audit_slot_from_kernel(&slot)) {
		c->foreign++;
		return RECEIVED_JUNK;
	}
	if (slot.msg_len > sizeof(c->reply)) {
		c->malformed++;
		return RECEIVED_JUNK;
	}
	*datagram = sv_make(c->reply, slot.msg_len);
	return RECEIVED;
}

enum step { STEP_ON, STEP_DONE, STEP_FAILED };

static enum step take_error(struct audit_control *c, struct exchange *x,
			    const struct audit_message *m, struct err *e)
{
	int32_t error;

	if (!audit_message_error(m, &error)) {
		c->malformed++;
		return STEP_ON;
	}
	if (error < 0 && error >= -ERRNO_MAX) {
		(void)refuse(c, x, -error, e);
		return STEP_FAILED;
	}
	/* A counter that was reset comes as the error, whatever its sign then is. */
	x->value = (uint32_t)error;
	return x->answer ? STEP_ON : STEP_DONE;
}

static enum step take_answer(struct exchange *x, const struct audit_message *m, struct err *e)
{
	if (!x->take(x->ctx, m->payload)) {
		(void)fail(e, EBADMSG, x, "the kernel's answer is malformed");
		return STEP_FAILED;
	}
	return x->is_list ? STEP_ON : STEP_DONE;
}

static enum step take_message(struct audit_control *c, struct exchange *x,
			      const struct audit_message *m, struct err *e)
{
	if (audit_type_is_record(m->type)) {
		if (c->event)
			c->event(c->event_ctx, m->type, m->payload);
		else
			c->events_dropped++;
		return STEP_ON;
	}
	if (m->type == AUDIT_REPLACE) /* "are you alive": that it could be sent is the answer */
		return STEP_ON;
	if (m->seq != x->seq) {
		c->stale++;
		return STEP_ON;
	}
	if (m->type == NLMSG_ERROR)
		return take_error(c, x, m, e);
	if (m->type == NLMSG_DONE && x->is_list)
		return STEP_DONE;
	if (x->answer && m->type == x->answer)
		return take_answer(x, m, e);
	c->stale++;
	return STEP_ON;
}

static enum step take_datagram(struct audit_control *c, struct exchange *x, struct sv datagram,
			       struct err *e)
{
	struct audit_messages it;
	struct audit_message m;

	audit_messages_init(&it, datagram);
	for (;;) {
		enum step step = STEP_ON;

		switch (audit_messages_next(&it, &m)) {
		case AUDIT_MESSAGE_FOUND:
			step = take_message(c, x, &m, e);
			break;
		case AUDIT_MESSAGE_BAD:
			c->malformed++;
			break;
		case AUDIT_MESSAGE_END:
			return STEP_ON;
		}
		if (step != STEP_ON)
			return step;
	}
}

static int converse(struct audit_control *c, struct exchange *x, int64_t deadline, struct err *e)
{
	uint64_t overruns = c->overruns;

	while (now(c) < deadline) {
		enum step step = STEP_ON;
		struct sv datagram;
		int ready;

		switch (receive(c, &datagram)) {
		case RECEIVED:
			step = take_datagram(c, x, datagram, e);
			break;
		case RECEIVED_NOTHING:
			ready = wait_until(c, x, POLLIN, deadline, e);
			if (ready < 0)
				return -1;
			break;
		case RECEIVED_JUNK:
			break;
		case RECEIVED_FAILED:
			return err_sys(e, "cannot %s: cannot receive from the kernel", x->what);
		}
		if (step != STEP_ON)
			return step == STEP_DONE ? 0 : -1;
	}
	return time_out(c, x, overruns, e);
}

int exchange_run(struct audit_control *c, struct exchange *x, struct err *e)
{
	int64_t deadline = now(c) + c->timeout_ms;

	/* Records have sequence number 0. */
	if (++c->seq == 0)
		c->seq = 1;
	x->seq = c->seq;
	if (send_request(c, x, deadline, e) != 0)
		return -1;
	return converse(c, x, deadline, e);
}
