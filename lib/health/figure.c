/* The rows about figures, made from figure.def. No I/O. */
#include "health/figure.h"

#define FIGURE_ROW(group, id, type, kind, metric, label, help)                                     \
	{#id, GROUP_##group, FIGURE_##type, FIGURE_##kind, metric, label, help},

static const struct figure_row recorder_rows[] = {
#define RECORDER_FIGURE FIGURE_ROW
#include "health/figure.def"
#undef RECORDER_FIGURE
};
static const struct figure_row attendant_rows[] = {
#define ATTENDANT_FIGURE FIGURE_ROW
#include "health/figure.def"
#undef ATTENDANT_FIGURE
};
static const struct figure_row consumer_rows[] = {
#define CONSUMER_FIGURE FIGURE_ROW
#include "health/figure.def"
#undef CONSUMER_FIGURE
};

const struct figure_rows health_recorder_rows = {recorder_rows, LEN(recorder_rows)};
const struct figure_rows health_attendant_rows = {attendant_rows, LEN(attendant_rows)};
const struct figure_rows health_consumer_rows = {consumer_rows, LEN(consumer_rows)};

_Static_assert(sizeof(struct health_recorder) == RECORDER_FIGURES * sizeof(uint64_t),
	       "figures stand side by side");
_Static_assert(sizeof(struct health_attendant) == ATTENDANT_FIGURES * sizeof(uint64_t),
	       "figures stand side by side");
_Static_assert(sizeof(struct health_consumer) == CONSUMER_FIGURES * sizeof(uint64_t),
	       "figures stand side by side");
_Static_assert(FIGURE_UNKNOWN == UINT64_MAX, "bytes of 0xff are unknown figures");

void health_recorder_init(struct health_recorder *r)
{
	memset(r, 0xff, sizeof(*r));
}

void health_attendant_init(struct health_attendant *a)
{
	memset(a, 0xff, sizeof(*a));
}

void health_consumer_init(struct health_consumer *c)
{
	memset(c, 0xff, sizeof(*c));
}

void health_take_status(struct health_recorder *r, const struct audit_status *s)
{
	r->kernel_enabled = s->enabled;
	r->kernel_failure = s->failure;
	r->kernel_pid = s->pid;
	r->rate_limit = s->rate_limit;
	r->backlog_limit = s->backlog_limit;
	r->backlog = s->backlog;
	r->backlog_wait_time = s->backlog_wait_time;
	r->backlog_waited = s->backlog_wait_time_actual;
	r->kernel_lost = s->lost;
}

const char *health_family_help(struct sv family)
{
	static const char *const rows[][2] = {
#define METRIC_FAMILY(name, help) {name, help},
#include "health/figure.def"
#undef METRIC_FAMILY
	};

	for (size_t i = 0; i < LEN(rows); i++)
		if (sv_eq(family, sv_cstr(rows[i][0])))
			return rows[i][1];
	return NULL;
}

const char *health_group_name(enum figure_group group)
{
	static const char *const names[GROUP_COUNT] = {
		[GROUP_DAEMON] = "daemon",       [GROUP_KERNEL] = "kernel",
		[GROUP_RECORDING] = "recording", [GROUP_LOSSES] = "losses",
		[GROUP_DISK] = "disk",           [GROUP_SEAL] = "seal",
		[GROUP_ATTENDANT] = "attendant", [GROUP_CONSUMER] = "consumer"};

	return names[group];
}

const char *health_state_name(uint64_t state)
{
	static const char *const names[STATE_COUNT] = {"starting", "running", "suspended",
						       "stopped", "failed"};

	return state < STATE_COUNT ? names[state] : "unknown";
}

const char *health_seal_name(uint64_t seal)
{
	static const char *const names[HEALTH_SEAL_COUNT] = {"begins", "sealed", "UNSEALED"};

	return seal < HEALTH_SEAL_COUNT ? names[seal] : "unknown";
}

uint64_t health_lost(const struct health_recorder *r)
{
	const uint64_t causes[] = {r->lost_kernel, r->lost_receive, r->lost_unknown,
				   r->lost_memory, r->lost_disk,    r->lost_suspended};
	uint64_t sum = 0;

	for (size_t i = 0; i < LEN(causes); i++)
		if (causes[i] != FIGURE_UNKNOWN)
			sum += causes[i];
	return sum;
}
