/*
 * Records of `commits`: bytes to struct and back, each field at its own place.
 *
 *	| magic 4 | 192 2 | type | flags | size 8 | root 32 | segment 8 | offset 8 | wall 8 | boot 8 |
 *	| epoch 4 | key id 4 | signature 64 | by type 32 | 0 4 | CRC 4 |
 */
#include "seal/commit.h"

#include "seal/bytes.h"

#define MAGIC UINT32_C(0x414c4331) /* ALC1 */

enum place {
	LENGTH = 4,
	TYPE = 6,
	FLAGS = 7,
	SIZE = 8,
	ROOT = 16,
	SEGMENT = 48,
	OFFSET = 56,
	WALL = 64,
	BOOT = 72,
	EPOCH = 80,
	KEY_ID = 84,
	SIGNATURE = 88,
	BY_TYPE = 152,
	ZERO = 184,
	CRC = 188,
};

#define BY_TYPE_BYTES 32
#define KNOWN_FLAGS                                                                                \
	(SEAL_COMMIT_CRITICAL | SEAL_COMMIT_AFTER_CRASH | SEAL_COMMIT_LAST | SEAL_COMMIT_HEARTBEAT)

static bool has_key(enum seal_commit_type type)
{
	return type == SEAL_COMMIT_HANDOVER || type == SEAL_COMMIT_START ||
	       type == SEAL_COMMIT_RESERVE;
}

void seal_commit_pack(const struct seal_commit *c, uint8_t out[SEAL_COMMIT_BYTES])
{
	memset(out, 0, SEAL_COMMIT_BYTES);
	bytes_put(out, MAGIC, 4);
	bytes_put(out + LENGTH, SEAL_COMMIT_BYTES, 2);
	out[TYPE] = (uint8_t)c->type;
	out[FLAGS] = c->flags;
	bytes_put(out + SIZE, c->size, 8);
	memcpy(out + ROOT, c->root.b, SEAL_HASH_BYTES);
	bytes_put(out + SEGMENT, c->segment, 8);
	bytes_put(out + OFFSET, c->offset, 8);
	bytes_put(out + WALL, c->wall_ns, 8);
	bytes_put(out + BOOT, c->boot_ns, 8);
	bytes_put(out + EPOCH, c->epoch, 4);
	bytes_put(out + KEY_ID, c->key_id, 4);
	memcpy(out + SIGNATURE, c->signature, SEAL_SIGNATURE_BYTES);
	if (has_key(c->type))
		memcpy(out + BY_TYPE, c->key.b, SEAL_PUBLIC_BYTES);
	else if (c->type == SEAL_COMMIT_RECEIPT)
		bytes_put(out + BY_TYPE, c->cosign_seconds, 8);
	else if (c->type == SEAL_COMMIT_PRUNED)
		bytes_put(out + BY_TYPE, c->first_kept, 8);
	bytes_put(out + CRC, seal_crc32c(out, CRC), 4);
}

/* Bytes of the part that depends on the type. */
static size_t by_type(enum seal_commit_type type)
{
	if (has_key(type))
		return SEAL_PUBLIC_BYTES;
	return type == SEAL_COMMIT_RECEIPT || type == SEAL_COMMIT_PRUNED ? 8 : 0;
}

static bool is_whole(const uint8_t in[SEAL_COMMIT_BYTES])
{
	size_t used;

	if (bytes_get(in, 4) != MAGIC || bytes_get(in + LENGTH, 2) != SEAL_COMMIT_BYTES ||
	    bytes_get(in + CRC, 4) != seal_crc32c(in, CRC))
		return false;
	if (in[TYPE] < SEAL_COMMIT_CHECKPOINT || in[TYPE] > SEAL_COMMIT_RESERVE ||
	    (in[FLAGS] & ~KNOWN_FLAGS) != 0)
		return false;
	used = by_type((enum seal_commit_type)in[TYPE]);
	return bytes_are_zero(in + BY_TYPE + used, BY_TYPE_BYTES - used) &&
	       bytes_are_zero(in + ZERO, CRC - ZERO) &&
	       (in[TYPE] != SEAL_COMMIT_SEGMENT_BEGINS ||
		bytes_are_zero(in + SIGNATURE, SEAL_SIGNATURE_BYTES));
}

bool seal_commit_unpack(const uint8_t in[SEAL_COMMIT_BYTES], struct seal_commit *out)
{
	struct seal_commit c = {.type = (enum seal_commit_type)in[TYPE], .flags = in[FLAGS]};

	if (!is_whole(in))
		return false;
	c.size = bytes_get(in + SIZE, 8);
	memcpy(c.root.b, in + ROOT, SEAL_HASH_BYTES);
	c.segment = bytes_get(in + SEGMENT, 8);
	c.offset = bytes_get(in + OFFSET, 8);
	c.wall_ns = bytes_get(in + WALL, 8);
	c.boot_ns = bytes_get(in + BOOT, 8);
	c.epoch = (uint32_t)bytes_get(in + EPOCH, 4);
	c.key_id = (uint32_t)bytes_get(in + KEY_ID, 4);
	memcpy(c.signature, in + SIGNATURE, SEAL_SIGNATURE_BYTES);
	if (has_key(c.type))
		memcpy(c.key.b, in + BY_TYPE, SEAL_PUBLIC_BYTES);
	else if (c.type == SEAL_COMMIT_RECEIPT)
		c.cosign_seconds = bytes_get(in + BY_TYPE, 8);
	else if (c.type == SEAL_COMMIT_PRUNED)
		c.first_kept = bytes_get(in + BY_TYPE, 8);
	*out = c;
	return true;
}
