/* When a sealer signs, what it signs of removed files, and its thread. */
#include "integrity/sealer_stage_test.h"

/* ---- when ---- */

static void a_log_from_its_first_line_on_is_proven(void **state)
{
	struct host h;

	(void)state;
	make_stopped(&h);
	assert_verdict(&h, VERIFY_PROVEN);
	host_release(&h);
}

/* Nobody could sign a line behind the stop, also where the service manager keeps the page. */
static void a_stop_leaves_no_key(void **state)
{
	static const struct seal_secret_slot none;
	struct host h;

	(void)state;
	make(&h);
	host_start(&h);
	host_lines(&h, 10);
	assert_int_equal(sealer_stop(h.sealer, 0, NULL), 0);
	for (int i = 0; i < SEAL_SECRET_SLOTS; i++)
		assert_memory_equal(&seal_secret_page(h.secret)->slot[i], &none, sizeof(none));
	host_release(&h);
}

static void lines_are_covered_within_a_second(void **state)
{
	struct host h;

	(void)state;
	make(&h);
	host_start(&h);
	host_pass(&h, 5);
	h.batch = 1;
	host_lines(&h, 1);
	assert_int_equal(figures(&h).size, 1);
	assert_int_equal(figures(&h).sealed, 0);
	host_turn(&h, HOST_SECOND * 98 / 100);
	assert_int_equal(figures(&h).sealed, 0);
	host_turn(&h, HOST_SECOND / 50);
	assert_int_equal(figures(&h).sealed, 1);
	host_release(&h);
}

/* Which takes no time, and no turn. */
static void append_lines(struct host *h, unsigned count)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(64 << 20);

	while (count--)
		host_put_line(h, &out);
	assert_true(host_append(h, buf_view(&out)));
}

static void critical_records_and_many_lines_are_covered_at_once(void **state)
{
	struct host h;

	(void)state;
	make(&h);
	host_start(&h);
	host_pass(&h, 5);
	host_say(&h, "CONFIG_CHANGE", "op=set audit_enabled=0");
	assert_int_equal(figures(&h).sealed, 1);
	host_pass(&h, 1);
	host_say(&h, "USER_CMD", "op=nothing");
	assert_int_equal(figures(&h).sealed, 1);
	host_pass(&h, 2);
	append_lines(&h, SEALER_LINES_MAX - 1);
	host_turn(&h, 1);
	assert_int_equal(figures(&h).sealed, 2);
	append_lines(&h, 1);
	host_turn(&h, 1);
	assert_int_equal(figures(&h).sealed, SEALER_LINES_MAX + 2);
	host_release(&h);
}

static void keys_change_every_ten_seconds_and_every_minute_without_lines(void **state)
{
	struct host h;
	uint64_t bytes;

	(void)state;
	make(&h);
	host_start(&h);
	for (int i = 0; i < 100; i++) {
		host_lines(&h, 10);
		host_turn(&h, HOST_SECOND * 9 / 10);
	}
	assert_in_range(count_notes(SEAL_HANDOVER), 8, 10);
	host_pass(&h, 20);
	bytes = size_of("integrity/commits");
	host_pass(&h, 600);
	assert_in_range(count_notes(SEAL_HANDOVER), 17, 21);
	/* Heartbeats take each other's place. */
	assert_in_range(size_of("integrity/commits"), bytes, bytes + 25 * SEAL_COMMIT_BYTES);
	stop(&h);
	assert_verdict(&h, VERIFY_PROVEN);
	host_release(&h);
}

/* ---- in which order ---- */

static const char *const level_files[LEVELS] = {"integrity/level0/00000000",
						"integrity/level1/00000000"};

struct order {
	bool is_dirty[LEVELS]; /* written, and not synced since */
	unsigned commits;
};

