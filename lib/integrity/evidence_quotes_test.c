#include "seal/attester_test.h"

#include "integrity/evidence.h"

#define NOTES_MAX 8

/* A chain's text with what evidence_load() remembers of it. Signatures are by any key: they were checked. */
struct chain_text {
	const struct attester *by;
	struct buf text;
	struct evidence_note notes[NOTES_MAX];
	size_t count;
};

static void put(struct chain_text *c, struct seal_step s, bool has_quote, uint32_t resets)
{
	CLEANUP(buf_release) struct buf attest = BUF_INIT(4096), signature = BUF_INIT(4096);
	static const uint8_t seed[SEAL_SEED_BYTES] = {1};
	struct seal_key *key = seal_key_new(seed, NULL);
	size_t at = c->text.n;

	s.origin = SV("audit.example.org/h/4f1c2a");
	if (has_quote)
		put_quote(c->by, &s, resets, &attest, &signature);
	assert_int_equal(seal_step_sign(&c->text, &s, key, NULL, NULL), 0);
	seal_key_free(key);
	c->notes[c->count++] = (struct evidence_note){
		.kind = s.kind, .state = s.state, .at = at, .bytes = c->text.n - at - 1};
}

static void start(struct chain_text *c, uint32_t resets)
{
	put(c, (struct seal_step){.kind = SEAL_START, .number = c->count, .state = SEAL_UNCLEAN},
	    true, resets);
}

static struct doubts doubts_of(struct chain_text *c)
{
	struct evidence ev = {.keys_text = c->text.p, .notes = c->notes, .note_count = c->count};
	struct doubts doubts = {0};

	evidence_check_quotes(&ev, c->by->key, &doubts);
	buf_release(&c->text);
	return doubts;
}

static struct chain_text chain_of(const struct attester *by)
{
	return (struct chain_text){.by = by, .text = BUF_INIT(1 << 20)};
}

static void starts_of_boots_in_their_order_are_well(void **state)
{
	struct chain_text c = chain_of(*state);
	struct doubts doubts;

	put(&c, (struct seal_step){.kind = SEAL_START, .state = SEAL_FIRST}, false, 0);
	start(&c, 3);
	start(&c, 5);
	put(&c, (struct seal_step){.kind = SEAL_START, .state = SEAL_CONTINUED}, false, 0);
	put(&c, (struct seal_step){.kind = SEAL_RESERVE, .epoch = 2}, false, 0);
	start(&c, 5);
	doubts = doubts_of(&c);
	assert_int_equal(doubts.count, 0);
}

static void a_second_start_of_a_boot_contradicts(void **state)
{
	struct chain_text c = chain_of(*state);
	struct doubts doubts;

	start(&c, 3);
	start(&c, 3);
	doubts = doubts_of(&c);
	assert_int_equal(doubts.count, 1);
	assert_int_equal(doubts.list[0].kind, DOUBT_QUOTE_BOOT);
	assert_int_equal(doubts.worst, DOUBT_CONTRADICTION);
	assert_string_equal(doubts.list[0].text,
			    "start 1 was in boot 3 like the one before it, with a key "
			    "that the TPM gives away once a boot");
}

static void boots_never_become_fewer(void **state)
{
	struct chain_text c = chain_of(*state);
	struct doubts doubts;

	start(&c, 3);
	start(&c, 2);
	doubts = doubts_of(&c);
	assert_int_equal(doubts.count, 1);
	assert_int_equal(doubts.list[0].kind, DOUBT_QUOTE_BOOT);
}

static void a_start_without_a_quote_behind_one_with_it_is_doubted(void **state)
{
	struct chain_text c = chain_of(*state);
	struct doubts doubts;

	start(&c, 3);
	put(&c, (struct seal_step){.kind = SEAL_START, .number = 1, .state = SEAL_CLEAN}, false, 0);
	doubts = doubts_of(&c);
	assert_int_equal(doubts.count, 1);
	assert_int_equal(doubts.list[0].kind, DOUBT_QUOTE_MISSING);
	assert_int_equal(doubts.worst, DOUBT_MISSING);
}

static void a_quote_of_another_note_contradicts(void **state)
{
	struct chain_text c = chain_of(*state);
	struct doubts doubts;
	char *seconds;

	put(&c, (struct seal_step){.kind = SEAL_START, .seconds = 1763756400, .state = SEAL_FIRST},
	    true, 3);
	seconds = memmem(c.text.p, c.text.n, "1763756400", 10);
	assert_non_null(seconds);
	seconds[9] = '1';
	doubts = doubts_of(&c);
	assert_int_equal(doubts.count, 1);
	assert_int_equal(doubts.list[0].kind, DOUBT_QUOTE_BAD);
	assert_string_equal(doubts.list[0].text,
			    "start 0 has a quote that was made for something else");
}

static void a_quote_of_another_tpm_contradicts(void **state)
{
	struct chain_text c = chain_of(*state);
	struct doubts doubts;
	void *other;

	start(&c, 3);
	assert_int_equal(attester_setup(&other), 0);
	c.by = other;
	doubts = doubts_of(&c);
	assert_int_equal(doubts.count, 1);
	assert_int_equal(doubts.list[0].kind, DOUBT_QUOTE_BAD);
	attester_teardown(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_of_boots_in_their_order_are_well),
		cmocka_unit_test(a_second_start_of_a_boot_contradicts),
		cmocka_unit_test(boots_never_become_fewer),
		cmocka_unit_test(a_start_without_a_quote_behind_one_with_it_is_doubted),
		cmocka_unit_test(a_quote_of_another_note_contradicts),
		cmocka_unit_test(a_quote_of_another_tpm_contradicts),
	};

	return cmocka_run_group_tests(tests, attester_setup, attester_teardown);
}
