/*
 * Inside lib/query: the numbers of a summary's section, and lists of stamps and of numbers, as LEB128:
 * seven bits a byte, lowest first, the eighth says that more follow. What is read is hostile.
 */
#ifndef AURUM_QUERY_SUMMARY_CODE_H
#define AURUM_QUERY_SUMMARY_CODE_H

#include "base/buf.h"
#include "record/record.h"

void code_put(struct buf *out, uint64_t value);
/* As the difference to the one before, which is then this one. */
void code_put_stamp(struct buf *out, struct stamp *before, const struct stamp *stamp);
/* How many, then the distances; rising. */
void code_put_numbers(struct buf *out, const uint64_t *rising, size_t count);

/* They take what they read off *in; false, with *in as it may be, when it cannot be. */
MUST_CHECK bool code_take(struct sv *in, uint64_t *value);
MUST_CHECK bool code_take_stamp(struct sv *in, struct stamp *before, struct stamp *stamp);

/* A list of rising numbers, one by one: count is what is left of it. */
struct code_numbers {
	uint64_t count, last;
	bool has_last;
};

MUST_CHECK bool code_take_count(struct sv *in, struct code_numbers *list);
MUST_CHECK bool code_take_number(struct sv *in, struct code_numbers *list, uint64_t *value);

#endif
