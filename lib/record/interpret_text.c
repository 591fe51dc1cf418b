/*
 * Readings of text: strings that the kernel wrote in quotes or in hexadecimal, command lines,
 * and what was typed at a terminal.
 */
#include "record/interpret_parts.h"

#include "table/tty_key.h"

static void put_raw(const struct value *v, const void *how, struct buf *out)
{
	(void)how;
	buf_put(out, v->raw);
}

const struct reading as_raw = {put_raw, NULL};

static void put_encoded(const struct value *v, const void *how, struct buf *out)
{
	(void)how;
	decode_put(v->raw, out);
}

const struct reading as_encoded = {put_encoded, NULL};

/*
 * A command line is its arguments with a NUL byte between them, which becomes a space. What is
 * not hexadecimal at its end counts as NULs too; half a byte at the end is not an argument.
 */
static void put_proctitle(const struct value *v, const void *how, struct buf *out)
{
	struct sv digits = sv_starts(v->raw, SV("00")) ? sv_from(v->raw, 2) : v->raw;
	size_t from = out->n, whole = from + digits.n / 2;

	if (sv_starts(v->raw, SV("\"")) || sv_starts(digits, SV("(")) ||
	    !decode_bytes(digits, out)) {
		put_encoded(v, how, out);
		return;
	}
	while (out->n < whole && !out->failed)
		buf_putc(out, '\0');
	for (size_t i = from; i < out->n; i++) {
		if (out->p[i] == '\0' && i >= whole)
			out->n = i;
		else if (out->p[i] == '\0')
			out->p[i] = ' ';
	}
}

const struct reading as_proctitle = {put_proctitle, NULL};

/* The name of the key whose bytes text starts with, or NULL. */
static const char *key_at(struct sv text, size_t *length)
{
	unsigned char first = (unsigned char)text.p[0];

	/* No key starts with a printable byte of ASCII or Latin-1. */
	if (first >= 0xa0 || (first >= ' ' && first < 0x7f))
		return NULL;
	return tty_key_name(text, length);
}

static void put_typed_byte(unsigned char c, struct buf *out)
{
	if (c < 0x20 || c > 0x7e) {
		buf_printf(out, "\\%03o", c);
		return;
	}
	if (c == '\\' || c == '"')
		buf_putc(out, '\\');
	buf_putc(out, (char)c);
}

/* ls -l, return: "ls -l",<ret>. */
static void put_typed(struct sv typed, struct buf *out)
{
	size_t from = out->n;
	bool quoted = false;

	for (size_t i = 0; i < typed.n;) {
		size_t length;
		const char *key = key_at(sv_from(typed, i), &length);

		if (quoted && key)
			buf_putc(out, '"');
		if (out->n > from && (key || !quoted))
			buf_putc(out, ',');
		if (key) {
			buf_printf(out, "<%s>", key);
			i += length;
		} else {
			if (!quoted)
				buf_putc(out, '"');
			put_typed_byte((unsigned char)typed.p[i++], out);
		}
		quoted = !key;
	}
	if (quoted)
		buf_putc(out, '"');
}

static void put_tty_data(const struct value *v, const void *how, struct buf *out)
{
	CLEANUP(buf_release) struct buf typed = BUF_INIT(out->max);

	(void)how;
	if (!is_hex(v->raw)) {
		buf_put(out, v->raw);
		return;
	}
	if (!decode_bytes(v->raw, &typed)) {
		buf_puts(out, "(null)");
		return;
	}
	put_typed(sv_head(buf_view(&typed), v->raw.n / 2), out);
}

const struct reading as_tty_data = {put_tty_data, NULL};
