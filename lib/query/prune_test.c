/* What an index leaves out changes nothing that is found: the fuzzer's comparison, over numbers from a seed. */
#include "base/test.h"

#include "base/map.h"
#include "query/prune_random_test.h"

#define ROUNDS 300

static void with_an_index_the_same_is_found(void **state)
{
	static uint8_t bytes[4000];
	char folder[] = "/tmp/aurum-prune-XXXXXX", index[64];

	struct random_tally tally = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(index, sizeof(index), "%s/" INDEX_FOLDER, folder);
	assert_int_equal(mkdir(index, 0700), 0);
	for (uint64_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)hash_u64(i, hash_u64(round, 3));
		random_prune(folder, bytes, sizeof(bytes) >> round % 6, &tally);
	}
	/* Numbers of these seeds: each reason is met, and much is left out. */
	for (size_t i = PRUNE_INDEXED; i < PRUNE_REASONS; i++)
		if (i != PRUNE_NOT_A_FILE && i != PRUNE_FOREIGN && i != PRUNE_TIMEOUT)
			assert_true(tally.reasons[i] > 0);
	assert_true(tally.used > tally.files / 3);
	assert_true(tally.kept < tally.text);
	assert_true(tally.found > tally.files && tally.counted > 100);
	assert_int_equal(rmdir(index), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_an_index_the_same_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
