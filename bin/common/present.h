/*
 * This machine at this moment, as dates and names on a command line need it: its names, clock,
 * time zone and locale.
 */
#ifndef AURUM_COMMON_PRESENT_H
#define AURUM_COMMON_PRESENT_H

#include "query/when.h"
#include "record/names.h"

struct present {
	struct names *names;
	struct when_context when;
};

/* After frame_start(). On failure nothing is held. */
MUST_CHECK int present_init(struct present *p, struct err *e);
void present_release(struct present *p);

/* A time as the value of one option: the words of when_parse_words() with blanks between them. */
MUST_CHECK int present_when(const struct when_context *when, enum when_edge edge, const char *value,
			    int64_t *out, struct err *e);

#endif
