/*
 * Which key of a chain signed a checkpoint, from the chain's text alone and the key that it begins with.
 *
 *	status = known_signer_of(keys, &enrolment, &note, size, &signer, &e);
 */
#ifndef AURUM_INTEGRITY_KNOWN_H
#define AURUM_INTEGRITY_KNOWN_H

#include "integrity/prove.h"

struct known_signer {
	struct seal_vkey key;
	struct seal_epoch epoch;
	uint64_t until; /* seconds of the note that ended it; 0: none did */
};

/*
 * keys: the text of integrity/keys, which may go on. HOLDS: an epoch that covers that size signed the note, and
 * every note of the chain up to its end holds. WRONG: the chain breaks a rule before, or no key of it that may
 * sign for so many lines did. MISSING: it is not long enough to tell. 0.1 ms for each note.
 */
MUST_CHECK enum prove_status known_signer_of(struct sv keys, const struct seal_vkey *enrolment,
					     const struct seal_note *note, uint64_t size,
					     struct known_signer *out, struct err *e);

#endif
