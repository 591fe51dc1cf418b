/*
 * Inside lib/index: values of fields as two words and a length, and hashes of bytes in blooms.
 * What is hashed may be read up to 16 bytes behind its end.
 */
#ifndef AURUM_INDEX_HASH_H
#define AURUM_INDEX_HASH_H

#include "base/sv.h"

#include <stdint.h>
#include <xxhash.h>

#define HASH_SLACK 16

static inline uint64_t hash_load(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* The first n bytes of a word, n from 0 on. */
static inline uint64_t hash_keep(uint64_t word, size_t n)
{
	return n >= 8 ? word : word & ((UINT64_C(1) << (8 * n)) - 1);
}

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	uint64_t x = (a ^ (b << 32 | b >> 32)) * UINT64_C(0x9fb21c651e98df25);

	x = (x ^ x >> 32) + b;
	x *= UINT64_C(0xe7037ed1a0b428db);
	return x ^ x >> 29;
}

/* Of a bloom: the same on every machine, for ever. */
static inline uint64_t hash_value(struct sv v)
{
	return XXH3_64bits(v.n ? v.p : "", v.n);
}

static inline uint64_t hash_gram(const char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return hash_mix(word, UINT64_C(0x9e3779b97f4a7c15));
}

#endif
