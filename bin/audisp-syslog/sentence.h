/*
 * A record as one line in words, the way audisp-syslog's `interpret` has it:
 *
 *	type=SYSCALL msg=audit(11/14/23 22:13:20) : arch=x86_64 syscall=connect ... key=network
 */
#ifndef AURUM_BIN_SYSLOG_SENTENCE_H
#define AURUM_BIN_SYSLOG_SENTENCE_H

#include "record/words.h"

/* Puts it. False when there is nothing to say: the line is no record, or the end of an event. */
MUST_CHECK bool sentence_put(struct words *w, struct sv line, struct buf *out);

#endif
