/*
 * How far a consumer is behind the end of a log, for health reports.
 *
 *	struct log_lag lag;
 *	if (log_lag_measure(&lag, "/var/log/audit/audit.log", &position, &e) == 0)
 *		... lag.bytes, lag.records, now - lag.oldest.sec
 *
 * Costs a look at every file of the log and, while records are counted, LOG_LAG_COUNTED bytes
 * read: about a millisecond.
 */
#ifndef AURUM_LOG_LAG_H
#define AURUM_LOG_LAG_H

#include "log/position.h"

#define LOG_LAG_COUNTED ((uint64_t)4 << 20) /* bytes */

struct log_lag {
	uint64_t bytes;      /* a torn last line included */
	uint64_t records;    /* whole lines */
	bool is_estimate;    /* records: by the average of the first LOG_LAG_COUNTED bytes */
	bool is_gone;        /* the position's file is not there: everything newer counts */
	struct stamp oldest; /* of the line at the position; second 0: none */
};

/* The position may be anybody's. -1: see *e, *lag is as before. */
MUST_CHECK int log_lag_measure(struct log_lag *lag, const char *path, const struct log_position *p,
			       struct err *e);

#endif
