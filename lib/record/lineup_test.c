/* Who waits: the lineup and its slots against models that look at everybody. */
#include "base/test.h"

#include "base/map.h"
#include "record/lineup.h"

#include <stdlib.h>

#define MANY 3000

struct dice {
	uint64_t seed, at;
};

static unsigned roll(struct dice *d, unsigned sides)
{
	return (unsigned)(hash_u64(d->at++, d->seed) % sides);
}

static void the_lowest_slot_that_nobody_has_is_taken(void **state)
{
	static bool taken[MANY * 3];
	struct slots s = {0};
	struct dice d = {.seed = 1};

	(void)state;
	for (unsigned round = 0; round < 30000; round++) {
		/* Up to many, down to few, and so on. */
		bool take = roll(&d, 10) < (round / MANY % 2 ? 2 : 8);
		uint32_t lowest = 0, slot;

		while (taken[lowest])
			lowest++;
		if (take) {
			assert_true(slots_take(&s, &slot));
			assert_int_equal(slot, lowest);
			taken[slot] = true;
			continue;
		}
		slot = roll(&d, MANY * 3);
		if (taken[slot]) {
			slots_give(&s, slot);
			taken[slot] = false;
		}
	}
	slots_release(&s);
}

static struct place *lowest_of(struct place *all, const bool *waits)
{
	struct place *lowest = NULL;

	for (size_t i = 0; i < MANY; i++)
		if (waits[i] && (!lowest || place_before(&all[i], lowest)))
			lowest = &all[i];
	return lowest;
}

/* The stamps of a log whose clock mostly runs forward, or does what it likes. */
static struct stamp next_stamp(struct dice *d, unsigned kind, int64_t *clock)
{
	switch (kind) {
	case 0:
		return (struct stamp){++*clock, 0, 1};
	case 1:
		*clock += roll(d, 2);
		return (struct stamp){*clock - roll(d, 3), roll(d, 2), roll(d, 20)};
	case 2:
		return (struct stamp){--*clock, 0, 1};
	default:
		return (struct stamp){roll(d, 50), roll(d, 3), roll(d, 3)};
	}
}

static void check_find(const struct lineup *l, struct place *all, const bool *waits,
		       const struct stamp *stamp)
{
	struct place *want = NULL;

	for (size_t i = 0; i < MANY; i++)
		if (waits[i] && all[i].in_row && stamp_cmp(&all[i].stamp, stamp) == 0) {
			assert_null(want); /* stamps of the row differ */
			want = &all[i];
		}
	assert_ptr_equal(lineup_in_row(l, stamp), want);
}

static void the_first_is_the_lowest(void **state)
{
	static struct place all[MANY];
	static bool waits[MANY];

	(void)state;
	for (unsigned seed = 0; seed < 24; seed++) {
		struct dice d = {.seed = seed};
		struct lineup l;
		int64_t clock = 100;
		size_t count = 0, in_row = 0, gone = 0;
		bool with_row = seed % 8 < 6;

		lineup_init(&l, with_row);
		memset(waits, 0, sizeof(waits));
		for (size_t i = 0; i < MANY / 4; i++) {
			all[i].stamp = next_stamp(&d, seed % 4, &clock);
			assert_true(lineup_add(&l, &all[i]));
			waits[i] = true;
			in_row += all[i].in_row;
			assert_int_equal(lineup_count(&l), ++count);
			check_find(&l, all, waits, &all[roll(&d, (unsigned)i + 1)].stamp);
			for (unsigned n = roll(&d, 5) > 2 ? roll(&d, 4) : 0; n && count; n--) {
				struct place *first = lineup_first(&l);

				assert_ptr_equal(first, lowest_of(all, waits));
				lineup_remove(&l, first);
				waits[first - all] = false;
				count--;
				gone++;
			}
		}
		for (size_t i = 0; i < count; i++)
			assert_true(waits[lineup_at(&l, i) - all]);
		assert_true(gone > 50);
		if (with_row && seed % 4 == 0)
			assert_int_equal(in_row, MANY / 4); /* a clock that runs forward */
		else if (!with_row)
			assert_int_equal(in_row, 0);
		else
			assert_true(in_row > 0 && in_row < MANY / 4);
		while ((count -= count > 0))
			lineup_remove(&l, lineup_first(&l));
		lineup_release(&l);
	}
}

static void without_a_row_anybody_may_leave(void **state)
{
	static struct place all[MANY];
	static bool waits[MANY];
	struct dice d = {.seed = 7};
	struct lineup l;

	(void)state;
	lineup_init(&l, false);
	for (unsigned round = 0; round < 4 * MANY; round++) {
		size_t i = roll(&d, 200);

		if (waits[i]) {
			lineup_remove(&l, &all[i]);
		} else {
			all[i].stamp = (struct stamp){roll(&d, 20), 0, roll(&d, 3)};
			assert_true(lineup_add(&l, &all[i]));
		}
		waits[i] = !waits[i];
		assert_ptr_equal(lineup_first(&l), lowest_of(all, waits));
	}
	lineup_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lowest_slot_that_nobody_has_is_taken),
		cmocka_unit_test(the_first_is_the_lowest),
		cmocka_unit_test(without_a_row_anybody_may_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
