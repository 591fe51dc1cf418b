/*
 * Checkpoints (C2SP tlog-checkpoint) and cosignatures (C2SP tlog-cosignature): the text of a tree's
 * size and root, and what others sign of it.
 */
#ifndef AURUM_SEAL_CHECKPOINT_H
#define AURUM_SEAL_CHECKPOINT_H

#include "seal/digest.h"
#include "seal/note.h"

/* Three lines; a text with more of them (extensions) is refused. */
struct seal_checkpoint {
	struct sv origin;
	uint64_t size; /* below 2^63 */
	struct seal_hash root;
};

/* The text of a checkpoint: three lines with their LF. origin points into it. 0, or -1 with *e. */
MUST_CHECK int seal_checkpoint_parse(struct sv text, struct seal_checkpoint *out, struct err *e);
void seal_checkpoint_print(struct buf *b, const struct seal_checkpoint *c);

/*
 * Signs it and prints the whole note, under the checkpoint's origin. The signature itself goes to
 * `signature` unless that is NULL (a commit record keeps it). 0, or -1 with *e; b may hold a part then.
 */
MUST_CHECK int seal_checkpoint_sign(struct buf *b, const struct seal_checkpoint *c,
				    struct seal_key *key, uint8_t signature[SEAL_SIGNATURE_BYTES],
				    struct err *e);

/* Whether `signature` (of a commit record) is the key's over the checkpoint's text. */
MUST_CHECK bool seal_checkpoint_check(const struct seal_checkpoint *c,
				      const struct seal_public *key,
				      const uint8_t signature[SEAL_SIGNATURE_BYTES]);

/* What a cosigner signs: `cosignature/v1`, `time <seconds>` and the checkpoint's text. */
void seal_cosign_message(struct buf *b, uint64_t seconds, struct sv text);

/* Whether 8 bytes of seconds and 64 of signature are the key's (type 4) over the text; *seconds then
 * is the time that was signed. */
MUST_CHECK bool seal_cosign_check(const struct seal_vkey *key, struct sv text,
				  const uint8_t stamped[8 + SEAL_SIGNATURE_BYTES],
				  uint64_t *seconds);

#endif
