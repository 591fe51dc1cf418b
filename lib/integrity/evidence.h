/*
 * What `integrity/` says about a log, read once and held to its own rules: the chain of keys with every
 * signature in it, the checkpoints, and which line begins which file. Lines are not read here.
 *
 *	struct evidence ev;
 *	struct doubts doubts = {0};
 *	if (evidence_load(&ev, &options, &doubts, &e) != 0) ...	-- it cannot be read
 *	if (doubts.worst == DOUBT_CONTRADICTION) ...
 *	evidence_release(&ev);
 *
 * Everything here is hostile but what options give: what no signature holds is a hint. Absence is
 * a doubt, and never an error. Of a log that is being sealed the files are read in an order in which
 * each is at least as new as the one before, so that they cannot seem to contradict each other: kept
 * checkpoints first, then commits, then keys; then the caller opens the log, then evidence_load_places().
 */
#ifndef AURUM_INTEGRITY_EVIDENCE_H
#define AURUM_INTEGRITY_EVIDENCE_H

#include "integrity/doubt.h"
#include "seal/anchor.h"
#include "seal/chain.h"
#include "seal/checkpoint.h"
#include "seal/commit.h"
#include "seal/place.h"
#include "seal/quote.h"

#define EVIDENCE_FRESH_S 90 /* a daemon that runs has signed a note within this time */

/* Who says which key signed the first note. */
enum evidence_trust { EVIDENCE_TRUST_NONE, EVIDENCE_TRUST_KEY, EVIDENCE_TRUST_ANCHOR };

struct evidence_options {
	const char *log;                  /* path of audit.log */
	const struct seal_vkey *key;      /* from outside of integrity/, or NULL */
	const struct seal_anchor *anchor; /* what the host remembers, or NULL */
	unsigned threads;                 /* 0: as many as there are processors */
	uint64_t now; /* seconds since 1970, by which the newest note is fresh or not */
};

/* One note of the chain. */
struct evidence_note {
	enum seal_step_kind kind;
	enum seal_start_state state; /* start */
	uint64_t number;             /* start */
	uint64_t epoch;              /* that begins, or runs */
	uint64_t seconds, size, first_kept;
	struct seal_hash root;
	struct seal_public key;      /* start, hand-over */
	struct seal_public reserved; /* start, reserve */
	struct seal_public signer;
	uint8_t signature[SEAL_SIGNATURE_BYTES];
	bool has_quote;     /* start: of a TPM */
	uint64_t at, bytes; /* in the text of `keys` */
};

struct evidence {
	bool is_there;        /* there is an integrity/ */
	bool is_live;         /* a daemon holds its lock, and has signed a note just now */
	bool has_chain;       /* there is a key to begin with, and a note that it signed */
	int folder;           /* -1: none */
	struct seal_vkey key; /* that the chain is checked with; its name is the origin */
	enum evidence_trust trust;
	bool has_anchor;
	struct seal_anchor anchor;

	struct seal_chain chain; /* behind the last note that is well */
	struct evidence_note *notes;
	size_t note_count, note_cap;
	struct seal_epoch *epochs; /* epochs[n] has the number n */
	size_t epoch_count, epoch_cap;
	char *keys_text;
	size_t keys_bytes;
	bool keys_torn; /* the last note has no end */

	char *checkpoint; /* the file of this name; NULL: none */
	size_t checkpoint_bytes;

	int commits;           /* its descriptor; -1: none */
	uint64_t commit_count; /* up to the last whole record */
	struct seal_commit last;
	bool commits_torn;

	/* What is signed: the larger of the last commit's size and the last note's. */
	uint64_t size;
	struct seal_hash root;

	/* evidence_load_places(): the last record of each number, by number. */
	struct seal_place *places;
	size_t place_count, place_cap;
	bool places_torn;
};

/*
 * Reads all but `segments`. 0: *ev is to be released, what is wrong is in *doubts; -1: it cannot be read
 * (permissions, no memory, no libcrypto), and nothing is to be released.
 */
MUST_CHECK int evidence_load(struct evidence *ev, const struct evidence_options *o,
			     struct doubts *doubts, struct err *e);
/* Reads `segments`: after the log's files were opened. */
MUST_CHECK int evidence_load_places(struct evidence *ev, struct doubts *doubts, struct err *e);
void evidence_release(struct evidence *ev);

/*
 * Holds what a TPM said in start notes to the TPM's key from outside (seal/quote.h): each quote is its own and
 * over its note, and no two starts used a key that one boot gives once.
 */
void evidence_check_quotes(const struct evidence *ev, const struct seal_quote_key *key,
			   struct doubts *doubts);

/* Whether the log was stopped, and nothing came behind that. */
static inline bool evidence_is_stopped(const struct evidence *ev)
{
	return ev->has_chain && ev->chain.stopped;
}

/* The epoch with these low 32 bits, or NULL. */
const struct seal_epoch *evidence_epoch(const struct evidence *ev, uint32_t low);

/*
 * Reads records from `first` on, at most `count`; returns how many, fewer at the end only. -1 with *e.
 * They are as they lie there: seal_commit_unpack() tells whether each is whole. Thread-safe.
 */
MUST_CHECK long evidence_commits_read(const struct evidence *ev, uint64_t first, size_t count,
				      uint8_t (*out)[SEAL_COMMIT_BYTES], struct err *e);

/* Whether a commit of type 1 or 5 is signed by its epoch's key, within that epoch. 0.1 ms. */
MUST_CHECK bool evidence_commit_holds(const struct evidence *ev, const struct seal_commit *c);

/*
 * Hashes of one level (0 or 1) from an index on, at most `count` and not beyond the file they begin in.
 * How many there are; 0 where none is. Thread-safe. They are no evidence.
 */
size_t evidence_hashes(const struct evidence *ev, unsigned level, uint64_t index, size_t count,
		       struct seal_hash *out);

/*
 * Whether a signed note is a checkpoint of this log: of its origin, by the key of an epoch that covers its
 * size. *out is what it says as far as it could be read; its views point into the note.
 */
enum evidence_note_status {
	EVIDENCE_NOTE_HOLDS,
	EVIDENCE_NOTE_MALFORMED,
	EVIDENCE_NOTE_OTHER_LOG,
	EVIDENCE_NOTE_OTHER_KEY
};
MUST_CHECK enum evidence_note_status evidence_checkpoint(const struct evidence *ev, struct sv note,
							 struct seal_checkpoint *out);

/* A vkey, or the name of a file whose first line is one. */
MUST_CHECK int evidence_key_read(const char *text_or_path, struct seal_vkey *out, struct err *e);
/* -1 with e->sys ENOENT: there is none. */
MUST_CHECK int evidence_anchor_read(const char *path, struct seal_anchor *out, struct err *e);

#endif
