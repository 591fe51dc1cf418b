/*
 * Tables of numbers and their names, looked up both ways without allocation.
 *
 *	const char *name = name_of(&table_seek_whence, 2);		-- "SEEK_END"
 *	uint64_t value;
 *	if (value_of(&table_signals, SV("SIGTERM"), &value)) ...	-- 15
 *	table_each(&table_open_flags, i)
 *		if (flags & table_value(&table_open_flags, i))
 *			puts(table_name(&table_open_flags, i).p);
 *
 * A table is constant data without pointers to relocate, made at build time from the
 * rows of a .def file. Rows keep the order of that file, which is the order in which
 * the names of a flag set are printed. A value may have several names: the first row is
 * the one that is printed, the others are only understood. Names are unique.
 *
 * name_of() is one array read for values of the dense part (record types, syscalls),
 * else a binary search; value_of() hashes. Names live as long as the program and end
 * in a NUL.
 */
#ifndef AURUM_TABLE_NAME_TABLE_H
#define AURUM_TABLE_NAME_TABLE_H

#include "base/attr.h"
#include "base/sv.h"

#include <endian.h>
#include <stdint.h>

struct name_row {
	uint64_t value;
	uint32_t offset, length; /* of the name in the table's text; the NUL is not counted */
};

/* Readers use the functions below; the members are for the generated code. */
struct name_table {
	const char *id;              /* the word after TABLE( in the .def: "open_flags" */
	const char *text;            /* all names, each with its NUL */
	const struct name_row *rows; /* count of them, in the order of the .def */
	const uint16_t *by_value;    /* count row numbers, by value, equal values in row order */
	const uint16_t *by_name;     /* slots row numbers + 1, hashed by name; 0 is a free slot */
	const uint16_t *direct;      /* row number + 1 of the value base + i; 0 when it has none */
	uint64_t base;               /* first value of direct */
	uint32_t count, slots, direct_count;
};

/* The name of a value, or NULL when the table has none. */
const char *name_of(const struct name_table *t, uint64_t value);

/* The value of a name, letter for letter; false, with *value untouched, when unknown. */
MUST_CHECK bool value_of(const struct name_table *t, struct sv name, uint64_t *value);

/* Runs over all rows in order; i is the row number for table_name() and table_value(). */
#define table_each(t, i) for (size_t i = 0; i < (t)->count; i++)

static inline struct sv table_name(const struct name_table *t, size_t i)
{
	return sv_make(t->text + t->rows[i].offset, t->rows[i].length);
}

static inline uint64_t table_value(const struct name_table *t, size_t i)
{
	return t->rows[i].value;
}

/* n bytes, at most 8, as a number; the same on every machine, for tables may be made on another. */
static inline uint64_t name_word(const char *p, size_t n)
{
	uint64_t word = 0;

	memcpy(&word, p, n);
	return le64toh(word);
}

/*
 * Where the search for a name starts; the build-time generator fills by_name with it. Eight bytes
 * at each end and the length tell nearly all names apart, in a few instructions.
 */
static inline uint32_t name_hash(struct sv name)
{
	uint64_t head = 0, tail = 0;

	if (name.n >= 8) {
		head = name_word(name.p, 8);
		tail = name_word(name.p + name.n - 8, 8);
	} else if (name.n >= 4) {
		head = name_word(name.p, 4);
		tail = name_word(name.p + name.n - 4, 4);
	} else if (name.n > 0) {
		head = name_word(name.p, 1) << 8 | name_word(name.p + name.n / 2, 1);
		tail = name_word(name.p + name.n - 1, 1);
	}
	head = (head ^ name.n) * 0x9e3779b97f4a7c15u;
	tail = (tail ^ head >> 32) * 0xd6e8feb86659fd93u;
	return (uint32_t)(tail >> 32 ^ head);
}

#endif
