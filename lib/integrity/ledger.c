/*
 * Reading back what a sealer wrote, up to the last record that is whole. What is behind that was never
 * synced: it is kept in torn/ and cut off.
 */
#include "integrity/ledger.h"

#include "base/file.h"
#include "integrity/keys_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ENROLMENT_MAX 1024
#define PLACES_MAX    ((size_t)1 << 30)  /* bytes */
#define CHECKED_NOTES ((size_t)64 << 10) /* bytes at the end, of which signatures are looked at */
#define TORN_COMMITS  4096               /* more records than are ever written at once */

void ledger_tell(const struct ledger *l, enum sealer_news_kind kind, uint64_t from, uint64_t to,
		 const char *fmt, ...)
{
	char text[sizeof(((struct sealer_news *)NULL)->text)];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	l->hear.news(l->hear.ctx, kind, from, to, text);
}

/* ---- keys ---- */

static int read_enrolment(struct ledger *l, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(ENROLMENT_MAX);
	struct seal_vkey vkey;
	struct err why;
	bool is_there;
	struct sv v;

	if (integrity_read(l->store->folder, INTEGRITY_ENROLMENT, &text, &is_there, e) != 0)
		return -1;
	if (!is_there)
		return err_set(e, "the log is not enrolled: " INTEGRITY_FOLDER
				  "/" INTEGRITY_ENROLMENT " is missing");
	v = buf_view(&text);
	if (sv_ends(v, SV("\n")))
		v.n--;
	if (seal_vkey_parse(v, &vkey, &why) != 0)
		return err_set(e, INTEGRITY_FOLDER "/" INTEGRITY_ENROLMENT ": %s", why.text);
	seal_chain_begin(&l->chain, &vkey);
	return 0;
}

/* left: bytes from its beginning to the end of the file. */
static enum seal_chain_fault take_note(struct ledger *l, struct sv bytes, uint64_t left,
				       struct seal_step *step)
{
	struct seal_note note;
	struct seal_vkey signer;

	if (seal_note_parse(bytes, &note, NULL) != 0)
		return SEAL_FAULT_MALFORMED;
	return left < CHECKED_NOTES ? seal_chain_step(&l->chain, &note, step)
				    : seal_chain_follow(&l->chain, &note, step, &signer);
}

/* A crash can tear the last note only: each is on the disk before the next is made. */
static int is_torn_note(const struct ledger *l, enum seal_chain_fault fault, enum keys_cut behind,
			struct err *e)
{
	if (behind == KEYS_FAILED)
		return -1;
	if (behind == KEYS_END || behind == KEYS_TORN)
		return 0;
	return err_set(e, "note %" PRIu64 " of " INTEGRITY_FOLDER "/" INTEGRITY_KEYS " %s",
		       l->chain.notes, seal_fault_text(fault));
}

/* *whole becomes the end of the last note that follows; it begins as where the chain has been followed to. */
static int follow_notes(struct ledger *l, struct keys_text *k, uint64_t *whole, struct err *e)
{
	enum seal_chain_fault fault;
	struct seal_step step;
	enum keys_cut cut;
	struct sv bytes;

	while ((cut = keys_text_next(k, &bytes, e)) == KEYS_NOTE) {
		fault = take_note(l, bytes, k->end - *whole, &step);
		if (fault != SEAL_FAULT_NONE)
			return is_torn_note(l, fault, keys_text_next(k, &bytes, e), e);
		*whole = k->at;
	}
	if (cut == KEYS_LONG)
		return is_torn_note(l, SEAL_FAULT_MALFORMED, cut, e);
	return cut == KEYS_FAILED ? -1 : 0;
}

static int follow_chain(struct ledger *l, uint64_t from, struct err *e)
{
	uint64_t whole = from, end = l->keys.bytes;
	struct keys_text k;
	int status;

	keys_text_begin(&k, l->keys.fd, from, end);
	status = follow_notes(l, &k, &whole, e);
	keys_text_release(&k);
	if (status != 0 || whole == end)
		return status;
	ledger_tell(l, SEALER_NEWS_REPAIRED, 0, 0, "%" PRIu64 " bytes at the end of %s are no note",
		    end - whole, INTEGRITY_KEYS);
	return grown_cut(&l->keys, l->store, whole, e);
}

