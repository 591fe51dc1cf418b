/* Inside lib/index: an open file's sections. */
#ifndef AURUM_INDEX_OPEN_H
#define AURUM_INDEX_OPEN_H

#include "index/layout.h"

/* Section number i, which is below x->section_count. */
struct layout_section open_section(const struct index *x, size_t i);

/* The number of the section of that kind and name, or x->section_count. */
size_t open_find(const struct index *x, uint32_t kind, struct sv name);

/* Its bytes, whose checksum is looked at the first time. -1: damaged. */
MUST_CHECK int open_bytes(struct index *x, size_t i, struct sv *out, struct err *e);

/* Bytes that are an index; they are borrowed. -1: they are none. */
MUST_CHECK int open_memory(struct index *x, struct sv bytes, struct err *e);

struct roaring_bitmap_s;

/* The rows of a dictionary's value; NULL when they are damaged, or there is no memory. */
struct roaring_bitmap_s *open_rows(const struct index *x, const struct layout_value *v);

#endif
