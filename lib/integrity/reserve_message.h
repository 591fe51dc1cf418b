/*
 * What a sealer and auditd-sealkey tell each other, over a pair of SOCK_SEQPACKET sockets: one
 * question, one answer. The same program build is on both sides: the layout is not for anybody else.
 *
 * The sealer reads what anybody on the machine can put into audit records, so the program does not
 * trust it: a question never names a file or a program, what is signed is a start of the origin that the
 * program was started with, and secrets are in no message.
 */
#ifndef AURUM_INTEGRITY_RESERVE_MESSAGE_H
#define AURUM_INTEGRITY_RESERVE_MESSAGE_H

#include "base/buf.h"
#include "base/err.h"
#include "integrity/reserve.h"

#define RESERVE_LINE     3 /* the program's end of the line */
#define RESERVE_TEXT_MAX 8192

enum reserve_ask {
	RESERVE_HELLO = 1, /* answer: number = whether keys are given once a boot */
	RESERVE_LOAD,      /* answer: count keys; text: what cannot be used, or nothing */
	RESERVE_STAGE,     /* number = enum reserve_until. answer: key[0] */
	RESERVE_SIGN,      /* key[0], text = a start's. answer: text = the note, signature */
	RESERVE_COMMIT,    /* key[0], number = starts */
	RESERVE_SETTLE,    /* key[0] */
	RESERVE_ASK_END
};

struct reserve_message {
	uint32_t kind;   /* enum reserve_ask, in the answer as well */
	uint32_t failed; /* answer: 1, and text is why */
	uint64_t number;
	uint32_t count;
	uint32_t text_bytes;
	struct seal_public key[RESERVE_KEYS_MAX];
	uint8_t signature[SEAL_SIGNATURE_BYTES];
	char text[RESERVE_TEXT_MAX]; /* the last text_bytes of what is sent */
};

/* Sets the text. False: it is too long. */
MUST_CHECK bool reserve_message_put(struct reserve_message *m, struct sv text);
struct sv reserve_message_text(const struct reserve_message *m);

/* Whether n bytes that were received are one message, with all fields within their bounds. */
MUST_CHECK bool reserve_message_is_whole(const struct reserve_message *m, size_t n);

/* Sends, waiting for room. 0, or -1: the other side is gone. */
MUST_CHECK int reserve_message_send(int fd, const struct reserve_message *m, struct err *e);

enum reserve_took { RESERVE_TAKEN, RESERVE_ENDED, RESERVE_LATE, RESERVE_BROKEN };
/* Waits for at most ms (-1: for ever); a message that is none is RESERVE_BROKEN. */
MUST_CHECK enum reserve_took reserve_message_take(int fd, int ms, struct reserve_message *out);

#endif
