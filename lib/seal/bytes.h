/*
 * Inside lib/seal: big-endian numbers in records.
 */
#ifndef AURUM_SEAL_BYTES_H
#define AURUM_SEAL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t bytes_get(const uint8_t *p, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | p[i];
	return value;
}

static inline void bytes_put(uint8_t *p, uint64_t value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(value >> 8 * (n - 1 - i));
}

static inline bool bytes_are_zero(const uint8_t *p, size_t n)
{
	uint8_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return any == 0;
}

#endif
