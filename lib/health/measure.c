/* Amounts as text: two figures that matter, and their unit. */
#include "health/measure.h"

#include "base/attr.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define US  UINT64_C(1000)
#define MS  (1000 * US)
#define S   (1000 * MS)
#define MIN (60 * S)
#define H   (60 * MIN)
#define DAY (24 * H)

/* "12.3 ms" below a hundred, "123 ms" above. */
static void put_one(uint64_t ns, uint64_t unit, const char *name, char out[MEASURE_BYTES])
{
	if (ns / unit < 100 && ns % unit >= unit / 10)
		(void)snprintf(out, MEASURE_BYTES, "%" PRIu64 ".%" PRIu64 " %s", ns / unit,
			       ns % unit / (unit / 10), name);
	else
		(void)snprintf(out, MEASURE_BYTES, "%" PRIu64 " %s", ns / unit, name);
}

static void put_two(uint64_t ns, uint64_t unit, const char *name, uint64_t lesser,
		    const char *lesser_name, char out[MEASURE_BYTES])
{
	uint64_t rest = ns % unit / lesser;

	if (rest)
		(void)snprintf(out, MEASURE_BYTES, "%" PRIu64 " %s %" PRIu64 " %s", ns / unit, name,
			       rest, lesser_name);
	else
		(void)snprintf(out, MEASURE_BYTES, "%" PRIu64 " %s", ns / unit, name);
}

const char *measure_span(uint64_t ns, char out[MEASURE_BYTES])
{
	if (ns == 0)
		(void)snprintf(out, MEASURE_BYTES, "0 s");
	else if (ns < MS)
		put_one(ns, US, "us", out);
	else if (ns < S)
		put_one(ns, MS, "ms", out);
	else if (ns < MIN)
		put_one(ns, S, "s", out);
	else if (ns < H)
		put_two(ns, MIN, "min", S, "s", out);
	else if (ns < DAY)
		put_two(ns, H, "h", MIN, "min", out);
	else
		put_two(ns, DAY, ns < 2 * DAY ? "day" : "days", H, "h", out);
	return out;
}

const char *measure_size(uint64_t bytes, char out[MEASURE_BYTES])
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	uint64_t whole = bytes, tenths = 0;
	size_t unit = 0;

	for (; whole >= 1024 && unit + 1 < LEN(units); unit++) {
		tenths = whole % 1024 * 10 / 1024;
		whole /= 1024;
	}
	if (unit && whole < 100)
		(void)snprintf(out, MEASURE_BYTES, "%" PRIu64 ".%" PRIu64 " %s", whole, tenths,
			       units[unit]);
	else
		(void)snprintf(out, MEASURE_BYTES, "%" PRIu64 " %s", whole, units[unit]);
	return out;
}

const char *measure_time(uint64_t ns, char out[MEASURE_BYTES])
{
	time_t seconds = (time_t)(ns / S);
	struct tm tm;

	if (ns == 0)
		(void)snprintf(out, MEASURE_BYTES, "never");
	else if (!localtime_r(&seconds, &tm) ||
		 strftime(out, MEASURE_BYTES, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		(void)snprintf(out, MEASURE_BYTES, "%" PRIu64 " s after 1970", ns / S);
	return out;
}
