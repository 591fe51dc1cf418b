/*
 * How far long work has come, in one line on a terminal: nothing in the first second, nothing at
 * all when the descriptor is no terminal.
 *
 *	struct progress p;
 *	progress_init(&p, STDERR_FILENO);
 *	progress_show(&p, done, total);		-- "[#####     ]  51 %", some times a second
 *	progress_clear(&p);			-- before anything else is printed
 *	progress_release(&p);
 *
 * progress_show() and progress_clear() may be called by several threads.
 */
#ifndef AURUM_OUTPUT_PROGRESS_H
#define AURUM_OUTPUT_PROGRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct progress {
	int fd; /* -1: no terminal */
	pthread_mutex_t lock;
	int64_t next_ms; /* when it is shown again */
	bool shown;
};

void progress_init(struct progress *p, int fd);
void progress_release(struct progress *p); /* clears the line */
void progress_show(struct progress *p, uint64_t done, uint64_t total);
void progress_clear(struct progress *p);

#endif
