/*
 * The anchor: what a host remembers of its chain outside of integrity/. Four lines of text.
 */
#ifndef AURUM_SEAL_ANCHOR_H
#define AURUM_SEAL_ANCHOR_H

#include "seal/key.h"

struct seal_anchor {
	struct seal_vkey enrolment;
	uint64_t starts;         /* how many start notes there are */
	struct seal_public next; /* that the next start is signed with */
};

/* The whole file, strictly. 0, or -1 with *e. */
MUST_CHECK int seal_anchor_parse(struct sv text, struct seal_anchor *out, struct err *e);
void seal_anchor_print(struct buf *b, const struct seal_anchor *a);

#endif
