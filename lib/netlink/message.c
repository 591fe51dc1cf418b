/*
 * Reading and writing netlink messages: lengths and fields only. Every length is checked against
 * what is left of the datagram before a byte behind it is looked at.
 */
#include "netlink/message.h"

#include "base/num.h"

#include <linux/audit.h>
#include <linux/netlink.h>

static uint32_t aligned(uint32_t length)
{
	return (length + 3u) & ~3u;
}

bool audit_type_is_record(uint32_t type)
{
	return type == AUDIT_USER || type == AUDIT_LOGIN ||
	       (type >= AUDIT_FIRST_USER_MSG && type != AUDIT_REPLACE);
}

void audit_messages_init(struct audit_messages *it, struct sv datagram)
{
	*it = (struct audit_messages){.rest = datagram, .first = true};
}

enum audit_message_status audit_messages_next(struct audit_messages *it, struct audit_message *out)
{
	struct sv rest = it->rest;
	bool first = it->first;
	uint32_t length;
	uint16_t type;

	if (rest.n == 0)
		return AUDIT_MESSAGE_END;
	/* Nothing follows a bad message. */
	*it = (struct audit_messages){.rest = SV_EMPTY, .first = false};
	if (rest.n < AUDIT_HEADER_BYTES || rest.n > UINT32_MAX - 3)
		return AUDIT_MESSAGE_BAD;
	length = audit_get_u32(rest.p);
	type = audit_get_u16(rest.p + 4);
	/* The record whose length leaves out its header, see the header file. */
	if (first && audit_type_is_record(type) && length == rest.n - AUDIT_HEADER_BYTES)
		length += AUDIT_HEADER_BYTES;
	if (length < AUDIT_HEADER_BYTES || length > rest.n)
		return AUDIT_MESSAGE_BAD;
	*out = (struct audit_message){
		.type = type,
		.flags = audit_get_u16(rest.p + 6),
		.seq = audit_get_u32(rest.p + 8),
		.port = audit_get_u32(rest.p + 12),
		.payload = sv_make(rest.p + AUDIT_HEADER_BYTES, length - AUDIT_HEADER_BYTES),
	};
	/* The last message of a datagram may lack its padding. */
	it->rest = sv_from(rest, aligned(length));
	return AUDIT_MESSAGE_FOUND;
}

bool audit_message_error(const struct audit_message *m, int32_t *error)
{
	if (m->type != NLMSG_ERROR || m->payload.n < sizeof(*error))
		return false;
	memcpy(error, m->payload.p, sizeof(*error));
	return true;
}

bool audit_text_serial(struct sv text, uint32_t *serial)
{
	struct sv stamp, rest;

	if (!sv_starts(text, SV("audit(")) || !sv_cut(sv_head(text, 64), ')', &stamp, &rest) ||
	    !sv_cut(stamp, ':', &stamp, &rest))
		return false;
	return num_u32(rest, serial);
}

void audit_header_put(char out[AUDIT_HEADER_BYTES], uint32_t length, uint16_t type, uint16_t flags,
		      uint32_t seq)
{
	memcpy(out, &length, 4);
	memcpy(out + 4, &type, 2);
	memcpy(out + 6, &flags, 2);
	memcpy(out + 8, &seq, 4);
	memset(out + 12, 0, 4);
}
