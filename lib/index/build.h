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

#define INDEX_NO_ID UINT32_MAX

/* A value that a record has. */
struct index_value {
	struct sv raw; /* with its quotes */
	uint32_t
		id; /* from 0: the same for the same bytes of a field in one file; or INDEX_NO_ID */
	uint8_t field;   /* its line in field.def, from 0 */
	bool in_message; /* inside msg='...' */
};

/* A record, as far as the index has read it. */
struct index_line {
	uint32_t type;
	bool is_known; /* values are all that it has of the fields that are wanted, each of them once */
	const struct index_value *values;
	size_t count;
};

/* An event, before its records are parsed. */
struct index_event {
	struct stamp stamp;
	const struct index_line *lines;
	size_t count;
	uint32_t row, first_frame, last_frame;
};

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
	/*
	 * Both may be NULL. Of the fields that it wants (of the tail's none is offered), values() is given those
	 * of each event first: true when they are enough, and event() need not be called. They are valid
	 * until it returns. wants() is called when the builder is made.
	 */
	bool (*wants)(void *ctx, uint8_t field, struct sv name);
	bool (*values)(void *ctx, const struct index_event *event);
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
