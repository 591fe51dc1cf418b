/*
 * Which parts of a log a search has to read: one plan for all tools, made of the indexes of its files.
 *
 *	struct prune p = PRUNE_INIT;
 *	if (prune_look(&p, cursor, &wish, &e) != 0) ...
 *	prune_apply(&p, &blocks);			-- the engine reads the rest only
 *	prune_explain(&p, &out);			-- for people: what was read, what was skipped and why
 *	prune_release(&p);
 *
 * First the time zone map of each file, then bitmaps, then blooms, then frames. The predicate is asked
 * again of every event that is read; a file without a good index is read whole, and so is one that is
 * not orderly or of which a late row may fit (index/index.h).
 *
 * Files overlap where the lowest stamp of one, or of any after it, is not above the highest of one before
 * it, or of any before that. The frames with such stamps, on both sides, are one group: what a leaf of the demand
 * says of any row in them, it says of all. That keeps events together that a rotation cut, and their order. A
 * group that is more than a few frames makes its files be read whole.
 *
 * What is found is what a full scan finds, in its order, but for two cases: where a clock is set back by less
 * than the timeout just as one of two files ends of which one is read whole, events of that time may change
 * places, and the records of one that the rotation cut may be told apart or together; and of events with one
 * stamp, as of two machines or of the kernel and the daemon, any may be first.
 */
#ifndef AURUM_QUERY_PRUNE_H
#define AURUM_QUERY_PRUNE_H

#include "base/buf.h"
#include "index/index.h"
#include "log/cursor.h"
#include "query/block.h"
#include "query/query.h"

/* What is looked for. */
struct prune_wish {
	const struct query *query;   /* window, serial, types, nodes and items; never NULL */
	const struct demand *demand; /* besides; NULL: no more */
	bool is_all;       /* the two say all of it: only then is the demand's count an answer */
	int64_t timeout_s; /* end_of_event_timeout of the reader */
	bool only_count;   /* order is of no interest, and what is counted is not read */
};

enum prune_reason {
#define REASON(id, text) PRUNE_##id,
#include "query/reason.def"
#undef REASON
	PRUNE_REASONS
};

struct prune_file; /* query/prune_parts.h: one source of the cursor */

struct prune {
	struct prune_file *files;
	size_t count, used; /* used: of how many files the index is good */
	struct prune_terms *terms;
	struct prune_file **live; /* those with something in the window */
	size_t live_count;
	uint64_t text_bytes, kept_bytes; /* of all files; of what is left to read */
	uint64_t malformed, too_long;    /* lines of that kind in what is not read */
	uint64_t counted;                /* events that fit and are not read: only_count */
	bool has_start;                  /* some index says where its text begins: */
	struct stamp start;              /* the first record of this source, */
	size_t start_source;             /* before which others are read whole */
};

#define PRUNE_INIT ((struct prune){0})

/*
 * Opens the indexes of the cursor's sources, by several threads, and asks them. What the wish points
 * to is borrowed until prune_release(). -1: no memory; the prune is only good for prune_release() then.
 */
MUST_CHECK int prune_look(struct prune *p, const struct cursor *cursor,
			  const struct prune_wish *wish, struct err *e);
/* Tells blocks what to leave out; p has to stay as long as they are read. */
void prune_apply(const struct prune *p, struct blocks *blocks);

/* What a frame of a segment has of the bytes that every hit holds, as bits; broken: it cannot be unpacked. */
enum prune_hit { PRUNE_NO_HIT = 0, PRUNE_HIT = 1, PRUNE_BROKEN = 2 };

/*
 * A file of which the indexes say that all of it has to be read can be looked through for bytes that every
 * hit holds, before any of it is read (query/sieve.h). hits: an enum prune_hit for each frame of the segment,
 * PRUNE_HIT also where there may be one. 1: less is read of it from now on, prune_apply_to() says what, and
 * *lines is how many lines of each kind that are not read for that; 0: nothing changes; -1: no memory.
 */
struct prune_lines {
	uint64_t malformed, too_long;
};
bool prune_can_sieve(const struct prune *p, size_t source);
/* Whether it is known of any file what may be left out, or that it can be looked through. */
bool prune_is_of_use(const struct prune *p);
MUST_CHECK int prune_sieve(struct prune *p, size_t source, const unsigned char *hits,
			   struct prune_lines *lines);
void prune_apply_to(const struct prune *p, size_t source, struct blocks *blocks);

/* For the engine. The lowest stamp of what is read of a source from here on, where it is sparse. */
struct stamp prune_floor(const struct prune *p, size_t source, uint64_t from);
/* False for an event of which it is known without asking that it does not fit, or that it is counted. */
bool prune_wants(const struct prune *p, const struct event *event);

/* For people, a line each: what is asked, what was read of each file and why, and the sum. */
void prune_explain(const struct prune *p, struct buf *out);
void prune_release(struct prune *p);

/* The demand of a query's items, in the arena. NULL: no memory. */
struct demand *prune_demand(const struct query *q, struct arena *a);

#endif
