/*
 * Inside lib/seal: lines, numbers and names as its texts have them, read strictly.
 */
#ifndef AURUM_SEAL_TEXT_H
#define AURUM_SEAL_TEXT_H

#include "seal/digest.h"
#include "seal/key.h"

/* Takes the next line from *rest, without the LF that it must have. */
bool text_line(struct sv *rest, struct sv *line);

/* Decimal, no leading zeros, below 2^63. */
bool text_number(struct sv v, uint64_t *out);

/* A line that is a number; one that is a word, a space and a number. */
bool text_number_line(struct sv *rest, uint64_t *out);
bool text_named_number_line(struct sv *rest, struct sv name, uint64_t *out);

/* UTF-8 (no surrogates, nothing longer than needed) with no control character but LF. */
bool text_is_clean(struct sv v);

/* A name of a signature line: clean, some bytes, no white space (Unicode's), no "+". */
bool text_is_name(struct sv v);

#endif
