/*
 * Inside lib/index: sets of rows as they are in a file: the portable format of Roaring bitmaps
 * (https://github.com/RoaringBitmap/RoaringFormatSpec), written and checked here, and read by CRoaring.
 */
#ifndef AURUM_INDEX_BITMAP_H
#define AURUM_INDEX_BITMAP_H

#include "base/buf.h"

#include <stdint.h>

struct roaring_bitmap_s;

/* Rows strictly rise; there is at least one. */
void bitmap_put(const uint32_t *rows, size_t n, struct buf *out);

/*
 * NULL when the bytes are not exactly one bitmap of `count` rows, all below `limit`; every container
 * is looked at, because CRoaring believes what is in them. Also NULL when there is no memory.
 */
struct roaring_bitmap_s *bitmap_read(struct sv bytes, uint32_t count, uint32_t limit);

#endif
