/*
 * For tests: a TPM's half, which quotes start notes as a TPM does, with a key that is made for the test. A real
 * one's quotes (swtpm) go through the tests of auditd-sealkey.
 */
#ifndef AURUM_SEAL_ATTESTER_TEST_H
#define AURUM_SEAL_ATTESTER_TEST_H

#include "base/test.h"

#include "seal/base64.h"
#include "seal/bytes.h"
#include "seal/quote.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>

/* The TPM's key, and what attest.pem is to whoever checks. */
struct attester {
	EVP_PKEY *secret;
	struct seal_quote_key *key;
};

#define ATTEST_BYTES 131

/* The structure of a quote over register 13, and its places. */
static inline void make_attest(uint8_t out[ATTEST_BYTES], const struct seal_hash *extra,
			       uint32_t resets)
{
	memset(out, 0, ATTEST_BYTES);
	bytes_put(out, 0xff544347, 4);
	bytes_put(out + 4, 0x8018, 2);
	bytes_put(out + 6, 34 - 14, 2); /* the signer's name: any */
	bytes_put(out + 28, 32, 2);
	memcpy(out + 30, extra->b, 32);
	bytes_put(out + 62, 123456, 8);
	bytes_put(out + 70, resets, 4);
	bytes_put(out + 74, 2, 4);
	out[78] = 1;
	bytes_put(out + 79, 0x2019, 8);
	bytes_put(out + 87, 1, 4);
	bytes_put(out + 91, 0x000b, 2);
	out[93] = 3;
	out[95] = 0x20; /* bit 13 */
	bytes_put(out + 97, 32, 2);
	memset(out + 99, 0x5a, 32);
}

/* r and s of a DER signature, each behind its size of two bytes, as a TPM writes them. */
static inline size_t from_der(const uint8_t *der, uint8_t *out)
{
	size_t n = 4;
	const uint8_t *p = der + 2;

	bytes_put(out, 0x0018, 2);
	bytes_put(out + 2, 0x000b, 2);
	for (int half = 0; half < 2; half++) {
		size_t size = p[1], zeros = p[2] == 0;

		bytes_put(out + n, size - zeros, 2);
		memcpy(out + n + 2, p + 2 + zeros, size - zeros);
		n += 2 + size - zeros;
		p += 2 + size;
	}
	return n;
}

static inline size_t sign(const struct attester *by, const uint8_t *attest, size_t n,
			  uint8_t out[80])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[80];
	size_t size = sizeof(der);

	assert_int_equal(
		EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, by->secret, NULL), 1);
	assert_int_equal(EVP_DigestSign(context, der, &size, attest, n), 1);
	EVP_MD_CTX_free(context);
	return from_der(der, out);
}

/* Puts a quote into the start; its Base64 lies in the two buffers. */
static inline void put_quote(const struct attester *by, struct seal_step *start, uint32_t resets,
			     struct buf *attest64, struct buf *signature64)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 16);
	uint8_t attest[ATTEST_BYTES], signature[80];
	struct seal_digest *d = seal_digest_new(NULL);
	struct seal_hash hash;

	seal_step_print(&text, start);
	seal_sha256(d, buf_view(&text), &hash);
	seal_digest_free(d);
	make_attest(attest, &hash, resets);
	seal_base64_put(attest64, attest, sizeof(attest));
	seal_base64_put(signature64, signature, sign(by, attest, sizeof(attest), signature));
	start->tpm_attest = buf_view(attest64);
	start->tpm_signature = buf_view(signature64);
}

static inline int attester_setup(void **state)
{
	struct attester *by = calloc(1, sizeof(*by));
	BIO *pem = BIO_new(BIO_s_mem());
	char *text;
	long n;

	if (by)
		by->secret = EVP_EC_gen("P-256");
	if (!by || !by->secret || !pem || PEM_write_bio_PUBKEY(pem, by->secret) != 1)
		return -1;
	n = BIO_get_mem_data(pem, &text);
	by->key = seal_quote_key_new(sv_make(text, (size_t)n), NULL);
	BIO_free(pem);
	*state = by;
	return by->key ? 0 : -1;
}

static inline int attester_teardown(void **state)
{
	struct attester *by = *state;

	seal_quote_key_free(by->key);
	EVP_PKEY_free(by->secret);
	free(by);
	return 0;
}

#endif
