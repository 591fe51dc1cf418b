/* Inside lib/integrity: the tree of a sealed log as it was signed, block by block. */
#ifndef AURUM_INTEGRITY_PROVE_PRIV_H
#define AURUM_INTEGRITY_PROVE_PRIV_H

#include "integrity/prove.h"
#include "integrity/verify_priv.h"

/*
 * 256 leaves and what is above them, or fewer at the tree's end. nodes: as in a heap, 1 is the root, 256 to 511
 * are the leaves. Below the first line of a log that was pruned only the nodes of its range are known.
 */
#define BLOCK_NODES 512
struct prove_block {
	bool is_set;
	uint64_t number;
	struct seal_range range; /* of the leaves so far; its size is that of this block */
	uint64_t known[BLOCK_NODES / 64];
	struct seal_hash node[BLOCK_NODES];
};

struct prove {
	struct verify_options options;
	struct verify_result result;
	struct verify_state v;
	bool has_range;           /* v.range is the tree below v.first */
	uint64_t size;            /* of the signed tree */
	struct seal_hash *blocks; /* its nodes of level 8: they give, with the tail, its root */
	uint64_t block_count;
	struct prove_block tail;     /* what is behind them */
	struct prove_block cache[2]; /* blocks that agree with theirs */
	unsigned next;               /* in the cache */
};

void block_begin(struct prove_block *b, uint64_t number);
/* Begins it with the part below a line, which is in it. */
void block_begin_at(struct prove_block *b, uint64_t number, const struct seal_range *below);
void block_add(struct prove_block *b, struct seal_digest *d, const struct seal_hash *leaf);
/* NULL: it is not known. */
const struct seal_hash *block_node(const struct prove_block *b, unsigned level, uint64_t index);

/* Makes the signed tree of the evidence. *e says what, for all but HOLDS. */
MUST_CHECK enum prove_status prove_make_tree(struct prove *p, struct err *e);

/* Whether all that the block has is signed: that it is the one of its number, whole. */
bool prove_agrees(struct prove *p, const struct prove_block *b);

/* As many leaves as the block has in the signed tree. */
uint64_t prove_count(const struct prove *p, uint64_t number);

/* A block that agrees; NULL with *status and *e. Valid until the next but one call. */
const struct prove_block *prove_block(struct prove *p, uint64_t number, enum prove_status *status,
				      struct err *e);

/* Reads a block's leaves out of level0. False: they are not all there. */
bool prove_leaves(struct prove *p, uint64_t number, struct prove_block *out);

/*
 * Walks over the text from the first line on. line() is told of each line up to the signed size, block() of each
 * block that has ended, begun or not. Either may be NULL; their false ends it. HOLDS also where it was ended.
 */
struct prove_pass {
	uint64_t from; /* lines below are passed over without being hashed */
	bool (*line)(void *ctx, uint64_t index, struct sv line, const struct seal_hash *leaf,
		     const struct verify_spot *spot);
	bool (*block)(void *ctx, const struct prove_block *b);
	void *ctx;
};
MUST_CHECK enum prove_status prove_walk(struct prove *p, const struct prove_pass *pass,
					struct err *e);

/* Nodes of the signed tree, each out of a block that agrees, with a struct prove for ctx. */
int prove_get(void *prove, unsigned level, uint64_t index, struct seal_hash *out, struct err *e);

/* The number of the first commit of which below() is false; they rise. */
uint64_t prove_search(const struct prove *p, bool (*below)(const struct seal_commit *c, uint64_t x),
		      uint64_t x);
/* Reads a record; false: there is none, or it is damaged. */
bool prove_commit(const struct prove *p, uint64_t number, struct seal_commit *out);
/* The newest signed checkpoint. False: there is none. */
bool prove_newest(const struct prove *p, struct seal_commit *out);
/* The text of a commit's checkpoint, signed. */
void prove_put_note(const struct prove *p, const struct seal_commit *c, struct buf *out);

#endif
