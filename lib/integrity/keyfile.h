/*
 * The file that a key at rest is in, `next.key` or `staged.key` below state_dir/seal: text, so that
 * people see what protects it.
 *
 *	aurum-seal-key/v1
 *	origin audit.example.org/h/4f1c2a
 *	enrolled <base64 public key that the enrolment names>
 *	public <base64 public key of this one>
 *	kept file | creds | tpm
 *	tcti device:/dev/tpmrm0			)
 *	pcr 13					) only of a TPM
 *	boot <resets> <base64 value of it>	)
 *	restart <base64 value of it>		) and only of one for a restart
 *	secret <base64>
 *
 * `secret` is the seed itself (file), what systemd-creds made of it (creds), or TPM2B_PRIVATE and
 * TPM2B_PUBLIC of a sealed object (tpm), that opens while the register `pcr` has the value `boot`, or
 * `restart`. `resets` is the TPM's resetCount when `boot` was read: of the same boot, it still holds.
 */
#ifndef AURUM_INTEGRITY_KEYFILE_H
#define AURUM_INTEGRITY_KEYFILE_H

#include "base/buf.h"
#include "base/err.h"
#include "config/auditd_conf.h"
#include "seal/key.h"

#define KEYFILE_NEXT       "next.key"
#define KEYFILE_STAGED     "staged.key"
#define KEYFILE_SECRET_MAX 4096
#define KEYFILE_TEXT_MAX   8192
#define KEYFILE_TCTI_MAX   128
#define KEYFILE_PCR_BYTES  32 /* SHA-256 */
#define KEYFILE_PCRS       24

struct keyfile_tpm {
	char tcti[KEYFILE_TCTI_MAX];
	uint32_t pcr, resets;
	uint8_t boot[KEYFILE_PCR_BYTES];
	bool for_restart;
	uint8_t restart[KEYFILE_PCR_BYTES];
};

/* It may have a secret in it: wipe it (keyfile_wipe()). */
struct keyfile {
	char origin[SEAL_ORIGIN_MAX];
	struct seal_public enrolled, public;
	enum seal_protection kept;
	struct keyfile_tpm tpm; /* zero but with SEAL_KEY_TPM */
	size_t secret_bytes;
	uint8_t secret[KEYFILE_SECRET_MAX];
};

/* The whole file, strictly: printing gives the same bytes. 0, or -1 with *e and *out wiped. */
MUST_CHECK int keyfile_parse(struct sv text, struct keyfile *out, struct err *e);
void keyfile_print(struct buf *b, const struct keyfile *k);
void keyfile_wipe(struct keyfile *k);

/* "file", "creds", "tpm". */
const char *keyfile_word(enum seal_protection kept);
MUST_CHECK bool keyfile_find(struct sv word, enum seal_protection *out);

/* Whether it can be a TCTI of ours: "device:PATH" or "swtpm:..."; other libraries are never loaded. */
bool keyfile_tcti_is_good(struct sv tcti);

#endif
