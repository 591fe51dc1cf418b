/*
 * The tree of RFC 9162, 2.1. Its recursive definitions become walks from the root down: at each step
 * the largest power of two below the number of leaves splits them in two.
 */
#include "seal/tree.h"

#include <assert.h>

#define SIZE_MAX_LEAVES (UINT64_C(1) << 63)

/* Puts a full subtree behind the range and joins it with those it completes. */
static void join(struct seal_range *r, struct seal_digest *d, unsigned level, struct seal_hash hash,
		 const struct seal_sink *sink)
{
	uint64_t index = r->size >> level;

	r->size += UINT64_C(1) << level;
	for (; index & 1; index >>= 1) {
		seal_node(d, &r->of[level], &hash, &hash);
		level++;
		if (sink)
			sink->node(sink->ctx, level, index >> 1, &hash);
	}
	r->of[level] = hash;
}

void seal_range_add(struct seal_range *r, struct seal_digest *d, const struct seal_hash *leaf,
		    const struct seal_sink *sink)
{
	join(r, d, 0, *leaf, sink);
}

void seal_range_add_tree(struct seal_range *r, struct seal_digest *d, unsigned level,
			 const struct seal_hash *hash)
{
	assert(level < 63 && (r->size & ((UINT64_C(1) << level) - 1)) == 0);
	join(r, d, level, *hash, NULL);
}

void seal_range_root(const struct seal_range *r, struct seal_digest *d, struct seal_hash *out)
{
	unsigned level;
	struct seal_hash root;

	if (r->size == 0) {
		seal_sha256(d, SV_EMPTY, out);
		return;
	}
	level = (unsigned)__builtin_ctzll(r->size);
	root = r->of[level];
	for (uint64_t left = r->size & (r->size - 1); left != 0; left &= left - 1)
		seal_node(d, &r->of[__builtin_ctzll(left)], &root, &root);
	*out = root;
}

static int check_size(uint64_t size, struct err *e)
{
	return size < SIZE_MAX_LEAVES ? 0 : err_set(e, "a tree of 2^63 leaves or more");
}

static int check_digest(const struct seal_digest *d, struct err *e)
{
	return seal_digest_failed(d) ? err_set(e, "SHA-256 failed") : 0;
}

int seal_range_at(const struct seal_nodes *nodes, uint64_t size, struct seal_digest *d,
		  struct seal_range *out, struct err *e)
{
	struct seal_range range = {.size = size};

	if (check_size(size, e) != 0)
		return -1;
	for (uint64_t left = size; left != 0; left &= left - 1) {
		unsigned level = (unsigned)__builtin_ctzll(left);

		if (nodes->get(nodes->ctx, level, (size >> level) - 1, &range.of[level], e) != 0)
			return -1;
	}
	if (check_digest(d, e) != 0)
		return -1;
	*out = range;
	return 0;
}

/* The root of the leaves [begin, end), which a walk from the root came to: begin is a multiple of a
 * power of two that is not below their number. */
static int root_between(const struct seal_nodes *nodes, uint64_t begin, uint64_t end,
			struct seal_digest *d, struct seal_hash *out, struct err *e)
{
	uint64_t size = end - begin;
	struct seal_hash root, node;

	for (uint64_t left = size; left != 0; left &= left - 1) {
		unsigned level = (unsigned)__builtin_ctzll(left);
		uint64_t index = (begin >> level) + (size >> level) - 1;

		if (nodes->get(nodes->ctx, level, index, &node, e) != 0)
			return -1;
		if (left == size)
			root = node;
		else
			seal_node(d, &node, &root, &root);
	}
	if (size == 0)
		seal_sha256(d, SV_EMPTY, &root);
	*out = root;
	return 0;
}

int seal_root_at(const struct seal_nodes *nodes, uint64_t size, struct seal_digest *d,
		 struct seal_hash *out, struct err *e)
{
	struct seal_hash root;

	if (check_size(size, e) != 0 || root_between(nodes, 0, size, d, &root, e) != 0 ||
	    check_digest(d, e) != 0)
		return -1;
	*out = root;
	return 0;
}

/* Where a walk is: leaves [begin, end), and which of the two sides it goes on to. */
struct walk {
	uint64_t begin, end;
};

