/*
 * Audit records among the kernel's messages. While no daemon listens the kernel prints records, as far
 * as its limit on messages allows, cut where a message ends:
 *
 *	5,7850,26771701056,-;audit: type=1305 audit(1795324147.125:26030856): op=set ...
 *	4,7851,26775585781,-;kauditd_printk_skb: 11 callbacks suppressed
 *
 * Source: kernel/audit.c (kauditd_printk_skb), Documentation/ABI/testing/dev-kmsg.
 */
#ifndef AURUM_LOG_KMSG_H
#define AURUM_LOG_KMSG_H

#include "base/buf.h"

#include <stdint.h>

#define KMSG_MAX 8192 /* bytes of one read of /dev/kmsg */
/* A text this long was probably cut: the kernel keeps 1024 bytes of a message. */
#define KMSG_CUT 980

enum kmsg_kind {
	KMSG_RECORD,     /* type and text are set */
	KMSG_SUPPRESSED, /* number records were not printed */
	KMSG_OTHER,      /* of somebody else, or malformed */
};

struct kmsg {
	uint64_t sequence; /* of the message, also of others; 0 when malformed */
	uint32_t type;
	uint64_t number;
	struct sv text; /* "audit(...): ..."; in the buffer of the call */
};

/*
 * Reads one message as read(2) gives it. Only what the kernel itself has said counts: whoever writes
 * to /dev/kmsg has another facility. scratch is overwritten; when it cannot take the text it is
 * KMSG_OTHER.
 */
enum kmsg_kind kmsg_parse(struct sv message, struct buf *scratch, struct kmsg *out);

#endif
