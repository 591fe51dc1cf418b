/*
 * How fast records come, and whether the kernel's backlog is large enough for that.
 *
 *	burst_init(&b);
 *	burst_second(&b, records_so_far, now_ms);	-- each second or so
 *	burst_backlog(&b, status.backlog, status.backlog_limit, lost);
 *	if (b.needed > status.backlog_limit) warn(b.needed);
 *
 * A backlog has to hold what comes while nobody reads. It is too small once it was nearly full or
 * overflowed; one that holds a second of the fastest rate seen, and at least twice what waited,
 * bridges what a recorder that is not hindered leaves waiting.
 */
#ifndef AURUM_HEALTH_BURST_H
#define AURUM_HEALTH_BURST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BURST_MINUTE 60
/* Of the limit: from here on the backlog is too small. */
#define BURST_FULL_PCT 75
/* Larger ones are no answer: the records need memory in the kernel. */
#define BURST_LIMIT_MAX (1u << 16)

struct burst {
	uint64_t now, minute, peak; /* records a second */
	uint64_t high;              /* the most that was seen waiting */
	uint32_t needed;            /* a limit that would do; 0 while the present one does */
	/* private from here */
	bool started;
	uint64_t last_records;
	int64_t last_ms;
	uint64_t counts[BURST_MINUTE]; /* of the last seconds */
	int64_t spans_ms[BURST_MINUTE];
	size_t next;
};

void burst_init(struct burst *b);
/* Calls less than half a second apart are left out. */
void burst_second(struct burst *b, uint64_t records, int64_t now_ms);
/* overflowed: the kernel has lost records since the last call. limit 0 is none. */
void burst_backlog(struct burst *b, uint32_t backlog, uint32_t limit, bool overflowed);

#endif
