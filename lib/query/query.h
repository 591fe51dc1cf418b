/*
 * What to look for, and the one predicate that decides whether an event is it.
 *
 *	struct query q;
 *	struct query_scratch scratch;
 *
 *	query_init(&q);
 *	query_want_number(&q, QUERY_PID, 4242);
 *	query_want_text(&q, QUERY_KEY, SV("needle"));
 *	query_scratch_init(&scratch);
 *	if (query_match(&q, event, &scratch)) ...
 *
 * Everything asked for must hold. A query knows its literals (text[]) and never changes while
 * it is used; what matching needs to write is in the scratch, one for each thread.
 *
 * What each item looks at, in which types of record, is the table of query/look.c. Only whole
 * fields of the records count: text that somebody put inside a quoted value is not one. A
 * record that lacks a field, or was torn, never hides the rest of its event.
 */
#ifndef AURUM_QUERY_QUERY_H
#define AURUM_QUERY_QUERY_H

#include "base/buf.h"
#include "record/join.h"

#include <stdint.h>

enum query_item {
#define ITEM(id, several) QUERY_##id,
#include "query/item.def"
#undef ITEM
	QUERY_ITEMS
};

#define QUERY_TYPE_MAX  4096 /* record types end far below */
#define QUERY_NODES_MAX 64

struct query {
	int64_t start, end; /* seconds, both within */
	bool has_serial, has_types, whole_word;
	uint64_t serial;
	uint64_t types[QUERY_TYPE_MAX / 64]; /* a bit each; of any record of the event */
	struct sv nodes[QUERY_NODES_MAX];    /* any of them */
	size_t node_count;

	uint32_t wanted; /* a bit for each item below */
	uint64_t number[QUERY_ITEMS];
	struct sv
		text[QUERY_ITEMS]; /* borrowed; for UID, EUID and AUID the name, if one was given */
	/* Alternatives: one of UID, EUID, AUID; of GID, EGID; of SUBJECT, OBJECT will do. */
	bool any_user, any_group, any_context;
};

/* What query_match() writes. Memory grows to the longest value seen, within the buffers' maxima. */
struct query_scratch {
	struct buf cwd, text;
};

void query_init(struct query *q); /* fits every event */
void query_want_number(struct query *q, enum query_item item, uint64_t number);
void query_want_text(struct query *q, enum query_item item, struct sv text);
/* A user by number and, unless it is empty, by name: the name that an enriched record carries
 * for its number decides, where it has one. */
void query_want_user(struct query *q, enum query_item item, uint32_t id, struct sv name);

/* False when there is no such type, or there are too many nodes. */
MUST_CHECK bool query_add_type(struct query *q, uint32_t type);
MUST_CHECK bool query_add_node(struct query *q, struct sv node);

void query_scratch_init(struct query_scratch *s);
void query_scratch_release(struct query_scratch *s);

static inline bool query_in_window(const struct query *q, const struct stamp *stamp)
{
	return stamp->sec >= q->start && stamp->sec <= q->end;
}

/* True when the event is what q asks for. Linear in the size of the event's records. */
bool query_match(const struct query *q, const struct event *event, struct query_scratch *scratch);

#endif
