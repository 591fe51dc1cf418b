/*
 * Lookups in name tables. The tables themselves are generated; tools/tables/table_gen.c makes them.
 */
#include "table/name_table.h"

/* Number of the first row with the value, or -1. */
static int64_t find_sorted(const struct name_table *t, uint64_t value)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->rows[t->by_value[middle]].value < value)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == t->count || t->rows[t->by_value[low]].value != value)
		return -1;
	return t->by_value[low];
}

const char *name_of(const struct name_table *t, uint64_t value)
{
	int64_t row;

	if (value >= t->base && value - t->base < t->direct_count)
		row = (int64_t)t->direct[value - t->base] - 1;
	else
		row = find_sorted(t, value);
	return row < 0 ? NULL : t->text + t->rows[row].offset;
}

bool value_of(const struct name_table *t, struct sv name, uint64_t *value)
{
	/* At least half of the slots are free, so the walk ends. */
	for (uint32_t slot = name_hash(name) & (t->slots - 1); t->by_name[slot] != 0;
	     slot = (slot + 1) & (t->slots - 1)) {
		size_t row = t->by_name[slot] - 1u;

		if (sv_eq(table_name(t, row), name)) {
			*value = t->rows[row].value;
			return true;
		}
	}
	return false;
}
