#include "base/test.h"

#include "record/resolver.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

/* A name service with a gate: while it is shut, no answer comes. */
struct service {
	pthread_mutex_t gate;
	pthread_mutex_t lock;
	unsigned asked;
};

static bool user_name(void *arg, uint32_t uid, char *out, size_t cap)
{
	struct service *s = arg;

	(void)pthread_mutex_lock(&s->lock);
	s->asked++;
	(void)pthread_mutex_unlock(&s->lock);
	(void)pthread_mutex_lock(&s->gate);
	(void)pthread_mutex_unlock(&s->gate);
	(void)snprintf(out, cap, "user%u", uid);
	return uid != 9;
}

static bool group_name(void *arg, uint32_t gid, char *out, size_t cap)
{
	(void)arg;
	(void)snprintf(out, cap, "group%u", gid);
	return true;
}

static unsigned asked(struct service *s)
{
	unsigned n;

	(void)pthread_mutex_lock(&s->lock);
	n = s->asked;
	(void)pthread_mutex_unlock(&s->lock);
	return n;
}

struct setup {
	struct service service;
	struct name_source behind;
	struct resolver *resolver;
	const struct name_source *source;
	char name[NAMES_NAME_MAX + 1];
};

static void begin(struct setup *s, unsigned patience_ms)
{
	struct err e;

	*s = (struct setup){.service = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, 0},
			    .behind = {.user_name = user_name, .group_name = group_name}};
	s->behind.arg = &s->service;
	s->resolver = resolver_new(&s->behind, patience_ms, &e);
	assert_non_null(s->resolver);
	s->source = resolver_source(s->resolver);
}

static bool ask_user(struct setup *s, uint32_t uid)
{
	return s->source->user_name(s->source->arg, uid, s->name, sizeof(s->name));
}

static void answers_come_from_the_service(void **state)
{
	struct setup s;

	(void)state;
	begin(&s, 10000);
	assert_true(ask_user(&s, 7));
	assert_string_equal(s.name, "user7");
	assert_false(ask_user(&s, 9));
	assert_true(s.source->group_name(s.source->arg, 3, s.name, sizeof(s.name)));
	assert_string_equal(s.name, "group3");
	assert_int_equal(resolver_timeouts(s.resolver), 0);
	assert_false(resolver_recovered(s.resolver));
	resolver_free(s.resolver);
}

static void a_service_that_hangs_costs_one_wait_and_is_asked_once(void **state)
{
	struct setup s;

	(void)state;
	begin(&s, 20);
	(void)pthread_mutex_lock(&s.service.gate);
	assert_false(ask_user(&s, 7));
	/* Were each of these to wait, the test would take an hour. */
	for (uint32_t uid = 0; uid < 200000; uid++)
		assert_false(ask_user(&s, uid));
	assert_int_equal(asked(&s.service), 1);
	assert_int_equal(resolver_timeouts(s.resolver), 200001);
	assert_false(resolver_recovered(s.resolver));
	(void)pthread_mutex_unlock(&s.service.gate);
	while (!resolver_recovered(s.resolver))
		(void)usleep(1000);
	assert_false(resolver_recovered(s.resolver));
	/* The late answer was thrown away: this one is its own. */
	assert_true(ask_user(&s, 8));
	assert_string_equal(s.name, "user8");
	resolver_free(s.resolver);
}

/* Every answer takes a while: forty of them would cost 40 ms, four times the patience. */
static bool slow_name(void *arg, uint32_t uid, char *out, size_t cap)
{
	(void)usleep(1000);
	return user_name(arg, uid, out, cap);
}

static void many_slow_answers_cost_no_more_than_the_patience(void **state)
{
	struct setup s;
	unsigned found = 0;

	(void)state;
	begin(&s, 10);
	s.behind.user_name = slow_name;
	for (uint32_t uid = 100; uid < 100000; uid++)
		found += ask_user(&s, uid);
	/* At 1 ms each some fit into the patience; the others were never asked. */
	assert_in_range(found, 1, 2000);
	assert_true(resolver_timeouts(s.resolver) > 90000);
	while (!resolver_recovered(s.resolver))
		(void)usleep(1000);
	assert_true(ask_user(&s, 7));
	resolver_free(s.resolver);
}

static void names_go_through_the_cache(void **state)
{
	struct names *names;
	struct setup s;
	struct err e;

	(void)state;
	begin(&s, 10000);
	names = names_new(s.source, &e);
	assert_non_null(names);
	for (int i = 0; i < 10; i++)
		assert_true(sv_eq(names_user(names, 7), SV("user7")));
	assert_int_equal(asked(&s.service), 1);
	names_free(names);
	resolver_free(s.resolver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_come_from_the_service),
		cmocka_unit_test(a_service_that_hangs_costs_one_wait_and_is_asked_once),
		cmocka_unit_test(many_slow_answers_cost_no_more_than_the_patience),
		cmocka_unit_test(names_go_through_the_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
