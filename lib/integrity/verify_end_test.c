/* The end of a log: who cuts it, and who vouches for it. */
#include "integrity/verify_stage_test.h"

/* ---- checkpoints that were kept ---- */

/* At each point where it was signed; nobody but the outside knows that it went on. */
static void a_log_cut_with_its_evidence_is_never_proven(void **state)
{
	struct buf kept = BUF_INIT(4096);
	struct verify_result r;
	struct forge f, whole;

	(void)state;
	make(&whole);
	buf_put(&kept, buf_view(&whole.checkpoint));
	for (unsigned at = 0; at < 3; at++) {
		struct verify_kept k = {"kept", buf_view(&kept)};
		struct verify_options o;

		forge_init(&f, 7);
		forge_start(&f, SEAL_FIRST);
		forge_lines(&f, 100);
		forge_checkpoint(&f);
		if (at > 0)
			forge_handover(&f);
		if (at > 1) {
			forge_lines(&f, 300);
			forge_rotate(&f);
		}
		forge_write(&f, folder);
		f.anchor = whole.anchor;
		o = forge_options(&f, log_path);
		o.anchor = NULL;
		assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
		assert_non_null(doubt_of(&r, DOUBT_END_OPEN));
		o.kept = &k;
		o.kept_count = 1;
		assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
		assert_non_null(doubt_of(&r, DOUBT_CHECKPOINT_OTHER));
		assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
		assert_non_null(doubt_of(&r, DOUBT_ANCHOR_AHEAD));
		forge_release(&f);
		assert_int_equal(empty(NULL), 0);
	}
	forge_release(&whole);
	buf_release(&kept);
}

static void a_kept_checkpoint_vouches_for_the_end_only_if_it_is_of_all_lines(void **state)
{
	struct buf early = BUF_INIT(4096), last = BUF_INIT(4096);
	struct verify_kept k[1] = {{"kept", SV_EMPTY}};
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	buf_put(&early, buf_view(&f.checkpoint));
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	buf_put(&last, buf_view(&f.checkpoint));
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.kept = k;
	o.kept_count = 1;
	k[0].note = buf_view(&early);
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	k[0].note = buf_view(&last);
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	assert_int_equal(r.ends, VERIFY_END_CHECKPOINT);
	forge_lines(&f, 1);
	forge_write(&f, folder);
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_LINES_UNSEALED));
	k[0].note = SV("no note");
	assert_int_equal(verify_run(&o, &r, NULL), -1);
	buf_release(&early);
	buf_release(&last);
	forge_release(&f);
}

/* Of lines that policy has removed since. */
static void a_kept_checkpoint_of_lines_that_are_gone_is_told_and_vouches_for_nothing(void **state)
{
	struct buf gone = BUF_INIT(4096), border = BUF_INIT(4096);
	struct verify_kept k[2] = {{"friday", SV_EMPTY}, {"monday", SV_EMPTY}};
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 333);
	forge_checkpoint(&f);
	buf_put(&gone, buf_view(&f.checkpoint));
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	buf_put(&border, buf_view(&f.checkpoint));
	forge_rotate(&f);
	forge_lines(&f, 10);
	forge_prune(&f, 1, true);
	forge_stop(&f);
	forge_write(&f, folder);
	k[0].note = buf_view(&gone);
	k[1].note = buf_view(&border);
	o = forge_options(&f, log_path);
	o.kept = k;
	o.kept_count = 2;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_int_equal(r.doubts.count, 1);
	assert_int_equal(doubt_of(&r, DOUBT_CHECKPOINT_PRUNED)->from, 333);
	assert_int_equal(doubt_of(&r, DOUBT_CHECKPOINT_PRUNED)->to, 433);
	assert_int_equal(r.ends, VERIFY_END_STOP);
	/* The tree in front of the first line is known. */
	o.kept = k + 1;
	o.kept_count = 1;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	o.kept = k;
	o.anchor = NULL;
	o.key = &f.enrolment;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_int_equal(r.ends, VERIFY_END_OPEN);
	buf_release(&gone);
	buf_release(&border);
	forge_release(&f);
}

/* Lines that were asked for end before it; it is held to the log all the same. */
static void a_kept_checkpoint_is_looked_at_behind_what_is_asked_for(void **state)
{
	struct verify_kept k = {"kept", SV_EMPTY};
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.has_to = true;
	o.to = 50;
	modify_line();
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	k.note = buf_view(&f.checkpoint);
	o.kept = &k;
	o.kept_count = 1;
	assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
	forge_write(&f, folder);
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	forge_release(&f);
}

/* ---- starts, stops, and a daemon that runs ---- */

