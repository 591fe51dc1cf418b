/*
 * One line at a time. A log's text is looked at only as far as needed: the string framing of a
 * record that ends no event is a copy.
 */
#include "log/framing.h"

#include "log/dispatch.h"
#include "table/table.h"

#include <linux/audit.h>
#include <stdio.h>

#define TYPE         SV("type=")
#define NODE         SV("node=")
#define MESSAGE      SV(" msg=")
#define LAST         SV("type=PROCTITLE msg=audit(")
#define MARK         "type=EOE msg="
#define MARK_MAX     512    /* with the name of a node, which is below 256 bytes */
#define NAMES_FOLLOW '\x1d' /* an enriched line has it before the names */

/* The line from "type=" on; empty when it has another shape. */
static struct sv skip_node(struct sv line)
{
	if (line.n && line.p[0] == 'n' && sv_starts(line, NODE))
		line = sv_from(line, sv_index(line, ' ') + 1);
	return sv_starts(line, TYPE) ? line : SV_EMPTY;
}

/* The number of the type that typed starts with, and what comes behind "msg=". 0: neither. */
static uint32_t read_type(struct sv typed, struct sv *text)
{
	struct sv name = sv_from(typed, TYPE.n);
	uint32_t type;

	*text = SV_EMPTY;
	name = sv_head(name, sv_index(name, ' '));
	if (!msgtype_find(name, &type) && !msgtype_unnamed(name, &type))
		return 0;
	typed = sv_from(typed, TYPE.n + name.n);
	if (sv_starts(typed, MESSAGE))
		*text = sv_from(typed, MESSAGE.n);
	return type;
}

static void put_frame(const struct framing *f, struct sv line, struct sv typed, struct buf *out)
{
	struct sv text;
	uint32_t type = read_type(typed, &text);

	if (f->is_raw && type && text.n && typed.p == line.p &&
	    sv_index(line, NAMES_FOLLOW) == line.n)
		dispatch_put(DISPATCH_RAW, type, text, out);
	else
		dispatch_put(DISPATCH_FORMATTED, type, line, out);
}

/* typed: of the record before it, whose node and stamp are the mark's. */
static void put_end(const struct framing *f, struct sv line, struct sv typed, struct buf *out)
{
	struct sv node = sv_head(line, (size_t)(typed.p - line.p));
	struct sv stamp = sv_from(typed, LAST.n - SV("audit(").n);
	size_t n = sv_find(stamp, SV("): "));
	char text[MARK_MAX];

	if (n == stamp.n)
		return;
	stamp = sv_head(stamp, n + SV("): ").n - f->is_enriched);
	if (node.n + SV(MARK).n + stamp.n >= sizeof(text))
		return;
	n = (size_t)snprintf(text, sizeof(text), "%.*s" MARK "%.*s", SV_FMT(node), SV_FMT(stamp));
	if (!f->is_binary) {
		buf_put(out, sv_make(text, n));
		buf_putc(out, '\n');
	} else if (f->is_raw && node.n == 0) {
		dispatch_put(DISPATCH_RAW, AUDIT_EOE, stamp, out);
	} else {
		dispatch_put(DISPATCH_FORMATTED, AUDIT_EOE, sv_make(text, n), out);
	}
}

void framing_put(const struct framing *f, struct sv line, struct buf *out)
{
	struct sv bare = sv_head(line, line.n - (line.n > 0)), typed;

	if (bare.n == 0)
		return;
	typed = skip_node(bare);
	if (f->is_binary)
		put_frame(f, bare, typed, out);
	else
		buf_put(out, line);
	if (sv_starts(typed, LAST))
		put_end(f, bare, typed, out);
}
