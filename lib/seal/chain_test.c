#include "base/test.h"

#include "seal/base64.h"
#include "seal/chain.h"

#define ORIGIN   "audit.example.org/h/4f1c2a"
#define NOTE_MAX (1 << 16)

/* Key number n of a test; 0 enrols. */
static struct seal_key *key_of(unsigned n)
{
	uint8_t seed[SEAL_SEED_BYTES] = {(uint8_t)n, (uint8_t)(n >> 8), 77};
	struct seal_key *key = seal_key_new(seed, NULL);

	assert_non_null(key);
	return key;
}

static struct seal_public public_of(unsigned n)
{
	struct seal_key *key = key_of(n);
	struct seal_public public;

	seal_key_public(key, &public);
	seal_key_free(key);
	return public;
}

/* A root that belongs to a size. */
static struct seal_hash root_of(uint64_t size)
{
	struct seal_digest *d = seal_digest_new(NULL);
	struct seal_hash root;

	seal_sha256(d, sv_make((const char *)&size, size == 0 ? 0 : sizeof(size)), &root);
	seal_digest_free(d);
	return root;
}

static struct seal_vkey enrolment(void)
{
	struct seal_public public = public_of(0);
	struct seal_vkey v;

	seal_vkey_make(&v, SV(ORIGIN), SEAL_TYPE_ED25519, &public);
	return v;
}

static struct seal_step step_of(enum seal_step_kind kind, uint64_t epoch, uint64_t size)
{
	return (struct seal_step){.kind = kind,
				  .origin = SV(ORIGIN),
				  .epoch = epoch,
				  .seconds = 1763756400 + epoch,
				  .size = size,
				  .root = root_of(size)};
}

static struct seal_step start_of(uint64_t number, uint64_t epoch, uint64_t size, unsigned key,
				 unsigned reserved, enum seal_start_state state)
{
	struct seal_step s = step_of(SEAL_START, epoch, size);

	s.number = number;
	s.key = public_of(key);
	s.reserved = public_of(reserved);
	s.state = state;
	return s;
}

static struct seal_step handover_of(uint64_t epoch, uint64_t size, unsigned key)
{
	struct seal_step s = step_of(SEAL_HANDOVER, epoch, size);

	s.key = public_of(key);
	return s;
}

static struct seal_step reserve_of(uint64_t epoch, uint64_t size, unsigned reserved)
{
	struct seal_step s = step_of(SEAL_RESERVE, epoch, size);

	s.reserved = public_of(reserved);
	return s;
}

static struct seal_step pruned_of(uint64_t epoch, uint64_t size, uint64_t first_kept)
{
	struct seal_step s = step_of(SEAL_PRUNED, epoch, size);

	s.first_kept = first_kept;
	s.reason = SV("num_logs");
	return s;
}

/* Signs the step with key number `by` and puts it behind the chain. */
static enum seal_chain_fault put(struct seal_chain *c, struct seal_step s, unsigned by)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(NOTE_MAX);
	struct seal_key *key = key_of(by);
	struct seal_chain before = *c;
	enum seal_chain_fault fault;
	struct seal_step read;
	struct seal_note note;
	struct sv rest, bytes;

	assert_int_equal(seal_step_sign(&b, &s, key, NULL, NULL), 0);
	seal_key_free(key);
	rest = buf_view(&b);
	assert_int_equal(seal_note_next(&rest, &bytes), SEAL_CUT_NOTE);
	assert_int_equal(rest.n, 0);
	assert_int_equal(seal_note_parse(bytes, &note, NULL), 0);
	fault = seal_chain_step(c, &note, &read);
	if (fault != SEAL_FAULT_NONE)
		assert_memory_equal(&before, c, sizeof(before));
	return fault;
}

/* A chain with start 0, whose epoch 0 has key 1, with key 100 reserved, of size 0. */
static struct seal_chain begun(void)
{
	struct seal_vkey v = enrolment();
	struct seal_chain c;

