/*
 * How a sealer begins: it opens what there is of evidence, and compares the log with it. Where the system
 * refuses that when the daemon starts (no space, a disk that cannot be written, somebody who holds the lock),
 * it is done again by the sealer's own thread, while the recorder writes on:
 *
 *	recorder    told: fd, size   append ...   append ...   append    hashed from here on
 *	thread      begin:           lines up to that size, then those told since, piece by piece
 *
 * Lines that were written until then are in the tree as those are that a crash left: behind what was signed,
 * and the start note is made when there is somebody to sign it. What contradicts itself is not tried again.
 */
#include "integrity/keys_text.h"
#include "integrity/sealer_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PIECE     ((size_t)64 << 10) /* that is hashed while the recorder waits */
#define LINE_MOST ((size_t)64 << 20)

/* ---- evidence ---- */

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
	return ledger_open(&s->ledger, &s->store, s->digest, &hearing,
			   s->has_started ? KEYS_BYTES_MAX : s->options.keys_at_start, e);
}

static void tell_figures(struct sealer *s)
{
	const struct seal_chain *chain = &s->ledger.chain;

	(void)pthread_mutex_lock(&s->mutex);
	s->ledger.keeps_leaves = s->settings.keeps_leaves;
	(void)snprintf(s->figures.origin, sizeof(s->figures.origin), "%s", chain->enrolment.name);
	s->figures.starts = chain->starts;
	s->figures.first_kept = chain->first_kept;
	(void)pthread_mutex_unlock(&s->mutex);
}

static int open_evidence(struct sealer *s, struct err *e)
{
	if (open_all(s, e) != 0)
		return -1;
	tell_figures(s);
	s->ledger.wall_ns = sealer_wall_ns(s);
	claim_secret(s);
	return 0;
}

void sealer_close(struct sealer *s)
{
	if (s->has_ledger)
		ledger_close(&s->ledger);
	s->has_ledger = false;
	close_fd(&s->lock);
	close_fd(&s->log_folder);
	close_fd(&s->store.folder);
	s->lock = s->log_folder = s->store.folder = -1;
}

/* ---- lines ---- */

static int was_rotated(struct err *e)
{
	errno = EAGAIN;
	return err_sys(e, "the log was rotated while it was read");
}

/* Whole lines off the front of what was read; the rest moves there. How many bytes. */
static size_t take_lines(struct sealer *s, struct buf *read)
{
	struct sv line;
	size_t at = 0;

	while (buf_line(read, &at, &line))
		sealer_take_line(s, line);
	buf_drop(read, at);
	return at;
}

/*
 * Lines that the recorder has told of since the log was read. Under the lock, which is given up between
 * pieces. Behind it there may be a part of a line, which could not be cut off.
 */
static int catch_up(struct sealer *s, struct recovery *r, struct err *e)
{
	CLEANUP(buf_release) struct buf read = BUF_INIT(LINE_MOST);

	while (r->offset + read.n < s->first_size) {
		uint64_t at = r->offset + read.n, left = s->first_size - at;
		size_t n = left < PIECE ? (size_t)left : PIECE;
		ssize_t got;

		if (!buf_reserve(&read, n))
			return err_set(e, "a line of the log is too long to be one");
		got = pread(s->first_fd, read.p + read.n, n, (off_t)at);
		if (got < 0)
			return err_sys(e, "cannot read the log");
		if (got == 0)
			break;
		read.n += (size_t)got;
		r->offset += take_lines(s, &read);
		(void)pthread_mutex_unlock(&s->mutex);
		(void)pthread_mutex_lock(&s->mutex);
		if (!log_identity_eq(&s->first_id, &r->live))
			return was_rotated(e);
	}
	return 0;
}

/* The tree that recovery found. Under the lock. */
static void take_tree(struct sealer *s, const struct recovery *r)
{
	s->range = r->range;
	s->begin = r->begin;
	s->sealed = s->covered = r->sealed;
	s->unsealed_from = r->sealed;
	s->root = r->root;
	s->is_clean = r->is_clean;
	s->has_levels = r->has_levels;
	s->fresh[0].first = s->hashes[0].first = s->range.size;
	s->fresh[1].first = s->hashes[1].first = s->range.size >> LEVEL_BITS;
	if (!r->has_levels)
		sealer_tell_locked(s, SEALER_NEWS_LEVELS, s->range.size, 0,
				   "the disk takes no hashes");
}

/* The file that lines go to, which is the newest segment. Under the lock. */
static int take_file(struct sealer *s, const struct recovery *r, struct err *e)
{
	const struct seal_place *p = &s->ledger.places[s->ledger.place_count - 1];
	struct sealer_file *f = sealer_add_file(s, &r->live);

	if (!f)
		return err_set(e, "no memory to seal the log");
	f->number = p->number;
	f->first = p->first;
	f->offset = p->offset;
	memcpy(f->of, p->of, sizeof(f->of));
	f->is_announced = true;
	f->bytes = r->offset;
	f->fd = take_fd(&s->first_fd);
	s->segment = s->ledger.has_commit ? s->ledger.last.segment : f->number;
	s->offset = s->ledger.has_commit ? s->ledger.last.offset : f->offset;
	return 0;
}

/* From here on lines are hashed as they are written. Under the lock. */
static int go_on(struct sealer *s, struct recovery *r, struct err *e)
{
	/* Whoever stopped has not waited for it, and takes keys and all away. */
	if (s->is_stuck)
		return err_set(e, "the daemon ends");
	if (!log_identity_eq(&s->first_id, &r->live))
		return was_rotated(e);
	take_tree(s, r);
	if (catch_up(s, r, e) != 0 || take_file(s, r, e) != 0)
		return -1;
	if (s->range.size > s->sealed)
		s->waiting_ns = s->uncovered_ns = sealer_boot_ns(s);
	s->should_rotate = r->should_rotate;
	s->has_tree = true;
	return 0;
}

static void forget_tree(struct sealer *s)
{
	s->range.size = s->covered = 0;
	s->is_critical = false;
	for (unsigned i = 0; i < LEVELS; i++)
		s->fresh[i].n = 0;
}

static int begin(struct sealer *s, struct err *e)
{
	struct recovery r;
	uint64_t size;
	int status;

	(void)pthread_mutex_lock(&s->mutex);
	size = s->first_size;
	(void)pthread_mutex_unlock(&s->mutex);
	if (recover_lines(&r, &s->ledger, s->log_path, size, e) != 0)
		return -1;
	(void)pthread_mutex_lock(&s->mutex);
	status = go_on(s, &r, e);
	if (status != 0)
		forget_tree(s);
	(void)pthread_mutex_unlock(&s->mutex);
	return status;
}

/* ---- trying ---- */

/* What the system has refused, it may allow later. */
static void not_now(struct sealer *s, const struct err *why)
{
	sealer_close(s);
	(void)pthread_mutex_lock(&s->mutex);
	s->may_begin = why->sys != 0;
	s->tried_ns = sealer_boot_ns(s);
	(void)pthread_mutex_unlock(&s->mutex);
	sealer_set_state(s, SEALER_UNSEALED, why->text);
}

bool sealer_open(struct sealer *s)
{
	struct err e;

	if (open_evidence(s, &e) == 0)
		return true;
	not_now(s, &e);
	return false;
}

void sealer_begin(struct sealer *s)
{
	struct err e;

	if (begin(s, &e) != 0)
		not_now(s, &e);
}
