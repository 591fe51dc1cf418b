/* A TPM's quotes, made here as a TPM makes them; a real one's (swtpm) go through the tests of auditd-sealkey. */
#include "base/test.h"

#include "seal/base64.h"
#include "seal/bytes.h"
#include "seal/quote.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

/* What attest.pem and the TPM's half of it are for these tests. */
struct attester {
	EVP_PKEY *secret;
	struct seal_quote_key *key;
};

#define ATTEST_BYTES 131

static struct seal_step start_of(uint64_t number)
{
	return (struct seal_step){.kind = SEAL_START,
				  .origin = SV("audit.example.org/h/4f1c2a"),
				  .number = number,
				  .seconds = 1763756400,
				  .state = SEAL_UNCLEAN};
}

/* The structure of a quote over register 13, and its places. */
static void make_attest(uint8_t out[ATTEST_BYTES], const struct seal_hash *extra, uint32_t resets)
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
static size_t from_der(const uint8_t *der, uint8_t *out)
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

static size_t sign(const struct attester *by, const uint8_t *attest, size_t n, uint8_t out[80])
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
static void put_quote(const struct attester *by, struct seal_step *start, uint32_t resets,
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

static void a_quote_over_its_note_is_read_and_checked(void **state)
{
	CLEANUP(buf_release) struct buf attest = BUF_INIT(4096), signature = BUF_INIT(4096);
	const struct attester *by = *state;
	struct seal_step start = start_of(3);
	struct seal_quote q;

	put_quote(*state, &start, 17, &attest, &signature);
	assert_int_equal(seal_quote_of(&start, &q, NULL), 0);
	assert_int_equal(q.resets, 17);
	assert_int_equal(q.restarts, 2);
	assert_int_equal(q.clock_ms, 123456);
	assert_true(q.is_safe);
	assert_int_equal(q.pcr, 13);
	assert_int_equal(q.digest.b[31], 0x5a);
	assert_true(seal_quote_check(by->key, &q));
	q.r[31] ^= 1;
	assert_false(seal_quote_check(by->key, &q));
	q.r[31] ^= 1;
	memset(q.s, 0, sizeof(q.s));
	assert_false(seal_quote_check(by->key, &q));
}

static void a_quote_over_another_note_is_refused(void **state)
{
	CLEANUP(buf_release) struct buf attest = BUF_INIT(4096), signature = BUF_INIT(4096);
	struct seal_step start = start_of(3);
	struct seal_quote q;
	struct err e;

	put_quote(*state, &start, 17, &attest, &signature);
	start.number = 4;
	assert_int_equal(seal_quote_of(&start, &q, &e), -1);
	assert_string_equal(e.text, "a quote that was made for something else");
	start.tpm_attest = SV("AAAA");
	assert_int_equal(seal_quote_of(&start, &q, &e), -1);
}

static void no_bit_of_a_quote_can_turn(void **state)
{
	const struct attester *by = *state;
	const struct seal_hash extra = {{9}};
	uint8_t attest[ATTEST_BYTES + 1], signature[80];
	struct seal_quote q;
	size_t n;

	make_attest(attest, &extra, 5);
	n = sign(*state, attest, ATTEST_BYTES, signature);
	for (size_t bit = 0; bit < 8 * ATTEST_BYTES; bit++) {
		attest[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (seal_quote_parse(sv_make((char *)attest, ATTEST_BYTES),
				     sv_make((char *)signature, n), &q, NULL) == 0)
			assert_false(seal_quote_check(by->key, &q));
		attest[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t size = 0; size <= ATTEST_BYTES + 1; size++)
		assert_int_equal(seal_quote_parse(sv_make((char *)attest, size),
						  sv_make((char *)signature, n), &q, NULL),
				 size == ATTEST_BYTES ? 0 : -1);
	for (size_t size = 0; size < n; size++)
		assert_int_equal(seal_quote_parse(sv_make((char *)attest, ATTEST_BYTES),
						  sv_make((char *)signature, size), &q, NULL),
				 -1);
}

static void a_quote_is_over_one_register(void **state)
{
	const struct seal_hash extra = {{9}};
	uint8_t attest[ATTEST_BYTES], signature[80];
	struct seal_quote q;
	size_t n;

	make_attest(attest, &extra, 5);
	n = sign(*state, attest, ATTEST_BYTES, signature);
	attest[94] = 1; /* two */
	assert_int_equal(seal_quote_parse(sv_make((char *)attest, ATTEST_BYTES),
					  sv_make((char *)signature, n), &q, NULL),
			 -1);
	attest[94] = attest[95] = 0; /* none */
	assert_int_equal(seal_quote_parse(sv_make((char *)attest, ATTEST_BYTES),
					  sv_make((char *)signature, n), &q, NULL),
			 -1);
}

static void only_a_key_on_p256_is_one(void **state)
{
	struct err e;

	(void)state;
	assert_null(seal_quote_key_new(SV(""), &e));
	assert_null(seal_quote_key_new(
		SV("-----BEGIN PUBLIC KEY-----\n"
		   "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
		   "-----END PUBLIC KEY-----\n"),
		&e));
	assert_string_equal(e.text, "not a public key on P-256 in PEM");
}

static enum seal_boots_fault boot(struct seal_boots *b, uint32_t resets)
{
	const struct seal_step start = {.kind = SEAL_START, .state = SEAL_UNCLEAN};
	const struct seal_quote q = {.resets = resets};

	return seal_boots_step(b, &start, &q);
}

static void each_boot_gives_its_key_once(void **state)
{
	const struct seal_step reserve = {.kind = SEAL_RESERVE}, handover = {.kind = SEAL_HANDOVER};
	const struct seal_step bare = {.kind = SEAL_START, .state = SEAL_CLEAN};
	const struct seal_step continued = {.kind = SEAL_START, .state = SEAL_CONTINUED};
	struct seal_boots b = {0};

	(void)state;
	assert_int_equal(seal_boots_step(&b, &bare, NULL), SEAL_BOOTS_WELL);
	assert_int_equal(boot(&b, 5), SEAL_BOOTS_WELL);
	assert_int_equal(seal_boots_step(&b, &handover, NULL), SEAL_BOOTS_WELL);
	assert_int_equal(seal_boots_step(&b, &continued, NULL), SEAL_BOOTS_WELL);
	assert_int_equal(boot(&b, 6), SEAL_BOOTS_WELL);
	assert_int_equal(boot(&b, 6), SEAL_BOOTS_SAME);
	assert_int_equal(seal_boots_step(&b, &reserve, NULL), SEAL_BOOTS_WELL);
	assert_int_equal(boot(&b, 6), SEAL_BOOTS_WELL);
	assert_int_equal(boot(&b, 6), SEAL_BOOTS_SAME);
	assert_int_equal(boot(&b, 4), SEAL_BOOTS_FEWER);
}

static int setup(void **state)
{
	static struct attester by;
	BIO *pem = BIO_new(BIO_s_mem());
	char *text;
	long n;

	by.secret = EVP_EC_gen("P-256");
	if (!by.secret || !pem || PEM_write_bio_PUBKEY(pem, by.secret) != 1)
		return -1;
	n = BIO_get_mem_data(pem, &text);
	by.key = seal_quote_key_new(sv_make(text, (size_t)n), NULL);
	BIO_free(pem);
	*state = &by;
	return by.key ? 0 : -1;
}

static int teardown(void **state)
{
	struct attester *by = *state;

	seal_quote_key_free(by->key);
	EVP_PKEY_free(by->secret);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quote_over_its_note_is_read_and_checked),
		cmocka_unit_test(a_quote_over_another_note_is_refused),
		cmocka_unit_test(no_bit_of_a_quote_can_turn),
		cmocka_unit_test(a_quote_is_over_one_register),
		cmocka_unit_test(only_a_key_on_p256_is_one),
		cmocka_unit_test(each_boot_gives_its_key_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
