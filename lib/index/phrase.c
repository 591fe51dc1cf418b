/* A cache of four ways, found by the first bytes of a phrase; what is read again and again stays in it. */
#include "index/phrase.h"

#define BYTES_MAX 1024
#define KEPT_MAX  16384 /* in all: those that were replaced stay in the arena */

void phrases_init(struct phrases *p, struct arena *arena)
{
	*p = (struct phrases){.arena = arena};
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

void phrases_keep(struct phrases *p, const struct phrase_key *k, size_t bytes, uint8_t state_behind,
		  const struct pick *picks, size_t count)
{
	struct phrase_set *set = &p->sets[k->hash % PHRASE_SETS];
	struct phrase *x;
	char *text;

	if (bytes > BYTES_MAX || p->kept == KEPT_MAX)
		return;
	x = arena_alloc(p->arena, sizeof(*x) + count * sizeof(*picks) + bytes);
	if (!x)
		return;
	text = (char *)(x->picks + count);
	*x = (struct phrase){
		.bytes = (uint16_t)bytes,
		.count = (uint16_t)count,
		.state = k->state,
		.state_behind = state_behind,
		.text = text,
	};
	if (count)
		memcpy(x->picks, picks, count * sizeof(*picks));
	memcpy(text, k->p, bytes);
	p->kept++;
	set->ways[set->next] = x;
	set->hashes[set->next] = k->hash;
	set->next = (uint8_t)((set->next + 1) % PHRASE_WAYS);
}
