/*
 * Proofs of inclusion and consistency, and what is known of a line. Which checkpoint covers it is looked up
 * in `commits`, by size, and counts where its signature holds.
 */
#include "integrity/prove_priv.h"

#include "seal/base64.h"
#include "seal/proof.h"

#include <stdlib.h>

#define LL(n)       ((unsigned long long)(n))
#define NOTE_MAX    ((size_t)4 << 10)
#define EXTRA_BYTES ((size_t)4 * (SEAL_EXTRA_MAX / 3 + 1))
#define NEARBY      65536 /* commits of one size that are looked at */

/* ---- opening ---- */

/* The first doubt of that weight. */
static const char *tell_doubt(const struct doubts *d, enum doubt_weight weight)
{
	for (size_t i = 0; i < d->count; i++)
		if (doubt_weight(d->list[i].kind) == weight)
			return d->list[i].text;
	return "nothing is signed";
}

static enum prove_status load(struct prove *p, const struct prove_options *o, struct err *e)
{
	const struct evidence_options options = {.log = o->log,
						 .key = o->key,
						 .anchor = o->anchor,
						 .threads = o->threads,
						 .now = o->now};
	struct verify_state *v = &p->v;
	struct doubts *doubts = &p->result.doubts;

	v->o = &p->options;
	v->r = &p->result;
	v->ev = (struct evidence){.folder = -1, .commits = -1};
	v->digest = seal_digest_new(e);
	if (!v->digest || evidence_load(&v->ev, &options, doubts, e) != 0 ||
	    verify_text_open(&v->text, o->log, e) != 0 ||
	    evidence_load_places(&v->ev, doubts, e) != 0)
		return PROVE_FAILED;
	if (!v->text.count && !v->ev.is_there) {
		(void)err_set(e, "there is no log %s", o->log);
		return PROVE_FAILED;
	}
	if (doubts->worst == DOUBT_CONTRADICTION) {
		(void)err_set(e, "%s", tell_doubt(doubts, DOUBT_CONTRADICTION));
		return PROVE_WRONG;
	}
	if (!v->ev.has_chain || !v->ev.size) {
		(void)err_set(e, "%s",
			      v->ev.has_chain ? "no line is signed yet"
					      : tell_doubt(doubts, DOUBT_MISSING));
		return PROVE_MISSING;
	}
	p->has_range = verify_find_start(v, e);
	return prove_make_tree(p, e);
}

enum prove_status prove_open(struct prove **p, const struct prove_options *o, struct err *e)
{
	enum prove_status status;

	*p = calloc(1, sizeof(**p));
	if (!*p) {
		(void)err_set(e, "no memory to prove anything");
		return PROVE_FAILED;
	}
	(*p)->options = (struct verify_options){.log = o->log, .now = o->now};
	status = load(*p, o, e);
	if (status == PROVE_HOLDS)
		return status;
	prove_close(*p);
	*p = NULL;
	return status;
}

void prove_close(struct prove *p)
{
	if (!p)
		return;
	evidence_release(&p->v.ev);
	verify_text_close(&p->v.text);
	seal_digest_free(p->v.digest);
	free(p->blocks);
	free(p);
}

const struct evidence *prove_evidence(const struct prove *p)
{
	return &p->v.ev;
}

uint64_t prove_size(const struct prove *p)
{
	return p->size;
}

/* ---- commits ---- */

bool prove_commit(const struct prove *p, uint64_t number, struct seal_commit *out)
{
	uint8_t record[1][SEAL_COMMIT_BYTES];

	return evidence_commits_read(&p->v.ev, number, 1, record, NULL) == 1 &&
	       seal_commit_unpack(record[0], out);
}

