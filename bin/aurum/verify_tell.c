/* What aurum verify says: the verdict first, then what speaks against the log, then what was seen. */
#include "aurum/verify.h"

#include "output/quote.h"
#include "output/terminal.h"

#include <stdio.h>

#include <time.h>

#define LL(n)     ((unsigned long long)(n))
#define TIME_TEXT 64

static const char *const verdicts[] = {
	[VERIFY_PROVEN] = "proven",
	[VERIFY_TAMPERED] = "tampered",
	[VERIFY_INCOMPLETE] = "incomplete",
};

static const char *const ends[] = {
	[VERIFY_END_OPEN] = "open",   [VERIFY_END_LIVE] = "live",
	[VERIFY_END_STOP] = "stop",   [VERIFY_END_CHECKPOINT] = "checkpoint",
	[VERIFY_END_GIVEN] = "given",
};

static const char *const trusts[] = {
	[EVIDENCE_TRUST_NONE] = "none",
	[EVIDENCE_TRUST_KEY] = "given",
	[EVIDENCE_TRUST_ANCHOR] = "anchor",
};

static const char *time_of(uint64_t seconds, char out[TIME_TEXT])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (seconds > INT64_MAX || !localtime_r(&t, &tm) ||
	    strftime(out, TIME_TEXT, "%Y-%m-%d %H:%M:%S %z", &tm) == 0)
		(void)snprintf(out, TIME_TEXT, "second %llu", LL(seconds));
	return out;
}

/* ---- for a person ---- */

/* "lines 12 to 40", "no line". */
static void put_range(const struct verify_options *o, const struct verify_result *r,
		      struct buf *out)
{
	uint64_t from = r->first, to = r->end;

	if (o->has_from && o->from > from)
		from = o->from;
	if (o->has_to && o->to < to)
		to = o->to;
	if (from >= to)
		buf_puts(out, r->size ? "no line is left" : "no line");
	else if (from + 1 == to)
		buf_printf(out, "line %llu", LL(from));
	else
		buf_printf(out, "lines %llu to %llu", LL(from), LL(to - 1));
}

static void put_verdict(const struct verify_options *o, const struct verify_result *r,
			struct buf *out)
{
	switch (r->verdict) {
	case VERIFY_PROVEN:
		buf_puts(out, "proven: ");
		put_range(o, r, out);
		if (r->size == 0)
			buf_puts(out, ": nothing was written yet\n");
		else if (r->first == r->end)
			buf_puts(out, ": policy removed the others\n");
		else if (r->ends == VERIFY_END_LIVE)
			buf_puts(out, " as auditd wrote them\n");
		else
			buf_puts(out, " as auditd wrote them, and nothing is missing\n");
		break;
	case VERIFY_TAMPERED:
		buf_puts(out, "TAMPERED: the log or its evidence was changed\n");
		break;
	case VERIFY_INCOMPLETE:
		buf_puts(out, "INCOMPLETE: nothing contradicts the log, and it is not proven\n");
		break;
	}
}

/* The heaviest first, each in a line. */
static void put_doubts(const struct verify_result *r, struct buf *out)
{
	for (int weight = DOUBT_CONTRADICTION; weight > DOUBT_NONE; weight--)
		for (size_t i = 0; i < r->doubts.count; i++) {
			const struct doubt *d = &r->doubts.list[i];

			if ((int)doubt_weight(d->kind) != weight)
				continue;
			buf_puts(out, weight == DOUBT_CONTRADICTION ? "  ! " : "  ? ");
			terminal_put(sv_cstr(d->text), out);
			buf_putc(out, '\n');
		}
	if (r->doubts.more)
		buf_printf(out, "  ... and %llu more\n", LL(r->doubts.more));
}

static void put_end(const struct verify_result *r, struct buf *out)
{
	char text[TIME_TEXT];

	switch (r->ends) {
	case VERIFY_END_OPEN:
		break;
	case VERIFY_END_LIVE:
		buf_printf(out, "  the daemon is running, and signed on %s",
			   time_of(r->seconds, text));
		if (r->unsealed)
			buf_printf(out, "; %llu lines are not sealed yet", LL(r->unsealed));
		buf_putc(out, '\n');
		break;
	case VERIFY_END_STOP:
		buf_printf(out,
			   "  the log ends with a stop, signed on %s, that this host remembers\n",
			   time_of(r->seconds, text));
		break;
	case VERIFY_END_CHECKPOINT:
		buf_puts(out, "  a checkpoint that was kept elsewhere vouches for the end\n");
		break;
	case VERIFY_END_GIVEN:
		buf_puts(out,
			 "  only these lines were asked for: nothing is said about later ones\n");
		break;
	}
}

