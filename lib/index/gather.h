/*
 * Inside lib/index: the fields of lines, as columns.
 *
 *	struct gather g;
 *	gather_init(&g);
 *	if (!gather_frame(&g, text, n)) ...	-- finds the marks of a frame
 *	g.piece = ...; gather_line(&g, &line);	-- each line that is a record
 *	gather_end_frame(&g);
 *	gather_release(&g);
 *
 * A record's fields are those that record/words.h counts, and those that record.h does: most records read
 * alike in both ways, and are cut here; the others go through both.
 */
#ifndef AURUM_INDEX_GATHER_H
#define AURUM_INDEX_GATHER_H

#include "index/column.h"
#include "index/marks.h"
#include "record/words.h"

#define GATHER_NAMES   256
#define GATHER_PENDING 128

struct gather_name {
	uint64_t tag;
	uint32_t n;
	int16_t field;
	bool is_tail, is_key;
};

struct gather_value {
	struct column *column;
	struct posting_key key;
	struct value *value;
};

/* What the slow way finds of a field in one record. */
struct gather_look {
	uint32_t words, fields; /* how many */
	const struct value *word, *field;
};

struct gather {
	struct arena arena;
	struct column columns[INDEX_FIELDS], types, nodes;
	struct gather_name names[GATHER_NAMES];
	int args, seresult; /* these fields' numbers */
	struct marks marks;
	size_t marks_cap;
	const char *text; /* of the frame, HASH_SLACK bytes of room behind it */
	size_t text_bytes;
	uint32_t *frame_pieces; /* the first piece of each frame, the one at hand included */
	size_t frames, frames_cap;
	uint32_t piece, line;

	bool is_execve, in_tail, in_message, is_slow; /* of the line at hand, */
	size_t mark; /* and where its tail begins, if it is in_tail */
	struct gather_value pending[GATHER_PENDING];
	size_t pending_count;
	struct words words;
	struct buf raw;
	struct gather_look looks[INDEX_FIELDS];
	uint8_t looked[INDEX_FIELDS];
	size_t looked_count;
	bool failed; /* no memory */
};

struct gather_line {
	size_t from, body, end; /* in the frame */
	struct sv type_name;
};

void gather_init(struct gather *g);
void gather_release(struct gather *g);

/* Starts a frame, whose first piece is g->piece. False when there is no memory. */
MUST_CHECK bool gather_frame(struct gather *g, const char *text, size_t n);
void gather_end_frame(struct gather *g);

/* Its type, found again: a number; 0 for one that nobody knows. */
uint32_t gather_type(struct gather *g, struct sv type_name);
void gather_node(struct gather *g, struct sv node);
/* Its fields. */
void gather_line(struct gather *g, const struct gather_line *l, uint32_t type);

#endif
