/*
 * Prints a name table for the tests that compare with Debian's tools, one "value word name" a
 * row: the word is the one that is printed for the value, the name the row's own. Without a
 * table: their ids.
 *
 *	table-dump [TABLE]
 */
#include "table/table.h"

#include <inttypes.h>
#include <stdio.h>

static void dump(const struct name_table *t)
{
	table_each (t, i)
		printf("%" PRIu64 " %s %s\n", table_value(t, i), name_of(t, table_value(t, i)),
		       table_name(t, i).p);
}

int main(int argc, char **argv)
{
	bool known = argc < 2;

	for (size_t i = 0; i < all_tables_count; i++) {
		if (argc < 2) {
			puts(all_tables[i]->id);
		} else if (strcmp(all_tables[i]->id, argv[1]) == 0) {
			dump(all_tables[i]);
			known = true;
		}
	}
	return known ? 0 : 2;
}
