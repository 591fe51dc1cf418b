/*
 * A search: lines of a cursor, joined into events, of which those that the query asks for go
 * to a function.
 *
 *	struct scan s = {.query = &q, .cursor = &cursor, .join = join, .found = print, .arg = out};
 *	if (scan_run(&s, &e) != 0) ...
 *
 * Records outside the query's window are left out before they are joined. A line that is no
 * record is told and passed over; everything around it is still found.
 *
 * Files are read in blocks, by as many threads as there are processors: of most lines only the
 * head is looked at, and only events whose bytes can be what the query asks for are parsed.
 * Pipes are parsed line by line. The events and their order are the same.
 *
 * Work on the events themselves (words, counts) can be done by those threads, too:
 *
 *	struct scan s = {..., .chunk_new = counts_new, .chunk_event = count, .chunk_end = add_up};
 *
 * A chunk is some matching events that follow one another. chunk_new() makes it a state,
 * chunk_event() is given its events in order, on any one thread, and chunk_end() gets the states
 * back in the order of the log. found() is not called then.
 *
 * What a query cannot say is asked of the events that it finds, by match():
 *
 *	struct scan s = {..., .match_new = matcher, .match = matches, .match_free = end_matcher,
 *			 .sets = sets, .set_count = n, .demand = demand};
 *
 * sets and demand say which events match() can never say yes to, so that most are not even read.
 *
 * Where rotated files have an index (index/index.h), only those parts of them are read in which
 * such events can be (query/prune.h). The events and their order are the same. The index is not
 * used where every line is looked at: with first(), malformed() or plain, nor for pipes.
 */
#ifndef AURUM_QUERY_SCAN_H
#define AURUM_QUERY_SCAN_H

#include "index/demand.h"
#include "log/cursor.h"
#include "query/plan.h"
#include "query/query.h"

struct blocks; /* query/block.h */

enum scan_next { SCAN_ON, SCAN_STOP };
enum scan_first { SCAN_LOOK, SCAN_PASS_OVER, SCAN_GIVE_UP };

struct prune;

struct scan {
	const struct query *query;
	struct cursor *cursor; /* nothing read from it yet */
	struct join *join;     /* new; JOIN_ORDERED, and lines copied */
	/* An event that matches; valid only during the call, on the caller's thread. */
	enum scan_next (*found)(void *arg, const struct event *event);
	/*
	 * Each complete event in order, before the query is asked, those outside of its window
	 * included: whether it is looked at at all. It may be asked on any thread, one at a time,
	 * ahead of found(), and of an event that has nothing but stamp, node and type. May be NULL.
	 */
	enum scan_first (*first)(void *arg, const struct event *event);
	/* The end of the input completes no event, the next search will: for use with first(). */
	bool keep_open;
	/* A line that is no record and not empty; may be NULL. With one, lines go one by one. */
	void (*malformed)(void *arg, struct sv line);

	/*
	 * A second question to each event that the query finds; all NULL, or all set. Each thread
	 * that asks has a state of its own: match_new() makes it, NULL when there is no memory, and
	 * may run on several threads at a time.
	 */
	void *(*match_new)(void *arg);
	bool (*match)(void *arg, void *state, const struct event *event);
	void (*match_free)(void *arg, void *state);
	const struct plan_set *sets; /* of each, an event that match() finds holds a literal */
	size_t set_count;
	const struct demand
		*demand; /* what an event must have for match(); NULL: nothing is known */

	/*
	 * All NULL, or all set. chunk_new() and chunk_end() never run at the same time;
	 * chunk_event() of several chunks may, beside them. chunk_new() returns NULL when there is
	 * no memory. chunk_end() runs on the caller's thread and takes the state back, also when
	 * the scan fails or is stopped: it is then called with `discard`, and its answer is not
	 * looked at.
	 */
	void *(*chunk_new)(void *arg);
	void (*chunk_event)(void *arg, void *state, const struct event *event);
	enum scan_next (*chunk_end)(void *arg, void *state, bool discard);

	/* Every now and then: bytes of files read so far, and in all. On any thread; may be NULL.
	 */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	void *arg;
	unsigned threads;   /* 0: as many as are worth it */
	size_t block_bytes; /* 0: BLOCK_BYTES of query/block.h; less for tests */
	bool plain;         /* line by line, whatever the input: what the rest is measured by */
	bool no_index;      /* every file is read whole */
	/*
	 * May say which parts of the files are not read (blocks_keep()), and then returns true; else
	 * indexes are asked about the query. Not called where they are not. May be NULL.
	 */
	bool (*leave_out)(void *arg, struct blocks *blocks);
	/* Only matches is asked for: nothing is handed on, and what indexes know is not read. */
	bool only_count;
	/* PRUNE_INIT of query/prune.h: what was left out, and why. The caller releases it. May be NULL.
	 */
	struct prune *prune;

	bool has_left_out;                 /* filled in: leave_out() was asked, and did */
	uint64_t matches, malformed_lines; /* filled in */
	bool has_start;                    /* filled in: there was a record, ... */
	struct stamp start;                /* ... in the window or not: the first one's stamp */
};

/*
 * Runs to the end of the input or until found() or chunk_end() says SCAN_STOP: both give 0. -1
 * when some of the input cannot be read: *e names the first such place, and what else there is has
 * been handed on. A pipe that pauses
 * for the cursor's idle time completes the events that are open.
 */
MUST_CHECK int scan_run(struct scan *s, struct err *e);

#endif
