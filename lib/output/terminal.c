/* Which characters may reach a terminal. Knows UTF-8 (RFC 3629) and nothing about records. */
#include "output/terminal.h"

#include <stdint.h>

/* Ranges of characters that change how the rest of a line is shown, or are not seen at all. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{0x80, 0x9f},       /* C1 controls */
	{0xad, 0xad},       /* soft hyphen */
	{0x61c, 0x61c},     /* Arabic letter mark */
	{0x180e, 0x180e},   /* Mongolian vowel separator */
	{0x200b, 0x200f},   /* zero width, direction marks */
	{0x2028, 0x202e},   /* line and paragraph separator, embeddings, overrides */
	{0x2060, 0x206f},   /* word joiner, isolates */
	{0xfe00, 0xfe0f},   /* variation selectors */
	{0xfeff, 0xfeff},   /* byte order mark */
	{0xfff9, 0xfffb},   /* annotation */
	{0xe0000, 0xe0fff}, /* tags */
};

/* Length of the valid UTF-8 sequence that v starts with, and its character; 0 when it is none. */
static size_t utf8_length(struct sv v, uint32_t *character)
{
	static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)v.p[0];
	size_t n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	uint32_t c = first & (0xffu >> (n + 1));

	if (first < 0xc2 || first > 0xf4 || v.n < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)v.p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)v.p[i] & 0x3f);
	}
	if (c < lowest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*character = c;
	return n;
}

static bool is_hidden(uint32_t c)
{
	for (size_t i = 0; i < LEN(hidden); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	return false;
}

/* How many bytes at the start of v may be shown as they are; 0 when the first may not. */
static size_t printable(struct sv v)
{
	unsigned char first = (unsigned char)v.p[0];
	uint32_t c;
	size_t n;

	if (first < 0x80)
		return first >= ' ' && first != 0x7f && first != '\\';
	n = utf8_length(v, &c);
	return n && !is_hidden(c) ? n : 0;
}

void terminal_put(struct sv text, struct buf *out)
{
	while (text.n) {
		size_t n = printable(text);

		if (n)
			buf_put(out, sv_head(text, n));
		else if (text.p[0] == '\\')
			buf_puts(out, "\\\\");
		else
			buf_printf(out, "\\x%02x", (unsigned char)text.p[0]);
		text = sv_from(text, n ? n : 1);
	}
}
