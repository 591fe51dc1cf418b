/* The thread that syncs. It holds no lock while the disk works. */
#include "log/flusher.h"

#include "base/clock.h"
#include "base/thread.h"

#include <errno.h>
#include <fcntl.h>

#define STACK_BYTES (256u << 10)

void log_flush_timed(struct log_flush_times *t, uint64_t ns)
{
	uint64_t bound = 1000000;

	t->count++;
	t->sum += ns;
	t->last = ns;
	if (ns > t->max)
		t->max = ns;
	for (size_t i = 0; i < LOG_FLUSH_BOUNDS; i++, bound *= 10)
		t->within[i] += ns <= bound;
}

/* Takes the oldest waiting descriptor; -1 when it is time to end. */
static int take(struct log_flusher *f)
{
	int fd;

	while (f->count == 0 && !f->stopping)
		(void)pthread_cond_wait(&f->changed, &f->lock);
	if (f->count == 0)
		return -1;
	fd = f->waiting[0];
	f->count--;
	for (size_t i = 0; i < f->count; i++)
		f->waiting[i] = f->waiting[i + 1];
	if (f->count == 0)
		f->original = -1;
	return fd;
}

static void *run(void *arg)
{
	struct log_flusher *f = arg;
	int fd;

	(void)pthread_mutex_lock(&f->lock);
	while ((fd = take(f)) >= 0) {
		uint64_t start;
		int failure;

		(void)pthread_mutex_unlock(&f->lock);
		start = clock_ns();
		failure = fdatasync(fd) == 0 ? 0 : errno;
		(void)close(fd);
		(void)pthread_mutex_lock(&f->lock);
		f->syncs++;
		log_flush_timed(&f->times, clock_ns() - start);
		if (failure)
			f->failure = failure;
	}
	(void)pthread_mutex_unlock(&f->lock);
	return NULL;
}

int log_flusher_start(struct log_flusher *f, struct err *e)
{
	*f = (struct log_flusher){.original = -1};
	(void)pthread_mutex_init(&f->lock, NULL);
	(void)pthread_cond_init(&f->changed, NULL);
	if (thread_start(&f->thread, STACK_BYTES, run, f) != 0) {
		(void)err_sys(e, "cannot start the thread that flushes the log");
		(void)pthread_cond_destroy(&f->changed);
		(void)pthread_mutex_destroy(&f->lock);
		return -1;
	}
	f->running = true;
	return 0;
}

void log_flusher_stop(struct log_flusher *f)
{
	if (!f->running)
		return;
	(void)pthread_mutex_lock(&f->lock);
	f->stopping = true;
	(void)pthread_cond_signal(&f->changed);
	(void)pthread_mutex_unlock(&f->lock);
	(void)pthread_join(f->thread, NULL);
	(void)pthread_cond_destroy(&f->changed);
	(void)pthread_mutex_destroy(&f->lock);
	f->running = false;
}

void log_flusher_request(struct log_flusher *f, int fd)
{
	if (!f->running)
		return;
	(void)pthread_mutex_lock(&f->lock);
	/* The same file waits already: what was written since is part of that sync. */
	if (f->original != fd && f->count < LOG_FLUSHER_WAITING_MAX) {
		int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

		if (copy < 0) {
			f->failure = errno;
		} else {
			f->waiting[f->count++] = copy;
			f->original = fd;
			(void)pthread_cond_signal(&f->changed);
		}
	}
	(void)pthread_mutex_unlock(&f->lock);
}

void log_flusher_forget(struct log_flusher *f, int fd)
{
	if (!f->running)
		return;
	(void)pthread_mutex_lock(&f->lock);
	if (f->original == fd)
		f->original = -1;
	(void)pthread_mutex_unlock(&f->lock);
}

void log_flusher_times(struct log_flusher *f, struct log_flush_times *out)
{
	*out = (struct log_flush_times){.count = 0};
	if (!f->running)
		return;
	(void)pthread_mutex_lock(&f->lock);
	*out = f->times;
	(void)pthread_mutex_unlock(&f->lock);
}

int log_flusher_failure(struct log_flusher *f)
{
	int failure;

	if (!f->running)
		return 0;
	(void)pthread_mutex_lock(&f->lock);
	failure = f->failure;
	f->failure = 0;
	(void)pthread_mutex_unlock(&f->lock);
	return failure;
}
