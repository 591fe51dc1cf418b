/*
 * Texts in the order of their keys, within bounded memory.
 *
 *	sorter_init(&s, SORTER_TEXT, reverse, limit);
 *	sorter_add(&s, key, text);			-- in the order in which equal ones shall stand
 *	sorter_merge(&all, &s);				-- those of `s` behind those of `all`
 *	sorter_finish(&all);
 *	for (size_t i = 0; i < all.count; i++) print(sorter_text(&all, i));
 *	sorter_release(&s);
 */
#ifndef AURUM_QUERY_SORTER_H
#define AURUM_QUERY_SORTER_H

#include "base/buf.h"

#define SORTER_BYTES_MAX ((size_t)256 << 20) /* of keys and texts; what is more fails */

enum sorter_kind {
	SORTER_TEXT, /* as counts_compare() of query/counts.h */
	SORTER_BYTES /* as memcmp(3) */
};

struct sorter_entry {
	size_t at; /* of the key, in bytes; the text stands behind it */
	uint64_t order;
	uint32_t key_bytes, text_bytes;
	bool has_key;
};

struct sorter {
	enum sorter_kind kind;
	bool reverse;
	uint64_t limit; /* so many of the first are kept; 0: all */
	bool failed;    /* no memory, or more than SORTER_BYTES_MAX */

	/* Private, but for count. */
	struct sorter_entry *entries;
	size_t count, cap;
	uint64_t added;
	struct buf bytes;
};

void sorter_init(struct sorter *s, enum sorter_kind kind, bool reverse, uint64_t limit);
void sorter_release(struct sorter *s);
void sorter_reset(struct sorter *s); /* forgets everything, keeps the memory */

/* A key of {NULL, 0} is none: such texts come last, whatever the order. */
void sorter_add(struct sorter *s, struct sv key, struct sv text);
void sorter_merge(struct sorter *s, const struct sorter *from);

/* Puts entries in order and cuts them to the limit. */
void sorter_finish(struct sorter *s);
struct sv sorter_text(const struct sorter *s, size_t i);

#endif
