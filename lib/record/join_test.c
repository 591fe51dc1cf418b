/*
 * The joiner: small cases by hand, then random logs against a model that does what the reference
 * does, the slow way (look at every open event for every record).
 */
#include "base/test.h"

#include "base/buf.h"
#include "record/join.h"

#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>

static void put_event(const struct event *event, struct buf *out)
{
	buf_printf(out, "%s%.*s%s%lld/%llu:%zu", out->n ? " " : "", SV_FMT(event->node),
		   event->node.n ? "@" : "", (long long)event->stamp.sec,
		   (unsigned long long)event->stamp.serial, event->count);
}

static void drain(struct join *j, struct buf *out)
{
	const struct event *event;

	while ((event = join_next(j)))
		put_event(event, out);
}

static void feed(struct join *j, const char *text, struct buf *out)
{
	struct sv rest = sv_cstr(text), line;
	struct record r;

	while (sv_line(&rest, &line)) {
		assert_int_equal(record_parse(line, &r), RECORD_OK);
		assert_int_equal(join_put(j, &r), 0);
		drain(j, out);
	}
}

#define R(type, sec, serial) "type=" type " msg=audit(" #sec ".000:" #serial "): a=b\n"

/* What comes out while the lines go in, then "|", then what the end of input gives. */
static void check(enum join_order order, const char *text, const char *expect)
{
	struct join_options options = {.order = order, .timeout_s = 2};
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
	struct join *j = join_new(&options, NULL);

	assert_non_null(j);
	feed(j, text, &out);
	buf_puts(&out, " |");
	join_finish(j);
	drain(j, &out);
	join_free(j);
	assert_string_equal(buf_cstr(&out), expect);
}

static void interleaved_records_find_their_event(void **state)
{
	(void)state;
	check(JOIN_ORDERED,
	      R("SYSCALL", 10, 1) R("SYSCALL", 10, 2) R("CWD", 10, 1) R("CWD", 10, 2)
		      R("PATH", 10, 1),
	      " | 10/1:3 10/2:2");
}

static void an_event_two_seconds_younger_completes_the_older(void **state)
{
	(void)state;
	check(JOIN_ORDERED,
	      R("SYSCALL", 10, 1) R("SYSCALL", 11, 2) R("SYSCALL", 12, 3) R("CWD", 10, 1),
	      "10/1:1 | 10/1:1 11/2:1 12/3:1");
}

static void a_single_record_event_waits_for_older_open_ones(void **state)
{
	(void)state;
	check(JOIN_ORDERED, R("SYSCALL", 10, 1) R("USER_CMD", 10, 2) R("CWD", 10, 1),
	      " | 10/1:2 10/2:1");
	check(JOIN_ORDERED, R("USER_CMD", 10, 1) R("USER_CMD", 10, 2), "10/1:1 10/2:1 |");
	check(JOIN_ORDERED, R("USER_CMD", 10, 1) R("USER_CMD", 10, 1), "10/1:1 10/1:1 |");
}

static void held_events_leave_below_the_floor_in_the_order_of_their_stamps(void **state)
{
	const struct join_options options = {.order = JOIN_ORDERED, .timeout_s = 2};
	const struct stamp low = {10, 0, 0}, high = {12, 0, 2};
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
	struct join *j = join_new(&options, NULL);

	(void)state;
	assert_non_null(j);
	join_hold(j, &low);
	feed(j, R("USER_CMD", 11, 2) R("USER_CMD", 10, 1) R("SYSCALL", 12, 3) R("USER_CMD", 12, 1),
	     &out);
	assert_string_equal(buf_cstr(&out), "");
	join_hold(j, &high);
	drain(j, &out);
	assert_string_equal(buf_cstr(&out), "10/1:1 11/2:1 12/1:1");
	feed(j, R("USER_CMD", 15, 4) R("CWD", 12, 3), &out);
	join_hold(j, NULL);
	drain(j, &out);
	assert_string_equal(buf_cstr(&out), "10/1:1 11/2:1 12/1:1 12/3:2 15/4:1");
	join_free(j);
}

