/*
 * The scan over files. Five kinds of work, each done by whatever thread is free:
 *
 *	sieve	frames of a compressed file, for bytes that	any number at a time
 *		every hit holds: only what has them is read
 *	read	a block, and walk its lines to heads		any number at a time
 *	join	heads to events, in the order of the log;
 *		copy those that may match into a chunk		one at a time
 *	sort	a chunk: parse and match its events		any number at a time
 *	fold	a chunk: hand its matches on, in order		one at a time, the caller's thread
 *
 *	blocks	| joined, kept | being joined | walked | being read |	ring of BLOCKS
 *	chunks	| folded | sorted | being sorted | filled | being filled |	ring of CHUNKS
 *
 * Joining costs little because it sees no bodies. It is the same joiner that a plain scan uses,
 * fed in the same order: that the two find the same events does not depend on how orderly the log
 * is. An event's lines are copied from the blocks that are kept, or read again if they are older.
 */
#include "query/engine.h"

#include "query/chunk.h"
#include "query/heads.h"
#include "query/sieve.h"
#include "query/trouble.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#define THREADS_MAX     8
#define KEPT            2 /* blocks before the one being joined */
#define BLOCKS(threads) (KEPT + 1 + 2 * (threads))
#define CHUNKS(threads) (1 + 2 * (threads))
#define HELD_BYTES      ((size_t)16 << 20)    /* of text in chunks: no more is joined meanwhile */
#define PARALLEL_BYTES  ((uint64_t)512 << 10) /* less is not worth a thread */
#define SMALL_BYTES     ((uint64_t)4 << 20) /* less is read in small blocks, into less fresh memory */

struct slot {
	struct block block;
	struct heads heads;
	bool ready;
};

enum chunk_state { CHUNK_FREE, CHUNK_FILLED, CHUNK_SORTING, CHUNK_SORTED };

struct shelf {
	struct chunk chunk;
	size_t bytes; /* of its text, once it is filled */
	enum chunk_state state;
};

struct engine {
	struct scan *scan;
	struct plan plan;
	struct blocks blocks;
	struct prune *prune; /* may be NULL */
	unsigned threads;

	pthread_mutex_t lock; /* of everything below but what a flag lends to a thread */
	pthread_cond_t changed;
	pthread_mutex_t states; /* around chunk_new() and chunk_end() */
	struct sieve *sieve;    /* may be NULL */
	struct slot *slots;
	size_t slot_count;
	uint64_t read_at, join_at; /* blocks, counted from 0: the next one of each */
	bool no_more_blocks;       /* read_at is their number */
	struct shelf *shelves;
	size_t shelf_count;
	uint64_t fill_at, sort_at, fold_at;
	bool joining;      /* lends join, join_at's slot, fill_at's shelf, and the next five */
	uint64_t join_end; /* blocks before this one can be looked at by who joins */
	size_t head_at;
	bool draining, gave_up, join_failed;
	bool all_joined;
	bool stopped; /* no new work */
	bool no_memory;
	struct trouble trouble;            /* what could not be read */
	uint64_t done_bytes, sieved_bytes; /* sieved: which are not to be read for that */
};

/* What each thread has of its own. */
struct tools {
	struct sift sift;
	struct segment_unpacker *unpacker; /* once there is something to unpack */
	struct sieve_tools sieve;
};

static struct slot *slot_of(const struct engine *g, uint64_t block)
{
	return &g->slots[block % g->slot_count];
}

static struct shelf *shelf_of(const struct engine *g, uint64_t chunk)
{
	return &g->shelves[chunk % g->shelf_count];
}

static void tell_progress(struct engine *g)
{
	if (g->scan->progress)
		g->scan->progress(g->scan->arg, g->done_bytes + g->sieved_bytes,
				  g->blocks.total + g->sieved_bytes);
}

/* ---- sieve ---- */