	seal_chain_begin(&c, &v);
	assert_int_equal(put(&c, start_of(0, 0, 0, 1, 100, SEAL_FIRST), 0), SEAL_FAULT_NONE);
	return c;
}

static void a_life_of_starts_and_epochs_is_well(void **state)
{
	struct seal_chain c = begun();
	struct seal_public key;

	(void)state;
	assert_int_equal(put(&c, handover_of(1, 10, 2), 1), SEAL_FAULT_NONE);
	assert_int_equal(c.before.number, 0);
	assert_int_equal(c.before.size_from, 0);
	assert_int_equal(c.before.size_to, 10);
	assert_true(seal_epoch_covers(&c.epoch, UINT64_MAX - 1));
	assert_int_equal(put(&c, handover_of(2, 10, 3), 2), SEAL_FAULT_NONE); /* without a line */
	assert_true(seal_epoch_covers(&c.before, 10));
	assert_false(seal_epoch_covers(&c.before, 9));
	assert_false(seal_epoch_covers(&c.before, 11));
	assert_int_equal(put(&c, reserve_of(2, 12, 101), 3), SEAL_FAULT_NONE);
	assert_int_equal(put(&c, pruned_of(2, 12, 4), 3), SEAL_FAULT_NONE);
	assert_int_equal(put(&c, step_of(SEAL_STOP, 2, 20), 3), SEAL_FAULT_NONE);
	assert_true(c.stopped);
	assert_int_equal(c.epoch.size_to, 20);
	assert_int_equal(put(&c, start_of(1, 3, 20, 4, 102, SEAL_CLEAN), 101), SEAL_FAULT_NONE);
	assert_false(c.stopped);
	/* The daemon was killed and goes on with the key it kept; then the machine stops. */
	assert_int_equal(put(&c, start_of(2, 4, 25, 5, 102, SEAL_CONTINUED), 4), SEAL_FAULT_NONE);
	assert_int_equal(put(&c, start_of(3, 5, 30, 6, 103, SEAL_UNCLEAN), 102), SEAL_FAULT_NONE);
	assert_int_equal(c.before.number, 4);
	assert_int_equal(c.before.size_to, 30);
	assert_int_equal(c.starts, 4);
	assert_int_equal(c.notes, 9);
	assert_int_equal(c.first_kept, 4);
	assert_int_equal(c.size, 30);
	assert_int_equal(c.seconds, 1763756405);
	key = public_of(103);
	assert_true(seal_public_eq(&c.next, &key));
	key = public_of(6);
	assert_int_equal(c.epoch.id, seal_key_id(SV(ORIGIN), SEAL_TYPE_ED25519, &key));
}

static void notes_belong_to_the_log_of_the_enrolment(void **state)
{
	struct seal_chain c = begun();
	struct seal_step s = handover_of(1, 10, 2);

	(void)state;
	s.origin = SV("audit.example.org/h/other");
	assert_int_equal(put(&c, s, 1), SEAL_FAULT_ORIGIN);
}

static void only_a_first_start_begins_a_chain(void **state)
{
	struct seal_vkey v = enrolment();
	struct seal_chain c;

	(void)state;
	seal_chain_begin(&c, &v);
	assert_int_equal(put(&c, handover_of(0, 0, 1), 0), SEAL_FAULT_ORDER);
	assert_int_equal(put(&c, step_of(SEAL_STOP, 0, 0), 0), SEAL_FAULT_ORDER);
	assert_int_equal(put(&c, start_of(1, 0, 0, 1, 100, SEAL_FIRST), 0), SEAL_FAULT_NUMBER);
	assert_int_equal(put(&c, start_of(0, 0, 0, 1, 100, SEAL_CLEAN), 0), SEAL_FAULT_STATE);
	assert_int_equal(put(&c, start_of(0, 0, 0, 1, 100, SEAL_UNCLEAN), 0), SEAL_FAULT_STATE);
	assert_int_equal(put(&c, start_of(0, 0, 0, 1, 100, SEAL_CONTINUED), 0), SEAL_FAULT_STATE);
	assert_int_equal(put(&c, start_of(0, 1, 0, 1, 100, SEAL_FIRST), 0), SEAL_FAULT_EPOCH);
	assert_int_equal(put(&c, start_of(0, 0, 0, 1, 100, SEAL_FIRST), 1), SEAL_FAULT_SIGNATURE);
	assert_int_equal(put(&c, start_of(0, 0, 0, 1, 100, SEAL_FIRST), 0), SEAL_FAULT_NONE);
	assert_int_equal(put(&c, start_of(1, 1, 0, 2, 101, SEAL_FIRST), 100), SEAL_FAULT_STATE);
}

