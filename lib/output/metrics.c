/* The text format of Prometheus: where names, help, labels and their escapes stand. */
#include "output/metrics.h"

#include "output/quote.h"

#define PREFIX "aurum_"

void metrics_head(struct sv name, const char *kind, const char *help, struct buf *out)
{
	buf_puts(out, "# HELP " PREFIX);
	buf_put(out, name);
	buf_printf(out, " %s\n# TYPE " PREFIX, help);
	buf_put(out, name);
	buf_printf(out, " %s\n", kind);
}

/*
 * The format escapes a backslash, a quote and a line's end. What else a terminal would obey or is
 * not UTF-8 must not be in there at all: it is written as in JSON, with its backslashes doubled.
 */
static void put_label_value(struct sv value, struct buf *out)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(out->max);

	quote_json_part(value, &text);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\\' && i + 1 < text.n &&
		    (text.p[i + 1] == '\\' || text.p[i + 1] == '"' || text.p[i + 1] == 'n'))
			buf_putc(out, text.p[i++]);
		else if (text.p[i] == '\\')
			buf_putc(out, '\\');
		buf_putc(out, text.p[i]);
	}
	out->failed |= text.failed;
}

void metrics_value(struct sv name, const char *label, struct sv value, struct buf *out)
{
	buf_puts(out, PREFIX);
	buf_put(out, name);
	if (label) {
		buf_printf(out, "{%s=\"", label);
		put_label_value(value, out);
		buf_puts(out, "\"}");
	}
	buf_putc(out, ' ');
}

void metrics_gauge(const char *name, const char *help, uint64_t value, struct buf *out)
{
	metrics_head(sv_cstr(name), "gauge", help, out);
	metrics_value(sv_cstr(name), NULL, SV_EMPTY, out);
	buf_put_u64(out, value);
	buf_putc(out, '\n');
}
