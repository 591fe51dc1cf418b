/*
 * Inside lib/index: frames as lines, pieces, events and rows.
 *
 *	struct frames f;
 *	if (frames_init(&f, timeout_s, &e) != 0) ...
 *	if (frames_take(&f, &gather, text, raw_at, &e) != 0) ...	-- each frame
 *	if (frames_end(&f, &e) != 0) ...
 *	... f.list[], f.rows[piece] ...
 *	frames_release(&f);
 *
 * Lines are what log/cursor.h makes of them, and pieces of events what record/join.h asks for.
 */
#ifndef AURUM_INDEX_FRAME_H
#define AURUM_INDEX_FRAME_H

#include "index/build.h"
#include "index/gather.h"

#define ROW_NONE UINT32_MAX /* of a piece that is in no event (yet) */

/* A record in a frame's text, for those who read events. */
struct frame_line {
	uint32_t from, end, name, name_bytes, body, mark; /* mark: where the tail begins, or end */
	uint32_t type;
	uint32_t value, value_count; /* the first of its values */
	bool is_odd;                 /* it has to be parsed */
	bool is_known;               /* its values are all there is */
};

/* A frame's text and lines, with room for more. */
struct frame_text {
	char *p;
	struct frame_line *lines;
	struct gather_values values;
	size_t cap, line_count, line_cap;
};

struct frame {
	struct index_frame public;
	uint32_t piece; /* its first one */
	uint32_t open;  /* pieces without a row, while there is somebody who reads their lines */
	struct frame_text text; /* kept for these */
};

#define FRAMES_SPARE 4

struct frames {
	struct join *join;
	const struct index_options *options;
	struct frame *list;
	size_t count, cap;
	uint32_t *rows;   /* of pieces */
	uint32_t *starts; /* of pieces: their first line of their frame */
	size_t pieces, pieces_cap;
	struct index_totals totals;

	struct stamp *stamps; /* of the rows that were not late, rising */
	struct stamp *strays; /* of those that were, and of EOEs alone */
	uint32_t *late;
	size_t stamp_count, stamp_cap, stray_count, stray_cap, late_count, late_cap;
	bool is_doubled; /* a stamp came twice */
	bool has_lowest;
	struct stamp lowest; /* of all records but EOEs alone */
	/* EOEs alone: */
	bool is_bare;            /* the last record says EOE, and nothing else */
	struct index_frame ends; /* the stamps and serials of those in the frame at hand */
	bool has_odd_end;        /* of one of them the index would not tell enough */

	struct frame_text text;                /* of the frame at hand */
	struct frame_text spare[FRAMES_SPARE]; /* not in use */
	size_t spare_count;
	/* Of the event at hand, for options->extra. */
	struct record *records;
	struct index_line *lines;
	size_t record_cap, line_cap;
};

MUST_CHECK int frames_init(struct frames *f, const struct index_options *o, struct err *e);
void frames_release(struct frames *f);

/* text is copied: it is kept for as long as there are extras that may need it. */
MUST_CHECK int frames_take(struct frames *f, struct gather *g, struct sv text, uint64_t raw_at,
			   struct err *e);
MUST_CHECK int frames_end(struct frames *f, struct err *e);

#endif
