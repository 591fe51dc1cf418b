/*
 * Proofs as text that stands for itself: with the log's public key it needs no log.
 *
 *	c2sp.org/tlog-proof@v1			aurum-consistency-proof/v1
 *	extra <base64>		(optional)	old <size>
 *	index <index>				new <size>
 *	<base64 hash> ...			<base64 hash> ...
 *						(empty line)
 *	(empty line)				<note of the old checkpoint>
 *	<note of the checkpoint>		(empty line)
 *						<note of the new checkpoint>
 *
 * The left one is C2SP's tlog-proof; the right one is ours, for there is no other.
 */
#ifndef AURUM_SEAL_PROOF_H
#define AURUM_SEAL_PROOF_H

#include "seal/checkpoint.h"
#include "seal/tree.h"

#define SEAL_EXTRA_MAX 65536 /* bytes of `extra` */

struct seal_inclusion {
	struct sv extra; /* Base64; without bytes: no such line */
	uint64_t index;
	struct seal_hash path[SEAL_PATH_MAX];
	unsigned count;
	struct sv note; /* bytes of the checkpoint's note */
};

/* The whole text, strictly; views point into it. The note is not read: seal_note_parse(). 0, or -1. */
MUST_CHECK int seal_inclusion_parse(struct sv text, struct seal_inclusion *out, struct err *e);
void seal_inclusion_print(struct buf *b, const struct seal_inclusion *p);

struct seal_consistency {
	uint64_t old, size;
	struct seal_hash path[SEAL_CONSISTENCY_MAX];
	unsigned count;
	struct sv old_note, note;
};

MUST_CHECK int seal_consistency_parse(struct sv text, struct seal_consistency *out, struct err *e);
void seal_consistency_print(struct buf *b, const struct seal_consistency *p);

#endif
