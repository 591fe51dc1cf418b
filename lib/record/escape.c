/* Escaping for people and shells; decoding of the kernel's untrusted strings. */
#include "record/escape.h"

#include "base/num.h"

/* Printable bytes that get a backslash. */
static const char *const specials[] = {
	[ESCAPE_TTY] = "",
	[ESCAPE_RAW] = "",
	[ESCAPE_SHELL] = "\"'`$\\!()| ",
	[ESCAPE_SHELL_QUOTE] = "\"'`$\\!()| ;#&*?[]<>{}",
};

/*
 * Whether the byte p[i], 0x80 to 0x9f, goes on a character of UTF-8 that a byte before it started
 * (RFC 3629). In longer forms than a character needs it does not: they may hide anything.
 */
static bool is_inside_character(const char *p, size_t i)
{
	for (size_t back = 1; back <= 3 && back <= i; back++) {
		unsigned char lead = (unsigned char)p[i - back];
		unsigned char second = (unsigned char)p[i - back + 1];

		if (lead >= 0xc2 && lead <= 0xf4)
			return back <= (lead >= 0xe0) + (lead >= 0xf0) + 1u &&
			       !(lead == 0xe0 && second < 0xa0) && !(lead == 0xf0 && second < 0x90);
		if (lead < 0x80 || lead > 0xbf)
			break;
	}
	return false;
}

/*
 * What drives a terminal: ASCII's control bytes but DEL, which it ignores, and the characters
 * U+0080 to U+009F, of which U+009B is ESC [ in one: in UTF-8, and as bytes of their own, which is
 * what terminals of 8 bits take. after is the byte behind p[i], 0 where there is none.
 */
static bool is_control(const char *p, size_t i, unsigned char after)
{
	unsigned char c = (unsigned char)p[i];

	if (c == 0xc2)
		return after >= 0x80 && after <= 0x9f;
	if (c < 0x80 || c > 0x9f)
		return c < 32;
	return (i > 0 && (unsigned char)p[i - 1] == 0xc2) || !is_inside_character(p, i);
}

/* How many bytes p[i], with `after` behind it, becomes: 1 as it is, 2 with a backslash, 4 in octal. */
static size_t width(enum escape_mode mode, const char *p, size_t i, char after, int keep)
{
	if (mode == ESCAPE_RAW || (unsigned char)p[i] == keep)
		return 1;
	if (is_control(p, i, (unsigned char)after))
		return 4;
	return strchr(specials[mode], p[i]) ? 2 : 1;
}

bool escape_mode_find(struct sv word, enum escape_mode *out)
{
	static const struct {
		const char *word;
		enum escape_mode mode;
	} rows[] = {
		{"raw", ESCAPE_RAW},
		{"tty", ESCAPE_TTY},
		{"shell", ESCAPE_SHELL},
		{"shell_quote", ESCAPE_SHELL_QUOTE},
	};

	for (size_t i = 0; i < LEN(rows); i++)
		if (sv_eq(word, sv_cstr(rows[i].word))) {
			*out = rows[i].mode;
			return true;
		}
	return false;
}

bool escape_is_plain(enum escape_mode mode, struct sv text)
{
	unsigned char bits = 0;

	if (mode == ESCAPE_RAW)
		return true;
	/* The highest bit tells what is not ASCII or below a space; many bytes at once. */
	for (size_t i = 0; i < text.n; i++)
		bits |= (unsigned char)(text.p[i] | (text.p[i] - ' '));
	return mode == ESCAPE_TTY && bits < 0x80;
}

void escape_from(enum escape_mode mode, struct buf *b, size_t from, int keep)
{
	size_t extra = 0, to;
	char after = 0;

	if (escape_is_plain(mode, sv_make(b->p + from, b->n - from)))
		return;

	for (size_t i = b->n; i-- > from; after = b->p[i])
		extra += width(mode, b->p + from, i - from, after, keep) - 1;
	if (extra == 0 || !buf_reserve(b, extra))
		return;
	/* From the back, so that no byte is overwritten before it has moved. */
	to = b->n + extra;
	after = 0;
	for (size_t i = b->n; i-- > from;) {
		unsigned char c = (unsigned char)b->p[i];
		size_t w = width(mode, b->p + from, i - from, after, keep);

		after = (char)c;
		to -= w;
		if (w == 4) {
			b->p[to + 1] = (char)('0' + (c >> 6));
			b->p[to + 2] = (char)('0' + ((c >> 3) & 7));
			b->p[to + 3] = (char)('0' + (c & 7));
		} else {
			b->p[to + w - 1] = (char)c;
		}
		if (w > 1)
			b->p[to] = '\\';
	}
	b->n += extra;
}

void escape_put(enum escape_mode mode, struct sv text, struct buf *out)
{
	size_t from = out->n;

	buf_put(out, text);
	escape_from(mode, out, from, ESCAPE_KEEP_NONE);
}

bool is_hex(struct sv v)
{
	for (size_t i = 0; i < v.n; i++)
		if (num_digit(v.p[i]) > 15)
			return false;
	return true;
}

bool decode_bytes(struct sv value, struct buf *out)
{
	size_t digits = 0;

	if (value.n && value.p[0] == '(') {
		size_t end = sv_index(value, ')');

		if (end < value.n)
			buf_put(out, sv_head(value, end + 1));
		return end < value.n;
	}
	while (digits < value.n && num_digit(value.p[digits]) <= 15)
		digits++;
	if (digits < 2)
		return false;
	if (!buf_reserve(out, (digits + 1) / 2))
		return true;
	for (size_t i = 0; i < digits; i += 2) {
		unsigned low = i + 1 < digits ? num_digit(value.p[i + 1]) : 0;

		out->p[out->n++] = (char)(num_digit(value.p[i]) << 4 | low);
	}
	return true;
}

bool decode_pairs(struct sv value, struct buf *out)
{
	return value.n >= 2 && value.n % 2 == 0 && is_hex(value) && decode_bytes(value, out);
}

void decode_put(struct sv value, struct buf *out)
{
	size_t from = out->n;

	if (value.n && value.p[0] == '"') {
		struct sv inside = sv_from(value, 1);
		size_t end = sv_index(inside, '"');

		buf_put(out, end < inside.n ? sv_head(inside, end) : SV(" "));
		return;
	}
	if (!decode_bytes(sv_starts(value, SV("00")) ? sv_from(value, 2) : value, out)) {
		buf_put(out, value);
		return;
	}
	if (out->n > from) {
		const char *nul = memchr(out->p + from, 0, out->n - from);

		if (nul)
			out->n = (size_t)(nul - out->p);
	}
}
