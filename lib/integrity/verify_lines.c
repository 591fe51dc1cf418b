/*
 * Threads take turns at reading: who has the turn reads the next lines and the commits about them, and
 * passes the turn on before it hashes. So the text is read in order by one at a time, whatever it is
 * compressed with, and hashed by all. What a root is made of beyond blocks is left to who takes the shares.
 */
#include "integrity/verify_lines.h"

#include "base/thread.h"
#include "integrity/evidence_priv.h"

#include <stdlib.h>

#define TEXT_BYTES    ((size_t)2 << 20)
#define COMMITS_SHARE 512 /* each is a signature: more than hashing a hundred lines */
#define SHARES_AHEAD  3   /* for each thread */
#define THREADS_MAX   64

_Static_assert(TEXT_BYTES > VERIFY_LINE_MAX, "a line fits");

struct verify_lines {
	struct verify_plan plan;
	struct verify_share *shares;
	unsigned share_count;
	pthread_t threads[THREADS_MAX];
	unsigned thread_count;

	pthread_mutex_t turn; /* who holds it reads */
	struct verify_spot spot;
	uint64_t index;   /* of the line at spot */
	uint64_t commit;  /* number of the next record */
	size_t note;      /* the next one whose size was not asked for */
	uint64_t *firsts; /* of each file that was begun */
	size_t cut_count, cut_file;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t read, taken; /* shares */
	bool has_ended, is_stopped;
	enum verify_shares end; /* why it ended */
	struct err error;
};

/* ---- hashing: without the turn ---- */

/* Room for `count`; NULL: no memory, and the list is as before. */
static void *roomy(void *list, size_t *cap, size_t count, size_t size)
{
	void *larger;

	if (count <= *cap && list)
		return list;
	larger = reallocarray(list, count + 1, size);
	if (larger)
		*cap = count;
	return larger;
}

static void hash_lines(struct verify_share *s, struct seal_digest *d)
{
	struct sv rest = {s->text, s->bytes}, line;

	for (uint64_t i = 0; i < s->count; i++) {
		line = sv_head(rest, sv_index(rest, '\n'));
		rest = sv_from(rest, line.n + 1);
		seal_leaf(d, line, &s->leaves[i]);
	}
}

/* The blocks that lie wholly inside, and what sizes inside them need. */
static void hash_blocks(struct verify_share *s, struct seal_digest *d)
{
	struct seal_range r;
	size_t next = 0;

	s->partial_count = 0;
	for (size_t b = 0; b < s->blocks; b++) {
		uint64_t from = s->block_first + b * VERIFY_BLOCK;

		r.size = 0;
		for (uint64_t i = 0; i < VERIFY_BLOCK; i++) {
			while (next < s->size_count && s->sizes[next] < from + i)
				next++;
			if (i && next < s->size_count && s->sizes[next] == from + i) {
				struct verify_partial *p = &s->partials[s->partial_count++];

				p->size = from + i;
				memcpy(p->of, r.of, sizeof(p->of));
			}
			seal_range_add(&r, d, &s->leaves[from + i - s->first], NULL);
		}
		s->of[b] = r.of[VERIFY_LEVELS];
	}
}

/* The first that is there and another one: zeros are a hole in the file, where none was kept. */
static size_t first_other(const struct seal_hash *kept, const struct seal_hash *is, size_t n)
{
	static const struct seal_hash hole;
	size_t at = 0;

	while (at < n && (seal_hash_eq(&kept[at], &is[at]) || seal_hash_eq(&kept[at], &hole)))
		at++;
	return at;
}

static void compare_level0(struct verify_share *s, const struct evidence *ev)
{
	struct seal_hash kept[1024];

	s->differs = false;
	for (uint64_t i = 0; i < s->count && !s->differs;) {
		size_t want = s->count - i < LEN(kept) ? (size_t)(s->count - i) : LEN(kept);
		size_t n = evidence_hashes(ev, 0, s->first + i, want, kept);

		if (!n) /* not kept of this part: on with the next file of hashes */
			n = (size_t)(65536 - (s->first + i) % 65536);
		else if (memcmp(kept, &s->leaves[i], n * sizeof(kept[0])) != 0) {
			size_t at = first_other(kept, &s->leaves[i], n);

			s->differs = at < n;
			s->differs_at = s->first + i + at;
		}
		i += n;
	}
}

static void check_commits(struct verify_share *s, const struct evidence *ev)
{
	for (size_t i = 0; i < s->commit_count; i++) {
		struct verify_commit *c = &s->commits[i];

		if (c->status != VERIFY_DAMAGED && (c->commit.type == SEAL_COMMIT_CHECKPOINT ||
						    c->commit.type == SEAL_COMMIT_SEGMENT_ENDS))
			c->status = evidence_commit_holds(ev, &c->commit) ? VERIFY_SIGNED
									  : VERIFY_UNSIGNED;
	}
}

