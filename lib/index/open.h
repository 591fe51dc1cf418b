/*
 * Inside lib/index: an open file's sections. Each is read when it is asked for the first time, checked, and kept;
 * of the bitmaps, which are most of a file, only those that are asked for. Bytes that were checked are ours:
 * nobody can change them any more.
 */
#ifndef AURUM_INDEX_OPEN_H
#define AURUM_INDEX_OPEN_H

#include "index/layout.h"
#include "index/rows.h"

/* Has the list of sections read again behind index_rest(). -1: the file is not the one that it was. */
MUST_CHECK int open_again(struct index *x, struct err *e);

/* Section number i, which is below x->section_count. */
struct layout_section open_section(const struct index *x, size_t i);

/* The number of the section of that kind and name, or x->section_count. */
size_t open_find(const struct index *x, uint32_t kind, struct sv name);

/* Its bytes, until index_rest() or index_close(). -1: damaged, cut short, or there is no memory. */
MUST_CHECK int open_bytes(struct index *x, size_t i, struct sv *out, struct err *e);

/* Bytes that are an index; they are borrowed. -1: they are none. */
MUST_CHECK int open_memory(struct index *x, struct sv bytes, struct err *e);

/* The bitmap of a dictionary's value with more than one row, until the next one. False: it is damaged. */
MUST_CHECK bool open_bitmap(struct index *x, const struct layout_value *v, struct sv *out);

/* Adds the rows of a dictionary's value to a set of x->totals.rows. False: they are damaged, and so is *out then. */
MUST_CHECK bool open_rows(struct index *x, const struct layout_value *v, struct rows *out);

#endif
