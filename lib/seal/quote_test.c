/* What a TPM says in start notes. */
#include "seal/attester_test.h"

static struct seal_step start_of(uint64_t number)
{
	return (struct seal_step){.kind = SEAL_START,
				  .origin = SV("audit.example.org/h/4f1c2a"),
				  .number = number,
				  .seconds = 1763756400,
				  .state = SEAL_UNCLEAN};
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

	return cmocka_run_group_tests(tests, attester_setup, attester_teardown);
}
