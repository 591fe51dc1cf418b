/*
 * Reads enrolment and the chain of keys, and says what is wrong with them. Which lines they are about is
 * not looked at here. Commits, segments and levels: evidence_files.c.
 */
#include "integrity/evidence.h"

#include "base/file.h"
#include "base/thread.h"
#include "integrity/evidence_priv.h"
#include "integrity/folder.h"
#include "integrity/keys_text.h"
#include "seal/crypto.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SMALL_MAX   ((size_t)64 << 10) /* enrolment, anchor, checkpoint: a few hundred bytes */
#define THREADS_MAX 64
#define SHARE_NOTES 64 /* that a thread takes at a time */
#define FEW_NOTES   64 /* for which no threads are worth it */

/* ---- the key that begins it ---- */

int evidence_key_read(const char *text_or_path, struct seal_vkey *out, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(SMALL_MAX);
	struct sv rest, line;
	struct err as_text, as_file;

	if (seal_vkey_parse(sv_cstr(text_or_path), out, &as_text) == 0)
		return 0;
	if (file_read(text_or_path, &text, &as_file) != 0)
		return err_set(e, "%s is neither a key (%s) nor a file with one (%s)", text_or_path,
			       as_text.text, as_file.text);
	rest = buf_view(&text);
	if (!sv_line(&rest, &line) || seal_vkey_parse(sv_trim(line), out, &as_text) != 0)
		return err_set(e, "%s holds no key: %s", text_or_path, as_text.text);
	return 0;
}

int evidence_anchor_read(const char *path, struct seal_anchor *out, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(SMALL_MAX);
	struct err why = {0};

	if (file_read(path, &text, e) != 0)
		return -1;
	if (seal_anchor_parse(buf_view(&text), out, &why) != 0)
		return err_set(e, "%s is no anchor: %s", path, why.text);
	return 0;
}

static bool same_key(const struct seal_vkey *a, const struct seal_vkey *b)
{
	return strcmp(a->name, b->name) == 0 && a->type == b->type &&
	       seal_public_eq(&a->key, &b->key);
}

/* To the byte: a digit in the other case was not written by us. */
static bool is_printed_so(struct sv line, const struct seal_vkey *key)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(SMALL_MAX);

	seal_vkey_print(&text, key);
	return sv_eq(line, buf_view(&text));
}

/* What the file says. True: *out is set. */
static bool read_enrolment(struct evidence *ev, struct seal_vkey *out, struct doubts *doubts,
			   int *failed, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(SMALL_MAX);
	struct sv rest, line;
	struct err why = {0};
	bool is_there = false;

	*failed = integrity_read(ev->folder, INTEGRITY_ENROLMENT, &text, &is_there, e);
	if (*failed)
		return false;
	if (!is_there) {
		doubt(doubts, DOUBT_NO_ENROLMENT, "integrity/enrolment is missing");
		return false;
	}
	rest = buf_view(&text);
	if (text.n && text.p[text.n - 1] == '\n' && sv_line(&rest, &line) && rest.n == 0 &&
	    seal_vkey_parse(line, out, &why) == 0 && out->type == SEAL_TYPE_ED25519 &&
	    is_printed_so(line, out))
		return true;
	doubt(doubts, DOUBT_ENROLMENT_BAD, "integrity/enrolment does not hold a key: %s",
	      why.text[0] ? why.text : "it is not what was written there");
	return false;
}

/* 0, or -1: unreadable. ev->trust NONE and an empty name: there is no key at all. */
static int choose_key(struct evidence *ev, const struct evidence_options *o, struct doubts *doubts,
		      struct err *e)
{
	struct seal_vkey enrolled;
	int failed;
	bool has = read_enrolment(ev, &enrolled, doubts, &failed, e);

