/*
 * Inside lib/seal: libcrypto's functions, under their own names.
 *
 *	const struct crypto *c = crypto(e);
 *	if (!c) return -1;
 *	context = c->EVP_MD_CTX_new();
 *
 * Include this before any header of OpenSSL's.
 */
#ifndef AURUM_SEAL_CRYPTO_PRIV_H
#define AURUM_SEAL_CRYPTO_PRIV_H

#define OPENSSL_API_COMPAT 0x10101000L /* SHA256_Init() and its kin: seal/digest.c says why */

#include "seal/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

/* Each as OpenSSL's header declares it. */
struct crypto {
#define CRYPTO(name) __typeof__(name) *name;
#include "seal/crypto.def"
#undef CRYPTO
};

/* The same for all; NULL, with *e filled, where seal_crypto_load() fails. Cheap once it is loaded. */
MUST_CHECK const struct crypto *crypto(struct err *e);

#endif
