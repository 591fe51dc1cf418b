/*
 * A sealer from its beginning to its end: what it is made of, what it finds, and how it stops. What the recorder
 * tells it is sealer_hear.c's, what it does by itself sealer_turn.c's.
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

static void hear(void *ctx, enum sealer_news_kind kind, uint64_t from, uint64_t to,
		 const char *text)
{
	sealer_tell(ctx, kind, from, to, text);
}

/* A page of another log's keys is none of ours. */
static void claim_secret(struct sealer *s)
{
	struct seal_secret_page *page = seal_secret_page(s->options.secret);
	struct seal_hash origin;

	seal_sha256(s->digest, sv_cstr(s->ledger.chain.enrolment.name), &origin);
	if (memcmp(page->origin, origin.b, sizeof(page->origin)) != 0)
		explicit_bzero(page->slot, sizeof(page->slot));
	memcpy(page->origin, origin.b, sizeof(page->origin));
}

static int open_folder_of_log(struct sealer *s, struct err *e)
{
	const char *slash = strrchr(s->log_path, '/');
	char folder[LOG_PATH_MAX];

	(void)snprintf(folder, sizeof(folder), "%.*s/", slash ? (int)(slash - s->log_path) : 1,
		       slash ? s->log_path : ".");
	s->log_folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return s->log_folder >= 0 ? 0 : err_sys(e, "cannot open the folder %s", folder);
}

/* All that there is to go on with. */
static int open_all(struct sealer *s, struct err *e)
{
	const struct ledger_hear hearing = {s, hear};

	if (!s->options.secret)
		return err_set(e, "there is no memory for keys");
	if (integrity_open(s->log_path, &s->store.folder, e) != INTEGRITY_OPEN ||
	    open_folder_of_log(s, e) != 0)
		return -1;
	s->lock = integrity_lock(s->store.folder, e);
	if (s->lock < 0)
		return -1;
	s->has_ledger = true;
	if (ledger_open(&s->ledger, &s->store, s->digest, &hearing, e) != 0)
		return -1;
	s->ledger.keeps_leaves = s->settings.keeps_leaves;
	s->ledger.wall_ns = sealer_wall_ns(s);
	(void)snprintf(s->figures.origin, sizeof(s->figures.origin), "%s",
		       s->ledger.chain.enrolment.name);
	s->figures.starts = s->ledger.chain.starts;
	s->figures.first_kept = s->ledger.chain.first_kept;
	claim_secret(s);
	return 0;
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
	struct err why;

	if (!s || init_thread_parts(s) != 0) {
		(void)err_set(e, "no memory to seal the log");
		free(s);
		return NULL;
	}
	s->options = *o;
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
	if (open_all(s, &why) != 0)
		sealer_set_state(s, SEALER_UNSEALED, why.text);
	else
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
	if (s->has_ledger)
		ledger_close(&s->ledger);
	buf_release(&s->checkpoint);
	seal_key_free(s->key);
	seal_digest_free(s->digest);
	seal_digest_free(s->line_digest);
	close_fd(&s->first_fd);
	close_fd(&s->store.folder);
	close_fd(&s->lock);
	close_fd(&s->log_folder);
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

static int begin(struct sealer *s, struct recovery *r, struct err *e)
{
	struct sealer_file *f;

	if (recover_lines(r, &s->ledger, s->log_path, s->first_size, e) != 0)
		return -1;
	s->sealed = s->covered = r->sealed;
	s->root = r->root;
	s->is_clean = r->is_clean;
	s->begin = r->begin;
	f = sealer_add_file(s, &r->live);
	if (!f)
		return err_set(e, "no memory to seal the log");
	s->range = r->range;
	f->number = s->ledger.places[s->ledger.place_count - 1].number;
	f->first = s->ledger.places[s->ledger.place_count - 1].first;
	f->offset = s->ledger.places[s->ledger.place_count - 1].offset;
	memcpy(f->of, s->ledger.places[s->ledger.place_count - 1].of, sizeof(f->of));
	f->is_announced = true;
	f->bytes = r->offset;
	f->fd = take_fd(&s->first_fd);
	s->segment = s->ledger.has_commit ? s->ledger.last.segment : f->number;
	s->offset = s->ledger.has_commit ? s->ledger.last.offset : f->offset;
	s->has_levels = r->has_levels;
	s->fresh[0].first = s->hashes[0].first = s->range.size;
	s->fresh[1].first = s->hashes[1].first = s->range.size >> LEVEL_BITS;
	if (!r->has_levels)
		sealer_tell(s, SEALER_NEWS_LEVELS, s->range.size, 0, "the disk takes no hashes");
	if (s->range.size > s->sealed)
		s->waiting_ns = s->uncovered_ns = sealer_boot_ns(s);
	return 0;
}

bool sealer_start(struct sealer *s)
{
	struct recovery r = {.sealed = 0};
	struct err e;

	if (s->figures.state == SEALER_UNSEALED)
		return false;
	if (begin(s, &r, &e) != 0 || (!s->options.is_driven && sealer_run(s, &e) != 0)) {
		sealer_set_state(s, SEALER_UNSEALED, e.text);
		return false;
	}
	(void)pthread_mutex_lock(&s->mutex);
	s->has_tree = true;
	sealer_wake(s);
	(void)pthread_mutex_unlock(&s->mutex);
	return r.should_rotate;
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
	sealer_wake(s);
	(void)pthread_mutex_unlock(&s->mutex);
}

/* Until the thread has signed the end, or patience is over. Under the lock. */
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
	while (!s->has_ended && pthread_cond_timedwait(&s->changed, &s->mutex, &until) != ETIMEDOUT)
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
	if (s->has_thread && s->has_tree)
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
