/*
 * Inside lib/index: the different values that a field has in a text, by number, from 0 as they come.
 *
 *	struct dictionary d;
 *	dictionary_init(&d, &arena, seed);
 *	struct dictionary_key k = dictionary_key(&d, raw);
 *	uint32_t number = dictionary_find(&d, &k);	-- DICTIONARY_FULL: no memory
 *	... d.list[number] ...
 *	dictionary_release(&d);
 *
 * Views that are looked up must be readable HASH_SLACK bytes behind their end.
 */
#ifndef AURUM_INDEX_DICTIONARY_H
#define AURUM_INDEX_DICTIONARY_H

#include "base/arena.h"
#include "index/hash.h"

#define DICTIONARY_MAX  (UINT32_C(1) << 24) /* values */
#define DICTIONARY_FULL UINT32_MAX

struct value {
	const char *p; /* in the arena, HASH_SLACK bytes of room behind it */
	uint32_t bytes;
	uint32_t mark; /* the owner's; 0 in a new one */
};

/* Of a short value `key` is its bytes, of others their hash: most are found without a look at the list. */
struct dictionary_slot {
	uint64_t key;
	uint32_t bytes, place; /* place: number + 1; 0 where the slot is free */
};

struct dictionary {
	struct arena *arena; /* borrowed */
	uint64_t seed;
	struct dictionary_slot *slots;
	size_t cap; /* of slots: a power of two, and twice that of the list */
	struct value *list;
	size_t count;
	bool is_new; /* the one that was found last */
};

void dictionary_init(struct dictionary *d, struct arena *arena, uint64_t seed);
void dictionary_release(struct dictionary *d);

/* A value before it is looked up: making keys of some, and then finding them, waits less for memory. */
struct dictionary_key {
	struct sv raw;
	uint64_t key, hash;
};

static inline struct dictionary_key dictionary_key(const struct dictionary *d, struct sv raw)
{
	uint64_t head = hash_keep(hash_load(raw.p), raw.n), more = 0;
	struct dictionary_key k = {.raw = raw};

	if (raw.n > 16)
		more = XXH3_64bits_withSeed(raw.p + 8, raw.n - 8, d->seed);
	else if (raw.n > 8)
		more = hash_keep(hash_load(raw.p + 8), raw.n - 8);
	k.hash = hash_mix(head ^ d->seed, more ^ raw.n ^ UINT64_C(0xa0761d6478bd642f));
	k.key = raw.n > 8 ? k.hash : head;
	if (d->cap)
		__builtin_prefetch(&d->slots[k.hash & (d->cap - 1)]);
	return k;
}

/* One that is not there yet, with a copy of its bytes. */
uint32_t dictionary_make(struct dictionary *d, const struct dictionary_key *k);

/* Its number. One that is not there is made. */
static inline uint32_t dictionary_find(struct dictionary *d, const struct dictionary_key *k)
{
	d->is_new = false;
	for (size_t i = k->hash & (d->cap - 1); d->cap; i = (i + 1) & (d->cap - 1)) {
		const struct dictionary_slot *s = &d->slots[i];

		if (!s->place)
			break;
		if (s->key == k->key && s->bytes == k->raw.n &&
		    (k->raw.n <= 8 || memcmp(d->list[s->place - 1].p, k->raw.p, k->raw.n) == 0))
			return s->place - 1;
	}
	return dictionary_make(d, k);
}

static inline uint32_t dictionary_take(struct dictionary *d, struct sv raw)
{
	struct dictionary_key k = dictionary_key(d, raw);

	return dictionary_find(d, &k);
}

#endif
