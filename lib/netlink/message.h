/*
 * Netlink messages of the audit protocol: read from a datagram without copying, header written
 * into sixteen bytes. Knows nothing about sockets.
 *
 *	struct audit_messages it;
 *	struct audit_message m;
 *	audit_messages_init(&it, datagram);
 *	while (audit_messages_next(&it, &m) == AUDIT_MESSAGE_FOUND)
 *		use(m.type, m.payload);
 *
 * The header (RFC 3549, linux/netlink.h), all in the byte order of the host:
 *
 *	 0         4       6        8     12     16
 *	+---------+-------+--------+-----+------+----------------- - -
 *	| length  | type  | flags  | seq | port | payload, padded to four bytes
 *	+---------+-------+--------+-----+------+----------------- - -
 *
 * length counts header and payload, with one exception that the kernel keeps for the sake of
 * old daemons (kernel/audit.c, audit_log_end): in a record sent to the audit daemon it counts
 * the payload only. The same record in the multicast group has the true length. A datagram
 * holds one record, so the two cannot be confused: the first message of a record type whose
 * length is sixteen less than the datagram's takes all of it.
 */
#ifndef AURUM_NETLINK_MESSAGE_H
#define AURUM_NETLINK_MESSAGE_H

#include "base/attr.h"
#include "base/sv.h"

#include <stdint.h>

#define AUDIT_HEADER_BYTES 16
/* The longest text of a record, as user space has always assumed it: twice PATH_MAX and some. */
#define AUDIT_TEXT_MAX     8970
#define AUDIT_DATAGRAM_MAX (AUDIT_HEADER_BYTES + AUDIT_TEXT_MAX)

struct audit_message {
	uint16_t type, flags;
	uint32_t seq, port;
	struct sv payload; /* borrowed from the datagram */
};

enum audit_message_status {
	AUDIT_MESSAGE_FOUND, /* *out is set */
	AUDIT_MESSAGE_END,   /* the datagram ended where a message ended */
	AUDIT_MESSAGE_BAD,   /* a header is cut off, or its length is impossible; nothing follows */
};

struct audit_messages {
	struct sv rest;
	bool first;
};

void audit_messages_init(struct audit_messages *it, struct sv datagram);
/* *out is written only with AUDIT_MESSAGE_FOUND. */
MUST_CHECK enum audit_message_status audit_messages_next(struct audit_messages *it,
							 struct audit_message *out);

/*
 * True for types that are log records: AUDIT_USER, AUDIT_LOGIN, and 1100 and above without
 * AUDIT_REPLACE, which asks the daemon whether it is alive. False for acknowledgements and
 * answers to requests.
 */
bool audit_type_is_record(uint32_t type);

/*
 * The error of an NLMSG_ERROR message: 0 is an acknowledgement, negative an errno, positive a
 * result. False, *error untouched, when the message is of another type or too short.
 */
MUST_CHECK bool audit_message_error(const struct audit_message *m, int32_t *error);

/*
 * The serial number in a record's "audit(SECONDS.MILLI:SERIAL):". False, *serial untouched, when
 * the text does not begin with a stamp.
 */
MUST_CHECK bool audit_text_serial(struct sv text, uint32_t *serial);

/* Writes a header with port 0 (the kernel fills in ours); length is header and payload. */
void audit_header_put(char out[AUDIT_HEADER_BYTES], uint32_t length, uint16_t type, uint16_t flags,
		      uint32_t seq);

/* Numbers in messages have the host's byte order and any alignment. */
static inline uint32_t audit_get_u32(const char *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static inline uint16_t audit_get_u16(const char *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

#endif