/* A file is through: less of it is read. */
static void leave_out(struct engine *g, size_t source, const struct prune_lines *lines)
{
	uint64_t total = g->blocks.total;

	prune_apply_to(g->prune, source, &g->blocks);
	g->sieved_bytes += total - g->blocks.total;
	g->scan->malformed_lines += lines->malformed;
	g->scan->cursor->stats.too_long += lines->too_long;
	tell_progress(g);
}

static bool sieve_frames(struct engine *g, struct sieve_tools *tools)
{
	struct sieve_job job;
	struct prune_lines lines;
	int status;

	if (!g->sieve || !sieve_next(g->sieve, blocks_source(&g->blocks), &job))
		return false;
	(void)pthread_mutex_unlock(&g->lock);
	sieve_look(g->sieve, tools, &job);
	(void)pthread_mutex_lock(&g->lock);
	status = sieve_end(g->sieve, &job, &lines);
	g->no_memory |= status < 0;
	if (status > 0)
		leave_out(g, job.source, &lines);
	return true;
}

/* ---- read ---- */

static bool can_read(struct engine *g)
{
	return !g->no_more_blocks && g->read_at < g->join_at + g->slot_count - KEPT &&
	       (!g->sieve || sieve_is_through(g->sieve, blocks_source(&g->blocks)));
}

static void read_block(struct engine *g, struct segment_unpacker **unpacker)
{
	struct slot *slot = slot_of(g, g->read_at);
	struct block_spec spec;
	bool failed;

	if (!blocks_next(&g->blocks, &spec)) {
		g->no_more_blocks = true;
		return;
	}
	slot->ready = false;
	g->read_at++;
	(void)pthread_mutex_unlock(&g->lock);
	heads_reset(&slot->heads);
	failed = block_read(&g->blocks, &spec, unpacker, &slot->block) != 0;
	for (size_t i = 0; i < LEN(slot->block.parts) && !failed; i++)
		failed = heads_read(&slot->heads, &g->plan, slot->block.parts[i].lines,
				    slot->block.parts[i].at) != 0;
	(void)pthread_mutex_lock(&g->lock);
	slot->ready = true;
	g->no_memory |= failed;
	g->done_bytes += spec.to - spec.from;
}

/* ---- join ---- */

/*
 * Chunks are small unless one event is large. A few of those are as much memory as the joiner
 * may use, so the next one waits until they are handed on.
 */
static bool holds_much(const struct engine *g)
{
	size_t bytes = 0;

	for (uint64_t chunk = g->fold_at; chunk < g->fill_at; chunk++)
		bytes += shelf_of(g, chunk)->bytes;
	return bytes > HELD_BYTES;
}

static bool can_join(const struct engine *g)
{
	if (g->joining || g->all_joined || shelf_of(g, g->fill_at)->state != CHUNK_FREE ||
	    holds_much(g))
		return false;
	return g->join_at < g->read_at ? slot_of(g, g->join_at)->ready : g->no_more_blocks;
}

/* The bytes of a piece where they still are, or NULL. */
static const char *kept_bytes(const struct engine *g, const struct join_piece *piece)
{
	uint64_t first = g->join_at > KEPT ? g->join_at - KEPT : 0;

	for (uint64_t block = g->join_end; block-- > first;) {
		const struct block_part *parts = slot_of(g, block)->block.parts;

		for (size_t i = 0; i < 2; i++)
			if (piece->at >= parts[i].at &&
			    piece->at + piece->bytes <= parts[i].at + parts[i].lines.n)
				return parts[i].lines.p + (piece->at - parts[i].at);
	}
	return NULL;
}

static void copy_piece(struct engine *g, const struct join_piece *piece, struct buf *out)
{
	const char *bytes = kept_bytes(g, piece);

	if (bytes) {
		buf_put(out, sv_make(bytes, piece->bytes));
	} else if (buf_reserve(out, piece->bytes)) {
		out->n += block_reread(&g->blocks, piece->at, out->p + out->n, piece->bytes);
	}
	buf_putc(out, '\n');
}

static bool has_node(const struct query *q, struct sv node)
{
	for (size_t i = 0; i < q->node_count; i++)
		if (sv_eq(q->nodes[i], node))
			return true;
	return q->node_count == 0;
}

