/* Values of csv and strings of JSON: what a reader of the format would take for its own. */
#include "output/quote.h"

#define PRIVATE_BASE 0xef00 /* byte b becomes U+EF00 + b */

/* ---- csv ---- */

static bool needs_quotes(struct sv v)
{
	static const bool special[256] = {[','] = true, ['"'] = true, ['\n'] = true, ['\r'] = true};
	bool needs = false;

	for (size_t i = 0; i < v.n; i++)
		needs |= special[(unsigned char)v.p[i]];
	return needs;
}

void quote_csv_from(struct buf *b, size_t from)
{
	size_t quotes = 0, to;

	if (b->failed || !needs_quotes(sv_make(b->p + from, b->n - from)))
		return;
	for (size_t i = from; i < b->n; i++)
		quotes += b->p[i] == '"';
	if (!buf_reserve(b, quotes + 2))
		return;
	/* From the back, so that no byte is overwritten before it has moved. */
	to = b->n + quotes + 2;
	b->p[--to] = '"';
	for (size_t i = b->n; i-- > from;) {
		b->p[--to] = b->p[i];
		if (b->p[i] == '"')
			b->p[--to] = '"';
	}
	b->p[--to] = '"';
	b->n += quotes + 2;
}

void quote_csv(struct sv value, struct buf *b)
{
	size_t from = b->n;

	buf_put(b, value);
	quote_csv_from(b, from);
}

/* ---- JSON ---- */

/* Length of the valid UTF-8 character at the front that stands for itself, or 0. */
static size_t character(struct sv v)
{
	unsigned char c = (unsigned char)v.p[0], low = 0x80, high = 0xbf;
	size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

	if (c < 0xc2 || c > 0xf4 || v.n < n)
		return 0;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	if ((unsigned char)v.p[1] < low || (unsigned char)v.p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (((unsigned char)v.p[i] & 0xc0) != 0x80)
			return 0;
	/* U+EF80..U+EFFF are ours. */
	if (c == 0xee && ((unsigned char)v.p[1] == 0xbe || (unsigned char)v.p[1] == 0xbf))
		return 0;
	return n;
}

static void put_byte(unsigned char c, struct buf *b)
{
	if (c == '"' || c == '\\') {
		buf_putc(b, '\\');
		buf_putc(b, (char)c);
	} else if (c < 0x20 || c == 0x7f) {
		buf_printf(b, "\\u%04x", c);
	} else if (c < 0x80) {
		buf_putc(b, (char)c);
	} else {
		unsigned code = PRIVATE_BASE + c;

		buf_putc(b, (char)(0xe0 | code >> 12));
		buf_putc(b, (char)(0x80 | (code >> 6 & 0x3f)));
		buf_putc(b, (char)(0x80 | (code & 0x3f)));
	}
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* The same of eight bytes at once: in the upper bit of each is whether it is one that is not. */
static bool are_plain(const char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t bytes, quote, backslash, del;

	memcpy(&bytes, p, sizeof(bytes));
	quote = bytes ^ ones * '"';
	backslash = bytes ^ ones * '\\';
	del = bytes ^ ones * 0x7f;
	return !((bytes | (bytes - ones * 0x20) | (quote - ones) | (backslash - ones) |
		  (del - ones)) &
		 ones * 0x80);
}

/* Valid characters that a terminal would obey, or that make text read as another one. */
static bool is_hidden(unsigned code)
{
	static const struct {
		unsigned first, last;
	} rows[] = {
		{0x80, 0x9f},     {0x200b, 0x200f}, {0x2028, 0x202e},
		{0x2060, 0x206f}, {0xfeff, 0xfeff}, {0x061c, 0x061c},
	};

	for (size_t i = 0; i < LEN(rows); i++)
		if (code >= rows[i].first && code <= rows[i].last)
			return true;
	return false;
}

/* A character of two bytes or more. */
static void put_character(struct sv c, struct buf *b)
{
	unsigned code = 0;

	if (c.n == 2)
		code = ((unsigned)c.p[0] & 0x1f) << 6 | ((unsigned)c.p[1] & 0x3f);
	else if (c.n == 3)
		code = ((unsigned)c.p[0] & 0xf) << 12 | ((unsigned)c.p[1] & 0x3f) << 6 |
		       ((unsigned)c.p[2] & 0x3f);
	if (is_hidden(code))
		buf_printf(b, "\\u%04x", code);
	else
		buf_put(b, c);
}

void quote_json_part(struct sv text, struct buf *b)
{
	while (text.n) {
		size_t n = 0;

		while (n + 8 <= text.n && are_plain(text.p + n))
			n += 8;
		while (n < text.n && is_plain((unsigned char)text.p[n]))
			n++;
		buf_put(b, sv_head(text, n));
		text = sv_from(text, n);
		if (text.n == 0)
			return;
		n = character(text);
		if (n)
			put_character(sv_head(text, n), b);
		else
			put_byte((unsigned char)text.p[0], b);
		text = sv_from(text, n ? n : 1);
	}
}

void quote_json(struct sv text, struct buf *b)
{
	buf_putc(b, '"');
	quote_json_part(text, b);
	buf_putc(b, '"');
}