static void an_unclean_start_is_incomplete_where_it_was(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	forge_start(&f, SEAL_UNCLEAN);
	forge_lines(&f, 20); /* were found there */
	forge_checkpoint(&f);
	forge_lines(&f, 50);
	forge_stop(&f);
	forge_write(&f, folder);
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_int_equal(r.doubts.count, 1);
	assert_int_equal(doubt_of(&r, DOUBT_WINDOW)->from, 100);
	assert_int_equal(doubt_of(&r, DOUBT_WINDOW)->to, 120);
	o = forge_options(&f, log_path);
	o.has_to = true;
	o.to = 100;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	o.to = 101;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	o.has_to = false;
	o.has_from = true;
	o.from = 120;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	forge_release(&f);
}

static void a_running_daemon_vouches_for_the_end(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f;
	int dir, lock;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	forge_lines(&f, 3);
	forge_write(&f, folder);
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_int_equal(r.unsealed, 3);
	assert_int_equal(integrity_open(log_path, &dir, NULL), INTEGRITY_OPEN);
	lock = integrity_lock(dir, NULL);
	assert_true(lock >= 0);
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	assert_int_equal(r.ends, VERIFY_END_LIVE);
	assert_int_equal(r.unsealed, 3);
	/* It may be about to write a line, a record and a note. */
	splice_file("audit.log", SIZE_MAX, SIZE_MAX, SV("type=SYS"));
	splice_file("integrity/commits", SIZE_MAX, SIZE_MAX, SV("ALC1"));
	splice_file("integrity/keys", SIZE_MAX, SIZE_MAX, SV("audit.ex"));
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	o = forge_options(&f, log_path);
	o.now = f.seconds + EVIDENCE_FRESH_S + 1;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	o.now = f.seconds - EVIDENCE_FRESH_S - 1;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	(void)close(lock);
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	(void)close(dir);
	forge_release(&f);
}

/* As above, but the newest signature is of a time that the files' change is far behind. */
static void what_a_running_daemon_has_not_signed_for_long_is_not_its_own(void **state)
{
	struct verify_result r;
	struct forge f;
	int dir, lock;

	(void)state;
	forge_init(&f, 7);
	f.seconds = (uint64_t)time(NULL) + 4 * (uint64_t)EVIDENCE_FRESH_S;
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	forge_write(&f, folder);
	assert_int_equal(integrity_open(log_path, &dir, NULL), INTEGRITY_OPEN);
	lock = integrity_lock(dir, NULL);
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	splice_file("audit.log", SIZE_MAX, SIZE_MAX, SV("type=USER"));
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_TAIL_CUT));
	splice_file("audit.log", SIZE_MAX, SIZE_MAX, SV(" msg=audit(1.000:1): x\n"));
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_int_equal(doubt_of(&r, DOUBT_LINES_UNSEALED)->from, 100);
	(void)close(lock);
	(void)close(dir);
	forge_release(&f);
}

static void a_running_daemon_has_records_of_what_it_signed(void **state)
{
	struct verify_result r;
	struct forge f;
	int dir, lock;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_rotate(&f);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	forge_write(&f, folder);
	assert_int_equal(integrity_open(log_path, &dir, NULL), INTEGRITY_OPEN);
	lock = integrity_lock(dir, NULL);
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	/* Of the second file it has not, and nobody knows where that began. */
	splice_file("integrity/segments", SEAL_PLACE_BYTES, SIZE_MAX, SV(""));
	move_over_border();
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_SEGMENTS_CUT));
	drop("integrity/segments");
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_SEGMENTS_CUT));
	(void)close(lock);
	(void)close(dir);
	forge_release(&f);
}

static void lines_behind_a_stop_are_forged(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	splice_file("audit.log", SIZE_MAX, SIZE_MAX, SV("type=USER msg=audit(1.000:1): x\n"));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_int_equal(doubt_of(&r, DOUBT_LINES_BEYOND)->from, 1327);
	forge_write(&f, folder);
	splice_file("audit.log", SIZE_MAX, SIZE_MAX, SV("type=USER"));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	forge_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_log_cut_with_its_evidence_is_never_proven),
		TEST(a_kept_checkpoint_vouches_for_the_end_only_if_it_is_of_all_lines),
		TEST(a_kept_checkpoint_of_lines_that_are_gone_is_told_and_vouches_for_nothing),
		TEST(a_kept_checkpoint_is_looked_at_behind_what_is_asked_for),
		TEST(an_unclean_start_is_incomplete_where_it_was),
		TEST(a_running_daemon_vouches_for_the_end),
		TEST(what_a_running_daemon_has_not_signed_for_long_is_not_its_own),
		TEST(a_running_daemon_has_records_of_what_it_signed),
		TEST(lines_behind_a_stop_are_forged),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
