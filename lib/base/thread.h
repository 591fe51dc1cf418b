/*
 * Threads that leave signals to the thread that made them: those belong to its loop.
 *
 *	if (thread_start(&t, 0, run, arg) != 0)
 *		return err_sys(e, "cannot start the thread that ...");
 *	(void)pthread_join(t, NULL);
 */
#ifndef AURUM_BASE_THREAD_H
#define AURUM_BASE_THREAD_H

#include "base/attr.h"

#include <pthread.h>

/* Every signal is blocked in the new thread. stack_bytes 0 is the system's own size. 0, or -1
 * with errno set. */
MUST_CHECK int thread_start(pthread_t *thread, size_t stack_bytes, void *(*run)(void *arg),
			    void *arg);

#endif
