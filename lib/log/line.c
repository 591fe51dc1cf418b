/* Formatting only: which records are written at all is the daemon's business. */
#include "log/line.h"

#include "record/enrich.h"
#include "table/table.h"

static void put_type(uint32_t type, struct buf *out)
{
	const char *name = msgtype_name(type);

	if (name) {
		buf_puts(out, name);
		return;
	}
	buf_put(out, SV("UNKNOWN["));
	buf_put_u64(out, type);
	buf_putc(out, ']');
}

static void blank_newlines(char *p, size_t n)
{
	for (char *end = p + n; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
		*p = ' ';
}

/*
 * The kernel closes a program's text with the last byte of the record. When that byte is cut off,
 * a quote of the program's own would end the text, and what it wrote behind would pass for the
 * kernel's fields and for the names that are appended here.
 */
static void cut_at(struct buf *out, size_t start, size_t max)
{
	struct sv line;

	if (out->n - start <= max)
		return;
	out->n = start + max;
	line = sv_make(out->p + start, max);
	if (sv_find(line, SV(" msg='")) < line.n)
		out->p[out->n - 1] = '\'';
}

void log_put_line(const struct log_line_style *style, uint32_t type, struct sv text,
		  struct buf *out)
{
	size_t start = out->n;

	if (style->node.n) {
		buf_put(out, SV("node="));
		buf_put(out, style->node);
		buf_putc(out, ' ');
	}
	buf_put(out, SV("type="));
	put_type(type, out);
	buf_put(out, SV(" msg="));
	buf_put(out, text);
	if (!out->failed) {
		blank_newlines(out->p + start, out->n - start);
		if (style->node.n == 0 && out->n - start > LOG_LINE_RAW_MAX)
			cut_at(out, start, LOG_LINE_RAW_MAX);
		else if (style->node.n == 0 && out->p[out->n - 1] == ' ')
			out->n--;
	}
	if (!out->failed && style->names)
		enrich_tail(type, text, out->n - start, style->names, out);
	if (!out->failed) {
		blank_newlines(out->p + start, out->n - start);
		cut_at(out, start, LOG_LINE_MAX);
	}
	buf_putc(out, '\n');
	if (out->failed)
		out->n = start;
}
