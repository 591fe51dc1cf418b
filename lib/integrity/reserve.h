/*
 * The key at rest: the one that the next start of the log's chain is signed with. It never is in the
 * process that seals. `auditd-sealkey`, a program of its own, keeps it (in a file, by systemd-creds or
 * by a TPM), makes its successors and signs starts; this is a line to it.
 *
 *	struct reserve *r = reserve_spawn(&options, &e);	-- before the process is confined
 *	reserve_load(r, &keys, &e);		-- which keys there are: one must be chain.next
 *	reserve_settle(r, &chain.next, &e);
 *	reserve_stage(r, RESERVE_FOR_BOOT, &step.reserved, &e);
 *	reserve_sign(r, &chain.next, &step, &notes, signature, &e);
 *	... the note is made durable in `keys` ...
 *	reserve_commit(r, starts, &step.reserved, &e);
 *
 * A crash between any two of these is harmless: until the note is durable the key that is there is
 * the one that the chain names; from then on it is the staged one, which reserve_load() gives as well.
 *
 * `continued` starts are signed by the epoch's key: name the same reserved key again, and only commit.
 * Another key at rest (`aurum seal rotate`): stage, reserve note by the epoch's key, commit. Where
 * reserve_closes() - a TPM gives its key once a boot -, a stop does the same with RESERVE_FOR_RESTART
 * before its note; else the next start could not be signed before the machine is booted.
 *
 * Each call waits for the answer, for at most 30 s (a TPM is slow, and the disk may be), the spawn for
 * 10 s. A line that has failed once stays failed: spawn another.
 */
#ifndef AURUM_INTEGRITY_RESERVE_H
#define AURUM_INTEGRITY_RESERVE_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "config/auditd_conf.h"
#include "seal/chain.h"
#include "seal/key.h"

#include <stdbool.h>

#define RESERVE_FOLDER   "seal" /* below state_dir of auditd.conf */
#define RESERVE_ANCHOR   "anchor"
#define RESERVE_PROGRAM  "auditd-sealkey"
#define RESERVE_KEYS_MAX 2

struct reserve;

struct reserve_options {
	const char *program; /* a path; NULL: auditd-sealkey beside the running program */
	const char *folder;  /* state_dir/seal; made (0700) if its parent is there */
	const char *origin;  /* of the log */
	/* How keys are kept that are staged from now on; one that is there is found however it is kept. */
	enum seal_protection protection;
	const char *tcti; /* which TPM, "device:/dev/tpmrm0"; NULL: as before, else that */
};

/* Starts the program. NULL with *e: it is not there, or not built for that protection. */
MUST_CHECK struct reserve *reserve_spawn(const struct reserve_options *o, struct err *e);
/* The program ends, and wipes what it has; one that does not is killed, or left. NULL is fine. */
void reserve_free(struct reserve *r);

/* Public keys of the secret ones that are there and can be used now: next, then staged. */
struct reserve_keys {
	struct seal_public of[RESERVE_KEYS_MAX];
	unsigned count;
};

/*
 * 0, also with none. *why (may be NULL) then says what there is that cannot be used - closed until the
 * next boot, of another machine, damaged -, and is empty otherwise. -1: the line failed.
 */
MUST_CHECK int reserve_load(struct reserve *r, struct reserve_keys *out, struct err *why,
			    struct err *e);

/*
 * The chain names this key, which was loaded. One that was staged takes the place of the one before it, so that
 * it outlives the staging of another; what is loaded stays so, and the anchor as it is.
 */
MUST_CHECK int reserve_settle(struct reserve *r, const struct seal_public *named, struct err *e);

enum reserve_until {
	RESERVE_FOR_BOOT,    /* to be used behind a boot (TPM), else at any time */
	RESERVE_FOR_RESTART, /* to be used behind the end of this daemon as well */
};

/* Makes a key and keeps it beside the one that is there; durable when this returns. Once more: another. */
MUST_CHECK int reserve_stage(struct reserve *r, enum reserve_until until, struct seal_public *out,
			     struct err *e);

/*
 * Signs a start note with the loaded key `by`, and prints it as seal_step_sign() does. *step is a start
 * of this origin and not `continued`; its tpm parts are left empty: where the key is in a TPM that can
 * vouch, they are made here. `signature` may be NULL.
 */
MUST_CHECK int reserve_sign(struct reserve *r, const struct seal_public *by,
			    const struct seal_step *step, struct buf *out,
			    uint8_t signature[SEAL_SIGNATURE_BYTES], struct err *e);

/*
 * The chain names `next` for its next start, durably: it is staged, or already there. Forgets all other
 * keys, closes what was loaded, writes the anchor.
 */
MUST_CHECK int reserve_commit(struct reserve *r, uint64_t starts, const struct seal_public *next,
			      struct err *e);

/* Whether keys are given once a boot. */
bool reserve_closes(const struct reserve *r);

#endif
