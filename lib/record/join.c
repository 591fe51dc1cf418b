/*
 * The event joiner. Open events are in two structures:
 *
 *	index	hash of (node, time, serial) -> chain of events that still take records
 *	heap	every event that is not handed out yet, lowest stamp at the root
 *
 * In JOIN_ORDERED the root is the only event that may leave, and a new event of second s lets
 * everything up to s - timeout leave. Those are exactly the lowest stamps, so one number
 * (`limit`) stands for marking them, and it holds only until they have left: an event that
 * arrives late with an old time waits for the next new event, as in the reference.
 *
 * In JOIN_CLOSING an event that is closed leaves the index but stays in the heap, complete.
 *
 * In JOIN_PROMPT a complete event moves from the heap to a first-in first-out list.
 */
#include "record/join.h"

#include "base/arena.h"
#include "base/map.h"
#include "record/slots.h"

#include <linux/audit.h>
#include <stdlib.h>

#define DEFAULT_MAX_BYTES ((size_t)128 << 20)
#define KEEP_BYTES        ((size_t)256 << 10) /* a spare event with more memory than this is freed */
#define NO_LIMIT          INT64_MIN
#define FIRST_RECORDS     8

/* Blocks of types that <linux/audit.h> only describes: the daemon, kernel events, NetLabel, user anomalies. */
#define TYPE_DAEMON_FIRST   1200
#define TYPE_DAEMON_LAST    1299
#define TYPE_EVENT_FIRST    1300
#define TYPE_NETLABEL_FIRST 1406
#define TYPE_NETLABEL_LAST  1419
#define TYPE_ANOMALY_FIRST  2100

struct open_event {
	struct event public;
	struct record *records;
	size_t cap;
	struct arena lines;
	size_t bytes; /* what it counts for in the joiner's total */
	uint64_t hash;
	uint32_t slot; /* decides between equal stamps */
	size_t heap_at;
	bool building;           /* takes records: is in the index */
	struct open_event *next; /* in the index chain, the ready list or the spare list */
};

struct join {
	struct join_options options;
	struct join_stats stats;
	uint64_t seed;
	struct slots slots;
	struct map index; /* hash -> struct open_event * */
	struct open_event **heap;
	size_t heap_count, heap_cap;
	struct open_event *ready, **ready_tail;
	struct open_event *spare, *handed_out, *last;
	size_t bytes;
	int64_t limit;
	bool finishing;
	bool started; /* the last record put began an event */
};

bool join_is_single(uint32_t type)
{
	return type < TYPE_EVENT_FIRST || type >= TYPE_ANOMALY_FIRST || type == AUDIT_PROCTITLE ||
	       type == AUDIT_KERNEL || (type >= TYPE_NETLABEL_FIRST && type <= TYPE_NETLABEL_LAST);
}

/* ---- the heap ---- */

static bool before(const struct open_event *a, const struct open_event *b)
{
	int order = stamp_cmp(&a->public.stamp, &b->public.stamp);

	return order < 0 || (order == 0 && a->slot < b->slot);
}

static void heap_set(struct join *j, size_t at, struct open_event *ev)
{
	j->heap[at] = ev;
	ev->heap_at = at;
}

static void heap_up(struct join *j, size_t at)
{
	struct open_event *ev = j->heap[at];

	while (at > 0 && before(ev, j->heap[(at - 1) / 2])) {
		heap_set(j, at, j->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_set(j, at, ev);
}

static void heap_down(struct join *j, size_t at)
{
	struct open_event *ev = j->heap[at];

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= j->heap_count)
			break;
		if (child + 1 < j->heap_count && before(j->heap[child + 1], j->heap[child]))
			child++;
		if (!before(j->heap[child], ev))
			break;
		heap_set(j, at, j->heap[child]);
		at = child;
	}
	heap_set(j, at, ev);
}

static bool heap_add(struct join *j, struct open_event *ev)
{
	if (!slots_take(&j->slots, &ev->slot))
		return false;
	if (j->heap_count == j->heap_cap) {
		size_t cap = j->heap_cap ? j->heap_cap * 2 : 64;
		struct open_event **grown = reallocarray(j->heap, cap, sizeof(struct open_event *));

		if (!grown) {
			slots_give(&j->slots, ev->slot);
			return false;
		}
		j->heap = grown;
		j->heap_cap = cap;
	}
	heap_set(j, j->heap_count++, ev);
	heap_up(j, ev->heap_at);
	return true;
}

static void heap_remove(struct join *j, struct open_event *ev)
{
	size_t at = ev->heap_at;
	struct open_event *last = j->heap[--j->heap_count];

	slots_give(&j->slots, ev->slot);
	if (last == ev)
		return;
	heap_set(j, at, last);
	heap_down(j, at);
	heap_up(j, last->heap_at);
}

/* ---- the index ---- */

static uint64_t hash_of(const struct join *j, const struct record *r)
{
	uint64_t h = hash_u64((uint64_t)r->stamp.sec * 1000 + r->stamp.ms, j->seed);

	h = hash_u64(h ^ r->stamp.serial, j->seed);
	return r->node.n ? hash_sv(r->node, h) : h;
}