static void what_comes_late_while_events_are_held_does_not_time_out(void **state)
{
	const struct join_options options = {.order = JOIN_ORDERED, .timeout_s = 2};
	const struct stamp low = {10, 0, 0};
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
	struct join *j = join_new(&options, NULL);

	(void)state;
	assert_non_null(j);
	join_hold(j, &low);
	feed(j, R("SYSCALL", 16, 1) R("SYSCALL", 20, 2) R("SYSCALL", 15, 3) R("SYSCALL", 16, 4),
	     &out);
	join_hold(j, NULL);
	feed(j, R("CWD", 16, 1) R("CWD", 15, 3) R("CWD", 16, 4), &out);
	join_finish(j);
	drain(j, &out);
	/* As it is where nothing is held, but for who leaves first. */
	assert_string_equal(buf_cstr(&out), "15/3:2 16/1:1 16/1:1 16/4:2 20/2:1");
	check(JOIN_ORDERED,
	      R("SYSCALL", 16, 1) R("SYSCALL", 20, 2) R("SYSCALL", 15, 3) R("SYSCALL", 16, 4)
		      R("CWD", 16, 1) R("CWD", 15, 3) R("CWD", 16, 4),
	      "16/1:1 | 15/3:2 16/1:1 16/4:2 20/2:1");
	join_free(j);
}

static void lone_end_marks_are_dropped_and_joined_ones_kept(void **state)
{
	(void)state;
	check(JOIN_ORDERED, R("EOE", 10, 1) R("SYSCALL", 10, 2) R("EOE", 10, 2), " | 10/2:2");
}

static void a_record_of_the_daemon_never_joins_an_event_of_the_kernel(void **state)
{
	(void)state;
	check(JOIN_ORDERED,
	      R("SYSCALL", 10, 1) R("DAEMON_CONFIG", 10, 1) R("CWD", 10, 1) R("DAEMON_END", 10, 1),
	      " | 10/1:2 10/1:1 10/1:1");
}

static void prompt_order_closes_at_proctitle_and_eoe(void **state)
{
	(void)state;
	check(JOIN_PROMPT,
	      R("SYSCALL", 10, 1) R("SYSCALL", 10, 2) R("PROCTITLE", 10, 2) R("EOE", 10, 1),
	      "10/2:2 10/1:2 |");
	check(JOIN_PROMPT, R("SYSCALL", 10, 1) R("USER_CMD", 10, 2) R("USER_CMD", 12, 3),
	      "10/2:1 10/1:1 12/3:1 |");
}

static void closing_order_completes_at_proctitle_and_eoe_but_keeps_the_order(void **state)
{
	(void)state;
	/* Out when the next one starts, and never before an older one that is open. */
	check(JOIN_CLOSING, R("SYSCALL", 10, 2) R("EOE", 10, 2), " | 10/2:2");
	check(JOIN_CLOSING, R("SYSCALL", 10, 2) R("PROCTITLE", 10, 2) R("USER_CMD", 10, 3),
	      "10/2:2 10/3:1 |");
	check(JOIN_CLOSING, R("SYSCALL", 10, 2) R("PROCTITLE", 10, 2) R("USER_CMD", 10, 1),
	      "10/1:1 10/2:2 |");
	check(JOIN_CLOSING,
	      R("SYSCALL", 10, 1) R("USER_CMD", 10, 3) R("EOE", 10, 1) R("SYSCALL", 10, 2),
	      "10/1:2 | 10/2:1 10/3:1");
	check(JOIN_CLOSING, R("SYSCALL", 10, 1) R("USER_CMD", 12, 2), "10/1:1 12/2:1 |");
	/* A closed event takes no more records. */
	check(JOIN_CLOSING, R("SYSCALL", 10, 1) R("EOE", 10, 1) R("CWD", 10, 1), "10/1:2 | 10/1:1");
}

