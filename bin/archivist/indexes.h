/*
 * Indexes of rotated files: they are readable for whom the log is, and go when their text does.
 */
#ifndef AURUM_ARCHIVIST_INDEXES_H
#define AURUM_ARCHIVIST_INDEXES_H

#include "archivist/archive.h"

#include "query/report_summary.h"

/* Of a plain file or a segment, which is open; one that is there and good stays. -1: see *e. */
MUST_CHECK int indexes_make(const struct archive *a, int fd, struct err *e);

/* Whether the text has a good one. */
MUST_CHECK bool indexes_has(const struct archive *a, const struct segment_head *head);

/*
 * One that is made while its text is compressed, which costs less than reading it again:
 *
 *	indexes_begin(&m, a);
 *	segment_write(plain, packed, &(struct segment_options){.frame = indexes_frame, .ctx = &m}, &head, e);
 *	indexes_end(&m, a, packed, &head, e);
 *	indexes_release(&m);
 */
struct indexes_making {
	struct report_summary_maker *totals;
	struct index_extra_maker extra; /* the builder looks at it */
	struct index_builder *builder;
	bool failed;
	struct err why;
};

void indexes_begin(struct indexes_making *m, const struct archive *a);
void indexes_frame(void *making, struct sv text, uint64_t raw_at);
/* fd: the segment, open, under its name. -1: see *e. */
MUST_CHECK int indexes_end(struct indexes_making *m, const struct archive *a, int fd,
			   const struct segment_head *head, struct err *e);
void indexes_release(struct indexes_making *m);

/*
 * Removes indexes of texts that are not in the log's folder, of whatever log there, and what is left
 * of some that were being written.
 */
void indexes_sweep(const struct archive *a);

#endif
