/* aurum explain: what is known of one line of a sealed log, for a person or as JSON. */
#include "aurum/prove.h"

#include "base/num.h"
#include "output/quote.h"
#include "output/terminal.h"

#define OUT_MAX ((size_t)4 << 20)
#define LL(n)   ((unsigned long long)(n))
#define NS_S    UINT64_C(1000000000)

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/explain.def"
#undef OPTION
};
static const struct option_set set = {.program = "aurum explain",
				      .usage = "[OPTION...] LINE [PATH]",
				      .summary = "Says what is known of a line of a sealed log, "
						 "counted from 0 since the seal began. Exit 0: "
						 "it is as it was signed, or policy removed it, 1: "
						 "something contradicts, 2: it is not signed, "
						 "3: trouble.",
				      .style = OPTION_GETOPT,
				      .rows = rows,
				      .count = LEN(rows)};

struct request {
	struct sealed_choice choice;
	bool has_line, is_json;
	uint64_t line;
};

static enum frame_next take(void *arg, const struct option_hit *hit, struct err *e)
{
	struct request *r = arg;

	switch (hit->id) {
	case 'h':
		return frame_help(&set, e);
	case 'j':
		r->is_json = true;
		return FRAME_ON;
	}
	if (sealed_option(&r->choice, hit))
		return FRAME_ON;
	if (r->has_line && !r->choice.path) {
		r->choice.path = hit->name;
		return FRAME_ON;
	}
	if (!r->has_line && num_range(sv_cstr(hit->name), 0, INT64_MAX, &r->line)) {
		r->has_line = true;
		return FRAME_ON;
	}
	(void)err_set(e,
		      r->has_line ? "one log at a time: \"%s\" is another"
				  : "\"%s\" is no number of a line",
		      hit->name);
	return FRAME_FAILED;
}

/* ---- for a person ---- */

static void put_place(const struct prove_known *k, struct buf *out)
{
	char text[PROVE_TIME_BYTES];
	struct stamp stamp;
	struct sv line = sv_make(k->line, k->bytes);

	buf_puts(out, "  ");
	terminal_put(line, out);
	buf_puts(out, "\n  it is line ");
	buf_put_u64(out, k->number);
	buf_puts(out, " of ");
	terminal_put(sv_cstr(k->file), out);
	buf_printf(out, ", at byte %llu", LL(k->offset));
	if (k->has_segment)
		buf_printf(out, " (segment %llu)", LL(k->segment));
	buf_putc(out, '\n');
	if (prove_stamp(line, &stamp) && stamp.sec >= 0)
		buf_printf(out, "  it says that it happened on %s, as event %llu\n",
			   prove_time((uint64_t)stamp.sec, text), LL(stamp.serial));
}

static void put_signer(const struct prove_known *k, struct buf *out)
{
	char from[PROVE_TIME_BYTES], to[PROVE_TIME_BYTES];

	if (!k->is_covered) {
		buf_puts(out, "  no checkpoint that is kept covers it: a note of the chain does\n");
		return;
	}
	buf_printf(
		out,
		"  first covered by the checkpoint of %llu lines, made on %s by the host's clock\n",
		LL(k->size), prove_time(k->wall_ns / NS_S, from));
	buf_printf(out, "  signed by the key of epoch %llu, ", LL(k->epoch.number));
	seal_vkey_print(out, &k->key);
	buf_printf(out, "\n  that key was there from %s", prove_time(k->epoch.seconds, from));
	if (k->until)
		buf_printf(out, " to %s: whoever took the host later cannot have changed the line",
			   prove_time(k->until, to));
	else
		buf_puts(out, ", and may still be: it is not wiped as far as the chain tells");
	buf_putc(out, '\n');
}

static void put(const struct request *r, const struct prove_known *k, const struct evidence *ev,
		struct buf *out)
{
	char text[PROVE_TIME_BYTES];

