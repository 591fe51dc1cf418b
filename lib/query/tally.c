/* The counting hash table: linear probing over indices, at most half full, no removal. */
#include "query/tally.h"

#include "base/map.h"

#include <stdlib.h>

#define FIRST_CAP 64
#define TEXTS_MAX ((size_t)4 << 30)

_Static_assert(sizeof(struct tally_entry) == 32, "a report's memory is mostly entries");

void tally_init(struct tally *t)
{
	*t = (struct tally){0};
	arena_init(&t->texts, TEXTS_MAX);
	t->seed = hash_seed(); /* values come from hostile logs too */
}

void tally_release(struct tally *t)
{
	free(t->entries);
	free(t->slots);
	arena_release(&t->texts);
	tally_init(t);
}

void tally_reset(struct tally *t)
{
	if (t->slots)
		memset(t->slots, 0, t->slot_cap * sizeof(*t->slots));
	t->count = 0;
	t->failed = false;
	arena_reset(&t->texts);
}

/* Room for one more entry, with the slots at most half full. */
static bool make_room(struct tally *t)
{
	size_t cap = t->cap ? t->cap * 2 : FIRST_CAP;
	struct tally_entry *entries;
	uint32_t *slots;

	if (t->count < t->cap)
		return true;
	if (cap > UINT32_MAX / 4)
		return false;
	entries = reallocarray(t->entries, cap, sizeof(*entries));
	if (!entries)
		return false;
	t->entries = entries;
	slots = calloc(cap * 2, sizeof(*slots));
	if (!slots)
		return false;
	for (size_t i = 0; i < t->count; i++) {
		size_t slot = hash_u64(entries[i].number, t->seed) & (cap * 2 - 1);

		while (slots[slot])
			slot = (slot + 1) & (cap * 2 - 1);
		slots[slot] = (uint32_t)i + 1;
	}
	free(t->slots);
	t->slots = slots;
	t->cap = cap;
	t->slot_cap = cap * 2;
	return true;
}

static void add(struct tally *t, struct sv text, uint64_t number, uint64_t hits)
{
	struct sv copy = text.p ? SV("") : SV_EMPTY;
	size_t slot;

	if (text.n > UINT32_MAX || !make_room(t)) {
		t->failed = true;
		return;
	}
	slot = hash_u64(number, t->seed) & (t->slot_cap - 1);
	for (; t->slots[slot]; slot = (slot + 1) & (t->slot_cap - 1)) {
		struct tally_entry *e = &t->entries[t->slots[slot] - 1];

		if (e->number == number && sv_eq(tally_text(e), text)) {
			e->hits += hits;
			return;
		}
	}
	if (text.n) {
		copy = arena_copy(&t->texts, text);
		if (!copy.p) {
			t->failed = true;
			return;
		}
	}
	t->entries[t->count] =
		(struct tally_entry){copy.p, number, hits, (uint32_t)copy.n, (uint32_t)t->count};
	t->slots[slot] = (uint32_t)++t->count;
}

void tally_add(struct tally *t, struct sv text, uint64_t hits)
{
	if (!text.p)
		text = SV("");
	add(t, text, hash_sv(text, t->seed), hits);
}

void tally_add_number(struct tally *t, uint64_t number, uint64_t hits)
{
	add(t, SV_EMPTY, number, hits);
}

void tally_merge(struct tally *t, const struct tally *from)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct tally_entry *e = &from->entries[i];

		if (e->text)
			tally_add(t, tally_text(e), e->hits);
		else
			tally_add_number(t, e->number, e->hits);
	}
	t->failed |= from->failed;
}

/* ---- sorting ---- */

static int by_number(const struct tally_entry *a, const struct tally_entry *b)
{
	int64_t x = (int64_t)a->number, y = (int64_t)b->number;

	return (x > y) - (x < y);
}

static int compare_number(const void *a, const void *b)
{
	return by_number(a, b);
}

static int by_hits(const struct tally_entry *a, const struct tally_entry *b)
{
	return (a->hits < b->hits) - (a->hits > b->hits);
}

static int compare_hits(const void *a, const void *b)
{
	const struct tally_entry *x = a, *y = b;
	int order = by_hits(x, y);

	return order ? order : (x->arrived > y->arrived) - (x->arrived < y->arrived);
}

static int compare_hits_number(const void *a, const void *b)
{
	int order = by_hits(a, b);

	return order ? order : by_number(a, b);
}

void tally_sort(struct tally *t, enum tally_order order)
{
	static int (*const compare[])(const void *, const void *) = {
		[TALLY_BY_HITS] = compare_hits,
		[TALLY_BY_HITS_NUMBER] = compare_hits_number,
		[TALLY_BY_NUMBER] = compare_number,
	};

	if (t->count > 1)
		qsort(t->entries, t->count, sizeof(*t->entries), compare[order]);
}
