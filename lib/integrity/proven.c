/*
 * The set is an array of leaves and a table of places in it, by the leaves' first bytes: whoever makes many
 * lines with the same ones would make this slow, and has to find colliding hashes of lines that auditd wrote.
 */
#include "integrity/proven.h"

#include "integrity/prove_priv.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define MARGIN_S 60 /* that a line may be younger than it says */
#define NS_S     UINT64_C(1000000000)
#define MOST     ((uint64_t)UINT32_MAX - 1)

struct leaves {
	struct seal_hash *list;
	uint32_t *places; /* in the list, from 1; 0: none */
	uint64_t count, cap, mask;
};

struct proven {
	struct prove *p;
	uint64_t from, to;       /* lines in `near`, whole blocks */
	struct leaves near, all; /* all: made when it is needed */
	atomic_bool has_all;
	pthread_mutex_t lock; /* of making it */
	bool failed;
	struct err problem;
};

struct proven_asker {
	struct proven *set;
	struct seal_digest *digest;
};

/* ---- sets ---- */

static void leaves_release(struct leaves *l)
{
	free(l->list);
	free(l->places);
	*l = (struct leaves){.count = 0};
}

static bool leaves_init(struct leaves *l, uint64_t cap)
{
	uint64_t places = 16;

	while (places < cap * 2)
		places *= 2;
	*l = (struct leaves){.cap = cap, .mask = places - 1};
	if (cap > MOST)
		return false;
	l->list = calloc((size_t)cap + 1, sizeof(*l->list));
	l->places = calloc((size_t)places, sizeof(*l->places));
	return l->list && l->places;
}

static uint64_t place_of(const struct leaves *l, const struct seal_hash *h)
{
	uint64_t bits;

	memcpy(&bits, h->b, sizeof(bits));
	return bits & l->mask;
}

static void leaves_add(struct leaves *l, const struct seal_hash *h)
{
	uint64_t at = place_of(l, h);

	if (l->count == l->cap)
		return;
	while (l->places[at]) {
		if (seal_hash_eq(&l->list[l->places[at] - 1], h))
			return;
		at = (at + 1) & l->mask;
	}
	l->list[l->count] = *h;
	l->places[at] = (uint32_t)++l->count;
}

static bool leaves_have(const struct leaves *l, const struct seal_hash *h)
{
	if (!l->places)
		return false;
	for (uint64_t at = place_of(l, h); l->places[at]; at = (at + 1) & l->mask)
		if (seal_hash_eq(&l->list[l->places[at] - 1], h))
			return true;
	return false;
}

static void add_block(struct leaves *l, const struct prove_block *b)
{
	for (uint64_t i = 0; i < VERIFY_BLOCK; i++) {
		const struct seal_hash *leaf = block_node(b, 0, i);

		if (leaf)
			leaves_add(l, leaf);
	}
}

/* ---- filling them ---- */

struct filling {
	struct proven *set;
	struct leaves *leaves;
	uint64_t from, to; /* blocks */
	uint8_t *wanted;   /* those that level0 does not give */
	uint64_t left;
};

static bool take_block(void *ctx, const struct prove_block *b)
{
	struct filling *f = ctx;

	if (b->number >= f->to)
		return false;
	if (b->number >= f->from && f->wanted[b->number - f->from] && prove_agrees(f->set->p, b)) {
		add_block(f->leaves, b);
		f->wanted[b->number - f->from] = 0;
		f->left--;
	}
	return f->left > 0;
}

/* Blocks out of level0; what it does not give out of the text. 0, or -1. */
static int fill(struct filling *f, struct err *e)
{
	struct prove *p = f->set->p;
	struct prove_block *b = calloc(1, sizeof(*b));
	const struct prove_pass pass = {f->from * VERIFY_BLOCK, NULL, take_block, f};
	enum prove_status status = PROVE_HOLDS;

	f->wanted = calloc((size_t)(f->to - f->from) + 1, 1);
	if (!b || !f->wanted) {
		free(b);
		return err_set(e, "no memory for the hashes of lines");
	}
	for (uint64_t i = f->from; i < f->to; i++) {
		/* The tail is known already, and to look whether one agrees is dear. */
		if (i == p->block_count)
			add_block(f->leaves, &p->tail);
		else if (prove_leaves(p, i, b) && prove_agrees(p, b))
			add_block(f->leaves, b);
		else if ((i + 1) * VERIFY_BLOCK > p->v.first)
			f->left += f->wanted[i - f->from] = 1;
	}
	free(b);
	if (f->left)
		status = prove_walk(p, &pass, e);
	return status == PROVE_HOLDS ? 0 : -1;
}