static void nodes_with_the_same_stamp_stay_apart(void **state)
{
	(void)state;
	check(JOIN_ORDERED,
	      "node=a " R("SYSCALL", 10, 1) "node=b " R("SYSCALL", 10, 1) "node=a " R("CWD", 10, 1)
		      R("SYSCALL", 10, 1),
	      " | a@10/1:2 b@10/1:1 10/1:1");
}

static void quiet_time_completes_prompt_events(void **state)
{
	struct join_options options = {.order = JOIN_PROMPT, .timeout_s = 2};
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
	struct join *j = join_new(&options, NULL);

	(void)state;
	feed(j, R("SYSCALL", 10, 1), &out);
	join_expire(j, 11);
	drain(j, &out);
	assert_int_equal(out.n, 0);
	join_expire(j, 12);
	drain(j, &out);
	assert_string_equal(buf_cstr(&out), "10/1:1");
	assert_int_equal(join_stats(j)->timed_out, 1);
	join_free(j);
}

static void full_memory_hands_out_the_oldest_and_counts_it(void **state)
{
	struct join_options options = {.order = JOIN_ORDERED, .timeout_s = 2, .max_bytes = 4096};
	struct join *j = join_new(&options, NULL);
	char line[128];
	size_t records = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		const struct event *event;
		struct record r;

		(void)snprintf(line, sizeof(line), "type=PATH msg=audit(10.000:%d): item=%d", i % 3,
			       i);
		assert_int_equal(record_parse(sv_cstr(line), &r), RECORD_OK);
		assert_int_equal(join_put(j, &r), 0);
		while ((event = join_next(j)))
			records += event->count;
	}
	join_finish(j);
	for (const struct event *event; (event = join_next(j));)
		records += event->count;
	assert_int_equal(records, 100000);
	assert_true(join_stats(j)->forced > 100);
	join_free(j);
}

static void short_events_count_with_the_memory_they_take(void **state)
{
	struct join_options options = {.order = JOIN_ORDERED, .timeout_s = 2, .max_bytes = 1 << 20};
	struct join *j = join_new(&options, NULL);
	char line[128];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct record r;

		(void)snprintf(line, sizeof(line), "type=PATH msg=audit(10.000:%d): item=0", i);
		assert_int_equal(record_parse(sv_cstr(line), &r), RECORD_OK);
		assert_int_equal(join_put(j, &r), 0);
		while (join_next(j))
			;
	}
	/* An event of one short record is a few structs, not its 43 bytes of text. */
	assert_true(join_stats(j)->open_max <= (1 << 20) / 256);
	join_free(j);
}

static void of_equal_stamps_the_lower_free_slot_goes_first(void **state)
{
	(void)state;
	/* a 10/1 leaves its slot to b 13/5, which so goes before c 13/5 although that is older. */
	check(JOIN_ORDERED,
	      "node=a " R("SYSCALL", 10, 1) "node=c " R("SYSCALL", 13, 5) "node=b " R("SYSCALL", 13,
										      5),
	      "a@10/1:1 | b@13/5:1 c@13/5:1");
}

/* ---- the model ---- */

#define MODEL_MAX 4096

struct model_event {
	struct event public;
	bool complete, gone;
};

struct model {
	struct model_event events[MODEL_MAX];
	size_t count;
};

static void model_drain(struct model *m, struct buf *out)
{
	for (;;) {
		struct model_event *lowest = NULL;

		for (size_t i = 0; i < m->count; i++) {
			struct model_event *ev = &m->events[i];

			if (!ev->gone &&
			    (!lowest || stamp_cmp(&ev->public.stamp, &lowest->public.stamp) < 0))
				lowest = ev;
		}
		if (!lowest || !lowest->complete)
			return;
		lowest->gone = true;
		put_event(&lowest->public, out);
	}
}

