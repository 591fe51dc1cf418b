#include "base/test.h"

#include "index/naive_test.h"

static void random_texts_and_their_indexes_say_the_same(void **state)
{
	uint32_t seed = 1;
	uint8_t bytes[3000];

	(void)state;
	for (int round = 0; round < 150; round++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
		struct dice d = {bytes, 200 + (size_t)round * 18, 0};

		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(seed >> 24);
		}
		put_text(&d, &text);
		naive_compare(buf_view(&text), round % 3 ? 300 : 65536);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_texts_and_their_indexes_say_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
