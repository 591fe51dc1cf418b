/*
 * Where the last whole line of a file ends.
 *
 *	uint64_t end;
 *	if (log_tail_find(fd, size, UINT64_MAX, &end) == 0) ... bytes [end, size) are no line yet ...
 */
#ifndef AURUM_LOG_TAIL_H
#define AURUM_LOG_TAIL_H

#include "base/attr.h"

#include <stdint.h>

/*
 * *end is behind the last newline of the first `size` bytes; where the last `most` bytes have none,
 * it is where these begin. -1 with errno; ENODATA when the file became shorter meanwhile. Costs
 * one read when a newline is near the end.
 */
MUST_CHECK int log_tail_find(int fd, uint64_t size, uint64_t most, uint64_t *end);

#endif