static void an_empty_tree_has_one_root(void **state)
{
	struct seal_vkey v = enrolment();
	struct seal_step s = start_of(0, 0, 0, 1, 100, SEAL_FIRST);
	struct seal_chain c;

	(void)state;
	seal_chain_begin(&c, &v);
	s.root.b[0] ^= 1;
	assert_int_equal(put(&c, s, 0), SEAL_FAULT_ROOT);
}

static void epochs_have_no_gap(void **state)
{
	struct seal_chain c = begun();

	(void)state;
	assert_int_equal(put(&c, handover_of(0, 10, 2), 1), SEAL_FAULT_EPOCH);
	assert_int_equal(put(&c, handover_of(2, 10, 2), 1), SEAL_FAULT_EPOCH);
	assert_int_equal(put(&c, step_of(SEAL_STOP, 1, 10), 1), SEAL_FAULT_EPOCH);
	assert_int_equal(put(&c, start_of(1, 0, 10, 2, 101, SEAL_UNCLEAN), 100), SEAL_FAULT_EPOCH);
	assert_int_equal(put(&c, start_of(1, 2, 10, 2, 101, SEAL_UNCLEAN), 100), SEAL_FAULT_EPOCH);
	assert_int_equal(put(&c, handover_of(1, 10, 2), 1), SEAL_FAULT_NONE);
	assert_int_equal(put(&c, reserve_of(0, 10, 101), 2), SEAL_FAULT_EPOCH);
}

static void starts_have_no_gap(void **state)
{
	struct seal_chain c = begun();

	(void)state;
	assert_int_equal(put(&c, start_of(0, 1, 9, 2, 101, SEAL_UNCLEAN), 100), SEAL_FAULT_NUMBER);
	assert_int_equal(put(&c, start_of(2, 1, 9, 2, 101, SEAL_UNCLEAN), 100), SEAL_FAULT_NUMBER);
}

static void sizes_never_go_back_and_have_one_root(void **state)
{
	struct seal_chain c = begun();
	struct seal_step s;

	(void)state;
	assert_int_equal(put(&c, handover_of(1, 10, 2), 1), SEAL_FAULT_NONE);
	assert_int_equal(put(&c, handover_of(2, 9, 3), 2), SEAL_FAULT_SIZE);
	assert_int_equal(put(&c, start_of(1, 2, 9, 3, 101, SEAL_UNCLEAN), 100), SEAL_FAULT_SIZE);
	s = handover_of(2, 10, 3);
	s.root.b[31] ^= 1;
	assert_int_equal(put(&c, s, 2), SEAL_FAULT_ROOT);
	assert_int_equal(put(&c, handover_of(2, 10, 3), 2), SEAL_FAULT_NONE);
}

