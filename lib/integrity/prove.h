/*
 * Proofs out of a sealed log: that a line is in the signed tree, that a tree begins a later one, what is known
 * of a line, and the tree as files that others can serve.
 *
 *	struct prove_options o = {.log = "/var/log/audit/audit.log", .now = time(NULL)};
 *	status = prove_open(&p, &o, &e);
 *	if (status == PROVE_HOLDS)
 *		status = prove_inclusion(p, 4711, &text, &e);
 *	prove_close(p);
 *
 * Nothing that `integrity/` says is taken on trust: hashes are used when they give a signed root. Where they
 * are missing or wrong, they are made of the lines. Of one thread, but prove_size() and the like.
 */
#ifndef AURUM_INTEGRITY_PROVE_H
#define AURUM_INTEGRITY_PROVE_H

#include "integrity/evidence.h"

enum prove_status {
	PROVE_HOLDS,
	PROVE_WRONG,   /* something contradicts what was signed */
	PROVE_MISSING, /* what is needed is not there */
	PROVE_FAILED,  /* it cannot be read, or there is no memory */
};

struct prove_options {
	const char *log;                  /* path of audit.log; borrowed */
	const struct seal_vkey *key;      /* from outside of integrity/, or NULL */
	const struct seal_anchor *anchor; /* what the host remembers, or NULL */
	unsigned threads;                 /* for the chain; 0: as many as there are processors */
	uint64_t now;                     /* seconds since 1970 */
};

struct prove;

/*
 * Reads the evidence and makes the tree that is signed. WRONG: the evidence contradicts itself or what the host
 * remembers; MISSING: there is none, or nothing is signed. *e says what, for all but HOLDS; *p is NULL then.
 */
MUST_CHECK enum prove_status prove_open(struct prove **p, const struct prove_options *o,
					struct err *e);
void prove_close(struct prove *p); /* NULL is well */

const struct evidence *prove_evidence(const struct prove *p);
uint64_t prove_size(const struct prove *p); /* lines that are signed */

/*
 * Appends the proof (seal/proof.h) of a line in the tree of the newest checkpoint, with the line itself for
 * `extra`. WRONG: the line in the log is not the signed one. All others: *e says what.
 */
MUST_CHECK enum prove_status prove_inclusion(struct prove *p, uint64_t index, struct buf *out,
					     struct err *e);

/* Appends the proof that the checkpoint of `old` lines begins that of `size`; size 0: the newest. */
MUST_CHECK enum prove_status prove_consistency(struct prove *p, uint64_t old, uint64_t size,
					       struct buf *out, struct err *e);

/* Calls back for each line of the log that has the words in it, in order, with its index; a callback's false ends it. */
MUST_CHECK enum prove_status prove_find(struct prove *p, struct sv words,
					bool (*found)(void *ctx, uint64_t index, struct sv line),
					void *ctx, struct err *e);

/* What is known of a line. */
struct prove_known {
	bool is_kept; /* it is in the log, and as it was signed: */
	char *line;   /* its bytes, to be freed */
	size_t bytes;
	char file[4096];         /* where it is, */
	uint64_t offset, number; /* the offset there, and which line of that file it is, from 1 */
	bool has_segment;        /* `segments` knows its file: */
	uint64_t segment;

	bool is_pruned; /* it was removed by policy, as a signed note says: */
	uint64_t pruned_seconds;

	bool is_covered;  /* a checkpoint covers it; the first one: */
	uint64_t size;    /* lines in it */
	uint64_t wall_ns; /* as `commits` says, which is not signed; */
	struct seal_epoch
		epoch;  /* the key that signed it; its note and the one behind it are signed: */
	uint64_t until; /* seconds of the note that ended it; 0: it runs, or nothing did */
	struct seal_vkey key;
};

/* HOLDS, also for a line that was pruned; WRONG: the line is not the signed one. Frees nothing on failure. */
MUST_CHECK enum prove_status prove_explain(struct prove *p, uint64_t index, struct prove_known *out,
					   struct err *e);
void prove_known_release(struct prove_known *k);

/* What was exported. */
struct prove_tiles {
	uint64_t size;  /* of the checkpoint */
	uint64_t first; /* the first line whose text is in a bundle */
	uint64_t files; /* written */
};

/*
 * Writes checkpoint, tile/L/N and tile/entries/N (C2SP tlog-tiles) of the newest checkpoint into a folder, which
 * is an open descriptor. A file that is there is replaced. HOLDS: every hash in them goes into the signed root.
 */
MUST_CHECK enum prove_status prove_export(struct prove *p, int folder, struct prove_tiles *out,
					  struct err *e);

#endif
