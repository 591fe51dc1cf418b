/* Rates over a second and a minute, and the backlog that goes with them. No I/O, no clock. */
#include "health/burst.h"

#define SHORTEST_MS 500

void burst_init(struct burst *b)
{
	*b = (struct burst){.started = false};
}

static uint64_t rate(uint64_t count, int64_t span_ms)
{
	return span_ms > 0 ? count * 1000 / (uint64_t)span_ms : 0;
}

static uint64_t rate_of_minute(const struct burst *b)
{
	uint64_t count = 0;
	int64_t span = 0;

	for (size_t i = 0; i < BURST_MINUTE; i++) {
		count += b->counts[i];
		span += b->spans_ms[i];
	}
	return rate(count, span);
}

void burst_second(struct burst *b, uint64_t records, int64_t now_ms)
{
	uint64_t count = records - b->last_records;
	int64_t span = now_ms - b->last_ms;

	if (b->started && span < SHORTEST_MS)
		return;
	b->last_records = records;
	b->last_ms = now_ms;
	if (!b->started) {
		b->started = true;
		return;
	}
	b->counts[b->next] = count;
	b->spans_ms[b->next] = span;
	b->next = (b->next + 1) % BURST_MINUTE;
	b->now = rate(count, span);
	b->minute = rate_of_minute(b);
	if (b->now > b->peak)
		b->peak = b->now;
}

/* The power of two that is not smaller. */
static uint32_t round_up(uint64_t n)
{
	uint32_t power = 64;

	while (power < n && power < BURST_LIMIT_MAX)
		power *= 2;
	return power;
}

void burst_backlog(struct burst *b, uint32_t backlog, uint32_t limit, bool overflowed)
{
	uint64_t wanted;

	if (backlog > b->high)
		b->high = backlog;
	if (limit == 0 || limit >= BURST_LIMIT_MAX) {
		b->needed = 0;
		return;
	}
	if (b->needed && b->needed <= limit) /* it was raised */
		b->needed = 0;
	if (!overflowed && backlog < limit * (uint64_t)BURST_FULL_PCT / 100)
		return;
	wanted = (uint64_t)limit * 2;
	if (wanted < 2 * b->high)
		wanted = 2 * b->high;
	if (wanted < b->peak)
		wanted = b->peak;
	if (round_up(wanted) > b->needed)
		b->needed = round_up(wanted);
}