uint64_t prove_search(const struct prove *p, bool (*below)(const struct seal_commit *c, uint64_t x),
		      uint64_t x)
{
	uint64_t low = 0, high = p->v.ev.commit_count;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		struct seal_commit c;

		if (prove_commit(p, middle, &c) && below(&c, x))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_smaller(const struct seal_commit *c, uint64_t size)
{
	return c->size < size;
}

static bool is_checkpoint(const struct prove *p, const struct seal_commit *c)
{
	return (c->type == SEAL_COMMIT_CHECKPOINT || c->type == SEAL_COMMIT_SEGMENT_ENDS) &&
	       c->size <= p->size && evidence_commit_holds(&p->v.ev, c);
}

/* The first signed checkpoint of at least that size. */
static bool find_covering(const struct prove *p, uint64_t size, struct seal_commit *out)
{
	uint64_t from = prove_search(p, is_smaller, size);

	for (uint64_t i = from; i < p->v.ev.commit_count && i - from < NEARBY; i++)
		if (prove_commit(p, i, out) && out->size >= size && is_checkpoint(p, out))
			return true;
	return false;
}

bool prove_newest(const struct prove *p, struct seal_commit *out)
{
	for (uint64_t i = p->v.ev.commit_count; i > 0 && p->v.ev.commit_count - i < NEARBY; i--)
		if (prove_commit(p, i - 1, out) && is_checkpoint(p, out))
			return true;
	return false;
}

void prove_put_note(const struct prove *p, const struct seal_commit *c, struct buf *out)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(NOTE_MAX);
	const struct seal_checkpoint point = {sv_cstr(p->v.ev.key.name), c->size, c->root};

	seal_checkpoint_print(&text, &point);
	seal_note_print(out, buf_view(&text), point.origin, c->key_id, c->signature,
			SEAL_SIGNATURE_BYTES);
}

/* ---- lines ---- */

struct wanted {
	struct prove *p;
	uint64_t index;
	struct prove_known *out;
	bool is_found, is_same, failed;
};

static bool take_line(void *ctx, uint64_t index, struct sv line, const struct seal_hash *leaf,
		      const struct verify_spot *spot)
{
	struct wanted *w = ctx;
	struct prove_known *k = w->out;
	enum prove_status status;
	const struct prove_block *b;
	const struct seal_hash *is;

	if (index < w->index)
		return true;
	b = prove_block(w->p, index / VERIFY_BLOCK, &status, NULL);
	is = b ? block_node(b, 0, index % VERIFY_BLOCK) : NULL;
	w->is_found = true;
	w->is_same = is && seal_hash_eq(is, leaf);
	k->line = malloc(line.n + 1);
	if (!k->line) {
		w->failed = true;
		return false;
	}
	memcpy(k->line, line.p, line.n);
	k->line[line.n] = '\0';
	k->bytes = line.n;
	k->offset = spot->offset;
	k->number = spot->line + 1;
	verify_text_name(&w->p->v.text, spot->file, k->file);
	return false;
}

/* The line as it stands in the log, which must be the signed one. */
static enum prove_status find_line(struct prove *p, uint64_t index, struct prove_known *out,
				   struct err *e)
{
	struct wanted w = {.p = p, .index = index, .out = out};
	const struct prove_pass pass = {index - index % VERIFY_BLOCK, take_line, NULL, &w};
	enum prove_status status = prove_walk(p, &pass, e);

	if (status != PROVE_HOLDS)
		return status;
	if (w.failed) {
		(void)err_set(e, "no memory for line %llu", LL(index));
		return PROVE_FAILED;
	}
	if (w.is_found && w.is_same)
		return PROVE_HOLDS;
	(void)err_set(e,
		      w.is_found ? "line %llu of the log is not the one that was signed"
				 : "line %llu was signed, and is not in the log",
		      LL(index));
	return PROVE_WRONG;
}

static enum prove_status check_index(struct prove *p, uint64_t index, struct err *e)
{
	const struct evidence *ev = &p->v.ev;

	if (index >= p->size) {
		(void)err_set(e, "line %llu is not signed: lines 0 to %llu are", LL(index),
			      LL(p->size - 1));
		return PROVE_MISSING;
	}
	if (index >= p->v.first)
		return PROVE_HOLDS;
	if (index < ev->chain.first_kept) {
		(void)err_set(e,
			      "line %llu was removed by policy, as a signed note says: line %llu "
			      "is the first that is kept",
			      LL(index), LL(ev->chain.first_kept));
		return PROVE_MISSING;
	}
	(void)err_set(e, "line %llu was signed, and is not in the log, which begins at line %llu",
		      LL(index), LL(p->v.first));
	/* By a daemon that runs, which has not come to sign that it did so. */
	return doubts_have(&p->result.doubts, DOUBT_FILE_GOING) ? PROVE_MISSING : PROVE_WRONG;
}

