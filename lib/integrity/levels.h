/*
 * The tree's hashes as files: level0/ the leaves, level1/ the subtrees of 256 of them, 65,536 to a file.
 * What is there proves nothing; whoever reads compares the root that comes out with one that was signed.
 *
 *	struct levels l;
 *	if (levels_open(&l, folder, digest, &e) != 0) ...
 *	seal_range_at(&(struct seal_nodes){&l, levels_get}, size, digest, &range, &e)
 *	levels_close(&l);
 */
#ifndef AURUM_INTEGRITY_LEVELS_H
#define AURUM_INTEGRITY_LEVELS_H

#include "integrity/store.h"
#include "seal/tree.h"

#define LEVELS         2
#define LEVEL_BITS     8                 /* level1 holds nodes of this level of the tree */
#define LEVEL_FILE     ((uint64_t)65536) /* hashes */
#define LEVEL_NAME_MAX 24

struct level {
	int folder; /* -1: there is none */
	int file;   /* the one that was used last; -1: none */
	uint64_t number;
	uint64_t count;  /* hashes that are there, those that were removed in front included */
	bool can_write;  /* the open file */
	bool is_written; /* since the last sync */
};

struct levels {
	struct level of[LEVELS];
	const struct store *store; /* NULL: for reading */
	struct seal_digest *digest;
};

#define LEVELS_CLOSED                                                                              \
	((struct levels){.of = {{.folder = -1, .file = -1}, {.folder = -1, .file = -1}}})

/* For reading. A level that is not there has count 0. The digest is borrowed. */
MUST_CHECK int levels_open(struct levels *l, int folder, struct seal_digest *digest, struct err *e);
/* For both; the store is borrowed. Folders that are not there are made. */
MUST_CHECK int levels_open_store(struct levels *l, const struct store *store,
				 struct seal_digest *digest, struct err *e);
void levels_close(struct levels *l);

/* The name of a file. */
void levels_name(uint64_t number, char out[LEVEL_NAME_MAX]);

/* Reads n hashes of level 0 or 1 (not of the tree). -1: they are not all there, or cannot be read. */
MUST_CHECK int levels_read(struct levels *l, unsigned level, uint64_t index, struct seal_hash *out,
			   size_t n, struct err *e);
/* A full subtree of any level of the tree, as seal_nodes.get with a struct levels for ctx. */
int levels_get(void *levels, unsigned level, uint64_t index, struct seal_hash *out, struct err *e);

/* Writes n hashes from an index on, over what is there; not in the files until levels_sync(). */
MUST_CHECK int levels_write(struct levels *l, unsigned level, uint64_t index,
			    const struct seal_hash *hashes, size_t n, struct err *e);
MUST_CHECK int levels_sync(struct levels *l, struct err *e);
/* Removes the files of level0 that lie wholly below that line. How many, which may be fewer. */
unsigned levels_forget(struct levels *l, uint64_t first_kept);

#endif
