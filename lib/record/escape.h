/*
 * The four ways in which text from a record is made safe to show, and the encoding in which
 * the kernel writes text that somebody else chose.
 *
 *	escape_put(ESCAPE_TTY, SV("a\nb"), &out);	-- a\012b
 *
 *	decode_put(SV("\"a b\""), &out);		-- a b
 *	decode_put(SV("612062"), &out);			-- a b
 *
 * Modes, as `ausearch --escape` names them: raw changes nothing; tty turns control bytes
 * (below 32, and U+0080 to U+009F, in UTF-8 or as single bytes) into a backslash and three octal digits; shell also puts a backslash before
 * " ' ` $ \ ! ( ) | and space; shell_quote also before ; # & * ? [ ] < > { }.
 */
#ifndef AURUM_RECORD_ESCAPE_H
#define AURUM_RECORD_ESCAPE_H

#include "base/buf.h"

enum escape_mode { ESCAPE_TTY, ESCAPE_RAW, ESCAPE_SHELL, ESCAPE_SHELL_QUOTE };

/* "raw", "tty", "shell", "shell_quote"; false, with *out untouched, for other words. */
MUST_CHECK bool escape_mode_find(struct sv word, enum escape_mode *out);

void escape_put(enum escape_mode mode, struct sv text, struct buf *out);

/* True when escape_put() would put the text as it is; false may be said of such text, too. */
bool escape_is_plain(enum escape_mode mode, struct sv text);

/* Escapes what is in b from byte `from` on, in place; bytes equal to keep stay as they are. */
#define ESCAPE_KEEP_NONE (-1)
void escape_from(enum escape_mode mode, struct buf *b, size_t from, int keep);

/*
 * Value as it stands in a record to the text it stands for, as every audit tool reads it:
 *	"text"	up to the second quote; a single space when there is none
 *	(null)	up to the parenthesis
 *	6162	hexadecimal digits, as far as they go; an odd last one counts 16-fold.
 *		A 00 in front (the name of an abstract socket) is skipped.
 * Anything else, and a single digit, stands for itself. Decoded text ends at a NUL byte.
 */
void decode_put(struct sv value, struct buf *out);

/*
 * Only the hexadecimal form: the bytes, NULs included; false, with nothing put, when value
 * does not start with two digits. "(...)" gives its own text, as above.
 */
bool decode_bytes(struct sv value, struct buf *out);

/* Stricter: only when value is nothing but pairs of digits; else false, with nothing put. */
bool decode_pairs(struct sv value, struct buf *out);

/* True when every byte is a hexadecimal digit, the empty view included. */
bool is_hex(struct sv v);

#endif
