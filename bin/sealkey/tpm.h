/*
 * A TPM 2.0 that keeps seeds: sealed to the value that a register has at boot. The register is extended
 * once the seed was taken (tpm_close()), and no program can take that back: until the machine is booted
 * nobody, root included, is given the seed again.
 *
 * Only PCR 13 is used: on most machines nothing else extends it, and a change of kernel does not.
 * The TPM speaks with keys of the owner's and the endorsement's hierarchy, both without a password.
 * Sources: TPM 2.0 Library Part 1-3; tpm2-tss, Esys_*(3).
 */
#ifndef AURUM_SEALKEY_TPM_H
#define AURUM_SEALKEY_TPM_H

#include "integrity/keyfile.h"
#include "integrity/reserve.h"
#include "seal/digest.h"

#define TPM_TCTI_DEFAULT "device:/dev/tpmrm0"
#define TPM_PCR          13

struct tpm;

/*
 * tcti: keyfile_tcti_is_good(). NULL with *e: there is none, or this program was built without tpm2-tss.
 * Opens all that it needs for good but with swtpm, which connects anew for each command.
 */
struct tpm *tpm_open(const char *tcti, struct err *e);
void tpm_free(struct tpm *t); /* NULL is fine */

/*
 * Fills k->tpm and k->secret with the sealed seed. known: a key file that was sealed before, whose boot
 * value still holds within the same boot; NULL: none, and the register has the value of the boot now.
 */
MUST_CHECK int tpm_seal(struct tpm *t, const uint8_t seed[SEAL_SEED_BYTES],
			enum reserve_until until, const struct keyfile_tpm *known,
			struct keyfile *k, struct err *e);

/* 0, or -1: closed, damaged, or of another TPM; see *e. */
MUST_CHECK int tpm_unseal(struct tpm *t, const struct keyfile *k, uint8_t seed[SEAL_SEED_BYTES],
			  struct err *e);

/* Appends TPMS_ATTEST of a quote over the register with that extraData, and its TPMT_SIGNATURE. */
MUST_CHECK int tpm_quote(struct tpm *t, uint32_t pcr, const struct seal_hash *extra,
			 struct buf *attest, struct buf *signature, struct err *e);

/* The register of k gets another value, for as long as the machine runs. */
MUST_CHECK int tpm_close(struct tpm *t, uint32_t pcr, struct err *e);

/* Appends the public key that quotes are signed with (P-256), as X and Y, 32 bytes each. */
MUST_CHECK int tpm_attest_key(struct tpm *t, uint8_t point[64], struct err *e);

#endif
