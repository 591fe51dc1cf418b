/*
 * Making the index of a text, frame by frame.
 *
 *	struct index_builder *b = index_builder_new(&options, &e);
 *	for each frame: if (index_builder_frame(b, text, raw_at, &e) != 0) ...
 *	if (index_builder_end(b, &head, &e) != 0) ...
 *	if (index_builder_write(b, fd, &e) != 0) ...	-- one pass over the file; nothing is synced
 *	index_builder_free(b);
 */
#ifndef AURUM_INDEX_BUILD_H
#define AURUM_INDEX_BUILD_H

#include "base/buf.h"
#include "index/index.h"
#include "record/join.h"

/* What another floor adds up over events and keeps in a section of its own. */
struct index_extra_maker {
	uint32_t kind; /* of the section, from INDEX_EXTRA_FIRST on */
	void *ctx;
	/*
	 * Each event with its row and parsed records, in order, and the first and the last frame that holds
	 * a record of it. More frames may follow.
	 */
	void (*event)(void *ctx, const struct event *event, uint32_t row, uint32_t first_frame,
		      uint32_t last_frame);
	/* The section's bytes. -1: no memory. */
	int (*put)(void *ctx, struct buf *out);
};

struct index_options {
	int64_t timeout_s; /* end_of_event_timeout; 0: JOIN_TIMEOUT_DEFAULT_S */
	const struct index_extra_maker *extra;
	size_t extra_count;
};

struct index_builder;
struct index_builder *index_builder_new(const struct index_options *o, struct err *e);
void index_builder_free(struct index_builder *b);
MUST_CHECK int index_builder_frame(struct index_builder *b, struct sv lines, uint64_t raw_at,
				   struct err *e);
/* head: as index_open() will be given it. */
MUST_CHECK int index_builder_end(struct index_builder *b, const struct segment_head *head,
				 struct err *e);
MUST_CHECK int index_builder_write(const struct index_builder *b, int fd, struct err *e);

/* Opens what would be written; it lives as long as the builder. */
MUST_CHECK int index_builder_open(const struct index_builder *b, struct index *x, struct err *e);

/* Reads all of a file, plain or a segment, and ends: *head is the text's. */
MUST_CHECK int index_build(struct index_builder *b, int fd, struct segment_head *head,
			   struct err *e);

/*
 * Writes it to its path: beside, synced, renamed, with mode and group of the log, a descriptor; the folder is
 * made. On failure nothing is left behind.
 */
MUST_CHECK int index_write(const struct index_builder *b, const char *path, int log, struct err *e);

/*
 * The whole of it for one file that is there, plain or a segment, PATH of which log: written beside, synced, renamed, with the log's
 * mode and group.
 * 1: it was there and is good, 0: it was made. -1: see *e; nothing is left behind.
 */
MUST_CHECK int index_make(const char *log, int fd, const struct index_options *o, struct err *e);

#endif
