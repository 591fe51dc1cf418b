/*
 * What an index holds, and whether it is true. An index whose checksums fit may still lie: it can hide events
 * from searches, if whoever wrote it wanted to. Only making it again from the text tells.
 *
 *	switch (index_check(&x, fd, &options, &why, &e)) {
 *	case 0: it is what would be made of that text now; 1: it is not, why has a line for each difference;
 *	-1: the text cannot be read.
 *	}
 */
#ifndef AURUM_INDEX_CHECK_H
#define AURUM_INDEX_CHECK_H

#include "index/build.h"

enum index_section_kind {
	INDEX_SECTION_FRAMES,
	INDEX_SECTION_LATE,
	INDEX_SECTION_DICTIONARY, /* of a field, "type" or "node" */
	INDEX_SECTION_BLOOMS,     /* of a field's values */
	INDEX_SECTION_PARTS,      /* of runs of four bytes of them */
	INDEX_SECTION_BITMAPS,    /* the rows of all dictionaries */
	INDEX_SECTION_EXTRA,
};

struct index_section {
	enum index_section_kind kind;
	char name[16];      /* the field's, or "" */
	uint64_t bytes;     /* in the file */
	uint64_t row_bytes; /* DICTIONARY: of its rows; values with the same rows share them */
	uint32_t count;     /* frames, rows, values, blooms */
	bool is_repeated;   /* DICTIONARY: some record has the field twice: it is never exact */
};

/* Each section, in the order of the file. */
void index_sections(struct index *x, void (*take)(void *arg, const struct index_section *s),
		    void *arg);

/*
 * Makes the index of fd's text again and compares all of it but the rows' layout. Sections of others
 * (o->extra) are compared if o makes them. At most 20 lines are put into why.
 */
MUST_CHECK int index_check(struct index *x, int fd, const struct index_options *o, struct buf *why,
			   struct err *e);

#endif