static bool is_of(const struct open_event *ev, const struct record *r)
{
	return stamp_cmp(&ev->public.stamp, &r->stamp) == 0 && sv_eq(ev->public.node, r->node);
}

static struct open_event *chain(const struct join *j, uint64_t hash)
{
	uint64_t *head = map_get(&j->index, hash);

	return head ? (struct open_event *)(uintptr_t)*head : NULL;
}

static struct open_event *find(struct join *j, uint64_t hash, const struct record *r)
{
	struct open_event *ev = chain(j, hash);

	while (ev && !is_of(ev, r))
		ev = ev->next;
	return ev;
}

static bool index_add(struct join *j, struct open_event *ev)
{
	ev->next = chain(j, ev->hash);
	ev->building = map_put(&j->index, ev->hash, (uint64_t)(uintptr_t)ev);
	return ev->building;
}

/* From here on the event takes no more records. */
static void index_remove(struct join *j, struct open_event *ev)
{
	struct open_event *head;

	if (!ev->building)
		return;
	head = chain(j, ev->hash);
	ev->building = false;
	if (j->last == ev)
		j->last = NULL;
	if (head == ev && !ev->next) {
		(void)map_del(&j->index, ev->hash);
		return;
	}
	if (head == ev) {
		*map_get(&j->index, ev->hash) = (uint64_t)(uintptr_t)ev->next;
		return;
	}
	while (head->next != ev)
		head = head->next;
	head->next = ev->next;
}

/* ---- events ---- */

static void event_free(struct open_event *ev)
{
	if (!ev)
		return;
	arena_release(&ev->lines);
	free(ev->records);
	free(ev);
}

static struct open_event *event_take(struct join *j)
{
	struct open_event *ev = j->spare;

	if (ev) {
		j->spare = ev->next;
		ev->next = NULL;
		return ev;
	}
	ev = calloc(1, sizeof(*ev));
	if (ev)
		arena_init(&ev->lines, 4 * j->options.max_bytes); /* blocks double: room to spare */
	return ev;
}

/* Memory of an event that is done with: kept for the next one unless it grew large. */
static void event_give_back(struct join *j, struct open_event *ev)
{
	j->bytes -= ev->bytes;
	ev->bytes = 0;
	ev->public.count = 0;
	if (ev->lines.total + ev->cap * sizeof(*ev->records) > KEEP_BYTES) {
		event_free(ev);
		return;
	}
	arena_reset(&ev->lines);
	ev->next = j->spare;
	j->spare = ev;
}

/* What an event takes, whatever of it is in use: many short ones must not hide behind blocks. */
static void account(struct join *j, struct open_event *ev)
{
	size_t bytes = sizeof(*ev) + ev->cap * sizeof(*ev->records) + ev->lines.total;

	j->bytes += bytes - ev->bytes;
	ev->bytes = bytes;
}

/* The view `part` of line `from`, moved to the copy `to` of that line. */
static struct sv moved(struct sv part, struct sv from, struct sv to)
{
	return part.n ? sv_make(to.p + (part.p - from.p), part.n) : SV_EMPTY;
}

static bool event_append(struct join *j, struct open_event *ev, const struct record *r)
{
	struct record copy = *r;

	if (ev->public.count == ev->cap) {
		size_t cap = ev->cap ? ev->cap * 2 : FIRST_RECORDS;
		struct record *grown = reallocarray(ev->records, cap, sizeof(*grown));

		if (!grown)
			return false;
		ev->records = grown;
		ev->cap = cap;
	}
	if (!j->options.stable_lines) {
		copy.line = arena_copy(&ev->lines, r->line);
		if (r->line.n && !copy.line.p)
			return false;
		copy.node = moved(r->node, r->line, copy.line);
		copy.type_name = moved(r->type_name, r->line, copy.line);
		copy.body = moved(r->body, r->line, copy.line);
		copy.tail = moved(r->tail, r->line, copy.line);
	}
	ev->records[ev->public.count++] = copy;
	ev->public.records = ev->records;
	account(j, ev);
	return true;
}

/* ---- completion ---- */

static void move_to_ready(struct join *j, struct open_event *ev)
{
	index_remove(j, ev);
	heap_remove(j, ev);
	ev->next = NULL;
	*j->ready_tail = ev;
	j->ready_tail = &ev->next;
}

/* JOIN_PROMPT, and memory pressure: everything up to second `limit` is ready. */
static void ready_up_to(struct join *j, int64_t limit)
{
	while (j->heap_count && j->heap[0]->public.stamp.sec <= limit) {
		j->stats.timed_out++;
		move_to_ready(j, j->heap[0]);
	}
}

static int64_t limit_for(const struct join *j, int64_t sec)
{
	int64_t limit;

	return __builtin_sub_overflow(sec, j->options.timeout_s, &limit) ? NO_LIMIT : limit;
}

