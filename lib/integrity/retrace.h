/*
 * Inside lib/integrity: hashing lines of log files again, for the tree that they are in.
 *
 *	struct retrace t;
 *	retrace_begin(&t, &levels, digest, &range, sealed);
 *	if (retrace_text(&t, text, offset, &end, &e) != 0) ...	-- file after file
 *	retrace_end(&t);
 */
#ifndef AURUM_INTEGRITY_RETRACE_H
#define AURUM_INTEGRITY_RETRACE_H

#include "integrity/levels.h"
#include "log/text.h"

#define RETRACE_NONE   UINT64_MAX
#define RETRACE_LEAVES 1024

struct retrace {
	struct levels *levels;
	struct seal_digest *digest;
	struct seal_range range; /* of the lines before and so far */
	uint64_t known; /* the size that was signed: hashes below it are compared, others written */
	uint64_t leaves_from;                    /* leaves from here on are to be in level0 */
	bool repairs;                            /* hashes below `known` are written, too */
	struct seal_hash leaves[RETRACE_LEAVES]; /* that wait, of lines up to range.size */
	size_t waiting;
	/* results */
	bool has_root; /* range has had the size `known`, and then this root: */
	struct seal_hash root;
	uint64_t first_other; /* the first line below `known` whose hash is another than level0's */
	bool is_short;        /* level0 or level1 lack hashes below `known`, or have others */
	bool has_failed;      /* hashes could not be written */
};

/* The tree so far, with its size. leaves_from: 0. */
void retrace_begin(struct retrace *t, struct levels *levels, struct seal_digest *digest,
		   const struct seal_range *range, uint64_t known);
/* Whole lines of [offset, limit); *end is behind the last one. -1: the file cannot be read. */
MUST_CHECK int retrace_text(struct retrace *t, struct log_text *text, uint64_t offset,
			    uint64_t limit, uint64_t *end, struct err *e);
/* One line, without its newline. */
void retrace_line(struct retrace *t, struct sv line);
/* What waits is compared and written. */
void retrace_end(struct retrace *t);

#endif