static void hash_share(struct verify_lines *l, struct verify_share *s, struct seal_digest *d)
{
	hash_lines(s, d);
	hash_blocks(s, d);
	compare_level0(s, l->plan.ev);
	check_commits(s, l->plan.ev);
}

/* ---- reading: with the turn ---- */

/* Cuts a view of whole lines behind the n-th; *n becomes the number that are there when it is less. */
static size_t cut_lines(struct sv text, uint64_t *n)
{
	uint64_t count = 0;
	size_t at = 0;

	while (count < *n && at < text.n) {
		at += sv_index(sv_from(text, at), '\n') + 1;
		count++;
	}
	*n = count;
	return at;
}

static enum verify_shares fail(struct err *e, const char *text)
{
	(void)err_set(e, "%s", text);
	return VERIFY_SHARES_FAILED;
}

/* Notes an ended file, and begins the next one. */
static void next_file(struct verify_lines *l, size_t left)
{
	if (left && l->spot.file + 1 < l->plan.text->count && !l->cut_count++)
		l->cut_file = l->spot.file;
	l->spot = (struct verify_spot){.file = l->spot.file + 1};
	if (l->spot.file < l->plan.text->count)
		l->firsts[l->spot.file] = l->index;
}

/* Lines into s->text, s->count of them. VERIFY_SHARES_END: there are no more, and s->count is 0. */
static enum verify_shares read_text(struct verify_lines *l, struct verify_share *s, struct err *e)
{
	uint64_t want = l->plan.end - l->index;
	size_t n;

	s->count = 0;
	s->bytes = 0;
	while (want && l->spot.file < l->plan.text->count) {
		switch (verify_text_read(l->plan.text, l->spot.file, l->spot.offset, s->text,
					 s->text_cap, &n, e)) {
		case VERIFY_READ_LINES:
			s->spot = l->spot;
			s->bytes = cut_lines(sv_make(s->text, n), &want);
			s->count = want;
			return VERIFY_SHARE;
		case VERIFY_READ_END:
			next_file(l, n);
			break;
		case VERIFY_READ_LONG:
			return VERIFY_SHARES_LONG;
		case VERIFY_READ_FAILED:
			return VERIFY_SHARES_FAILED;
		}
	}
	s->spot = l->spot;
	return VERIFY_SHARES_END;
}

/*
 * The commits up to the last line of s, at most COMMITS_SHARE; with more of them s is cut where the
 * last one stands. A damaged one counts where it stands. Behind the last line that can be read: all.
 */
