/*
 * CRC-32C: the Castagnoli polynomial 0x1edc6f41, reflected. SSE4.2 has an instruction for just this one;
 * elsewhere a table takes half a byte at a time, which is fast enough for records of 192 bytes.
 */
#include "seal/commit.h"

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t by_instruction(const unsigned char *p, size_t n)
{
	uint64_t crc = UINT32_MAX;

	for (; n >= 8; p += 8, n -= 8) {
		uint64_t eight;

		memcpy(&eight, p, 8);
		crc = _mm_crc32_u64(crc, eight);
	}
	for (; n > 0; p++, n--)
		crc = _mm_crc32_u8((uint32_t)crc, *p);
	return ~(uint32_t)crc;
}
#endif

uint32_t seal_crc32c_by_table(const void *bytes, size_t n)
{
	static const uint32_t table[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
		0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
		0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};
	const unsigned char *p = bytes;
	uint32_t crc = UINT32_MAX;

	for (; n > 0; p++, n--) {
		crc = crc >> 4 ^ table[(crc ^ *p) & 15];
		crc = crc >> 4 ^ table[(crc ^ *p >> 4) & 15];
	}
	return ~crc;
}

uint32_t seal_crc32c(const void *bytes, size_t n)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("sse4.2"))
		return by_instruction(bytes, n);
#endif
	return seal_crc32c_by_table(bytes, n);
}
