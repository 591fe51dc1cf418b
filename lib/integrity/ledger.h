/*
 * Inside lib/integrity: the files of `integrity/` that the sealer writes, as they are on the disk.
 *
 *	struct ledger l;
 *	if (ledger_open(&l, &store, digest, &hear, KEYS_BYTES_MAX, &e) != 0) ...	-- cuts what a crash tore
 *	... put into l.keys.waiting, l.commits.waiting, ... grown_flush() ...
 *	ledger_close(&l);
 */
#ifndef AURUM_INTEGRITY_LEDGER_H
#define AURUM_INTEGRITY_LEDGER_H

#include "integrity/grown.h"
#include "integrity/levels.h"
#include "integrity/resume.h"
#include "integrity/sealer.h"
#include "seal/chain.h"
#include "seal/commit.h"
#include "seal/place.h"

/* Who is told what was found. */
struct ledger_hear {
	void *ctx;
	void (*news)(void *ctx, enum sealer_news_kind kind, uint64_t from, uint64_t to,
		     const char *text);
};

struct ledger {
	const struct store *store;
	struct seal_digest *digest;
	struct ledger_hear hear;
	struct seal_chain chain;
	struct grown keys, commits, segments;
	struct seal_range
		begin; /* a tree to begin with, of level1 up to some line; size 0: the empty one */
	struct levels levels;
	bool keeps_leaves;
	uint64_t wall_ns;          /* that records of recovery say */
	struct seal_place *places; /* the newest of each segment, rising */
	size_t place_count, place_cap;
	bool has_commit;
	struct seal_commit last; /* the last one on the disk */
};

/*
 * Reads at most so many bytes of `keys`, beside what a resume (integrity/resume.h) saves. -1: there is
 * nothing to go on with; *e says why, with EAGAIN where there are more. l needs its release all the same.
 */
MUST_CHECK int ledger_open(struct ledger *l, const struct store *store, struct seal_digest *digest,
			   const struct ledger_hear *hear, uint64_t most, struct err *e);
void ledger_close(struct ledger *l);

/*
 * Adds a segment, or replaces the one of its number, also those of higher ones; the record waits in
 * l->segments. -1: no memory.
 */
MUST_CHECK int ledger_put_place(struct ledger *l, const struct seal_place *p, struct err *e);

/* Forgets the first n segments, which are not in the log any more. The records stay. */
void ledger_drop_places(struct ledger *l, size_t n);

void ledger_tell(const struct ledger *l, enum sealer_news_kind kind, uint64_t from, uint64_t to,
		 const char *fmt, ...) PRINTF(5, 6);

#endif
