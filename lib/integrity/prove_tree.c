/*
 * The signed tree. Nodes of level 8 come out of level1, and are good when they give the signed root; else they
 * are made of the lines. Of a block of 256 leaves are good that give its node.
 */
#include "integrity/prove_priv.h"

#include <stdlib.h>

#define LL(n) ((unsigned long long)(n))

/* ---- one block ---- */

static size_t heap_place(unsigned level, uint64_t index)
{
	return ((size_t)1 << (VERIFY_LEVELS - level)) + (size_t)index;
}

static void put_node(void *ctx, unsigned level, uint64_t index, const struct seal_hash *hash)
{
	struct prove_block *b = ctx;
	size_t at = heap_place(level, index);

	b->node[at] = *hash;
	b->known[at / 64] |= UINT64_C(1) << at % 64;
}

const struct seal_hash *block_node(const struct prove_block *b, unsigned level, uint64_t index)
{
	size_t at = heap_place(level, index);

	return b->known[at / 64] >> at % 64 & 1 ? &b->node[at] : NULL;
}

void block_begin(struct prove_block *b, uint64_t number)
{
	b->is_set = true;
	b->number = number;
	b->range.size = 0;
	memset(b->known, 0, sizeof(b->known));
}

void block_begin_at(struct prove_block *b, uint64_t number, const struct seal_range *below)
{
	uint64_t size = below->size % VERIFY_BLOCK;

	block_begin(b, number);
	for (unsigned level = VERIFY_LEVELS; level-- > 0;)
		if (size >> level & 1) {
			put_node(b, level, (size >> level) - 1, &below->of[level]);
			b->range.of[level] = below->of[level];
		}
	b->range.size = size;
}

void block_add(struct prove_block *b, struct seal_digest *d, const struct seal_hash *leaf)
{
	const struct seal_sink sink = {b, put_node};

	put_node(b, 0, b->range.size, leaf);
	seal_range_add(&b->range, d, leaf, &sink);
}

/* ---- which of them are signed ---- */

uint64_t prove_count(const struct prove *p, uint64_t number)
{
	return number < p->block_count ? VERIFY_BLOCK : p->size % VERIFY_BLOCK;
}

/* Whether the blocks and what is behind them give the signed root. */
static bool root_agrees(struct prove *p, const struct prove_block *tail)
{
	struct seal_range r = {.size = 0};
	struct seal_hash root;

	for (uint64_t i = 0; i < p->block_count; i++)
		seal_range_add_tree(&r, p->v.digest, VERIFY_LEVELS, &p->blocks[i]);
	for (unsigned level = VERIFY_LEVELS; tail && level-- > 0;)
		if (tail->range.size >> level & 1)
			seal_range_add_tree(&r, p->v.digest, level, &tail->range.of[level]);
	seal_range_root(&r, p->v.digest, &root);
	return r.size == p->size && seal_hash_eq(&root, &p->v.ev.root);
}

bool prove_agrees(struct prove *p, const struct prove_block *b)
{
	const struct seal_hash *top;

	if (b->range.size != prove_count(p, b->number))
		return false;
	if (b->number == p->block_count)
		return root_agrees(p, b);
	top = block_node(b, VERIFY_LEVELS, 0);
	return top && seal_hash_eq(top, &p->blocks[b->number]);
}

