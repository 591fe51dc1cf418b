/*
 * What is known about a running daemon: the figures of figure.def as structs, and the rows about
 * them, from which text, JSON, metrics and the manual page are made.
 *
 *	struct health_recorder r;
 *	health_recorder_init(&r);
 *	r.backlog = status.backlog;
 *	for (size_t i = 0; i < health_recorder_rows.count; i++)
 *		print(health_recorder_rows.rows[i].id, health_value(&r, i));
 *
 * A figure that nobody has set is FIGURE_UNKNOWN.
 */
#ifndef AURUM_HEALTH_FIGURE_H
#define AURUM_HEALTH_FIGURE_H

#include "base/attr.h"
#include "base/sv.h"

#include <linux/audit.h>
#include <stdint.h>
#include <string.h>

#define FIGURE_UNKNOWN UINT64_MAX

enum figure_type {
	FIGURE_COUNT,
	FIGURE_BYTES,
	FIGURE_NANOS, /* a duration in nanoseconds */
	FIGURE_TIME,  /* nanoseconds since 1970; 0: never */
	FIGURE_AGE,   /* nanoseconds of CLOCK_BOOTTIME: what is shown is how long ago that is */
	FIGURE_STATE, /* one of enum health_state */
	FIGURE_SEAL,  /* one of enum health_seal */
};

/* How Prometheus takes it. */
enum figure_kind { FIGURE_NULL_KIND, FIGURE_GAUGE, FIGURE_COUNTER, FIGURE_HISTOGRAM };

/* The heading that it stands under. */
enum figure_group {
	GROUP_DAEMON,
	GROUP_KERNEL,
	GROUP_RECORDING,
	GROUP_LOSSES,
	GROUP_DISK,
	GROUP_SEAL,
	GROUP_ATTENDANT,
	GROUP_CONSUMER,
	GROUP_COUNT
};

/* Of the recorder, and of a consumer. */
enum health_state {
	STATE_STARTING,
	STATE_RUNNING,
	STATE_SUSPENDED,
	STATE_STOPPED,
	STATE_FAILED, /* a consumer that is given up: it died too often */
	STATE_COUNT
};

/* Of the log. */
enum health_seal { HEALTH_SEAL_BEGINS, HEALTH_SEALED, HEALTH_UNSEALED, HEALTH_SEAL_COUNT };

struct figure_row {
	const char *id;
	enum figure_group group;
	enum figure_type type;
	enum figure_kind kind;
	const char *metric; /* behind "aurum_", with labels; NULL: no metric */
	const char *label, *help;
};

struct figure_rows {
	const struct figure_row *rows;
	size_t count;
};

#define FIGURE_MEMBER(group, id, type, kind, metric, label, help) uint64_t id;
#define FIGURE_ONE(group, id, type, kind, metric, label, help)    +1

struct health_recorder {
#define RECORDER_FIGURE FIGURE_MEMBER
#include "health/figure.def"
#undef RECORDER_FIGURE
};

struct health_attendant {
#define ATTENDANT_FIGURE FIGURE_MEMBER
#include "health/figure.def"
#undef ATTENDANT_FIGURE
};

struct health_consumer {
#define CONSUMER_FIGURE FIGURE_MEMBER
#include "health/figure.def"
#undef CONSUMER_FIGURE
};

enum {
#define RECORDER_FIGURE FIGURE_ONE
	RECORDER_FIGURES = 0
#include "health/figure.def"
#undef RECORDER_FIGURE
	,
#define ATTENDANT_FIGURE FIGURE_ONE
	ATTENDANT_FIGURES = 0
#include "health/figure.def"
#undef ATTENDANT_FIGURE
	,
#define CONSUMER_FIGURE FIGURE_ONE
	CONSUMER_FIGURES = 0
#include "health/figure.def"
#undef CONSUMER_FIGURE
};

/* Every figure of *r is unknown. */
void health_recorder_init(struct health_recorder *r);
void health_attendant_init(struct health_attendant *a);
void health_consumer_init(struct health_consumer *c);

extern const struct figure_rows health_recorder_rows, health_attendant_rows, health_consumer_rows;

/* What the kernel says of itself; kernel_asked stays. */
void health_take_status(struct health_recorder *r, const struct audit_status *s);

/* The figure of row i out of one of the three structs, which is theirs. */
static inline uint64_t health_value(const void *figures, size_t i)
{
	uint64_t value;

	memcpy(&value, (const char *)figures + i * sizeof(value), sizeof(value));
	return value;
}

/*
 * The help of all metrics of a name without its label, bucket and sum, where several rows have it;
 * NULL for others.
 */
const char *health_family_help(struct sv family);

/* "kernel", "recording", ...: heading and, in JSON, the name of the object. */
const char *health_group_name(enum figure_group group);
/* "recording", "suspended", ...; "unknown" for a number that is none. */
const char *health_state_name(uint64_t state);

/* "begins", "sealed", "UNSEALED"; "unknown" for a number that is none. */
const char *health_seal_name(uint64_t seal);

/* Records lost in all, whatever the cause; unknown figures count as 0. */
uint64_t health_lost(const struct health_recorder *r);

#endif