	if (k->is_kept) {
		buf_printf(out, "line %llu of %llu: it is as it was signed\n", LL(r->line),
			   LL(ev->size));
		put_place(k, out);
	} else {
		buf_printf(out,
			   "line %llu of %llu: it was removed by policy, as a note signed on %s "
			   "says\n",
			   LL(r->line), LL(ev->size), prove_time(k->pruned_seconds, text));
	}
	put_signer(k, out);
	buf_puts(out, "  log ");
	terminal_put(sv_cstr(ev->key.name), out);
	buf_puts(out, ev->trust == EVIDENCE_TRUST_KEY      ? ", by the given key\n"
		      : ev->trust == EVIDENCE_TRUST_ANCHOR ? ", by the key in the host's anchor\n"
							   : ", by what integrity/ itself says\n");
}

/* ---- JSON ---- */

static void put_text(struct buf *out, const char *name, struct sv value)
{
	buf_printf(out, ",\"%s\":", name);
	quote_json(value, out);
}

static void put_json(const struct request *r, const struct prove_known *k,
		     const struct evidence *ev, struct buf *out)
{
	CLEANUP(buf_release) struct buf key = BUF_INIT(4096);

	buf_printf(out, "{\"line\":%llu,\"signed\":%llu,\"kept\":%s,\"pruned\":%s", LL(r->line),
		   LL(ev->size), k->is_kept ? "true" : "false", k->is_pruned ? "true" : "false");
	put_text(out, "origin", sv_cstr(ev->key.name));
	put_text(out, "key",
		 sv_cstr(ev->trust == EVIDENCE_TRUST_KEY      ? "given"
			 : ev->trust == EVIDENCE_TRUST_ANCHOR ? "anchor"
							      : "none"));
	if (k->is_pruned)
		buf_printf(out, ",\"pruned_at\":%llu", LL(k->pruned_seconds));
	if (k->is_kept) {
		put_text(out, "text", sv_make(k->line, k->bytes));
		put_text(out, "file", sv_cstr(k->file));
		buf_printf(out, ",\"file_line\":%llu,\"offset\":%llu", LL(k->number),
			   LL(k->offset));
	}
	if (k->has_segment)
		buf_printf(out, ",\"segment\":%llu", LL(k->segment));
	if (k->is_covered) {
		seal_vkey_print(&key, &k->key);
		buf_printf(out,
			   ",\"checkpoint\":{\"size\":%llu,\"time\":%llu.%03llu,\"epoch\":%llu",
			   LL(k->size), LL(k->wall_ns / NS_S), LL(k->wall_ns % NS_S / 1000000),
			   LL(k->epoch.number));
		put_text(out, "key", buf_view(&key));
		buf_printf(out, ",\"key_from\":%llu,\"key_to\":", LL(k->epoch.seconds));
		if (k->until)
			buf_put_u64(out, k->until);
		else
			buf_puts(out, "null");
		buf_putc(out, '}');
	}
	buf_puts(out, "}\n");
}

/* ---- the run ---- */

static enum prove_exit explain(const struct request *r)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(OUT_MAX);
	struct prove_known known = {.is_kept = false};
	struct sealed sealed;
	struct prove *p;
	struct err e = {0};
	enum prove_exit code = prove_begin("explain", &r->choice, &sealed, &p);

	if (code == PROVE_EXIT_HOLDS)
		code = prove_end("explain", prove_explain(p, r->line, &known, &e), &e);
	if (code == PROVE_EXIT_HOLDS) {
		(r->is_json ? put_json : put)(r, &known, prove_evidence(p), &out);
		(void)fwrite(out.p, 1, out.n, stdout);
	}
	prove_known_release(&known);
	prove_close(p);
	return frame_finish("aurum", stdout, "the result") == 0 ? code : PROVE_EXIT_TROUBLE;
}

int explain_main(int argc, char **argv)
{
	struct request r = {.choice = {.program = "aurum", .config_dir = LOG_CONFIG_DIR}};
	int code = prove_options(&set, argc, argv, take, &r);

	if (code < 0 && !r.has_line) {
		say("explain: which line? `aurum explain --help` says more");
		code = PROVE_EXIT_TROUBLE;
	}
	return code < 0 ? (int)explain(&r) : code;
}
