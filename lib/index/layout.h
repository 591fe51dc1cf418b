/*
 * Inside lib/index: the bytes of an index file (docs/format-index.md), all little-endian.
 *
 *	| header | directory | frames | dictionaries | blooms | others | bitmaps |
 *
 * Header and directory are read at every opening and have one checksum; each section has its own,
 * and so has each bitmap.
 */
#ifndef AURUM_INDEX_LAYOUT_H
#define AURUM_INDEX_LAYOUT_H

#include "base/buf.h"
#include "index/fields.h"

#include <endian.h>
#include <stdint.h>

#define LAYOUT_MAGIC "AurumIdx"

struct layout_stamp {
	int64_t sec;
	uint32_t ms, zero;
	uint64_t serial;
};

struct layout_header {
	char magic[8];
	uint32_t version;
	uint32_t head_bytes; /* header and directory */
	uint64_t check;      /* XXH3-64 of what follows, up to head_bytes */
	uint64_t raw_bytes, head_hash, raw_hash;
	int64_t mtime_ns;
	uint64_t file_bytes;
	uint64_t lines, malformed, too_long;
	int64_t timeout_s;
	uint32_t rows, late, frames, sections;
	uint32_t flags, zero;
	struct layout_stamp start, first, last;
};
#define LAYOUT_CHECK_FROM 24

enum {
	LAYOUT_ORDERLY = 1,
	LAYOUT_HAS_START = 2,
	LAYOUT_HAS_EVENTS = 4,
	LAYOUT_FLAGS = 7,
};

enum layout_kind {
	LAYOUT_FRAMES = 1,
	LAYOUT_LATE,  /* a bitmap */
	LAYOUT_FIELD, /* a dictionary, and of types and nodes: */
	LAYOUT_TYPES,
	LAYOUT_NODES,
	LAYOUT_VALUES, /* blooms of a field's values, */
	LAYOUT_PARTS,  /* of runs of four bytes of them */
	LAYOUT_BITMAPS,
};

struct layout_section {
	uint32_t kind;  /* or of an extra section */
	uint32_t flags; /* LAYOUT_REPEATED */
	char name[FIELD_NAME_MAX];
	uint64_t at, bytes; /* in the file */
	uint64_t check;     /* XXH3-64 of them; 0 for LAYOUT_BITMAPS */
	uint32_t count;     /* values, blooms */
	uint32_t zero[3];
};
#define LAYOUT_REPEATED                                                                            \
	1 /* some record has the field twice, or in a way that can be read in two ways */
#define LAYOUT_SECTIONS_MAX 512

/* A dictionary is `count` of these, sorted by value, and then the values. */
struct layout_value {
	uint32_t at, bytes; /* in the section */
	uint32_t rows;
	uint32_t bitmap_bytes; /* 0: one row, which is bitmap_at */
	uint64_t bitmap_at;    /* in the section of bitmaps; a multiple of 8 */
	uint32_t check;        /* low half of the bitmap's XXH3-64 */
	uint32_t zero;
};

/* Blooms are count + 1 offsets (uint32_t) of them from the first one's start, and then the bits. */

_Static_assert(sizeof(struct layout_header) == 192, "as documented");
_Static_assert(sizeof(struct layout_section) == 64, "as documented");
_Static_assert(sizeof(struct index_frame) == 96 && offsetof(struct index_frame, first) == 32,
	       "as documented");
_Static_assert(sizeof(struct layout_value) == 32, "as documented");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the structs are copied as they are");

#endif
