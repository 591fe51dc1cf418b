/*
 * Inside lib/integrity: what a start would else have to make of all of `keys` and `level1`: the chain and the
 * tree as they were at the last rotation. A note to oneself: whatever comes of it is compared with what was
 * signed, and without it, or with that of another build, everything is read.
 */
#ifndef AURUM_INTEGRITY_RESUME_H
#define AURUM_INTEGRITY_RESUME_H

#include "integrity/store.h"
#include "seal/chain.h"
#include "seal/tree.h"

struct resume {
	uint64_t keys;           /* bytes of `keys` that chain has followed */
	struct seal_chain chain; /* all zero behind them */
	struct seal_range range; /* of a multiple of 256 lines */
};

/* Replaces the file; not synced. */
MUST_CHECK int resume_write(const struct store *s, const struct resume *r, struct err *e);

/* False: there is none that this build has written for this enrolment. */
MUST_CHECK bool resume_read(int folder, const struct seal_vkey *enrolment, struct resume *out);

#endif