static void behind_a_stop_is_only_a_start(void **state)
{
	struct seal_chain c = begun();

	(void)state;
	assert_int_equal(put(&c, step_of(SEAL_STOP, 0, 10), 1), SEAL_FAULT_NONE);
	assert_int_equal(put(&c, handover_of(1, 10, 2), 1), SEAL_FAULT_ORDER);
	assert_int_equal(put(&c, reserve_of(0, 10, 101), 1), SEAL_FAULT_ORDER);
	assert_int_equal(put(&c, pruned_of(0, 10, 1), 1), SEAL_FAULT_ORDER);
	assert_int_equal(put(&c, step_of(SEAL_STOP, 0, 10), 1), SEAL_FAULT_ORDER);
	assert_int_equal(put(&c, start_of(1, 1, 10, 2, 101, SEAL_CONTINUED), 1), SEAL_FAULT_STATE);
	assert_int_equal(put(&c, start_of(1, 1, 11, 2, 101, SEAL_CLEAN), 100), SEAL_FAULT_STATE);
	assert_int_equal(put(&c, start_of(1, 1, 10, 2, 101, SEAL_CLEAN), 100), SEAL_FAULT_NONE);
}

static void a_start_is_clean_behind_a_stop_only(void **state)
{
	struct seal_chain c = begun();

	(void)state;
	assert_int_equal(put(&c, start_of(1, 1, 0, 2, 101, SEAL_CLEAN), 100), SEAL_FAULT_STATE);
}

static void lines_are_pruned_forwards_and_below_the_size(void **state)
{
	struct seal_chain c = begun();

	(void)state;
	assert_int_equal(put(&c, pruned_of(0, 10, 11), 1), SEAL_FAULT_PRUNED);
	assert_int_equal(put(&c, pruned_of(0, 10, 5), 1), SEAL_FAULT_NONE);
	assert_int_equal(put(&c, pruned_of(0, 10, 4), 1), SEAL_FAULT_PRUNED);
	assert_int_equal(put(&c, pruned_of(0, 10, 10), 1), SEAL_FAULT_NONE);
}

/* A newer key cannot vouch for what is older, nor an older one go on (CVE-2023-31439, CVE-2023-31438). */
static void each_note_is_signed_by_the_one_key_that_may(void **state)
{
	struct seal_chain c = begun();

	(void)state;
	for (unsigned by = 0; by <= 3; by++)
		if (by != 1)
			assert_int_equal(put(&c, handover_of(1, 10, 2), by), SEAL_FAULT_SIGNATURE);
	assert_int_equal(put(&c, handover_of(1, 10, 2), 100), SEAL_FAULT_SIGNATURE);
	assert_int_equal(put(&c, handover_of(1, 10, 2), 1), SEAL_FAULT_NONE);
	assert_int_equal(put(&c, handover_of(2, 10, 3), 1), SEAL_FAULT_SIGNATURE);
	assert_int_equal(put(&c, reserve_of(1, 10, 101), 1), SEAL_FAULT_SIGNATURE);
	assert_int_equal(put(&c, step_of(SEAL_STOP, 1, 10), 100), SEAL_FAULT_SIGNATURE);
	assert_int_equal(put(&c, start_of(1, 2, 10, 3, 101, SEAL_UNCLEAN), 2),
			 SEAL_FAULT_SIGNATURE);
	assert_int_equal(put(&c, start_of(1, 2, 10, 3, 101, SEAL_CONTINUED), 100),
			 SEAL_FAULT_SIGNATURE);
	assert_int_equal(put(&c, reserve_of(1, 10, 101), 2), SEAL_FAULT_NONE);
	assert_int_equal(put(&c, start_of(1, 2, 10, 3, 102, SEAL_UNCLEAN), 100),
			 SEAL_FAULT_SIGNATURE);
	assert_int_equal(put(&c, start_of(1, 2, 10, 3, 102, SEAL_UNCLEAN), 101), SEAL_FAULT_NONE);
}

