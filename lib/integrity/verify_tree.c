/*
 * Makes the tree of the shares, in order, and holds it to what is signed: the roots of checkpoints and notes.
 * The first signed root that is not that of the lines ends it. Commits are held to the notes that they
 * repeat, and to their order.
 */
#include "integrity/verify_priv.h"

#define LL(n) ((unsigned long long)(n))

/* ---- hashes that are kept ---- */

/* Compares a full block with level1, which holds no proof: what differs is told when the lines are good. */
static void compare_block(struct verify_state *v, uint64_t block, const struct seal_hash *hash)
{
	uint64_t at = block - v->kept_first;

	if (block < v->kept_first || at >= v->kept_blocks) {
		v->kept_first = block;
		v->kept_blocks = evidence_hashes(&v->ev, 1, block, LEN(v->window), v->window);
		at = 0;
	}
	if (at < v->kept_blocks && !seal_hash_eq(&v->window[at], hash) && !v->differs1) {
		v->differs1 = true;
		v->at1 = block * VERIFY_BLOCK;
	}
}

static void see_node(void *ctx, unsigned level, uint64_t index, const struct seal_hash *hash)
{
	if (level == VERIFY_LEVELS)
		compare_block(ctx, index, hash);
}

/* ---- commits ---- */

static enum seal_step_kind kind_of(enum seal_commit_type type)
{
	switch (type) {
	case SEAL_COMMIT_HANDOVER:
		return SEAL_HANDOVER;
	case SEAL_COMMIT_PRUNED:
		return SEAL_PRUNED;
	case SEAL_COMMIT_STOP:
		return SEAL_STOP;
	case SEAL_COMMIT_RESERVE:
		return SEAL_RESERVE;
	case SEAL_COMMIT_START:
	case SEAL_COMMIT_CHECKPOINT:
	case SEAL_COMMIT_RECEIPT:
	case SEAL_COMMIT_SEGMENT_BEGINS:
	case SEAL_COMMIT_SEGMENT_ENDS:
		break;
	}
	return SEAL_START;
}

static bool repeats(const struct evidence *ev, const struct evidence_note *n,
		    const struct seal_commit *c)
{
	const struct seal_public none = {{0}};
	const struct seal_public *key = n->kind == SEAL_START || n->kind == SEAL_HANDOVER ? &n->key
					: n->kind == SEAL_RESERVE ? &n->reserved
								  : &none;

	return n->kind == kind_of(c->type) && n->size == c->size &&
	       seal_hash_eq(&n->root, &c->root) && (uint32_t)n->epoch == c->epoch &&
	       seal_key_id(sv_cstr(ev->key.name), SEAL_TYPE_ED25519, &n->signer) == c->key_id &&
	       memcmp(n->signature, c->signature, SEAL_SIGNATURE_BYTES) == 0 &&
	       n->first_kept == c->first_kept && seal_public_eq(key, &c->key);
}

/* Notes and their commits are in the same order; a crash may leave a note without its commit. */
static bool find_note(struct verify_state *v, const struct seal_commit *c)
{
	for (size_t i = v->next_note; i < v->ev.note_count && v->ev.notes[i].size <= c->size; i++)
		if (repeats(&v->ev, &v->ev.notes[i], c)) {
			v->next_note = i + 1;
			return true;
		}
	return false;
}

static void tell_commit(struct verify_state *v, const struct verify_commit *c, const char *what)
{
	doubt(&v->r->doubts, DOUBT_COMMIT_CHANGED, "integrity/commits was changed: record %llu %s",
	      LL(c->number), what);
}

static void tell_unsigned(struct verify_state *v, const struct verify_commit *c)
{
	const struct seal_epoch *epoch = evidence_epoch(&v->ev, c->commit.epoch);

	if (!epoch)
		doubt(&v->r->doubts, DOUBT_KEYS_BEHIND,
		      "integrity/commits knows epoch %lu, of which integrity/keys says nothing: it "
		      "was cut",
		      (unsigned long)c->commit.epoch);
	else if (!seal_epoch_covers(epoch, c->commit.size))
		doubt(&v->r->doubts, DOUBT_COMMIT_CHANGED,
		      "record %llu of integrity/commits is forged: a checkpoint of %llu lines by "
		      "the key of epoch %llu, which may sign for %llu to %llu lines",
		      LL(c->number), LL(c->commit.size), LL(epoch->number), LL(epoch->size_from),
		      LL(epoch->size_to));
	else
		tell_commit(v, c, "is not signed by the key of its epoch");
}

/* Behind an unclean start lines are not protected up to the first checkpoint. */
static void note_window(struct verify_state *v, const struct seal_commit *c)
{
	const struct evidence_note *n = &v->ev.notes[v->next_note - 1];

	v->in_window = c->type == SEAL_COMMIT_START && n->state == SEAL_UNCLEAN;
	v->window_note = v->next_note - 1;
}

static void see_checkpoint(struct verify_state *v, const struct seal_commit *c)
{
	v->r->checkpoints++;
	if (v->in_window && v->window_count < LEN(v->windows)) {
		v->windows[v->window_count].note = v->window_note;
		v->windows[v->window_count++].end = c->size;
	}
	v->in_window = false;
}

