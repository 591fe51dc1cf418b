/* What is said about a host in each state that it can be in. */
#include "base/test.h"

#include "health/measure.h"
#include "health/verdict.h"

#include <stdlib.h>
#include <time.h>

#define NS UINT64_C(1000000000)

/* A host on which all is well, for tests to make ill. */
struct host {
	struct health_facts facts;
	struct board_view view;
	struct health_verdict verdict;
};

static int set_up(void **state)
{
	struct host *h = calloc(1, sizeof(*h));
	struct health_recorder *r;

	assert_non_null(h);
	r = &h->view.recorder;
	health_recorder_init(r);
	health_attendant_init(&h->view.attendant);
	for (size_t i = 0; i < BOARD_CONSUMERS; i++)
		health_consumer_init(&h->view.consumers[i].figures);
	r->state = STATE_RUNNING;
	r->pid = r->kernel_pid = 77;
	r->heartbeat = 5000 * NS;
	r->backlog_limit = 8192;
	r->lost_kernel = r->lost_disk = r->suspended = r->lost_last = 0;
	h->facts = (struct health_facts){.board = BOARD_READ,
					 .view = &h->view,
					 .now_ns = 1700000000 * NS,
					 .boot_ns = 5001 * NS,
					 .is_alive = true,
					 .kernel = KERNEL_ANSWERED,
					 .status = {.enabled = 1, .pid = 77, .backlog_limit = 8192},
					 .holder = "auditd"};
	*state = h;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static enum health_weight judge(struct host *h)
{
	health_judge(&h->facts, &h->verdict);
	for (size_t i = 0; i < h->verdict.count; i++)
		assert_true(h->verdict.findings[i].what[0] != '\0');
	return health_weight_of(&h->verdict);
}

static void expect(struct host *h, enum health_weight weight, const char *id, const char *what)
{
	assert_int_equal(judge(h), weight);
	for (size_t i = 0; i < h->verdict.count; i++)
		if (strcmp(h->verdict.findings[i].id, id) == 0) {
			assert_int_equal(h->verdict.findings[i].weight, weight);
			assert_non_null(strstr(h->verdict.findings[i].what, what));
			return;
		}
	fail_msg("no finding %s", id);
}

static void nothing_is_said_about_a_healthy_host(void **state)
{
	struct host *h = *state;

	assert_int_equal(judge(h), WEIGHT_NOTE);
	assert_int_equal(h->verdict.count, 0);
	assert_string_equal(health_weight_name(WEIGHT_NOTE), "healthy");
}

static void a_daemon_that_says_nothing_hangs(void **state)
{
	struct host *h = *state;

	h->facts.boot_ns = 5045 * NS;
	expect(h, WEIGHT_WRONG, "hangs", "(pid 77) hangs: its last sign of life is 45 s old");
	h->facts.is_alive = false;
	h->facts.status.pid = 0;
	expect(h, WEIGHT_WRONG, "died", "has died");
	h->view.recorder.state = STATE_STOPPED;
	expect(h, WEIGHT_WRONG, "no-daemon", "no audit daemon runs: it was stopped");
}

static void without_a_board_the_kernel_is_asked(void **state)
{
	struct host *h = *state;

	h->facts.board = BOARD_ABSENT;
	expect(h, WEIGHT_UNKNOWN, "other-daemon", "auditd (pid 77) has the kernel's records");
	h->facts.status.pid = 0;
	h->facts.holder[0] = '\0';
	expect(h, WEIGHT_WRONG, "no-daemon", "no audit daemon runs");
	h->facts.kernel = KERNEL_NOT_PERMITTED;
	expect(h, WEIGHT_WRONG, "no-daemon", "no audit daemon runs");
	h->facts.board = BOARD_REFUSED;
	h->facts.board_why = "cannot open it";
	expect(h, WEIGHT_UNKNOWN, "not-permitted", "needs root");
	h->facts.kernel = KERNEL_SILENT;
	h->facts.kernel_why = "no audit";
	expect(h, WEIGHT_WRONG, "no-kernel", "does not answer: no audit");
}

static void a_board_is_enough_for_who_may_not_ask_the_kernel(void **state)
{
	struct host *h = *state;

	h->facts.kernel = KERNEL_NOT_PERMITTED;
	assert_int_equal(judge(h), WEIGHT_NOTE);
	assert_int_equal(h->verdict.count, 0);
}

static void another_version_is_no_verdict(void **state)
{
	struct host *h = *state;

	h->facts.board = BOARD_OTHER;
	h->facts.board_why = "it was written by another version of auditd";
	expect(h, WEIGHT_UNKNOWN, "other-version", "another version");
}

static void what_is_wrong_in_the_kernel_is_told(void **state)
{
	struct host *h = *state;

	h->facts.status.enabled = 0;
	expect(h, WEIGHT_WRONG, "disabled", "enabled is 0");
	h->facts.status.enabled = 1;
	h->facts.status.backlog = 6144;
	expect(h, WEIGHT_WRONG, "backlog", "6144 of 8192 records wait");
	h->facts.status.backlog = 6143;
	h->facts.status.pid = 78;
	expect(h, WEIGHT_WRONG, "not-registered", "to pid 78 and not to the audit daemon (pid 77)");
	h->facts.status.pid = 77;
	h->facts.status.rate_limit = 100;
	expect(h, WEIGHT_NOTE, "rate-limit", "beyond 100 records a second");
}

static void a_loss_is_wrong_for_an_hour(void **state)
{
	struct host *h = *state;

	h->view.recorder.lost_kernel = 3;
	h->view.recorder.lost_last = h->facts.now_ns - 3600 * NS;
	expect(h, WEIGHT_WRONG, "lost-kernel", "the kernel lost 3 records");
	h->view.recorder.lost_last -= 1;
	expect(h, WEIGHT_NOTE, "lost-kernel", "the kernel lost 3 records");
	h->view.recorder.lost_last = h->facts.now_ns + NS; /* the date was set back */
	expect(h, WEIGHT_WRONG, "lost-kernel", "the kernel lost 3 records");
	h->view.recorder.lost_disk = 1;
	expect(h, WEIGHT_WRONG, "lost-disk", "the disk did not take 1 record since");
}

static void a_disk_that_fills_is_told(void **state)
{
	struct host *h = *state;

	h->view.recorder.disk_free = (uint64_t)60 << 20;
	h->view.recorder.space_left = (uint64_t)75 << 20;
	h->view.recorder.admin_space_left = (uint64_t)50 << 20;
	expect(h, WEIGHT_WRONG, "space-left",
	       "60.0 MiB are free for the log, less than space_left");
	h->view.recorder.disk_free = (uint64_t)40 << 20;
	expect(h, WEIGHT_WRONG, "admin-space-left", "less than admin_space_left (50.0 MiB)");
	h->view.recorder.suspended = 1;
	h->view.recorder.lost_suspended = 12;
	expect(h, WEIGHT_WRONG, "suspended", "12 records were not written");
}

static void bursts_and_second_readers_are_told(void **state)
{
	struct host *h = *state;

	h->view.recorder.backlog_needed = 32768;
	h->view.recorder.backlog_high = 8000;
	h->view.recorder.rate_peak = 50000;
	expect(h, WEIGHT_NOTE, "backlog-limit",
	       "backlog_limit 8192 is too small: up to 8000 records waited, at up to 50000");
	h->view.recorder.lost_kernel = 1;
	expect(h, WEIGHT_WRONG, "backlog-limit", "too small");
	h->view.recorder.lost_kernel = 0;
	h->view.recorder.backlog_needed = 0;
	h->facts.reader_count = 1;
	h->facts.readers[0] = (struct health_reader){210, "systemd-journal"};
	expect(h, WEIGHT_NOTE, "second-reader", "systemd-journal (pid 210) has the kernel copy");
	assert_non_null(strstr(h->verdict.findings[0].todo, "systemd-journald-audit.socket"));
	h->facts.drift = "2 rules missing";
	expect(h, WEIGHT_WRONG, "drift", "2 rules missing");
	assert_string_equal(h->verdict.findings[1].id, "second-reader");
}

static void consumers_are_judged_one_by_one(void **state)
{
	struct host *h = *state;
	struct board_consumer *c = &h->view.consumers[4];

	strcpy(c->name, "laurel");
	c->figures.consumer_state = STATE_RUNNING;
	c->figures.lag_limit = 2000;
	c->figures.lag_records = 2000;
	c->figures.lag_time = 5 * NS;
	assert_int_equal(judge(h), WEIGHT_NOTE);
	c->figures.lag_records = 2001;
	expect(h, WEIGHT_WRONG, "consumer-lag", "laurel is behind: 2001 records, 5 s");
	c->figures.lag_records = 1;
	c->figures.lag_time = 301 * NS;
	expect(h, WEIGHT_WRONG, "consumer-lag", "laurel is behind");
	c->figures.lag_time = 0;
	c->figures.consumer_state = STATE_FAILED;
	expect(h, WEIGHT_WRONG, "consumer-failed", "laurel died too often");
	c->figures.consumer_state = STATE_SUSPENDED;
	expect(h, WEIGHT_WRONG, "consumer-suspended", "laurel gets nothing");
	c->figures.consumer_state = STATE_RUNNING;
	c->figures.lost = 4;
	expect(h, WEIGHT_NOTE, "consumer-lost", "missed 4 records");
	h->view.attendant.archive_failing = 0;
	assert_int_equal(judge(h), WEIGHT_NOTE);
	h->view.attendant.archive_failing = 1600000000 * NS;
	expect(h, WEIGHT_NOTE, "archive", "cannot be compressed or indexed since 2020-09-");
	h->view.attendant.attendant_heartbeat = 4000 * NS;
	h->view.attendant.attendant_pid = 80;
	expect(h, WEIGHT_WRONG, "attendant-hangs", "(pid 80) hangs");
}

static void a_board_full_of_rubbish_does_no_harm(void **state)
{
	struct host *h = *state;

	memset(&h->view, 0x5a, sizeof(h->view));
	for (size_t i = 0; i < BOARD_CONSUMERS; i++)
		h->view.consumers[i].name[BOARD_NAME_BYTES - 1] = '\0';
	h->facts.reader_count = HEALTH_READERS;
	h->facts.drift = "all of it";
	h->facts.status = (struct audit_status){.lost = 1, .backlog_limit = 1, .backlog = 1};
	assert_int_equal(judge(h), WEIGHT_WRONG);
	assert_true(h->verdict.count > 40 && h->verdict.count < FINDINGS_MAX);
	for (size_t i = 1; i < h->verdict.count; i++)
		assert_true(h->verdict.findings[i].weight >= h->verdict.findings[i - 1].weight);
}

static void amounts_are_short(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} spans[] = {{0, "0 s"},
		     {1000, "1 us"},
		     {3210000, "3.2 ms"},
		     {120 * NS / 1000, "120 ms"},
		     {45 * NS, "45 s"},
		     {59 * NS + NS / 2, "59.5 s"},
		     {200 * NS, "3 min 20 s"},
		     {7500 * NS, "2 h 5 min"},
		     {86400 * NS, "1 day"},
		     {9 * 86400 * NS + 3 * 3600 * NS, "9 days 3 h"}};
	static const struct {
		uint64_t bytes;
		const char *text;
	} sizes[] = {{0, "0 B"},
		     {1023, "1023 B"},
		     {1024, "1.0 KiB"},
		     {UINT64_C(3435973836), "3.1 GiB"},
		     {(uint64_t)500 << 20, "500 MiB"},
		     {UINT64_MAX, "15.9 EiB"}};
	char text[MEASURE_BYTES];

	(void)state;
	for (size_t i = 0; i < LEN(spans); i++)
		assert_string_equal(measure_span(spans[i].ns, text), spans[i].text);
	for (size_t i = 0; i < LEN(sizes); i++)
		assert_string_equal(measure_size(sizes[i].bytes, text), sizes[i].text);
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	assert_string_equal(measure_time(0, text), "never");
	assert_string_equal(measure_time(1700000000 * NS, text), "2023-11-14 22:13:20");
	assert_true(strlen(measure_time(UINT64_MAX, text)) < MEASURE_BYTES);
	assert_true(strlen(measure_span(UINT64_MAX, text)) < MEASURE_BYTES);
}

