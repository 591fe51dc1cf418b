/*
 * Inside lib/index: runs of words that come again and again, and what was gathered of them. Of most records
 * all but a few words were read before: "auid=0 uid=0 gid=0 ... fsgid=0 " in front of a terminal.
 *
 *	struct phrases p;
 *	phrases_init(&p, &arena);
 *	if ((x = phrases_find(&p, &key))) ... x->picks[0 .. x->count], and go on behind x->bytes
 *	else ... cut the words, and then
 *	phrases_keep(&p, &key, &made);
 *	phrases_forget(&p);		-- when a column is no dictionary any more
 *	phrases_release(&p);
 *
 * A phrase is its bytes, up to and with the byte that ends its last word, and the state in which they are
 * read: the same come to the same.
 */
#ifndef AURUM_INDEX_PHRASE_H
#define AURUM_INDEX_PHRASE_H

#include "base/arena.h"
#include "index/build.h"
#include "index/fields.h"
#include "index/trace.h"

#define PHRASE_COLUMN (TRACE_COLUMNS_MAX - 1) /* of the trace */

#define PHRASE_BYTES_MAX 1024

#define PHRASE_SETS 1024 /* a power of two */
#define PHRASE_WAYS 4

struct phrase {
	uint16_t bytes, count, shown_count;
	uint8_t state, state_behind;
	uint32_t number; /* in list */
	const char *text;
	const uint32_t *picks;           /* values, as a trace has them */
	const struct index_value *shown; /* those of them that somebody wants */
	struct field_set fields, twice;  /* that it has, and has more than once */
};

struct phrase_set {
	const struct phrase *ways[PHRASE_WAYS];
	uint32_t hashes[PHRASE_WAYS];
	uint8_t next; /* to be replaced */
};

struct phrases {
	struct arena *arena;        /* borrowed */
	const struct phrase **list; /* all that were ever kept */
	size_t count, cap;
	struct phrase_set sets[PHRASE_SETS];
};

/* Where one begins, at most: n bytes are left of the line, and of the byte behind it. */
struct phrase_key {
	const char *p;
	size_t n;
	uint32_t hash; /* of its first bytes */
	uint8_t state;
};

void phrases_init(struct phrases *p, struct arena *arena);
void phrases_release(struct phrases *p);
void phrases_forget(struct phrases *p);

/* Sets the key's hash from `window` bytes, a multiple of 8. */
void phrase_hash(struct phrase_key *k, size_t window);

/* NULL when it is not there. */
const struct phrase *phrases_find(const struct phrases *p, const struct phrase_key *k);

/*
 * Keeps one, perhaps in the place of another: as much as there is memory for. made: all but its state, number and
 * text; what it points to is copied.
 */
void phrases_keep(struct phrases *p, const struct phrase_key *k, const struct phrase *made);

#endif
