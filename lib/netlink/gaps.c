/* A sliding window of bits over serial numbers, which wrap at 32 bits. */
#include "netlink/gaps.h"

#include <string.h>

#define BITS AUDIT_GAPS_WINDOW

static bool is_seen(const struct audit_gaps *g, uint32_t serial)
{
	return g->seen[serial % BITS / 64] >> (serial % 64) & 1;
}

static void see(struct audit_gaps *g, uint32_t serial)
{
	g->events += !is_seen(g, serial);
	g->seen[serial % BITS / 64] |= UINT64_C(1) << (serial % 64);
}

static void forget(struct audit_gaps *g, uint32_t serial)
{
	g->seen[serial % BITS / 64] &= ~(UINT64_C(1) << (serial % 64));
}

void audit_gaps_init(struct audit_gaps *g)
{
	*g = (struct audit_gaps){.started = false};
}

/* The window moves up to serial, step numbers on. What falls out of it unseen is missing. */
static void slide(struct audit_gaps *g, uint32_t serial, uint32_t step)
{
	uint32_t moves = step < BITS ? step : BITS;

	/* Place n % BITS holds n - BITS until now and n from now on. */
	for (uint32_t i = 1; i <= moves; i++) {
		g->missing += !is_seen(g, g->newest + i);
		forget(g, g->newest + i);
	}
	g->missing += step - moves; /* passed by without ever being in the window */
	g->newest = serial;
	see(g, serial);
}

void audit_gaps_put(struct audit_gaps *g, uint32_t serial)
{
	uint32_t step = serial - g->newest;

	if (!g->started) {
		g->started = true;
		g->newest = serial;
		g->events = 1;
		memset(g->seen, 0xff, sizeof(g->seen));
	} else if (step == 0) {
		return;
	} else if (step <= UINT32_MAX / 2) {
		slide(g, serial, step);
	} else if (g->newest - serial < BITS) {
		see(g, serial);
	} else {
		g->late++;
	}
}