static int start_event(struct join *j, uint64_t hash, const struct record *r)
{
	struct open_event *ev = event_take(j);

	if (!ev)
		return -1;
	j->limit = limit_for(j, r->stamp.sec);
	if (j->options.order == JOIN_PROMPT)
		ready_up_to(j, j->limit);
	if (!event_append(j, ev, r)) {
		event_give_back(j, ev);
		return -1;
	}
	ev->public.stamp = r->stamp;
	ev->public.node = ev->records[0].node;
	ev->public.type = r->type;
	ev->hash = hash;
	ev->building = false;
	if (!heap_add(j, ev)) {
		event_give_back(j, ev);
		return -1;
	}
	if (!join_is_single(r->type)) {
		if (!index_add(j, ev)) {
			heap_remove(j, ev);
			event_give_back(j, ev);
			return -1;
		}
		j->last = ev;
	}
	if (j->heap_count > j->stats.open_max)
		j->stats.open_max = j->heap_count;
	if (j->options.order == JOIN_PROMPT && !ev->building)
		move_to_ready(j, ev);
	return 0;
}

/* The daemon numbers its own records: a serial that an event of the kernel has too is chance. */
static bool is_daemons(uint32_t type)
{
	return type >= TYPE_DAEMON_FIRST && type <= TYPE_DAEMON_LAST;
}

static bool closes_event(uint32_t type)
{
	return type == AUDIT_EOE || type == AUDIT_PROCTITLE;
}

/* Readies the oldest open events until what stays open is within the maximum again. */
static void relieve(struct join *j)
{
	size_t leaving = 0;

	while (j->bytes - leaving > j->options.max_bytes && j->heap_count) {
		struct open_event *oldest = j->heap[0];

		leaving += oldest->bytes;
		j->stats.forced++;
		move_to_ready(j, oldest);
	}
}

/* The open event that the record belongs to, or NULL; *hash is set with NULL. */
static struct open_event *event_of(struct join *j, const struct record *r, uint64_t *hash)
{
	if (j->last && is_of(j->last, r) && !is_daemons(r->type))
		return j->last;
	*hash = hash_of(j, r);
	return is_daemons(r->type) ? NULL : find(j, *hash, r);
}

int join_put(struct join *j, const struct record *r)
{
	uint64_t hash = 0;
	struct open_event *ev = event_of(j, r, &hash);

	if (!ev && r->type == AUDIT_EOE)
		return 0;
	if (ev)
		j->last = ev;
	if (ev ? !event_append(j, ev, r) : start_event(j, hash, r) != 0)
		return -1;
	j->stats.records++;
	j->started = !ev;
	if (ev && j->options.order == JOIN_PROMPT && closes_event(r->type))
		move_to_ready(j, ev);
	if (ev && j->options.order == JOIN_CLOSING &&
	    (closes_event(r->type) || join_is_single(r->type)))
		index_remove(j, ev);
	relieve(j);
	return 0;
}

static struct open_event *next_ready(struct join *j)
{
	struct open_event *ev = j->ready;

	if (ev) {
		j->ready = ev->next;
		if (!j->ready)
			j->ready_tail = &j->ready;
		return ev;
	}
	if (!j->heap_count || (j->options.order == JOIN_CLOSING && !j->started && !j->finishing))
		return NULL;
	ev = j->heap[0];
	if (ev->building && !j->finishing) {
		if (j->options.order == JOIN_PROMPT || ev->public.stamp.sec > j->limit)
			return NULL;
		j->stats.timed_out++;
	}
	index_remove(j, ev);
	heap_remove(j, ev);
	return ev;
}

const struct event *join_next(struct join *j)
{
	struct open_event *ev;

	if (j->handed_out)
		event_give_back(j, j->handed_out);
	ev = next_ready(j);
	j->handed_out = ev;
	j->stats.open = j->heap_count;
	if (!ev) {
		j->limit = NO_LIMIT;
		j->finishing = false;
		return NULL;
	}
	j->stats.events++;
	return &ev->public;
}

void join_finish(struct join *j)
{
	j->finishing = true;
}

void join_expire(struct join *j, int64_t now_s)
{
	ready_up_to(j, limit_for(j, now_s));
}

const struct join_stats *join_stats(const struct join *j)
{
	return &j->stats;
}

struct join *join_new(const struct join_options *options, struct err *e)
{
	struct join *j = calloc(1, sizeof(*j));

	if (!j) {
		err_set(e, "no memory to join records");
		return NULL;
	}
	j->options = *options;
	if (!j->options.max_bytes)
		j->options.max_bytes = DEFAULT_MAX_BYTES;
	map_init(&j->index, SIZE_MAX / 4);
	j->ready_tail = &j->ready;
	j->limit = NO_LIMIT;
	/* Serials come from hostile logs too: an unknown seed keeps them from sharing one chain. */
	j->seed = hash_seed();
	return j;
}

static void free_list(struct open_event *ev)
{
	while (ev) {
		struct open_event *next = ev->next;

		event_free(ev);
		ev = next;
	}
}

void join_free(struct join *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < j->heap_count; i++)
		event_free(j->heap[i]);
	free_list(j->ready);
	free_list(j->spare);
	event_free(j->handed_out);
	free(j->heap);
	map_release(&j->index);
	slots_release(&j->slots);
	free(j);
}
