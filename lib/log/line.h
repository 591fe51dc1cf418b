/*
 * A record as it came from the kernel becomes a line of the log:
 *
 *	[node=NAME ]type=SYSCALL msg=audit(1700000000.123:456): arch=... [0x1d ARCH=x86_64 ...]
 *
 * Byte for byte what Debian's auditd 3.0.9 writes: a newline inside becomes a blank, one blank
 * at the end is dropped unless there is a node name, an unknown type is "UNKNOWN[1234]", and
 * lines end at the lengths that its buffers have.
 */
#ifndef AURUM_LOG_LINE_H
#define AURUM_LOG_LINE_H

#include "base/buf.h"
#include "record/names.h"

#define LOG_LINE_MAX     8969 /* bytes without the newline, node name and tail included */
#define LOG_LINE_RAW_MAX 8937 /* without both */

struct log_line_style {
	struct sv node;      /* empty: no node name */
	struct names *names; /* NULL: RAW; else ENRICHED with these names */
};

/*
 * Puts the line with its newline. text is what the kernel sent, from "audit(" on. When out
 * cannot take it, nothing is put and out->failed is set.
 */
void log_put_line(const struct log_line_style *style, uint32_t type, struct sv text,
		  struct buf *out);

#endif
