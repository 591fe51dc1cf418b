/*
 * Inside lib/index: the values that a field has in a text, each with the pieces it was seen in.
 *
 *	struct postings v;
 *	postings_init(&v, &arena, seed);
 *	struct value *x = postings_take(&v, raw);		-- NULL: no memory
 *	value_add(&v, x, piece);			-- pieces only rise
 *	value_pieces_init(&it, x); while (value_pieces_next(&it, &piece)) ...
 *	postings_release(&v);
 *
 * Views that are looked up must be readable HASH_SLACK bytes behind their end.
 */
#ifndef AURUM_INDEX_POSTINGS_H
#define AURUM_INDEX_POSTINGS_H

#include "base/arena.h"
#include "index/hash.h"

struct value_chunk;

struct value {
	uint64_t head[2]; /* its first bytes, zeros behind them */
	const char *p;
	uint32_t bytes;
	uint32_t number;      /* in list; of types, the owner's */
	bool is_odd;          /* the owner's */
	uint32_t last, count; /* the last piece; how many */
	struct value_chunk *first, *end;
};

struct postings {
	struct arena *arena; /* borrowed */
	uint64_t seed;
	struct value **slots;
	size_t cap;          /* of slots: a power of two */
	struct value **list; /* as they came */
	size_t count;
	struct value *newest; /* set when postings_take() made one, else NULL */
};

void postings_init(struct postings *v, struct arena *arena, uint64_t seed);
void postings_release(struct postings *v);

/* A value before it is looked up: hashing some and then finding them waits less for memory. */
struct posting_key {
	struct sv raw;
	uint64_t head[2], hash;
};

static inline struct posting_key postings_key(const struct postings *v, struct sv raw)
{
	struct posting_key k = {.raw = raw};

	k.head[0] = hash_keep(hash_load(raw.p), raw.n);
	k.head[1] = raw.n > 8 ? hash_keep(hash_load(raw.p + 8), raw.n - 8) : 0;
	k.hash = hash_mix(k.head[0] ^ v->seed, k.head[1] ^ raw.n ^ UINT64_C(0xa0761d6478bd642f));
	if (raw.n > 16)
		k.hash ^= XXH3_64bits_withSeed(raw.p, raw.n, v->seed);
	if (v->cap)
		__builtin_prefetch(&v->slots[k.hash & (v->cap - 1)]);
	return k;
}

/* One that is not there yet is made, with a copy of the bytes. NULL: no memory. */
struct value *postings_make(struct postings *v, const struct posting_key *k);

static inline struct value *postings_find(struct postings *v, const struct posting_key *k)
{
	v->newest = NULL;
	for (size_t i = k->hash & (v->cap - 1); v->cap; i = (i + 1) & (v->cap - 1)) {
		struct value *x = v->slots[i];

		if (!x)
			break;
		if (x->head[0] == k->head[0] && x->head[1] == k->head[1] && x->bytes == k->raw.n &&
		    (x->bytes <= 16 || memcmp(x->p + 16, k->raw.p + 16, k->raw.n - 16) == 0))
			return x;
	}
	return postings_make(v, k);
}

static inline struct value *postings_take(struct postings *v, struct sv raw)
{
	struct posting_key k = postings_key(v, raw);

	return postings_find(v, &k);
}

/* Pieces, as differences of seven bits a byte, lowest first. */
#define VALUE_CHUNK_FIRST 24
#define VALUE_CHUNK_MAX   2048

struct value_chunk {
	struct value_chunk *next;
	uint32_t used, cap;
	unsigned char bytes[];
};

/* False when there is no memory. */
bool value_add_slow(struct postings *v, struct value *x, uint32_t difference);

static inline bool value_add(struct postings *v, struct value *x, uint32_t piece)
{
	uint32_t difference = piece - x->last;
	struct value_chunk *c = x->end;

	if (x->count && !difference)
		return true;
	x->last = piece;
	x->count++;
	if (difference < 0x80 && c && c->used < c->cap) {
		c->bytes[c->used++] = (unsigned char)difference;
		return true;
	}
	return value_add_slow(v, x, difference);
}

struct value_pieces {
	const struct value_chunk *chunk;
	uint32_t at, piece;
};

static inline void value_pieces_init(struct value_pieces *it, const struct value *x)
{
	*it = (struct value_pieces){.chunk = x->first};
}

static inline bool value_pieces_next(struct value_pieces *it, uint32_t *piece)
{
	uint32_t difference = 0, shift = 0, byte;

	do {
		while (it->chunk && it->at == it->chunk->used) {
			it->chunk = it->chunk->next;
			it->at = 0;
		}
		if (!it->chunk)
			return false;
		byte = it->chunk->bytes[it->at++];
		difference |= (byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	*piece = it->piece += difference;
	return true;
}

#endif
