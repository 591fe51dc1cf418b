/*
 * The lines of a log as a plugin reads them on standard input; the reverse of dispatch.h's reader.
 *
 *	struct framing f = {.is_binary = true, .is_raw = true};
 *	framing_put(&f, line, &out);
 *
 *	string	the line as it is
 *	binary	a header, then the line without its newline (version 1), or, where the log is raw and
 *		the line starts with its type, what the kernel sent: from "audit(" on (version 0)
 *
 * The mark for the end of an event, which the kernel sends to live readers and which is not logged,
 * is put again: behind the record that the kernel sends right before it (PROCTITLE, the last one of
 * a system call, linux/kernel/auditsc.c). Events without that record end without a mark.
 */
#ifndef AURUM_LOG_FRAMING_H
#define AURUM_LOG_FRAMING_H

#include "base/buf.h"

struct framing {
	bool is_binary;
	bool is_raw;      /* log_format is RAW, and lines start with no node */
	bool is_enriched; /* log_format is ENRICHED: a mark loses the blank at its end, as there */
};

/* line ends with its newline. The result may be nothing: of an empty line, say. */
void framing_put(const struct framing *f, struct sv line, struct buf *out);

#endif
