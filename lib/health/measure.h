/* Amounts as people read them, each in a buffer of the caller: "45 s", "3.2 GiB". */
#ifndef AURUM_HEALTH_MEASURE_H
#define AURUM_HEALTH_MEASURE_H

#include <stdint.h>

#define MEASURE_BYTES 40

/* "120 us", "3.2 ms", "45 s", "3 min 20 s", "2 h 5 min", "9 days 3 h". Returns out. */
const char *measure_span(uint64_t ns, char out[MEASURE_BYTES]);
/* "512 B", "3.2 GiB". */
const char *measure_size(uint64_t bytes, char out[MEASURE_BYTES]);
/* "2026-11-22 04:00:12" of this machine's time zone; 0 is "never". */
const char *measure_time(uint64_t ns, char out[MEASURE_BYTES]);

#endif
