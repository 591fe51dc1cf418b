/*
 * The story of an event as one plain sentence.
 *
 *	22:14:03 alice (as root) ran /usr/bin/passwd bob from pts/0
 *	22:14:09 alice failed to open /etc/shadow with /usr/bin/cat: Permission denied
 *
 *	struct sentence_style style = {.local_time = local_time};
 *	sentence_put(&style, &normaliser, &deed, &out);
 *
 * The order is always the same: when, who, did what, to what, with what, from where, and why
 * not. "(no login)" behind a user says that nobody's login session stands behind the deed: a
 * service did it. Nothing that comes from the log reaches the output unescaped.
 */
#ifndef AURUM_OUTPUT_SENTENCE_H
#define AURUM_OUTPUT_SENTENCE_H

#include "base/buf.h"
#include "record/normalise.h"

#include <time.h>

#define SENTENCE_TEXT_MAX 512 /* bytes of one object, before escaping; the rest is "..." */

struct sentence_style {
	/* Seconds since the epoch to the reader's time of day; NULL: UTC. */
	void (*local_time)(int64_t sec, struct tm *out);
	bool date;   /* the day in front of the time */
	bool serial; /* " [serial N]" at the end, for ausearch -a */
};

/* Puts the sentence and a newline. The deed is the last that this normaliser filled. */
void sentence_put(const struct sentence_style *style, struct normaliser *normaliser,
		  struct deed *deed, struct buf *out);

#endif
