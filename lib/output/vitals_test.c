/* Health in writing: the same figures for people, programs and Prometheus. */
#include "base/test.h"

#include "output/metrics.h"
#include "output/vitals.h"

#include <stdio.h>
#include <stdlib.h>

#define NS UINT64_C(1000000000)

struct host {
	struct board_view view;
	struct health_facts facts;
	struct health_verdict verdict;
	struct buf out;
};

static int set_up(void **state)
{
	struct host *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->out = BUF_INIT(1 << 20);
	memset(&h->view, 0xff, sizeof(h->view));
	for (size_t i = 0; i < BOARD_CONSUMERS; i++)
		h->view.consumers[i].name[0] = '\0';
	h->facts = (struct health_facts){.board = BOARD_READ,
					 .view = &h->view,
					 .boot_ns = 100 * NS,
					 .now_ns = 1700000000 * NS,
					 .is_alive = true,
					 .kernel = KERNEL_ANSWERED,
					 .status = {.enabled = 1, .pid = 77}};
	h->view.recorder.pid = 77;
	h->view.recorder.heartbeat = 99 * NS + NS / 2;
	h->view.recorder.rate_minute = 12;
	h->view.recorder.state = STATE_RUNNING;
	h->view.recorder.cpu = 1234567000;
	h->view.recorder.rotated = 0;
	h->view.recorder.disk_free = (uint64_t)3 << 30;
	h->view.recorder.lost_kernel = 0;
	h->view.recorder.lost_disk = 2;
	h->view.recorder.flush_1ms = 3;
	h->view.recorder.flushes = 4;
	h->view.recorder.flush_time = 5 * NS / 1000;
	(void)snprintf(h->view.consumers[1].name, BOARD_NAME_BYTES, "la\"u\033r\\el");
	h->view.consumers[1].figures.consumer_state = STATE_RUNNING;
	h->view.consumers[1].figures.lag_records = 5;
	h->view.consumers[1].figures.lag_time = 0;
	health_judge(&h->facts, &h->verdict);
	*state = h;
	return 0;
}

static int tear_down(void **state)
{
	struct host *h = *state;

	buf_release(&h->out);
	free(h);
	return 0;
}

static void has(struct host *h, const char *text)
{
	if (!strstr(buf_cstr(&h->out), text))
		fail_msg("no \"%s\" in: %s", text, buf_cstr(&h->out));
}

static void people_see_first_what_is_wrong(void **state)
{
	struct host *h = *state;

	vitals_put_text(&h->facts, &h->verdict, &h->out);
	assert_true(sv_starts(buf_view(&h->out),
			      SV("1 thing is wrong: auditd (pid 77) takes 12 records a second\n"
				 "WRONG       the disk did not take 2 records")));
	has(h, "\n            -> ");
	has(h, "\ndaemon      state running, pid 77, last sign of life 500 ms ago, "
	       "processor time 1.2 s\n");
	has(h, "\ndisk        free 3.0 GiB\n");
	has(h, "\nlosses      by the disk 2\n");
	has(h, "\nconsumer    la\"u\\x1br\\\\el, state running, records behind 5\n");
}

static void a_stopped_daemon_takes_nothing(void **state)
{
	struct host *h = *state;

	h->view.recorder.state = STATE_STOPPED;
	vitals_put_text(&h->facts, &h->verdict, &h->out);
	assert_true(sv_starts(buf_view(&h->out), SV("1 thing is wrong\n")));
}

static void lines_end_before_the_hundredth_column(void **state)
{
	struct host *h = *state;
	struct sv rest, line;

	memset(&h->view.recorder, 0x3f, sizeof(h->view.recorder));
	vitals_put_text(&h->facts, &(struct health_verdict){.count = 0}, &h->out);
	for (rest = buf_view(&h->out); sv_line(&rest, &line);)
		assert_true(line.n <= 100);
	has(h, "all is well");
}

