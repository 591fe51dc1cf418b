/*
 * Messages to the system's log, for programs that may not wait for it.
 *
 *	struct journal j;
 *	journal_init(&j, "audisp-syslog", LOG_USER);
 *	switch (journal_send(&j, LOG_INFO, text)) ...
 *	journal_release(&j);
 *
 * syslog(3) waits when nobody takes messages out of /dev/log, however long that is. These are the
 * same datagrams (RFC 3164, with the local time), handed over at once or not at all.
 */
#ifndef AURUM_COMMON_JOURNAL_H
#define AURUM_COMMON_JOURNAL_H

#include "base/buf.h"

#include <time.h>

#define JOURNAL_PATH     "/dev/log"
#define JOURNAL_TEXT_MAX 8969 /* bytes of a message; what is behind them is cut off */

struct journal {
	const char *tag;
	int facility, fd; /* -1: not connected */
	time_t second;    /* of the time in words */
	char when[32];
	struct buf message;
};

enum journal_status {
	JOURNAL_SENT,
	JOURNAL_FULL,   /* poll fd for POLLOUT and try again */
	JOURNAL_ABSENT, /* nobody listens: try again later */
	JOURNAL_REFUSED /* this message will never be taken */
};

void journal_init(struct journal *j, const char *tag, int facility);
void journal_release(struct journal *j);

/* Sends one message of one line, or says why not. NUL bytes become blanks. */
enum journal_status journal_send(struct journal *j, int level, struct sv text);

#endif
