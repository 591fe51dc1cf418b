/*
 * Joins records into events. Records of one event share node, time and serial and may stand
 * among the records of others; an event is handed out when it is complete.
 *
 *	struct join *j = join_new(&options, &e);
 *	while (more lines) {
 *		if (record_parse(line, &r) == RECORD_OK && join_put(j, &r) != 0) ...
 *		while ((event = join_next(j)))
 *			use(event);
 *	}
 *	join_finish(j);
 *	while ((event = join_next(j)))
 *		use(event);
 *	join_free(j);
 *
 * Three orders:
 *
 *	JOIN_ORDERED	for stored logs. Events come out by time and serial, as `ausearch`
 *			prints them: the one with the lowest stamp goes as soon as it is
 *			complete, which is at once for single-record types, else when an event
 *			starts that is `timeout_s` younger.
 *	JOIN_CLOSING	the same, but an EOE or PROCTITLE record ends its event as well; for tools
 *			whose model reads logs through libauparse, as `aulast` does. Events
 *			leave only when another one starts.
 *	JOIN_PROMPT	for live followers. An event is complete, and out, at its EOE or
 *			PROCTITLE record, at once for single-record types, else after timeout_s
 *			(join_expire() for quiet times).
 *
 * A record and an event cost O(1) in a log whose clock runs forward, else a hash look-up and
 * O(log n) in the number of open events, whatever the rate. Memory is bounded: past max_bytes the
 * oldest open event is handed out as it is and counted.
 */
#ifndef AURUM_RECORD_JOIN_H
#define AURUM_RECORD_JOIN_H

#include "base/err.h"
#include "record/record.h"

enum join_order { JOIN_ORDERED, JOIN_CLOSING, JOIN_PROMPT };

#define JOIN_TIMEOUT_DEFAULT_S 2

struct join_options {
	enum join_order order;
	int64_t timeout_s; /* end_of_event_timeout of auditd.conf(5) */
	size_t max_bytes;  /* that open events take, lines and all; 0 stands for 128 MiB */
	bool stable_lines; /* lines outlive their events (a mapped file): do not copy them */
};

/* Lines of one event that follow one another, for callers that keep the lines themselves. */
struct join_piece {
	uint64_t at; /* where they are: the caller's, not looked at */
	uint32_t bytes, lines;
	unsigned marks; /* the caller's bits; an event has those of all its pieces */
};

struct event {
	struct stamp stamp;
	struct sv node;
	uint32_t type;                   /* of the first record */
	const struct record *records;    /* of join_put(), else NULL; */
	size_t count;                    /* at least 1 */
	const struct join_piece *pieces; /* of join_put_piece(), else NULL; */
	size_t piece_count;              /* at least 1 */
	unsigned marks;
	/* The caller's, who knows: in which file it begins, and whether its records stand in several. */
	uint32_t source;
	bool is_cut;
};

struct join_stats {
	uint64_t records, events;
	uint64_t timed_out; /* events that no last record closed */
	uint64_t forced;    /* events handed out early because memory was full */
	size_t open, open_max;
};

struct join;

/* NULL, with a sentence, when there is no memory. */
struct join *join_new(const struct join_options *options, struct err *e);
void join_free(struct join *j);

/*
 * Takes one record. The line is copied unless stable_lines. 0, or -1 when there is no memory:
 * the record is then not in any event. Call join_next() until it returns NULL after every put.
 * A record that names an event which is already complete starts a new one; a lone EOE is dropped.
 */
MUST_CHECK int join_put(struct join *j, const struct record *r);

/*
 * The same for callers that only need to know which lines are an event. head has the node, stamp
 * and type of the piece's first line; all its lines have that node and stamp. A piece is a line
 * alone where it starts with a single-record type or an EOE, and where the daemon (types 1200 to
 * 1299) wrote a line of it. The node is copied. A joiner takes either records or pieces, and
 * pieces only if join_takes_pieces(): in JOIN_ORDERED with a timeout over 0, where what
 * events are made of, and their order, is the same for both.
 */
MUST_CHECK int join_put_piece(struct join *j, const struct record *head,
			      const struct join_piece *piece);
bool join_takes_pieces(const struct join *j);
/* As it was made: end_of_event_timeout. */
int64_t join_timeout(const struct join *j);

/* The next complete event, or NULL. It is valid until the next call on this joiner. */
const struct event *join_next(struct join *j);

/*
 * For JOIN_ORDERED, where stretches of a log are left out: from now on only events below `floor` leave,
 * complete or not, since no record with such a stamp comes any more, and all others wait. So they leave
 * in the order of their stamps, whatever was left out. NULL ends that: what timed out meanwhile is
 * complete, and what came too late for that is not.
 */
void join_hold(struct join *j, const struct stamp *floor);

/* Completes every open event: the input has ended. */
void join_finish(struct join *j);

/* Completes every open event whose time is timeout_s or more before now. */
void join_expire(struct join *j, int64_t now_s);

const struct join_stats *join_stats(const struct join *j);

/* True for the types of which the kernel and user space only ever write one record an event. */
bool join_is_single(uint32_t type);

#endif
