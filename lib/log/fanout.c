/*
 * A ring of bytes with a ring of record ends beside it. Places are counted from the stream's start
 * and never wrap; takers are places in it. No I/O.
 */
#include "log/fanout.h"

#include <assert.h>
#include <stdlib.h>

struct fanout {
	char *bytes; /* the byte at place p is bytes[p % room] */
	size_t room;
	uint64_t *ends; /* where record number s ends: ends[s % depth] */
	size_t depth;
	uint64_t oldest, next; /* record numbers kept: [oldest, next) */
	uint64_t tail, head;   /* and their places */
	struct fanout_taker *takers;
};

struct fanout *fanout_new(size_t depth, struct err *e)
{
	struct fanout *f = calloc(1, sizeof(*f));
	size_t room = depth * FANOUT_BYTES_EACH;

	assert(depth >= 1 && depth <= FANOUT_DEPTH_MAX);
	if (f) {
		f->depth = depth;
		f->room = room < FANOUT_RECORD_MAX ? FANOUT_RECORD_MAX : room;
		f->bytes = malloc(f->room);
		f->ends = calloc(depth, sizeof(*f->ends));
	}
	if (f && f->bytes && f->ends)
		return f;
	fanout_free(f);
	(void)err_set(e, "no memory for a queue of %zu records", depth);
	return NULL;
}

static void free_taker(struct fanout_taker *t)
{
	free(t->rest);
	free(t);
}

void fanout_free(struct fanout *f)
{
	struct fanout_taker *t, *next;

	if (!f)
		return;
	for (t = f->takers; t; t = next) {
		next = t->next;
		free_taker(t);
	}
	free(f->bytes);
	free(f->ends);
	free(f);
}

struct fanout_taker *fanout_join(struct fanout *f)
{
	struct fanout_taker *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->fanout = f;
	t->sequence = f->next;
	t->at = f->head;
	t->next = f->takers;
	f->takers = t;
	return t;
}

void fanout_leave(struct fanout_taker *t)
{
	struct fanout_taker **link;

	if (!t)
		return;
	for (link = &t->fanout->takers; *link != t; link = &(*link)->next)
		;
	*link = t->next;
	free_taker(t);
}

/* ---- the ring ---- */

/* The bytes [from, to) of the ring, which are one piece or two. */
static int ring_view(const struct fanout *f, uint64_t from, uint64_t to, struct iovec *parts)
{
	size_t at = (size_t)(from % f->room), n = (size_t)(to - from);
	size_t first = n < f->room - at ? n : f->room - at;
	int count = 0;

	if (first)
		parts[count++] = (struct iovec){f->bytes + at, first};
	if (n > first)
		parts[count++] = (struct iovec){f->bytes, n - first};
	return count;
}

/* A taker in the middle of the oldest record, which goes: the rest of it is the taker's. */
static bool save_rest(struct fanout_taker *t, uint64_t end)
{
	struct iovec parts[2];
	size_t n = (size_t)(end - t->at);
	int count = ring_view(t->fanout, t->at, end, parts);

	if (!t->rest && !(t->rest = malloc(FANOUT_RECORD_MAX)))
		return false;
	assert(n <= FANOUT_RECORD_MAX && t->rest_at == t->rest_end);
	t->rest_at = t->rest_end = 0;
	for (int i = 0; i < count; i++) {
		memcpy(t->rest + t->rest_end, parts[i].iov_base, parts[i].iov_len);
		t->rest_end += parts[i].iov_len;
	}
	t->taken++; /* it will be */
	return true;
}

static bool push_out_oldest(struct fanout *f)
{
	uint64_t end = f->ends[f->oldest % f->depth];

	for (struct fanout_taker *t = f->takers; t; t = t->next) {
		if (t->sequence != f->oldest)
			continue;
		if (t->at == f->tail)
			t->lost++;
		else if (!save_rest(t, end))
			return false;
		t->sequence++;
		t->at = end;
	}
	f->oldest++;
	f->tail = end;
	return true;
}

bool fanout_put(struct fanout *f, struct sv record)
{
	struct iovec parts[2];
	int count;

	if (record.n == 0 || record.n > FANOUT_RECORD_MAX)
		return false;
	if (!f->takers) { /* whoever joins starts behind this one */
		f->oldest = f->next;
		f->tail = f->head;
		return true;
	}
	while (f->next - f->oldest == f->depth || f->room - (f->head - f->tail) < record.n)
		if (!push_out_oldest(f))
			return false;
	count = ring_view(f, f->head, f->head + record.n, parts);
	for (int i = 0; i < count; i++) {
		memcpy(parts[i].iov_base, record.p, parts[i].iov_len);
		record = sv_from(record, parts[i].iov_len);
	}
	for (int i = 0; i < count; i++)
		f->head += parts[i].iov_len;
	f->ends[f->next++ % f->depth] = f->head;
	return true;
}

/* ---- takers ---- */

int fanout_view(const struct fanout_taker *t, struct iovec parts[FANOUT_PARTS])
{
	int count = 0;

	if (t->rest_at < t->rest_end)
		parts[count++] = (struct iovec){t->rest + t->rest_at, t->rest_end - t->rest_at};
	return count + ring_view(t->fanout, t->at, t->fanout->head, parts + count);
}

void fanout_taken(struct fanout_taker *t, size_t n)
{
	const struct fanout *f = t->fanout;
	size_t rest = t->rest_end - t->rest_at;

	rest = n < rest ? n : rest;
	t->rest_at += rest;
	t->at += n - rest;
	assert(t->at <= f->head);
	while (t->sequence < f->next && f->ends[t->sequence % f->depth] <= t->at) {
		t->sequence++;
		t->taken++;
	}
}

size_t fanout_waiting(const struct fanout_taker *t)
{
	return (size_t)(t->fanout->next - t->sequence) + (t->rest_at < t->rest_end);
}