/*
 * From where on the chain is to be followed: not all of it, if what was known at the last rotation ends
 * where a note does. Where that was wrong, the next note does not follow.
 */
static uint64_t resume(struct ledger *l)
{
	struct resume r;
	char last[2];

	if (!resume_read(l->store->folder, &l->chain.enrolment, &r) || r.keys > l->keys.bytes ||
	    r.keys < 2 ||
	    file_read_at(l->keys.fd, r.keys - 2, last, sizeof(last)) != sizeof(last) ||
	    memcmp(last, "\n\n", sizeof(last)) != 0)
		return 0;
	l->chain = r.chain;
	l->begin = r.range;
	return r.keys;
}

/* most: bytes of notes that there is time for now. */
static int read_keys(struct ledger *l, uint64_t most, struct err *e)
{
	uint64_t from;

	if (grown_open(&l->keys, l->store, e) != 0)
		return -1;
	if (l->keys.bytes > KEYS_BYTES_MAX)
		return err_set(e,
			       INTEGRITY_FOLDER "/" INTEGRITY_KEYS " has %" PRIu64
						" bytes, more than can be looked at",
			       l->keys.bytes);
	from = resume(l);
	if (l->keys.bytes - from <= most)
		return follow_chain(l, from, e);
	errno = EAGAIN;
	return err_sys(e,
		       INTEGRITY_FOLDER "/" INTEGRITY_KEYS " is long, and read while records are "
					"written");
}

/* ---- commits ---- */

static int read_commit(const struct ledger *l, uint64_t number, struct seal_commit *out,
		       bool *is_whole, struct err *e)
{
	uint8_t record[SEAL_COMMIT_BYTES];
	ssize_t n = file_read_at(l->commits.fd, number * SEAL_COMMIT_BYTES, record, sizeof(record));

	if (n < 0)
		return err_sys(e, "cannot read " INTEGRITY_FOLDER "/" INTEGRITY_COMMITS);
	*is_whole = n == sizeof(record) && seal_commit_unpack(record, out);
	return 0;
}

/*
 * How many records there are up to the end, or to one that a crash tore: of those that are written at once
 * (GROWN_RECORDS), the first that is none, and what is behind it. *count begins as all of them.
 */
static int count_commits(struct ledger *l, uint64_t *count, struct err *e)
{
	uint64_t all = *count, from = all > GROWN_RECORDS ? all - GROWN_RECORDS : 0;
	struct seal_commit c;
	bool is_whole = false;

	for (uint64_t i = from; i < *count; i++) {
		if (read_commit(l, i, &c, &is_whole, e) != 0)
			return -1;
		if (!is_whole)
			*count = i;
	}
	/* Not by one crash of ours; whoever verifies the log says so. */
	for (is_whole = false; *count && !is_whole && all - *count < TORN_COMMITS;
	     *count -= !is_whole)
		if (read_commit(l, *count - 1, &l->last, &is_whole, e) != 0)
			return -1;
	l->has_commit = is_whole;
	return 0;
}

static int read_commits(struct ledger *l, struct err *e)
{
	struct grown *g = &l->commits;
	uint64_t count;

	if (grown_open(g, l->store, e) != 0)
		return -1;
	count = g->bytes / SEAL_COMMIT_BYTES;
	if (count_commits(l, &count, e) != 0)
		return -1;
	if (count && !l->has_commit)
		return err_set(e,
			       INTEGRITY_FOLDER "/" INTEGRITY_COMMITS
						" is damaged: its last %d records are none",
			       TORN_COMMITS);
	if (count * SEAL_COMMIT_BYTES == g->bytes)
		return 0;
	ledger_tell(l, SEALER_NEWS_REPAIRED, 0, 0,
		    "%" PRIu64 " bytes at the end of %s are no record",
		    g->bytes - count * SEAL_COMMIT_BYTES, INTEGRITY_COMMITS);
	return grown_cut(g, l->store, count * SEAL_COMMIT_BYTES, e);
}

