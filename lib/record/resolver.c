/*
 * One question at a time between a caller that has little patience and a thread that has all.
 * What the caller waits comes out of a purse that time fills slowly, so that many slow answers
 * cannot cost it more than one lost one.
 *
 *	caller				thread
 *	  ask(uid 1000) ------------->	behind->user_name()
 *	  waits patience_ms at most <--	answer
 */
#include "record/resolver.h"

#include "base/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define STACK_BYTES (1u << 20) /* name service modules are guests: give them room */
#define EARN_RATE   10         /* so many milliseconds of time earn one of waiting */

enum question { ASK_NOTHING, ASK_USER, ASK_GROUP, ASK_END };

struct resolver {
	struct name_source source;
	const struct name_source *behind;
	unsigned patience_ms;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t asked, answered;
	/* under the lock */
	enum question question; /* ASK_NOTHING once it is answered */
	uint32_t id;
	bool is_found, is_late, may_recover;
	char name[NAMES_NAME_MAX + 1];
	uint64_t timeouts;
	/* the caller's own: waiting that may still be spent, and when it was last added to */
	int64_t purse_ns, earned_ns;
};

static int64_t now_ns(void)
{
	struct timespec t = {0, 0};

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t full_purse_ns(const struct resolver *r)
{
	return (int64_t)r->patience_ms * 1000000;
}

/* Time fills the purse, up to the patience for one question. True: there is enough for one. */
static bool earn(struct resolver *r, int64_t now)
{
	r->purse_ns += (now - r->earned_ns) / EARN_RATE;
	r->earned_ns = now;
	if (r->purse_ns > full_purse_ns(r))
		r->purse_ns = full_purse_ns(r);
	return r->purse_ns >= full_purse_ns(r) / 2;
}

static bool look_up(const struct name_source *source, enum question question, uint32_t id,
		    char *out, size_t cap)
{
	if (question == ASK_USER)
		return source->user_name && source->user_name(source->arg, id, out, cap);
	return source->group_name && source->group_name(source->arg, id, out, cap);
}

static void *run(void *arg)
{
	struct resolver *r = arg;

	(void)pthread_mutex_lock(&r->lock);
	for (;;) {
		char name[NAMES_NAME_MAX + 1];
		enum question question;
		uint32_t id;
		bool found;

		while (r->question == ASK_NOTHING)
			(void)pthread_cond_wait(&r->asked, &r->lock);
		question = r->question;
		id = r->id;
		if (question == ASK_END)
			break;
		(void)pthread_mutex_unlock(&r->lock);
		found = look_up(r->behind, question, id, name, sizeof(name));
		(void)pthread_mutex_lock(&r->lock);
		r->is_found = found;
		if (found)
			memcpy(r->name, name, sizeof(name));
		if (r->question != ASK_END)
			r->question = ASK_NOTHING;
		r->may_recover |= r->is_late;
		r->is_late = false;
		(void)pthread_cond_signal(&r->answered);
	}
	(void)pthread_mutex_unlock(&r->lock);
	return NULL;
}

static struct timespec at_ns(int64_t ns)
{
	return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

static bool ask(struct resolver *r, enum question question, uint32_t id, char *out, size_t cap)
{
	int64_t asked_ns = now_ns();
	struct timespec deadline;
	bool may_wait = earn(r, asked_ns), found = false;
	int waited = 0;

	deadline = at_ns(asked_ns + r->purse_ns);
	(void)pthread_mutex_lock(&r->lock);
	if (!r->is_late && may_wait) {
		r->question = question;
		r->id = id;
		(void)pthread_cond_signal(&r->asked);
		while (r->question != ASK_NOTHING && waited != ETIMEDOUT)
			waited = pthread_cond_timedwait(&r->answered, &r->lock, &deadline);
		r->is_late = r->question != ASK_NOTHING;
		found = !r->is_late && r->is_found && sv_to_cstr(sv_cstr(r->name), out, cap);
		r->timeouts += r->is_late;
		r->purse_ns -= now_ns() - asked_ns;
	} else {
		r->timeouts++;
		r->may_recover |= !r->is_late;
	}
	(void)pthread_mutex_unlock(&r->lock);
	return found;
}

static bool user_name(void *arg, uint32_t uid, char *out, size_t cap)
{
	return ask(arg, ASK_USER, uid, out, cap);
}

static bool group_name(void *arg, uint32_t gid, char *out, size_t cap)
{
	return ask(arg, ASK_GROUP, gid, out, cap);
}

static int start(struct resolver *r, struct err *e)
{
	pthread_condattr_t clock;

	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_condattr_init(&clock);
	(void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&r->asked, &clock);
	(void)pthread_cond_init(&r->answered, &clock);
	(void)pthread_condattr_destroy(&clock);
	if (thread_start(&r->thread, STACK_BYTES, run, r) == 0)
		return 0;
	return err_sys(e, "cannot start the thread that looks up names");
}

struct resolver *resolver_new(const struct name_source *behind, unsigned patience_ms, struct err *e)
{
	struct resolver *r = calloc(1, sizeof(*r));

	if (!r) {
		(void)err_sys(e, "cannot look up names");
		return NULL;
	}
	r->behind = behind;
	r->patience_ms = patience_ms;
	r->purse_ns = full_purse_ns(r);
	r->earned_ns = now_ns();
	r->source =
		(struct name_source){.user_name = user_name, .group_name = group_name, .arg = r};
	if (start(r, e) == 0)
		return r;
	free(r);
	return NULL;
}

void resolver_free(struct resolver *r)
{
	bool is_late;

	if (!r)
		return;
	(void)pthread_mutex_lock(&r->lock);
	is_late = r->is_late;
	r->question = ASK_END;
	(void)pthread_cond_signal(&r->asked);
	(void)pthread_mutex_unlock(&r->lock);
	if (is_late) {
		(void)pthread_detach(r->thread);
		return;
	}
	(void)pthread_join(r->thread, NULL);
	(void)pthread_cond_destroy(&r->asked);
	(void)pthread_cond_destroy(&r->answered);
	(void)pthread_mutex_destroy(&r->lock);
	free(r);
}

const struct name_source *resolver_source(struct resolver *r)
{
	return &r->source;
}

bool resolver_recovered(struct resolver *r)
{
	bool may_wait = earn(r, now_ns()), recovered;

	(void)pthread_mutex_lock(&r->lock);
	recovered = r->may_recover && !r->is_late && may_wait;
	if (recovered)
		r->may_recover = false;
	(void)pthread_mutex_unlock(&r->lock);
	return recovered;
}

uint64_t resolver_timeouts(struct resolver *r)
{
	uint64_t timeouts;

	(void)pthread_mutex_lock(&r->lock);
	timeouts = r->timeouts;
	(void)pthread_mutex_unlock(&r->lock);
	return timeouts;
}
