/*
 * Proofs as text. Whether one holds is for seal_check_inclusion() and seal_check_consistency(), with
 * what the notes in it say.
 */
#include "seal/proof.h"

#include "seal/base64.h"
#include "seal/text.h"

#define INCLUSION   "c2sp.org/tlog-proof@v1"
#define CONSISTENCY "aurum-consistency-proof/v1"

static int parse_first_line(struct sv *text, struct sv want, struct err *e)
{
	struct sv line;

	if (!text_line(text, &line) || !sv_eq(line, want))
		return err_set(e, "not a proof: its first line is not %.*s", SV_FMT(want));
	return 0;
}

/* Takes lines of hashes and the empty line behind them. */
static int parse_path(struct sv *text, struct seal_hash *path, unsigned max, unsigned *count,
		      struct err *e)
{
	struct sv line;
	unsigned n = 0;

	for (;;) {
		if (!text_line(text, &line))
			return err_set(e, "not a proof: no empty line behind its hashes");
		if (line.n == 0)
			break;
		if (n == max)
			return err_set(e, "a proof of more than %u hashes", max);
		if (!seal_base64_exactly(line, path[n].b, SEAL_HASH_BYTES))
			return err_set(e, "a proof's hash is not %d bytes in Base64",
				       SEAL_HASH_BYTES);
		n++;
	}
	*count = n;
	return 0;
}

static void print_path(struct buf *b, const struct seal_hash *path, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		seal_base64_put(b, path[i].b, SEAL_HASH_BYTES);
		buf_putc(b, '\n');
	}
	buf_putc(b, '\n');
}

static void print_named_number(struct buf *b, const char *name, uint64_t value)
{
	buf_puts(b, name);
	buf_putc(b, ' ');
	buf_put_u64(b, value);
	buf_putc(b, '\n');
}

int seal_inclusion_parse(struct sv text, struct seal_inclusion *out, struct err *e)
{
	struct seal_inclusion p = {.index = 0};
	struct sv line;
	size_t n;

	if (parse_first_line(&text, SV(INCLUSION), e) != 0)
		return -1;
	if (sv_starts(text, SV("extra "))) {
		if (!text_line(&text, &line))
			return err_set(e, "not a whole proof");
		p.extra = sv_from(line, sizeof("extra ") - 1);
		if (!seal_base64_size(p.extra, &n) || n == 0 || n > SEAL_EXTRA_MAX)
			return err_set(e, "a proof's extra data are not Base64, or too much");
	}
	if (!text_named_number_line(&text, SV("index"), &p.index))
		return err_set(e, "not a proof: no line of its index");
	if (parse_path(&text, p.path, SEAL_PATH_MAX, &p.count, e) != 0)
		return -1;
	if (text.n == 0)
		return err_set(e, "a proof without a checkpoint");
	p.note = text;
	*out = p;
	return 0;
}

void seal_inclusion_print(struct buf *b, const struct seal_inclusion *p)
{
	buf_puts(b, INCLUSION "\n");
	if (p->extra.n > 0) {
		buf_puts(b, "extra ");
		buf_put(b, p->extra);
		buf_putc(b, '\n');
	}
	print_named_number(b, "index", p->index);
	print_path(b, p->path, p->count);
	buf_put(b, p->note);
}

int seal_consistency_parse(struct sv text, struct seal_consistency *out, struct err *e)
{
	struct seal_consistency p = {.old = 0};

	if (parse_first_line(&text, SV(CONSISTENCY), e) != 0)
		return -1;
	if (!text_named_number_line(&text, SV("old"), &p.old) ||
	    !text_named_number_line(&text, SV("new"), &p.size) || p.old > p.size)
		return err_set(e, "not a proof: no lines of two sizes");
	if (parse_path(&text, p.path, SEAL_CONSISTENCY_MAX, &p.count, e) != 0)
		return -1;
	if (seal_note_next(&text, &p.old_note) != SEAL_CUT_NOTE || text.n == 0)
		return err_set(e, "a proof without two checkpoints");
	p.note = text;
	*out = p;
	return 0;
}

void seal_consistency_print(struct buf *b, const struct seal_consistency *p)
{
	buf_puts(b, CONSISTENCY "\n");
	print_named_number(b, "old", p->old);
	print_named_number(b, "new", p->size);
	print_path(b, p->path, p->count);
	buf_put(b, p->old_note);
	buf_putc(b, '\n');
	buf_put(b, p->note);
}
