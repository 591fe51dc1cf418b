/*
 * The attendant at work: it hears the recorder, and runs what the configuration says. One struct
 * attend, in main().
 */
#ifndef AURUM_ATTENDANT_ATTEND_H
#define AURUM_ATTENDANT_ATTEND_H

#include "attendant/action.h"
#include "attendant/archiving.h"
#include "auditd/errand.h"
#include "auditd/load.h"

#include "log/framing.h"

#include <sys/types.h>

#define PLUGINS_MAX     32
#define CHILD_ARCHIVIST PLUGINS_MAX /* behind the plugins */
#define CHILDREN_MAX    (PLUGINS_MAX + 1)

struct attend;
struct plugins;

/* A descriptor of the loop, a part of what it belongs to. */
struct attend_watch {
	int fd;
	void (*ready)(struct attend *a, struct attend_watch *w, uint32_t events); /* of epoll */
};

/* What outlives an attendant that dies: memory that its successor shares. */
struct attend_life {
	bool is_started;                  /* ERRAND_START was heard */
	uint64_t log_end[ERRAND_NUMBERS]; /* what came with it, or with the last ERRAND_RELOAD */
	pid_t children[CHILDREN_MAX];     /* plugins, and the archivist; 0: none */
	uint64_t deaths, errands, errands_failed; /* for the board */
};

struct attend {
	struct voice voice;
	struct conf_place place;
	struct auditd_conf conf;
	char draft[LOG_PATH_MAX]; /* where the recorder leaves its state report */
	struct attend_life *life;
	char run_dir[LOG_PATH_MAX], state_dir[LOG_PATH_MAX]; /* as they were at start */
	struct attend_watch errands, grew, signals, tick;
	struct plugins *plugins;
	struct actions actions;
	struct archiving archiving;
	int loop; /* epoll */
	bool stop;
};

/* Reads the configuration and opens what the loop needs. */
MUST_CHECK int attend_init(struct attend *a, struct err *e);
/* Until the recorder asks for the end, or is gone; then the plugins' end. */
void attend_run(struct attend *a);
void attend_release(struct attend *a);

/* Waits for something to happen, at most ms (-1: for ever), and handles it. */
void attend_poll(struct attend *a, int ms);

/* To the recorder; -1: it takes nothing. A note becomes a DAEMON_ERR record. */
MUST_CHECK int attend_tell(const struct attend *a, enum errand_kind kind,
			   const uint64_t number[ERRAND_NUMBERS]);
void attend_note(const struct attend *a, const char *fmt, ...) PRINTF(2, 3);

/* How plugins get the lines of the log, as far as the daemon's configuration says. */
struct framing attend_framing(const struct attend *a, bool is_binary);

/* w stays the caller's, and in place until attend_forget(). events: of epoll. */
MUST_CHECK int attend_watch(struct attend *a, struct attend_watch *w, uint32_t events,
			    struct err *e);
void attend_forget(struct attend *a, struct attend_watch *w);

#endif
