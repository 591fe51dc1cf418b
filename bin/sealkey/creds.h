/*
 * Seeds that systemd-creds(1) encrypts: with a key of the host, the TPM, or both, as it finds them. A
 * process of its own runs that program, for the one that answers the sealer may start none. It runs
 * nothing else, takes no words for the command line, and passes bytes through.
 */
#ifndef AURUM_SEALKEY_CREDS_H
#define AURUM_SEALKEY_CREDS_H

#include "integrity/keyfile.h"

#define CREDS_PROGRAM "/usr/bin/systemd-creds"

struct creds {
	int line; /* -1: it does not run */
};

/* Starts the process: before this one is confined. -1 with *e: it cannot be. */
MUST_CHECK int creds_start(struct creds *c, struct err *e);
void creds_stop(struct creds *c);

MUST_CHECK int creds_seal(struct creds *c, const uint8_t seed[SEAL_SEED_BYTES], struct keyfile *k,
			  struct err *e);
MUST_CHECK int creds_unseal(struct creds *c, const struct keyfile *k, uint8_t seed[SEAL_SEED_BYTES],
			    struct err *e);

#endif
