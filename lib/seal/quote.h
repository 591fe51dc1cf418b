/*
 * What a TPM 2.0 says of itself in a start note: TPMS_ATTEST of a quote over one register, and the
 * TPMT_SIGNATURE over it, ECDSA P-256 (TPM 2.0 Library, part 2, 10.12 and 11.3). It binds the note to one
 * boot of the machine, which the TPM counts.
 *
 *	key = seal_quote_key_new(pem, &e);		-- attest.pem
 *	if (seal_quote_of(&start, &quote, &e) != 0) ...	-- not one, or not over this note
 *	if (!seal_quote_check(key, &quote)) ...		-- another TPM, or none
 *	fault = seal_boots_step(&boots, &start, &quote);
 */
#ifndef AURUM_SEAL_QUOTE_H
#define AURUM_SEAL_QUOTE_H

#include "seal/chain.h"

struct seal_quote {
	struct seal_hash extra;         /* what it was asked to be over */
	uint64_t clock_ms;              /* that the TPM was on, in all its life */
	uint32_t resets, restarts;      /* boots in its life; resumes since the last of them */
	bool is_safe;                   /* the clock did not go back */
	unsigned pcr;                   /* the register, of the SHA-256 bank */
	struct seal_hash digest;        /* SHA-256 of its value */
	uint8_t r[32], s[32];           /* the signature */
	uint8_t attest[SEAL_QUOTE_MAX]; /* what it is over */
	size_t attest_bytes;
};

/* Reads both structures, to their last byte. 0, or -1 with *e: no quote of this kind. */
MUST_CHECK int seal_quote_parse(struct sv attest, struct sv signature, struct seal_quote *out,
				struct err *e);

/* The quote of a start note that has one, and that it is over this note: its extraData is SHA-256 of the text
 * without the quote's line. 0, or -1 with *e. */
MUST_CHECK int seal_quote_of(const struct seal_step *start, struct seal_quote *out, struct err *e);

/* A public key on P-256 in PEM (SubjectPublicKeyInfo). NULL with *e: it is none, or there is no libcrypto. */
struct seal_quote_key;
MUST_CHECK struct seal_quote_key *seal_quote_key_new(struct sv pem, struct err *e);
void seal_quote_key_free(struct seal_quote_key *k); /* NULL is well */

/* Whether the key signed it. */
MUST_CHECK bool seal_quote_check(const struct seal_quote_key *key, const struct seal_quote *quote);

/*
 * Over a whole chain: the TPM gives the key that waits away once a boot, so that two starts (`continued`
 * ones have no quote) of one boot need a reserve note between them. All zero before the first note.
 */
struct seal_boots {
	bool has_quote, is_reserved;
	uint32_t resets; /* of the newest quote */
};

enum seal_boots_fault {
	SEAL_BOOTS_WELL,
	SEAL_BOOTS_SAME,  /* a second start of a boot, with a key that could not be had */
	SEAL_BOOTS_FEWER, /* fewer boots than before: another TPM, or one that was cleared */
};

/* Takes each note in its order; quote: of a start that has one, checked; else NULL. */
enum seal_boots_fault seal_boots_step(struct seal_boots *b, const struct seal_step *step,
				      const struct seal_quote *quote);

#endif
