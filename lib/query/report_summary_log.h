/*
 * The totals that the indexes of a log keep, and what is left to read of it: query/report_summary.h for
 * all files of a cursor.
 *
 *	struct summary_log l;
 *	if (summary_log_look(&l, cursor, query, timeout_s) > 0)	-- of how many files they are used
 *		summary_log_apply(&l, &blocks);
 *	... a scan, of which events count that have PLACE_COUNT in &l.sum; PLACE_DOUBT: all over again ...
 *	summary_log_release(&l);
 *
 * They are used from the oldest file on up to the first whose index is not there, is not good or says
 * that the file is not orderly, or which is not all in the query's window.
 */
#ifndef AURUM_QUERY_REPORT_SUMMARY_LOG_H
#define AURUM_QUERY_REPORT_SUMMARY_LOG_H

#include "query/block.h"
#include "query/report_summary.h"

struct summary_file {
	struct block_range *ranges; /* what is read of it */
	size_t range_count;
};

struct summary_log {
	struct report_summary sum;
	struct summary_file *files;   /* the oldest ones */
	size_t used;                  /* how many: 0 when nothing is kept, or there is no memory */
	uint64_t malformed, too_long; /* lines of that kind in what is not read */
};

/* q has a window and nothing else. Returns l->used. */
size_t summary_log_look(struct summary_log *l, const struct cursor *cursor, const struct query *q,
			int64_t timeout_s);
/* l stays as it is until blocks_close(). */
void summary_log_apply(const struct summary_log *l, struct blocks *blocks);
void summary_log_release(struct summary_log *l);

#endif
