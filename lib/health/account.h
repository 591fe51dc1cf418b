/*
 * Losses, by cause, from when they are found until a record in the log accounts for them.
 *
 *	account_init(&a);
 *	account_kernel(&a, status.lost, now);		-- each second, counters as they are
 *	account_gaps(&a, serials.missing, now);
 *	account_count(&a, LOSS_DISK, keeper.lost, now);
 *	while (account_next(&a, now_ms, &entry))
 *		if (write(entry) == 0)
 *			account_sign_off(&a, &entry);
 *
 * The first loss of a cause is told at once, then all that follow in a minute are told together, so
 * that telling does not make more records than were lost. lost and signed_off agree when nothing is
 * left to tell.
 */
#ifndef AURUM_HEALTH_ACCOUNT_H
#define AURUM_HEALTH_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

enum loss {
	LOSS_KERNEL,    /* the kernel says so: backlog full, rate limit, no memory */
	LOSS_RECEIVE,   /* came, but not whole */
	LOSS_UNKNOWN,   /* numbers of events that never came, and nothing of the above explains */
	LOSS_MEMORY,    /* the recorder had none */
	LOSS_DISK,      /* the disk refused */
	LOSS_SUSPENDED, /* recording was suspended */
	LOSS_COUNT
};

/* "kernel", "receive", ...: the cause in the record. */
const char *loss_name(enum loss cause);

#define ACCOUNT_PAUSE_MS 60000

/* One cause. */
struct account_line {
	uint64_t lost, signed_off; /* since the start; lost >= signed_off */
	uint64_t seen;             /* the counter that it was read from */
	uint64_t looked_ns;        /* when it was looked at last, since 1970; 0: never */
	uint64_t from_ns, to_ns;   /* between these the records were lost that are not signed off */
	int64_t quiet_until_ms;
};

struct account {
	struct account_line lines[LOSS_COUNT];
	bool knows_kernel;  /* lines[LOSS_KERNEL].seen is set */
	uint64_t gaps_seen; /* numbers that never came */
	uint64_t excuses;   /* losses that gaps are still expected from */
	uint64_t last_ns;   /* when the last loss was found; 0: none */
};

struct account_entry {
	enum loss cause;
	uint64_t lost;  /* not accounted for yet */
	uint64_t total; /* of this cause since the start, these included */
	uint64_t from_ns, to_ns;
};

void account_init(struct account *a);

/*
 * What the kernel's counter was when somebody looked last, so that what it lost while nobody
 * recorded counts as well. Without this the first account_kernel() only sets where to start.
 */
void account_set_kernel(struct account *a, uint32_t lost);
/* The kernel's counter; one that went back was reset, and counts from 0. */
void account_kernel(struct account *a, uint32_t lost, uint64_t now_ns);
/* Numbers of events missed so far. Those that other losses explain are not counted again. */
void account_gaps(struct account *a, uint64_t missing, uint64_t now_ns);
/* A counter of another cause, which only grows. */
void account_count(struct account *a, enum loss cause, uint64_t counter, uint64_t now_ns);

/* The next loss to tell; false when there is none, or none yet. */
bool account_next(const struct account *a, int64_t now_ms, struct account_entry *out);
/* The entry is in the log. */
void account_sign_off(struct account *a, const struct account_entry *entry, int64_t now_ms);
/* All that is not told may be told now: before the end. */
void account_hurry(struct account *a);

uint64_t account_lost(const struct account *a);
uint64_t account_signed_off(const struct account *a);

#endif
