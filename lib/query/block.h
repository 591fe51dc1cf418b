/*
 * Inside lib/query: files cut into blocks of whole lines, which can be read in any order and by
 * several threads.
 *
 *	struct blocks all;
 *	if (!blocks_open(&all, &cursor)) ...	-- not files only: has to be read line by line
 *	while (blocks_next(&all, &spec)) ...	-- one thread at a time
 *	block_read(&all, &spec, &unpacker, &block);	-- any thread, each with an unpacker of its own
 *
 * A line belongs to the block in which it starts:
 *
 *	file	| ...line\nline\nli|ne\nline\n...          |ne that is very long ...
 *		  parts[0]   parts[1]                        no part: nothing starts here
 *
 * parts[1] is the last line, read to its end; NUL bytes in front of it are left out, so that it
 * need not stand right behind parts[0]. Of a line that is too long enough is read to see that.
 *
 * Of a segment a block is some frames that follow one another, which hold whole lines: parts[0] is
 * all of them. Where a frame is damaged there are empty lines.
 */
#ifndef AURUM_QUERY_BLOCK_H
#define AURUM_QUERY_BLOCK_H

#include "log/cursor.h"

#define BLOCK_BYTES ((size_t)256 << 10)

/* A stretch of a source's text: whole lines. */
struct block_range {
	uint64_t from, to;
	bool is_sparse; /* other stretches around it are left out: its events are held (join_hold()) */
};

struct block_source; /* what is read of a source */

struct blocks {
	struct cursor *cursor;
	struct block_source *sources; /* as many as the cursor has */
	uint64_t total;               /* bytes of text that are read */
	size_t block_bytes;           /* BLOCK_BYTES, or less for tests */
	size_t source, range, frame;  /* of the next block */
	uint64_t from;
	struct frames_again *again; /* for block_reread() */
};

struct block_spec {
	size_t source;
	uint64_t from, to;   /* in its text */
	size_t first, count; /* frames of a segment */
	bool is_sparse;      /* its range was */
	bool is_shared; /* the block before has a part of its first frame, and tells of damage */
};

struct block_part {
	struct sv lines;
	uint64_t at; /* of their first byte: block_at(source, offset) */
};

struct block {
	struct block_spec spec;
	char *buffer;
	size_t cap; /* of the buffer */
	char *text; /* in the buffer: what was read */
	struct block_part parts[2];
	uint64_t errors;  /* places that could not be read; the parts are what could, */
	struct err error; /* and this is the first of them */
};

/* A place in all sources: 65,536 of them, 256 TiB each. */
static inline uint64_t block_at(size_t source, uint64_t offset)
{
	return (uint64_t)source << 48 | offset;
}

static inline size_t block_source(uint64_t at)
{
	return (size_t)(at >> 48);
}

/*
 * From the cursor's next source on. False when a source cannot be read from any place: pipes,
 * streams, segments whose frames do not end with lines, files that are made up as they are read. Or there is no memory.
 */
MUST_CHECK bool blocks_open(struct blocks *b, struct cursor *cursor);
void blocks_close(struct blocks *b);
/*
 * Only these stretches of a source are read; they rise, may touch, and are borrowed until
 * blocks_close(). count 0: nothing of it. Before blocks_next() gives the first of it; total is what is left. Again: instead of those.
 */
void blocks_keep(struct blocks *b, size_t source, const struct block_range *ranges, size_t count);
/* The source of which the next block is, or how many there are at the end. */
size_t blocks_source(struct blocks *b);
/* False at the end. */
MUST_CHECK bool blocks_next(struct blocks *b, struct block_spec *out);

/* Reads a block; makes *unpacker when it needs one. 0, or -1 when there is no memory. */
MUST_CHECK int block_read(const struct blocks *b, const struct block_spec *spec,
			  struct segment_unpacker **unpacker, struct block *out);
void block_release(struct block *block);

/* Reads bytes that were once in a block, one thread at a time; how many are still there. */
size_t block_reread(struct blocks *b, uint64_t at, char *out, size_t n);

#endif
