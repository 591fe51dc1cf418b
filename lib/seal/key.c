/*
 * Ed25519 by OpenSSL, and the text of public keys. OpenSSL 3 keeps the private half in its secure heap
 * where there is one, clears it when it is freed, and takes only signatures whose S is below the group's
 * order, so that a signature has one form.
 */
#include "seal/key.h"

#include "base/num.h"
#include "seal/base64.h"
#include "seal/crypto_priv.h"
#include "seal/digest.h"

#include <assert.h>
#include <stdlib.h>

#define HEAP_BYTES 16384 /* a power of two; a key takes 64 */
#define HEAP_LEAST 32

int seal_key_protect(struct err *e)
{
	const struct crypto *c = crypto(e);

	if (!c)
		return -1;
	if (c->CRYPTO_secure_malloc_initialized() == 1 ||
	    c->CRYPTO_secure_malloc_init(HEAP_BYTES, HEAP_LEAST) == 1)
		return 0;
	return err_set(e, "OpenSSL cannot lock memory for keys");
}

struct seal_key {
	const struct crypto *crypto;
	EVP_PKEY *pair;
	struct seal_public key;
};

/*
 * A key from bytes alone goes to the ordinary heap, one that is decoded (RFC 8410, 7) to the secure one;
 * that takes 0.1 ms.
 */
static EVP_PKEY *make_pair(const struct crypto *c, const uint8_t seed[SEAL_SEED_BYTES])
{
	static const uint8_t head[] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
				       0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
	uint8_t bytes[sizeof(head) + SEAL_SEED_BYTES];
	const uint8_t *p = bytes;
	EVP_PKEY *pair;

	if (c->CRYPTO_secure_malloc_initialized() != 1)
		return c->EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seed,
							  SEAL_SEED_BYTES);
	memcpy(bytes, head, sizeof(head));
	memcpy(bytes + sizeof(head), seed, SEAL_SEED_BYTES);
	pair = c->d2i_PrivateKey_ex(EVP_PKEY_ED25519, NULL, &p, sizeof(bytes), NULL, NULL);
	c->OPENSSL_cleanse(bytes, sizeof(bytes));
	return pair;
}

struct seal_key *seal_key_new(const uint8_t seed[SEAL_SEED_BYTES], struct err *e)
{
	const struct crypto *c = crypto(e);
	struct seal_key *k;
	size_t n = sizeof(k->key.b);

	if (!c)
		return NULL;
	k = calloc(1, sizeof(*k));
	if (k) {
		k->crypto = c;
		k->pair = make_pair(c, seed);
	}
	if (!k || !k->pair || c->EVP_PKEY_get_raw_public_key(k->pair, k->key.b, &n) != 1) {
		seal_key_free(k);
		(void)err_set(e,
			      "cannot make an Ed25519 key: OpenSSL refuses, or there is no memory");
		return NULL;
	}
	return k;
}

void seal_key_free(struct seal_key *k)
{
	if (!k)
		return;
	k->crypto->EVP_PKEY_free(k->pair);
	free(k);
}

void seal_key_public(const struct seal_key *k, struct seal_public *out)
{
	*out = k->key;
}

int seal_key_sign(struct seal_key *k, struct sv message, uint8_t signature[SEAL_SIGNATURE_BYTES],
		  struct err *e)
{
	const struct crypto *c = k->crypto;
	EVP_MD_CTX *context = c->EVP_MD_CTX_new();
	uint8_t made[SEAL_SIGNATURE_BYTES];
	size_t n = sizeof(made);
	bool is_made =
		context &&
		c->EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, k->pair, NULL) == 1 &&
		c->EVP_DigestSign(context, made, &n, (const unsigned char *)message.p, message.n) ==
			1 &&
		n == sizeof(made);

	c->EVP_MD_CTX_free(context);
	if (!is_made)
		return err_set(e, "cannot sign: OpenSSL refuses, or there is no memory");
	memcpy(signature, made, sizeof(made));
	return 0;
}

