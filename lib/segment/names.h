/*
 * The names of what belongs to a log: PATH-00000042.zst for its segments, index/HASH-SIZE.idx in the
 * same folder for indexes. Numbers only rise; a segment is never renamed.
 */
#ifndef AURUM_SEGMENT_NAMES_H
#define AURUM_SEGMENT_NAMES_H

#include "segment/segment.h"

#define SEGMENT_PATH_MAX 4096
#define SEGMENT_LIST_MAX 1000000
#define INDEX_FOLDER     "index"

/* False when it would be too long. */
MUST_CHECK bool segment_path(const char *log, uint64_t number, char out[SEGMENT_PATH_MAX]);
MUST_CHECK bool segment_draft_path(const char *log, uint64_t number,
				   char out[SEGMENT_PATH_MAX]); /* while it is written */
/* Of the text with that hash and size, wherever it lies in the log's folder. */
MUST_CHECK bool index_path(const char *log, const struct segment_head *head,
			   char out[SEGMENT_PATH_MAX]);

/*
 * The same for a segment that is there, by what its end says; its checksums are not looked at, and
 * nothing is decompressed: for who only removes it. False when it does not say.
 */
MUST_CHECK bool segment_index_path(const char *log, uint64_t number, char out[SEGMENT_PATH_MAX]);

struct segment_list {
	uint64_t *numbers; /* rising */
	size_t count, cap;
};

#define SEGMENT_LIST_INIT ((struct segment_list){NULL, 0, 0})

void segment_list_release(struct segment_list *l);
/* Reads the folder; one that is not there is an empty list. */
MUST_CHECK int segment_list_look(struct segment_list *l, const char *log, struct err *e);

#endif
