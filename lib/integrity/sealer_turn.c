/*
 * What the sealer's thread does, and when: a turn takes what there is at one moment, covers it, and then
 * changes the key if it is time. Turns are short and many; all of them together are the state machine.
 */
#include "integrity/sealer_priv.h"

#include "base/thread.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RETRY_MS    1000
#define START_MS    10000 /* between two tries to get the key at rest */
#define BEGIN_MS    60000 /* between two tries to begin at all */
#define BURST_MS    100   /* between two checkpoints for critical records */
#define LOOK_S      60    /* between two looks for files that are gone */
#define REMOVED_S   1     /* the same, when files give way: until then nobody gave them up */
#define RESUME_KEYS ((uint64_t)256 << 10) /* bytes of notes that a start may have to read */
#define IDLE_MS     10000
#define STACK_BYTES ((size_t)512 << 10)

/* ---- when ---- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* When the lines that are there are to be covered; UINT64_MAX: there are none. Under the lock. */
static uint64_t cover_due(const struct sealer *s)
{
	uint64_t due;

	if (s->file_count > 1 || (s->file_count && !s->files[0]->is_announced))
		return 0;
	if (s->range.size <= s->covered || s->waiting_ns == 0)
		return UINT64_MAX;
	due = s->waiting_ns + s->settings.checkpoint_ms * MS;
	if (s->range.size - s->covered >= SEALER_LINES_MAX)
		return 0;
	return s->is_critical ? earlier(due, s->commit_ns + BURST_MS * MS) : due;
}

/* Under the lock. */
static uint64_t epoch_due(const struct sealer *s)
{
	bool had_lines = s->range.size > s->ledger.chain.epoch.size_from;

	return s->epoch_ns + (had_lines ? s->settings.epoch_s : s->settings.idle_epoch_s) * SECOND;
}

/* When there is something to do. Under the lock. */
static uint64_t turn_due(const struct sealer *s)
{
	uint64_t due;

	if (s->failed_ns)
		return s->failed_ns + (s->key || s->note.is_pending ? RETRY_MS : START_MS) * MS;
	if (!s->key || s->wants_stop || s->wants_key ||
	    (s->removed && s->removal == LOG_REMOVED_SPACE))
		return 0;
	due = earlier(cover_due(s), epoch_due(s));
	due = earlier(due, s->commit_ns + s->settings.heartbeat_s * SECOND);
	return earlier(due,
		       s->look_ns + (s->removed + s->removed_since ? REMOVED_S : LOOK_S) * SECOND);
}

/* When it is to be tried again to begin. Under the lock. */
static uint64_t begin_due(const struct sealer *s)
{
	if (!s->may_begin || s->wants_stop)
		return UINT64_MAX;
	return s->tried_ns + (s->wants_begin ? RETRY_MS : BEGIN_MS) * MS;
}

/* ---- what ---- */

/* Moves what waits into the thread's hands. False: no memory, everything is as it was. */
static bool take_hashes(struct sealer_hashes *to, struct sealer_hashes *from)
{
	struct sealer_hashes empty;

	if (to->n == 0) {
		empty = (struct sealer_hashes){.p = to->p, .cap = to->cap};
		*to = *from;
		*from = empty;
		from->first = to->first + to->n;
		return true;
	}
	if (to->n + from->n > to->cap) {
		size_t cap = to->n + from->n;
		struct seal_hash *more = reallocarray(to->p, cap, sizeof(*more));

		if (!more)
			return false;
		to->p = more;
		to->cap = cap;
	}
	if (from->n)
		memcpy(to->p + to->n, from->p, from->n * sizeof(*from->p));
	to->n += from->n;
	from->first += from->n;
	from->n = 0;
	return true;
}

/* Under the lock. */
static int take_job(struct sealer *s, uint64_t now, struct err *e)
{
	struct sealer_job *job = &s->job;
	bool is_critical = s->is_critical && s->range.size > s->covered;

	if (s->file_count > job->cap) {
		struct sealer_file **more =
			reallocarray(job->files, s->file_count, sizeof(struct sealer_file *));

		if (!more)
			return err_set(e, "no memory for a checkpoint");
		job->files = more;
		job->cap = s->file_count;
	}
	if (s->hashes[0].n + s->fresh[0].n > SEALER_HASHES_MAX && s->has_levels)
		sealer_give_up_levels(s);
	for (unsigned i = 0; i < LEVELS && !s->has_levels; i++)
		s->hashes[i].n = 0;
	for (unsigned i = 0; i < LEVELS; i++)
		if (!take_hashes(&s->hashes[i], &s->fresh[i]))
			return err_set(e, "no memory for a checkpoint");
	job->range = s->range;
	for (job->count = 0; job->count < s->file_count; job->count++)
		job->files[job->count] = s->files[job->count];
	job->bytes = job->files[job->count - 1]->bytes;
	job->wants_key = s->wants_key;
	job->is_last = s->wants_stop;
	job->removed = s->removed;
	job->why = s->removal;
	s->removed = 0;
	job->flags = is_critical ? SEAL_COMMIT_CRITICAL : 0;
	if (s->was_unclean)
		job->flags |= SEAL_COMMIT_AFTER_CRASH;
	if (job->is_last)
		job->flags |= SEAL_COMMIT_LAST;
	if (job->flags == 0 && job->range.size == s->sealed &&
	    now >= s->commit_ns + s->settings.heartbeat_s * SECOND)
		job->flags = SEAL_COMMIT_HEARTBEAT;
	s->uncovered_ns = 0;
	s->is_critical = false;
	return 0;
}

