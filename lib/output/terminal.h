/*
 * Text from a log made harmless for a terminal, and readable all the same.
 *
 *	terminal_put(SV("a\033[2Jb"), &out);		-- a\x1b[2Jb
 *
 * Printable characters of ASCII and of valid UTF-8 stay. Everything that a terminal would obey
 * or that would make a line read as another one is written as \xNN, byte by byte: control
 * bytes, DEL, the control characters U+0080 to U+009F, marks that change the writing direction,
 * line and paragraph separators, zero-width characters, and bytes that are not UTF-8. A
 * backslash is doubled, so that nobody can forge such a sequence.
 */
#ifndef AURUM_OUTPUT_TERMINAL_H
#define AURUM_OUTPUT_TERMINAL_H

#include "base/buf.h"

void terminal_put(struct sv text, struct buf *out);

#endif
