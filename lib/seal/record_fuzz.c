/* Bytes that say they are records of `commits` or `segments`: what is read packs to the same bytes. The
 * CRC is set right first, or nothing would get past it. */
#include "seal/commit.h"
#include "seal/place.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void set_crc(uint8_t *bytes, size_t n)
{
	uint32_t crc = seal_crc32c(bytes, n - 4);

	assert(crc == seal_crc32c_by_table(bytes, n - 4));
	for (size_t i = 0; i < 4; i++)
		bytes[n - 4 + i] = (uint8_t)(crc >> (24 - 8 * i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t commit[SEAL_COMMIT_BYTES], place[SEAL_PLACE_BYTES], again[SEAL_PLACE_BYTES];
	struct seal_commit c;
	struct seal_place p;

	if (size >= sizeof(commit)) {
		memcpy(commit, data, sizeof(commit));
		(void)!seal_commit_unpack(commit, &c);
		set_crc(commit, sizeof(commit));
		if (seal_commit_unpack(commit, &c)) {
			seal_commit_pack(&c, again);
			assert(memcmp(commit, again, sizeof(commit)) == 0);
		}
	}
	if (size >= sizeof(place)) {
		memcpy(place, data, sizeof(place));
		(void)!seal_place_unpack(place, &p);
		set_crc(place, sizeof(place));
		if (seal_place_unpack(place, &p)) {
			seal_place_pack(&p, again);
			assert(memcmp(place, again, sizeof(place)) == 0);
		}
	}
	return 0;
}
