/*
 * Inside lib/integrity: hashes a log's lines on several threads, in shares that one thread takes in order.
 *
 *	struct verify_plan plan = {.ev = &ev, .text = &text, .from = spot, .first = 0, .end = ev.size, ...};
 *	struct verify_lines *l = verify_lines_new(&plan, &e);
 *	while ((status = verify_lines_next(l, &share, &e)) == VERIFY_SHARE) ...
 *	verify_lines_free(l);
 *
 * A share is some lines of one file with what is signed about them: commits up to its end, with their
 * signatures checked, and the sizes at which a root is wanted. Its leaves are hashed, and so are the full
 * blocks of 256 in it, with what is needed for a root at each size inside of one:
 *
 *	first      256 n                256 (n + k)      first + count
 *	  | leaves   | blocks: k hashes     | leaves          |
 */
#ifndef AURUM_INTEGRITY_VERIFY_LINES_H
#define AURUM_INTEGRITY_VERIFY_LINES_H

#include "integrity/evidence.h"
#include "integrity/verify_text.h"
#include "seal/tree.h"

#define VERIFY_BLOCK  256 /* leaves; a node of level 8 */
#define VERIFY_LEVELS 8   /* below such a node */

struct verify_plan {
	const struct evidence *ev;
	const struct verify_text *text;
	struct verify_spot from; /* where the line `first` is */
	uint64_t first, end;     /* lines to be read */
	uint64_t commits_end;    /* number of the commit to stop at */
	const uint64_t *sizes;   /* at which a root is wanted, beside those of commits and notes */
	size_t size_count;
	unsigned threads; /* at least 1 */
};

/* What a tree of `size` leaves has of the block it ends in: of[i] where bit i of size is set. */
struct verify_partial {
	uint64_t size;
	struct seal_hash of[VERIFY_LEVELS];
};

enum verify_signed { VERIFY_UNSIGNED, VERIFY_SIGNED, VERIFY_DAMAGED };

struct verify_commit {
	uint64_t number;           /* of the record */
	enum verify_signed status; /* of types 1 and 5; others are not checked here */
	struct seal_commit commit; /* unless it is VERIFY_DAMAGED */
};

struct verify_share {
	struct verify_spot spot;         /* of its first line */
	uint64_t first, count;           /* lines; none where there are commits only */
	struct seal_hash *leaves;        /* count */
	uint64_t block_first;            /* index of the first full block's first line */
	size_t blocks;                   /* full blocks, */
	struct seal_hash *of;            /* their hashes */
	struct verify_partial *partials; /* for those sizes that lie inside full blocks, rising */
	size_t partial_count;
	uint64_t *sizes; /* in [first, first + count], rising, each once */
	size_t size_count;
	struct verify_commit *commits;
	size_t commit_count;
	bool differs; /* level0 holds something else: first at this index */
	uint64_t differs_at;
	uint64_t bytes; /* of text */
	/* Inside: */
	char *text;
	size_t text_cap, leaf_cap, of_cap, partial_cap, size_cap;
	bool is_done;
};

enum verify_shares {
	VERIFY_SHARE,
	VERIFY_SHARES_END,    /* of what was asked for, or of the log */
	VERIFY_SHARES_LONG,   /* at a line that is too long */
	VERIFY_SHARES_FAILED, /* see *e */
};

struct verify_lines;
struct verify_lines *verify_lines_new(const struct verify_plan *plan, struct err *e);
/* *share is valid until the next call. */
MUST_CHECK enum verify_shares verify_lines_next(struct verify_lines *l,
						const struct verify_share **share, struct err *e);
/* Ends the threads. Where reading ended; which line begins each file, for those that were begun. */
void verify_lines_end(struct verify_lines *l, struct verify_spot *spot, uint64_t *firsts);
/* Files, but for the newest, that ended inside a line; the first of them. */
size_t verify_lines_cut(const struct verify_lines *l, size_t *file);
void verify_lines_free(struct verify_lines *l); /* ends the threads; NULL is fine */

#endif
