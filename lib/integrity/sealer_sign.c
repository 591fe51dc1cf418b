/*
 * What is signed, and how it comes to the disk: a note is made of what the last commit on the disk says,
 * waits in `keys`, and is followed by its own commit; only then is the key used that it names.
 */
#include "integrity/sealer_priv.h"

#include <inttypes.h>

static const enum seal_commit_type commit_of[SEAL_STEP_KINDS] = {
	[SEAL_START] = SEAL_COMMIT_START,     [SEAL_HANDOVER] = SEAL_COMMIT_HANDOVER,
	[SEAL_RESERVE] = SEAL_COMMIT_RESERVE, [SEAL_PRUNED] = SEAL_COMMIT_PRUNED,
	[SEAL_STOP] = SEAL_COMMIT_STOP,
};

static struct sv origin_of(const struct sealer *s)
{
	return sv_cstr(s->ledger.chain.enrolment.name);
}

/* ---- commits ---- */

static struct seal_commit new_commit(const struct sealer *s, enum seal_commit_type type)
{
	return (struct seal_commit){.type = type,
				    .segment = s->segment,
				    .offset = s->offset,
				    .wall_ns = sealer_wall_ns(s),
				    .boot_ns = sealer_boot_ns(s),
				    .epoch = (uint32_t)s->ledger.chain.epoch.number,
				    .key_id = s->ledger.chain.epoch.id};
}

static int put_commit(struct sealer *s, const struct seal_commit *c, struct err *e)
{
	struct grown *g = &s->ledger.commits;
	bool is_heartbeat = (c->flags & SEAL_COMMIT_HEARTBEAT) != 0;
	uint8_t record[SEAL_COMMIT_BYTES];

	seal_commit_pack(c, record);
	/* A heartbeat takes the place of the one before it, or an idle host's file would only grow. */
	if (is_heartbeat && s->heartbeat_is_last && g->waiting.n == 0)
		g->bytes -= SEAL_COMMIT_BYTES;
	s->heartbeat_is_last = is_heartbeat;
	buf_put(&g->waiting, sv_make((const char *)record, sizeof(record)));
	return g->waiting.failed ? err_set(e, "no memory for a commit") : 0;
}

int sealer_sign_tree(struct sealer *s, const struct seal_range *range, enum seal_commit_type type,
		     uint8_t flags, uint64_t segment, uint64_t offset, struct err *e)
{
	struct seal_checkpoint point = {.origin = origin_of(s), .size = range->size};
	struct seal_commit c = new_commit(s, type);

	if (s->ledger.commits.waiting.n >= (size_t)GROWN_RECORDS / 2 * SEAL_COMMIT_BYTES &&
	    sealer_flush(s, e) != 0)
		return -1;
	seal_range_root(range, s->digest, &point.root);
	if (seal_digest_failed(s->digest))
		return err_set(e, "OpenSSL could not make a hash");
	if (type != SEAL_COMMIT_SEGMENT_BEGINS) {
		buf_reset(&s->checkpoint);
		if (seal_checkpoint_sign(&s->checkpoint, &point, s->key, c.signature, e) != 0)
			return -1;
	}
	c.flags = flags;
	c.size = point.size;
	c.root = point.root;
	c.segment = segment;
	c.offset = offset;
	if (put_commit(s, &c, e) != 0)
		return -1;
	s->waiting_size = point.size;
	s->waiting_root = point.root;
	s->segment = segment;
	s->offset = offset;
	return 0;
}

/* ---- notes ---- */

static struct seal_step new_step(const struct sealer *s, enum seal_step_kind kind)
{
	const struct seal_chain *chain = &s->ledger.chain;

	return (struct seal_step){.kind = kind,
				  .origin = origin_of(s),
				  .epoch = chain->starts ? chain->epoch.number : 0,
				  .seconds = sealer_wall_ns(s) / SECOND,
				  .size = s->sealed,
				  .root = s->root};
}

/*
 * The note that was printed to keys.waiting is to follow the chain; nothing that does not is written.
 * signature: of the note.
 */
static int stage_note(struct sealer *s, const struct seal_step *step,
		      const uint8_t signature[SEAL_SIGNATURE_BYTES], int slot, struct err *e)
{
	struct sv rest = buf_view(&s->ledger.keys.waiting), bytes;
	enum seal_chain_fault fault = SEAL_FAULT_MALFORMED;
	struct seal_vkey signer = {.id = 0};
	struct seal_step again;
	struct seal_note note;

	s->note = (struct sealer_note){.after = s->ledger.chain, .slot = slot};
	if (!s->ledger.keys.waiting.failed && seal_note_next(&rest, &bytes) == SEAL_CUT_NOTE &&
	    rest.n == 0 && seal_note_parse(bytes, &note, NULL) == 0)
		fault = seal_chain_follow(&s->note.after, &note, &again, &signer);
	if (fault != SEAL_FAULT_NONE) {
		buf_reset(&s->ledger.keys.waiting);
		return err_set(e, "a %s note cannot be written: it %s", seal_step_name(step->kind),
			       seal_fault_text(fault));
	}
	s->note.commit = new_commit(s, commit_of[step->kind]);
	s->note.commit.size = step->size;
	s->note.commit.root = step->root;
	s->note.commit.epoch = (uint32_t)s->note.after.epoch.number;
	s->note.commit.key_id = signer.id;
	memcpy(s->note.commit.signature, signature, SEAL_SIGNATURE_BYTES);
	if (step->kind == SEAL_START || step->kind == SEAL_HANDOVER)
		s->note.commit.key = step->key;
	if (step->kind == SEAL_RESERVE)
		s->note.commit.key = step->reserved;
	s->note.commit.first_kept = step->first_kept;
	s->note.wipes = step->kind == SEAL_STOP;
	s->note.has_reserve = step->kind == SEAL_RESERVE || step->kind == SEAL_START;
	s->note.is_pending = true;
	return 0;
}

