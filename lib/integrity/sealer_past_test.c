/* What a sealer finds at its start: what was done to log and evidence while nobody looked. */
#include "integrity/sealer_stage_test.h"

static void lines_behind_the_end_are_taken_and_told(void **state)
{
	struct sealer_news n;
	struct host h;

	(void)state;
	make_stopped(&h);
	append("audit.log",
	       SV("type=FORGED msg=audit(1.000:1): x\ntype=FORGED msg=audit(1.000:2): y\n"));
	assert_verdict(&h, VERIFY_TAMPERED);
	host_start(&h);
	assert_true(hears(&h, SEALER_NEWS_RECOVERED, &n));
	assert_int_equal(n.from, 1000);
	assert_int_equal(n.to, 1002);
	stop(&h);
	assert_verdict(&h, VERIFY_INCOMPLETE);
	host_release(&h);
}

static void a_line_that_was_changed_is_named(void **state)
{
	struct sealer_news n;
	struct host h;

	(void)state;
	make_stopped(&h);
	overwrite("audit.log", 10, SV("X"));
	host_start(&h);
	assert_true(hears(&h, SEALER_NEWS_ALTERED, &n));
	assert_int_equal(n.from, 300);
	assert_state(&h, SEALER_SEALED);
	host_lines(&h, 20);
	stop(&h);
	assert_verdict(&h, VERIFY_TAMPERED);
	/* What was signed stays signed: with the line back everything is as it was. */
	overwrite("audit.log", 10, SV("A"));
	host_release(&h);
}

static void a_log_that_was_cut_is_told_and_gone_on_with(void **state)
{
	struct sealer_news n;
	struct host h;

	(void)state;
	make_stopped(&h);
	cut("audit.log", 5000);
	host_start(&h);
	assert_true(hears(&h, SEALER_NEWS_MISSING, &n));
	assert_int_equal(n.to, 1000);
	assert_true(access(in("audit.log.2"), F_OK) == 0);
	assert_state(&h, SEALER_SEALED);
	host_lines(&h, 20);
	assert_int_equal(figures(&h).size, 1020);
	stop(&h);
	assert_verdict(&h, VERIFY_TAMPERED);
	host_release(&h);
}

static void a_tail_of_nul_bytes_is_torn(void **state)
{
	char nul[3000] = {0};
	struct host h;

	(void)state;
	make(&h);
	host_start(&h);
	host_lines(&h, 30);
	host_crash(&h);
	append("audit.log", sv_make(nul, sizeof(nul)));
	host_start(&h);
	assert_true(hears(&h, SEALER_NEWS_TORN, NULL));
	assert_int_equal(figures(&h).sealed, 30);
	stop(&h);
	assert_verdict(&h, VERIFY_INCOMPLETE);
	host_release(&h);
}

/* Somebody made it: no crash leaves so much. It is not read, and stays for whoever wants to look at it. */
static void keys_that_are_endless_stall_nobody(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *why;
	} rows[] = {{(uint64_t)3 << 30, "of integrity/keys"},
		    {(uint64_t)9 << 30, "more than can be looked at"}};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++)
		for (int has_resume = 0; has_resume < 2; has_resume++) {
			struct timespec from, to;
			struct host h;

			make_stopped(&h);
			if (!has_resume)
				assert_int_equal(unlink(in("integrity/resume")), 0);
			cut("integrity/keys", rows[i].bytes);
			(void)clock_gettime(CLOCK_MONOTONIC, &from);
			host_start(&h);
			host_lines(&h, 10);
			host_pass(&h, 5);
			(void)clock_gettime(CLOCK_MONOTONIC, &to);
			assert_true(to.tv_sec - from.tv_sec < 2);
			assert_state(&h, SEALER_UNSEALED);
			assert_non_null(strstr(figures(&h).why, rows[i].why));
			assert_int_equal(size_of("integrity/keys"), rows[i].bytes);
			host_release(&h);
			assert_int_equal(empty(NULL), 0);
		}
}

/* A chain of years, without the note to the next start: records are written while it is read. */
static void a_long_chain_is_read_behind_the_start(void **state)
{
	struct host h;

	(void)state;
	make_stopped(&h);
	assert_int_equal(unlink(in("integrity/resume")), 0);
	h.keys_at_start = size_of("integrity/keys") - 1;
	host_start(&h);
	assert_state(&h, SEALER_UNSEALED);
	host_lines(&h, 10);
	host_pass(&h, 2);
	assert_state(&h, SEALER_SEALED);
	assert_int_equal(figures(&h).sealed, 1010);
	stop(&h);
	h.keys_at_start = size_of("integrity/keys");
	assert_int_equal(unlink(in("integrity/resume")), 0);
	host_start(&h);
	assert_state(&h, SEALER_SEALED);
	host_release(&h);
}

static void hashes_that_rotted_are_made_again(void **state)
{
	CLEANUP(buf_release) struct buf before = BUF_INIT(1 << 20);
	CLEANUP(buf_release) struct buf after = BUF_INIT(1 << 20);
	struct host h;

	(void)state;
	make_stopped(&h);
	assert_int_equal(file_read(in("integrity/level0/00000000"), &before, NULL), 0);
	overwrite("integrity/level0/00000000", 32 * 400 + 3, SV("rot"));
	host_start(&h);
	assert_true(hears(&h, SEALER_NEWS_REPAIRED, NULL));
	assert_state(&h, SEALER_SEALED);
	stop(&h);
	assert_int_equal(file_read(in("integrity/level0/00000000"), &after, NULL), 0);
	assert_true(sv_eq(buf_view(&before), buf_view(&after)));
	cut("integrity/level0/00000000", 32 * 100);
	cut("integrity/level1/00000000", 0);
	host_start(&h);
	assert_state(&h, SEALER_SEALED);
	stop(&h);
	buf_reset(&after);
	assert_int_equal(file_read(in("integrity/level0/00000000"), &after, NULL), 0);
	assert_true(sv_eq(buf_view(&before), buf_view(&after)));
	assert_int_equal(size_of("integrity/level1/00000000"), 3 * 32);
	assert_verdict(&h, VERIFY_PROVEN);
	host_release(&h);
}

