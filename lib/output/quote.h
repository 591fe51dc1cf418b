/*
 * Any bytes as a value of csv and as a string of JSON.
 *
 *	quote_csv(SV("a,b"), &out);		-- "a,b" in quotes
 *	quote_json(SV("a\"b"), &out);		-- "a\"b", with its backslash, in quotes
 *
 * Csv is that of RFC 4180: quotes only around a value with a comma, a quote or a line's end in
 * it, and a quote doubled. Other bytes stay, so escape what a terminal would obey before.
 *
 * JSON strings (RFC 8259) are always valid UTF-8: a byte that is not becomes one character of
 * U+EF80..U+EFFF, and so does each byte of those characters themselves, so that nothing is lost
 * or forged. What a terminal would obey or what makes text read as another one is \uXXXX.
 */
#ifndef AURUM_OUTPUT_QUOTE_H
#define AURUM_OUTPUT_QUOTE_H

#include "base/buf.h"

void quote_csv(struct sv value, struct buf *b);
/* The same for a value that stands at the end of b already, from byte `from` on. */
void quote_csv_from(struct buf *b, size_t from);

/* With its quotes around it. */
void quote_json(struct sv text, struct buf *b);
/* What stands between the quotes. */
void quote_json_part(struct sv text, struct buf *b);

#endif
