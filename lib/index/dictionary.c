/* A hash table that grows; the values' bytes are in the arena. */
#include "index/dictionary.h"

#include <stdlib.h>

#define FIRST_CAP 64

void dictionary_init(struct dictionary *d, struct arena *arena, uint64_t seed)
{
	*d = (struct dictionary){.arena = arena, .seed = seed};
}

void dictionary_release(struct dictionary *d)
{
	free(d->slots);
	free(d->list);
	d->slots = NULL;
	d->list = NULL;
	d->cap = d->count = 0;
}

static void place(struct dictionary *d, const struct dictionary_key *k, size_t number)
{
	size_t i = k->hash & (d->cap - 1);

	while (d->slots[i].place)
		i = (i + 1) & (d->cap - 1);
	d->slots[i] = (struct dictionary_slot){
		.key = k->key, .bytes = (uint32_t)k->raw.n, .place = (uint32_t)number + 1};
}

/* Room for twice as many. */
static bool grow(struct dictionary *d)
{
	size_t cap = d->cap ? d->cap * 2 : FIRST_CAP;
	struct dictionary_slot *slots = calloc(cap, sizeof(*slots));
	struct value *list = reallocarray(d->list, cap / 2, sizeof(*list));

	if (list)
		d->list = list;
	if (!slots || !list) {
		free(slots);
		return false;
	}
	free(d->slots);
	d->slots = slots;
	d->cap = cap;
	for (size_t i = 0; i < d->count; i++) {
		struct dictionary_key k =
			dictionary_key(d, sv_make(d->list[i].p, d->list[i].bytes));

		place(d, &k, i);
	}
	return true;
}

uint32_t dictionary_make(struct dictionary *d, const struct dictionary_key *k)
{
	size_t n = k->raw.n;
	char *copy;

	if (d->count == DICTIONARY_MAX || (d->count == d->cap / 2 && !grow(d)))
		return DICTIONARY_FULL;
	copy = arena_alloc(d->arena, n + HASH_SLACK);
	if (!copy)
		return DICTIONARY_FULL;
	memcpy(copy, k->raw.p, n);
	memset(copy + n, 0, HASH_SLACK);
	d->list[d->count] = (struct value){.p = copy, .bytes = (uint32_t)n};
	d->is_new = true;
	place(d, k, d->count);
	return (uint32_t)d->count++;
}
