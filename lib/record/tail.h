/*
 * The names that auditd left behind the enriched mark of a record: cut once, asked often.
 *
 *	...\x1dARCH=x86_64 SYSCALL=openat AUID="alice" UID="root"
 *
 *	struct tail tail;
 *	struct sv text;
 *
 *	tail_cut(&tail, record->tail);
 *	if (tail_find(&tail, SV("auid"), 0, &text)) ...		-- "alice", with its quotes
 *
 * All points into the record. Private to lib/record.
 */
#ifndef AURUM_RECORD_TAIL_H
#define AURUM_RECORD_TAIL_H

#include "record/split.h"

#define TAIL_ENTRIES 16 /* as many as auditd writes; what is behind them is found, too */
/* Of that, as much as auditd has room for: a forged tail costs each field this much at most. */
#define TAIL_REST_MAX 8192

struct tail_entry {
	uint64_t tag; /* of the name in lower case, see tag.h */
	struct sv name, text;
};

struct tail {
	size_t count;
	struct tail_entry entries[TAIL_ENTRIES];
	struct sv rest; /* not cut */
};

void tail_cut(struct tail *t, struct sv text);

/* The text of entry number `index` (0 for the first) for the field of that name. */
bool tail_find(const struct tail *t, struct sv name, size_t index, struct sv *text);

#endif