/* What can be said of one without its root. */
static void check_commit(struct verify_state *v, const struct verify_commit *c)
{
	const struct seal_commit *commit = &c->commit;

	if (c->status == VERIFY_DAMAGED) {
		/* A heartbeat may just be written over the one before it. */
		if (!v->ev.is_live || c->number + 1 != v->ev.commit_count)
			tell_commit(v, c, "is damaged");
		return;
	}
	if (commit->size < v->commit_size)
		doubt(&v->r->doubts, DOUBT_COMMITS_ORDER,
		      "integrity/commits was changed: record %llu is of fewer lines than the one "
		      "before it",
		      LL(c->number));
	else if (commit->epoch < v->commit_epoch)
		doubt(&v->r->doubts, DOUBT_COMMITS_ORDER,
		      "integrity/commits was changed: record %llu is of an earlier epoch than the "
		      "one "
		      "before it",
		      LL(c->number));
	v->commit_size = commit->size;
	v->commit_epoch = commit->epoch;
	switch (commit->type) {
	case SEAL_COMMIT_CHECKPOINT:
	case SEAL_COMMIT_SEGMENT_ENDS:
		if (c->status == VERIFY_UNSIGNED)
			tell_unsigned(v, c);
		else
			see_checkpoint(v, commit);
		break;
	case SEAL_COMMIT_START:
	case SEAL_COMMIT_HANDOVER:
	case SEAL_COMMIT_PRUNED:
	case SEAL_COMMIT_STOP:
	case SEAL_COMMIT_RESERVE:
		if (find_note(v, commit))
			note_window(v, commit);
		else
			doubt(&v->r->doubts, DOUBT_KEYS_BEHIND,
			      "record %llu of integrity/commits repeats a note (%s) that is not in "
			      "integrity/keys",
			      LL(c->number), seal_step_name(kind_of(commit->type)));
		break;
	case SEAL_COMMIT_RECEIPT:
	case SEAL_COMMIT_SEGMENT_BEGINS:
		break;
	}
	if (commit->size > v->ev.size)
		tell_commit(v, c, "is of more lines than were signed");
}

/* ---- roots ---- */

static void set_bad(struct verify_state *v, uint64_t size, const struct seal_hash *root)
{
	v->is_bad = true;
	v->bad_size = size;
	v->bad_root = *root;
}

/* The notes of this size; there are none below it that were not looked at. */
static bool notes_agree(struct verify_state *v, size_t *note, uint64_t size,
			const struct seal_hash *root, bool *is_signed)
{
	for (; *note < v->ev.note_count && v->ev.notes[*note].size <= size; (*note)++) {
		const struct evidence_note *n = &v->ev.notes[*note];

		if (n->size < size)
			continue;
		*is_signed = true;
		if (!seal_hash_eq(&n->root, root)) {
			set_bad(v, size, &n->root);
			return false;
		}
	}
	return true;
}

static bool commits_agree(struct verify_state *v, const struct verify_share *s, uint64_t size,
			  const struct seal_hash *root, bool *is_signed)
{
	for (size_t i = 0; i < s->commit_count; i++) {
		const struct verify_commit *c = &s->commits[i];

		if (c->status == VERIFY_DAMAGED || c->commit.size != size)
			continue;
		if (c->status == VERIFY_SIGNED)
			*is_signed = true;
		if (seal_hash_eq(&c->commit.root, root))
			continue;
		if (c->status == VERIFY_SIGNED) {
			set_bad(v, size, &c->commit.root);
			return false;
		}
	}
	return true;
}

/* Checkpoints that were kept elsewhere, and are signed by the log's keys. */
static bool kept_agree(struct verify_state *v, uint64_t size, const struct seal_hash *root,
		       bool *is_signed)
{
	for (size_t i = 0; i < v->kept_count; i++) {
		if (v->kept_sizes[i] != size)
			continue;
		*is_signed = true;
		if (!seal_hash_eq(&v->kept_roots[i], root)) {
			set_bad(v, size, &v->kept_roots[i]);
			return false;
		}
	}
	return true;
}

/* Of types that nobody signs, where the lines are as signed. */
static void tell_other_roots(struct verify_state *v, const struct verify_share *s, uint64_t size,
			     const struct seal_hash *root)
{
	for (size_t i = 0; i < s->commit_count; i++) {
		const struct verify_commit *c = &s->commits[i];

		if (c->status == VERIFY_UNSIGNED && c->commit.size == size &&
		    (c->commit.type == SEAL_COMMIT_RECEIPT ||
		     c->commit.type == SEAL_COMMIT_SEGMENT_BEGINS) &&
		    !seal_hash_eq(&c->commit.root, root))
			tell_commit(v, c, "says another root than the lines have");
	}
}

struct taking {
	struct verify_state *v;
	const struct verify_share *s;
	size_t size; /* the next one of the share's */
	size_t *note;
};

