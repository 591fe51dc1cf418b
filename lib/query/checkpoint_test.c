/* Checkpoints: the reference's text, and what passes. */
#include "base/test.h"

#include "query/checkpoint.h"

static struct checkpoint parsed(const char *text)
{
	struct checkpoint c;
	struct err e;

	assert_int_equal(checkpoint_parse(sv_cstr(text), &c, &e), 0);
	return c;
}

static void what_is_printed_is_parsed_again(void **state)
{
	static const char *const texts[] = {
		"dev=0x802\ninode=262181\noutput=- 1700000000.123:42 0x514\n",
		"dev=0xFD00000001\ninode=18446744073709551615\noutput=web1 1.007:1 0x44D\n",
		"dev=0x1\ninode=1\noutput=- 0.000:0 0x0\n",
	};
	CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

	(void)state;
	for (size_t i = 0; i < LEN(texts); i++) {
		struct checkpoint c = parsed(texts[i]);

		buf_reset(&out);
		checkpoint_print(&c, &out);
		assert_string_equal(buf_cstr(&out), texts[i]);
	}
}

static void other_text_is_refused_with_a_sentence(void **state)
{
	static const char *const texts[] = {
		"",
		"dev=0x802\n",
		"inode=5\n",
		"dev=0x802\ninode=5\nmore=1\n",
		"dev=zz\ninode=5\n",
		"dev=0x802\ninode=5\noutput=-\n",
		"dev=0x802\ninode=5\noutput=- 1.2:3\n",
		"dev=0x802\ninode=5\noutput=- 1.1000:3 0x1\n",
		"dev=0x802\ninode=5\noutput=- x.1:3 0x1\n",
		"garbage\n",
	};

	(void)state;
	for (size_t i = 0; i < LEN(texts); i++) {
		struct checkpoint c;
		struct err e = {0};

		assert_int_equal(checkpoint_parse(sv_cstr(texts[i]), &c, &e), -1);
		assert_true(e.text[0] != '\0');
	}
}

static enum checkpoint_verdict pass(struct checkpoint_gate *g, const char *line)
{
	struct record r;
	struct event event = {.records = &r, .count = 1};

	assert_int_equal(record_parse(sv_cstr(line), &r), RECORD_OK);
	event.stamp = r.stamp;
	event.node = r.node;
	event.type = r.type;
	return checkpoint_pass(g, &event);
}

static void events_pass_behind_the_last_one(void **state)
{
	struct checkpoint c = parsed("dev=0x802\ninode=5\noutput=- 1000.500:7 0x1\n");
	struct checkpoint_gate g;

	(void)state;
	checkpoint_gate_init(&g, &c, CHECKPOINT_BY_EVENT);
	assert_int_equal(pass(&g, "type=USER_CMD msg=audit(999.000:6): x"), CHECKPOINT_HOLD);
	assert_int_equal(pass(&g, "node=a type=USER_START msg=audit(1000.500:7): x"),
			 CHECKPOINT_HOLD);
	assert_int_equal(pass(&g, "type=USER_START msg=audit(1000.500:7): x"), CHECKPOINT_HOLD);
	assert_false(g.open);
	assert_int_equal(pass(&g, "type=UNKNOWN[1105] msg=audit(1000.501:8): x"), CHECKPOINT_HOLD);
	assert_int_equal(pass(&g, "type=CRYPTO_KEY_USER msg=audit(1003.000:9): x"),
			 CHECKPOINT_WRONG);
}

static void the_very_event_opens_the_gate(void **state)
{
	struct checkpoint c = parsed("dev=0x802\ninode=5\noutput=n 1000.500:7 0x451\n");
	struct checkpoint_gate g;

	(void)state;
	checkpoint_gate_init(&g, &c, CHECKPOINT_BY_EVENT);
	assert_int_equal(pass(&g, "node=n type=USER_START msg=audit(1000.500:7): x"),
			 CHECKPOINT_HOLD);
	assert_int_equal(pass(&g, "node=n type=USER_START msg=audit(1000.500:6): x"),
			 CHECKPOINT_PASS);
}

static void a_node_may_start_with_the_sign_for_none(void **state)
{
	struct checkpoint c = parsed("dev=0x802\ninode=5\noutput=-n 1000.500:7 0x451\n");
	struct checkpoint_gate g;

	(void)state;
	checkpoint_gate_init(&g, &c, CHECKPOINT_BY_EVENT);
	assert_int_equal(pass(&g, "node=-n type=USER_START msg=audit(1000.500:7): x"),
			 CHECKPOINT_HOLD);
	assert_true(g.open);
}

static void by_time_the_same_moment_passes(void **state)
{
	struct checkpoint c = parsed("dev=0x802\ninode=5\noutput=- 1000.500:7 0x451\n");
	struct checkpoint_gate g;

	(void)state;
	checkpoint_gate_init(&g, &c, CHECKPOINT_BY_TIME);
	assert_int_equal(pass(&g, "type=USER_CMD msg=audit(1000.499:6): x"), CHECKPOINT_HOLD);
	assert_int_equal(pass(&g, "type=USER_CMD msg=audit(1000.500:1): x"), CHECKPOINT_PASS);
	assert_int_equal(pass(&g, "type=USER_CMD msg=audit(1.000:1): x"), CHECKPOINT_PASS);
}

static void without_an_event_all_pass(void **state)
{
	struct checkpoint c = parsed("dev=0x802\ninode=5\noutput=- 0.000:0 0x0\n");
	struct checkpoint_gate g;

	(void)state;
	checkpoint_gate_init(&g, &c, CHECKPOINT_BY_EVENT);
	assert_int_equal(pass(&g, "type=USER_CMD msg=audit(5.499:6): x"), CHECKPOINT_PASS);
	checkpoint_gate_init(&g, NULL, CHECKPOINT_BY_EVENT);
	assert_int_equal(pass(&g, "type=USER_CMD msg=audit(5.499:6): x"), CHECKPOINT_PASS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_parsed_again),
		cmocka_unit_test(other_text_is_refused_with_a_sentence),
		cmocka_unit_test(events_pass_behind_the_last_one),
		cmocka_unit_test(the_very_event_opens_the_gate),
		cmocka_unit_test(a_node_may_start_with_the_sign_for_none),
		cmocka_unit_test(by_time_the_same_moment_passes),
		cmocka_unit_test(without_an_event_all_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
