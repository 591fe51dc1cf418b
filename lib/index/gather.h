/*
 * Inside lib/index: the fields of lines, as columns.
 *
 *	struct gather g;
 *	gather_init(&g);
 *	if (!gather_frame(&g, text, n)) ...	-- finds the marks of a frame
 *	gather_piece(&g); gather_line(&g, &line) ...	-- each line that is a record
 *	gather_end_frame(&g);
 *	gather_release(&g);
 *
 * A record's fields are those that record/words.h counts, and those that record.h does: most records read
 * alike in both ways, and are cut here; the others go through both.
 */
#ifndef AURUM_INDEX_GATHER_H
#define AURUM_INDEX_GATHER_H

#include "index/build.h"
#include "index/column.h"
#include "index/marks.h"
#include "record/words.h"

/* Columns of what is no field. */
#define GATHER_TYPES   INDEX_FIELDS
#define GATHER_NODES   (INDEX_FIELDS + 1)
#define GATHER_COLUMNS (INDEX_FIELDS + 2)

#define GATHER_NAMES   256
#define GATHER_PENDING 128
#define GATHER_PHRASES 8

struct gather_name {
	uint64_t tag;
	uint32_t n;
	int16_t field; /* or none: then only a phrase begins or ends here */
	bool is_tail, is_key;
	bool ends_phrase;     /* its value is seldom the same */
	uint8_t window;       /* bytes that tell the phrases apart that begin here, or 0 */
	uint32_t tries, hits; /* of these */
};

/* Words that were cut and may come again. */
struct gather_span {
	struct phrase_key key;
	size_t bytes, words, from, to; /* from, to: in pending */
	uint8_t state_behind;
};

struct gather_value {
	struct dictionary_key key;
	uint32_t number; /* once it is found */
	uint8_t field;
	bool in_message;
};

/* Those that are wanted, of all lines of a frame. */
struct gather_values {
	struct index_value *list;
	size_t count, cap;
};

/* What the slow way finds of a field in one record. */
struct gather_look {
	uint32_t words, fields; /* how many */
	uint32_t word, field;   /* the last one's number + 1, or 0 */
};

struct gather {
	struct arena arena;
	struct column columns[GATHER_COLUMNS];
	struct trace trace;
	struct field_set repeated;
	struct gather_name names[GATHER_NAMES];
	int args, seresult; /* these fields' numbers */
	struct marks marks;
	size_t marks_cap;
	const char *text; /* of the frame, HASH_SLACK bytes of room behind it */
	size_t text_bytes;
	uint32_t *frame_pieces; /* the first piece of each frame, the one at hand included */
	size_t frames, frames_cap;
	struct gather_values *values; /* borrowed; not looked at when nobody wants any */

	bool is_execve, in_tail, in_message, is_slow; /* of the line at hand, */
	struct field_set seen, twice;                 /* what it has, */
	size_t mark; /* and where its tail begins, if it is in_tail */
	struct gather_value pending[GATHER_PENDING];
	size_t pending_count;
	struct phrases phrases;
	uint32_t picks[GATHER_PENDING];             /* scratch, */
	struct index_value shown[GATHER_PENDING];   /* of keeping a phrase */
	const struct phrase *found[GATHER_PHRASES]; /* in the line at hand */
	struct gather_span spans[GATHER_PHRASES];   /* the last one may be open */
	size_t found_count, span_count;
	bool is_span_open;
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
/* Its lines' values of the fields that somebody wants go to g->values, which has to be set. */
void gather_want(struct gather *g, const struct index_extra_maker *maker);

/* Starts a frame. False when there is no memory. */
MUST_CHECK bool gather_frame(struct gather *g, const char *text, size_t n);
void gather_end_frame(struct gather *g);

/* Starts a piece: what follows is of it. */
void gather_piece(struct gather *g);

/* Its type, found again: a number; 0 for one that nobody knows. */
uint32_t gather_type(struct gather *g, struct sv type_name);
void gather_node(struct gather *g, struct sv node);
/* Its fields. */
void gather_line(struct gather *g, const struct gather_line *l, uint32_t type);

#endif