/* Files that have ended are done with; what is covered is told. before: what was before the job. */
static void job_done(struct sealer *s, uint64_t before)
{
	size_t ended = s->job.count - 1;

	if (ended)
		s->begin = s->job.files[ended - 1]->at_end;
	for (size_t i = 0; i < ended; i++)
		sealer_file_free(s->job.files[i]);
	(void)pthread_mutex_lock(&s->mutex);
	s->file_count -= ended;
	memmove(s->files, s->files + ended, s->file_count * sizeof(struct sealer_file *));
	s->covered = s->sealed;
	s->waiting_ns = s->uncovered_ns;
	s->figures.checkpoints += s->sealed > before || s->job.flags != 0;
	s->figures.sealed_ns = sealer_wall_ns(s);
	(void)pthread_mutex_unlock(&s->mutex);
	s->job.count = 0;
	s->was_unclean = false;
}

static int write_checkpoint(struct sealer *s, struct err *e)
{
	if (s->checkpoint.n == 0)
		return 0;
	if (store_replace(&s->store, INTEGRITY_CHECKPOINT, buf_view(&s->checkpoint), e) != 0)
		return -1;
	buf_reset(&s->checkpoint);
	return 0;
}

/* `aurum seal rotate` leaves a file. */
static bool is_asked_for_key(const struct sealer *s)
{
	return faccessat(s->store.folder, INTEGRITY_ROTATE, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int rotate_key(struct sealer *s, struct err *e)
{
	const struct store *store = &s->store;

	if (sealer_sign_reserve(s, RESERVE_FOR_BOOT, e) != 0)
		return -1;
	(void)pthread_mutex_lock(&s->mutex);
	s->wants_key = false;
	sealer_tell_locked(s, SEALER_NEWS_ROTATED, 0, 0, "");
	(void)pthread_mutex_unlock(&s->mutex);
	(void)store->disk->remove(store->ctx, store->folder, INTEGRITY_ROTATE);
	return 0;
}

/* The end: nothing comes behind it, and no key is left that could sign anything. */
static int finish(struct sealer *s, struct err *e)
{
	if (s->options.reserve && reserve_closes(s->options.reserve) &&
	    sealer_sign_reserve(s, RESERVE_FOR_RESTART, e) != 0)
		return -1;
	if (sealer_hand_over(s, e) != 0 || sealer_sign_stop(s, e) != 0)
		return -1;
	sealer_set_state(s, SEALER_STOPPED, "");
	(void)pthread_mutex_lock(&s->mutex);
	s->has_ended = true;
	(void)pthread_cond_broadcast(&s->changed);
	(void)pthread_mutex_unlock(&s->mutex);
	return 0;
}

static int check_files(struct sealer *s, struct err *e)
{
	const struct ledger *l = &s->ledger;

	if (grown_is_there(&l->keys, &s->store) && grown_is_there(&l->commits, &s->store) &&
	    grown_is_there(&l->segments, &s->store))
		return 0;
	return err_set(e, "somebody moved, removed or cut files of " INTEGRITY_FOLDER "/");
}

/* A note to the next start: see integrity/resume.h. */
static int write_resume(struct sealer *s, bool is_last, struct err *e)
{
	const struct ledger *l = &s->ledger;
	struct resume r;

	if (!is_last && s->begin.size >> LEVEL_BITS == s->resume_begin >> LEVEL_BITS &&
	    l->keys.bytes - s->resume_keys < RESUME_KEYS)
		return 0;
	memset(&r, 0, sizeof(r));
	r.keys = l->keys.bytes;
	r.chain = l->chain;
	r.range = s->begin;
	r.range.size &= ~(uint64_t)((1 << LEVEL_BITS) - 1);
	if (resume_write(&s->store, &r, e) != 0)
		return -1;
	s->resume_keys = l->keys.bytes;
	s->resume_begin = s->begin.size;
	return 0;
}

/* What is not there every second. */
static int look_around(struct sealer *s, uint64_t now, struct err *e)
{
	const struct sealer_job *job = &s->job;
	uint64_t every;

	s->removed_since += job->removed;
	every = s->removed_since ? REMOVED_S : LOOK_S;
	/* For want of space they go one by one, and a crash must not find that unsigned. */
	if (job->removed && job->why == LOG_REMOVED_SPACE)
		every = 0;
	if (s->look_ns == 0 || now >= s->look_ns + every * SECOND ||
	    (s->removed_since && job->is_last)) {
		if (sealer_look(s, s->removed_since, job->why, e) != 0)
			return -1;
		s->removed_since = 0;
		s->look_ns = now;
	}
	if (job->wants_key || is_asked_for_key(s))
		return rotate_key(s, e);
	return 0;
}

static int act(struct sealer *s, uint64_t now, struct err *e)
{
	bool rotated, is_epoch_over;
	uint64_t before;

	if (sealer_flush(s, e) != 0)
		return -1;
	if (!s->key && sealer_sign_start(s, e) != 0)
		return -1;
	(void)pthread_mutex_lock(&s->mutex);
	is_epoch_over = now >= epoch_due(s);
	if (take_job(s, now, e) != 0) {
		(void)pthread_mutex_unlock(&s->mutex);
		return -1;
	}
	(void)pthread_mutex_unlock(&s->mutex);
	rotated = s->job.count > 1;
	before = s->sealed;
	if (sealer_cover(s, &s->job, e) != 0)
		return -1;
	job_done(s, before);
	if ((is_epoch_over || rotated) && !s->job.is_last && sealer_hand_over(s, e) != 0)
		return -1;
	if (look_around(s, now, e) != 0)
		return -1;
	if (s->job.is_last && finish(s, e) != 0)
		return -1;
	if (write_checkpoint(s, e) != 0 || write_resume(s, s->job.is_last, e) != 0)
		return -1;
	return check_files(s, e);
}

static void fail(struct sealer *s, uint64_t now, const struct err *e)
{
	s->failed_ns = now;
	(void)pthread_mutex_lock(&s->mutex);
	s->figures.failures++;
	(void)pthread_mutex_unlock(&s->mutex);
	sealer_set_state(s, SEALER_UNSEALED, e->text);
}

static void begin_again(struct sealer *s)
{
	(void)pthread_mutex_lock(&s->mutex);
	s->wants_begin = false;
	(void)pthread_mutex_unlock(&s->mutex);
	if (sealer_open(s))
		sealer_begin(s);
}

static void go_on(struct sealer *s, uint64_t now)
{
	struct err e;

	if (act(s, now, &e) != 0) {
		fail(s, now, &e);
		return;
	}
	s->failed_ns = 0;
	if (!s->has_ended)
		sealer_set_state(s, SEALER_SEALED, "");
}

/* When there is something to do; UINT64_MAX: nothing, for ever or until somebody asks. */
static uint64_t next_due(struct sealer *s, bool *has_tree)
{
	uint64_t due;

	(void)pthread_mutex_lock(&s->mutex);
	*has_tree = s->has_tree;
	due = s->has_ended ? UINT64_MAX : s->has_tree ? turn_due(s) : begin_due(s);
	(void)pthread_mutex_unlock(&s->mutex);
	return due;
}

unsigned sealer_turn(struct sealer *s)
{
	uint64_t now = sealer_boot_ns(s), due;
	bool has_tree;

	due = next_due(s, &has_tree);
	if (due == UINT64_MAX)
		return IDLE_MS;
	if (now >= due) {
		if (has_tree)
			go_on(s, now);
		else
			begin_again(s);
		due = next_due(s, &has_tree);
		now = sealer_boot_ns(s);
	}
	if (due <= now)
		return 1;
	return due - now >= IDLE_MS * MS ? IDLE_MS : (unsigned)((due - now) / MS) + 1;
}

/* ---- the thread ---- */

/* Until the recorder has something, or so many ms have passed. */
static bool wait_for_work(struct sealer *s, unsigned ms)
{
	struct timespec until;
	bool goes_on;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	(void)pthread_mutex_lock(&s->mutex);
	if (!s->is_woken && !s->has_ended && !s->wants_end)
		(void)pthread_cond_timedwait(&s->changed, &s->mutex, &until);
	s->is_woken = false;
	goes_on = !s->has_ended && !s->wants_end;
	(void)pthread_mutex_unlock(&s->mutex);
	return goes_on;
}

static void set_turning(struct sealer *s, bool is)
{
	(void)pthread_mutex_lock(&s->mutex);
	s->is_turning = is;
	/* sealer_stop() may wait for that. */
	if (!is && s->wants_stop)
		(void)pthread_cond_broadcast(&s->changed);
	(void)pthread_mutex_unlock(&s->mutex);
}

static void *run(void *arg)
{
	struct sealer *s = arg;

	unsigned ms;

	do {
		set_turning(s, true);
		ms = sealer_turn(s);
		set_turning(s, false);
	} while (wait_for_work(s, ms));
	return NULL;
}

int sealer_run(struct sealer *s, struct err *e)
{
	if (thread_start(&s->thread, STACK_BYTES, run, s) != 0)
		return err_sys(e, "cannot start the thread that seals the log");
	s->has_thread = true;
	return 0;
}
