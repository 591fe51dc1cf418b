/*
 * Records of `segments`: bytes to struct and back.
 *
 *	| magic 4 | 512 2 | flags 2 | number | first | end | offset | bytes | device | inode | birth |
 *	| wall | 8 hashes of 32 | 0 172 | CRC 4 |
 */
#include "seal/place.h"

#include "seal/bytes.h"
#include "seal/commit.h"

#define MAGIC UINT32_C(0x414c5331) /* ALS1 */
#define ENDED 1

enum place { LENGTH = 4, FLAGS = 6, NUMBERS = 8, RANGE = 80, ZERO = 336, CRC = 508 };

/* The nine numbers between flags and range, in their order. */
static const size_t numbers[] = {
	offsetof(struct seal_place, number),  offsetof(struct seal_place, first),
	offsetof(struct seal_place, end),     offsetof(struct seal_place, offset),
	offsetof(struct seal_place, bytes),   offsetof(struct seal_place, device),
	offsetof(struct seal_place, inode),   offsetof(struct seal_place, birth_ns),
	offsetof(struct seal_place, wall_ns),
};

_Static_assert(NUMBERS + LEN(numbers) * 8 == RANGE, "the numbers fill their room");
_Static_assert(RANGE + SEAL_PLACE_LEVELS * SEAL_HASH_BYTES == ZERO, "the range fills its room");

void seal_place_pack(const struct seal_place *p, uint8_t out[SEAL_PLACE_BYTES])
{
	memset(out, 0, SEAL_PLACE_BYTES);
	bytes_put(out, MAGIC, 4);
	bytes_put(out + LENGTH, SEAL_PLACE_BYTES, 2);
	bytes_put(out + FLAGS, p->ended ? ENDED : 0, 2);
	for (size_t i = 0; i < LEN(numbers); i++)
		bytes_put(out + NUMBERS + 8 * i, *(const uint64_t *)((const char *)p + numbers[i]),
			  8);
	for (size_t i = 0; i < SEAL_PLACE_LEVELS; i++)
		if (p->first >> i & 1)
			memcpy(out + RANGE + i * SEAL_HASH_BYTES, p->of[i].b, SEAL_HASH_BYTES);
	bytes_put(out + CRC, seal_crc32c(out, CRC), 4);
}

bool seal_place_unpack(const uint8_t in[SEAL_PLACE_BYTES], struct seal_place *out)
{
	struct seal_place p = {.ended = in[FLAGS + 1] & ENDED};

	if (bytes_get(in, 4) != MAGIC || bytes_get(in + LENGTH, 2) != SEAL_PLACE_BYTES ||
	    bytes_get(in + CRC, 4) != seal_crc32c(in, CRC) || bytes_get(in + FLAGS, 2) > ENDED ||
	    !bytes_are_zero(in + ZERO, CRC - ZERO))
		return false;
	for (size_t i = 0; i < LEN(numbers); i++)
		*(uint64_t *)((char *)&p + numbers[i]) = bytes_get(in + NUMBERS + 8 * i, 8);
	for (size_t i = 0; i < SEAL_PLACE_LEVELS; i++) {
		const uint8_t *hash = in + RANGE + i * SEAL_HASH_BYTES;

		if (p.first >> i & 1)
			memcpy(p.of[i].b, hash, SEAL_HASH_BYTES);
		else if (!bytes_are_zero(hash, SEAL_HASH_BYTES))
			return false;
	}
	if (p.ended ? p.end < p.first : p.end != 0 || p.bytes != 0)
		return false;
	*out = p;
	return true;
}