static void model_put(struct model *m, const struct record *r)
{
	size_t at;

	for (size_t i = 0; i < m->count; i++) {
		struct model_event *ev = &m->events[i];

		if (!ev->gone && !ev->complete && stamp_cmp(&ev->public.stamp, &r->stamp) == 0 &&
		    sv_eq(ev->public.node, r->node)) {
			ev->public.count++;
			return;
		}
	}
	if (r->type == AUDIT_EOE)
		return;
	for (at = 0; at < m->count && !m->events[at].gone; at++)
		; /* the first slot that is free */
	m->count += at == m->count;
	m->events[at] = (struct model_event){
		.public = {.stamp = r->stamp, .node = r->node, .type = r->type, .count = 1}};
	for (size_t i = 0; i < m->count; i++)
		if (m->events[i].public.stamp.sec + 2 <= r->stamp.sec ||
		    join_is_single(m->events[i].public.type))
			m->events[i].complete = true;
}

static void random_logs_come_out_as_from_the_model(void **state)
{
	static const char *const types[] = {"SYSCALL",   "SYSCALL", "PATH",     "CWD",
					    "PROCTITLE", "EOE",     "USER_CMD", "AVC"};
	static const char *const nodes[] = {"", "", "node=a ", "node=b "};
	static struct model model;

	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++) {
		struct join_options options = {.order = JOIN_ORDERED, .timeout_s = 2};
		CLEANUP(buf_release)
		struct buf ours = BUF_INIT(1 << 20), theirs = BUF_INIT(1 << 20);
		struct join *j = join_new(&options, NULL);
		char lines[400][96];
		int now = 100;

		srandom(seed);
		model.count = 0;
		for (size_t i = 0; i < LEN(lines); i++) {
			int back = random() % 4 == 0 ? (int)(random() % 5) : 0;
			struct record r;

			now += random() % 6 == 0;
			if (random() % 100 == 0)
				now += (int)(random() % 9) - 4;
			(void)snprintf(lines[i], sizeof(lines[i]),
				       "%stype=%s msg=audit(%d.%03d:%d): a=b", nodes[random() % 4],
				       types[random() % 8], now - back, (int)(random() % 2),
				       (int)(random() % (seed % 2 ? 4 : 40)));
			assert_int_equal(record_parse(sv_cstr(lines[i]), &r), RECORD_OK);
			assert_int_equal(join_put(j, &r), 0);
			drain(j, &ours);
			model_put(&model, &r);
			model_drain(&model, &theirs);
			assert_true(sv_eq(buf_view(&ours), buf_view(&theirs)));
		}
		for (size_t i = 0; i < model.count; i++)
			model.events[i].complete = true;
		model_drain(&model, &theirs);
		join_finish(j);
		drain(j, &ours);
		assert_string_equal(buf_cstr(&ours), buf_cstr(&theirs));
		assert_true(seed % 50 || join_stats(j)->open_max > 3);
		join_free(j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interleaved_records_find_their_event),
		cmocka_unit_test(an_event_two_seconds_younger_completes_the_older),
		cmocka_unit_test(a_single_record_event_waits_for_older_open_ones),
		cmocka_unit_test(held_events_leave_below_the_floor_in_the_order_of_their_stamps),
		cmocka_unit_test(what_comes_late_while_events_are_held_does_not_time_out),
		cmocka_unit_test(lone_end_marks_are_dropped_and_joined_ones_kept),
		cmocka_unit_test(a_record_of_the_daemon_never_joins_an_event_of_the_kernel),
		cmocka_unit_test(prompt_order_closes_at_proctitle_and_eoe),
		cmocka_unit_test(closing_order_completes_at_proctitle_and_eoe_but_keeps_the_order),
		cmocka_unit_test(nodes_with_the_same_stamp_stay_apart),
		cmocka_unit_test(quiet_time_completes_prompt_events),
		cmocka_unit_test(full_memory_hands_out_the_oldest_and_counts_it),
		cmocka_unit_test(short_events_count_with_the_memory_they_take),
		cmocka_unit_test(of_equal_stamps_the_lower_free_slot_goes_first),
		cmocka_unit_test(random_logs_come_out_as_from_the_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