/* What the heads alone tell. */
static bool may_match(const struct engine *g, const struct event *event)
{
	const struct query *q = g->scan->query;
	unsigned marks = plan_marks(&g->plan);

	return (event->marks & marks) == marks && (!g->prune || prune_wants(g->prune, event)) &&
	       (!g->plan.any_time || query_in_window(q, &event->stamp)) &&
	       (!q->has_serial || event->stamp.serial == q->serial) && has_node(q, event->node);
}

/* Whether its lines stand in several files. */
static bool is_cut(const struct event *event)
{
	for (size_t i = 1; i < event->piece_count; i++)
		if (block_source(event->pieces[i].at) != block_source(event->pieces[0].at))
			return true;
	return false;
}

/* Whether the event is looked at at all. */
static bool passes(struct engine *g, const struct event *event)
{
	enum scan_first first = SCAN_LOOK;

	if (g->scan->first)
		first = g->scan->first(g->scan->arg, event);
	g->gave_up = first == SCAN_GIVE_UP;
	return first == SCAN_LOOK;
}

/* Fills the chunk until it is full or the block is done; true in the latter case. */
static bool join_heads(struct engine *g, struct slot *slot, struct chunk *chunk)
{
	struct join *join = g->scan->join;
	const struct event *event;

	for (;;) {
		while (g->draining) {
			if (chunk_is_full(chunk))
				return false;
			event = join_next(join);
			g->draining = event != NULL;
			if (!event || !passes(g, event) || !may_match(g, event)) {
				if (g->gave_up)
					return true;
				continue;
			}
			chunk_add(chunk, &event->stamp, (uint32_t)block_source(event->pieces[0].at),
				  is_cut(event));
			for (size_t i = 0; i < event->piece_count; i++)
				copy_piece(g, &event->pieces[i], &chunk->text);
		}
		if (!slot || g->head_at == slot->heads.count)
			return true;
		const struct head *head = &slot->heads.list[g->head_at++];

		if (join_put_piece(join, &head->record, &head->piece) != 0)
			g->join_failed = true;
		g->draining = true;
	}
}

/* The block is joined; after the last one, and after one that failed, the events are complete. */
static void end_block(struct engine *g, const struct slot *slot)
{
	if (!slot || g->gave_up)
		g->all_joined = true;
	if (!slot)
		return;
	if (!g->scan->has_start && slot->heads.has_first) {
		g->scan->has_start = true;
		g->scan->start = slot->heads.first;
		if (g->prune && g->prune->has_start &&
		    slot->block.spec.source >= g->prune->start_source)
			g->scan->start = g->prune->start;
	}
	g->scan->malformed_lines += slot->heads.malformed;
	g->scan->cursor->stats.too_long += slot->heads.too_long;
	g->scan->cursor->stats.bytes += slot->block.spec.to - slot->block.spec.from;
	g->head_at = 0;
	g->join_at++;
	trouble_add(&g->trouble, &slot->block.error, slot->block.errors);
}

/* Where text is left out, events wait for those that would have made them wait. */
static void hold_events(struct engine *g, const struct block_spec *spec)
{
	struct stamp floor;

	if (spec->is_sparse)
		floor = prune_floor(g->prune, spec->source, spec->from);
	join_hold(g->scan->join, spec->is_sparse ? &floor : NULL);
	g->draining = true;
}

static void join_block(struct engine *g)
{
	struct slot *slot = g->join_at < g->read_at ? slot_of(g, g->join_at) : NULL;
	struct shelf *shelf = shelf_of(g, g->fill_at);
	bool done;

	g->joining = true;
	g->join_end = slot ? g->join_at + 1 : g->join_at;
	(void)pthread_mutex_unlock(&g->lock);
	if (!slot && !g->draining) {
		if (!g->scan->keep_open)
			join_finish(g->scan->join);
		g->draining = true;
	}
	if (slot && g->prune && g->head_at == 0 && !g->draining)
		hold_events(g, &slot->block.spec);
	done = join_heads(g, slot, &shelf->chunk);
	(void)pthread_mutex_lock(&g->lock);
	g->joining = false;
	g->no_memory |= g->join_failed;
	if (done)
		end_block(g, slot);
	if (shelf->chunk.candidate_count) {
		shelf->state = CHUNK_FILLED;
		shelf->bytes = shelf->chunk.text.n;
		g->fill_at++;
	}
	if (done && slot)
		tell_progress(g);
}