/* ---- inclusion ---- */

static enum prove_status print_inclusion(struct prove *p, uint64_t index,
					 const struct prove_known *k, struct buf *out,
					 struct err *e)
{
	CLEANUP(buf_release) struct buf extra = BUF_INIT(EXTRA_BYTES);
	CLEANUP(buf_release) struct buf note = BUF_INIT(NOTE_MAX);
	const struct seal_nodes nodes = {p, prove_get};
	struct seal_inclusion proof = {.index = index};
	struct seal_commit c;
	struct seal_hash leaf;

	if (!prove_newest(p, &c) || c.size <= index) {
		(void)err_set(e, "no checkpoint covers line %llu yet", LL(index));
		return PROVE_MISSING;
	}
	if (seal_prove_inclusion(&nodes, index, c.size, p->v.digest, proof.path, &proof.count, e) !=
	    0)
		return PROVE_MISSING;
	seal_leaf(p->v.digest, sv_make(k->line, k->bytes), &leaf);
	if (!seal_check_inclusion(p->v.digest, &leaf, index, c.size, proof.path, proof.count,
				  &c.root)) {
		(void)err_set(e, "the checkpoint of %llu lines is of another tree", LL(c.size));
		return PROVE_WRONG;
	}
	if (k->bytes && k->bytes <= SEAL_EXTRA_MAX)
		seal_base64_put(&extra, k->line, k->bytes);
	proof.extra = buf_view(&extra);
	prove_put_note(p, &c, &note);
	proof.note = buf_view(&note);
	seal_inclusion_print(out, &proof);
	if (!extra.failed && !note.failed && !out->failed)
		return PROVE_HOLDS;
	(void)err_set(e, "no memory for the proof of line %llu", LL(index));
	return PROVE_FAILED;
}

enum prove_status prove_inclusion(struct prove *p, uint64_t index, struct buf *out, struct err *e)
{
	struct prove_known k = {.is_kept = false};
	enum prove_status status = check_index(p, index, e);

	if (status == PROVE_HOLDS)
		status = find_line(p, index, &k, e);
	if (status == PROVE_HOLDS)
		status = print_inclusion(p, index, &k, out, e);
	prove_known_release(&k);
	return status;
}

/* ---- consistency ---- */

/* The signed checkpoint of just that size. */
static enum prove_status find_checkpoint(struct prove *p, uint64_t size, struct seal_commit *out,
					 struct err *e)
{
	struct seal_commit c;
	uint64_t at = prove_search(p, is_smaller, size);

	if (find_covering(p, size, out) && out->size == size)
		return PROVE_HOLDS;
	while (at > 0 && (!prove_commit(p, at - 1, &c) || !is_checkpoint(p, &c)))
		at--;
	if (at && out->size > size)
		(void)err_set(
			e, "there is no checkpoint of %llu lines: the nearest are of %llu and %llu",
			LL(size), LL(c.size), LL(out->size));
	else
		(void)err_set(e, "there is no checkpoint of %llu lines", LL(size));
	return PROVE_MISSING;
}

static enum prove_status print_consistency(struct prove *p, const struct seal_commit *old,
					   const struct seal_commit *c, struct buf *out,
					   struct err *e)
{
	CLEANUP(buf_release) struct buf old_note = BUF_INIT(NOTE_MAX);
	CLEANUP(buf_release) struct buf note = BUF_INIT(NOTE_MAX);
	const struct seal_nodes nodes = {p, prove_get};
	struct seal_consistency proof = {.old = old->size, .size = c->size};

	if (seal_prove_consistency(&nodes, old->size, c->size, p->v.digest, proof.path,
				   &proof.count, e) != 0)
		return PROVE_MISSING;
	if (!seal_check_consistency(p->v.digest, old->size, c->size, proof.path, proof.count,
				    &old->root, &c->root)) {
		(void)err_set(e, "the signed tree of %llu lines does not begin that of %llu",
			      LL(old->size), LL(c->size));
		return PROVE_WRONG;
	}
	prove_put_note(p, old, &old_note);
	prove_put_note(p, c, &note);
	proof.old_note = buf_view(&old_note);
	proof.note = buf_view(&note);
	seal_consistency_print(out, &proof);
	if (!old_note.failed && !note.failed && !out->failed)
		return PROVE_HOLDS;
	(void)err_set(e, "no memory for the proof");
	return PROVE_FAILED;
}