static void put_seen(const struct verify_options *o, const struct verify_result *r, struct buf *out)
{
	if (r->verdict != VERIFY_PROVEN) {
		buf_puts(out, "  as signed: ");
		put_range(o, r, out);
		buf_printf(out, " of %llu that were signed\n", LL(r->size));
	}
	put_end(r, out);
	buf_printf(out, "  %llu files, %llu checkpoints, %llu keys, %llu starts", LL(r->files),
		   LL(r->checkpoints), LL(r->epochs), LL(r->starts));
	if (r->origin[0]) {
		buf_puts(out, "; log ");
		terminal_put(sv_cstr(r->origin), out);
	}
	buf_puts(out, r->trust == EVIDENCE_TRUST_KEY      ? ", by the given key\n"
		      : r->trust == EVIDENCE_TRUST_ANCHOR ? ", by the key in the host's anchor\n"
							  : "\n");
}

void verify_tell(const struct verify_options *o, const struct verify_result *r, struct buf *out)
{
	put_verdict(o, r, out);
	put_doubts(r, out);
	put_seen(o, r, out);
}

/* ---- JSON ---- */

static void put_text(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	if (value)
		quote_json(sv_cstr(value), out);
	else
		buf_puts(out, "null");
}

static void put_number(struct buf *out, const char *name, uint64_t value)
{
	buf_printf(out, ",\"%s\":%llu", name, LL(value));
}

static void put_bad(const struct verify_result *r, struct buf *out)
{
	if (r->bad.change == VERIFY_SAME) {
		buf_puts(out, ",\"change\":null");
		return;
	}
	buf_puts(out, ",\"change\":{\"kind\":");
	quote_json(sv_cstr(verify_change_word(r->bad.change)), out);
	buf_printf(out, ",\"exact\":%s", r->bad.is_exact ? "true" : "false");
	put_number(out, "from", r->bad.from);
	put_number(out, "to", r->bad.to);
	put_text(out, "file", r->bad.file[0] ? r->bad.file : NULL);
	if (r->bad.line)
		put_number(out, "line", r->bad.line);
	buf_putc(out, '}');
}

static void put_json_doubts(const struct verify_result *r, struct buf *out)
{
	buf_puts(out, ",\"doubts\":[");
	for (size_t i = 0; i < r->doubts.count; i++) {
		const struct doubt *d = &r->doubts.list[i];

		buf_puts(out, i ? ",{\"kind\":" : "{\"kind\":");
		quote_json(sv_cstr(doubt_word(d->kind)), out);
		buf_printf(out, ",\"contradicts\":%s",
			   doubt_weight(d->kind) == DOUBT_CONTRADICTION ? "true" : "false");
		if (d->has_lines) {
			put_number(out, "from", d->from);
			put_number(out, "to", d->to);
		}
		put_text(out, "text", d->text);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
	put_number(out, "more_doubts", r->doubts.more);
}

void verify_tell_json(const struct verify_options *o, const struct verify_result *r,
		      struct buf *out)
{
	buf_puts(out, "{\"verdict\":");
	quote_json(sv_cstr(verdicts[r->verdict]), out);
	put_text(out, "log", o->log);
	put_text(out, "origin", r->origin[0] ? r->origin : NULL);
	put_text(out, "key", trusts[r->trust]);
	put_text(out, "end", ends[r->ends]);
	put_number(out, "first", r->first);
	put_number(out, "proven_to", r->end);
	put_number(out, "signed", r->size);
	put_number(out, "unsealed", r->unsealed);
	put_number(out, "before_seal", r->before);
	put_number(out, "files", r->files);
	put_number(out, "bytes", r->bytes);
	put_number(out, "checkpoints", r->checkpoints);
	put_number(out, "epochs", r->epochs);
	put_number(out, "starts", r->starts);
	put_number(out, "newest_signature", r->seconds);
	put_bad(r, out);
	put_json_doubts(r, out);
	buf_puts(out, "}\n");
}
