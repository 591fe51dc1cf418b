/*
 * The attendant at work: it hears the recorder, and runs what the configuration says. One struct
 * attend, in main().
 */
#ifndef AURUM_ATTENDANT_ATTEND_H
#define AURUM_ATTENDANT_ATTEND_H

#include "auditd/errand.h"
#include "auditd/load.h"

#include <sys/types.h>

struct attend;

/* A descriptor of the loop, a part of what it belongs to. */
struct attend_watch {
	int fd;
	void (*ready)(struct attend *a, struct attend_watch *w, uint32_t events); /* of epoll */
};

/* What outlives an attendant that dies: memory that its successor shares. */
struct attend_life {
	bool is_started;                  /* ERRAND_START was heard */
	uint64_t log_end[ERRAND_NUMBERS]; /* what came with it */
};

struct attend {
	struct voice voice;
	struct conf_place place;
	struct auditd_conf conf;
	char draft[LOG_PATH_MAX]; /* where the recorder leaves its state report */
	struct attend_life *life;
	struct attend_watch errands, grew, signals;
	int loop; /* epoll */
	bool stop;
};

/* Reads the configuration and opens what the loop needs. */
MUST_CHECK int attend_init(struct attend *a, struct err *e);
/* Until the recorder asks for the end, or is gone. */
MUST_CHECK int attend_run(struct attend *a, struct err *e);
void attend_release(struct attend *a);

/* w stays the caller's, and in place until attend_forget(). events: of epoll. */
MUST_CHECK int attend_watch(struct attend *a, struct attend_watch *w, uint32_t events,
			    struct err *e);
void attend_forget(struct attend *a, struct attend_watch *w);

#endif