/* ---- segments ---- */

static int keep_place(struct ledger *l, const struct seal_place *p)
{
	while (l->place_count && l->places[l->place_count - 1].number >= p->number)
		l->place_count--;
	if (l->place_count == l->place_cap) {
		size_t cap = l->place_cap ? l->place_cap * 2 : 16;
		struct seal_place *more = reallocarray(l->places, cap, sizeof(*more));

		if (!more)
			return -1;
		l->places = more;
		l->place_cap = cap;
	}
	l->places[l->place_count++] = *p;
	return 0;
}

static int read_places(struct ledger *l, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(PLACES_MAX);
	struct grown *g = &l->segments;
	struct seal_place p;
	size_t whole = 0, last;

	if (grown_open(g, l->store, e) != 0 ||
	    file_read_fd(g->fd, INTEGRITY_FOLDER "/" INTEGRITY_SEGMENTS, &text, e) != 0)
		return -1;
	/* Of those that may have been on their way, none behind one that was torn. */
	last = text.n > GROWN_RECORDS * SEAL_PLACE_BYTES ? text.n - GROWN_RECORDS * SEAL_PLACE_BYTES
							 : 0;
	for (size_t at = 0; at + SEAL_PLACE_BYTES <= text.n; at += SEAL_PLACE_BYTES) {
		if (!seal_place_unpack((const uint8_t *)text.p + at, &p)) {
			if (at >= last)
				break;
			continue;
		}
		if (keep_place(l, &p) != 0)
			return err_set(e, "no memory for the log's segments");
		whole = at + SEAL_PLACE_BYTES;
	}
	if (whole == text.n)
		return 0;
	ledger_tell(l, SEALER_NEWS_REPAIRED, 0, 0, "%zu bytes at the end of %s are no record",
		    text.n - whole, INTEGRITY_SEGMENTS);
	return grown_cut(g, l->store, whole, e);
}

int ledger_put_place(struct ledger *l, const struct seal_place *p, struct err *e)
{
	uint8_t record[SEAL_PLACE_BYTES];

	if (l->segments.waiting.n >= (size_t)GROWN_RECORDS * SEAL_PLACE_BYTES &&
	    grown_flush(&l->segments, l->store, e) != 0)
		return -1;
	seal_place_pack(p, record);
	buf_put(&l->segments.waiting, sv_make((const char *)record, sizeof(record)));
	if (l->segments.waiting.failed || keep_place(l, p) != 0)
		return err_set(e, "no memory for the log's segments");
	return 0;
}

void ledger_drop_places(struct ledger *l, size_t n)
{
	l->place_count -= n;
	if (n && l->place_count)
		memmove(l->places, l->places + n, l->place_count * sizeof(*l->places));
}

/* ---- all ---- */

int ledger_open(struct ledger *l, const struct store *store, struct seal_digest *digest,
		const struct ledger_hear *hear, uint64_t most, struct err *e)
{
	*l = (struct ledger){.store = store,
			     .digest = digest,
			     .hear = *hear,
			     .keys = GROWN_CLOSED(INTEGRITY_KEYS),
			     .commits = GROWN_CLOSED(INTEGRITY_COMMITS),
			     .segments = GROWN_CLOSED(INTEGRITY_SEGMENTS),
			     .levels = LEVELS_CLOSED};
	if (read_enrolment(l, e) != 0 || read_keys(l, most, e) != 0 || read_commits(l, e) != 0 ||
	    read_places(l, e) != 0)
		return -1;
	return levels_open_store(&l->levels, store, digest, e);
}

void ledger_close(struct ledger *l)
{
	grown_close(&l->keys);
	grown_close(&l->commits);
	grown_close(&l->segments);
	levels_close(&l->levels);
	free(l->places);
	l->places = NULL;
	l->place_count = l->place_cap = 0;
}
