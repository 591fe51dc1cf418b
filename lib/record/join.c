/*
 * The event joiner. Open events are in two structures:
 *
 *	lineup	every event that is not handed out yet, lowest stamp first
 *	index	hash of (node, time, serial) -> chain of events that still take records, but for
 *		those that the lineup finds by their stamp: in a log whose clock runs forward
 *		the index is empty
 *
 * In JOIN_ORDERED the first is the only event that may leave, and a new event of second s lets
 * everything up to s - timeout leave. Those are exactly the lowest stamps, so one number
 * (`limit`) stands for marking them, and it holds only until they have left: an event that
 * arrives late with an old time waits for the next new event, as in the reference.
 *
 * In JOIN_CLOSING an event that is closed takes no more records but stays in the lineup, complete.
 *
 * In JOIN_PROMPT a complete event moves from the lineup to a first-in first-out list.
 */
#include "record/join.h"

#include "base/map.h"
#include "base/pool.h"
#include "record/lineup.h"

#include <linux/audit.h>
#include <stdlib.h>

#define DEFAULT_MAX_BYTES ((size_t)128 << 20)
#define NO_LIMIT          INT64_MIN
#define FIRST_RECORDS     16
#define FIRST_PIECES      4 /* behind the one that an event has room for */

/* Blocks of types that <linux/audit.h> only describes: the daemon, kernel events, NetLabel, user anomalies. */
#define TYPE_DAEMON_FIRST   1200
#define TYPE_DAEMON_LAST    1299
#define TYPE_EVENT_FIRST    1300
#define TYPE_NETLABEL_FIRST 1406
#define TYPE_NETLABEL_LAST  1419
#define TYPE_ANOMALY_FIRST  2100

/* A record of an open event, without what the event knows: a third of a struct record. */
struct kept {
	struct kept *next;
	const char *line; /* the caller's, or right behind this struct */
	uint32_t line_bytes, type;
	uint32_t node_at, node_bytes, name_at, name_bytes, body_at, body_bytes, tail_at, tail_bytes;
};

struct open_event {
	struct place place; /* first: a place is the event */
	struct event public;
	struct kept *records, **records_tail;
	struct join_piece first; /* most events are one piece */
	struct join_piece *pieces;
	size_t pieces_cap;       /* 1: first */
	char *node;              /* of pieces: a copy */
	size_t bytes;            /* what it counts for in the joiner's total */
	uint64_t number;         /* of events, as they began */
	uint64_t hash;           /* unless place.in_row */
	bool building;           /* takes records: is in the row or in the index */
	struct open_event *next; /* in the index chain or the ready list */
};

/* Up to this second events were complete as event `number` began. */
struct deadline {
	uint64_t number;
	int64_t limit;
};

struct join {
	struct join_options options;
	struct join_stats stats;
	uint64_t seed;
	struct lineup lineup;
	struct map index; /* hash -> struct open_event * */
	struct open_event *ready, **ready_tail;
	struct open_event *handed_out, *last;
	struct pool pool;   /* of open events and all they hold */
	struct record *out; /* records of the event that is handed out */
	size_t out_cap;
	size_t bytes;
	int64_t limit;
	bool holding;
	struct stamp floor; /* while holding: what is below it may leave */
	uint64_t number;    /* of the event that began last */
	/* Since when it is holding: only those that no later one is above, so that limits fall. */
	struct deadline *deadlines;
	size_t deadline_count, deadline_cap;
	bool finishing;
	bool started; /* the last record put began an event */
};

bool join_is_single(uint32_t type)
{
	return type < TYPE_EVENT_FIRST || type >= TYPE_ANOMALY_FIRST || type == AUDIT_PROCTITLE ||
	       type == AUDIT_KERNEL || (type >= TYPE_NETLABEL_FIRST && type <= TYPE_NETLABEL_LAST);
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
	return stamp_eq(&ev->public.stamp, &r->stamp) && sv_eq(ev->public.node, r->node);
}

static struct open_event *chain(const struct join *j, uint64_t hash)
{
	uint64_t *head = map_get(&j->index, hash);

	return head ? (struct open_event *)(uintptr_t)*head : NULL;
}

static struct open_event *event_of_place(struct place *p)
{
	return (struct open_event *)p;
}

static struct open_event *find(struct join *j, const struct record *r)
{
	struct open_event *ev = event_of_place(lineup_in_row(&j->lineup, &r->stamp));

	if (ev && ev->building && is_of(ev, r))
		return ev;
	if (!j->index.count)
		return NULL;
	ev = chain(j, hash_of(j, r));
	while (ev && !is_of(ev, r))
		ev = ev->next;
	return ev;
}

