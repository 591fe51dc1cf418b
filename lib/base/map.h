/*
 * A hash map from 64-bit keys to 64-bit values, and the hash for views that makes one
 * from text. Open addressing, no tombstones; a hard maximum of entries.
 *
 *	struct map m;
 *	map_init(&m, 1 << 16);
 *	if (!map_put(&m, key, value)) ...	-- full or no memory
 *	uint64_t *v = map_get(&m, key);		-- NULL when absent; valid until the next put
 *
 * Callers that key by text must compare the text themselves: two texts can hash alike.
 */
#ifndef AURUM_BASE_MAP_H
#define AURUM_BASE_MAP_H

#include "base/attr.h"
#include "base/sv.h"

#include <stdint.h>

struct map_entry {
	uint64_t key, value;
	bool used;
};

struct map {
	struct map_entry *entries;
	size_t count, cap, max; /* cap is zero or a power of two */
};

void map_init(struct map *m, size_t max_entries);
void map_release(struct map *m);
MUST_CHECK bool map_put(struct map *m, uint64_t key, uint64_t value); /* inserts or replaces */
uint64_t *map_get(const struct map *m, uint64_t key);
bool map_del(struct map *m, uint64_t key); /* true when it was there */

/* Scrambles a number; a seed from the system keeps hostile keys from colliding on purpose. */
uint64_t hash_u64(uint64_t value, uint64_t seed);
uint64_t hash_sv(struct sv v, uint64_t seed);
/* A seed that nobody outside can know; early at boot, before the system has one, a weak one. */
uint64_t hash_seed(void);

#endif
