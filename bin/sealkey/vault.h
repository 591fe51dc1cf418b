/*
 * What the program is asked and answers: the keys at rest of one log, of which at most two are there -
 * `next`, that the chain names, and `staged`, that it will name.
 */
#ifndef AURUM_SEALKEY_VAULT_H
#define AURUM_SEALKEY_VAULT_H

#include "sealkey/creds.h"
#include "sealkey/store.h"
#include "sealkey/tpm.h"

#include "integrity/reserve_message.h"

struct vault_key {
	bool is_there, is_loaded;
	struct keyfile file; /* without its secret unless it is being read */
	uint8_t seed[SEAL_SEED_BYTES];
};

enum vault_slot { VAULT_NEXT, VAULT_STAGED, VAULT_SLOTS };

/* Has secrets in it: static memory, wiped by vault_close(). */
struct vault {
	int folder;
	char origin[SEAL_ORIGIN_MAX];
	enum seal_protection keep;
	struct creds creds;
	struct tpm *tpm; /* NULL: why_no_tpm */
	struct err why_no_tpm, why_no_creds;
	struct vault_key key[VAULT_SLOTS];
	/* Of the newest key that was in a TPM, of whichever log: what its register is at boot. */
	bool knows_boot;
	struct keyfile_tpm boot;
	bool has_sockets; /* of the TPM: it is connected to anew for each command */
	bool is_open;     /* a key of a TPM was taken, and its register not yet extended */
};

/*
 * Looks at what is there, and opens what it takes to use it: before this process is confined. tcti may
 * be NULL. -1 with *e: keys cannot be kept as v->keep says. The other members are set by the caller.
 */
MUST_CHECK int vault_open(struct vault *v, const char *tcti, struct err *e);
void vault_close(struct vault *v);

/* Turns a question into its answer. */
void vault_answer(struct vault *v, struct reserve_message *m);

#endif