static void programs_get_one_object_with_units(void **state)
{
	struct host *h = *state;

	vitals_put_json(&h->facts, &h->verdict, &h->out);
	assert_true(sv_starts(buf_view(&h->out), SV("{\"version\":1,\"status\":\"trouble\",")));
	assert_int_equal(sv_count(buf_view(&h->out), '\n'), 1);
	has(h, "{\"weight\":\"wrong\",\"id\":\"lost-disk\",\"what\":\"the disk did not take");
	has(h, "\"daemon\":{\"state\":\"running\",\"pid\":77,\"started_time\":null,"
	       "\"heartbeat_age_seconds\":0.5,\"resident_bytes\":null,\"cpu_seconds\":1.234567}");
	has(h, "\"kernel\":{\"asked_age_seconds\":null,\"enabled\":null,");
	has(h, "\"rotated_time\":null");
	has(h, "\"free_bytes\":3221225472,");
	has(h, "\"consumers\":[{\"name\":\"la\\\"u\\u001br\\\\el\",\"state\":\"running\",");
	has(h, "\"readers\":[],\"drift\":null}\n");
}

static void the_seal_has_words_of_its_own(void **state)
{
	struct host *h = *state;
	struct health_recorder *r = &h->view.recorder;

	r->seal_state = HEALTH_UNSEALED;
	r->seal_lines = 1234;
	r->seal_pending = 0;
	r->seal_failures = 0;
	vitals_put_text(&h->facts, &h->verdict, &h->out);
	has(h, "\nseal        state UNSEALED, lines 1234, not signed yet 0\n");
	buf_reset(&h->out);
	vitals_put_json(&h->facts, &h->verdict, &h->out);
	has(h, ",\"seal\":{\"state\":\"UNSEALED\",\"unsealed_time\":null,\"lines\":1234,"
	       "\"pending\":0,");
	buf_reset(&h->out);
	vitals_put_metrics(&h->facts, &h->verdict, &h->out);
	has(h, "\naurum_seal_state 2\n");
}

static void prometheus_gets_families_with_one_head_each(void **state)
{
	struct host *h = *state;

	vitals_put_metrics(&h->facts, &h->verdict, &h->out);
	has(h, "# TYPE aurum_healthy gauge\naurum_healthy 0\n");
	has(h, "# HELP aurum_lost_records_total Records that are not in the log, by cause.\n"
	       "# TYPE aurum_lost_records_total counter\n"
	       "aurum_lost_records_total{cause=\"kernel\"} 0\n"
	       "aurum_lost_records_total{cause=\"disk\"} 2\n");
	has(h, "# TYPE aurum_flush_seconds histogram\n"
	       "aurum_flush_seconds_bucket{le=\"0.001\"} 3\n"
	       "aurum_flush_seconds_bucket{le=\"+Inf\"} 4\n"
	       "aurum_flush_seconds_count 4\n"
	       "aurum_flush_seconds_sum 0.005\n");
	has(h, "aurum_consumer_lag_records{consumer=\"la\\\"u\\\\u001br\\\\el\"} 5\n");
	has(h, "aurum_heartbeat_age_seconds 0.5\n");
	assert_null(strstr(buf_cstr(&h->out), "18446744073709551615"));
}

static void a_gauge_has_help_and_type(void **state)
{
	struct host *h = *state;

	metrics_gauge("rules_missing", "Rules that are missing.", 3, &h->out);
	assert_string_equal(buf_cstr(&h->out),
			    "# HELP aurum_rules_missing Rules that are missing.\n"
			    "# TYPE aurum_rules_missing gauge\naurum_rules_missing 3\n");
}

static void the_manual_lists_every_figure(void **state)
{
	struct host *h = *state;

	vitals_put_man(&h->out);
	has(h, ".SS kernel\n.TP\n.B asked_age_seconds\n(aurum_kernel_answer_age_seconds)\n");
	has(h, ".SS consumers\n");
	assert_true(sv_count(buf_view(&h->out), '\n') >
		    3 * (RECORDER_FIGURES + ATTENDANT_FIGURES + CONSUMER_FIGURES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(people_see_first_what_is_wrong),
		TEST(a_stopped_daemon_takes_nothing),
		TEST(lines_end_before_the_hundredth_column),
		TEST(programs_get_one_object_with_units),
		TEST(the_seal_has_words_of_its_own),
		TEST(prometheus_gets_families_with_one_head_each),
		TEST(a_gauge_has_help_and_type),
		TEST(the_manual_lists_every_figure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