static bool is_file(int fd, const char *name)
{
	struct stat open, named;

	return fstat(fd, &open) == 0 && stat(in(name), &named) == 0 &&
	       open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

static void check_commit(struct order *o, const uint8_t *record)
{
	struct seal_commit c;

	assert_true(seal_commit_unpack(record, &c));
	for (unsigned i = 0; i < LEVELS; i++) {
		uint64_t hashes = i ? c.size >> LEVEL_BITS : c.size;

		assert_false(o->is_dirty[i]);
		if (hashes)
			assert_in_range(size_of(level_files[i]), hashes * SEAL_HASH_BYTES,
					UINT64_MAX - 1);
	}
	o->commits++;
}

static ssize_t write_in_order(void *ctx, int fd, const void *bytes, size_t n, off_t at)
{
	struct order *o = ctx;

	for (unsigned i = 0; i < LEVELS; i++)
		o->is_dirty[i] |= is_file(fd, level_files[i]);
	if (is_file(fd, "integrity/commits"))
		for (size_t i = 0; i + SEAL_COMMIT_BYTES <= n; i += SEAL_COMMIT_BYTES)
			check_commit(o, (const uint8_t *)bytes + i);
	return pwrite(fd, bytes, n, at);
}

static int sync_in_order(void *ctx, int fd)
{
	struct order *o = ctx;

	for (unsigned i = 0; i < LEVELS; i++)
		o->is_dirty[i] &= !is_file(fd, level_files[i]);
	return 0;
}

/* They are the second witness of what was signed: lines that are changed behind a crash are known by them. */
static void hashes_are_on_the_disk_before_what_is_signed_of_them(void **state)
{
	struct integrity_disk disk = integrity_disk_system;
	struct order order = {.commits = 0};
	struct host h;

	(void)state;
	make(&h);
	disk.write = write_in_order;
	disk.sync = sync_in_order;
	h.disk = &disk;
	h.disk_ctx = &order;
	host_start(&h);
	for (int i = 0; i < 3; i++) {
		host_lines(&h, 300);
		host_pass(&h, 12);
		host_rotate(&h);
	}
	host_crash(&h);
	host_start(&h);
	host_lines(&h, 300);
	stop(&h);
	assert_true(order.commits > 20);
	host_release(&h);
}

/* ---- what is removed ---- */

static void what_policy_removes_is_signed(void **state)
{
	static struct verify_result r;
	struct host h;

	(void)state;
	make(&h);
	h.num_logs = 3;
	host_start(&h);
	for (int i = 0; i < 6; i++) {
		host_lines(&h, 100);
		host_rotate(&h);
	}
	host_lines(&h, 50);
	host_pass(&h, 10);
	assert_int_equal(figures(&h).first_kept, 400);
	assert_int_equal(log_remove_oldest(&h.log.options, NULL), 1);
	host_pass(&h, 10);
	assert_int_equal(figures(&h).first_kept, 500);
	stop(&h);
	assert_int_equal(verdict_of(&h, &r), VERIFY_PROVEN);
	assert_int_equal(r.first, 500);
	host_start(&h);
	assert_int_equal(figures(&h).first_kept, 500);
	host_lines(&h, 10);
	stop(&h);
	assert_verdict(&h, VERIFY_PROVEN);
	host_release(&h);
}

/* Until then nobody gave them up: a verifier must not have to wait for it. */
static void what_gives_way_is_signed_within_a_second_and_for_space_at_once(void **state)
{
	struct host h;

	(void)state;
	make(&h);
	h.num_logs = 3;
	host_start(&h);
	for (int i = 0; i < 2; i++) {
		host_lines(&h, 100);
		host_rotate(&h);
	}
	host_lines(&h, 50);
	host_pass(&h, 5);
	host_rotate(&h); /* looked at now, and again when another gives way */
	host_turn(&h, 1);
	host_rotate(&h);
	host_turn(&h, 1);
	assert_int_equal(figures(&h).first_kept, 100);
	host_pass(&h, 1);
	assert_int_equal(figures(&h).first_kept, 200);
	assert_int_equal(log_remove_oldest(&h.log.options, NULL), 1);
	host_turn(&h, 1);
	assert_int_equal(figures(&h).first_kept, 250);
	stop(&h);
	assert_verdict(&h, VERIFY_PROVEN);
	host_release(&h);
}

static void what_somebody_removes_is_not_signed(void **state)
{
	struct host h;

	(void)state;
	make(&h);
	h.num_logs = 5;
	host_start(&h);
	for (int i = 0; i < 3; i++) {
		host_lines(&h, 100);
		host_rotate(&h);
	}
	assert_int_equal(unlink(in("audit.log.3")), 0);
	host_lines(&h, 100);
	host_pass(&h, 130);
	assert_int_equal(figures(&h).first_kept, 0);
	stop(&h);
	assert_verdict(&h, VERIFY_TAMPERED);
	host_release(&h);
}

static void without_leaves_only_the_newest_are_kept(void **state)
{
	struct host h;

	(void)state;
	make(&h);
	h.settings.keeps_leaves = false;
	h.batch = 4000;
	h.max_bytes = 4 << 20;
	host_start(&h);
	host_lines(&h, 140000);
	host_pass(&h, 70);
	assert_int_equal(size_of("integrity/level0/00000000"), UINT64_MAX);
	assert_int_equal(size_of("integrity/level0/00000001"), UINT64_MAX);
	assert_int_equal(size_of("integrity/level0/00000002"), (140000 - 131072) * 32);
	host_crash(&h);
	host_start(&h);
	assert_state(&h, SEALER_SEALED);
	assert_false(hears(&h, SEALER_NEWS_REPAIRED, NULL));
	host_lines(&h, 100);
	stop(&h);
	host_release(&h);
}

static void a_new_key_at_rest_is_asked_for_by_a_file(void **state)
{
	struct host h;

	(void)state;
	make(&h);
	host_start(&h);
	host_write_file(in("integrity"), "rotate", SV(""));
	host_lines(&h, 200);
	assert_int_equal(count_notes(SEAL_RESERVE), 1);
	assert_int_equal(size_of("integrity/rotate"), UINT64_MAX);
	assert_true(hears(&h, SEALER_NEWS_ROTATED, NULL));
	stop(&h);
	host_start(&h);
	assert_state(&h, SEALER_SEALED);
	stop(&h);
	assert_verdict(&h, VERIFY_PROVEN);
	host_release(&h);
}

/* ---- the thread ---- */

static void the_thread_seals_while_lines_are_written(void **state)
{
	struct sealer_options o = {.settings = {.checkpoint_ms = 1, .keeps_leaves = true}};
	struct log_options log;
	struct err e;
	struct host h;

	(void)state;
	make(&h);
	h.secret = seal_secret_new(NULL);
	o.log_path = h.log_path;
	o.secret = h.secret;
	o.reserve = h.reserve;
	h.sealer = sealer_new(&o, NULL);
	assert_non_null(h.sealer);
	log = (struct log_options){
		.path = h.log_path, .flush = FLUSH_NONE, .listener = sealer_listener(h.sealer)};
	assert_int_equal(log_open(&h.log, &log, &e), 0);
	h.is_open = true;
	assert_false(sealer_start(h.sealer));
	for (int i = 0; i < 50; i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);

		for (int k = 0; k < 100; k++)
			host_put_line(&h, &out);
		assert_true(host_append(&h, buf_view(&out)));
		if (i % 20 == 19)
			host_rotate(&h);
	}
	assert_int_equal(sealer_stop(h.sealer, 60000, &e), 0);
	assert_int_equal(figures(&h).sealed, 5000);
	assert_state(&h, SEALER_STOPPED);
	host_crash(&h);
	assert_verdict(&h, VERIFY_PROVEN);
	host_release(&h);
}

