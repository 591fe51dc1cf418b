/* Hands things out to threads one by one. */
#include "base/crew.h"

#include "base/thread.h"

#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

#define THREADS_MAX 8

struct crew {
	size_t count;
	void (*job)(void *arg, size_t i);
	void *arg;
	atomic_size_t next;
};

static void *work(void *arg)
{
	struct crew *c = arg;
	size_t i;

	while ((i = atomic_fetch_add(&c->next, 1)) < c->count)
		c->job(c->arg, i);
	return NULL;
}

static size_t threads_for(size_t count, size_t share)
{
	size_t wanted = count / share;
	cpu_set_t set;

	if (wanted > THREADS_MAX)
		wanted = THREADS_MAX;
	if (wanted > 1 && sched_getaffinity(0, sizeof(set), &set) == 0 &&
	    wanted > (size_t)CPU_COUNT(&set))
		wanted = (size_t)CPU_COUNT(&set);
	return wanted;
}

void crew_run(size_t count, size_t share, void (*job)(void *arg, size_t i), void *arg)
{
	struct crew crew = {.count = count, .job = job, .arg = arg};
	size_t wanted = threads_for(count, share), helpers = 0;
	pthread_t list[THREADS_MAX];

	while (helpers + 1 < wanted && thread_start(&list[helpers], 0, work, &crew) == 0)
		helpers++;
	(void)work(&crew);
	while (helpers)
		(void)pthread_join(list[--helpers], NULL);
}

void crew_make_room(size_t descriptors)
{
	CLEAN_FD int first = open("/", O_PATH | O_CLOEXEC), last = -1;

	if (first >= 0 && descriptors < INT16_MAX)
		last = fcntl(first, F_DUPFD_CLOEXEC, first + (int)descriptors);
	close_fd(&last);
}