/* ---- sort and fold ---- */

static void sort_chunk(struct engine *g, struct sift *sift)
{
	struct shelf *shelf = shelf_of(g, g->sort_at++);
	struct chunk *chunk = &shelf->chunk;
	struct scan *s = g->scan;
	bool failed;

	shelf->state = CHUNK_SORTING;
	(void)pthread_mutex_unlock(&g->lock);
	failed = chunk_sort(chunk, &g->plan, sift) != 0;
	if (s->chunk_new && !s->only_count && chunk->event_count) {
		(void)pthread_mutex_lock(&g->states);
		chunk->state = s->chunk_new(s->arg);
		(void)pthread_mutex_unlock(&g->states);
		failed |= !chunk->state;
	}
	for (size_t i = 0; chunk->state && i < chunk->event_count; i++)
		s->chunk_event(s->arg, chunk->state, &chunk->events[i]);
	(void)pthread_mutex_lock(&g->lock);
	g->no_memory |= failed;
	shelf->state = CHUNK_SORTED;
}

static enum scan_next end_state(struct engine *g, struct chunk *chunk)
{
	void *state = chunk->state;
	enum scan_next next;

	g->scan->matches += chunk->event_count;
	chunk->state = NULL;
	if (!state)
		return SCAN_ON;
	(void)pthread_mutex_lock(&g->states);
	next = g->scan->chunk_end(g->scan->arg, state, false);
	(void)pthread_mutex_unlock(&g->states);
	return next;
}

static enum scan_next hand_on(struct engine *g, struct chunk *chunk)
{
	struct scan *s = g->scan;

	if (s->chunk_new || s->only_count)
		return end_state(g, chunk);
	for (size_t i = 0; i < chunk->event_count; i++) {
		s->matches++;
		if (s->found(s->arg, &chunk->events[i]) == SCAN_STOP)
			return SCAN_STOP;
	}
	return SCAN_ON;
}

static void fold_chunk(struct engine *g)
{
	struct shelf *shelf = shelf_of(g, g->fold_at);
	enum scan_next next;

	(void)pthread_mutex_unlock(&g->lock);
	next = hand_on(g, &shelf->chunk);
	chunk_reset(&shelf->chunk);
	(void)pthread_mutex_lock(&g->lock);
	shelf->state = CHUNK_FREE;
	g->fold_at++;
	g->stopped |= next == SCAN_STOP;
}

/* ---- threads ---- */

static bool is_done(const struct engine *g)
{
	return g->stopped || g->no_memory || (g->all_joined && g->fold_at == g->fill_at);
}

/* One piece of work, the one closest to the end first; false when there is none right now. */
static bool work(struct engine *g, struct tools *tools, bool is_caller)
{
	if (is_caller && g->fold_at < g->fill_at && shelf_of(g, g->fold_at)->state == CHUNK_SORTED)
		fold_chunk(g);
	else if (g->sort_at < g->fill_at)
		sort_chunk(g, &tools->sift);
	else if (can_join(g))
		join_block(g);
	else if (can_read(g))
		read_block(g, &tools->unpacker);
	else
		return sieve_frames(g, &tools->sieve);
	return true;
}

static void run(struct engine *g, bool is_caller)
{
	struct tools tools = {.unpacker = NULL};
	bool failed = sift_init(&tools.sift, g->scan) != 0;

	(void)pthread_mutex_lock(&g->lock);
	g->no_memory |= failed;
	while (!is_done(g))
		if (work(g, &tools, is_caller))
			(void)pthread_cond_broadcast(&g->changed);
		else
			(void)pthread_cond_wait(&g->changed, &g->lock);
	(void)pthread_cond_broadcast(&g->changed);
	(void)pthread_mutex_unlock(&g->lock);
	segment_unpacker_free(tools.unpacker);
	sieve_tools_release(&tools.sieve);
	sift_release(&tools.sift);
}