static void a_key_is_used_for_one_thing_once(void **state)
{
	struct seal_chain c = begun();

	(void)state;
	assert_int_equal(put(&c, handover_of(1, 10, 1), 1), SEAL_FAULT_REUSED);
	assert_int_equal(put(&c, handover_of(1, 10, 100), 1), SEAL_FAULT_REUSED);
	assert_int_equal(put(&c, reserve_of(0, 10, 1), 1), SEAL_FAULT_REUSED);
	assert_int_equal(put(&c, reserve_of(0, 10, 100), 1), SEAL_FAULT_REUSED);
	assert_int_equal(put(&c, start_of(1, 1, 10, 2, 100, SEAL_UNCLEAN), 100), SEAL_FAULT_REUSED);
	assert_int_equal(put(&c, start_of(1, 1, 10, 2, 2, SEAL_UNCLEAN), 100), SEAL_FAULT_REUSED);
	assert_int_equal(put(&c, start_of(1, 1, 10, 1, 101, SEAL_UNCLEAN), 100), SEAL_FAULT_REUSED);
	assert_int_equal(put(&c, start_of(1, 1, 10, 2, 1, SEAL_CONTINUED), 1), SEAL_FAULT_REUSED);
	assert_int_equal(put(&c, start_of(1, 1, 10, 2, 100, SEAL_CONTINUED), 1), SEAL_FAULT_NONE);
}

static void who_must_have_signed_is_told_without_checking(void **state)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(NOTE_MAX);
	struct seal_chain c = begun();
	struct seal_step s = handover_of(1, 10, 2), read;
	struct seal_public key = public_of(1);
	struct seal_key *wrong = key_of(9);
	struct seal_vkey signer;
	struct seal_note note;

	(void)state;
	assert_int_equal(seal_step_sign(&b, &s, wrong, NULL, NULL), 0);
	seal_key_free(wrong);
	assert_int_equal(seal_note_parse(sv_head(buf_view(&b), b.n - 1), &note, NULL), 0);
	assert_int_equal(seal_chain_follow(&c, &note, &read, &signer), SEAL_FAULT_NONE);
	assert_true(seal_public_eq(&signer.key, &key));
	assert_string_equal(signer.name, ORIGIN);
	assert_false(seal_note_check(&note, &signer));
	assert_int_equal(c.epoch.number, 1);
}

static void notes_print_as_they_were_read(void **state)
{
	struct seal_step steps[] = {
		start_of(3, 17, 5, 1, 2, SEAL_UNCLEAN),
		start_of(3, 17, 5, 1, 2, SEAL_CONTINUED),
		handover_of(1, 2, 3),
		reserve_of(1, 2, 3),
		pruned_of(4, 5, 3),
		step_of(SEAL_STOP, 0, 0),
	};

	(void)state;
	steps[1].tpm_attest = SV("AAEC");
	steps[1].tpm_signature = SV("AwQ=");
	for (size_t i = 0; i < LEN(steps); i++) {
		CLEANUP(buf_release) struct buf b = BUF_INIT(NOTE_MAX), again = BUF_INIT(NOTE_MAX);
		struct seal_step read;

		seal_step_print(&b, &steps[i]);
		assert_int_equal(seal_step_parse(buf_view(&b), &read, NULL), 0);
		assert_int_equal(read.kind, steps[i].kind);
		assert_int_equal(read.size, steps[i].size);
		assert_int_equal(read.state, steps[i].state);
		assert_true(sv_eq(read.reason, steps[i].reason));
		assert_true(sv_eq(read.tpm_signature, steps[i].tpm_signature));
		seal_step_print(&again, &read);
		assert_true(sv_eq(buf_view(&b), buf_view(&again)));
		/* A line less, a line more. */
		assert_int_equal(seal_step_parse(sv_head(buf_view(&b), b.n - 1), &read, NULL), -1);
		buf_puts(&b, "more\n");
		assert_int_equal(seal_step_parse(buf_view(&b), &read, NULL), -1);
	}
}

static void a_note_says_what_the_document_says(void **state)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(NOTE_MAX);
	struct seal_step s = pruned_of(2, 12, 4);

	(void)state;
	memset(s.root.b, 0, sizeof(s.root.b));
	seal_step_print(&b, &s);
	assert_string_equal(buf_cstr(&b), ORIGIN "/pruned\n2\n1763756402\n12\n"
						 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
						 "4\nnum_logs\n");
}