static int make(struct proven *s, struct leaves *l, uint64_t from, uint64_t to, struct err *e)
{
	struct filling f = {.set = s, .leaves = l, .from = from, .to = to};
	int status;

	if (!leaves_init(l, (to - from) * VERIFY_BLOCK)) {
		leaves_release(l);
		return err_set(e, "no memory for the hashes of %llu lines",
			       (unsigned long long)(to - from) * VERIFY_BLOCK);
	}
	status = fill(&f, e);
	free(f.wanted);
	return status;
}

static uint64_t all_blocks(const struct proven *s)
{
	return s->p->block_count + (s->p->size % VERIFY_BLOCK > 0);
}

/* Everything. False: a problem. */
static bool make_all(struct proven *s)
{
	(void)pthread_mutex_lock(&s->lock);
	if (!atomic_load(&s->has_all)) {
		if (make(s, &s->all, 0, all_blocks(s), &s->problem) != 0)
			s->failed = true;
		atomic_store(&s->has_all, true);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return !s->failed;
}

/* ---- when ---- */

static bool is_older(const struct seal_commit *c, uint64_t ns)
{
	return c->wall_ns < ns;
}

static uint64_t ns_of(int64_t seconds)
{
	return seconds <= 0                            ? 0
	       : seconds > (int64_t)(INT64_MAX / NS_S) ? INT64_MAX
						       : (uint64_t)seconds * NS_S;
}

/* Lines that were written about then, as `commits` says: a hint, for all others are looked at as well. */
static void find_window(struct proven *s, int64_t from, int64_t to)
{
	struct prove *p = s->p;
	uint64_t a = prove_search(p, is_older,
				  ns_of(from > INT64_MIN + MARGIN_S ? from - MARGIN_S : from));
	uint64_t b =
		prove_search(p, is_older, ns_of(to < INT64_MAX - MARGIN_S ? to + MARGIN_S : to));
	struct seal_commit c;

	s->from = 0;
	s->to = all_blocks(s);
	if (a && prove_commit(p, a - 1, &c) && c.size <= p->size)
		s->from = c.size / VERIFY_BLOCK;
	if (prove_commit(p, b, &c) && c.size <= p->size && c.size / VERIFY_BLOCK + 1 < s->to)
		s->to = c.size / VERIFY_BLOCK + 1;
	if (s->from > s->to)
		s->from = s->to;
}

/* ---- the contract ---- */

enum prove_status proven_open(struct proven **set, struct prove *p, int64_t from, int64_t to,
			      struct err *e)
{
	struct proven *s = calloc(1, sizeof(*s));

	*set = NULL;
	if (!s) {
		(void)err_set(e, "no memory to prove anything");
		return PROVE_FAILED;
	}
	s->p = p;
	(void)pthread_mutex_init(&s->lock, NULL);
	find_window(s, from, to);
	if (make(s, &s->near, s->from, s->to, e) != 0) {
		proven_close(s);
		return PROVE_FAILED;
	}
	if (s->from == 0 && s->to == all_blocks(s))
		atomic_store(&s->has_all, true);
	*set = s;
	return PROVE_HOLDS;
}

void proven_close(struct proven *s)
{
	if (!s)
		return;
	leaves_release(&s->near);
	leaves_release(&s->all);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

struct proven_asker *proven_asker_new(struct proven *s)
{
	struct proven_asker *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->set = s;
	a->digest = seal_digest_new(NULL);
	if (a->digest)
		return a;
	free(a);
	return NULL;
}

void proven_asker_free(struct proven_asker *a)
{
	if (!a)
		return;
	seal_digest_free(a->digest);
	free(a);
}

bool proven_has(struct proven_asker *a, struct sv line)
{
	struct proven *s = a->set;
	struct seal_hash leaf;

	seal_leaf(a->digest, line, &leaf);
	if (seal_digest_failed(a->digest))
		return false;
	if (leaves_have(&s->near, &leaf))
		return true;
	if (!atomic_load(&s->has_all) && !make_all(s))
		return false;
	return leaves_have(&s->all, &leaf);
}

const char *proven_problem(const struct proven *s)
{
	return s->failed ? s->problem.text : NULL;
}
