/* What goes wrong while a sealer runs: other writers, and the disk. */
#include "integrity/sealer_stage_test.h"

static void somebody_elses_lines_are_told(void **state)
{
	struct host h;

	(void)state;
	make(&h);
	host_start(&h);
	host_lines(&h, 30);
	append("audit.log", SV("type=FORGED msg=audit(1.000:1): x\n"));
	log_suspend(&h.log);
	assert_int_equal(log_reopen(&h.log, NULL), 0);
	assert_true(hears(&h, SEALER_NEWS_FOREIGN, NULL));
	host_lines(&h, 30);
	stop(&h);
	assert_verdict(&h, VERIFY_TAMPERED);
	host_release(&h);
}

static int cannot_cut(void *ctx, int fd, off_t size)
{
	(void)ctx;
	(void)fd;
	(void)size;
	errno = EPERM;
	return -1;
}

static void a_fragment_that_cannot_be_cut_becomes_a_line(void **state)
{
	struct log_disk disk = log_disk_system;
	struct host h;

	(void)state;
	make(&h);
	disk.cut = cannot_cut;
	host_start(&h);
	host_lines(&h, 30);
	host_crash(&h);
	append("audit.log", SV("type=SYSCALL msg=au"));
	h.log_disk = &disk;
	host_start(&h);
	host_lines(&h, 10);
	assert_int_equal(figures(&h).size, 41);
	stop(&h);
	host_start(&h);
	assert_false(hears(&h, SEALER_NEWS_ALTERED, NULL));
	stop(&h);
	assert_verdict(&h, VERIFY_INCOMPLETE);
	host_release(&h);
}

static void a_folder_that_is_taken_away_is_told(void **state)
{
	struct host h;

	(void)state;
	make(&h);
	host_start(&h);
	host_lines(&h, 30);
	assert_int_equal(rename(in("integrity"), in("gone")), 0);
	assert_int_equal(unlink(in("gone/keys")), 0);
	host_lines(&h, 200);
	assert_state(&h, SEALER_UNSEALED);
	host_release(&h);
}

static void each_refusal_of_the_disk_is_told_and_made_up_for(void **state)
{
	static const enum trace_kind kinds[] = {TRACE_WRITE, TRACE_SYNC, TRACE_CREATE,
						TRACE_SYNC_NAMES, TRACE_RENAME};

	for (size_t i = 0; i < LEN(kinds); i++) {
		struct log_disk plain = log_disk_system;
		struct trace t;
		struct host h;

		plain.sync = host_no_sync;
		make(&h);
		trace_begin(&t, &h);
		h.log_disk = &plain;
		host_start(&h);
		host_lines(&h, 30);
		t.fail_kind = kinds[i] + 1;
		t.fail_errno = i % 2 ? EIO : ENOSPC;
		host_lines(&h, 300);
		host_rotate(&h);
		host_lines(&h, 300);
		host_pass(&h, 12);
		assert_state(&h, SEALER_UNSEALED);
		assert_true(hears(&h, SEALER_NEWS_UNSEALED, NULL));
		t.fail_kind = 0;
		host_pass(&h, 2);
		assert_state(&h, SEALER_SEALED);
		assert_true(hears(&h, SEALER_NEWS_SEALED, NULL));
		assert_int_equal(figures(&h).sealed, 630);
		stop(&h);
		assert_verdict(&h, VERIFY_PROVEN);
		trace_release(&t);
		host_release(&h);
		assert_int_equal(empty(state), 0);
	}
}

static void hashes_that_found_no_room_are_made_again(void **state)
{
	struct log_disk plain = log_disk_system;
	struct trace t;
	struct host h;

	(void)state;
	plain.sync = host_no_sync;
	make(&h);
	trace_begin(&t, &h);
	h.log_disk = &plain;
	h.batch = 10000;
	host_start(&h);
	host_lines(&h, 1000);
	t.fail_kind = TRACE_WRITE + 1;
	t.fail_errno = ENOSPC;
	host_lines(&h, 600000);
	host_rotate(&h);
	host_lines(&h, 500000);
	assert_true(hears(&h, SEALER_NEWS_LEVELS, NULL));
	t.fail_kind = 0;
	host_pass(&h, 2);
	assert_state(&h, SEALER_SEALED);
	host_lines(&h, 10);
	host_kill(&h);
	host_start(&h);
	assert_true(hears(&h, SEALER_NEWS_REPAIRED, NULL));
	assert_state(&h, SEALER_SEALED);
	stop(&h);
	assert_int_equal(size_of("integrity/level1/00000000"), (1101010 / 256) * 32);
	assert_verdict(&h, VERIFY_PROVEN);
	trace_release(&t);
	host_release(&h);
}

static void a_disk_that_does_not_answer_is_told(void **state)
{
	struct host h;

	(void)state;
	make(&h);
	host_start(&h);
	host_pass(&h, 2);
	h.batch = 1;
	host_lines(&h, 1);
	/* The thread has no turn. */
	h.boot_ns += 10 * HOST_SECOND;
	assert_true(hears(&h, SEALER_NEWS_UNSEALED, NULL));
	assert_state(&h, SEALER_UNSEALED);
	host_turn(&h, 0);
	assert_state(&h, SEALER_SEALED);
	host_release(&h);
}

static void lines_that_the_disk_did_not_keep_are_told(void **state)
{
	struct log_disk plain = log_disk_system;
	struct sealer_news n;
	struct trace t;
	struct host h;

	(void)state;
	plain.sync = host_no_sync;
	make(&h);
	trace_begin(&t, &h);
	h.log_disk = &plain;
	host_start(&h);
	host_lines(&h, 100);
	host_pass(&h, 2);
	t.fail_kind = TRACE_SYNC + 1;
	t.fail_errno = EIO;
	host_lines(&h, 50);
	host_pass(&h, 2);
	assert_state(&h, SEALER_UNSEALED);
	overwrite("audit.log", size_of("audit.log") - 40, SV("lost"));
	t.fail_kind = 0;
	host_pass(&h, 2);
	assert_true(hears(&h, SEALER_NEWS_LOST_BY_DISK, &n));
	assert_int_equal(n.from, 149);
	assert_state(&h, SEALER_SEALED);
	trace_release(&t);
	host_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(somebody_elses_lines_are_told),
		TEST(a_fragment_that_cannot_be_cut_becomes_a_line),
		TEST(a_folder_that_is_taken_away_is_told),
		TEST(each_refusal_of_the_disk_is_told_and_made_up_for),
		TEST(hashes_that_found_no_room_are_made_again),
		TEST(a_disk_that_does_not_answer_is_told),
		TEST(lines_that_the_disk_did_not_keep_are_told),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
