/* A hash table that grows, and chunks that double: values of few pieces are small. */
#include "index/postings.h"

#include <stdlib.h>

#define FIRST_CAP 64

void postings_init(struct postings *v, struct arena *arena, uint64_t seed)
{
	*v = (struct postings){.arena = arena, .seed = seed};
}

void postings_release(struct postings *v)
{
	free(v->slots);
	free(v->list);
	v->slots = v->list = NULL;
	v->cap = v->count = 0;
}

static uint64_t hash_of(const struct postings *v, const struct value *x)
{
	uint64_t hash = hash_mix(x->head[0] ^ v->seed,
				 x->head[1] ^ x->bytes ^ UINT64_C(0xa0761d6478bd642f));

	return x->bytes > 16 ? hash ^ XXH3_64bits_withSeed(x->p, x->bytes, v->seed) : hash;
}

static void place(struct postings *v, struct value *x, uint64_t hash)
{
	size_t i = hash & (v->cap - 1);

	while (v->slots[i])
		i = (i + 1) & (v->cap - 1);
	v->slots[i] = x;
}

/* Room for twice as many. */
static bool grow(struct postings *v)
{
	size_t cap = v->cap ? v->cap * 2 : FIRST_CAP;
	struct value **slots = calloc(cap, sizeof(struct value *));
	struct value **list = reallocarray(v->list, cap / 2, sizeof(struct value *));

	if (list)
		v->list = list;
	if (!slots || !list) {
		free(slots);
		return false;
	}
	free(v->slots);
	v->slots = slots;
	v->cap = cap;
	for (size_t i = 0; i < v->count; i++)
		place(v, v->list[i], hash_of(v, v->list[i]));
	return true;
}

struct value *postings_make(struct postings *v, const struct posting_key *k)
{
	size_t n = k->raw.n;
	struct value *x = arena_alloc(v->arena, sizeof(*x) + n + HASH_SLACK);
	char *copy = (char *)(x + 1);

	if (!x || (v->count >= v->cap / 2 && !grow(v)))
		return NULL;
	memcpy(copy, k->raw.p, n);
	memset(copy + n, 0, HASH_SLACK);
	*x = (struct value){
		.head = {k->head[0], k->head[1]},
		.p = copy,
		.bytes = (uint32_t)n,
		.number = (uint32_t)v->count,
	};
	place(v, x, k->hash);
	v->list[v->count++] = x;
	v->newest = x;
	return x;
}

static bool put_byte(struct postings *v, struct value *x, unsigned byte)
{
	struct value_chunk *c = x->end;

	if (!c || c->used == c->cap) {
		uint32_t cap = c ? c->cap * 2 : VALUE_CHUNK_FIRST;

		cap = cap < VALUE_CHUNK_MAX ? cap : VALUE_CHUNK_MAX;
		c = arena_alloc(v->arena, sizeof(*c) + cap);
		if (!c)
			return false;
		*c = (struct value_chunk){.cap = cap};
		if (x->end)
			x->end->next = c;
		else
			x->first = c;
		x->end = c;
	}
	c->bytes[c->used++] = (unsigned char)byte;
	return true;
}

bool value_add_slow(struct postings *v, struct value *x, uint32_t difference)
{
	for (; difference >= 0x80; difference >>= 7)
		if (!put_byte(v, x, (difference & 0x7f) | 0x80))
			return false;
	return put_byte(v, x, difference);
}
