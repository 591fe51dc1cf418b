/* How a sealer starts: behind a stop, a crash or a refusal, with and without its key. */
#include "integrity/sealer_stage_test.h"

static void a_daemon_that_was_killed_goes_on_in_its_epoch(void **state)
{
	static struct verify_result r;
	struct host h;

	(void)state;
	make(&h);
	host_start(&h);
	host_lines(&h, 25);
	host_kill(&h);
	host_start(&h);
	assert_state(&h, SEALER_SEALED);
	assert_true(hears(&h, SEALER_NEWS_RECOVERED, NULL));
	host_lines(&h, 5);
	stop(&h);
	assert_int_equal(verdict_of(&h, &r), VERIFY_PROVEN);
	assert_int_equal(r.starts, 2);
	host_release(&h);
}

/* `integrity/` is not to be had when the daemon starts: the same window, and no line is missing. */
static void what_was_refused_at_the_start_is_tried_again(void **state)
{
	static struct verify_result r;
	struct sealer_news n;
	struct host h;

	(void)state;
	make_stopped(&h);
	assert_int_equal(rename(in("integrity"), in("elsewhere")), 0);
	host_start(&h);
	assert_state(&h, SEALER_UNSEALED);
	assert_true(hears(&h, SEALER_NEWS_UNSEALED, NULL));
	host_lines(&h, 100);
	host_rotate(&h);
	host_lines(&h, 55);
	host_pass(&h, 3);
	assert_int_equal(rename(in("elsewhere"), in("integrity")), 0);
	host_pass(&h, 40);
	assert_state(&h, SEALER_UNSEALED);
	assert_int_equal(figures(&h).size, 0);
	host_pass(&h, 21);
	assert_state(&h, SEALER_SEALED);
	assert_int_equal(figures(&h).sealed, 1155);
	assert_true(hears(&h, SEALER_NEWS_SEALED, &n));
	assert_int_equal(n.from, 1000);
	host_lines(&h, 45);
	host_rotate(&h);
	host_lines(&h, 7);
	stop(&h);
	assert_int_equal(verdict_of(&h, &r), VERIFY_INCOMPLETE);
	assert_int_equal(r.doubts.count, 1);
	assert_int_equal(r.doubts.list[0].kind, DOUBT_WINDOW);
	assert_int_equal(r.doubts.list[0].from, 1000);
	assert_int_equal(r.doubts.list[0].to, 1155);
	assert_int_equal(r.end, 1207);
	host_release(&h);
}

static void a_rotation_and_a_reload_try_to_begin_at_once(void **state)
{
	struct host h;

	(void)state;
	for (int reloads = 0; reloads < 2; reloads++) {
		make_stopped(&h);
		assert_int_equal(rename(in("integrity"), in("elsewhere")), 0);
		host_start(&h);
		host_pass(&h, 2);
		assert_int_equal(rename(in("elsewhere"), in("integrity")), 0);
		if (reloads)
			sealer_configure(h.sealer, &h.settings);
		else
			host_rotate(&h);
		host_turn(&h, 1);
		host_turn(&h, 1);
		assert_state(&h, SEALER_SEALED);
		assert_int_equal(figures(&h).sealed, 1000);
		stop(&h);
		host_release(&h);
		assert_int_equal(empty(NULL), 0);
	}
}

/* The first start of all: lines from before it are from before the seal. */
static void who_is_first_sealed_late_does_not_claim_what_was_before(void **state)
{
	static struct verify_result r;
	struct host h;

	(void)state;
	make(&h);
	assert_int_equal(rename(in("integrity"), in("elsewhere")), 0);
	host_start(&h);
	host_lines(&h, 100);
	assert_int_equal(rename(in("elsewhere"), in("integrity")), 0);
	host_pass(&h, 63);
	assert_state(&h, SEALER_SEALED);
	host_lines(&h, 30);
	stop(&h);
	assert_int_equal(verdict_of(&h, &r), VERIFY_INCOMPLETE);
	assert_int_equal(r.before, 100);
	assert_int_equal(r.size, 30);
	host_release(&h);
}

/* Nothing that waiting helps against. */
static void what_contradicts_itself_is_not_tried_again(void **state)
{
	struct host h;

	(void)state;
	make_stopped(&h);
	assert_int_equal(rename(in("integrity/enrolment"), in("elsewhere")), 0);
	host_start(&h);
	host_lines(&h, 10);
	assert_int_equal(rename(in("elsewhere"), in("integrity/enrolment")), 0);
	host_rotate(&h);
	host_pass(&h, 120);
	assert_state(&h, SEALER_UNSEALED);
	assert_int_equal(sealer_stop(h.sealer, 0, NULL), -1);
	host_release(&h);
}

