/* Everything is done once, whoever does it; and threads find room for what they open. */
#include "base/test.h"

#include "base/attr.h"
#include "base/crew.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#define THINGS 1000

struct things {
	atomic_int done[THINGS];
	pthread_t caller;
	atomic_bool by_others;
};

static void do_one(void *arg, size_t i)
{
	struct things *t = arg;

	atomic_fetch_add(&t->done[i], 1);
	if (!pthread_equal(pthread_self(), t->caller))
		atomic_store(&t->by_others, true);
}

static void check_done(struct things *t, size_t count)
{
	for (size_t i = 0; i < THINGS; i++)
		assert_int_equal(atomic_load(&t->done[i]), i < count);
}

static void each_thing_is_done_once(void **state)
{
	const size_t counts[] = {0, 1, 2, 7, 8, 9, THINGS};

	(void)state;
	for (size_t i = 0; i < LEN(counts); i++) {
		struct things t = {.caller = pthread_self()};

		crew_run(counts[i], 1, do_one, &t);
		check_done(&t, counts[i]);
	}
}

static void few_things_are_done_by_the_caller_alone(void **state)
{
	struct things t = {.caller = pthread_self()};

	(void)state;
	crew_run(15, 8, do_one, &t);
	check_done(&t, 15);
	assert_false(atomic_load(&t.by_others));
}

struct pair {
	atomic_int arrived;
};

/* Comes back once two are here at the same time. */
static void wait_for_another(void *arg, size_t i)
{
	struct pair *p = arg;

	(void)i;
	atomic_fetch_add(&p->arrived, 1);
	while (atomic_load(&p->arrived) < 2)
		(void)sched_yield();
}

static void many_things_are_done_by_several(void **state)
{
	struct pair p = {0};
	cpu_set_t set;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	if (CPU_COUNT(&set) < 2)
		skip();
	crew_run(2, 1, wait_for_another, &p);
	assert_int_equal(atomic_load(&p.arrived), 2);
}

static void room_for_descriptors_is_made_and_none_is_kept(void **state)
{
	int before = dup(STDIN_FILENO), after;

	(void)state;
	assert_true(before >= 0);
	(void)close(before);
	crew_make_room(0);
	crew_make_room(200);
	crew_make_room((size_t)1 << 40);
	after = dup(STDIN_FILENO);
	assert_int_equal(after, before);
	(void)close(after);
	assert_int_equal(fcntl(before + 200, F_GETFD), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_thing_is_done_once),
		cmocka_unit_test(few_things_are_done_by_the_caller_alone),
		cmocka_unit_test(many_things_are_done_by_several),
		cmocka_unit_test(room_for_descriptors_is_made_and_none_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