static void malformed_notes_are_none(void **state)
{
#define HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
	static const char *const texts[] = {
		"",
		"a/stop",
		"/stop\n1\n2\n3\n" HASH,
		"a b/stop\n1\n2\n3\n" HASH,
		"stop\n1\n2\n3\n" HASH,
		"a/sto\n1\n2\n3\n" HASH,
		"a/stop\n01\n2\n3\n" HASH,
		"a/stop\n1\n2\n-3\n" HASH,
		"a/stop\n1\n2\n3\nAAAA\n",
		"a/stop\n1\n2\n9223372036854775808\n" HASH,
		"a/pruned\n1\n2\n3\n" HASH "1\nNo\n",
		"a/pruned\n1\n2\n3\n" HASH "1\n\n",
		"a/pruned\n1\n2\n3\n" HASH "1\ntwo words\n",
		"a/start\n0\n2\n0\n0\n" HASH HASH HASH "later\n",
		"a/start\n0\n2\n0\n0\n" HASH HASH HASH "first\ntpm AAAA\n",
		"a/start\n0\n2\n0\n0\n" HASH HASH HASH "first\ntpm  AAAA\n",
		"a/start\n0\n2\n0\n0\n" HASH HASH HASH "first\ntpm AAAA AAA\n",
		"a/start\n0\n2\n0\n0\n" HASH HASH HASH "first\nTPM AAAA AAAA\n",
	};
	struct seal_step s;
	struct err e;

	(void)state;
	assert_int_equal(seal_step_parse(SV("a/stop\n1\n2\n3\n" HASH), &s, NULL), 0);
	assert_int_equal(
		seal_step_parse(SV("a/start\n0\n2\n0\n0\n" HASH HASH HASH "first\ntpm AAAA AAAA\n"),
				&s, NULL),
		0);
	for (size_t i = 0; i < LEN(texts); i++)
		assert_int_equal(seal_step_parse(sv_cstr(texts[i]), &s, &e), -1);
	assert_int_equal(seal_step_parse(SV("a/stop\n1\n2\nx\n" HASH), &s, &e), -1);
	assert_string_equal(e.text, "not a stop note: line 4 is not what it should be");
}

static void each_fault_has_its_words(void **state)
{
	(void)state;
	assert_string_equal(seal_fault_text(SEAL_FAULT_NONE), "is well");
	assert_string_equal(seal_fault_text(SEAL_FAULT_SIGNATURE),
			    "is not signed by the key that had to sign it");
	assert_string_equal(seal_step_name(SEAL_HANDOVER), "keys");
	assert_string_equal(seal_state_name(SEAL_CONTINUED), "continued");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_life_of_starts_and_epochs_is_well),
		cmocka_unit_test(notes_belong_to_the_log_of_the_enrolment),
		cmocka_unit_test(only_a_first_start_begins_a_chain),
		cmocka_unit_test(an_empty_tree_has_one_root),
		cmocka_unit_test(epochs_have_no_gap),
		cmocka_unit_test(starts_have_no_gap),
		cmocka_unit_test(sizes_never_go_back_and_have_one_root),
		cmocka_unit_test(behind_a_stop_is_only_a_start),
		cmocka_unit_test(a_start_is_clean_behind_a_stop_only),
		cmocka_unit_test(lines_are_pruned_forwards_and_below_the_size),
		cmocka_unit_test(each_note_is_signed_by_the_one_key_that_may),
		cmocka_unit_test(a_key_is_used_for_one_thing_once),
		cmocka_unit_test(who_must_have_signed_is_told_without_checking),
		cmocka_unit_test(notes_print_as_they_were_read),
		cmocka_unit_test(a_note_says_what_the_document_says),
		cmocka_unit_test(malformed_notes_are_none),
		cmocka_unit_test(each_fault_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
