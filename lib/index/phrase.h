/*
 * Inside lib/index: runs of words that come again and again, and what was gathered of them. Of most records
 * all but a few words were read before: "auid=0 uid=0 gid=0 ... fsgid=0 " in front of a terminal.
 *
 *	struct phrases p;
 *	phrases_init(&p, &arena);
 *	if ((x = phrases_find(&p, &key))) ... x->picks[0 .. x->count], and go on behind x->bytes
 *	else ... cut the words, and then
 *	phrases_keep(&p, &key, bytes, picks, count);
 *	phrases_forget(&p);		-- when a column is no dictionary any more
 *
 * A phrase is its bytes, up to and with the byte that ends its last word, and the state in which they are
 * read: the same come to the same.
 */
#ifndef AURUM_INDEX_PHRASE_H
#define AURUM_INDEX_PHRASE_H

#include "index/column.h"

#define PHRASE_SETS 1024 /* a power of two */
#define PHRASE_WAYS 4

/* A value of a column. */
struct pick {
	struct column *column;
	struct value *value;
	bool in_message;
};

struct phrase {
	uint16_t bytes, count;
	uint8_t state, state_behind;
	const char *text;
	struct pick picks[];
};

struct phrase_set {
	struct phrase *ways[PHRASE_WAYS];
	uint32_t hashes[PHRASE_WAYS];
	uint8_t next; /* to be replaced */
};

struct phrases {
	struct arena *arena; /* borrowed */
	size_t kept;
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
void phrases_forget(struct phrases *p);

/* Sets the key's hash from `window` bytes, a multiple of 8. */
void phrase_hash(struct phrase_key *k, size_t window);

/* NULL when it is not there. */
const struct phrase *phrases_find(const struct phrases *p, const struct phrase_key *k);

/* Keeps one, perhaps in the place of another: as much as there is memory for. */
void phrases_keep(struct phrases *p, const struct phrase_key *k, size_t bytes, uint8_t state_behind,
		  const struct pick *picks, size_t count);

#endif
