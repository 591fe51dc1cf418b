/*
 * For tests with cmocka: cases in a folder of their own, and comparisons over numbers from some seeds.
 */
#ifndef AURUM_QUERY_PRUNE_STAGE_TEST_H
#define AURUM_QUERY_PRUNE_STAGE_TEST_H

#include "base/test.h"

#include "base/map.h"
#include "base/num.h"
#include "query/prune_case_test.h"

/* Of each seed; more of them: PRUNE_ROUNDS=20000 test-query-prune, test-query-sieve. */
#define ROUNDS     120
#define ROUNDS_MAX UINT64_C(1000000)

#define LINE(type, stamp, body) "type=" type " msg=audit(" stamp "): " body "\n"

/* A folder for logs that are in memory, and for their indexes, which are not. */
struct place_of_indexes {
	char folder[32], index[64];
};

static void make_folder(struct place_of_indexes *p)
{
	memcpy(p->folder, "/tmp/aurum-prune-XXXXXX", 24);
	assert_non_null(mkdtemp(p->folder));
	(void)snprintf(p->index, sizeof(p->index), "%s/" INDEX_FOLDER, p->folder);
	assert_int_equal(mkdir(p->index, 0700), 0);
}

static void remove_folder(const struct place_of_indexes *p)
{
	assert_int_equal(rmdir(p->index), 0);
	assert_int_equal(rmdir(p->folder), 0);
}

/* ---- cases ---- */

static void compare_framed(struct random_case *c, size_t frame_bytes, size_t packed_bytes,
			   bool is_packed)
{
	static const size_t blocks[2] = {100, 100000};
	struct place_of_indexes place;

	make_folder(&place);
	c->folder = place.folder;
	c->timeout_s = 2;
	for (size_t k = 0; k < c->file_count; k++) {
		c->files[k].frame_bytes = frame_bytes;
		c->files[k].is_packed = is_packed;
		c->files[k].packed_bytes = packed_bytes;
	}
	compare_case(c, blocks, NULL);
	remove_folder(&place);
}

/* Compares what is found in these files, with frames of a line each and of more, packed and not. */
static void compare_files(struct random_case *c)
{
	static const size_t frames[] = {1, 100, 2000};

	for (size_t i = 0; i < LEN(frames); i++) {
		compare_framed(c, frames[i], 1, false);
		compare_framed(c, frames[i], i % 2 ? 700 : 1, true);
	}
}

static struct demand demand_of(const struct leaf *leaf)
{
	bool is_type = sv_eq(leaf->field, SV("type"));

	return (struct demand){
		.kind = is_type ? DEMAND_TYPE : DEMAND_FIELD,
		.field = is_type ? SV_EMPTY : leaf->field,
		.accepts = leaf_accepts,
		.arg = leaf,
		.is_exact = true,
		.label = leaf->field,
	};
}

/* ---- numbers ---- */

static uint64_t rounds(void)
{
	const char *asked = getenv("PRUNE_ROUNDS");
	uint64_t n;

	return asked && num_u64(sv_cstr(asked), &n) && n <= ROUNDS_MAX ? n : ROUNDS;
}

/* Runs the comparison over numbers of some seeds, of which there are from more to fewer. */
static void compare_numbers(void (*compare)(const char *, const uint8_t *, size_t,
					    struct random_tally *),
			    unsigned sizes, struct random_tally *tally)
{
	static const uint64_t seeds[] = {
		3, 77, 7000003, 31337000, 222222223, 5000000029, 18446744073709551557U};
	static uint8_t bytes[4000];
	struct place_of_indexes place;

	make_folder(&place);
	for (uint64_t round = 0; round < LEN(seeds) * rounds(); round++) {
		uint64_t seed = hash_u64(round / LEN(seeds), seeds[round % LEN(seeds)]);

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)hash_u64(i, seed);
		compare(place.folder, bytes, sizeof(bytes) >> round / LEN(seeds) % sizes, tally);
	}
	remove_folder(&place);
}

#endif
