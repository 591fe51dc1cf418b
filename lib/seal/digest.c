/*
 * libcrypto's plain SHA-256, which uses the processor's SHA instructions as EVP does, without EVP's look
 * at providers and parameters for each hash: 50 ns of the 100 that a node takes. OpenSSL 3 calls these
 * functions deprecated, because they pass its configuration by; a log's hashes must not depend on it.
 */
#include "seal/digest.h"

#include "seal/crypto_priv.h"

#include <stdlib.h>

struct seal_digest {
	const struct crypto *crypto;
	SHA256_CTX state;
	bool failed;
};

struct seal_digest *seal_digest_new(struct err *e)
{
	const struct crypto *c = crypto(e);
	struct seal_digest *d;

	if (!c)
		return NULL;
	d = calloc(1, sizeof(*d));
	if (d)
		d->crypto = c;
	else
		(void)err_sys(e, "no memory for SHA-256");
	return d;
}

void seal_digest_free(struct seal_digest *d)
{
	free(d);
}

bool seal_digest_failed(const struct seal_digest *d)
{
	return d->failed;
}

/* SHA-256 of a prefix and the bytes behind it. */
static void hash(struct seal_digest *d, struct sv prefix, struct sv bytes, struct seal_hash *out)
{
	const struct crypto *c = d->crypto;

	if (c->SHA256_Init(&d->state) == 1 &&
	    c->SHA256_Update(&d->state, prefix.p, prefix.n) == 1 &&
	    c->SHA256_Update(&d->state, bytes.p, bytes.n) == 1 &&
	    c->SHA256_Final(out->b, &d->state) == 1)
		return;
	*out = (struct seal_hash){{0}};
	d->failed = true;
}

void seal_leaf(struct seal_digest *d, struct sv line, struct seal_hash *out)
{
	hash(d, SV("\x00"), line, out);
}

void seal_node(struct seal_digest *d, const struct seal_hash *left, const struct seal_hash *right,
	       struct seal_hash *out)
{
	char both[1 + 2 * SEAL_HASH_BYTES] = {1};

	memcpy(both + 1, left->b, SEAL_HASH_BYTES);
	memcpy(both + 1 + SEAL_HASH_BYTES, right->b, SEAL_HASH_BYTES);
	hash(d, SV_EMPTY, sv_make(both, sizeof(both)), out);
}

void seal_sha256(struct seal_digest *d, struct sv bytes, struct seal_hash *out)
{
	hash(d, SV_EMPTY, bytes, out);
}