static void a_log_that_is_not_sealed_is_something_wrong(void **state)
{
	struct host *h = *state;
	struct health_recorder *r = &h->view.recorder;

	r->seal_state = HEALTH_SEALED;
	r->unsealed = r->seal_alarms = 0;
	assert_int_equal(judge(h), WEIGHT_NOTE);
	assert_int_equal(h->verdict.count, 0);
	r->seal_state = HEALTH_UNSEALED;
	r->unsealed = 1600000000 * NS;
	expect(h, WEIGHT_WRONG, "unsealed", "the log is UNSEALED since 2020-09-");
	r->seal_state = HEALTH_SEALED;
	r->seal_alarms = 2;
	expect(h, WEIGHT_WRONG, "seal-alarm", "did not agree, 2 times");
	r->state = STATE_STOPPED;
	(void)judge(h);
	for (size_t i = 0; i < h->verdict.count; i++)
		assert_string_not_equal(h->verdict.findings[i].id, "seal-alarm");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(nothing_is_said_about_a_healthy_host),
		TEST(a_daemon_that_says_nothing_hangs),
		TEST(without_a_board_the_kernel_is_asked),
		TEST(a_board_is_enough_for_who_may_not_ask_the_kernel),
		TEST(another_version_is_no_verdict),
		TEST(what_is_wrong_in_the_kernel_is_told),
		TEST(a_loss_is_wrong_for_an_hour),
		TEST(a_disk_that_fills_is_told),
		TEST(bursts_and_second_readers_are_told),
		TEST(consumers_are_judged_one_by_one),
		TEST(a_log_that_is_not_sealed_is_something_wrong),
		TEST(a_board_full_of_rubbish_does_no_harm),
		cmocka_unit_test(amounts_are_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
