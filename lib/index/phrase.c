/* A cache of four ways, found by the first bytes of a phrase; what is read again and again stays in it. */
#include "index/phrase.h"

#include "index/hash.h"

#include <stdlib.h>

#define KEPT_MAX 16384 /* in all: those that were replaced stay in the arena */

void phrases_init(struct phrases *p, struct arena *arena)
{
	*p = (struct phrases){.arena = arena};
}

void phrases_release(struct phrases *p)
{
	free(p->list);
	p->list = NULL;
	p->count = p->cap = 0;
}

void phrases_forget(struct phrases *p)
{
	memset(p->sets, 0, sizeof(p->sets));
}

void phrase_hash(struct phrase_key *k, size_t window)
{
	uint64_t hash = k->state;

	for (size_t i = 0; i < window; i += 8) {
		hash = (hash ^ hash_load(k->p + i)) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	k->hash = (uint32_t)hash;
}

const struct phrase *phrases_find(const struct phrases *p, const struct phrase_key *k)
{
	const struct phrase_set *set = &p->sets[k->hash % PHRASE_SETS];

	for (size_t i = 0; i < PHRASE_WAYS; i++) {
		const struct phrase *x = set->ways[i];

		if (x && set->hashes[i] == k->hash && x->state == k->state && x->bytes <= k->n &&
		    memcmp(x->text, k->p, x->bytes) == 0)
			return x;
	}
	return NULL;
}

static bool has_room(struct phrases *p)
{
	size_t cap = p->cap ? p->cap * 2 : 256;
	const struct phrase **grown;

	if (p->count < p->cap)
		return true;
	grown = reallocarray(p->list, cap, sizeof(const struct phrase *));
	if (!grown)
		return false;
	p->list = grown;
	p->cap = cap;
	return true;
}

/* NULL: no memory. */
static const void *copy(struct phrases *p, const void *from, size_t n)
{
	void *to = arena_alloc(p->arena, n);

	if (to && n)
		memcpy(to, from, n);
	return to;
}

void phrases_keep(struct phrases *p, const struct phrase_key *k, const struct phrase *made)
{
	struct phrase_set *set = &p->sets[k->hash % PHRASE_SETS];
	struct phrase *x;

	if (p->count == KEPT_MAX || !has_room(p))
		return;
	x = arena_alloc(p->arena, sizeof(*x));
	if (!x)
		return;
	*x = *made;
	x->number = (uint32_t)p->count;
	x->state = k->state;
	x->text = copy(p, k->p, made->bytes);
	x->picks = copy(p, made->picks, made->count * sizeof(*made->picks));
	x->shown = copy(p, made->shown, made->shown_count * sizeof(*made->shown));
	if (!x->text || !x->picks || !x->shown)
		return;
	p->list[p->count++] = x;
	set->ways[set->next] = x;
	set->hashes[set->next] = k->hash;
	set->next = (uint8_t)((set->next + 1) % PHRASE_WAYS);
}
