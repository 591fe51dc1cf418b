/*
 * Reading what a TPM signed, without a TPM: big-endian structures, each part with its size before it.
 *
 *	| magic 4 | type 2 | signer 2+n | extra 2+n | clock 8 | resets 4 | restarts 4 | safe 1 |
 *	| firmware 8 | selections 4 | bank 2 | bytes 1 | bits n | digest 2+n |
 */
#include "seal/quote.h"

#include "seal/base64.h"
#include "seal/bytes.h"
#include "seal/crypto_priv.h"

#include <stdlib.h>

#define TPM_GENERATED  UINT32_C(0xff544347)
#define TPM_ST_QUOTE   0x8018
#define TPM_ALG_SHA256 0x000b
#define TPM_ALG_ECDSA  0x0018
#define NAME_MAX_BYTES 68 /* TPM2B_NAME */
#define SELECT_MAX     4  /* TPM_PCR_SELECT_MAX */
#define TEXT_MAX_BYTES ((size_t)16 << 10)
#define PEM_MAX_BYTES  4096

/* Takes a number of n bytes. */
static bool take(struct sv *rest, size_t n, uint64_t *out)
{
	if (rest->n < n)
		return false;
	*out = bytes_get((const uint8_t *)rest->p, n);
	*rest = sv_from(*rest, n);
	return true;
}

static bool take_value(struct sv *rest, size_t n, uint64_t want)
{
	uint64_t value;

	return take(rest, n, &value) && value == want;
}

/* Takes a size of two bytes and as many bytes, at most max. */
static bool take_sized(struct sv *rest, size_t max, struct sv *out)
{
	uint64_t n;

	if (!take(rest, 2, &n) || n > max || n > rest->n)
		return false;
	*out = sv_head(*rest, n);
	*rest = sv_from(*rest, n);
	return true;
}

static bool take_hash(struct sv *rest, struct seal_hash *out)
{
	struct sv bytes;

	if (!take_sized(rest, SEAL_HASH_BYTES, &bytes) || bytes.n != SEAL_HASH_BYTES)
		return false;
	memcpy(out->b, bytes.p, SEAL_HASH_BYTES);
	return true;
}

/* Takes a selection of one register of the SHA-256 bank. */
static bool take_register(struct sv *rest, unsigned *out)
{
	uint64_t bytes, bits = 0, byte;

	if (!take_value(rest, 4, 1) || !take_value(rest, 2, TPM_ALG_SHA256) ||
	    !take(rest, 1, &bytes) || bytes > SELECT_MAX)
		return false;
	for (unsigned i = 0; i < bytes; i++) {
		if (!take(rest, 1, &byte))
			return false;
		bits |= byte << 8 * i;
	}
	if (bits == 0 || (bits & (bits - 1)) != 0)
		return false;
	*out = (unsigned)__builtin_ctzll(bits);
	return true;
}

static bool read_attest(struct sv rest, struct seal_quote *q)
{
	uint64_t resets, restarts, safe, firmware;
	struct sv signer;

	if (!take_value(&rest, 4, TPM_GENERATED) || !take_value(&rest, 2, TPM_ST_QUOTE) ||
	    !take_sized(&rest, NAME_MAX_BYTES, &signer) || !take_hash(&rest, &q->extra) ||
	    !take(&rest, 8, &q->clock_ms) || !take(&rest, 4, &resets) ||
	    !take(&rest, 4, &restarts) || !take(&rest, 1, &safe) || safe > 1 ||
	    !take(&rest, 8, &firmware) || !take_register(&rest, &q->pcr) ||
	    !take_hash(&rest, &q->digest))
		return false;
	q->resets = (uint32_t)resets;
	q->restarts = (uint32_t)restarts;
	q->is_safe = safe;
	return rest.n == 0;
}

/* Takes one half of an ECDSA signature: at most 32 bytes, the last of 32. */
static bool take_half(struct sv *rest, uint8_t out[32])
{
	struct sv bytes;

	if (!take_sized(rest, 32, &bytes))
		return false;
	memset(out, 0, 32);
	if (bytes.n > 0)
		memcpy(out + 32 - bytes.n, bytes.p, bytes.n);
	return true;
}

int seal_quote_parse(struct sv attest, struct sv signature, struct seal_quote *out, struct err *e)
{
	struct seal_quote q = {.attest_bytes = attest.n};

	if (attest.n > sizeof(q.attest) || !read_attest(attest, &q))
		return err_set(e, "not a TPM's quote over one register");
	if (!take_value(&signature, 2, TPM_ALG_ECDSA) ||
	    !take_value(&signature, 2, TPM_ALG_SHA256) || !take_half(&signature, q.r) ||
	    !take_half(&signature, q.s) || signature.n != 0)
		return err_set(e, "not a TPM's ECDSA signature");
	memcpy(q.attest, attest.p, attest.n);
	*out = q;
	return 0;
}

