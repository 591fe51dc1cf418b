/* The demand of a query: it never lets less through than the query. */
#include "base/test.h"

#include "base/map.h"
#include "query/prune.h"
#include "query/prune_demand_test.h"
#include "query/random_log_test.h"

#define ROUNDS    3000
#define ARENA_MAX ((size_t)1 << 20)

/* How many events the query found, and how many the demand let through. */
struct tally {
	size_t events, found, through;
};

static void hold_together(const struct query *q, const struct event *event, struct tally *t)
{
	CLEANUP(query_scratch_release) struct query_scratch scratch;
	struct arena arena;
	const struct demand *d;
	struct query all_times = *q;
	bool found, holds;

	all_times.start = INT64_MIN;
	all_times.end = INT64_MAX;
	all_times.has_serial = false;
	query_scratch_init(&scratch);
	arena_init(&arena, ARENA_MAX);
	d = prune_demand(q, &arena);
	assert_non_null(d);
	found = query_match(&all_times, event, &scratch);
	holds = demand_holds(d, event);
	if (found && !holds)
		for (size_t i = 0; i < event->count; i++)
			print_error("%.*s\n", SV_FMT(event->records[i].line));
	assert_true(!found || holds);
	if (demand_is_exact(d))
		assert_true(found == holds);
	t->events++;
	t->found += found;
	t->through += holds;
	arena_release(&arena);
}

static void drain(struct join *join, const struct query *q, struct tally *t)
{
	const struct event *event;

	while ((event = join_next(join)))
		hold_together(q, event, t);
}

static void random_events(const uint8_t *bytes, size_t n, struct tally *t)
{
	const struct join_options options = {.order = JOIN_ORDERED};
	CLEANUP(buf_release) struct buf log = BUF_INIT(LOG_MAX);
	struct join *join = join_new(&options, NULL);
	struct dice d = {bytes, n, 0};
	struct record r;
	struct query q;
	struct sv rest, line;

	assert_non_null(join);
	random_query(&d, &q);
	random_log(&d, &log);
	for (rest = buf_view(&log); sv_line(&rest, &line);) {
		if (record_parse(line, &r) == RECORD_OK)
			assert_int_equal(join_put(join, &r), 0);
		drain(join, &q, t);
	}
	join_finish(join);
	drain(join, &q, t);
	join_free(join);
}

static void what_a_query_finds_its_demand_lets_through(void **state)
{
	static uint8_t bytes[500];
	struct tally t = {0};

	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)hash_u64(i, hash_u64(round, 7));
		random_events(bytes, sizeof(bytes), &t);
	}
	/* The numbers are those of these seeds: a demand that lets all through is no demand. */
	assert_true(t.found > t.events / 50);
	assert_true(t.through < t.events / 2);
}

/* ---- single lines ---- */

static bool lets_through(const struct query *q, const char *line)
{
	struct record r;
	struct event event = {.records = &r, .count = 1};
	struct arena arena;
	bool holds;

	assert_int_equal(record_parse(sv_cstr(line), &r), RECORD_OK);
	event.stamp = r.stamp;
	event.node = r.node;
	event.type = r.type;
	arena_init(&arena, ARENA_MAX);
	holds = demand_holds(prune_demand(q, &arena), &event);
	arena_release(&arena);
	return holds;
}

#define SYSCALL "type=SYSCALL msg=audit(1.000:1): "

static void one_field_is_told_from_another(void **state)
{
	struct query q;

	(void)state;
	query_init(&q);
	query_want_text(&q, QUERY_KEY, SV("needle"));
	assert_true(lets_through(&q, SYSCALL "exe=\"/bin/ls\" key=\"needle\""));
	assert_true(lets_through(&q, SYSCALL "key=61016E6565646C65"));
	assert_false(lets_through(&q, SYSCALL "exe=\"needle\" key=\"other\""));
	assert_false(lets_through(&q, SYSCALL "key=(null)"));
}

static void a_name_stands_in_the_tail(void **state)
{
	struct query q;

	(void)state;
	query_init(&q);
	query_want_user(&q, QUERY_AUID, 1000, SV("alice"));
	assert_true(lets_through(&q, SYSCALL "auid=1000"));
	assert_true(lets_through(&q, SYSCALL "auid=77\x1d"
					     "AUID=\"alice\""));
	assert_false(lets_through(&q, SYSCALL "uid=1000 auid=77\x1d"
					      "AUID=\"bob\""));
}

static void a_type_that_leaves_a_field_out_stands_for_its_value(void **state)
{
	struct query q;

	(void)state;
	query_init(&q);
	query_want_number(&q, QUERY_UID, 0);
	assert_true(lets_through(&q, "type=NETFILTER_CFG msg=audit(1.000:1): table=nat"));
	assert_false(lets_through(&q, "type=CWD msg=audit(1.000:1): cwd=\"/\""));
	query_want_number(&q, QUERY_UID, 7);
	assert_false(lets_through(&q, "type=NETFILTER_CFG msg=audit(1.000:1): table=nat"));
}

static void types_and_nodes_are_exact(void **state)
{
	struct query q;
	struct arena arena;

	(void)state;
	query_init(&q);
	assert_true(query_add_type(&q, 1112));
	assert_true(query_add_node(&q, SV("web1")));
	assert_true(lets_through(&q, "node=web1 type=USER_LOGIN msg=audit(1.000:1): pid=1"));
	assert_false(lets_through(&q, "type=USER_LOGIN msg=audit(1.000:1): pid=1"));
	assert_false(lets_through(&q, "node=web1 type=SYSCALL msg=audit(1.000:1): pid=1"));
	arena_init(&arena, ARENA_MAX);
	assert_true(demand_is_exact(prune_demand(&q, &arena)));
	arena_release(&arena);
}

static void a_path_may_be_in_two_parts(void **state)
{
	struct query q;

	(void)state;
	query_init(&q);
	query_want_text(&q, QUERY_FILE, SV("/etc/"));
	assert_true(lets_through(&q, "type=CWD msg=audit(1.000:1): cwd=\"/etc\""));
	assert_false(lets_through(&q, "type=CWD msg=audit(1.000:1): cwd=\"/home\""));
	query_want_text(&q, QUERY_FILE, SV("/etc/./x"));
	assert_true(lets_through(&q, "type=PATH msg=audit(1.000:1): name=\"./x\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_query_finds_its_demand_lets_through),
		cmocka_unit_test(one_field_is_told_from_another),
		cmocka_unit_test(a_name_stands_in_the_tail),
		cmocka_unit_test(a_type_that_leaves_a_field_out_stands_for_its_value),
		cmocka_unit_test(types_and_nodes_are_exact),
		cmocka_unit_test(a_path_may_be_in_two_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
