/*
 * For programs that fill much memory, and end: one stretch of heap in huge pages, which is kept.
 *
 *	int main(void)
 *	{
 *		heap_in_huge_pages(64 << 20);
 *
 * A page of 4 KiB that was never used costs the kernel longer than it takes to fill it. Memory that is not used is not
 * taken; what is freed is used again, and not given back. Without huge pages (madvise(2), MADV_HUGEPAGE)
 * everything is as it was. Call it once, before much is allocated.
 */
#ifndef AURUM_BASE_HEAP_H
#define AURUM_BASE_HEAP_H

#include <stddef.h>

/* bytes: what the program takes in most cases, up to 1 GiB. */
void heap_in_huge_pages(size_t bytes);

#endif
