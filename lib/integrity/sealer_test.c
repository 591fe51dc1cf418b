#include "base/test.h"

#include "integrity/folder.h"
#include "integrity/host_test.h"
#include "integrity/levels.h"
#include "integrity/trace_test.h"
#include "integrity/verify.h"
#include "seal/chain.h"
#include "seal/commit.h"

#include <ftw.h>
#include <unistd.h>

static char top[] = "/tmp/sealer-test-XXXXXX";

/* ---- the stage ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	return walk->level ? remove(path) : 0;
}

static int begin(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

static int empty(void **state)
{
	(void)state;
	return nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int end(void **state)
{
	(void)state;
	return rmdir(top);
}

static void make(struct host *h)
{
	host_init(h, top, 42);
	host_enrol(h);
	host_be_quick(h);
}

static const char *in(const char *name)
{
	static char paths[2][4096];
	static unsigned next;
	char *path = paths[next++ % 2];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", top, name);
	return path;
}

static uint64_t size_of(const char *name)
{
	struct stat st;

	return stat(in(name), &st) == 0 ? (uint64_t)st.st_size : UINT64_MAX;
}

static void cut(const char *name, uint64_t size)
{
	assert_int_equal(truncate(in(name), (off_t)size), 0);
}

static void overwrite(const char *name, uint64_t at, struct sv bytes)
{
	CLEAN_FD int fd = open(in(name), O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes.p, bytes.n, (off_t)at), (ssize_t)bytes.n);
}

static void append(const char *name, struct sv bytes)
{
	CLEAN_FD int fd = open(in(name), O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, bytes), 0);
}

static struct sealer_figures figures(struct host *h)
{
	struct sealer_figures f;

	sealer_figures(h->sealer, &f);
	return f;
}

static void assert_state(struct host *h, enum sealer_state state)
{
	struct sealer_figures f = figures(h);

	if (f.state != state)
		print_error("state %d: %s\n", f.state, f.why);
	assert_int_equal(f.state, state);
}

/* Whether there is such news; the rest is passed over. */
static bool hears(struct host *h, enum sealer_news_kind kind, struct sealer_news *out)
{
	struct sealer_news n, last = {.from = 0};
	bool is_there = false;

	while (sealer_take_news(h->sealer, &n))
		if (n.kind == kind) {
			is_there = true;
			last = n;
		}
	if (out)
		*out = last;
	return is_there;
}

static enum verify_verdict verdict_of(const struct host *h, struct verify_result *r)
{
	const struct seal_anchor anchor = {.enrolment = h->enrolment,
					   .starts = reserve_fake_starts(h->reserve),
					   .next = reserve_fake_next(h->reserve)};
	const struct verify_options o = {.log = h->log_path,
					 .anchor = &anchor,
					 .threads = 1,
					 .now = h->wall_ns / HOST_SECOND};
	struct err e;

	if (verify_run(&o, r, &e) != 0) {
		print_error("%s\n", e.text);
		fail();
	}
	for (size_t i = 0; i < r->doubts.count; i++)
		print_message("# %s: %s\n", doubt_word(r->doubts.list[i].kind),
			      r->doubts.list[i].text);
	return r->verdict;
}

static void assert_verdict(const struct host *h, enum verify_verdict verdict)
{
	static struct verify_result r;

	assert_int_equal(verdict_of(h, &r), verdict);
}

/* The notes of one kind that the chain has. */
static unsigned count_notes(enum seal_step_kind kind)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(64 << 20);
	struct seal_note note;
	struct seal_step step;
	struct sv rest, bytes;
	unsigned count = 0;

	assert_int_equal(file_read(in("integrity/keys"), &text, NULL), 0);
	rest = buf_view(&text);
	while (seal_note_next(&rest, &bytes) == SEAL_CUT_NOTE)
		count += seal_note_parse(bytes, &note, NULL) == 0 &&
			 seal_step_parse(note.text, &step, NULL) == 0 && step.kind == kind;
	return count;
}

static void stop(struct host *h)
{
	assert_true(host_stop(h));
}

/* A log with some history that was stopped. */
static void make_stopped(struct host *h)
{
	make(h);
	host_start(h);
	host_lines(h, 300);
	host_rotate(h);
	host_lines(h, 700);
	stop(h);
}

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
	h.batch = SEALER_LINES_MAX;
	h.wall_ns -= 40 * HOST_SECOND;
	h.boot_ns -= 40 * HOST_SECOND; /* which writing them takes by this clock */
	host_lines(&h, SEALER_LINES_MAX);
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

/* ---- starts ---- */

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

/* ---- what was done while nobody looked ---- */

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

/* ---- what is done while it runs ---- */

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

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, empty)
	const struct CMUnitTest tests[] = {
		TEST(a_log_from_its_first_line_on_is_proven),
		TEST(a_stop_leaves_no_key),
		TEST(lines_are_covered_within_a_second),
		TEST(critical_records_and_many_lines_are_covered_at_once),
		TEST(keys_change_every_ten_seconds_and_every_minute_without_lines),
		TEST(a_daemon_that_was_killed_goes_on_in_its_epoch),
		TEST(what_was_refused_at_the_start_is_tried_again),
		TEST(a_rotation_and_a_reload_try_to_begin_at_once),
		TEST(who_is_first_sealed_late_does_not_claim_what_was_before),
		TEST(what_contradicts_itself_is_not_tried_again),
		TEST(the_thread_begins_while_lines_are_written),
		TEST(a_crash_leaves_a_window_and_nothing_else),
		TEST(the_key_at_rest_may_come_late),
		TEST(a_key_that_is_given_once_a_boot_outlives_a_stop),
		TEST(a_log_that_was_there_is_sealed_from_its_end_on),
		TEST(without_its_folder_or_key_lines_flow_and_nothing_is_sealed),
		TEST(a_chain_that_was_cut_is_not_gone_on_with),
		TEST(only_one_seals),
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
		TEST(somebody_elses_lines_are_told),
		TEST(a_fragment_that_cannot_be_cut_becomes_a_line),
		TEST(a_folder_that_is_taken_away_is_told),
		TEST(each_refusal_of_the_disk_is_told_and_made_up_for),
		TEST(hashes_that_found_no_room_are_made_again),
		TEST(a_disk_that_does_not_answer_is_told),
		TEST(lines_that_the_disk_did_not_keep_are_told),
		TEST(what_policy_removes_is_signed),
		TEST(what_somebody_removes_is_not_signed),
		TEST(without_leaves_only_the_newest_are_kept),
		TEST(a_new_key_at_rest_is_asked_for_by_a_file),
		TEST(the_thread_seals_while_lines_are_written),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