/* SHA-256 of the note's text without the quote. */
static int hash_note(const struct seal_step *start, struct seal_hash *out, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX_BYTES);
	struct seal_digest *d = seal_digest_new(e);
	struct seal_step bare = *start;
	bool is_well;

	if (!d)
		return -1;
	bare.tpm_attest = bare.tpm_signature = SV_EMPTY;
	seal_step_print(&text, &bare);
	seal_sha256(d, buf_view(&text), out);
	is_well = !text.failed && !seal_digest_failed(d);
	seal_digest_free(d);
	return is_well ? 0 : err_set(e, "no memory for a note");
}

int seal_quote_of(const struct seal_step *start, struct seal_quote *out, struct err *e)
{
	char attest[SEAL_QUOTE_MAX], signature[SEAL_QUOTE_MAX];
	size_t attest_n, signature_n;
	struct seal_quote q;
	struct seal_hash hash;

	if (!seal_base64_get(start->tpm_attest, attest, sizeof(attest), &attest_n) ||
	    !seal_base64_get(start->tpm_signature, signature, sizeof(signature), &signature_n))
		return err_set(e, "a quote that is not Base64");
	if (seal_quote_parse(sv_make(attest, attest_n), sv_make(signature, signature_n), &q, e) !=
		    0 ||
	    hash_note(start, &hash, e) != 0)
		return -1;
	if (!seal_hash_eq(&hash, &q.extra))
		return err_set(e, "a quote that was made for something else");
	*out = q;
	return 0;
}

struct seal_quote_key {
	const struct crypto *crypto;
	EVP_PKEY *key;
};

static bool is_p256(const struct crypto *c, EVP_PKEY *key)
{
	char name[32];
	size_t n;

	return c->EVP_PKEY_is_a(key, "EC") == 1 &&
	       c->EVP_PKEY_get_group_name(key, name, sizeof(name), &n) == 1 &&
	       strcmp(name, "prime256v1") == 0;
}

struct seal_quote_key *seal_quote_key_new(struct sv pem, struct err *e)
{
	const struct crypto *c = crypto(e);
	struct seal_quote_key *k;
	BIO *text;

	if (!c)
		return NULL;
	k = calloc(1, sizeof(*k));
	text = pem.n <= PEM_MAX_BYTES ? c->BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
	if (k)
		k->crypto = c;
	if (k && text)
		k->key = c->PEM_read_bio_PUBKEY(text, NULL, NULL, NULL);
	c->BIO_free(text);
	if (!k || !k->key || !is_p256(c, k->key)) {
		seal_quote_key_free(k);
		(void)err_set(e, "not a public key on P-256 in PEM");
		return NULL;
	}
	return k;
}

void seal_quote_key_free(struct seal_quote_key *k)
{
	if (!k)
		return;
	k->crypto->EVP_PKEY_free(k->key);
	free(k);
}

/* An ASN.1 INTEGER of 32 bytes without a sign: no zeros before, but one where the first bit is set. */
static size_t put_integer(uint8_t *out, const uint8_t value[32])
{
	size_t skip = 0, pad;

	while (skip < 31 && value[skip] == 0)
		skip++;
	pad = value[skip] >> 7;
	out[0] = 0x02;
	out[1] = (uint8_t)(32 - skip + pad);
	out[2] = 0;
	memcpy(out + 2 + pad, value + skip, 32 - skip);
	return 2 + pad + 32 - skip;
}

bool seal_quote_check(const struct seal_quote_key *key, const struct seal_quote *quote)
{
	const struct crypto *c = key->crypto;
	EVP_MD_CTX *context = c->EVP_MD_CTX_new();
	uint8_t der[2 + 2 * 35] = {0x30};
	size_t n = 2;
	bool is_good;

	n += put_integer(der + n, quote->r);
	n += put_integer(der + n, quote->s);
	der[1] = (uint8_t)(n - 2);
	is_good = context &&
		  c->EVP_DigestVerifyInit_ex(context, NULL, "SHA256", NULL, NULL, key->key, NULL) ==
			  1 &&
		  c->EVP_DigestVerify(context, der, n, quote->attest, quote->attest_bytes) == 1;
	c->EVP_MD_CTX_free(context);
	return is_good;
}

enum seal_boots_fault seal_boots_step(struct seal_boots *b, const struct seal_step *step,
				      const struct seal_quote *quote)
{
	struct seal_boots before = *b;

	if (step->kind == SEAL_RESERVE)
		b->is_reserved = true;
	if (step->kind != SEAL_START || step->state == SEAL_CONTINUED)
		return SEAL_BOOTS_WELL;
	b->is_reserved = false;
	if (!quote)
		return SEAL_BOOTS_WELL;
	b->has_quote = true;
	b->resets = quote->resets;
	if (before.has_quote && quote->resets < before.resets)
		return SEAL_BOOTS_FEWER;
	if (before.has_quote && quote->resets == before.resets && !before.is_reserved)
		return SEAL_BOOTS_SAME;
	return SEAL_BOOTS_WELL;
}
