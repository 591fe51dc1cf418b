/*
 * The files of state_dir/seal: two keys at rest, and the anchor. What is written is whole or not there:
 * a temporary file, synced, renamed, the folder synced.
 */
#ifndef AURUM_SEALKEY_STORE_H
#define AURUM_SEALKEY_STORE_H

#include "integrity/keyfile.h"
#include "seal/anchor.h"

#define STORE_ATTEST "attest.pem" /* what quotes are checked with */

/* Makes the folder, or takes one that nobody else can write to, and its lock. The descriptor, or -1. */
MUST_CHECK int store_open(const char *path, struct err *e);

enum store_status { STORE_READ, STORE_NONE, STORE_FAILED };
/* KEYFILE_NEXT or KEYFILE_STAGED. STORE_FAILED: unreadable, damaged, open to others; see *e. */
MUST_CHECK enum store_status store_read_key(int folder, const char *name, struct keyfile *out,
					    struct err *e);
MUST_CHECK int store_write_key(int folder, const char *name, const struct keyfile *k,
			       struct err *e);
/* staged.key becomes next.key; what that held before is overwritten, as far as the disk lets. */
MUST_CHECK int store_promote(int folder, struct err *e);

MUST_CHECK enum store_status store_read_anchor(int folder, struct seal_anchor *out, struct err *e);
MUST_CHECK int store_write_anchor(int folder, const struct seal_anchor *a, struct err *e);

/* The key of quotes as a PEM file, and away with one that is there (point NULL). */
MUST_CHECK int store_write_attest(int folder, const uint8_t point[64], struct err *e);

#endif