static bool index_add(struct join *j, struct open_event *ev, const struct record *r)
{
	ev->building = true;
	if (ev->place.in_row)
		return true;
	ev->hash = hash_of(j, r);
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
	ev->building = false;
	if (j->last == ev)
		j->last = NULL;
	if (ev->place.in_row)
		return;
	head = chain(j, ev->hash);
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

static struct open_event *event_take(struct join *j)
{
	struct open_event *ev = pool_take(&j->pool, sizeof(*ev));

	if (!ev)
		return NULL;
	*ev = (struct open_event){.bytes = sizeof(*ev), .pieces_cap = 1};
	ev->records_tail = &ev->records;
	ev->pieces = &ev->first;
	j->bytes += ev->bytes;
	return ev;
}

static size_t kept_size(const struct join *j, size_t line_bytes)
{
	return sizeof(struct kept) + (j->options.stable_lines ? 0 : line_bytes);
}

static void event_give_back(struct join *j, struct open_event *ev)
{
	if (!ev)
		return;
	j->bytes -= ev->bytes;
	for (struct kept *k = ev->records, *next; k; k = next) {
		next = k->next;
		pool_give(&j->pool, k, kept_size(j, k->line_bytes));
	}
	if (ev->pieces != &ev->first)
		pool_give(&j->pool, ev->pieces, ev->pieces_cap * sizeof(*ev->pieces));
	if (ev->node)
		pool_give(&j->pool, ev->node, ev->public.node.n);
	pool_give(&j->pool, ev, sizeof(*ev));
}

/* Records and pieces count alike, so that memory runs out for both at the same place. */
static void count_bytes(struct join *j, struct open_event *ev, size_t bytes)
{
	ev->bytes += bytes;
	j->bytes += bytes;
}

static uint32_t offset_of(struct sv part, struct sv line)
{
	return part.n ? (uint32_t)(part.p - line.p) : 0;
}

static bool append_record(struct join *j, struct open_event *ev, const struct record *r)
{
	struct kept *k;

	if (r->line.n > UINT32_MAX || !(k = pool_take(&j->pool, kept_size(j, r->line.n))))
		return false;
	*k = (struct kept){
		.line = r->line.p,
		.line_bytes = (uint32_t)r->line.n,
		.type = r->type,
		.node_at = offset_of(r->node, r->line),
		.node_bytes = (uint32_t)r->node.n,
		.name_at = offset_of(r->type_name, r->line),
		.name_bytes = (uint32_t)r->type_name.n,
		.body_at = offset_of(r->body, r->line),
		.body_bytes = (uint32_t)r->body.n,
		.tail_at = offset_of(r->tail, r->line),
		.tail_bytes = (uint32_t)r->tail.n,
	};
	if (!j->options.stable_lines) {
		k->line = (char *)(k + 1);
		if (r->line.n)
			memcpy(k + 1, r->line.p, r->line.n);
	}
	*ev->records_tail = k;
	ev->records_tail = &k->next;
	if (ev->public.count++ == 0)
		ev->public.node = sv_make(k->line + k->node_at, k->node_bytes);
	count_bytes(j, ev, kept_size(j, r->line.n));
	return true;
}

static bool append_piece(struct join *j, struct open_event *ev, const struct join_piece *piece)
{
	if (ev->public.piece_count == ev->pieces_cap) {
		size_t cap = ev->pieces_cap > 1 ? ev->pieces_cap * 2 : FIRST_PIECES;
		struct join_piece *grown = pool_take(&j->pool, cap * sizeof(*grown));

		if (!grown)
			return false;
		memcpy(grown, ev->pieces, ev->public.piece_count * sizeof(*grown));
		if (ev->pieces != &ev->first)
			pool_give(&j->pool, ev->pieces, ev->pieces_cap * sizeof(*grown));
		ev->pieces = grown;
		ev->pieces_cap = cap;
	}
	ev->public.pieces = ev->pieces;
	ev->pieces[ev->public.piece_count++] = *piece;
	ev->public.marks |= piece->marks;
	count_bytes(j, ev, piece->bytes + piece->lines * sizeof(struct kept));
	return true;
}

static bool copy_node(struct join *j, struct open_event *ev, struct sv node)
{
	if (!node.n)
		return true;
	ev->node = pool_take(&j->pool, node.n);
	if (!ev->node)
		return false;
	memcpy(ev->node, node.p, node.n);
	ev->public.node = sv_make(ev->node, node.n);
	return true;
}

/* One record, or a piece of which r is the head. */
static bool event_append(struct join *j, struct open_event *ev, const struct record *r,
			 const struct join_piece *piece)
{
	return piece ? append_piece(j, ev, piece) : append_record(j, ev, r);
}

static struct sv part(const struct kept *k, uint32_t at, uint32_t bytes)
{
	return bytes ? sv_make(k->line + at, bytes) : SV_EMPTY;
}

/* Spells the records of an event out for the caller; false when there is no memory. */
static bool hand_out(struct join *j, struct open_event *ev)
{
	struct record *r;

	if (ev->public.count > j->out_cap) {
		size_t cap = j->out_cap ? j->out_cap : FIRST_RECORDS;
		struct record *grown;

		while (cap < ev->public.count)
			cap *= 2;
		grown = reallocarray(j->out, cap, sizeof(*grown));
		if (!grown)
			return false;
		j->out = grown;
		j->out_cap = cap;
	}
	r = j->out;
	for (const struct kept *k = ev->records; k; k = k->next)
		*r++ = (struct record){
			.line = sv_make(k->line, k->line_bytes),
			.node = part(k, k->node_at, k->node_bytes),
			.type = k->type,
			.type_name = part(k, k->name_at, k->name_bytes),
			.stamp = ev->public.stamp,
			.body = part(k, k->body_at, k->body_bytes),
			.tail = part(k, k->tail_at, k->tail_bytes),
		};
	ev->public.records = ev->public.count ? j->out : NULL;
	return true;
}

/* ---- completion ---- */

static void move_to_ready(struct join *j, struct open_event *ev)
{
	index_remove(j, ev);
	lineup_remove(&j->lineup, &ev->place);
	ev->next = NULL;
	*j->ready_tail = ev;
	j->ready_tail = &ev->next;
}

/* JOIN_PROMPT, and memory pressure: everything up to second `limit` is ready. */
static void ready_up_to(struct join *j, int64_t limit)
{
	struct place *first;

	while ((first = lineup_first(&j->lineup)) && first->stamp.sec <= limit) {
		j->stats.timed_out++;
		move_to_ready(j, event_of_place(first));
	}
}

static int64_t limit_for(const struct join *j, int64_t sec)
{
	int64_t limit;

	return __builtin_sub_overflow(sec, j->options.timeout_s, &limit) ? NO_LIMIT : limit;
}

/* While holding: what the last event would have let leave. False when there is no memory. */
static bool add_deadline(struct join *j)
{
	while (j->deadline_count && j->deadlines[j->deadline_count - 1].limit <= j->limit)
		j->deadline_count--;
	if (j->deadline_count == j->deadline_cap) {
		size_t cap = j->deadline_cap ? j->deadline_cap * 2 : FIRST_RECORDS;
		struct deadline *grown = reallocarray(j->deadlines, cap, sizeof(*grown));

		if (!grown)
			return false;
		j->deadlines = grown;
		j->deadline_cap = cap;
	}
	j->deadlines[j->deadline_count++] = (struct deadline){j->number, j->limit};
	return true;
}

/* Whether an event has timed out while it was held: by one that began after it. */
static bool is_overdue(const struct join *j, const struct open_event *ev)
{
	size_t low = 0, high = j->deadline_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (j->deadlines[middle].number <= ev->number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < j->deadline_count && ev->public.stamp.sec <= j->deadlines[low].limit;
}

static int start_event(struct join *j, const struct record *r, const struct join_piece *piece)
{
	struct open_event *ev = event_take(j);

	if (!ev)
		return -1;
	ev->number = ++j->number;
	j->limit = limit_for(j, r->stamp.sec);
	if (j->options.order == JOIN_PROMPT)
		ready_up_to(j, j->limit);
	if ((j->holding && !add_deadline(j)) || (piece && !copy_node(j, ev, r->node)) ||
	    !event_append(j, ev, r, piece)) {
		event_give_back(j, ev);
		return -1;
	}
	ev->place.stamp = ev->public.stamp = r->stamp;
	ev->public.type = r->type;
	if (!lineup_add(&j->lineup, &ev->place)) {
		event_give_back(j, ev);
		return -1;
	}
	if (!join_is_single(r->type)) {
		if (!index_add(j, ev, r)) {
			lineup_remove(&j->lineup, &ev->place);
			event_give_back(j, ev);
			return -1;
		}
		j->last = ev;
	}
	if (lineup_count(&j->lineup) > j->stats.open_max)
		j->stats.open_max = lineup_count(&j->lineup);
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

	while (j->bytes - leaving > j->options.max_bytes && lineup_count(&j->lineup)) {
		struct open_event *oldest = event_of_place(lineup_first(&j->lineup));

		leaving += oldest->bytes;
		j->stats.forced++;
		move_to_ready(j, oldest);
	}
}

/* The open event that the record belongs to, or NULL. */
static struct open_event *event_of(struct join *j, const struct record *r)
{
	if (is_daemons(r->type))
		return NULL;
	return j->last && is_of(j->last, r) ? j->last : find(j, r);
}

static int put(struct join *j, const struct record *r, const struct join_piece *piece)
{
	struct open_event *ev = event_of(j, r);

	if (!ev && r->type == AUDIT_EOE)
		return 0;
	if (ev)
		j->last = ev;
	if (ev ? !event_append(j, ev, r, piece) : start_event(j, r, piece) != 0)
		return -1;
	j->stats.records += piece ? piece->lines : 1;
	j->started = !ev;
	if (ev && j->options.order == JOIN_PROMPT && closes_event(r->type))
		move_to_ready(j, ev);
	if (ev && j->options.order == JOIN_CLOSING &&
	    (closes_event(r->type) || join_is_single(r->type)))
		index_remove(j, ev);
	relieve(j);
	return 0;
}

int join_put(struct join *j, const struct record *r)
{
	return put(j, r, NULL);
}

int join_put_piece(struct join *j, const struct record *head, const struct join_piece *piece)
{
	return put(j, head, piece);
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
	ev = event_of_place(lineup_first(&j->lineup));
	if (!ev || (j->options.order == JOIN_CLOSING && !j->started && !j->finishing))
		return NULL;
	if (j->holding && !j->finishing) {
		if (stamp_cmp(&ev->public.stamp, &j->floor) >= 0)
			return NULL;
	} else if (ev->building && !j->finishing) {
		if (j->options.order == JOIN_PROMPT || ev->public.stamp.sec > j->limit)
			return NULL;
		j->stats.timed_out++;
	}
	index_remove(j, ev);
	lineup_remove(&j->lineup, &ev->place);
	return ev;
}

const struct event *join_next(struct join *j)
{
	struct open_event *ev;

	event_give_back(j, j->handed_out);
	ev = next_ready(j);
	/* Without memory for its records an event is lost: the only thing left to do. */
	while (ev && !hand_out(j, ev)) {
		event_give_back(j, ev);
		ev = next_ready(j);
	}
	j->handed_out = ev;
	j->stats.open = lineup_count(&j->lineup);
	if (!ev) {
		j->limit = NO_LIMIT;
		j->finishing = false;
		return NULL;
	}
	j->stats.events++;
	return &ev->public;
}

/* What has timed out takes no more records. */
static void end_hold(struct join *j)
{
	for (size_t i = 0; i < lineup_count(&j->lineup); i++) {
		struct open_event *ev = event_of_place(lineup_at(&j->lineup, i));

		if (!ev->building || !is_overdue(j, ev))
			continue;
		index_remove(j, ev);
		j->stats.timed_out++;
	}
	j->deadline_count = 0;
}

void join_hold(struct join *j, const struct stamp *floor)
{
	if (j->holding && !floor)
		end_hold(j);
	j->holding = floor != NULL;
	if (floor)
		j->floor = *floor;
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

bool join_takes_pieces(const struct join *j)
{
	return j->options.order == JOIN_ORDERED && j->options.timeout_s > 0;
}

int64_t join_timeout(const struct join *j)
{
	return j->options.timeout_s;
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
	/* JOIN_PROMPT lets events go in any order: nobody could stand in a row. */
	lineup_init(&j->lineup, options->order != JOIN_PROMPT);
	map_init(&j->index, SIZE_MAX / 4);
	pool_init(&j->pool);
	j->ready_tail = &j->ready;
	j->limit = NO_LIMIT;
	/* Serials come from hostile logs too: an unknown seed keeps them from sharing one chain. */
	j->seed = hash_seed();
	return j;
}

static void give_back_list(struct join *j, struct open_event *ev)
{
	while (ev) {
		struct open_event *next = ev->next;

		event_give_back(j, ev);
		ev = next;
	}
}

void join_free(struct join *j)
{
	if (!j)
		return;
	/* One by one, because of the pieces that are too long for the pool. */
	for (size_t i = 0; i < lineup_count(&j->lineup); i++)
		event_give_back(j, event_of_place(lineup_at(&j->lineup, i)));
	give_back_list(j, j->ready);
	event_give_back(j, j->handed_out);
	pool_release(&j->pool);
	free(j->out);
	free(j->deadlines);
	map_release(&j->index);
	lineup_release(&j->lineup);
	free(j);
}
