/*
 * A key at rest that is in memory, for tests and for who makes logs for tests: the same promises as of
 * the program, without a program, files or chance. Its keys come one after the other from a seed, so
 * that the same calls give the same bytes.
 *
 *	struct reserve *r = reserve_fake_new(seed, &enrolment_key);
 *
 * What it knows outlives a "crash": keep it, and load again. reserve_fake_copy() is the disk at a moment.
 */
#ifndef AURUM_INTEGRITY_RESERVE_FAKE_H
#define AURUM_INTEGRITY_RESERVE_FAKE_H

#include "integrity/reserve.h"

/* *first is the key that enrolment names, and that signs start 0. Aborts without memory. */
struct reserve *reserve_fake_new(const uint8_t seed[SEAL_SEED_BYTES], struct seal_public *first);
/* The same state once more, to be freed on its own. */
struct reserve *reserve_fake_copy(const struct reserve *r);

enum reserve_fake_call { FAKE_LOAD, FAKE_STAGE, FAKE_SIGN, FAKE_COMMIT, FAKE_CALLS };
/* The next `times` calls of that name fail and do nothing. */
void reserve_fake_fail(struct reserve *r, enum reserve_fake_call call, unsigned times);
/* From now on it is as with a TPM: a commit closes, and only RESERVE_FOR_RESTART opens before a boot. */
void reserve_fake_close(struct reserve *r);
void reserve_fake_boot(struct reserve *r);

/* What the anchor says: how many starts were committed, and the key of the next. */
uint64_t reserve_fake_starts(const struct reserve *r);
struct seal_public reserve_fake_next(const struct reserve *r);

#endif