/* The tree has so many lines now; true unless a signed root of this size says otherwise. */
static bool check_size(struct taking *t, const struct seal_range *range)
{
	struct verify_state *v = t->v;
	struct seal_hash root;
	bool is_signed = false;

	if (t->size == t->s->size_count || t->s->sizes[t->size] != range->size)
		return true;
	t->size++;
	seal_range_root(range, v->digest, &root);
	if (!notes_agree(v, t->note, range->size, &root, &is_signed) ||
	    !commits_agree(v, t->s, range->size, &root, &is_signed) ||
	    !kept_agree(v, range->size, &root, &is_signed))
		return false;
	if (is_signed) {
		v->good.range = *range;
		v->good.spot = t->s->spot;
		v->good.first = t->s->first;
		tell_other_roots(v, t->s, range->size, &root);
	}
	return true;
}

/* ---- the tree ---- */

static bool add_leaves(struct taking *t, uint64_t to)
{
	struct verify_state *v = t->v;
	const struct seal_sink sink = {v, see_node};

	while (v->range.size < to) {
		seal_range_add(&v->range, v->digest, &t->s->leaves[v->range.size - t->s->first],
			       &sink);
		if (!check_size(t, &v->range))
			return false;
	}
	return true;
}

static void add_partial(struct seal_range *r, struct seal_digest *d, const struct verify_partial *p)
{
	uint64_t rest = p->size - r->size;

	for (unsigned level = VERIFY_LEVELS; level-- > 0;)
		if (rest >> level & 1)
			seal_range_add_tree(r, d, level, &p->of[level]);
}

static bool add_blocks(struct taking *t)
{
	struct verify_state *v = t->v;
	const struct verify_share *s = t->s;
	size_t next = 0;

	for (size_t b = 0; b < s->blocks; b++) {
		uint64_t end = v->range.size + VERIFY_BLOCK;

		for (; next < s->partial_count && s->partials[next].size < end; next++) {
			struct seal_range inside = v->range;

			add_partial(&inside, v->digest, &s->partials[next]);
			if (!check_size(t, &inside))
				return false;
		}
		compare_block(v, v->range.size / VERIFY_BLOCK, &s->of[b]);
		seal_range_add_tree(&v->range, v->digest, VERIFY_LEVELS, &s->of[b]);
		if (!check_size(t, &v->range))
			return false;
	}
	return true;
}

/* False: a signed root says otherwise. */
static bool take_share(struct verify_state *v, const struct verify_share *s, size_t *note)
{
	struct taking t = {.v = v, .s = s, .note = note};
	uint64_t end = s->first + s->count;

	if (s->differs && !v->differs0) {
		v->differs0 = true;
		v->at0 = s->differs_at;
	}
	return check_size(&t, &v->range) &&
	       add_leaves(&t, s->block_first < end ? s->block_first : end) && add_blocks(&t) &&
	       add_leaves(&t, end);
}

static uint64_t bytes_of(const struct verify_text *t)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < t->count; i++)
		bytes += t->files[i].bytes;
	return bytes;
}

static int take_shares(struct verify_state *v, struct verify_lines *l, struct err *e)
{
	const struct verify_share *s = NULL;
	uint64_t total = bytes_of(&v->text);
	enum verify_shares status;
	size_t note = 0;

	while ((status = verify_lines_next(l, &s, e)) == VERIFY_SHARE) {
		for (size_t i = 0; i < s->commit_count; i++)
			check_commit(v, &s->commits[i]);
		if (!take_share(v, s, &note))
			return 0;
		v->r->bytes += s->bytes;
		if (v->o->progress)
			v->o->progress(v->o->ctx, v->r->bytes, total);
	}
	v->is_long = status == VERIFY_SHARES_LONG;
	return status == VERIFY_SHARES_FAILED ? -1 : 0;
}

static void tell_cut(struct verify_state *v, size_t count, size_t file)
{
	char name[VERIFY_NAME_MAX];

	verify_text_name(&v->text, file, name);
	doubt(&v->r->doubts, DOUBT_LINE_CUT, "%s ends inside a line%s", name,
	      count > 1 ? ", and others do" : "");
}

int verify_take_lines(struct verify_state *v, struct err *e)
{
	const struct verify_plan plan = {
		.ev = &v->ev,
		.text = &v->text,
		.from = v->from,
		.first = v->first,
		.end = v->end > v->first ? v->end : v->first,
		.commits_end = v->ev.commit_count,
		.sizes = v->kept_sizes,
		.size_count = v->kept_count,
		.threads = evidence_threads(v->o->threads),
	};
	struct verify_lines *l = verify_lines_new(&plan, e);
	size_t file, cut;
	int status;

	if (!l)
		return -1;
	v->good.range = v->range;
	v->good.spot = v->from;
	v->good.first = v->first;
	status = take_shares(v, l, e);
	v->ran_out = !v->is_bad && !v->is_long && v->range.size < v->end;
	verify_lines_end(l, &v->reached, v->firsts);
	cut = verify_lines_cut(l, &file);
	if (cut)
		tell_cut(v, cut, file);
	verify_lines_free(l);
	return status;
}