	if (failed)
		return -1;
	if (o->key) {
		ev->key = *o->key;
		ev->trust = EVIDENCE_TRUST_KEY;
	} else if (o->anchor) {
		ev->key = o->anchor->enrolment;
		ev->trust = EVIDENCE_TRUST_ANCHOR;
	} else {
		if (has)
			ev->key = enrolled;
		doubt(doubts, DOUBT_KEY_NOT_OUTSIDE,
		      "only integrity/ itself says which key began the seal: give the key that "
		      "`aurum seal init` printed (--key)");
	}
	if (has && !same_key(&ev->key, &enrolled))
		doubt(doubts, DOUBT_OTHER_KEY,
		      "the log was enrolled with another key: integrity/enrolment says %s+%08x, "
		      "expected is %s+%08x",
		      enrolled.name, enrolled.id, ev->key.name, ev->key.id);
	if (o->anchor && !same_key(&ev->key, &o->anchor->enrolment))
		doubt(doubts, DOUBT_OTHER_KEY,
		      "the host's anchor is of another key: %s+%08x, expected is %s+%08x",
		      o->anchor->enrolment.name, o->anchor->enrolment.id, ev->key.name, ev->key.id);
	return 0;
}

/* ---- the chain ---- */

/* A list with room for one more; NULL: no memory, and the list is as before. */
static void *grown(void *list, size_t *cap, size_t count, size_t size)
{
	size_t more = *cap ? *cap * 2 : 64;
	void *larger;

	if (count < *cap)
		return list;
	larger = reallocarray(list, more, size);
	if (larger)
		*cap = more;
	return larger;
}

static bool put_note(struct evidence *ev, const struct seal_step *step,
		     const struct seal_note *note, const struct seal_vkey *signer, uint64_t at,
		     uint64_t bytes)
{
	const struct seal_line *line = seal_note_line(note, sv_cstr(ev->key.name), signer->id);
	struct evidence_note *n;

	n = grown(ev->notes, &ev->note_cap, ev->note_count, sizeof(*n));
	if (!n)
		return false;
	ev->notes = n;
	n += ev->note_count++;
	*n = (struct evidence_note){
		.kind = step->kind,
		.state = step->state,
		.number = step->number,
		.epoch = step->epoch,
		.seconds = step->seconds,
		.size = step->size,
		.first_kept = step->first_kept,
		.root = step->root,
		.key = step->key,
		.reserved = step->reserved,
		.signer = signer->key,
		.has_quote = step->tpm_attest.n > 0,
		.at = at,
		.bytes = bytes,
	};
	if (line && line->n == SEAL_SIGNATURE_BYTES)
		memcpy(n->signature, line->signature, SEAL_SIGNATURE_BYTES);
	return true;
}

static bool put_epoch(struct evidence *ev)
{
	const struct seal_chain *c = &ev->chain;
	struct seal_epoch *epochs;

	if (c->epoch.number < ev->epoch_count) {
		ev->epochs[c->epoch.number] = c->epoch;
		return true;
	}
	if (c->epoch.number)
		ev->epochs[c->before.number] = c->before;
	epochs = grown(ev->epochs, &ev->epoch_cap, ev->epoch_count, sizeof(*epochs));
	if (!epochs)
		return false;
	ev->epochs = epochs;
	ev->epochs[ev->epoch_count++] = c->epoch;
	return true;
}

/* How a message calls a note. */
static void name_note(uint64_t number, const struct seal_step *step, char out[64])
{
	(void)snprintf(out, 64, "note %llu of integrity/keys%s%s", (unsigned long long)number,
		       step ? ", " : "", step ? seal_step_name(step->kind) : "");
}

static void tell_fault(struct doubts *doubts, uint64_t number, const struct seal_step *step,
		       enum seal_chain_fault fault)
{
	char name[64];

	name_note(number, fault == SEAL_FAULT_MALFORMED ? NULL : step, name);
	doubt(doubts, DOUBT_KEYS_BROKEN, "%s, %s", name, seal_fault_text(fault));
}

/* The last one, and a part of it never got to the disk. */
static bool is_torn(struct sv bytes, struct sv rest)
{
	struct sv next;

	return memchr(bytes.p, 0, bytes.n) && seal_note_next(&rest, &next) != SEAL_CUT_NOTE;
}

