/*
 * One EVP context, used again for each hash. The algorithm is fetched once: EVP_sha256() would be
 * looked up among OpenSSL's providers each time, which costs as much as hashing a line.
 */
#include "seal/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct seal_digest {
	EVP_MD *algorithm;
	EVP_MD_CTX *context;
	bool failed;
};

struct seal_digest *seal_digest_new(struct err *e)
{
	struct seal_digest *d = calloc(1, sizeof(*d));

	if (d) {
		d->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
		d->context = EVP_MD_CTX_new();
	}
	if (!d || !d->algorithm || !d->context ||
	    EVP_DigestInit_ex2(d->context, d->algorithm, NULL) != 1) {
		seal_digest_free(d);
		(void)err_set(e, "cannot set up SHA-256: OpenSSL has none, or there is no memory");
		return NULL;
	}
	return d;
}

void seal_digest_free(struct seal_digest *d)
{
	if (!d)
		return;
	EVP_MD_CTX_free(d->context);
	EVP_MD_free(d->algorithm);
	free(d);
}

bool seal_digest_failed(const struct seal_digest *d)
{
	return d->failed;
}

/* Hashes a prefix and the bytes behind it. */
static void hash(struct seal_digest *d, const void *prefix, size_t prefix_bytes, struct sv bytes,
		 struct seal_hash *out)
{
	EVP_MD_CTX *c = d->context;

	if (EVP_DigestInit_ex2(c, NULL, NULL) == 1 &&
	    EVP_DigestUpdate(c, prefix, prefix_bytes) == 1 &&
	    EVP_DigestUpdate(c, bytes.p, bytes.n) == 1 && EVP_DigestFinal_ex(c, out->b, NULL) == 1)
		return;
	*out = (struct seal_hash){{0}};
	d->failed = true;
}

void seal_leaf(struct seal_digest *d, struct sv line, struct seal_hash *out)
{
	hash(d, "\x00", 1, line, out);
}

void seal_node(struct seal_digest *d, const struct seal_hash *left, const struct seal_hash *right,
	       struct seal_hash *out)
{
	char both[1 + 2 * SEAL_HASH_BYTES] = {1};

	memcpy(both + 1, left->b, SEAL_HASH_BYTES);
	memcpy(both + 1 + SEAL_HASH_BYTES, right->b, SEAL_HASH_BYTES);
	hash(d, NULL, 0, sv_make(both, sizeof(both)), out);
}

void seal_sha256(struct seal_digest *d, struct sv bytes, struct seal_hash *out)
{
	hash(d, NULL, 0, bytes, out);
}
