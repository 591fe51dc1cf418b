/* The heap of malloc(3) grows once by all of it; large pieces come from it, too (mallopt(3)). */
#include "base/heap.h"

#include <limits.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PIECE_MAX (32 << 20) /* as much as mallopt(3) can have */
#define PAST_TOP  ((size_t)512 << 10)

void heap_in_huge_pages(size_t bytes)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from, to;
	char *first;

	if (bytes > INT_MAX / 2 || !mallopt(M_MMAP_THRESHOLD, PIECE_MAX) ||
	    !mallopt(M_TRIM_THRESHOLD, INT_MAX) || !mallopt(M_TOP_PAD, (int)bytes))
		return;
	first = malloc(PAST_TOP);
	from = ((uintptr_t)first + page - 1) / page * page;
	to = (uintptr_t)sbrk(0);
	/* Another malloc() may have its memory elsewhere. */
	if (first && from < to && to - from < 2 * bytes)
		(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
	free(first);
}
