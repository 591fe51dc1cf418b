/*
 * Time for waiting: a clock that only goes forward, whatever is done to the date.
 *
 *	int64_t end = clock_ms() + 5000;
 *	while (clock_ms() < end) ...
 */
#ifndef AURUM_BASE_CLOCK_H
#define AURUM_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t clock_ms(void);
/* Nanoseconds of it: for how long something took. */
uint64_t clock_ns(void);

#endif