static void a_bad_note_to_the_next_start_does_no_harm(void **state)
{
	struct host h;

	(void)state;
	make_stopped(&h);
	for (uint64_t at = 0; at < size_of("integrity/resume"); at += 97) {
		overwrite("integrity/resume", at, SV("bad"));
		host_start(&h);
		assert_state(&h, SEALER_SEALED);
		assert_false(hears(&h, SEALER_NEWS_ALTERED, NULL));
		stop(&h);
	}
	assert_int_equal(unlink(in("integrity/resume")), 0);
	host_start(&h);
	assert_state(&h, SEALER_SEALED);
	host_lines(&h, 1000);
	stop(&h);
	assert_verdict(&h, VERIFY_PROVEN);
	host_release(&h);
}

static void a_start_does_not_read_all_notes(void **state)
{
	struct host h;

	(void)state;
	make(&h);
	h.settings.epoch_s = 1;
	host_start(&h);
	host_lines(&h, 30);
	host_pass(&h, 1000 * 61);
	assert_true(size_of("integrity/keys") > 256 << 10);
	stop(&h);
	/* The chain is not followed from its beginning: this would be seen. */
	overwrite("integrity/keys", 100, SV("!"));
	host_start(&h);
	assert_state(&h, SEALER_SEALED);
	stop(&h);
	overwrite("integrity/resume", 100, SV("x"));
	host_start(&h);
	assert_state(&h, SEALER_UNSEALED);
	host_release(&h);
}

static void lost_commits_and_segments_are_done_without(void **state)
{
	struct host h;

	(void)state;
	make_stopped(&h);
	cut("integrity/commits", 0);
	host_start(&h);
	assert_true(hears(&h, SEALER_NEWS_REPAIRED, NULL));
	assert_state(&h, SEALER_SEALED);
	host_lines(&h, 10);
	stop(&h);
	cut("integrity/segments", 0);
	host_start(&h);
	assert_true(hears(&h, SEALER_NEWS_REPAIRED, NULL));
	assert_state(&h, SEALER_SEALED);
	host_lines(&h, 10);
	stop(&h);
	host_start(&h);
	assert_int_equal(figures(&h).size, 1020);
	stop(&h);
	host_release(&h);
}

static void what_cannot_be_believed_is_not_signed(void **state)
{
	struct host h;

	(void)state;
	make_stopped(&h);
	overwrite("audit.log", 10, SV("X"));
	overwrite("integrity/level0/00000000", 32 * 990 + 3, SV("rot"));
	host_start(&h);
	assert_state(&h, SEALER_UNSEALED);
	host_lines(&h, 10);
	assert_false(host_stop(&h));
	host_release(&h);
}

static void a_log_on_another_disk_is_found_by_its_lines(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	struct host h;

	(void)state;
	make_stopped(&h);
	assert_int_equal(file_read(in("audit.log"), &text, NULL), 0);
	host_write_file(top, "other", buf_view(&text));
	assert_int_equal(rename(in("other"), in("audit.log")), 0);
	host_start(&h);
	assert_state(&h, SEALER_SEALED);
	assert_false(hears(&h, SEALER_NEWS_MISSING, NULL));
	assert_int_equal(figures(&h).size, 1000);
	stop(&h);
	host_release(&h);
}

static void files_that_came_between_are_hashed(void **state)
{
	struct sealer_news n;
	struct host h;

	(void)state;
	make(&h);
	host_start(&h);
	host_lines(&h, 100);
	/* The thread does nothing any more. */
	h.sealer = (sealer_free(h.sealer), NULL);
	h.log.options.listener = (struct log_listener){.ctx = NULL};
	host_lines(&h, 50);
	host_rotate(&h);
	host_lines(&h, 60);
	host_rotate(&h);
	host_lines(&h, 70);
	log_suspend(&h.log);
	assert_int_equal(log_close(&h.log, NULL), 0);
	h.is_open = false;
	host_kill(&h);
	host_start(&h);
	assert_true(hears(&h, SEALER_NEWS_RECOVERED, &n));
	assert_int_equal(n.to, 280);
	assert_int_equal(figures(&h).sealed, 280);
	stop(&h);
	host_start(&h);
	stop(&h);
	assert_verdict(&h, VERIFY_PROVEN);
	host_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_behind_the_end_are_taken_and_told),
		TEST(a_line_that_was_changed_is_named),
		TEST(a_log_that_was_cut_is_told_and_gone_on_with),
		TEST(a_tail_of_nul_bytes_is_torn),
		TEST(keys_that_are_endless_stall_nobody),
		TEST(a_long_chain_is_read_behind_the_start),
		TEST(hashes_that_rotted_are_made_again),
		TEST(a_bad_note_to_the_next_start_does_no_harm),
		TEST(a_start_does_not_read_all_notes),
		TEST(lost_commits_and_segments_are_done_without),
		TEST(what_cannot_be_believed_is_not_signed),
		TEST(a_log_on_another_disk_is_found_by_its_lines),
		TEST(files_that_came_between_are_hashed),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
