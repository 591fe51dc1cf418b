/*
 * Inside lib/segment: the bytes of a segment's two tables; docs/format-segment.md has the whole.
 * All numbers are little-endian.
 *
 *	| frame | frame | ... | HEAD_FRAME_BYTES: which text it is | seek table: sizes of the frames |
 */
#ifndef AURUM_SEGMENT_LAYOUT_H
#define AURUM_SEGMENT_LAYOUT_H

#include "segment/segment.h"

#define LAYOUT_VERSION 1

/* A skippable frame (RFC 8878, 3.1.2): magic, size, that many bytes. */
#define SKIPPABLE_BYTES 8
#define HEAD_MAGIC      UINT32_C(0x184d2a5a)
/* zstd's contrib/seekable_format/zstd_seekable_compression_format.md. */
#define SEEK_MAGIC        UINT32_C(0x184d2a5e)
#define SEEK_FOOTER_MAGIC UINT32_C(0x8f92eab1)
#define SEEK_ENTRY_BYTES  8 /* sizes in the file and of the text; no checksum: each frame has one */
#define SEEK_FOOTER_BYTES 9 /* number of frames, descriptor, magic */

#define FRAME_MAGIC UINT32_C(0xfd2fb528)

/* What a head frame holds, and where. */
enum head_place {
	HEAD_NAME = 0, /* "aurumseg" */
	HEAD_VERSION = 8,
	HEAD_FLAGS = 12,
	HEAD_RAW_BYTES = 16,
	HEAD_RAW_HASH = 24,
	HEAD_HEAD_HASH = 32,
	HEAD_DEVICE = 40,
	HEAD_INODE = 48,
	HEAD_BIRTH = 56,
	HEAD_MTIME = 64,
	HEAD_FRAMES = 72,
	HEAD_TABLE_HASH = 80, /* XXH3-64 of the seek table's entries */
	HEAD_OWN_HASH = 88,   /* XXH3-64 of what is before it */
	HEAD_BYTES = 96,
};

#define HEAD_FRAME_BYTES (SKIPPABLE_BYTES + HEAD_BYTES)
#define FLAG_RAGGED      UINT32_C(1)

static inline uint64_t get_number(const unsigned char *p, size_t bytes)
{
	uint64_t value = 0;

	for (size_t i = bytes; i-- > 0;)
		value = value << 8 | p[i];
	return value;
}

static inline uint32_t get_u32(const unsigned char *p)
{
	return (uint32_t)get_number(p, 4);
}

static inline uint64_t get_u64(const unsigned char *p)
{
	return get_number(p, 8);
}

static inline void put_number(unsigned char *p, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		p[i] = (unsigned char)(value >> 8 * i);
}

/* Bytes of the seek table with so many entries. */
static inline uint64_t seek_table_bytes(uint64_t entries)
{
	return SKIPPABLE_BYTES + entries * SEEK_ENTRY_BYTES + SEEK_FOOTER_BYTES;
}

#endif