bool prove_leaves(struct prove *p, uint64_t number, struct prove_block *out)
{
	struct seal_hash leaves[VERIFY_BLOCK];
	size_t n = (size_t)prove_count(p, number);

	block_begin(out, number);
	if (evidence_hashes(&p->v.ev, 0, number * VERIFY_BLOCK, n, leaves) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		block_add(out, p->v.digest, &leaves[i]);
	return true;
}

/* ---- out of the text ---- */

/* The block that a line is in; what is below the first line is put into it. */
static void begin_block(struct prove *p, uint64_t index, struct prove_block *b)
{
	if (index == p->v.first && index % VERIFY_BLOCK && p->has_range)
		block_begin_at(b, index / VERIFY_BLOCK, &p->v.range);
	else
		block_begin(b, index / VERIFY_BLOCK);
}

/* False: enough. */
static bool pass_line(struct prove *p, const struct prove_pass *pass, struct prove_block *b,
		      uint64_t index, struct sv line, const struct verify_spot *spot)
{
	struct seal_hash leaf;
	bool is_on = true;

	if (!b->is_set || index % VERIFY_BLOCK == 0)
		begin_block(p, index, b);
	seal_leaf(p->v.digest, line, &leaf);
	/* In a block whose beginning is not known leaves would stand in wrong places: it never agrees. */
	if (b->range.size == index % VERIFY_BLOCK)
		block_add(b, p->v.digest, &leaf);
	if (pass->line)
		is_on = pass->line(pass->ctx, index, line, &leaf, spot);
	if (is_on && pass->block && (index + 1 == p->size || (index + 1) % VERIFY_BLOCK == 0))
		is_on = pass->block(pass->ctx, b);
	return is_on;
}

enum prove_status prove_walk(struct prove *p, const struct prove_pass *pass, struct err *e)
{
	struct prove_block *b = calloc(1, sizeof(*b));
	struct verify_spot spot;
	struct verify_walk w;
	struct sv line;
	uint64_t index = p->v.first;
	int status = 0;

	if (!b || verify_walk_init(&w, &p->v.text, &p->v.from, e) != 0) {
		free(b);
		(void)err_set(e, "no memory to read the log");
		return PROVE_FAILED;
	}
	while (index < p->size && (status = verify_walk_next(&w, &line, &spot, e)) == 1) {
		if (index >= pass->from && !pass_line(p, pass, b, index, line, &spot))
			break;
		index++;
	}
	verify_walk_release(&w);
	free(b);
	return index < p->size && status < 0 ? PROVE_FAILED : PROVE_HOLDS;
}

struct one_block {
	struct prove_block *out;
	uint64_t number;
	bool is_found;
};

static bool take_block(void *ctx, const struct prove_block *b)
{
	struct one_block *one = ctx;

	if (b->number < one->number)
		return true;
	if (b->number == one->number) {
		*one->out = *b;
		one->is_found = true;
	}
	return false;
}

/* Hashes the lines of a block. MISSING: they are not all there. */
static enum prove_status hash_lines(struct prove *p, uint64_t number, struct prove_block *out,
				    struct err *e)
{
	struct one_block one = {out, number, false};
	const struct prove_pass pass = {number * VERIFY_BLOCK, NULL, take_block, &one};
	enum prove_status status = prove_walk(p, &pass, e);

	if (status != PROVE_HOLDS)
		return status;
	return one.is_found && out->range.size == prove_count(p, number) ? PROVE_HOLDS
									 : PROVE_MISSING;
}

/* ---- all blocks ---- */

static bool read_level1(struct prove *p)
{
	for (uint64_t i = 0; i < p->block_count;) {
		uint64_t left = p->block_count - i;
		size_t n = evidence_hashes(
			&p->v.ev, 1, i, left < SIZE_MAX ? (size_t)left : SIZE_MAX, &p->blocks[i]);

		if (!n)
			return false;
		i += n;
	}
	return true;
}

static enum prove_status find_tail(struct prove *p, struct err *e)
{
	enum prove_status status;

	if (p->size % VERIFY_BLOCK == 0)
		return root_agrees(p, NULL) ? PROVE_HOLDS : PROVE_WRONG;
	if (prove_leaves(p, p->block_count, &p->tail) && prove_agrees(p, &p->tail))
		return PROVE_HOLDS;
	status = hash_lines(p, p->block_count, &p->tail, e);
	if (status != PROVE_HOLDS)
		return status;
	return prove_agrees(p, &p->tail) ? PROVE_HOLDS : PROVE_WRONG;
}

static bool keep_block(void *ctx, const struct prove_block *b)
{
	struct prove *p = ctx;
	const struct seal_hash *top = block_node(b, VERIFY_LEVELS, 0);

	if (b->number == p->block_count)
		p->tail = *b;
	else if (top)
		p->blocks[b->number] = *top;
	return true;
}

enum prove_status prove_make_tree(struct prove *p, struct err *e)
{
	const struct prove_pass pass = {0, NULL, keep_block, p};
	enum prove_status status;
	bool is_whole;

	p->size = p->v.ev.size;
	p->block_count = p->size / VERIFY_BLOCK;
	p->blocks = calloc((size_t)p->block_count + 1, sizeof(*p->blocks));
	if (!p->blocks) {
		(void)err_set(e, "no memory for the tree of %llu lines", LL(p->size));
		return PROVE_FAILED;
	}
	is_whole = read_level1(p);
	if (is_whole && (status = find_tail(p, e)) == PROVE_HOLDS)
		return status;
	/* Below the first line that is kept there is nothing but level1, which is read now. */
	status = prove_walk(p, &pass, e);
	if (status != PROVE_HOLDS)
		return status;
	if (root_agrees(p, p->size % VERIFY_BLOCK ? &p->tail : NULL))
		return PROVE_HOLDS;
	(void)err_set(e,
		      "neither the hashes in integrity/ nor the lines give the signed root of %llu "
		      "lines: `aurum verify` says why",
		      LL(p->size));
	return is_whole || !p->v.first ? PROVE_WRONG : PROVE_MISSING;
}

const struct prove_block *prove_block(struct prove *p, uint64_t number, enum prove_status *status,
				      struct err *e)
{
	struct prove_block *b;

	if (number == p->block_count)
		return &p->tail;
	for (size_t i = 0; i < LEN(p->cache); i++)
		if (p->cache[i].is_set && p->cache[i].number == number)
			return &p->cache[i];
	b = &p->cache[p->next];
	p->next = (p->next + 1) % LEN(p->cache);
	*status = PROVE_HOLDS;
	if (prove_leaves(p, number, b) && prove_agrees(p, b))
		return b;
	*status = hash_lines(p, number, b, e);
	if (*status == PROVE_HOLDS && prove_agrees(p, b))
		return b;
	b->is_set = false;
	if (*status == PROVE_HOLDS) {
		*status = PROVE_WRONG;
		(void)err_set(
			e,
			"lines %llu to %llu are not as they were signed: `aurum verify` says more",
			LL(number * VERIFY_BLOCK), LL(number * VERIFY_BLOCK + VERIFY_BLOCK - 1));
	} else if (*status == PROVE_MISSING) {
		(void)err_set(e, "neither the lines %llu to %llu nor their hashes are all there",
			      LL(number * VERIFY_BLOCK),
			      LL(number * VERIFY_BLOCK + VERIFY_BLOCK - 1));
	}
	return NULL;
}

int prove_get(void *prove, unsigned level, uint64_t index, struct seal_hash *out, struct err *e)
{
	struct prove *p = prove;
	const struct prove_block *b;
	const struct seal_hash *node;
	struct seal_range r = {.size = 0};
	enum prove_status status;

	if (level >= VERIFY_LEVELS) {
		uint64_t n = UINT64_C(1) << (level - VERIFY_LEVELS);

		if (index > p->block_count / n || (index + 1) * n > p->block_count)
			return err_set(e, "there is no such node");
		for (uint64_t i = 0; i < n; i++)
			seal_range_add_tree(&r, p->v.digest, VERIFY_LEVELS,
					    &p->blocks[index * n + i]);
		*out = r.of[level];
		return 0;
	}
	b = prove_block(p, index >> (VERIFY_LEVELS - level), &status, e);
	if (!b)
		return -1;
	node = block_node(b, level, index & ((UINT64_C(1) << (VERIFY_LEVELS - level)) - 1));
	if (!node)
		return err_set(
			e,
			"the hashes that this proof needs were removed with lines below line %llu",
			LL(p->v.first));
	*out = *node;
	return 0;
}
