/*
 * The command line of a program that was run, word by word, from the EXECVE records of an event.
 *
 *	struct argv argv;
 *	argv_init(&argv, event->records, event->count);
 *	while (argv_next(&argv, &word)) ...
 *
 * The kernel writes a long word in pieces (a2[0]= a2[1]=), in hexadecimal when one of its bytes
 * asks for it, and spreads many words over several records; what comes out is whole and decoded.
 */
#ifndef AURUM_RECORD_ARGV_H
#define AURUM_RECORD_ARGV_H

#include "base/buf.h"
#include "record/record.h"

/* Private to argv_init() and argv_next(). */
struct argv {
	const struct record *records;
	size_t count, next; /* next: record to look in */
	struct fields fields;
	bool is_inside; /* fields has more */
	struct field ahead;
	uint64_t ahead_number;
	bool has_ahead;
};

void argv_init(struct argv *a, const struct record *records, size_t count);

/* Replaces what is in word, up to its maximum; false at the end. */
MUST_CHECK bool argv_next(struct argv *a, struct buf *word);

#endif