/* The recorder writes and rotates all the while; what it told of is in the tree once, and in order. */
static void the_thread_begins_while_lines_are_written(void **state)
{
	struct sealer_options o = {.settings = {.checkpoint_ms = 1, .keeps_leaves = true}};
	static struct verify_result r;
	struct log_options log;
	struct err e;
	struct host h;

	(void)state;
	make_stopped(&h);
	h.secret = seal_secret_new(NULL);
	o.log_path = h.log_path;
	o.secret = h.secret;
	o.reserve = h.reserve;
	assert_int_equal(rename(in("integrity"), in("elsewhere")), 0);
	h.sealer = sealer_new(&o, NULL);
	log = (struct log_options){
		.path = h.log_path, .flush = FLUSH_NONE, .listener = sealer_listener(h.sealer)};
	assert_int_equal(log_open(&h.log, &log, &e), 0);
	h.is_open = true;
	assert_false(sealer_start(h.sealer));
	assert_state(&h, SEALER_UNSEALED);
	for (int i = 0; i < 3000 && (i < 100 || figures(&h).sealed < 2000); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);

		if (i == 30)
			assert_int_equal(rename(in("elsewhere"), in("integrity")), 0);
		for (int k = 0; k < 20; k++)
			host_put_line(&h, &out);
		assert_true(host_append(&h, buf_view(&out)));
		if (i % 40 == 39)
			host_rotate(&h);
		(void)usleep(2000);
	}
	assert_int_equal(sealer_stop(h.sealer, 60000, &e), 0);
	host_crash(&h);
	assert_int_equal(verdict_of(&h, &r), VERIFY_INCOMPLETE);
	assert_int_equal(r.doubts.count, 1);
	assert_int_equal(r.doubts.list[0].kind, DOUBT_WINDOW);
	assert_int_equal(r.unsealed, 0);
	assert_true(r.end > 2000);
	host_release(&h);
}

