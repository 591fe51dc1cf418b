/*
 * What C2SP signed-note says of text, and Go's sumdb/note does: UTF-8, no control characters but LF,
 * names without white space and "+".
 */
#include "seal/text.h"

#include "base/num.h"

bool text_line(struct sv *rest, struct sv *line)
{
	size_t at = sv_index(*rest, '\n');

	if (at == rest->n)
		return false;
	*line = sv_head(*rest, at);
	*rest = sv_from(*rest, at + 1);
	return true;
}

bool text_number(struct sv v, uint64_t *out)
{
	if (v.n > 1 && v.p[0] == '0')
		return false;
	return num_range(v, 0, INT64_MAX, out);
}

bool text_number_line(struct sv *rest, uint64_t *out)
{
	struct sv line;

	return text_line(rest, &line) && text_number(line, out);
}

bool text_named_number_line(struct sv *rest, struct sv name, uint64_t *out)
{
	struct sv line, word, number;

	return text_line(rest, &line) && sv_cut(line, ' ', &word, &number) && sv_eq(word, name) &&
	       text_number(number, out);
}

/* Takes one character (RFC 3629, 4); false where there is none. */
static bool next_character(struct sv *rest, uint32_t *out)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)rest->p;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);

	if (n == 0 || n > rest->n || p[0] >= 0xf8)
		return false;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return false;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return false;
	*rest = sv_from(*rest, n);
	*out = c;
	return true;
}

bool text_is_clean(struct sv v)
{
	uint32_t c;

	while (v.n > 0)
		if (!next_character(&v, &c) || (c < ' ' && c != '\n'))
			return false;
	return true;
}

/* Unicode's White_Space above the control characters. */
static bool is_space(uint32_t c)
{
	return c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool text_is_name(struct sv v)
{
	uint32_t c;

	if (v.n == 0)
		return false;
	while (v.n > 0)
		if (!next_character(&v, &c) || c < ' ' || is_space(c) || c == '+')
			return false;
	return true;
}
