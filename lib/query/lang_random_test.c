/* Random queries over random events: what lang_check_test.h says has to hold. */
#include "base/test.h"

#include "query/lang_check_test.h"
#include "query/lang_random_test.h"

#define ROUNDS 1500
#define BYTES  4096
#define DEPTH  3

static void random_queries_say_the_same_in_every_way(void **state)
{
	uint64_t seed = 20260901;
	size_t taken = 0, hits = 0;
	struct check c;

	(void)state;
	(void)random_query;
	assert_true(check_init(&c));
	for (size_t i = 0; i < ROUNDS; i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 16);
		CLEANUP(buf_release) struct buf log = BUF_INIT(LOG_MAX);
		uint8_t bytes[BYTES];
		struct dice d = {bytes, sizeof(bytes), 0};
		struct check_query q;

		random_bytes(&seed, bytes, sizeof(bytes));
		put_query(&d, DEPTH, &text);
		if (i % 2)
			random_log(&d, &log);
		else
			put_log(&d, &log);
		if (check_open(&q, &c, buf_view(&text))) {
			taken++;
			check_lines(&q, buf_view(&log));
			hits += q.hits;
		}
		check_close(&q);
	}
	check_release(&c);
	print_message("%zu of %d queries, %zu hits\n", taken, ROUNDS, hits);
	assert_true(taken > ROUNDS / 3);
	assert_true(hits > ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_queries_say_the_same_in_every_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
