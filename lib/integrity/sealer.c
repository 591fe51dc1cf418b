/*
 * The recorder's side: lines are hashed into the tree as they are written, files are told apart, and the
 * rest is left to the thread.
 */
#include "integrity/sealer_priv.h"

#include "integrity/critical.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#define HASHES_MIN 1024
#define PIECE      ((size_t)64 << 10)
#define LINE_MOST  ((size_t)64 << 20)

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

/* ---- files ---- */

/* A descriptor of our own: what the writer's has been told of errors, it does not tell another. */
static int own_descriptor(const struct sealer *s, int fd, const struct log_identity *id)
{
	CLEAN_FD int own =
		open(s->log_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct log_identity what;
	uint64_t size;

	if (own >= 0 && log_identify(own, &what, &size) == 0 && log_identity_eq(&what, id))
		return take_fd(&own);
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static struct sealer_file *last_file(const struct sealer *s)
{
	return s->file_count ? s->files[s->file_count - 1] : NULL;
}

/* Under the lock. NULL: no memory. */
static struct sealer_file *add_file(struct sealer *s, const struct log_identity *id)
{
	struct sealer_file *f = calloc(1, sizeof(*f));

	if (f && s->file_count == s->file_cap) {
		size_t cap = s->file_cap ? s->file_cap * 2 : 4;
		struct sealer_file **more =
			reallocarray(s->files, cap, sizeof(struct sealer_file *));

		if (!more) {
			free(f);
			return NULL;
		}
		s->files = more;
		s->file_cap = cap;
	}
	if (!f)
		return NULL;
	f->fd = -1;
	f->id = *id;
	f->first = s->range.size;
	for (unsigned i = 0; i < SEAL_PLACE_LEVELS; i++)
		if (s->range.size >> i & 1)
			f->of[i] = s->range.of[i];
	s->files[s->file_count++] = f;
	return f;
}

static void wake(struct sealer *s)
{
	s->is_woken = true;
	(void)pthread_cond_signal(&s->changed);
}

/* Under the lock: the file ends here, and lines go to another one, or to another place of the same. */
static void begin_file(struct sealer *s, int fd, const struct log_identity *id, uint64_t offset)
{
	struct sealer_file *before = last_file(s), *f;

	f = add_file(s, id);
	if (!f) {
		/* Lines that are in no segment could not be found again. */
		s->has_tree = false;
		return;
	}
	before->end = s->range.size;
	before->at_end = s->range;
	before->ended = true;
	f->number = before->number + 1;
	f->offset = f->bytes = offset;
	f->fd = own_descriptor(s, fd, id);
	wake(s);
}

/* Behind the last newline of [from, size); from where there is none. */
static uint64_t lines_end(int fd, uint64_t from, uint64_t size)
{
	char piece[4096];

	while (size > from) {
		size_t n = size - from < sizeof(piece) ? (size_t)(size - from) : sizeof(piece);
		ssize_t got = pread(fd, piece, n, (off_t)(size - n));
		const char *newline = got > 0 ? memrchr(piece, '\n', (size_t)got) : NULL;

		if (newline)
			return size - n + (uint64_t)(newline - piece) + 1;
		size -= n;
	}
	return from;
}

/* The file that lines went to has another size than they have. Under the lock. */
static void look_at_same_file(struct sealer *s, int fd, struct sealer_file *f, uint64_t size)
{
	uint64_t end;
	char text[128];

	if (size == f->bytes)
		return;
	end = size > f->bytes ? lines_end(f->fd, f->bytes, size) : size;
	/* The beginning of a line that could not be cut off. */
	if (end == f->bytes)
		return;
	(void)snprintf(text, sizeof(text),
		       "the log has %" PRIu64 " bytes, of which %" PRIu64 " were written by us",
		       size, f->bytes);
	sealer_tell_locked(s, SEALER_NEWS_FOREIGN, s->range.size, 0, text);
	begin_file(s, fd, &f->id, end);
}

void sealer_opened(struct sealer *s, int fd, uint64_t size)
{
	struct log_identity id;
	struct sealer_file *f;
	uint64_t now;

	if (log_identify(fd, &id, &now) != 0)
		return;
	(void)pthread_mutex_lock(&s->mutex);
	f = last_file(s);
	if (!f) {
		close_fd(&s->first_fd);
		s->first_fd = own_descriptor(s, fd, &id);
		s->first_size = size;
	} else if (s->has_tree && log_identity_eq(&f->id, &id)) {
		look_at_same_file(s, fd, f, size);
	} else if (s->has_tree) {
		uint64_t end = size ? lines_end(fd, 0, size) : 0;

		if (end)
			sealer_tell_locked(s, SEALER_NEWS_FOREIGN, s->range.size, 0,
					   "the log goes on in a file that has lines already");
		begin_file(s, fd, &id, end);
	}
	(void)pthread_mutex_unlock(&s->mutex);
}

/* ---- lines ---- */

/* Under the lock. False: it is not kept. */
static bool put_hash(struct sealer *s, unsigned level, const struct seal_hash *hash)
{
	struct sealer_hashes *h = &s->fresh[level];

	if (h->n == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : HASHES_MIN;
		struct seal_hash *more =
			cap <= SEALER_HASHES_MAX ? reallocarray(h->p, cap, sizeof(*more)) : NULL;

		if (!more)
			return false;
		h->p = more;
		h->cap = cap;
	}
	h->p[h->n++] = *hash;
	return true;
}

/* Recovery makes them again of the lines. */
void sealer_give_up_levels(struct sealer *s)
{
	s->has_levels = false;
	for (unsigned i = 0; i < LEVELS; i++)
		s->fresh[i].n = 0;
	sealer_tell_locked(s, SEALER_NEWS_LEVELS, s->range.size, 0,
			   "the disk takes no hashes, and there are too many of them to keep");
}

static void put_node(void *ctx, unsigned level, uint64_t index, const struct seal_hash *hash)
{
	struct sealer *s = ctx;

	(void)index;
	if (level == LEVEL_BITS && s->has_levels && !put_hash(s, 1, hash))
		sealer_give_up_levels(s);
}

static void take_line(struct sealer *s, struct sv line)
{
	const struct seal_sink sink = {s, put_node};
	struct seal_hash leaf;

	seal_leaf(s->line_digest, line, &leaf);
	if (s->has_levels && !put_hash(s, 0, &leaf))
		sealer_give_up_levels(s);
	seal_range_add(&s->range, s->line_digest, &leaf, &sink);
	if (!s->is_critical && critical_line(line)) {
		s->is_critical = true;
		wake(s);
	}
}

/* Lines have come: the thread is woken for the first, and when there are many. Under the lock. */
static void lines_came(struct sealer *s, uint64_t before)
{
	if (s->uncovered_ns == 0) {
		s->uncovered_ns = sealer_boot_ns(s);
		if (s->waiting_ns == 0) {
			s->waiting_ns = s->uncovered_ns;
			wake(s);
		}
	}
	if (before - s->covered < SEALER_LINES_MAX &&
	    s->range.size - s->covered >= SEALER_LINES_MAX)
		wake(s);
}

void sealer_appended(struct sealer *s, struct sv lines)
{
	struct sealer_file *f;
	uint64_t before;
	size_t n;

	(void)pthread_mutex_lock(&s->mutex);
	f = last_file(s);
	if (s->has_tree && f) {
		before = s->range.size;
		f->bytes += lines.n;
		while ((n = sv_index(lines, '\n')) < lines.n) {
			take_line(s, sv_head(lines, n));
			lines = sv_from(lines, n + 1);
		}
		lines_came(s, before);
	}
	(void)pthread_mutex_unlock(&s->mutex);
}

/* The line that begins at an offset, into out. False: it has no end, or cannot be read. */
static bool read_line(int fd, uint64_t at, struct buf *out)
{
	while (buf_reserve(out, PIECE)) {
		ssize_t n = pread(fd, out->p + out->n, PIECE, (off_t)(at + out->n));
		const char *newline = n > 0 ? memchr(out->p + out->n, '\n', (size_t)n) : NULL;

		if (newline) {
			out->n = (size_t)(newline - out->p);
			return true;
		}
		if (n <= 0)
			return false;
		out->n += (size_t)n;
	}
	return false;
}

void sealer_fragment(struct sealer *s, uint64_t offset, uint64_t bytes)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(LINE_MOST);
	struct sealer_file *f;
	uint64_t before;

	(void)offset;
	(void)bytes;
	(void)pthread_mutex_lock(&s->mutex);
	f = last_file(s);
	if (s->has_tree && f) {
		before = s->range.size;
		/* It begins where our lines end, also where nobody knows how long it is. */
		if (f->fd >= 0 && read_line(f->fd, f->bytes, &line)) {
			f->bytes += line.n + 1;
			take_line(s, buf_view(&line));
			lines_came(s, before);
		} else {
			sealer_tell_locked(
				s, SEALER_NEWS_FOREIGN, before, 0,
				"the beginning of a line became one that cannot be read");
		}
	}
	(void)pthread_mutex_unlock(&s->mutex);
}

void sealer_removed(struct sealer *s, enum log_removal why)
{
	(void)pthread_mutex_lock(&s->mutex);
	s->removed++;
	s->removal = why;
	wake(s);
	(void)pthread_mutex_unlock(&s->mutex);
}

static void hear_opened(void *ctx, int fd, uint64_t size)
{
	sealer_opened(ctx, fd, size);
}

static void hear_appended(void *ctx, struct sv lines)
{
	sealer_appended(ctx, lines);
}

static void hear_fragment(void *ctx, uint64_t offset, uint64_t bytes)
{
	sealer_fragment(ctx, offset, bytes);
}

static void hear_removed(void *ctx, enum log_removal why)
{
	sealer_removed(ctx, why);
}

struct log_listener sealer_listener(struct sealer *s)
{
	return (struct log_listener){.ctx = s,
				     .opened = hear_opened,
				     .appended = hear_appended,
				     .fragment = hear_fragment,
				     .removed = hear_removed};
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
	f = add_file(s, &r->live);
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
	wake(s);
	(void)pthread_mutex_unlock(&s->mutex);
	return r.should_rotate;
}

void sealer_rotate_keys(struct sealer *s)
{
	(void)pthread_mutex_lock(&s->mutex);
	s->wants_key = true;
	wake(s);
	(void)pthread_mutex_unlock(&s->mutex);
}

void sealer_configure(struct sealer *s, const struct sealer_settings *settings)
{
	(void)pthread_mutex_lock(&s->mutex);
	s->settings = with_defaults(settings);
	wake(s);
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
	wake(s);
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