/* Signed once, and there twice: only a note that changes nothing could be repeated behind itself. */
static bool is_repeated(const struct evidence *ev, const struct seal_note *note,
			const struct seal_vkey *signer)
{
	const struct seal_line *line = seal_note_line(note, sv_cstr(ev->key.name), signer->id);

	for (size_t i = ev->note_count; line && i-- > 0;) {
		const struct evidence_note *n = &ev->notes[i];

		if (memcmp(n->signature, line->signature, sizeof(n->signature)) == 0)
			return true;
		if (n->kind == SEAL_START || n->kind == SEAL_HANDOVER)
			break;
	}
	return false;
}

/*
 * Follows the chain up to a note that breaks a rule, or `limit` notes; signatures are not checked yet.
 * doubts NULL: they are known already. 0, or -1: no memory.
 */
static int follow(struct evidence *ev, size_t limit, struct doubts *doubts, struct err *e)
{
	struct sv rest = {ev->keys_text, ev->keys_bytes}, bytes;
	enum seal_cut cut = SEAL_CUT_END;

	seal_chain_begin(&ev->chain, &ev->key);
	ev->note_count = 0;
	ev->epoch_count = 0;
	while (ev->note_count < limit && (cut = seal_note_next(&rest, &bytes)) == SEAL_CUT_NOTE) {
		enum seal_chain_fault fault = SEAL_FAULT_MALFORMED;
		struct seal_note note;
		struct seal_step step;
		struct seal_vkey signer;

		if (seal_note_parse(bytes, &note, NULL) == 0)
			fault = seal_chain_follow(&ev->chain, &note, &step, &signer);
		if (fault == SEAL_FAULT_MALFORMED && is_torn(bytes, rest)) {
			ev->keys_torn = true;
			return 0;
		}
		if (fault != SEAL_FAULT_NONE) {
			if (doubts)
				tell_fault(doubts, ev->note_count, &step, fault);
			return 0;
		}
		if (is_repeated(ev, &note, &signer)) {
			if (doubts)
				doubt(doubts, DOUBT_KEYS_BROKEN,
				      "note %zu of integrity/keys is there a second time",
				      ev->note_count);
			return 0;
		}
		if (!put_note(ev, &step, &note, &signer, (uint64_t)(bytes.p - ev->keys_text),
			      bytes.n) ||
		    !put_epoch(ev))
			return err_set(e, "no memory for the notes of integrity/keys");
	}
	if (cut == SEAL_CUT_LONG && doubts)
		tell_fault(doubts, ev->note_count, NULL, SEAL_FAULT_MALFORMED);
	ev->keys_torn = ev->note_count < limit && cut == SEAL_CUT_TORN;
	return 0;
}

struct check {
	struct evidence *ev;
	atomic_size_t next;
	atomic_size_t bad; /* the first note whose signature does not hold */
};

static bool note_holds(const struct evidence *ev, const struct evidence_note *n)
{
	struct seal_vkey signer;
	struct seal_note note;

	seal_vkey_make(&signer, sv_cstr(ev->key.name), SEAL_TYPE_ED25519, &n->signer);
	return seal_note_parse(sv_make(ev->keys_text + n->at, n->bytes), &note, NULL) == 0 &&
	       seal_note_check(&note, &signer);
}

static void *check_notes(void *arg)
{
	struct check *c = arg;
	size_t i, end;

	while ((i = atomic_fetch_add(&c->next, SHARE_NOTES)) < atomic_load(&c->bad)) {
		end = i + SHARE_NOTES < c->ev->note_count ? i + SHARE_NOTES : c->ev->note_count;
		for (; i < end && note_holds(c->ev, &c->ev->notes[i]); i++)
			;
		if (i < end) {
			size_t bad = atomic_load(&c->bad);

			while (i < bad && !atomic_compare_exchange_weak(&c->bad, &bad, i))
				;
		}
	}
	return NULL;
}

unsigned evidence_threads(unsigned wanted)
{
	long n = wanted ? (long)wanted : sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (unsigned)n;
}

/* The number of the first note whose signature does not hold, or note_count. */
static size_t check_signatures(struct evidence *ev, unsigned threads)
{
	struct check c = {.ev = ev, .bad = ev->note_count};
	pthread_t others[THREADS_MAX];
	unsigned started = 0;

	threads = ev->note_count < FEW_NOTES ? 1 : evidence_threads(threads);
	while (started + 1 < threads && thread_start(&others[started], 0, check_notes, &c) == 0)
		started++;
	(void)check_notes(&c);
	while (started)
		(void)pthread_join(others[--started], NULL);
	return atomic_load(&c.bad);
}

