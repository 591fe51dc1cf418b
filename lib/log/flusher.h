/*
 * Gets written bytes onto the disk without making the writer wait: a thread that syncs.
 *
 *	struct log_flusher f;
 *	if (log_flusher_start(&f, &e) != 0) ...
 *	log_flusher_request(&f, fd);	-- returns at once
 *	log_flusher_stop(&f);		-- after what was asked for is on the disk
 *
 * Requests made while a sync runs become one sync after it, so a slow disk gets fewer and
 * larger ones instead of a queue. The descriptor is duplicated: the caller may close it.
 */
#ifndef AURUM_LOG_FLUSHER_H
#define AURUM_LOG_FLUSHER_H

#include "base/attr.h"
#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define LOG_FLUSHER_WAITING_MAX 4 /* files: the live one and those rotated away meanwhile */

#define LOG_FLUSH_BOUNDS 4

/* How long the disk took, in nanoseconds. */
struct log_flush_times {
	uint64_t count, last, max, sum;
	uint64_t within
		[LOG_FLUSH_BOUNDS]; /* at most 1 ms, 10 ms, 100 ms, 1 s: each with those before */
};
void log_flush_timed(struct log_flush_times *t, uint64_t ns);

/* One owner; request, error and stop from the thread that started it. */
struct log_flusher {
	bool running;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under the lock */
	bool stopping;
	int original; /* the number of the descriptor that was duplicated last */
	int waiting[LOG_FLUSHER_WAITING_MAX];
	size_t count;
	int failure; /* errno of a failed sync until it is asked for */
	uint64_t syncs;
	struct log_flush_times times;
};

MUST_CHECK int log_flusher_start(struct log_flusher *f, struct err *e);
/* Does nothing on one that never started. */
void log_flusher_stop(struct log_flusher *f);

void log_flusher_request(struct log_flusher *f, int fd);
/* The caller is about to close fd: its number may come back with another file. */
void log_flusher_forget(struct log_flusher *f, int fd);
/* Copied, for the thread goes on. All 0 when it does not run. */
void log_flusher_times(struct log_flusher *f, struct log_flush_times *out);
/* errno of the last failed sync since the last call, 0 when there was none. */
MUST_CHECK int log_flusher_failure(struct log_flusher *f);

#endif
