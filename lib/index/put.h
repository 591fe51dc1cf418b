/* Inside lib/index: what was gathered, as the bytes of a file. */
#ifndef AURUM_INDEX_PUT_H
#define AURUM_INDEX_PUT_H

#include "index/frame.h"

#define PUT_MAX ((size_t)4 << 30)

/* -1: no memory, or it would be too large. */
MUST_CHECK int put_index(const struct frames *f, const struct gather *g,
			 const struct segment_head *head, struct buf *out, struct err *e);

#endif
