/*
 * The Merkle tree of RFC 9162, 2.1, as arithmetic: no storage, no allocation.
 *
 *	                 level 2, index 0
 *	               /                 \
 *	      level 1, index 0    level 1, index 1
 *	        /      \            /      \
 *	    leaf 0   leaf 1     leaf 2   leaf 3   leaf 4 ...
 *
 * The full subtree of a level and an index covers the 2^level leaves from index * 2^level on. A tree
 * of any size is a row of full subtrees, one for each bit of its size: the compact range.
 */
#ifndef AURUM_SEAL_TREE_H
#define AURUM_SEAL_TREE_H

#include "seal/digest.h"

/* The longest proofs: a tree has less than 2^63 leaves. */
#define SEAL_PATH_MAX        64
#define SEAL_CONSISTENCY_MAX 65

/* The tree of the first `size` leaves: of[i] is the full subtree of level i where bit i of size is
 * set, left to right from the highest bit; other places mean nothing. All zero is the empty tree. */
struct seal_range {
	uint64_t size;
	struct seal_hash of[64];
};

/* Is told of each full subtree of level 1 and above as it is finished, lower levels first. */
struct seal_sink {
	void *ctx;
	void (*node)(void *ctx, unsigned level, uint64_t index, const struct seal_hash *hash);
};

/* Appends one leaf; one node a leaf on the average. sink may be NULL. */
void seal_range_add(struct seal_range *r, struct seal_digest *d, const struct seal_hash *leaf,
		    const struct seal_sink *sink);

/* Appends a full subtree of 2^level leaves. The size must be a multiple of 2^level (asserted). */
void seal_range_add_tree(struct seal_range *r, struct seal_digest *d, unsigned level,
			 const struct seal_hash *hash);

/* The root of the tree so far. */
void seal_range_root(const struct seal_range *r, struct seal_digest *d, struct seal_hash *out);

/*
 * Where full subtrees are read from. get() is asked only for subtrees that lie wholly below the size
 * in question, level 0 for leaves; 0, or -1 with *e filled. A reader that keeps some levels only
 * makes the others of them (seal_node).
 */
struct seal_nodes {
	void *ctx;
	int (*get)(void *ctx, unsigned level, uint64_t index, struct seal_hash *out, struct err *e);
};

/* The compact range and the root of the first `size` leaves. 0, or -1 where get() failed or d did. */
MUST_CHECK int seal_range_at(const struct seal_nodes *nodes, uint64_t size, struct seal_digest *d,
			     struct seal_range *out, struct err *e);
MUST_CHECK int seal_root_at(const struct seal_nodes *nodes, uint64_t size, struct seal_digest *d,
			    struct seal_hash *out, struct err *e);

/*
 * The audit path of a leaf in the tree of the first `size` leaves (RFC 9162, 2.1.3.1): *count hashes,
 * from the leaf up. 0, or -1: index is not below size, or reading failed.
 */
MUST_CHECK int seal_prove_inclusion(const struct seal_nodes *nodes, uint64_t index, uint64_t size,
				    struct seal_digest *d, struct seal_hash path[SEAL_PATH_MAX],
				    unsigned *count, struct err *e);

/* Whether the path leads from the leaf to the root (RFC 9162, 2.1.3.2), neither longer nor shorter. */
MUST_CHECK bool seal_check_inclusion(struct seal_digest *d, const struct seal_hash *leaf,
				     uint64_t index, uint64_t size, const struct seal_hash *path,
				     unsigned count, const struct seal_hash *root);

/*
 * That the tree of the first `old` leaves begins that of the first `size` (RFC 9162, 2.1.4.1). Empty
 * where old is 0 or size. 0, or -1: old is above size, or reading failed.
 */
MUST_CHECK int seal_prove_consistency(const struct seal_nodes *nodes, uint64_t old, uint64_t size,
				      struct seal_digest *d,
				      struct seal_hash path[SEAL_CONSISTENCY_MAX], unsigned *count,
				      struct err *e);

/* Whether the proof holds (RFC 9162, 2.1.4.2). The empty tree begins every tree: old_root must then be
 * SHA-256 of nothing. */
MUST_CHECK bool seal_check_consistency(struct seal_digest *d, uint64_t old, uint64_t size,
				       const struct seal_hash *path, unsigned count,
				       const struct seal_hash *old_root,
				       const struct seal_hash *root);

#endif
