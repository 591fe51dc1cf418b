/*
 * The plain full scan: every line is parsed, every event joined, each one asked. It is the
 * measure for anything faster, and what pipes get.
 */
#include "query/engine.h"
#include "query/sift.h"
#include "query/trouble.h"

struct plain {
	struct trouble trouble;
	struct sift sift;
	void *state; /* of the chunk at hand, and how many events it has */
	size_t events;
};

#define CHUNK_EVENTS_MAX 1024

static enum scan_next end_chunk(struct scan *s, struct plain *p, bool discard)
{
	void *state = p->state;

	p->state = NULL;
	p->events = 0;
	return state ? s->chunk_end(s->arg, state, discard) : SCAN_ON;
}

static enum scan_next hand_on(struct scan *s, struct plain *p, const struct event *event)
{
	s->matches++;
	if (s->only_count)
		return SCAN_ON;
	if (!s->chunk_new)
		return s->found(s->arg, event);
	if (!p->state)
		p->state = s->chunk_new(s->arg);
	if (!p->state)
		return SCAN_STOP;
	s->chunk_event(s->arg, p->state, event);
	return ++p->events == CHUNK_EVENTS_MAX ? end_chunk(s, p, false) : SCAN_ON;
}

/* Hands on what is complete. */
static enum scan_next drain(struct scan *s, struct plain *p)
{
	const struct event *event;

	while ((event = join_next(s->join))) {
		enum scan_first first = s->first ? s->first(s->arg, event) : SCAN_LOOK;

		if (first == SCAN_GIVE_UP) {
			(void)end_chunk(s, p, false);
			return SCAN_STOP;
		}
		if (first == SCAN_LOOK && query_in_window(s->query, &event->stamp) &&
		    sift_takes(&p->sift, event) && hand_on(s, p, event) == SCAN_STOP)
			return SCAN_STOP;
	}
	return SCAN_ON;
}

static int take_line(struct scan *s, struct sv line, struct err *e)
{
	struct record r;

	if (record_parse(line, &r) != RECORD_OK) {
		s->malformed_lines += line.n > 0;
		if (s->malformed && line.n)
			s->malformed(s->arg, line);
		return 0;
	}
	if (!s->has_start) {
		s->has_start = true;
		s->start = r.stamp;
	}
	if (!s->first && !query_in_window(s->query, &r.stamp))
		return 0;
	if (join_put(s->join, &r) != 0)
		return err_set(e, "no memory to join records");
	return 0;
}

static int run(struct scan *s, struct plain *p, struct err *e)
{
	struct err why;
	struct sv line;

	for (;;) {
		switch (cursor_next(s->cursor, &line, &why)) {
		case CURSOR_LINE:
			if (take_line(s, line, e) != 0)
				return -1;
			break;
		case CURSOR_WAIT:
			join_finish(s->join);
			if (drain(s, p) == SCAN_STOP || end_chunk(s, p, false) == SCAN_STOP)
				return 0;
			break;
		case CURSOR_END:
			if (!s->keep_open)
				join_finish(s->join);
			if (drain(s, p) != SCAN_STOP)
				(void)end_chunk(s, p, false);
			return trouble_tell(&p->trouble, e);
		case CURSOR_ERROR:
			trouble_add(&p->trouble, &why, 1);
			break;
		}
		if (drain(s, p) == SCAN_STOP)
			return 0;
	}
}

static int plain_run(struct scan *s, struct err *e)
{
	struct plain p = {.state = NULL};
	int status;

	if (sift_init(&p.sift, s) != 0)
		return err_set(e, "no memory to search");
	status = run(s, &p, e);
	(void)end_chunk(s, &p, true);
	sift_release(&p.sift);
	return status;
}

/* ---- with indexes ---- */

static bool uses_index(const struct scan *s)
{
	return !s->no_index && !s->first;
}

/* What indexes say of what is not read. */
static void take_over(struct scan *s, const struct prune *p)
{
	s->matches += p->counted;
	s->malformed_lines += p->malformed;
	s->cursor->stats.too_long += p->too_long;
}

static int pruned_run(struct scan *s, struct blocks *blocks, struct prune *p, struct err *e)
{
	const struct prune_wish wish = {
		.query = s->query,
		.demand = s->demand,
		.is_all = !s->match || s->demand,
		.timeout_s = join_timeout(s->join),
		.only_count = s->only_count,
	};

	if (prune_look(p, s->cursor, &wish, e) != 0) {
		blocks_close(blocks);
		return -1;
	}
	if (!prune_is_of_use(p))
		return engine_run(s, blocks, NULL, e);
	prune_apply(p, blocks);
	take_over(s, p);
	return engine_run(s, blocks, p, e);
}

static int blocks_run(struct scan *s, struct blocks *blocks, struct err *e)
{
	struct prune own = PRUNE_INIT, *p = s->prune ? s->prune : &own;
	int status;

	if (s->block_bytes && s->block_bytes < BLOCK_BYTES)
		blocks->block_bytes = s->block_bytes;
	s->has_left_out = uses_index(s) && s->leave_out && s->leave_out(s->arg, blocks);
	if (!uses_index(s) || s->has_left_out)
		return engine_run(s, blocks, NULL, e);
	status = pruned_run(s, blocks, p, e);
	prune_release(&own);
	return status;
}

int scan_run(struct scan *s, struct err *e)
{
	struct blocks blocks;

	if (!s->plain && !s->malformed && join_takes_pieces(s->join) &&
	    blocks_open(&blocks, s->cursor))
		return blocks_run(s, &blocks, e);
	return plain_run(s, e);
}
