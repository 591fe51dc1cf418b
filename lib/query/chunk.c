/* Chunks: text in, parsed events out. */
#include "query/chunk.h"

#include <stdlib.h>

#define TEXT_MAX      (SIZE_MAX / 4) /* the joiner bounds events */
#define KEEP_BYTES    (8 * CHUNK_BYTES)
#define FIRST_RECORDS 1024

bool chunk_init(struct chunk *c)
{
	*c = (struct chunk){.text = BUF_INIT(TEXT_MAX)};
	c->candidates = malloc(CHUNK_EVENTS * sizeof(*c->candidates));
	c->events = malloc(CHUNK_EVENTS * sizeof(*c->events));
	if (c->candidates && c->events)
		return true;
	chunk_release(c);
	return false;
}

void chunk_release(struct chunk *c)
{
	buf_release(&c->text);
	free(c->candidates);
	free(c->events);
	free(c->records);
	*c = (struct chunk){0};
}

/* One giant event must not hold its memory until the end. */
void chunk_reset(struct chunk *c)
{
	if (c->text.cap > KEEP_BYTES) {
		buf_release(&c->text);
		free(c->records);
		c->records = NULL;
		c->record_cap = 0;
	}
	buf_reset(&c->text);
	c->candidate_count = c->record_count = c->event_count = 0;
	c->state = NULL;
}

bool chunk_is_full(const struct chunk *c)
{
	return c->text.n >= CHUNK_BYTES || c->candidate_count == CHUNK_EVENTS;
}

void chunk_add(struct chunk *c, const struct stamp *stamp, uint32_t source, bool is_cut)
{
	c->candidates[c->candidate_count++] =
		(struct chunk_event){c->text.n, *stamp, source, is_cut};
}

static struct record *room_for_record(struct chunk *c)
{
	if (c->record_count == c->record_cap) {
		size_t cap = c->record_cap ? c->record_cap * 2 : FIRST_RECORDS;
		struct record *grown = reallocarray(c->records, cap, sizeof(*grown));

		if (!grown)
			return NULL;
		c->records = grown;
		c->record_cap = cap;
	}
	return &c->records[c->record_count];
}

/* Parses the lines behind the records that are there. -1 when there is no memory. */
static int parse(struct chunk *c, struct sv lines, const struct stamp *stamp)
{
	struct sv line;

	while (sv_line(&lines, &line)) {
		struct record *r = room_for_record(c);

		if (!r)
			return -1;
		/* They were records with this stamp, unless the file was written over since. */
		if (record_parse(line, r) == RECORD_OK && stamp_cmp(&r->stamp, stamp) == 0)
			c->record_count++;
	}
	return 0;
}

/* Records move as their array grows: events find theirs by their number until the end. */
static void settle(struct chunk *c)
{
	struct record *next = c->records;

	for (size_t i = 0; i < c->event_count; i++) {
		c->events[i].records = next;
		c->events[i].node = next->node;
		next += c->events[i].count;
	}
}

int chunk_sort(struct chunk *c, const struct plan *plan, struct sift *sift)
{
	if (c->text.failed)
		return -1;
	for (size_t i = 0; i < c->candidate_count; i++) {
		size_t from = c->candidates[i].from, first = c->record_count;
		size_t to = i + 1 < c->candidate_count ? c->candidates[i + 1].from : c->text.n;
		struct sv lines = sv_make(c->text.p + from, to - from);
		struct event event;

		if (!plan_fits_text(plan, lines))
			continue;
		if (parse(c, lines, &c->candidates[i].stamp) != 0)
			return -1;
		event = (struct event){
			.stamp = c->candidates[i].stamp,
			.records = c->records + first,
			.count = c->record_count - first,
			.source = c->candidates[i].source,
			.is_cut = c->candidates[i].is_cut,
		};
		if (event.count) {
			event.node = event.records->node;
			event.type = event.records->type;
		}
		if (event.count && sift_takes(sift, &event))
			c->events[c->event_count++] = event;
		else
			c->record_count = first;
	}
	settle(c);
	return 0;
}
