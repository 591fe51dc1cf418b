/*
 * SHA-256 as the seal's tree uses it (RFC 9162, 2.1.1): leaves, nodes and plain texts.
 *
 *	struct seal_digest *d = seal_digest_new(&e);
 *	seal_leaf(d, line, &leaf);
 *	...
 *	if (seal_digest_failed(d)) ...
 *
 * A digest is the room that hashing takes; one for each thread. A hash that OpenSSL could not make is
 * all zero and sets the sticky failure, so that a sequence is checked once at its end.
 */
#ifndef AURUM_SEAL_DIGEST_H
#define AURUM_SEAL_DIGEST_H

#include "base/attr.h"
#include "base/err.h"
#include "base/sv.h"

#include <stdbool.h>
#include <stdint.h>

#define SEAL_HASH_BYTES 32

struct seal_hash {
	uint8_t b[SEAL_HASH_BYTES];
};

struct seal_digest;

/* NULL, with *e filled, where there is no memory or no libcrypto (seal/crypto.h). */
MUST_CHECK struct seal_digest *seal_digest_new(struct err *e);
void seal_digest_free(struct seal_digest *d); /* NULL is well */

/* Whether any hash since seal_digest_new() could not be made. */
bool seal_digest_failed(const struct seal_digest *d);

/* SHA-256(00 || line): the line without its LF. */
void seal_leaf(struct seal_digest *d, struct sv line, struct seal_hash *out);

/* SHA-256(01 || left || right). out may be left or right. */
void seal_node(struct seal_digest *d, const struct seal_hash *left, const struct seal_hash *right,
	       struct seal_hash *out);

/* SHA-256(bytes); of nothing, it is the root of the empty tree. */
void seal_sha256(struct seal_digest *d, struct sv bytes, struct seal_hash *out);

static inline bool seal_hash_eq(const struct seal_hash *a, const struct seal_hash *b)
{
	return memcmp(a->b, b->b, SEAL_HASH_BYTES) == 0;
}

#endif
