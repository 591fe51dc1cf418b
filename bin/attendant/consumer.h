/*
 * One plugin at work: its process, the feed into its pipe, how far it has read, and what is done
 * when it dies or falls behind. plugins.h has all of them.
 *
 *	due_ms, is_ready --> consumer_turn() --> feed_pump()
 *	waitpid()        --> consumer_ended()
 *	each second      --> consumer_tick()
 */
#ifndef AURUM_ATTENDANT_CONSUMER_H
#define AURUM_ATTENDANT_CONSUMER_H

#include "attendant/attend.h"
#include "attendant/plugin.h"

#include "health/figure.h"
#include "log/feed.h"

enum consumer_phase {
	CONSUMER_DOWN,   /* no process; one is started at due_ms, never: given up */
	CONSUMER_UP,     /* runs */
	CONSUMER_ENDING, /* was asked to end; due_ms: the next, stronger word */
	CONSUMER_GONE,   /* has ended as asked: free it */
};

#define CONSUMER_NEVER INT64_MAX

/* How far it is behind, as of the last tick. */
struct consumer_lag {
	uint64_t records, bytes, most; /* most: records, since it was added */
	int64_t seconds;               /* age of the oldest record that it has not read */
	bool is_over;                  /* q_depth was passed, and it has not caught up since */
	bool is_counted;               /* it had caught up once: before, nothing overflows */
	uint64_t overflows;            /* how often q_depth was passed */
};

struct consumer {
	struct attend_watch watch; /* of the pipe, while it is full */
	struct attend *attend;
	unsigned slot; /* among the plugins; in the shared memory and on the board */
	struct plugin plugin;
	struct feed feed;
	enum consumer_phase phase;
	int64_t due_ms;
	pid_t pid;
	bool is_ready;      /* there may be something to pump */
	bool is_suspended;  /* overflow_action = suspend */
	bool is_idle;       /* the last turn gave everything to the pipe */
	bool starts_again;  /* when CONSUMER_ENDING is over */
	bool is_removed;    /* the administrator does not want it any more */
	bool moves;         /* log_file is another: when everything before it is read */
	uint64_t restarts;  /* since it was added, or since SIGHUP revived it */
	uint64_t deaths;    /* since it was added */
	uint64_t lost;      /* records, as far as it can be told */
	int64_t started_ms; /* the process */
	int64_t started_ns; /* CLOCK_REALTIME */
	unsigned words;     /* that asked it to end */
	int64_t deaf_ms;    /* one that has closed its input is killed then */
	struct consumer_lag lag;
	struct feed_place saved; /* what was read when it was saved last */
	bool has_saved;
	bool spool_is_warm;     /* lines come from it */
	uint64_t seen_of_spool; /* at the last tick */
	struct grumble failed;
};

/*
 * Takes the plugin, and begins at its saved position, else where `log_end` of the shared memory
 * says; its first turn starts it. NULL: no memory, told; the plugin stays the caller's.
 */
struct consumer *consumer_new(struct attend *a, const struct plugin *plugin, unsigned slot);
/* The process must have ended. Keeps the saved position. */
void consumer_free(struct consumer *c);

/* Its process has ended, with a status of waitpid(). */
void consumer_ended(struct consumer *c, int status);
/* SIGHUP: to the plugin; one that was given up is started again. */
void consumer_reload(struct consumer *c);
/* Takes another description; the process is ended and started again with it. */
void consumer_replace(struct consumer *c, const struct plugin *plugin);
/* Asks it to end; again: and to start again. */
void consumer_end(struct consumer *c, bool again);
/* SIGUSR2. */
void consumer_resume(struct consumer *c);

/* One bounded turn of whatever is due. */
void consumer_turn(struct consumer *c, int64_t now_ms);
/* Once a second: what was read is found out and saved, lag is measured, overflow acted upon. */
void consumer_tick(struct consumer *c);
/* Whether the plugin has read everything. */
bool consumer_is_done(struct consumer *c);

/*
 * How many of the newest rotated files of the log it has not read to their end; more than there can be
 * when that is not kept, for where it would go on is then not known.
 */
unsigned consumer_unread(struct consumer *c, const struct log_set *set);

void consumer_figures(const struct consumer *c, struct health_consumer *out);

#endif