/* A new key in the slot that does not sign. */
static int make_key(struct sealer *s, uint64_t epoch, struct seal_public *out, unsigned *slot,
		    struct err *e)
{
	uint8_t seed[SEAL_SEED_BYTES];
	struct seal_key *key = NULL;

	if (s->options.world->random(s->options.world_ctx, seed) == 0)
		key = seal_key_new(seed, e);
	else
		(void)err_sys(e, "no chance for a new key");
	if (key) {
		*slot = s->key ? !s->slot : 0;
		seal_key_public(key, out);
		seal_secret_fill(s->options.secret, *slot, epoch, seed, out);
		seal_key_free(key);
	}
	explicit_bzero(seed, sizeof(seed));
	return key ? 0 : -1;
}

/* By the running epoch's key. */
static int sign_note(struct sealer *s, const struct seal_step *step, int slot, struct err *e)
{
	uint8_t signature[SEAL_SIGNATURE_BYTES];

	if (seal_step_sign(&s->ledger.keys.waiting, step, s->key, signature, e) != 0) {
		buf_reset(&s->ledger.keys.waiting);
		return -1;
	}
	return stage_note(s, step, signature, slot, e);
}

int sealer_hand_over(struct sealer *s, struct err *e)
{
	struct seal_step step = new_step(s, SEAL_HANDOVER);
	unsigned slot;

	step.epoch++;
	if (make_key(s, step.epoch, &step.key, &slot, e) != 0 ||
	    sign_note(s, &step, (int)slot, e) != 0)
		return -1;
	return sealer_flush(s, e);
}

int sealer_sign_stop(struct sealer *s, struct err *e)
{
	struct seal_step step = new_step(s, SEAL_STOP);

	return sign_note(s, &step, -1, e) == 0 ? sealer_flush(s, e) : -1;
}

int sealer_sign_reserve(struct sealer *s, enum reserve_until until, struct err *e)
{
	struct seal_step step = new_step(s, SEAL_RESERVE);

	if (!s->options.reserve)
		return err_set(e, "nobody keeps the key at rest");
	if (reserve_settle(s->options.reserve, &s->ledger.chain.next, e) != 0 ||
	    reserve_stage(s->options.reserve, until, &step.reserved, e) != 0 ||
	    sign_note(s, &step, -1, e) != 0)
		return -1;
	return sealer_flush(s, e);
}

int sealer_sign_pruned(struct sealer *s, uint64_t first_kept, const char *why, struct err *e)
{
	struct seal_step step = new_step(s, SEAL_PRUNED);

	step.first_kept = first_kept;
	step.reason = sv_cstr(why);
	return sign_note(s, &step, -1, e) == 0 ? sealer_flush(s, e) : -1;
}

/* ---- the start ---- */

static bool has_key(const struct reserve_keys *keys, const struct seal_public *key)
{
	for (unsigned i = 0; i < keys->count; i++)
		if (seal_public_eq(&keys->of[i], key))
			return true;
	return false;
}

/* The key of the epoch that the chain ends in, from the page of the daemon before. NULL: none. */
static struct seal_key *adopt_key(struct sealer *s)
{
	const struct seal_chain *chain = &s->ledger.chain;
	int slot;

	if (chain->starts == 0 || chain->stopped)
		return NULL;
	slot = seal_secret_find(s->options.secret, &chain->epoch.key);
	if (slot < 0)
		return NULL;
	s->slot = (unsigned)slot;
	return seal_key_new(seal_secret_page(s->options.secret)->slot[slot].seed, NULL);
}

static int sign_continued(struct sealer *s, struct seal_step *step, struct err *e)
{
	unsigned slot;

	step->state = SEAL_CONTINUED;
	step->reserved = s->ledger.chain.next;
	if (make_key(s, step->epoch, &step->key, &slot, e) != 0)
		return -1;
	return sign_note(s, step, (int)slot, e);
}

