/* Compares names in turns of text and digits. */
#include "base/natural.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Takes a run of digits, or of anything else, from the front. */
static struct sv take_run(struct sv *rest, bool digits)
{
	size_t n = 0;
	struct sv run;

	while (n < rest->n && is_digit(rest->p[n]) == digits)
		n++;
	run = sv_head(*rest, n);
	*rest = sv_from(*rest, n);
	return run;
}

/* Where byte i of a run of text stands in the order; the end of the run lies at 0. */
static int rank(struct sv run, size_t i)
{
	if (i >= run.n)
		return 0;
	if (run.p[i] == '~')
		return -1;
	return (unsigned char)run.p[i] + (is_letter(run.p[i]) ? 0 : 256);
}

static int cmp_text(struct sv a, struct sv b)
{
	int order = 0;

	for (size_t i = 0; order == 0 && (i < a.n || i < b.n); i++)
		order = rank(a, i) - rank(b, i);
	return order;
}

static struct sv without_zeros(struct sv digits)
{
	while (digits.n && digits.p[0] == '0')
		digits = sv_from(digits, 1);
	return digits;
}

static int cmp_digits(struct sv a, struct sv b)
{
	a = without_zeros(a);
	b = without_zeros(b);
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return sv_cmp(a, b);
}

static int cmp_runs(struct sv a, struct sv b)
{
	int order = 0;

	while (order == 0 && (a.n || b.n)) {
		struct sv a_text = take_run(&a, false), b_text = take_run(&b, false);
		struct sv a_digits = take_run(&a, true), b_digits = take_run(&b, true);

		order = cmp_text(a_text, b_text);
		if (order == 0)
			order = cmp_digits(a_digits, b_digits);
	}
	return order;
}

/* The name before its suffixes: each a dot, a letter or '~', then letters, digits and '~'. */
static struct sv stem(struct sv name)
{
	size_t end = name.n, i = name.n;

	while (i > 0) {
		char c = name.p[--i];

		if (c == '.') {
			if (i + 1 == end || is_digit(name.p[i + 1]))
				break;
			end = i;
		} else if (!is_letter(c) && !is_digit(c) && c != '~') {
			break;
		}
	}
	return sv_head(name, end);
}

int natural_cmp(struct sv a, struct sv b)
{
	int order = cmp_runs(stem(a), stem(b));

	if (order == 0)
		order = cmp_runs(a, b);
	return order ? order : sv_cmp(a, b);
}
