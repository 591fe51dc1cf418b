/*
 * The chain of keys: the notes of integrity/keys as structs, and the rules they hold each other to.
 *
 *	seal_chain_begin(&chain, &enrolment);
 *	while (seal_note_next(&rest, &bytes) == SEAL_CUT_NOTE) {
 *		if (seal_note_parse(bytes, &note, &e) != 0) ...
 *		fault = seal_chain_step(&chain, &note, &step);
 *		if (fault != SEAL_FAULT_NONE) ...
 *	}
 *
 * docs/format-seal.md has the notes to the byte. Pure: whoever writes the chain, recovers or verifies
 * it holds it to the same rules.
 */
#ifndef AURUM_SEAL_CHAIN_H
#define AURUM_SEAL_CHAIN_H

#include "seal/digest.h"
#include "seal/note.h"

enum seal_step_kind { SEAL_START, SEAL_HANDOVER, SEAL_RESERVE, SEAL_PRUNED, SEAL_STOP };
#define SEAL_STEP_KINDS 5

enum seal_start_state { SEAL_FIRST, SEAL_CLEAN, SEAL_UNCLEAN, SEAL_CONTINUED };

/* The last line of a note's name: "start", "keys", "reserve", "pruned", "stop"; the word of a state. */
const char *seal_step_name(enum seal_step_kind kind);
const char *seal_state_name(enum seal_start_state state);

#define SEAL_REASON_MAX 64   /* a word: lower-case letters, digits, "-" and "_" */
#define SEAL_QUOTE_MAX  2048 /* bytes of each part of a TPM's quote */

/* One note. Fields that its kind does not have are zero. Views point into the text it was read from. */
struct seal_step {
	enum seal_step_kind kind;
	struct sv origin; /* the log's, without "/start" and the like */
	uint64_t number;  /* start: from 0 */
	uint64_t epoch;   /* start, hand-over: that begins; else that runs */
	uint64_t seconds; /* since 1970, as the host claims */
	uint64_t size;    /* of the tree */
	struct seal_hash root;
	struct seal_public key;      /* start, hand-over: of the epoch that begins */
	struct seal_public reserved; /* start, reserve: for the next start */
	enum seal_start_state state; /* start */
	uint64_t first_kept;         /* pruned */
	struct sv reason;            /* pruned */
	/* start: TPMS_ATTEST and TPMT_SIGNATURE in Base64, both or none. The attest's extraData is SHA-256 of
	 * the note's text without this line: print the step with both empty. */
	struct sv tpm_attest, tpm_signature;
};

/* The text of a note, read strictly: printing gives the same bytes again. 0, or -1 with *e. */
MUST_CHECK int seal_step_parse(struct sv text, struct seal_step *out, struct err *e);
void seal_step_print(struct buf *b, const struct seal_step *s);

/*
 * Signs it and prints it as it stands in `keys`: the note and the empty line behind it. The signature
 * also goes to `signature` unless that is NULL. 0, or -1 with *e; b may hold a part then.
 */
MUST_CHECK int seal_step_sign(struct buf *b, const struct seal_step *s, struct seal_key *key,
			      uint8_t signature[SEAL_SIGNATURE_BYTES], struct err *e);

/* One epoch and what its key may vouch for: checkpoints of sizes from size_from to size_to. */
struct seal_epoch {
	uint64_t number;
	struct seal_public key;
	uint32_t id;                 /* of the key, under the origin */
	uint64_t seconds;            /* claimed by the note that began it */
	uint64_t size_from, size_to; /* size_to: UINT64_MAX while it runs */
};

static inline bool seal_epoch_covers(const struct seal_epoch *epoch, uint64_t size)
{
	return size >= epoch->size_from && size <= epoch->size_to;
}

enum seal_chain_fault {
	SEAL_FAULT_NONE,
#define SEAL_FAULT(name, says) SEAL_FAULT_##name,
#include "seal/chain.def"
#undef SEAL_FAULT
};

/* What a verdict says of the note: "says a smaller size than ..."; "is well" for none. */
const char *seal_fault_text(enum seal_chain_fault fault);

/* All that is known of a chain up to a note. Readable; written by the functions below only. */
struct seal_chain {
	struct seal_vkey enrolment; /* its name is the origin */
	uint64_t notes;             /* that were well */
	uint64_t starts;
	struct seal_public next; /* that the next start is signed with: enrolment's, or reserved */
	struct seal_epoch epoch; /* the newest; means nothing while starts is 0 */
	struct seal_epoch
		before; /* the one that the newest ended; means nothing while epoch.number is 0 */
	bool stopped;   /* the newest note is a stop; its size ended the epoch */
	enum seal_step_kind kind; /* of the newest note */
	uint64_t seconds;         /* of the newest note */
	uint64_t size;            /* of the newest note, with its root */
	struct seal_hash root;
	uint64_t first_kept; /* of the newest pruned note; 0 without */
};

/* enrolment: type 1. */
void seal_chain_begin(struct seal_chain *c, const struct seal_vkey *enrolment);

/*
 * Takes the next note: parses its text into *step, holds it to the rules and checks its signature.
 * Any fault but SEAL_FAULT_NONE leaves the chain as it was; *step is filled unless the fault is
 * SEAL_FAULT_MALFORMED. About 0.1 ms, nearly all for the signature.
 */
MUST_CHECK enum seal_chain_fault seal_chain_step(struct seal_chain *c, const struct seal_note *note,
						 struct seal_step *step);

/*
 * The same but for the signature: *signer is the key that must have signed the note, and the caller
 * calls seal_note_check(note, signer) where it suits it (on other threads). The chain has gone on.
 */
MUST_CHECK enum seal_chain_fault seal_chain_follow(struct seal_chain *c,
						   const struct seal_note *note,
						   struct seal_step *step,
						   struct seal_vkey *signer);

#endif