static int read_commits(struct verify_lines *l, struct verify_share *s, bool is_last, struct err *e)
{
	uint8_t block[64][SEAL_COMMIT_BYTES];
	uint64_t end = s->first + s->count, behind = s->first;

	s->commit_count = 0;
	while (s->commit_count < COMMITS_SHARE && l->commit < l->plan.commits_end) {
		size_t want = COMMITS_SHARE - s->commit_count;
		uint64_t left = l->plan.commits_end - l->commit;
		long n;

		want = want < LEN(block) ? want : LEN(block);
		n = evidence_commits_read(l->plan.ev, l->commit, left < want ? (size_t)left : want,
					  block, e);
		if (n <= 0)
			return (int)n;
		for (long i = 0; i < n; i++) {
			struct verify_commit *c = &s->commits[s->commit_count];

			*c = (struct verify_commit){.number = l->commit};
			if (!seal_commit_unpack(block[i], &c->commit))
				c->status = VERIFY_DAMAGED;
			else if (c->commit.size > end && !is_last)
				return 0;
			else if (c->commit.size > behind && c->commit.size <= end)
				behind = c->commit.size;
			l->commit++;
			s->commit_count++;
		}
	}
	if (s->commit_count == COMMITS_SHARE && behind < end && l->commit < l->plan.commits_end) {
		s->count = behind - s->first;
		s->bytes = cut_lines(sv_make(s->text, s->bytes), &s->count);
	}
	return 0;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static bool put_size(struct verify_share *s, uint64_t size)
{
	if (size < s->first || size > s->first + s->count)
		return true;
	if (s->size_count == s->size_cap) {
		size_t cap = s->size_cap ? s->size_cap * 2 : 64;
		uint64_t *more = reallocarray(s->sizes, cap, sizeof(*more));

		if (!more)
			return false;
		s->sizes = more;
		s->size_cap = cap;
	}
	s->sizes[s->size_count++] = size;
	return true;
}

/* Of the commits, and of the notes that are about these lines. */
static bool gather_sizes(struct verify_lines *l, struct verify_share *s)
{
	const struct evidence *ev = l->plan.ev;
	uint64_t end = s->first + s->count;
	size_t kept = 0;

	s->size_count = 0;
	for (size_t i = 0; i < s->commit_count; i++)
		if (s->commits[i].status != VERIFY_DAMAGED &&
		    !put_size(s, s->commits[i].commit.size))
			return false;
	for (; l->note < ev->note_count && ev->notes[l->note].size <= end; l->note++)
		if (!put_size(s, ev->notes[l->note].size))
			return false;
	for (size_t i = 0; i < l->plan.size_count; i++)
		if (!put_size(s, l->plan.sizes[i]))
			return false;
	if (s->size_count)
		qsort(s->sizes, s->size_count, sizeof(*s->sizes), by_size);
	for (size_t i = 0; i < s->size_count; i++)
		if (!kept || s->sizes[kept - 1] != s->sizes[i])
			s->sizes[kept++] = s->sizes[i];
	s->size_count = kept;
	return true;
}

static bool make_room(struct verify_share *s)
{
	struct seal_hash *leaves, *of;
	struct verify_partial *partials;
	uint64_t end = s->first + s->count;
	uint64_t from = (s->first + VERIFY_BLOCK - 1) / VERIFY_BLOCK * VERIFY_BLOCK;

	s->block_first = from;
	s->blocks = end > from ? (size_t)((end - from) / VERIFY_BLOCK) : 0;
	leaves = roomy(s->leaves, &s->leaf_cap, (size_t)s->count, sizeof(*leaves));
	s->leaves = leaves ? leaves : s->leaves;
	of = roomy(s->of, &s->of_cap, s->blocks, sizeof(*of));
	s->of = of ? of : s->of;
	partials = roomy(s->partials, &s->partial_cap, s->size_count, sizeof(*partials));
	s->partials = partials ? partials : s->partials;
	return leaves && of && partials;
}

/* The next share. Anything but VERIFY_SHARE: it holds nothing. */
static enum verify_shares read_share(struct verify_lines *l, struct verify_share *s, struct err *e)
{
	enum verify_shares status;

	s->first = l->index;
	status = read_text(l, s, e);
	if (status == VERIFY_SHARES_FAILED)
		return status;
	if (read_commits(l, s, status != VERIFY_SHARE, e) != 0)
		return VERIFY_SHARES_FAILED;
	if (status != VERIFY_SHARE && !s->commit_count)
		return status;
	if (!gather_sizes(l, s) || !make_room(s))
		return fail(e, "no memory to hash the log");
	l->index += s->count;
	l->spot.offset += s->bytes;
	l->spot.line += s->count;
	return VERIFY_SHARE;
}

/* ---- threads ---- */

/* Waits for a share that is free. NULL: no more are needed. */
static struct verify_share *wait_for_room(struct verify_lines *l)
{
	struct verify_share *s = NULL;

	(void)pthread_mutex_lock(&l->lock);
	while (!l->is_stopped && !l->has_ended && l->read - l->taken >= l->share_count)
		(void)pthread_cond_wait(&l->changed, &l->lock);
	if (!l->is_stopped && !l->has_ended)
		s = &l->shares[l->read % l->share_count];
	(void)pthread_mutex_unlock(&l->lock);
	return s;
}

static void tell(struct verify_lines *l, struct verify_share *s, enum verify_shares status,
		 const struct err *e)
{
	(void)pthread_mutex_lock(&l->lock);
	if (status == VERIFY_SHARE) {
		s->is_done = false;
		l->read++;
	} else {
		l->has_ended = true;
		l->end = status;
		l->error = *e;
	}
	(void)pthread_cond_broadcast(&l->changed);
	(void)pthread_mutex_unlock(&l->lock);
}

static struct verify_share *take_turn(struct verify_lines *l)
{
	struct err e = {0};
	struct verify_share *s;
	enum verify_shares status = VERIFY_SHARES_END;

	(void)pthread_mutex_lock(&l->turn);
	s = wait_for_room(l);
	if (s) {
		status = read_share(l, s, &e);
		tell(l, s, status, &e);
	}
	(void)pthread_mutex_unlock(&l->turn);
	return status == VERIFY_SHARE ? s : NULL;
}

static void finish(struct verify_lines *l, struct verify_share *s, const struct seal_digest *d)
{
	(void)pthread_mutex_lock(&l->lock);
	s->is_done = true;
	if (seal_digest_failed(d)) {
		l->has_ended = true;
		l->end = VERIFY_SHARES_FAILED;
		(void)err_set(&l->error, "OpenSSL cannot hash");
		l->read = l->taken; /* nothing that was hashed is handed out any more */
	}
	(void)pthread_cond_broadcast(&l->changed);
	(void)pthread_mutex_unlock(&l->lock);
}

static void *run(void *arg)
{
	struct verify_lines *l = arg;
	struct err e = {0};
	struct seal_digest *d = seal_digest_new(&e);
	struct verify_share *s;

	if (!d)
		tell(l, NULL, VERIFY_SHARES_FAILED, &e);
	while (d && (s = take_turn(l))) {
		hash_share(l, s, d);
		finish(l, s, d);
	}
	seal_digest_free(d);
	return NULL;
}

enum verify_shares verify_lines_next(struct verify_lines *l, const struct verify_share **share,
				     struct err *e)
{
	enum verify_shares status = VERIFY_SHARE;

	(void)pthread_mutex_lock(&l->lock);
	if (*share) {
		l->taken++;
		(void)pthread_cond_broadcast(&l->changed);
	}
	*share = NULL;
	while (l->taken < l->read ? !l->shares[l->taken % l->share_count].is_done : !l->has_ended)
		(void)pthread_cond_wait(&l->changed, &l->lock);
	if (l->taken < l->read) {
		*share = &l->shares[l->taken % l->share_count];
	} else {
		status = l->end;
		if (status == VERIFY_SHARES_FAILED && e)
			*e = l->error;
	}
	(void)pthread_mutex_unlock(&l->lock);
	return status;
}

/* ---- making ---- */

static bool init_shares(struct verify_lines *l)
{
	for (unsigned i = 0; i < l->share_count; i++) {
		struct verify_share *s = &l->shares[i];

		s->text = malloc(TEXT_BYTES);
		s->text_cap = TEXT_BYTES;
		s->commits = calloc(COMMITS_SHARE, sizeof(*s->commits));
		if (!s->text || !s->commits)
			return false;
	}
	return true;
}

static void stop(struct verify_lines *l)
{
	(void)pthread_mutex_lock(&l->lock);
	l->is_stopped = true;
	(void)pthread_cond_broadcast(&l->changed);
	(void)pthread_mutex_unlock(&l->lock);
	while (l->thread_count)
		(void)pthread_join(l->threads[--l->thread_count], NULL);
}

void verify_lines_free(struct verify_lines *l)
{
	if (!l)
		return;
	stop(l);
	for (unsigned i = 0; i < l->share_count && l->shares; i++) {
		struct verify_share *s = &l->shares[i];

		free(s->text);
		free(s->leaves);
		free(s->of);
		free(s->partials);
		free(s->sizes);
		free(s->commits);
	}
	free(l->shares);
	free(l->firsts);
	(void)pthread_cond_destroy(&l->changed);
	(void)pthread_mutex_destroy(&l->lock);
	(void)pthread_mutex_destroy(&l->turn);
	free(l);
}

struct verify_lines *verify_lines_new(const struct verify_plan *plan, struct err *e)
{
	struct verify_lines *l = calloc(1, sizeof(*l));
	unsigned threads = plan->threads < THREADS_MAX ? plan->threads : THREADS_MAX;

	if (!l) {
		(void)err_set(e, "no memory to hash the log");
		return NULL;
	}
	l->plan = *plan;
	l->spot = plan->from;
	l->index = plan->first;
	l->share_count = threads * SHARES_AHEAD;
	(void)pthread_mutex_init(&l->turn, NULL);
	(void)pthread_mutex_init(&l->lock, NULL);
	(void)pthread_cond_init(&l->changed, NULL);
	l->shares = calloc(l->share_count, sizeof(*l->shares));
	l->firsts = calloc(plan->text->count + 1, sizeof(*l->firsts));
	if (!l->shares || !l->firsts || !init_shares(l)) {
		(void)err_set(e, "no memory to hash the log");
		verify_lines_free(l);
		return NULL;
	}
	memset(l->firsts, 0xff, (plan->text->count + 1) * sizeof(*l->firsts));
	l->firsts[l->spot.file] = plan->first;
	for (; l->thread_count < threads; l->thread_count++)
		if (thread_start(&l->threads[l->thread_count], 0, run, l) != 0)
			break;
	if (l->thread_count)
		return l;
	(void)err_sys(e, "cannot start a thread to hash the log");
	verify_lines_free(l);
	return NULL;
}

void verify_lines_end(struct verify_lines *l, struct verify_spot *spot, uint64_t *firsts)
{
	stop(l);
	*spot = l->spot;
	memcpy(firsts, l->firsts, l->plan.text->count * sizeof(*firsts));
}

size_t verify_lines_cut(const struct verify_lines *l, size_t *file)
{
	*file = l->cut_file;
	return l->cut_count;
}
