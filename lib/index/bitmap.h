/*
 * Inside lib/index: sets of rows as they are in a file: the portable format of Roaring bitmaps
 * (https://github.com/RoaringBitmap/RoaringFormatSpec).
 */
#ifndef AURUM_INDEX_BITMAP_H
#define AURUM_INDEX_BITMAP_H

#include "base/buf.h"
#include "index/rows.h"

/* Rows strictly rise; there is at least one. */
void bitmap_put(const uint32_t *rows, size_t n, struct buf *out);

/*
 * Adds the rows of a bitmap. False, and out is of no use any more, when the bytes are not exactly one bitmap of
 * `count` rows, all below the limit of the set.
 */
MUST_CHECK bool bitmap_add(struct sv bytes, uint32_t count, struct rows *out);

#endif