enum prove_status prove_consistency(struct prove *p, uint64_t old, uint64_t size, struct buf *out,
				    struct err *e)
{
	struct seal_commit first = {.size = 0}, second = {.size = 0};
	enum prove_status status = find_checkpoint(p, old, &first, e);

	if (status != PROVE_HOLDS)
		return status;
	if (size)
		status = find_checkpoint(p, size, &second, e);
	else if (!prove_newest(p, &second))
		status = PROVE_MISSING;
	return status == PROVE_HOLDS ? print_consistency(p, &first, &second, out, e) : status;
}

/* ---- looking for lines ---- */

struct finding {
	struct sv words;
	bool (*found)(void *ctx, uint64_t index, struct sv line);
	void *ctx;
};

static bool look_at(void *ctx, uint64_t index, struct sv line, const struct seal_hash *leaf,
		    const struct verify_spot *spot)
{
	const struct finding *f = ctx;

	(void)leaf;
	(void)spot;
	return sv_find(line, f->words) == line.n || f->found(f->ctx, index, line);
}

enum prove_status prove_find(struct prove *p, struct sv words,
			     bool (*found)(void *ctx, uint64_t index, struct sv line), void *ctx,
			     struct err *e)
{
	struct finding f = {words, found, ctx};
	const struct prove_pass pass = {0, look_at, NULL, &f};

	return prove_walk(p, &pass, e);
}

/* ---- what is known of a line ---- */

static void tell_pruned(const struct evidence *ev, uint64_t index, struct prove_known *out)
{
	for (size_t i = 0; i < ev->note_count; i++)
		if (ev->notes[i].kind == SEAL_PRUNED && ev->notes[i].first_kept > index) {
			out->is_pruned = true;
			out->pruned_seconds = ev->notes[i].seconds;
			return;
		}
}

/* The seconds of the note that ended an epoch: the next one's, or a stop. */
static uint64_t end_of(const struct evidence *ev, uint64_t epoch)
{
	if (epoch + 1 < ev->epoch_count)
		return ev->epochs[epoch + 1].seconds;
	return evidence_is_stopped(ev) ? ev->chain.seconds : 0;
}

static void tell_checkpoint(struct prove *p, uint64_t index, struct prove_known *out)
{
	const struct evidence *ev = &p->v.ev;
	const struct seal_epoch *epoch;
	struct seal_commit c;

	if (!find_covering(p, index + 1, &c) || !(epoch = evidence_epoch(ev, c.epoch)))
		return;
	out->is_covered = true;
	out->size = c.size;
	out->wall_ns = c.wall_ns;
	out->epoch = *epoch;
	out->until = end_of(ev, epoch->number);
	seal_vkey_make(&out->key, sv_cstr(ev->key.name), SEAL_TYPE_ED25519, &epoch->key);
}

static void tell_segment(const struct evidence *ev, uint64_t index, struct prove_known *out)
{
	for (size_t i = ev->place_count; i-- > 0;)
		if (ev->places[i].first <= index) {
			out->has_segment = !ev->places[i].end || index < ev->places[i].end;
			out->segment = ev->places[i].number;
			return;
		}
}

enum prove_status prove_explain(struct prove *p, uint64_t index, struct prove_known *out,
				struct err *e)
{
	enum prove_status status = check_index(p, index, e);

	*out = (struct prove_known){.is_kept = false};
	if (index >= p->size)
		return status;
	tell_checkpoint(p, index, out);
	tell_segment(&p->v.ev, index, out);
	if (status != PROVE_HOLDS) {
		tell_pruned(&p->v.ev, index, out);
		return out->is_pruned ? PROVE_HOLDS : status;
	}
	status = find_line(p, index, out, e);
	out->is_kept = status == PROVE_HOLDS;
	return status;
}

void prove_known_release(struct prove_known *k)
{
	free(k->line);
	k->line = NULL;
}