bool seal_check_signature(const struct seal_public *key, struct sv message,
			  const uint8_t signature[SEAL_SIGNATURE_BYTES])
{
	const struct crypto *c = crypto(NULL);
	EVP_MD_CTX *context;
	EVP_PKEY *pair;
	bool is_good;

	if (!c)
		return false;
	pair = c->EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, key->b, sizeof(key->b));
	context = c->EVP_MD_CTX_new();
	is_good = pair && context &&
		  c->EVP_DigestVerifyInit_ex(context, NULL, NULL, NULL, NULL, pair, NULL) == 1 &&
		  c->EVP_DigestVerify(context, signature, SEAL_SIGNATURE_BYTES,
				      (const unsigned char *)message.p, message.n) == 1;
	c->EVP_MD_CTX_free(context);
	c->EVP_PKEY_free(pair);
	return is_good;
}

bool seal_origin_is_good(struct sv origin)
{
	if (origin.n == 0 || origin.n >= SEAL_ORIGIN_MAX)
		return false;
	for (size_t i = 0; i < origin.n; i++)
		if (origin.p[i] <= ' ' || origin.p[i] > '~' || origin.p[i] == '+')
			return false;
	return true;
}

uint32_t seal_key_id(struct sv origin, uint8_t type, const struct seal_public *key)
{
	CLEANUP(buf_release) struct buf named = BUF_INIT(SEAL_ORIGIN_MAX + 2 + SEAL_PUBLIC_BYTES);
	struct seal_digest *d = seal_digest_new(NULL);
	struct seal_hash hash = {{0}};

	buf_put(&named, origin);
	buf_putc(&named, '\n');
	buf_putc(&named, (char)type);
	buf_put(&named, sv_make((const char *)key->b, sizeof(key->b)));
	if (d && !named.failed)
		seal_sha256(d, buf_view(&named), &hash);
	seal_digest_free(d);
	return (uint32_t)hash.b[0] << 24 | (uint32_t)hash.b[1] << 16 | (uint32_t)hash.b[2] << 8 |
	       hash.b[3];
}

void seal_vkey_make(struct seal_vkey *out, struct sv name, uint8_t type,
		    const struct seal_public *key)
{
	struct seal_vkey v = {.type = type, .key = *key};

	assert(seal_origin_is_good(name));
	memcpy(v.name, name.p, name.n);
	v.id = seal_key_id(name, type, key);
	*out = v;
}

int seal_vkey_parse(struct sv text, struct seal_vkey *out, struct err *e)
{
	uint8_t typed[1 + SEAL_PUBLIC_BYTES];
	struct sv name, rest, id, base64;
	struct seal_public key;
	struct seal_vkey v;
	uint64_t said;

	if (seal_crypto_load(e) != 0) /* else the id would not be the key's */
		return -1;
	if (!sv_cut(text, '+', &name, &rest) || !sv_cut(rest, '+', &id, &base64))
		return err_set(e, "not a key of the form name+id+key");
	if (!seal_origin_is_good(name))
		return err_set(e, "the key's name is none");
	if (id.n != 8 || !num_hex64(id, &said))
		return err_set(e, "the key's id is not 8 hexadecimal digits");
	if (!seal_base64_exactly(base64, typed, sizeof(typed)))
		return err_set(e, "the key is not %zu bytes in Base64", sizeof(typed));
	if (typed[0] != SEAL_TYPE_ED25519 && typed[0] != SEAL_TYPE_COSIGN)
		return err_set(e, "the key is of type %u, which is not known", typed[0]);
	memcpy(key.b, typed + 1, sizeof(key.b));
	seal_vkey_make(&v, name, typed[0], &key);
	if (v.id != said)
		return err_set(e, "the key's id does not belong to the key: %08x is %08x",
			       (unsigned)said, v.id);
	*out = v;
	return 0;
}

void seal_vkey_print(struct buf *b, const struct seal_vkey *v)
{
	uint8_t typed[1 + SEAL_PUBLIC_BYTES] = {v->type};

	memcpy(typed + 1, v->key.b, SEAL_PUBLIC_BYTES);
	buf_printf(b, "%s+%08x+", v->name, v->id);
	seal_base64_put(b, typed, sizeof(typed));
}