/* Up to what is no note any more: of that, what shows it. */
static int take_keys(struct keys_text *k, struct buf *text, struct err *e)
{
	enum keys_cut cut;
	struct sv bytes;

	while ((cut = keys_text_next(k, &bytes, e)) == KEYS_NOTE) {
		buf_put(text, bytes);
		buf_putc(text, '\n');
	}
	if (cut == KEYS_TORN || cut == KEYS_LONG)
		buf_put(text, bytes);
	if (cut != KEYS_FAILED && text->failed)
		return err_set(e, "no memory to read integrity/keys");
	return cut == KEYS_FAILED ? -1 : 0;
}

/* 0, also where there is none; ev->keys_text is empty then. */
static int read_keys(struct evidence *ev, struct doubts *doubts, struct err *e)
{
	struct buf text = BUF_INIT(KEYS_BYTES_MAX + SEAL_NOTE_BYTES_MAX);
	struct keys_text k;
	CLEAN_FD int fd = -1;
	uint64_t size = 0;
	int status = evidence_open_file(ev, INTEGRITY_KEYS, &fd, &size, e);

	if (status <= 0)
		return status;
	if (size > KEYS_BYTES_MAX) {
		doubt(doubts, DOUBT_KEYS_LONG,
		      "integrity/keys has %llu bytes, more than can be looked at",
		      (unsigned long long)size);
		return 0;
	}
	keys_text_begin(&k, fd, 0, size);
	status = take_keys(&k, &text, e);
	keys_text_release(&k);
	ev->keys_text = text.p;
	ev->keys_bytes = text.n;
	return status;
}

static int read_chain(struct evidence *ev, const struct evidence_options *o, struct doubts *doubts,
		      struct err *e)
{
	size_t good;

	if (read_keys(ev, doubts, e) != 0)
		return -1;
	if (!ev->key.name[0])
		return 0;
	if (follow(ev, SIZE_MAX, doubts, e) != 0)
		return -1;
	good = check_signatures(ev, o->threads);
	if (good < ev->note_count) {
		const struct seal_step step = {.kind = ev->notes[good].kind};

		tell_fault(doubts, good, &step, SEAL_FAULT_SIGNATURE);
		if (follow(ev, good, NULL, e) != 0)
			return -1;
	}
	ev->has_chain = ev->note_count > 0;
	return 0;
}

/* ---- what the host remembers ---- */

/* Whether the newest start, or a reserve note behind it, named this key before the newest one. */
static bool was_reserved(const struct evidence *ev, const struct seal_public *key)
{
	for (size_t i = ev->note_count; i-- > 0;) {
		const struct evidence_note *n = &ev->notes[i];

		if ((n->kind == SEAL_START || n->kind == SEAL_RESERVE) &&
		    seal_public_eq(&n->reserved, key))
			return true;
		if (n->kind == SEAL_START)
			return false;
	}
	return false;
}

static void compare_anchor(const struct evidence *ev, struct doubts *doubts)
{
	const struct seal_anchor *a = &ev->anchor;
	uint64_t starts = ev->has_chain ? ev->chain.starts : 0;

	if (a->starts > starts)
		doubt(doubts, DOUBT_ANCHOR_AHEAD,
		      "the chain was cut: this host remembers %llu starts, integrity/keys has %llu",
		      (unsigned long long)a->starts, (unsigned long long)starts);
	else if (a->starts == starts && starts && !seal_public_eq(&a->next, &ev->chain.next) &&
		 !was_reserved(ev, &a->next))
		doubt(doubts, DOUBT_ANCHOR_AHEAD,
		      "the chain was cut or replaced: this host remembers another key for the "
		      "next start than integrity/keys names");
	else if (!ev->is_live && starts &&
		 (a->starts < starts || !seal_public_eq(&a->next, &ev->chain.next)))
		doubt(doubts, DOUBT_ANCHOR_BEHIND,
		      "this host's anchor is older than integrity/keys: it cannot vouch for the "
		      "end");
}

/* ---- all of it ---- */