static void a_crash_leaves_a_window_and_nothing_else(void **state)
{
	static struct verify_result r;
	struct sealer_news n;
	struct host h;

	(void)state;
	make(&h);
	host_start(&h);
	host_lines(&h, 225);
	host_crash(&h);
	host_start(&h);
	assert_true(hears(&h, SEALER_NEWS_RECOVERED, &n));
	assert_int_equal(n.to, 225);
	stop(&h);
	assert_int_equal(verdict_of(&h, &r), VERIFY_INCOMPLETE);
	assert_int_equal(r.end, 225);
	host_release(&h);
}

static void the_key_at_rest_may_come_late(void **state)
{
	struct sealer_news n;
	struct host h;

	(void)state;
	make(&h);
	reserve_fake_fail(h.reserve, FAKE_LOAD, 2);
	host_start(&h);
	assert_state(&h, SEALER_UNSEALED);
	assert_true(hears(&h, SEALER_NEWS_UNSEALED, NULL));
	host_lines(&h, 50);
	host_pass(&h, 25);
	assert_state(&h, SEALER_SEALED);
	assert_true(hears(&h, SEALER_NEWS_SEALED, &n));
	assert_int_equal(figures(&h).sealed, 50);
	stop(&h);
	assert_verdict(&h, VERIFY_PROVEN);
	host_release(&h);
}

static void a_key_that_is_given_once_a_boot_outlives_a_stop(void **state)
{
	struct host h;

	(void)state;
	make(&h);
	reserve_fake_close(h.reserve);
	for (int i = 0; i < 3; i++) {
		host_start(&h);
		assert_state(&h, SEALER_SEALED);
		host_lines(&h, 10);
		stop(&h);
	}
	assert_verdict(&h, VERIFY_PROVEN);
	/* Killed, it cannot sign until the machine is booted. */
	host_start(&h);
	host_crash(&h);
	host_start(&h);
	assert_state(&h, SEALER_UNSEALED);
	host_lines(&h, 10);
	host_crash(&h);
	reserve_fake_boot(h.reserve);
	host_start(&h);
	assert_state(&h, SEALER_SEALED);
	assert_int_equal(figures(&h).sealed, 40);
	host_release(&h);
}

static void a_log_that_was_there_is_sealed_from_its_end_on(void **state)
{
	static struct verify_result r;
	struct host h;

	(void)state;
	make(&h);
	host_write_file(top, "audit.log",
			SV("type=A msg=audit(1.000:1): old\ntype=B msg=audit(1.000:1): \n"));
	host_start(&h);
	host_lines(&h, 20);
	stop(&h);
	assert_int_equal(verdict_of(&h, &r), VERIFY_INCOMPLETE);
	assert_int_equal(r.end, 20);
	assert_int_equal(r.before, 2);
	host_release(&h);
}

static void without_its_folder_or_key_lines_flow_and_nothing_is_sealed(void **state)
{
	struct host h;

	(void)state;
	host_init(&h, top, 42);
	host_be_quick(&h);
	host_start(&h);
	assert_state(&h, SEALER_UNSEALED);
	assert_true(hears(&h, SEALER_NEWS_UNSEALED, NULL));
	host_lines(&h, 20);
	host_pass(&h, 10);
	assert_false(host_stop(&h));
	assert_true(size_of("audit.log") > 1000);
	assert_int_equal(size_of("integrity/keys"), UINT64_MAX);
	host_release(&h);
}

static void a_chain_that_was_cut_is_not_gone_on_with(void **state)
{
	struct host h;

	(void)state;
	make_stopped(&h);
	cut("integrity/keys", 0);
	host_start(&h);
	assert_state(&h, SEALER_UNSEALED);
	host_release(&h);
}

static void only_one_seals(void **state)
{
	struct host h, other;

	(void)state;
	make(&h);
	host_start(&h);
	host_init(&other, top, 42);
	host_start(&other);
	assert_state(&other, SEALER_UNSEALED);
	host_release(&other);
	host_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_daemon_that_was_killed_goes_on_in_its_epoch),
		TEST(what_was_refused_at_the_start_is_tried_again),
		TEST(a_rotation_and_a_reload_try_to_begin_at_once),
		TEST(who_is_first_sealed_late_does_not_claim_what_was_before),
		TEST(what_contradicts_itself_is_not_tried_again),
		TEST(a_crash_leaves_a_window_and_nothing_else),
		TEST(the_key_at_rest_may_come_late),
		TEST(a_key_that_is_given_once_a_boot_outlives_a_stop),
		TEST(a_log_that_was_there_is_sealed_from_its_end_on),
		TEST(without_its_folder_or_key_lines_flow_and_nothing_is_sealed),
		TEST(a_chain_that_was_cut_is_not_gone_on_with),
		TEST(only_one_seals),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
