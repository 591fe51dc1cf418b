/*
 * Ed25519 keys (RFC 8032) and the names they go by in signed notes (C2SP signed-note).
 *
 * A secret key lives in OpenSSL's objects only as long as the struct; freeing wipes it. Keep the seed in
 * a struct seal_secret (seal/secret.h) and make the key of it when it is needed; the objects come from
 * OpenSSL's secure heap where the program set one up (seal_key_protect()).
 */
#ifndef AURUM_SEAL_KEY_H
#define AURUM_SEAL_KEY_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#include <stdbool.h>
#include <stdint.h>

#define SEAL_SEED_BYTES      32
#define SEAL_PUBLIC_BYTES    32
#define SEAL_SIGNATURE_BYTES 64
#define SEAL_ORIGIN_MAX      256 /* with the NUL of struct seal_vkey */

/* Signature types of signed notes. */
#define SEAL_TYPE_ED25519 1
#define SEAL_TYPE_COSIGN  4

struct seal_public {
	uint8_t b[SEAL_PUBLIC_BYTES];
};

struct seal_key;

/*
 * Has OpenSSL keep private keys in memory that is locked and between guard pages, for the rest of the
 * process: before the first key, and before system calls are forbidden. -1: it is not locked
 * (RLIMIT_MEMLOCK), and keys are made all the same; or there is no libcrypto (seal/crypto.h).
 */
MUST_CHECK int seal_key_protect(struct err *e);

/* The key of an RFC 8032 seed (its 32 secret bytes). NULL with *e filled. The seed stays the caller's. */
MUST_CHECK struct seal_key *seal_key_new(const uint8_t seed[SEAL_SEED_BYTES], struct err *e);
void seal_key_free(struct seal_key *k); /* wipes; NULL is well */

void seal_key_public(const struct seal_key *k, struct seal_public *out);

/* Signs; 0, or -1 with *e filled and the signature untouched. */
MUST_CHECK int seal_key_sign(struct seal_key *k, struct sv message,
			     uint8_t signature[SEAL_SIGNATURE_BYTES], struct err *e);

/* Whether the signature is the key's over the message. False for all that cannot be checked. */
MUST_CHECK bool seal_check_signature(const struct seal_public *key, struct sv message,
				     const uint8_t signature[SEAL_SIGNATURE_BYTES]);

static inline bool seal_public_eq(const struct seal_public *a, const struct seal_public *b)
{
	return memcmp(a->b, b->b, SEAL_PUBLIC_BYTES) == 0;
}

/* A log's name: 1 to 255 printable ASCII characters, no space and no "+". */
bool seal_origin_is_good(struct sv origin);

/* The first 4 bytes, big-endian, of SHA-256(origin || 0A || type || key); 0 when that cannot be made. */
uint32_t seal_key_id(struct sv origin, uint8_t type, const struct seal_public *key);

/* A public key and its name, `<name>+<8 hex digits of id>+<base64 of type and key>`. */
struct seal_vkey {
	char name[SEAL_ORIGIN_MAX];
	uint32_t id;
	uint8_t type;
	struct seal_public key;
};

/* Of a name that is good (asserted). */
void seal_vkey_make(struct seal_vkey *out, struct sv name, uint8_t type,
		    const struct seal_public *key);

/* The text without an LF. 0, or -1 with *e filled: it is none, its id is not its key's, its type is none
 * of the two, or there is no libcrypto. */
MUST_CHECK int seal_vkey_parse(struct sv text, struct seal_vkey *out, struct err *e);
void seal_vkey_print(struct buf *b, const struct seal_vkey *v);

#endif
