/* Reads a file backwards for a newline. */
#include "log/tail.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>

#define STEP_BYTES ((size_t)16 << 10)

int log_tail_find(int fd, uint64_t size, uint64_t most, uint64_t *end)
{
	uint64_t stop = size > most ? size - most : 0;
	char block[STEP_BYTES];

	while (size > stop) {
		size_t want = size - stop < sizeof(block) ? (size_t)(size - stop) : sizeof(block);
		ssize_t n = pread(fd, block, want, (off_t)(size - want));
		const char *newline;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if ((size_t)n < want) {
			errno = ENODATA;
			return -1;
		}
		newline = memrchr(block, '\n', want);
		size -= want;
		if (newline) {
			*end = size + (uint64_t)(newline - block) + 1;
			return 0;
		}
	}
	*end = stop;
	return 0;
}
