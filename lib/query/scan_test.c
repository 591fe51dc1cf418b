/* The scan over files is the plain scan: the fuzzer's comparison, over numbers from a seed. */
#include "base/test.h"

#include "base/map.h"
#include "query/plan.h"
#include "query/scan_random_test.h"

#define ROUNDS 500

static void every_way_to_scan_finds_the_same(void **state)
{
	static uint8_t bytes[6000];

	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)hash_u64(i, hash_u64(round, 1));
		random_scans(bytes, sizeof(bytes) >> round % 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_to_scan_finds_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