static int read_checkpoint(struct evidence *ev, struct err *e)
{
	struct buf text = BUF_INIT(SMALL_MAX);
	bool is_there = false;

	if (integrity_read(ev->folder, INTEGRITY_CHECKPOINT, &text, &is_there, e) != 0) {
		buf_release(&text);
		return -1;
	}
	ev->checkpoint = text.p;
	ev->checkpoint_bytes = text.n;
	return 0;
}

enum evidence_note_status evidence_checkpoint(const struct evidence *ev, struct sv text,
					      struct seal_checkpoint *out)
{
	struct seal_note note;

	*out = (struct seal_checkpoint){.size = 0};
	if (seal_note_parse(text, &note, NULL) != 0 ||
	    seal_checkpoint_parse(note.text, out, NULL) != 0)
		return EVIDENCE_NOTE_MALFORMED;
	if (!sv_eq(out->origin, sv_cstr(ev->key.name)))
		return EVIDENCE_NOTE_OTHER_LOG;
	for (size_t i = ev->epoch_count; i-- > 0;) {
		const struct seal_epoch *epoch = &ev->epochs[i];
		struct seal_vkey key;

		if (!seal_epoch_covers(epoch, out->size) ||
		    !seal_note_line(&note, out->origin, epoch->id))
			continue;
		seal_vkey_make(&key, out->origin, SEAL_TYPE_ED25519, &epoch->key);
		if (seal_note_check(&note, &key))
			return EVIDENCE_NOTE_HOLDS;
	}
	return EVIDENCE_NOTE_OTHER_KEY;
}

static bool is_fresh(const struct evidence *ev, uint64_t now)
{
	uint64_t seconds = ev->chain.seconds;

	return seconds > now ? seconds - now <= EVIDENCE_FRESH_S
			     : now - seconds <= EVIDENCE_FRESH_S;
}

static int load(struct evidence *ev, const struct evidence_options *o, struct doubts *doubts,
		struct err *e)
{
	if (choose_key(ev, o, doubts, e) != 0 || read_checkpoint(ev, e) != 0 ||
	    evidence_open_commits(ev, e) != 0 || read_chain(ev, o, doubts, e) != 0)
		return -1;
	ev->is_live = ev->has_chain && !ev->chain.stopped && is_fresh(ev, o->now) &&
		      integrity_is_locked(ev->folder);
	if (ev->keys_torn && !ev->is_live)
		doubt(doubts, DOUBT_KEYS_CUT, "integrity/keys ends inside a note");
	if (!ev->has_chain && !ev->keys_bytes)
		doubt(doubts, DOUBT_NO_EVIDENCE, "integrity/keys holds no note: nothing is signed");
	return evidence_find_end(ev, doubts, e);
}

int evidence_load(struct evidence *ev, const struct evidence_options *o, struct doubts *doubts,
		  struct err *e)
{
	*ev = (struct evidence){.folder = -1, .commits = -1};
	if (seal_crypto_load(e) != 0)
		return -1;
	if (o->anchor) {
		ev->has_anchor = true;
		ev->anchor = *o->anchor;
	}
	switch (integrity_open(o->log, &ev->folder, e)) {
	case INTEGRITY_OPEN:
		ev->is_there = true;
		if (load(ev, o, doubts, e) != 0) {
			evidence_release(ev);
			return -1;
		}
		break;
	case INTEGRITY_NONE:
		doubt(doubts, DOUBT_NO_EVIDENCE,
		      "there is no integrity/ beside the log: nothing is signed");
		break;
	case INTEGRITY_FAILED:
		evidence_release(ev);
		return -1;
	}
	if (ev->has_anchor)
		compare_anchor(ev, doubts);
	return 0;
}

void evidence_release(struct evidence *ev)
{
	close_fd(&ev->folder);
	close_fd(&ev->commits);
	free(ev->notes);
	free(ev->epochs);
	free(ev->keys_text);
	free(ev->checkpoint);
	free(ev->places);
	*ev = (struct evidence){.folder = -1, .commits = -1};
}

const struct seal_epoch *evidence_epoch(const struct evidence *ev, uint32_t low)
{
	return low < ev->epoch_count ? &ev->epochs[low] : NULL;
}
