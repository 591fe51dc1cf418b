/*
 * The 512-byte records of integrity/segments: which line begins which file. docs/format-seal.md has the
 * table.
 */
#ifndef AURUM_SEAL_PLACE_H
#define AURUM_SEAL_PLACE_H

#include "seal/tree.h"

#define SEAL_PLACE_BYTES  512
#define SEAL_PLACE_LEVELS 8 /* levels of the range that a record keeps; those above are in level1 */

struct seal_place {
	bool ended;
	uint64_t number; /* of the segment, from 0 */
	uint64_t first;  /* index of its first line */
	uint64_t end;    /* index behind its last line; 0 while it grows */
	uint64_t offset; /* of its first sealed byte */
	uint64_t bytes;  /* of its text; 0 while it grows */
	uint64_t device, inode;
	uint64_t birth_ns; /* since 1970; 0 unknown */
	uint64_t wall_ns;  /* when the record was made */
	/* of[i] where bit i of `first` is set: the full subtree of level i, as in struct seal_range. */
	struct seal_hash of[SEAL_PLACE_LEVELS];
};

void seal_place_pack(const struct seal_place *p, uint8_t out[SEAL_PLACE_BYTES]);

/* Whether it is a whole record (magic, length, CRC, known flags, zeros where they belong, an end that is
 * not before the beginning). */
MUST_CHECK bool seal_place_unpack(const uint8_t in[SEAL_PLACE_BYTES], struct seal_place *out);

#endif
