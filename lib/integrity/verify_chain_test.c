/* The chain of keys and what is signed by it: stolen keys, forged notes, evidence that is missing or changed. */
#include "integrity/verify_stage_test.h"

/* ---- keys in wrong hands ---- */

static void the_stolen_key_of_the_next_start_gives_no_proof(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_handover(&f);
	{
		struct seal_anchor anchor = f.anchor; /* what follows here was cut off */

		forge_start(&f, SEAL_UNCLEAN);
		forge_lines(&f, 50);
		forge_stop(&f);
		f.anchor = anchor;
	}
	forge_write(&f, folder);
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_WINDOW));
	assert_non_null(doubt_of(&r, DOUBT_ANCHOR_BEHIND));
	forge_release(&f);
}

/* The chain stays; lines and checkpoints are made anew with the newest key. */
static void history_sealed_anew_with_the_newest_key_is_forged(void **state)
{
	struct verify_kept k = {"kept", SV_EMPTY};
	struct verify_options o;
	struct verify_result r;
	struct forge f, other;
	struct seal_commit c, wrong;

	(void)state;
	make(&f);
	forge_init(&other, 7);
	other.random++;
	forge_start(&other, SEAL_FIRST);
	forge_lines(&other, 100);
	memcpy(other.epoch_seed, f.epoch_seed, 32);
	other.epoch = f.epoch;
	forge_checkpoint(&other); /* of other lines, by the newest key */
	assert_true(seal_commit_unpack((const uint8_t *)f.commits.p + SEAL_COMMIT_BYTES, &c));
	assert_true(seal_commit_unpack(
		(const uint8_t *)other.commits.p + other.commits.n - SEAL_COMMIT_BYTES, &wrong));
	assert_int_equal(c.size, wrong.size);
	forge_write(&f, folder);
	splice_file(
		"integrity/commits", SEAL_COMMIT_BYTES, SEAL_COMMIT_BYTES * 2,
		sv_make(other.commits.p + other.commits.n - SEAL_COMMIT_BYTES, SEAL_COMMIT_BYTES));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_COMMIT_CHANGED));
	assert_non_null(strstr(doubt_of(&r, DOUBT_COMMIT_CHANGED)->text, "may sign for"));
	assert_int_equal(r.bad.change, VERIFY_SAME); /* the lines are as signed */
	/* As one that somebody says was kept elsewhere, too. */
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	k.note = buf_view(&other.checkpoint);
	o.kept = &k;
	o.kept_count = 1;
	assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_CHECKPOINT_OTHER));
	forge_release(&f);
	forge_release(&other);
}

/* Each signature counts, also of what no note behind it vouches for. */
static void a_checkpoint_without_its_signature_is_none(void **state)
{
	uint8_t record[SEAL_COMMIT_BYTES];
	struct verify_result r;
	struct seal_commit c;
	struct forge f;
	size_t at;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	forge_lines(&f, 50);
	forge_checkpoint(&f);
	at = f.commits.n - SEAL_COMMIT_BYTES;
	assert_true(seal_commit_unpack((const uint8_t *)f.commits.p + at, &c));
	c.signature[7] ^= 1;
	seal_commit_pack(&c, record);
	forge_write(&f, folder);
	drop("integrity/checkpoint");
	splice_file("integrity/commits", at, SIZE_MAX,
		    sv_make((const char *)record, sizeof(record)));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(strstr(doubt_of(&r, DOUBT_COMMIT_CHANGED)->text, "is not signed"));
	assert_int_equal(r.size, 100);
	forge_release(&f);
}

static void a_kept_checkpoint_finds_what_the_running_key_signed_anew(void **state)
{
	struct verify_kept k = {"kept", SV_EMPTY};
	struct verify_options o;
	struct verify_result r;
	struct forge f, other;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	forge_init(&other, 7);
	forge_start(&other, SEAL_FIRST); /* the same keys */
	other.random++;
	forge_lines(&other, 120);
	forge_checkpoint(&other);
	forge_write(&other, folder);
	assert_int_equal(look(&other, &r), VERIFY_INCOMPLETE);
	k.note = buf_view(&f.checkpoint);
	o = forge_options(&other, log_path);
	o.kept = &k;
	o.kept_count = 1;
	assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_LINES_CHANGED));
	forge_release(&f);
	forge_release(&other);
}

static void a_note_that_is_there_twice_is_none(void **state)
{
	struct seal_step s = {.kind = SEAL_PRUNED, .reason = SV("space")};
	struct verify_result r;
	struct buf once;
	struct forge f;
	size_t at;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 10);
	at = f.keys.n;
	forge_note(&f, &s, f.epoch_seed, SEAL_COMMIT_PRUNED);
	forge_write(&f, folder);
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	get("integrity/keys", &once);
	splice_file("integrity/keys", SIZE_MAX, SIZE_MAX, sv_from(buf_view(&once), at));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_KEYS_BROKEN));
	buf_release(&once);
	forge_release(&f);
}

static void an_anchor_of_another_chain_is_found_out(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.anchor = NULL;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_END_OPEN));
	f.anchor.next.b[3] ^= 1;
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_ANCHOR_AHEAD));
	forge_release(&f);
}

