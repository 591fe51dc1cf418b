/*
 * Inside lib/query/prune*: what is known of each file, and what is read of it.
 */
#ifndef AURUM_QUERY_PRUNE_PARTS_H
#define AURUM_QUERY_PRUNE_PARTS_H

#include "query/prune.h"

#define PRUNE_TERMS_MAX 16

/* What all have to hold, each a tree of its own. */
struct prune_terms {
	struct prune_wish wish;
	struct arena arena;
	const struct demand *list[PRUNE_TERMS_MAX];
	bool takes_end
		[PRUNE_TERMS_MAX]; /* it may hold for what an EOE says, which may be in no row */
	size_t count;
	bool is_all; /* they say all of what is looked for */
	bool has_not; /* an event of which some records are missing can fit, though the whole one does not */
};

/* Of a frame. */
enum {
	KEEP_SPARSE = 1, /* it is read */
	KEEP_PLAIN =
		2, /* with what is around it, from the first such frame of the file to the last */
	KEEP_EDGE = 4, /* its times are those of another file, too */
};

struct prune_span {
	struct stamp first, last;
};

/* What comes behind a place in the log: the lowest stamp of it, and whether it is read as it stands. */
struct prune_behind {
	struct stamp floor;
	bool is_tail;
};

struct prune_file {
	const struct cursor_source *source;
	enum prune_reason reason;
	char *trouble;         /* what is wrong with the index; NULL: nothing is known */
	bool is_index_damaged; /* a part of it, which was done without */
	uint64_t bytes, kept;

	bool has_index; /* index is open */
	struct index index;

	bool is_live;  /* it has, or may have, records in the window */
	bool has_span; /* first and last are known: the lowest and highest stamps in the window */
	struct stamp first, last;
	struct stamp high,
		low; /* the highest of it and the files before it, the lowest of it and those behind */

	bool is_part; /* read by frames */
	bool is_exact;
	struct rows *terms[PRUNE_TERMS_MAX]; /* the rows of which each may hold; NULL: all */
	struct rows *rows;                   /* of which all may; NULL: all */
	bool is_rows_a_term;                 /* rows is one of the terms */
	bool is_whole; /* all its rows are counted, and no frame of it is looked at */
	/* Sets of rows are given back once it is known how many there are, and which of them hold here. */
	bool is_asleep;
	bool first_holds[PRUNE_TERMS_MAX], last_holds[PRUNE_TERMS_MAX]; /* rows, of each term */
	uint64_t row_count;
	unsigned char *keep; /* of each frame; NULL before prune_file_frames() */
	struct prune_span
		*spans; /* has_not: what is read of it has these stamps, rising and apart */
	size_t span_count;
	struct block_range *ranges;
	struct stamp *floors; /* of each range */
	size_t range_count, frames_kept;
	struct prune_behind behind; /* the file */

	bool is_sieved; /* it was looked through: */
	size_t hits;    /* so many of its frames have the text */

	bool has_counted; /* events from here to there are counted, and not read */
	struct stamp counted_from, counted_to;
	uint64_t counted;
};

/* prune_file.c: opens the file's index and asks it. Any thread. -1: no memory. */
MUST_CHECK int prune_file_look(struct prune_file *f, const struct prune_terms *t);
void prune_file_release(struct prune_file *f);
/* Asks for the sets again that were given back. False: that fails now, and the file is read whole. */
bool prune_file_wake(struct prune_file *f, const struct prune_terms *t);
/* Reads the table of frames, once. False: it is damaged, and the file is read whole. */
bool prune_file_frames(struct prune_file *f);
/* The span of a file without an index: reads all of it. */
void prune_file_span(struct prune_file *f, const struct cursor *cursor, size_t source,
		     const struct prune_terms *t);
/* It is read whole, for that reason. */
void prune_file_give_up(struct prune_file *f, enum prune_reason reason);

/* True when some of these rows are in the set; NULL: all are. */
bool prune_rows_any(const struct rows *rows, uint32_t from, uint32_t to);
/* True when a frame has records in the window, and perhaps the serial. */
bool prune_frame_fits(const struct prune_terms *t, const struct index_frame *frame);

/* prune_border.c: marks what has to be read where files meet. True when a file was given up. */
bool prune_borders(struct prune *p);
/*
 * The same for one file that is still read whole, whatever the others hold, once prune_borders() found no more to give up. False:
 * too much of it, or its order depends on all that is open there.
 */
bool prune_meet(const struct prune *p, struct prune_file *f);

/*
 * prune_select.c: marks the frames in which the rows are, and none else. Where all rows can be counted
 * no frame is looked at, until somebody asks for them.
 */
void prune_select(struct prune_file *f, const struct prune_terms *t);
/* Whether all rows of which the terms hold are events that are looked for, and in the window. */
bool prune_is_countable(const struct prune_file *f, const struct prune_terms *t);
/* For who marks more of them. False: as prune_file_frames(). */
bool prune_select_frames(struct prune_file *f, const struct prune_terms *t);
/* Marks what is read as it stands where the window begins, if anything of it is marked. */
void prune_select_start(struct prune_file *f, const struct prune_terms *t);
/* Whether so many bytes are most of the file, so that its frames do not matter. */
bool prune_is_much(const struct prune_file *f, uint64_t bytes);
uint64_t prune_bytes_marked(const struct prune_file *f);
/* Whether an event that comes late may be found in what is marked (index_has_late()). */
bool prune_is_late(struct prune_file *f);
/* Whether what is marked has to be given up for the whole file; PRUNE_INDEXED: no. */
enum prune_reason prune_check(struct prune_file *f, const struct prune_terms *t);
/* Counts instead of reading, where that is possible. */
void prune_count_rows(struct prune_file *f, const struct prune_terms *t);
/* For has_not: marks what has the stamps of marked frames. -1: no memory. */
MUST_CHECK int prune_fill(struct prune_file *f, const struct prune_terms *t);
/* True when the file's spans meet these stamps. */
bool prune_in_spans(const struct prune_file *f, const struct stamp *first,
		    const struct stamp *last);
/* Makes ranges of the frames that are marked, each with its own lowest stamp for a floor. -1: no memory. */
MUST_CHECK int prune_ranges(struct prune_file *f);
/* Makes floors of them: each is the lowest of its range and of what comes behind, which is moved before them. */
void prune_floors(struct prune_file *f, const struct prune_terms *t, struct prune_behind *behind);

#endif