/* For at most four seconds, when the thread looks by itself after ten. */
static void wait_for_lines(struct host *h, uint64_t count)
{
	for (int i = 0; i < 400 && figures(h).sealed < count; i++)
		(void)usleep(10000);
	assert_int_equal(figures(h).sealed, count);
	(void)usleep(100000); /* it sleeps again */
}

/* It sleeps until the first of them is due, in a minute. */
static void a_line_and_a_flood_wake_the_thread(void **state)
{
	struct sealer_options o = {.settings = {.checkpoint_ms = 100, .keeps_leaves = true}};
	struct log_options log;
	struct err e;
	struct host h;

	(void)state;
	make(&h);
	h.secret = seal_secret_new(NULL);
	o.log_path = h.log_path;
	o.secret = h.secret;
	o.reserve = h.reserve;
	h.sealer = sealer_new(&o, NULL);
	log = (struct log_options){
		.path = h.log_path, .flush = FLUSH_NONE, .listener = sealer_listener(h.sealer)};
	assert_int_equal(log_open(&h.log, &log, &e), 0);
	h.is_open = true;
	assert_false(sealer_start(h.sealer));
	append_lines(&h, 1);
	wait_for_lines(&h, 1);
	append_lines(&h, 1);
	wait_for_lines(&h, 2);
	o.settings.checkpoint_ms = 60000;
	sealer_configure(h.sealer, &o.settings);
	append_lines(&h, 10);
	wait_for_lines(&h, 2);
	append_lines(&h, SEALER_LINES_MAX);
	wait_for_lines(&h, SEALER_LINES_MAX + 12);
	assert_int_equal(sealer_stop(h.sealer, 60000, &e), 0);
	host_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_log_from_its_first_line_on_is_proven),
		TEST(a_stop_leaves_no_key),
		TEST(lines_are_covered_within_a_second),
		TEST(critical_records_and_many_lines_are_covered_at_once),
		TEST(keys_change_every_ten_seconds_and_every_minute_without_lines),
		TEST(a_line_and_a_flood_wake_the_thread),
		TEST(the_thread_begins_while_lines_are_written),
		TEST(hashes_are_on_the_disk_before_what_is_signed_of_them),
		TEST(what_policy_removes_is_signed),
		TEST(what_gives_way_is_signed_within_a_second_and_for_space_at_once),
		TEST(what_somebody_removes_is_not_signed),
		TEST(without_leaves_only_the_newest_are_kept),
		TEST(a_new_key_at_rest_is_asked_for_by_a_file),
		TEST(the_thread_seals_while_lines_are_written),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
