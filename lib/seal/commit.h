/*
 * The 192-byte records of integrity/commits; docs/format-seal.md has the table.
 */
#ifndef AURUM_SEAL_COMMIT_H
#define AURUM_SEAL_COMMIT_H

#include "seal/digest.h"
#include "seal/key.h"

#define SEAL_COMMIT_BYTES 192

enum seal_commit_type {
	SEAL_COMMIT_CHECKPOINT = 1,
	SEAL_COMMIT_HANDOVER,
	SEAL_COMMIT_RECEIPT,
	SEAL_COMMIT_SEGMENT_BEGINS,
	SEAL_COMMIT_SEGMENT_ENDS,
	SEAL_COMMIT_PRUNED,
	SEAL_COMMIT_START,
	SEAL_COMMIT_STOP,
	SEAL_COMMIT_RESERVE,
};

enum seal_commit_flags {
	SEAL_COMMIT_CRITICAL = 1,    /* at once, for a critical record */
	SEAL_COMMIT_AFTER_CRASH = 2, /* the first after one */
	SEAL_COMMIT_LAST = 4,        /* before a stop */
	SEAL_COMMIT_HEARTBEAT = 8,
};

struct seal_commit {
	enum seal_commit_type type;
	uint8_t flags;
	uint64_t size; /* of the tree, with its root */
	struct seal_hash root;
	uint64_t segment; /* number, and offset in its text behind the last covered LF */
	uint64_t offset;
	uint64_t wall_ns; /* since 1970 */
	uint64_t boot_ns; /* CLOCK_BOOTTIME */
	uint32_t epoch;   /* its low 32 bits */
	uint32_t key_id;  /* of the signer */
	uint8_t signature[SEAL_SIGNATURE_BYTES];
	/* By type: */
	struct seal_public
		key; /* hand-over, start: of the epoch that begins; reserve: the reserved one */
	uint64_t cosign_seconds; /* receipt */
	uint64_t first_kept;     /* pruned */
};

void seal_commit_pack(const struct seal_commit *c, uint8_t out[SEAL_COMMIT_BYTES]);

/* Whether it is a whole record (magic, length, CRC, a known type, zeros where they belong). */
MUST_CHECK bool seal_commit_unpack(const uint8_t in[SEAL_COMMIT_BYTES], struct seal_commit *out);

/* CRC-32C (Castagnoli; RFC 3720, B.4), with SSE4.2 where the processor has it. */
uint32_t seal_crc32c(const void *bytes, size_t n);
uint32_t seal_crc32c_by_table(const void *bytes, size_t n); /* without; the same */

#endif