static void *help(void *arg)
{
	run(arg, false);
	return NULL;
}

/* The caller works, too; threads that cannot be had are done without. */
static void run_threads(struct engine *g)
{
	pthread_t helpers[THREADS_MAX];
	unsigned count = 0;

	while (count + 1 < g->threads && pthread_create(&helpers[count], NULL, help, g) == 0)
		count++;
	run(g, true);
	while (count)
		(void)pthread_join(helpers[--count], NULL);
}

/* ---- the whole ---- */

static unsigned threads_for(const struct scan *s, uint64_t bytes)
{
	cpu_set_t set;
	unsigned count = s->threads;

	if (!count)
		count = bytes < PARALLEL_BYTES || sched_getaffinity(0, sizeof(set), &set) != 0
				? 1
				: (unsigned)CPU_COUNT(&set);
	return count < THREADS_MAX ? count : THREADS_MAX;
}

static bool set_up(struct engine *g)
{
	g->slot_count = BLOCKS(g->threads);
	g->shelf_count = CHUNKS(g->threads);
	g->slots = calloc(g->slot_count, sizeof(*g->slots));
	g->shelves = calloc(g->shelf_count, sizeof(*g->shelves));
	if (!g->slots || !g->shelves)
		return false;
	for (size_t i = 0; i < g->shelf_count; i++)
		if (!chunk_init(&g->shelves[i].chunk))
			return false;
	return true;
}

static void tear_down(struct engine *g)
{
	struct scan *s = g->scan;

	for (size_t i = 0; g->slots && i < g->slot_count; i++) {
		block_release(&g->slots[i].block);
		heads_release(&g->slots[i].heads);
	}
	for (size_t i = 0; g->shelves && i < g->shelf_count; i++) {
		struct chunk *chunk = &g->shelves[i].chunk;

		if (chunk->state)
			(void)s->chunk_end(s->arg, chunk->state, true);
		chunk_release(chunk);
	}
	free(g->slots);
	free(g->shelves);
	sieve_free(g->sieve);
	blocks_close(&g->blocks);
	(void)pthread_cond_destroy(&g->changed);
	(void)pthread_mutex_destroy(&g->states);
	(void)pthread_mutex_destroy(&g->lock);
}

static int outcome(const struct engine *g, struct err *e)
{
	if (g->prune && g->prune->has_start && !g->scan->has_start) {
		g->scan->has_start = true;
		g->scan->start = g->prune->start;
	}
	if (g->no_memory)
		return err_set(e, "no memory to search");
	return trouble_tell(&g->trouble, e);
}

int engine_run(struct scan *s, struct blocks *blocks, struct prune *prune, struct err *e)
{
	struct engine *g = calloc(1, sizeof(*g));
	int status;

	if (!g) {
		blocks_close(blocks);
		return err_set(e, "no memory to search");
	}
	g->scan = s;
	g->blocks = *blocks;
	if (blocks->total < SMALL_BYTES && g->blocks.block_bytes == BLOCK_BYTES)
		g->blocks.block_bytes = SEGMENT_FRAME_BYTES;
	g->prune = prune;
	g->threads = threads_for(s, blocks->total);
	plan_init(&g->plan, s->query);
	for (size_t i = 0; i < s->set_count; i++)
		plan_add_set(&g->plan, &s->sets[i]);
	g->plan.any_time = s->first != NULL;
	if (prune)
		g->sieve = sieve_new(&g->plan, prune, s->cursor);
	(void)pthread_mutex_init(&g->lock, NULL);
	(void)pthread_mutex_init(&g->states, NULL);
	(void)pthread_cond_init(&g->changed, NULL);
	g->no_memory = !set_up(g);
	if (!g->no_memory)
		run_threads(g);
	status = outcome(g, e);
	tear_down(g);
	free(g);
	return status;
}
