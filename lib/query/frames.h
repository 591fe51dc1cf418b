/*
 * Inside lib/query: text of a segment that was read before and is wanted once more. The frame that
 * was wanted last is kept: pieces of an event lie close together.
 */
#ifndef AURUM_QUERY_FRAMES_H
#define AURUM_QUERY_FRAMES_H

#include "segment/segment.h"

struct frames_again;
struct frames_again *frames_again_new(void); /* NULL: no memory */
void frames_again_free(struct frames_again *again);

/* `source` tells segments apart. How many of the n bytes can be had. */
size_t frames_reread(struct frames_again *again, const struct segment *s, size_t source,
		     uint64_t at, char *out, size_t n);

#endif
