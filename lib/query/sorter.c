/*
 * With a limit there are never more than twice as many texts as it allows: then they are sorted and
 * the last half goes.
 */
#include "query/sorter.h"

#include "query/counts.h"

#include <stdlib.h>

#define SPARE 1000 /* entries beyond the limit, so that small limits do not sort all the time */

void sorter_init(struct sorter *s, enum sorter_kind kind, bool reverse, uint64_t limit)
{
	*s = (struct sorter){.kind = kind,
			     .reverse = reverse,
			     .limit = limit,
			     .bytes = BUF_INIT(SORTER_BYTES_MAX)};
}

void sorter_release(struct sorter *s)
{
	free(s->entries);
	s->entries = NULL;
	s->count = s->cap = 0;
	buf_release(&s->bytes);
}

void sorter_reset(struct sorter *s)
{
	s->count = 0;
	s->added = 0;
	s->failed = false;
	buf_reset(&s->bytes);
}

static struct sv key_of(const struct sorter *s, const struct sorter_entry *e)
{
	return sv_make(s->bytes.p + e->at, e->key_bytes);
}

struct sv sorter_text(const struct sorter *s, size_t i)
{
	const struct sorter_entry *e = &s->entries[i];

	return sv_make(s->bytes.p + e->at + e->key_bytes, e->text_bytes);
}

static int compare(const void *first, const void *second, void *arg)
{
	const struct sorter_entry *a = first, *b = second;
	const struct sorter *s = arg;
	int order = 0;

	if (a->has_key != b->has_key)
		return a->has_key ? -1 : 1;
	if (a->has_key)
		order = s->kind == SORTER_TEXT ? counts_compare(key_of(s, a), key_of(s, b))
					       : sv_cmp(key_of(s, a), key_of(s, b));
	if (order)
		return s->reverse ? -order : order;
	return (a->order > b->order) - (a->order < b->order);
}

/* Copies the bytes that are still needed. */
static void pack(struct sorter *s)
{
	struct buf kept = BUF_INIT(SORTER_BYTES_MAX);

	for (size_t i = 0; i < s->count; i++) {
		struct sorter_entry *e = &s->entries[i];
		struct sv all = sv_make(s->bytes.p + e->at, (size_t)e->key_bytes + e->text_bytes);

		e->at = kept.n;
		buf_put(&kept, all);
	}
	s->failed |= kept.failed;
	buf_release(&s->bytes);
	s->bytes = kept;
}

static void sort(struct sorter *s)
{
	if (s->count > 1)
		qsort_r(s->entries, s->count, sizeof(*s->entries), compare, s);
	if (s->limit && s->count > s->limit)
		s->count = s->limit;
}

static bool make_room(struct sorter *s)
{
	size_t cap = s->cap ? s->cap * 2 : 64;
	struct sorter_entry *entries;

	if (s->limit && s->count >= 2 * s->limit + SPARE) {
		sort(s);
		pack(s);
	}
	if (s->count < s->cap)
		return true;
	entries = reallocarray(s->entries, cap, sizeof(*entries));
	if (!entries)
		return false;
	s->entries = entries;
	s->cap = cap;
	return true;
}

static void add(struct sorter *s, const struct sorter_entry *like, struct sv key, struct sv text)
{
	struct sorter_entry *e;

	if (s->failed || key.n > UINT32_MAX || text.n > UINT32_MAX || !make_room(s) || s->failed) {
		s->failed = true;
		return;
	}
	e = &s->entries[s->count];
	*e = *like;
	e->at = s->bytes.n;
	e->order = s->added++;
	e->key_bytes = (uint32_t)key.n;
	e->text_bytes = (uint32_t)text.n;
	buf_put(&s->bytes, key);
	buf_put(&s->bytes, text);
	s->failed = s->bytes.failed;
	s->count += !s->failed;
}

void sorter_add(struct sorter *s, struct sv key, struct sv text)
{
	add(s, &(struct sorter_entry){.has_key = key.p != NULL}, key, text);
}

void sorter_merge(struct sorter *s, const struct sorter *from)
{
	for (size_t i = 0; i < from->count; i++)
		add(s, &from->entries[i], key_of(from, &from->entries[i]), sorter_text(from, i));
	s->failed |= from->failed;
}

void sorter_finish(struct sorter *s)
{
	sort(s);
}