/* By the key at rest, which the program that keeps it does. */
static int sign_reserved(struct sealer *s, struct seal_step *step, struct err *e)
{
	const struct seal_chain *chain = &s->ledger.chain;
	struct reserve *r = s->options.reserve;
	uint8_t signature[SEAL_SIGNATURE_BYTES];
	struct reserve_keys keys;
	unsigned slot;
	struct err why;

	if (!r)
		return err_set(e, "nobody keeps the key at rest");
	if (reserve_load(r, &keys, &why, e) != 0)
		return -1;
	if (!has_key(&keys, &chain->next))
		return err_set(e, "%s",
			       keys.count == 0 && why.text[0]
				       ? why.text
				       : "the key at rest is not the one that the chain names");
	if (chain->starts == 0)
		step->state = SEAL_FIRST;
	else
		step->state = s->is_clean ? SEAL_CLEAN : SEAL_UNCLEAN;
	if (make_key(s, step->epoch, &step->key, &slot, e) != 0 ||
	    reserve_settle(r, &chain->next, e) != 0 ||
	    reserve_stage(r, RESERVE_FOR_BOOT, &step->reserved, e) != 0)
		return -1;
	if (reserve_sign(r, &chain->next, step, &s->ledger.keys.waiting, signature, e) != 0) {
		buf_reset(&s->ledger.keys.waiting);
		return -1;
	}
	return stage_note(s, step, signature, (int)slot, e);
}

int sealer_sign_start(struct sealer *s, struct err *e)
{
	struct seal_step step = new_step(s, SEAL_START);
	int status;

	step.number = s->ledger.chain.starts;
	step.epoch += step.number > 0;
	s->key = adopt_key(s);
	status = s->key ? sign_continued(s, &step, e) : sign_reserved(s, &step, e);
	if (status != 0) {
		seal_key_free(s->key);
		s->key = NULL;
		return -1;
	}
	s->was_unclean = step.state == SEAL_UNCLEAN || step.state == SEAL_CONTINUED;
	(void)pthread_mutex_lock(&s->mutex);
	sealer_tell_locked(s, SEALER_NEWS_STARTED, s->sealed, s->range.size,
			   seal_state_name(step.state));
	(void)pthread_mutex_unlock(&s->mutex);
	return sealer_flush(s, e);
}

/* ---- to the disk ---- */

static int flush_commits(struct sealer *s, struct err *e)
{
	struct ledger *l = &s->ledger;

	if (grown_flush(&l->segments, &s->store, e) != 0)
		return -1;
	if (l->commits.waiting.n == 0)
		return 0;
	if (grown_flush(&l->commits, &s->store, e) != 0)
		return -1;
	s->commit_ns = sealer_boot_ns(s);
	s->sealed = s->waiting_size;
	s->root = s->waiting_root;
	return 0;
}

/* The key that a note on the disk names signs from now on; the one before is gone. */
static int change_key(struct sealer *s, unsigned slot, struct err *e)
{
	seal_key_free(s->key);
	s->key = NULL;
	s->slot = slot;
	seal_secret_activate(s->options.secret, slot);
	s->key = seal_key_new(seal_secret_page(s->options.secret)->slot[slot].seed, e);
	s->epoch_ns = sealer_boot_ns(s);
	return s->key ? 0 : -1;
}

static void wipe_keys(struct sealer *s)
{
	struct seal_secret_page *page = seal_secret_page(s->options.secret);

	seal_key_free(s->key);
	s->key = NULL;
	explicit_bzero(page->slot, sizeof(page->slot));
}

/* The note is on the disk. */
static int note_is_there(struct sealer *s, struct err *e)
{
	struct sealer_note *n = &s->note;

	s->ledger.chain = n->after;
	s->has_reserve_to_tell = s->has_reserve_to_tell || n->has_reserve;
	n->is_pending = false;
	(void)pthread_mutex_lock(&s->mutex);
	s->figures.epoch = n->after.epoch.number;
	s->figures.starts = n->after.starts;
	s->figures.first_kept = n->after.first_kept;
	s->figures.hand_overs += n->commit.type == SEAL_COMMIT_HANDOVER;
	(void)pthread_mutex_unlock(&s->mutex);
	s->waiting_size = n->commit.size;
	s->waiting_root = n->commit.root;
	seal_secret_page(s->options.secret)->starts = n->after.starts;
	if (n->wipes)
		wipe_keys(s);
	if (put_commit(s, &n->commit, e) != 0)
		return -1;
	return n->slot >= 0 ? change_key(s, (unsigned)n->slot, e) : 0;
}

/* Late is no harm: until it is told, a key that is staged can be used as well. */
static void tell_reserve(struct sealer *s)
{
	const struct seal_chain *chain = &s->ledger.chain;
	struct err e;

	if (!s->has_reserve_to_tell || !s->options.reserve)
		return;
	s->has_reserve_to_tell = false;
	if (reserve_commit(s->options.reserve, chain->starts, &chain->next, &e) != 0)
		sealer_tell(s, SEALER_NEWS_UNSEALED, s->sealed, 0, e.text);
}

int sealer_flush(struct sealer *s, struct err *e)
{
	if (flush_commits(s, e) != 0)
		return -1;
	if (s->note.is_pending) {
		if (grown_flush(&s->ledger.keys, &s->store, e) != 0 || note_is_there(s, e) != 0 ||
		    flush_commits(s, e) != 0)
			return -1;
	}
	tell_reserve(s);
	return 0;
}
