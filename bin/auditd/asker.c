/* Questions to the kernel that nobody waits for. */
#include "auditd/asker.h"

#include "base/thread.h"

#include <errno.h>
#include <time.h>

#define STACK_BYTES (128u << 10)
#define NS          UINT64_C(1000000000)

static struct timespec time_of(clockid_t clock)
{
	struct timespec now = {0};

	(void)clock_gettime(clock, &now);
	return now;
}

static void put_answer(struct asker *a, const struct audit_status *status)
{
	struct timespec now = time_of(CLOCK_BOOTTIME);

	if (!a->has_answer || status->backlog > a->answer.most)
		a->answer.most = status->backlog;
	a->answer.status = *status;
	a->answer.when_ns = (uint64_t)now.tv_sec * NS + (uint64_t)now.tv_nsec;
	a->has_answer = true;
}

/* With the lock. Until it is time again, or to stop. */
static void pause_until_next(struct asker *a)
{
	struct timespec until = time_of(CLOCK_MONOTONIC);

	until.tv_nsec += ASK_EACH_MS * 1000000;
	if (until.tv_nsec >= (long)NS) {
		until.tv_nsec -= (long)NS;
		until.tv_sec++;
	}
	while (!a->stop && pthread_cond_timedwait(&a->changed, &a->lock, &until) != ETIMEDOUT)
		continue;
}

static void *run(void *arg)
{
	struct asker *a = arg;
	struct audit_status status;

	(void)pthread_mutex_lock(&a->lock);
	while (!a->stop) {
		int failed;

		(void)pthread_mutex_unlock(&a->lock);
		/* A failure shows as an answer that grows old. */
		failed = audit_get_status(&a->control, &status, NULL);
		(void)pthread_mutex_lock(&a->lock);
		if (!failed)
			put_answer(a, &status);
		pause_until_next(a);
	}
	(void)pthread_mutex_unlock(&a->lock);
	return NULL;
}

void asker_open(struct asker *a)
{
	(void)!audit_socket_open(&a->socket, 0, &a->why);
}

int asker_start(struct asker *a, struct err *e)
{
	pthread_condattr_t attributes;

	a->is_running = a->stop = a->has_answer = false;
	if (a->socket.fd < 0)
		return err_set(e, "%s", a->why.text);
	audit_control_init(&a->control, &a->socket);
	(void)pthread_mutex_init(&a->lock, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&a->changed, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	if (thread_start(&a->thread, STACK_BYTES, run, a) != 0) {
		audit_socket_close(&a->socket);
		return err_sys(e, "cannot start the thread that asks the kernel");
	}
	a->is_running = true;
	return 0;
}

bool asker_take(struct asker *a, struct asker_answer *out)
{
	bool has_answer;

	if (!a->is_running)
		return false;
	(void)pthread_mutex_lock(&a->lock);
	has_answer = a->has_answer;
	if (has_answer)
		*out = a->answer;
	a->has_answer = false;
	(void)pthread_mutex_unlock(&a->lock);
	return has_answer;
}

void asker_stop(struct asker *a)
{
	if (!a->is_running)
		return;
	(void)pthread_mutex_lock(&a->lock);
	a->stop = true;
	(void)pthread_cond_signal(&a->changed);
	(void)pthread_mutex_unlock(&a->lock);
	(void)pthread_detach(a->thread);
	a->is_running = false;
}