/* Largest power of two below n, which is above 1. */
static uint64_t split(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* Goes one step down towards the leaf at `to`; the other side's root is put to *other. */
static int step(struct walk *w, uint64_t to, const struct seal_nodes *nodes, struct seal_digest *d,
		struct seal_hash *other, struct err *e)
{
	uint64_t middle = w->begin + split(w->end - w->begin);

	if (to < middle) {
		if (root_between(nodes, middle, w->end, d, other, e) != 0)
			return -1;
		w->end = middle;
	} else {
		if (root_between(nodes, w->begin, middle, d, other, e) != 0)
			return -1;
		w->begin = middle;
	}
	return 0;
}

/* A walk goes down, a path goes up. */
static void reverse(const struct seal_hash *down, unsigned count, struct seal_hash *up)
{
	for (unsigned i = 0; i < count; i++)
		up[i] = down[count - 1 - i];
}

int seal_prove_inclusion(const struct seal_nodes *nodes, uint64_t index, uint64_t size,
			 struct seal_digest *d, struct seal_hash path[SEAL_PATH_MAX],
			 unsigned *count, struct err *e)
{
	struct seal_hash down[SEAL_PATH_MAX];
	struct walk w = {0, size};
	unsigned n = 0;

	if (check_size(size, e) != 0)
		return -1;
	if (index >= size)
		return err_set(e, "leaf %llu is not below size %llu", (unsigned long long)index,
			       (unsigned long long)size);
	while (w.end - w.begin > 1)
		if (step(&w, index, nodes, d, &down[n++], e) != 0)
			return -1;
	if (check_digest(d, e) != 0)
		return -1;
	reverse(down, n, path);
	*count = n;
	return 0;
}

bool seal_check_inclusion(struct seal_digest *d, const struct seal_hash *leaf, uint64_t index,
			  uint64_t size, const struct seal_hash *path, unsigned count,
			  const struct seal_hash *root)
{
	struct seal_hash hash = *leaf;
	uint64_t at, last;

	if (index >= size || size >= SIZE_MAX_LEAVES)
		return false;
	at = index;
	last = size - 1;
	for (unsigned i = 0; i < count; i++) {
		if (last == 0)
			return false;
		if ((at & 1) || at == last) {
			seal_node(d, &path[i], &hash, &hash);
			for (; !(at & 1) && at != 0; at >>= 1)
				last >>= 1;
		} else {
			seal_node(d, &hash, &path[i], &hash);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && !seal_digest_failed(d) && seal_hash_eq(&hash, root);
}

int seal_prove_consistency(const struct seal_nodes *nodes, uint64_t old, uint64_t size,
			   struct seal_digest *d, struct seal_hash path[SEAL_CONSISTENCY_MAX],
			   unsigned *count, struct err *e)
{
	struct seal_hash down[SEAL_CONSISTENCY_MAX];
	struct walk w = {0, size};
	unsigned n = 0;

	if (check_size(size, e) != 0)
		return -1;
	if (old > size)
		return err_set(e, "size %llu is above size %llu", (unsigned long long)old,
			       (unsigned long long)size);
	*count = 0;
	if (old == 0 || old == size)
		return 0;
	while (w.end != old) /* the last leaf of the old tree is at old - 1 */
		if (step(&w, old - 1, nodes, d, &down[n++], e) != 0)
			return -1;
	/* A subtree that is the whole old tree is known already. */
	if (w.begin != 0 && root_between(nodes, w.begin, w.end, d, &down[n++], e) != 0)
		return -1;
	if (check_digest(d, e) != 0)
		return -1;
	reverse(down, n, path);
	*count = n;
	return 0;
}

/* Both roots that a consistency proof leads to; false where it is too short or too long. */
static bool lead(struct seal_digest *d, uint64_t old, uint64_t size, const struct seal_hash *path,
		 unsigned count, struct seal_hash *old_root, struct seal_hash *root)
{
	uint64_t at = old - 1, last = size - 1;

	for (; at & 1; at >>= 1)
		last >>= 1;
	for (unsigned i = 0; i < count; i++) {
		if (last == 0)
			return false;
		if ((at & 1) || at == last) {
			seal_node(d, &path[i], old_root, old_root);
			seal_node(d, &path[i], root, root);
			for (; !(at & 1) && at != 0; at >>= 1)
				last >>= 1;
		} else {
			seal_node(d, root, &path[i], root);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0;
}

bool seal_check_consistency(struct seal_digest *d, uint64_t old, uint64_t size,
			    const struct seal_hash *path, unsigned count,
			    const struct seal_hash *old_root, const struct seal_hash *root)
{
	struct seal_hash first, second;

	if (old > size || size >= SIZE_MAX_LEAVES)
		return false;
	if (old == 0) {
		seal_sha256(d, SV_EMPTY, &first);
		return count == 0 && !seal_digest_failed(d) && seal_hash_eq(&first, old_root) &&
		       (size != 0 || seal_hash_eq(&first, root));
	}
	if (old == size)
		return count == 0 && seal_hash_eq(old_root, root);
	if ((old & (old - 1)) == 0) {
		first = *old_root; /* one full subtree, which the proof leaves out */
	} else {
		if (count == 0)
			return false;
		first = *path++;
		count--;
	}
	second = first;
	return lead(d, old, size, path, count, &first, &second) && !seal_digest_failed(d) &&
	       seal_hash_eq(&first, old_root) && seal_hash_eq(&second, root);
}