/* Lines that were written with the key of the running epoch are as good as any; those before are not. */
static void the_running_key_can_forge_its_own_epoch_only(void **state)
{
	struct verify_result r;
	struct verify_kept k;
	struct verify_options o;
	struct forge f;
	size_t from, to;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_handover(&f);
	forge_line(&f, SV("type=USER msg=audit(1764000000.000:1): forged"));
	forge_checkpoint(&f);
	forge_write(&f, folder);
	k = (struct verify_kept){"kept", buf_view(&f.checkpoint)};
	o = forge_options(&f, log_path);
	o.kept = &k;
	o.kept_count = 1;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	line_of("audit.log", 99, &from, &to);
	splice_file("audit.log", from, from + 1, SV("x"));
	assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
	assert_int_equal(r.bad.from, 99);
	forge_release(&f);
}

static void cut_note(size_t which)
{
	struct sv rest, note;
	struct buf b;

	get("integrity/keys", &b);
	rest = buf_view(&b);
	for (size_t i = 0; i <= which; i++)
		assert_int_equal(seal_note_next(&rest, &note), SEAL_CUT_NOTE);
	splice_file("integrity/keys", (size_t)(note.p - b.p), (size_t)(rest.p - b.p), SV_EMPTY);
	buf_release(&b);
}

static void a_note_that_is_missing_breaks_the_chain(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	for (size_t i = 0; i < 11; i++) {
		forge_write(&f, folder);
		cut_note(i);
		assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	}
	forge_release(&f);
}

/* ---- evidence that is missing or changed ---- */

static void a_log_without_evidence_is_never_proven(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	rename_it("integrity", "elsewhere");
	o = forge_options(&f, log_path);
	o.anchor = NULL;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_NO_EVIDENCE));
	/* The host remembers that it was sealed. */
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_ANCHOR_AHEAD));
	forge_folder(folder, "integrity");
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	drop("audit.log");
	drop("audit.log.1");
	drop("audit.log.2");
	drop("integrity");
	assert_int_equal(verify_run(&o, &r, NULL), -1);
	forge_release(&f);
}

static void each_file_of_evidence_that_is_missing_is_missed(void **state)
{
	static const struct {
		const char *name;
		enum verify_verdict verdict;
	} files[] = {
		{"integrity/enrolment", VERIFY_INCOMPLETE},
		{"integrity/keys", VERIFY_TAMPERED}, /* the anchor knows of starts */
		{"integrity/commits", VERIFY_INCOMPLETE},
		{"integrity/segments", VERIFY_INCOMPLETE},
		{"integrity/level0/00000000", VERIFY_PROVEN}, /* nothing rests on them */
		{"integrity/level1/00000000", VERIFY_PROVEN},
		{"integrity/checkpoint", VERIFY_PROVEN},
	};
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	for (size_t i = 0; i < LEN(files); i++) {
		forge_write(&f, folder);
		drop(files[i].name);
		print_message("# %s\n", files[i].name);
		assert_int_equal(look(&f, &r), files[i].verdict);
	}
	forge_release(&f);
}

static void a_flipped_bit_of_evidence_is_found(void **state)
{
	static const char *const names[] = {
		"integrity/enrolment",       "integrity/keys",
		"integrity/commits",         "integrity/checkpoint",
		"integrity/level0/00000000", "integrity/level1/00000000"};
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	for (size_t i = 0; i < LEN(names); i++) {
		struct buf b;

		forge_write(&f, folder);
		o = forge_options(&f, log_path);
		get(names[i], &b);
		for (size_t at = 0; at < b.n; at += 1 + b.n / 23) {
			flip(names[i], at, at % 8);
			assert_int_equal(verify_run(&o, &r, NULL), 0);
			assert_int_not_equal(r.verdict, VERIFY_PROVEN);
			put(names[i], buf_view(&b));
		}
		buf_release(&b);
	}
	forge_release(&f);
}

/* No memory and no time go into what cannot be notes. */
static void keys_that_are_endless_are_not_read(void **state)
{
	char path[256];
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.anchor = NULL;
	path_of("integrity/keys", path);
	assert_int_equal(truncate(path, (off_t)3 << 30), 0);
	assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_KEYS_BROKEN));
	assert_int_equal(truncate(path, (off_t)9 << 30), 0);
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_KEYS_LONG));
	forge_release(&f);
}

static void another_key_is_found_out(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f, other;

	(void)state;
	make(&f);
	forge_init(&other, 8);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.anchor = NULL;
	o.key = &other.enrolment;
	assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_OTHER_KEY));
	o.key = NULL;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_KEY_NOT_OUTSIDE));
	o.anchor = &f.anchor;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	assert_int_equal(r.trust, EVIDENCE_TRUST_ANCHOR);
	forge_release(&f);
	forge_release(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_stolen_key_of_the_next_start_gives_no_proof),
		TEST(history_sealed_anew_with_the_newest_key_is_forged),
		TEST(a_checkpoint_without_its_signature_is_none),
		TEST(a_kept_checkpoint_finds_what_the_running_key_signed_anew),
		TEST(a_note_that_is_there_twice_is_none),
		TEST(an_anchor_of_another_chain_is_found_out),
		TEST(the_running_key_can_forge_its_own_epoch_only),
		TEST(a_note_that_is_missing_breaks_the_chain),
		TEST(a_log_without_evidence_is_never_proven),
		TEST(each_file_of_evidence_that_is_missing_is_missed),
		TEST(a_flipped_bit_of_evidence_is_found),
		TEST(keys_that_are_endless_are_not_read),
		TEST(another_key_is_found_out),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
