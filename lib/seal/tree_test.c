#include "base/test.h"

#include "seal/tree.h"

/* The tree by RFC 9162's own recursive words, over an array of leaves. */
enum { LEAVES = 70 };

struct world {
	struct seal_digest *d;
	struct seal_hash leaves[LEAVES];
};

static uint64_t below(uint64_t n)
{
	uint64_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

static struct seal_hash naive_root(struct world *w, uint64_t begin, uint64_t end)
{
	struct seal_hash out, left, right;

	if (begin == end) {
		seal_sha256(w->d, SV_EMPTY, &out);
		return out;
	}
	if (end - begin == 1)
		return w->leaves[begin];
	left = naive_root(w, begin, begin + below(end - begin));
	right = naive_root(w, begin + below(end - begin), end);
	seal_node(w->d, &left, &right, &out);
	return out;
}

static unsigned naive_path(struct world *w, uint64_t m, uint64_t begin, uint64_t end,
			   struct seal_hash *path)
{
	uint64_t k = end - begin > 1 ? below(end - begin) : 0;
	unsigned n;

	if (k == 0)
		return 0;
	if (m < k) {
		n = naive_path(w, m, begin, begin + k, path);
		path[n] = naive_root(w, begin + k, end);
	} else {
		n = naive_path(w, m - k, begin + k, end, path);
		path[n] = naive_root(w, begin, begin + k);
	}
	return n + 1;
}

static unsigned naive_subproof(struct world *w, uint64_t m, uint64_t begin, uint64_t end,
			       bool is_whole, struct seal_hash *path)
{
	uint64_t k;
	unsigned n;

	if (m == end - begin) {
		if (is_whole)
			return 0;
		path[0] = naive_root(w, begin, end);
		return 1;
	}
	k = below(end - begin);
	if (m <= k) {
		n = naive_subproof(w, m, begin, begin + k, is_whole, path);
		path[n] = naive_root(w, begin + k, end);
	} else {
		n = naive_subproof(w, m - k, begin + k, end, false, path);
		path[n] = naive_root(w, begin, begin + k);
	}
	return n + 1;
}

static int get(void *ctx, unsigned level, uint64_t index, struct seal_hash *out, struct err *e)
{
	struct world *w = ctx;
	uint64_t begin = index << level, end = (index + 1) << level;

	if (end > LEAVES)
		return err_set(e, "no such subtree");
	*out = naive_root(w, begin, end);
	return 0;
}

static int setup(void **state)
{
	static struct world w;
	char line[] = "line 00";

	w.d = seal_digest_new(NULL);
	for (int i = 0; i < LEAVES; i++) {
		line[5] = (char)('0' + i / 10);
		line[6] = (char)('0' + i % 10);
		seal_leaf(w.d, sv_cstr(line), &w.leaves[i]);
	}
	*state = &w;
	return w.d ? 0 : -1;
}

static int teardown(void **state)
{
	seal_digest_free(((struct world *)*state)->d);
	return 0;
}

struct told {
	struct world *w;
	unsigned count;
};

static void told_node(void *ctx, unsigned level, uint64_t index, const struct seal_hash *hash)
{
	struct told *told = ctx;
	struct seal_hash want = naive_root(told->w, index << level, (index + 1) << level);

	assert_true(level >= 1);
	assert_true(seal_hash_eq(hash, &want));
	told->count++;
}

static void a_range_has_the_root_of_the_recursive_words(void **state)
{
	struct world *w = *state;
	struct told told = {w, 0};
	const struct seal_sink sink = {&told, told_node};
	struct seal_range range = {0};

	for (uint64_t size = 0;; size++) {
		struct seal_hash root, want = naive_root(w, 0, size);

		seal_range_root(&range, w->d, &root);
		assert_true(seal_hash_eq(&root, &want));
		if (size == LEAVES)
			break;
		seal_range_add(&range, w->d, &w->leaves[size], &sink);
		assert_int_equal(range.size, size + 1);
	}
	/* Of n leaves, n - (ones in n) nodes are finished. */
	assert_int_equal(told.count, LEAVES - __builtin_popcount(LEAVES));
}

static void a_range_grows_by_full_subtrees(void **state)
{
	struct world *w = *state;
	struct seal_range range = {0};
	struct seal_hash root, want = naive_root(w, 0, 64 + 4 + 2), part;

	part = naive_root(w, 0, 32);
	seal_range_add_tree(&range, w->d, 5, &part);
	part = naive_root(w, 32, 64);
	seal_range_add_tree(&range, w->d, 5, &part);
	part = naive_root(w, 64, 68);
	seal_range_add_tree(&range, w->d, 2, &part);
	part = naive_root(w, 68, 70);
	seal_range_add_tree(&range, w->d, 1, &part);
	assert_int_equal(range.size, 70);
	seal_range_root(&range, w->d, &root);
	assert_true(seal_hash_eq(&root, &want));
}

static void a_reader_gives_range_and_root_of_any_size(void **state)
{
	struct world *w = *state;
	const struct seal_nodes nodes = {w, get};
	struct seal_hash root, again, want;
	struct seal_range range;
	struct err e;

	for (uint64_t size = 0; size <= LEAVES; size++) {
		want = naive_root(w, 0, size);
		assert_int_equal(seal_root_at(&nodes, size, w->d, &root, &e), 0);
		assert_true(seal_hash_eq(&root, &want));
		assert_int_equal(seal_range_at(&nodes, size, w->d, &range, &e), 0);
		assert_int_equal(range.size, size);
		seal_range_root(&range, w->d, &again);
		assert_true(seal_hash_eq(&again, &want));
	}
	assert_int_equal(seal_root_at(&nodes, LEAVES + 1, w->d, &root, &e), -1);
	assert_string_equal(e.text, "no such subtree");
	assert_int_equal(seal_root_at(&nodes, UINT64_MAX, w->d, &root, &e), -1);
	assert_int_equal(seal_range_at(&nodes, UINT64_C(1) << 63, w->d, &range, &e), -1);
}

static void inclusion_is_proven_as_the_recursive_words_prove_it(void **state)
{
	struct world *w = *state;
	const struct seal_nodes nodes = {w, get};
	struct seal_hash path[SEAL_PATH_MAX], want[SEAL_PATH_MAX];
	unsigned count;

	for (uint64_t size = 1; size <= LEAVES; size++) {
		struct seal_hash root = naive_root(w, 0, size);

		for (uint64_t i = 0; i < size; i++) {
			assert_int_equal(
				seal_prove_inclusion(&nodes, i, size, w->d, path, &count, NULL), 0);
			assert_int_equal(count, naive_path(w, i, 0, size, want));
			assert_memory_equal(path, want, count * sizeof(*path));
			assert_true(seal_check_inclusion(w->d, &w->leaves[i], i, size, path, count,
							 &root));
		}
	}
}

static void inclusion_of_anything_else_is_refused(void **state)
{
	struct world *w = *state;
	const struct seal_nodes nodes = {w, get};
	struct seal_hash path[SEAL_PATH_MAX + 1], root, leaf = w->leaves[0];
	unsigned count;
	struct err e;

	for (uint64_t size = 1; size <= 40; size++) {
		root = naive_root(w, 0, size);
		for (uint64_t i = 0; i < size; i++) {
			assert_int_equal(
				seal_prove_inclusion(&nodes, i, size, w->d, path, &count, NULL), 0);
			leaf = w->leaves[i];
			path[count] = leaf;
			assert_false(
				seal_check_inclusion(w->d, &leaf, i, size, path, count + 1, &root));
			if (count > 0)
				assert_false(seal_check_inclusion(w->d, &leaf, i, size, path,
								  count - 1, &root));
			for (uint64_t other = 0; other < size; other++)
				if (other != i)
					assert_false(seal_check_inclusion(w->d, &leaf, other, size,
									  path, count, &root));
			leaf.b[31] ^= 1;
			assert_false(
				seal_check_inclusion(w->d, &leaf, i, size, path, count, &root));
			leaf.b[31] ^= 1;
			for (unsigned j = 0; j < count; j++) {
				path[j].b[j % 32] ^= 4;
				assert_false(seal_check_inclusion(w->d, &leaf, i, size, path, count,
								  &root));
				path[j].b[j % 32] ^= 4;
			}
		}
	}
	assert_false(seal_check_inclusion(w->d, &leaf, 1, 1, path, 0, &leaf));
	assert_false(seal_check_inclusion(w->d, &leaf, 0, 0, path, 0, &leaf));
	assert_false(seal_check_inclusion(w->d, &leaf, 0, UINT64_MAX, path, 0, &leaf));
	assert_int_equal(seal_prove_inclusion(&nodes, 7, 7, w->d, path, &count, &e), -1);
	assert_string_equal(e.text, "leaf 7 is not below size 7");
}

static void consistency_is_proven_as_the_recursive_words_prove_it(void **state)
{
	struct world *w = *state;
	const struct seal_nodes nodes = {w, get};
	struct seal_hash path[SEAL_CONSISTENCY_MAX], want[SEAL_CONSISTENCY_MAX];
	unsigned count;

	for (uint64_t size = 0; size <= LEAVES; size++) {
		struct seal_hash root = naive_root(w, 0, size);

		for (uint64_t old = 0; old <= size; old++) {
			struct seal_hash old_root = naive_root(w, 0, old);

			assert_int_equal(
				seal_prove_consistency(&nodes, old, size, w->d, path, &count, NULL),
				0);
			assert_int_equal(
				count, old == 0 ? 0 : naive_subproof(w, old, 0, size, true, want));
			assert_memory_equal(path, want, count * sizeof(*path));
			assert_true(seal_check_consistency(w->d, old, size, path, count, &old_root,
							   &root));
		}
	}
}

static void consistency_of_anything_else_is_refused(void **state)
{
	struct world *w = *state;
	const struct seal_nodes nodes = {w, get};
	struct seal_hash path[SEAL_CONSISTENCY_MAX + 1], root, old_root, other;
	unsigned count;
	struct err e;

	for (uint64_t size = 1; size <= 40; size++) {
		root = naive_root(w, 0, size);
		for (uint64_t old = 0; old <= size; old++) {
			old_root = naive_root(w, 0, old);
			assert_int_equal(
				seal_prove_consistency(&nodes, old, size, w->d, path, &count, NULL),
				0);
			path[count] = root;
			assert_false(seal_check_consistency(w->d, old, size, path, count + 1,
							    &old_root, &root));
			if (count > 0)
				assert_false(seal_check_consistency(w->d, old, size, path,
								    count - 1, &old_root, &root));
			other = old_root;
			other.b[0] ^= 1;
			assert_false(seal_check_consistency(w->d, old, size, path, count, &other,
							    &root));
			other = root;
			other.b[0] ^= 1;
			if (old > 0) /* nothing is said of what follows nothing */
				assert_false(seal_check_consistency(w->d, old, size, path, count,
								    &old_root, &other));
			for (unsigned j = 0; j < count; j++) {
				path[j].b[j % 32] ^= 4;
				assert_false(seal_check_consistency(w->d, old, size, path, count,
								    &old_root, &root));
				path[j].b[j % 32] ^= 4;
			}
		}
	}
	assert_false(seal_check_consistency(w->d, 2, 1, path, 0, &root, &root));
	assert_int_equal(seal_prove_consistency(&nodes, 8, 7, w->d, path, &count, &e), -1);
}

static void paths_of_the_largest_trees_fit(void **state)
{
	struct world *w = *state;
	const uint64_t size = (UINT64_C(1) << 63) - 1;
	struct seal_hash path[SEAL_PATH_MAX] = {0}, root = {{0}};

	/* 62 steps from leaf 0 to the root; what matters is that nothing wraps. */
	for (unsigned count = 0; count <= SEAL_PATH_MAX; count++) {
		assert_false(seal_check_inclusion(w->d, &root, size - 1, size, path, count, &root));
		assert_false(
			seal_check_consistency(w->d, size - 1, size, path, count, &root, &root));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_has_the_root_of_the_recursive_words),
		cmocka_unit_test(a_range_grows_by_full_subtrees),
		cmocka_unit_test(a_reader_gives_range_and_root_of_any_size),
		cmocka_unit_test(inclusion_is_proven_as_the_recursive_words_prove_it),
		cmocka_unit_test(inclusion_of_anything_else_is_refused),
		cmocka_unit_test(consistency_is_proven_as_the_recursive_words_prove_it),
		cmocka_unit_test(consistency_of_anything_else_is_refused),
		cmocka_unit_test(paths_of_the_largest_trees_fit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
