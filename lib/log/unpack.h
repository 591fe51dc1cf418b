/*
 * Inside lib/log: the text of a cursor's source that is compressed, from its start to its end.
 *
 *	struct unpack *u = unpack_new(source, &e);
 *	while ((n = unpack_read(u, text, sizeof(text), &e)) != 0)
 *		if (n < 0) ...		-- damage: the next call goes on behind it
 *	unpack_free(u);
 */
#ifndef AURUM_LOG_UNPACK_H
#define AURUM_LOG_UNPACK_H

#include "log/cursor.h"

struct unpack;

/* The source, a segment or a stream, is borrowed. NULL: no memory, or its tables are not those that were seen. */
struct unpack *unpack_new(struct cursor_source *s, struct err *e);
void unpack_free(struct unpack *u); /* NULL is fine */

/* At most n bytes; 0 at the end. -1: the sentence names the file. */
MUST_CHECK ssize_t unpack_read(struct unpack *u, char *text, size_t n, struct err *e);

/* Whether a line starts at what comes after damage; else it may be the middle of one. */
bool unpack_keeps_lines(const struct unpack *u);

#endif
