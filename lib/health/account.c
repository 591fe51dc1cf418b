/* Arithmetic of losses: counters that only grow, minus what was told. No I/O, no clock. */
#include "health/account.h"

const char *loss_name(enum loss cause)
{
	static const char *const names[LOSS_COUNT] = {
		[LOSS_KERNEL] = "kernel",   [LOSS_RECEIVE] = "receive",
		[LOSS_UNKNOWN] = "unknown", [LOSS_MEMORY] = "memory",
		[LOSS_DISK] = "disk",       [LOSS_SUSPENDED] = "suspended"};

	return names[cause];
}

void account_init(struct account *a)
{
	*a = (struct account){.knows_kernel = false};
}

static void add(struct account *a, enum loss cause, uint64_t lost, uint64_t now_ns)
{
	struct account_line *line = &a->lines[cause];
	uint64_t before = line->looked_ns ? line->looked_ns : now_ns;

	line->looked_ns = now_ns;
	if (lost == 0)
		return;
	if (line->lost == line->signed_off)
		line->from_ns = before;
	line->to_ns = now_ns;
	line->lost += lost;
	a->last_ns = now_ns;
}

void account_set_kernel(struct account *a, uint32_t lost)
{
	a->lines[LOSS_KERNEL].seen = lost;
	a->knows_kernel = true;
}

void account_kernel(struct account *a, uint32_t lost, uint64_t now_ns)
{
	struct account_line *line = &a->lines[LOSS_KERNEL];
	uint64_t more;

	if (!a->knows_kernel) {
		account_set_kernel(a, lost);
		return;
	}
	more = lost >= line->seen ? lost - line->seen : lost;
	line->seen = lost;
	a->excuses += more;
	add(a, LOSS_KERNEL, more, now_ns);
}

void account_gaps(struct account *a, uint64_t missing, uint64_t now_ns)
{
	uint64_t more = missing - a->gaps_seen, excused;

	a->gaps_seen = missing;
	excused = more < a->excuses ? more : a->excuses;
	a->excuses -= excused;
	add(a, LOSS_UNKNOWN, more - excused, now_ns);
}

void account_count(struct account *a, enum loss cause, uint64_t counter, uint64_t now_ns)
{
	struct account_line *line = &a->lines[cause];
	uint64_t more = counter > line->seen ? counter - line->seen : 0;

	line->seen = counter;
	/* A message that was dropped leaves its number out. What came whole does not. */
	if (cause == LOSS_RECEIVE)
		a->excuses += more;
	add(a, cause, more, now_ns);
}

bool account_next(const struct account *a, int64_t now_ms, struct account_entry *out)
{
	for (unsigned cause = 0; cause < LOSS_COUNT; cause++) {
		const struct account_line *line = &a->lines[cause];

		if (line->lost == line->signed_off || now_ms < line->quiet_until_ms)
			continue;
		*out = (struct account_entry){(enum loss)cause, line->lost - line->signed_off,
					      line->lost, line->from_ns, line->to_ns};
		return true;
	}
	return false;
}

void account_sign_off(struct account *a, const struct account_entry *entry, int64_t now_ms)
{
	struct account_line *line = &a->lines[entry->cause];

	line->signed_off += entry->lost;
	line->quiet_until_ms = now_ms + ACCOUNT_PAUSE_MS;
}

void account_hurry(struct account *a)
{
	for (unsigned cause = 0; cause < LOSS_COUNT; cause++)
		a->lines[cause].quiet_until_ms = INT64_MIN;
}

uint64_t account_lost(const struct account *a)
{
	uint64_t sum = 0;

	for (unsigned cause = 0; cause < LOSS_COUNT; cause++)
		sum += a->lines[cause].lost;
	return sum;
}

uint64_t account_signed_off(const struct account *a)
{
	uint64_t sum = 0;

	for (unsigned cause = 0; cause < LOSS_COUNT; cause++)
		sum += a->lines[cause].signed_off;
	return sum;
}
