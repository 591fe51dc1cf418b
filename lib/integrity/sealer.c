/*
 * A sealer from its making to its end: what it is made of, and how it stops. How it begins is
 * sealer_begin.c's, what the recorder tells it sealer_hear.c's, what it does by itself sealer_turn.c's.
 */
#include "integrity/sealer_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

/* ---- the world ---- */

static uint64_t clock_of(clockid_t id)
{
	struct timespec now;

	(void)clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

static uint64_t system_wall_ns(void *ctx)
{
	(void)ctx;
	return clock_of(CLOCK_REALTIME);
}

static uint64_t system_boot_ns(void *ctx)
{
	(void)ctx;
	return clock_of(CLOCK_BOOTTIME);
}

static int system_random(void *ctx, uint8_t out[SEAL_SEED_BYTES])
{
	(void)ctx;
	return getrandom(out, SEAL_SEED_BYTES, 0) == SEAL_SEED_BYTES ? 0 : -1;
}

const struct sealer_world sealer_world_system = {
	.wall_ns = system_wall_ns, .boot_ns = system_boot_ns, .random = system_random};

uint64_t sealer_wall_ns(const struct sealer *s)
{
	return s->options.world->wall_ns(s->options.world_ctx);
}

uint64_t sealer_boot_ns(const struct sealer *s)
{
	return s->options.world->boot_ns(s->options.world_ctx);
}

/* ---- making one ---- */

static unsigned or_default(unsigned value, unsigned standard)
{
	return value ? value : standard;
}

static struct sealer_settings with_defaults(const struct sealer_settings *given)
{
	struct sealer_settings s = *given;

	s.checkpoint_ms = or_default(s.checkpoint_ms, SEALER_CHECKPOINT_MS);
	s.epoch_s = or_default(s.epoch_s, SEALER_EPOCH_S);
	s.idle_epoch_s = or_default(s.idle_epoch_s, SEALER_IDLE_EPOCH_S);
	s.heartbeat_s = or_default(s.heartbeat_s, SEALER_HEARTBEAT_S);
	return s;
}

/* A condition that waits by the clock that nobody sets. */
static int init_thread_parts(struct sealer *s)
{
	pthread_condattr_t attributes;
	int failure = pthread_condattr_init(&attributes);

	if (failure != 0)
		return failure;
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_mutex_init(&s->mutex, NULL);
	failure = pthread_cond_init(&s->changed, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	return failure;
}

struct sealer *sealer_new(const struct sealer_options *o, struct err *e)
{
	struct sealer *s = calloc(1, sizeof(*s));

	if (!s || init_thread_parts(s) != 0) {
		(void)err_set(e, "no memory to seal the log");
		free(s);
		return NULL;
	}
	s->options = *o;
	if (!o->keys_at_start)
		s->options.keys_at_start = SEALER_KEYS_AT_START;
	if (!o->world)
		s->options.world = &sealer_world_system;
	(void)snprintf(s->log_path, sizeof(s->log_path), "%s", o->log_path);
	s->options.log_path = s->log_path;
	s->settings = with_defaults(&o->settings);
	s->store = (struct store){.disk = o->disk ? o->disk : &integrity_disk_system,
				  .ctx = o->disk_ctx,
				  .group = o->group,
				  .folder = -1};
	s->lock = s->log_folder = s->first_fd = -1;
	s->checkpoint = BUF_INIT(SEALER_NOTE_MAX);
	s->figures.since_ns = sealer_wall_ns(s);
	s->digest = seal_digest_new(e);
	s->line_digest = s->digest ? seal_digest_new(e) : NULL;
	if (!s->line_digest) {
		sealer_free(s);
		return NULL;
	}
	if (sealer_open(s))
		recover_keep_torn(&s->ledger, s->log_path);
	return s;
}

static void free_parts(struct sealer *s)
{
	for (size_t i = 0; i < s->file_count; i++)
		sealer_file_free(s->files[i]);
	free(s->files);
	free(s->job.files);
	for (unsigned i = 0; i < LEVELS; i++) {
		free(s->fresh[i].p);
		free(s->hashes[i].p);
	}
	sealer_close(s);
	buf_release(&s->checkpoint);
	seal_key_free(s->key);
	seal_digest_free(s->digest);
	seal_digest_free(s->line_digest);
	close_fd(&s->first_fd);
}

void sealer_free(struct sealer *s)
{
	if (!s)
		return;
	if (s->has_thread) {
		(void)pthread_mutex_lock(&s->mutex);
		s->wants_end = true;
		(void)pthread_cond_broadcast(&s->changed);
		(void)pthread_mutex_unlock(&s->mutex);
		/* A thread that a disk does not answer cannot be waited for. */
		if (s->is_stuck)
			return;
		(void)pthread_join(s->thread, NULL);
	}
	free_parts(s);
	(void)pthread_cond_destroy(&s->changed);
	(void)pthread_mutex_destroy(&s->mutex);
	free(s);
}

/* ---- beginning and ending ---- */

bool sealer_start(struct sealer *s)
{
	bool has_work;
	struct err e;

	(void)pthread_mutex_lock(&s->mutex);
	s->has_started = true;
	s->wants_begin = s->may_begin;
	(void)pthread_mutex_unlock(&s->mutex);
	if (s->has_ledger)
		sealer_begin(s);
	has_work = s->has_tree || s->may_begin;
	if (has_work && !s->options.is_driven && sealer_run(s, &e) != 0) {
		s->has_tree = s->may_begin = false;
		sealer_set_state(s, SEALER_UNSEALED, e.text);
	}
	return sealer_should_rotate(s);
}

bool sealer_should_rotate(struct sealer *s)
{
	bool should;

	(void)pthread_mutex_lock(&s->mutex);
	should = s->should_rotate;
	s->should_rotate = false;
	(void)pthread_mutex_unlock(&s->mutex);
	return should;
}

void sealer_rotate_keys(struct sealer *s)
{
	(void)pthread_mutex_lock(&s->mutex);
	s->wants_key = true;
	sealer_wake(s);
	(void)pthread_mutex_unlock(&s->mutex);
}

void sealer_configure(struct sealer *s, const struct sealer_settings *settings)
{
	(void)pthread_mutex_lock(&s->mutex);
	s->settings = with_defaults(settings);
	s->wants_begin = true;
	sealer_wake(s);
	(void)pthread_mutex_unlock(&s->mutex);
}

/* Until the thread has signed the end, has nothing to sign, or patience is over. Under the lock. */
static void wait_for_end(struct sealer *s, unsigned patience_ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += patience_ms / 1000;
	until.tv_nsec += (long)(patience_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (!s->has_ended && (s->has_tree || s->is_turning) &&
	       pthread_cond_timedwait(&s->changed, &s->mutex, &until) != ETIMEDOUT)
		;
}

int sealer_stop(struct sealer *s, unsigned patience_ms, struct err *e)
{
	bool has_ended;
	char why[sizeof(s->figures.why)];

	if (s->options.is_driven) {
		s->wants_stop = true;
		(void)sealer_turn(s);
	}
	(void)pthread_mutex_lock(&s->mutex);
	s->wants_stop = true;
	sealer_wake(s);
	if (s->has_thread)
		wait_for_end(s, patience_ms);
	has_ended = s->has_ended;
	(void)snprintf(why, sizeof(why), "%s", s->figures.why);
	s->is_stuck = s->has_thread && !has_ended && s->is_turning;
	(void)pthread_mutex_unlock(&s->mutex);
	if (has_ended)
		return 0;
	return err_set(e, "the log's end could not be signed: %s",
		       why[0] ? why : "the disk does not answer");
}
