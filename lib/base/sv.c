/* Views of text: the functions that are too long to sit in the header. */
#include "base/sv.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
	return is_blank(c) || (c >= '\n' && c <= '\r');
}

static unsigned char lower(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 'A' && u <= 'Z' ? (unsigned char)(u + 'a' - 'A') : u;
}

bool sv_cut(struct sv v, char c, struct sv *head, struct sv *tail)
{
	size_t i = sv_index(v, c);
	bool found = i < v.n;

	*tail = found ? sv_from(v, i + 1) : SV_EMPTY;
	*head = sv_head(v, i);
	return found;
}

bool sv_word(struct sv *rest, struct sv *word)
{
	size_t start = 0, end;

	while (start < rest->n && is_blank(rest->p[start]))
		start++;
	for (end = start; end < rest->n && !is_blank(rest->p[end]); end++)
		;
	if (start == end) {
		*rest = sv_from(*rest, end);
		return false;
	}
	*word = sv_make(rest->p + start, end - start);
	*rest = sv_from(*rest, end);
	return true;
}

bool sv_line(struct sv *rest, struct sv *line)
{
	struct sv v = *rest;

	if (v.n == 0)
		return false;
	(void)sv_cut(v, '\n', line, rest);
	return true;
}

struct sv sv_trim(struct sv v)
{
	while (v.n && is_space(v.p[0]))
		v = sv_from(v, 1);
	while (v.n && is_space(v.p[v.n - 1]))
		v.n--;
	return v;
}

bool sv_eq_nocase(struct sv a, struct sv b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

int sv_cmp(struct sv a, struct sv b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool sv_to_cstr(struct sv v, char *out, size_t cap)
{
	out[0] = '\0';
	if (v.n >= cap || (v.n && memchr(v.p, '\0', v.n)))
		return false;
	if (v.n)
		memcpy(out, v.p, v.n);
	out[v.n] = '\0';
	return true;
}
