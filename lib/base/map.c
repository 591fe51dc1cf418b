/* The hash map: linear probing, at most half full, backward-shift deletion. */
#include "base/map.h"

#include "base/clock.h"

#include <stdlib.h>
#include <sys/random.h>

#define FIRST_CAP 64

uint64_t hash_u64(uint64_t value, uint64_t seed)
{
	uint64_t z = (value ^ seed) + 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint64_t hash_sv(struct sv v, uint64_t seed)
{
	uint64_t h = hash_u64(v.n, seed), word;

	for (; v.n >= sizeof(word); v = sv_from(v, sizeof(word))) {
		memcpy(&word, v.p, sizeof(word));
		h = hash_u64(h ^ word, seed);
	}
	word = 0;
	if (v.n)
		memcpy(&word, v.p, v.n);
	return hash_u64(h ^ word, seed);
}

uint64_t hash_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
		seed = hash_u64((uint64_t)clock_ms(), (uint64_t)getpid());
	return seed;
}

void map_init(struct map *m, size_t max_entries)
{
	*m = (struct map){.max = max_entries};
}

void map_release(struct map *m)
{
	free(m->entries);
	map_init(m, m->max);
}

/* The entry of the key, or the free one where it would go. */
static struct map_entry *slot(const struct map *m, uint64_t key)
{
	size_t i = hash_u64(key, 0) & (m->cap - 1);

	while (m->entries[i].used && m->entries[i].key != key)
		i = (i + 1) & (m->cap - 1);
	return &m->entries[i];
}

static bool grow(struct map *m)
{
	struct map old = *m;
	size_t cap = old.cap ? old.cap * 2 : FIRST_CAP;
	struct map_entry *entries = calloc(cap, sizeof(*entries));

	if (!entries)
		return false;
	m->entries = entries;
	m->cap = cap;
	for (size_t i = 0; i < old.cap; i++)
		if (old.entries[i].used)
			*slot(m, old.entries[i].key) = old.entries[i];
	free(old.entries);
	return true;
}

uint64_t *map_get(const struct map *m, uint64_t key)
{
	struct map_entry *e = m->cap ? slot(m, key) : NULL;

	return e && e->used ? &e->value : NULL;
}

bool map_put(struct map *m, uint64_t key, uint64_t value)
{
	uint64_t *present = map_get(m, key);

	if (present) {
		*present = value;
		return true;
	}
	if (m->count >= m->max || ((m->count + 1) * 2 > m->cap && !grow(m)))
		return false;
	*slot(m, key) = (struct map_entry){key, value, true};
	m->count++;
	return true;
}

bool map_del(struct map *m, uint64_t key)
{
	struct map_entry *e = m->cap ? slot(m, key) : NULL;
	size_t hole, i;

	if (!e || !e->used)
		return false;
	/* Close the hole: move back every later entry whose home is not behind it. */
	hole = (size_t)(e - m->entries);
	for (i = (hole + 1) & (m->cap - 1); m->entries[i].used; i = (i + 1) & (m->cap - 1)) {
		size_t home = hash_u64(m->entries[i].key, 0) & (m->cap - 1);

		if (((i - home) & (m->cap - 1)) < ((i - hole) & (m->cap - 1)))
			continue;
		m->entries[hole] = m->entries[i];
		hole = i;
	}
	m->entries[hole].used = false;
	m->count--;
	return true;
}
