/* Edit distance with swaps (optimal string alignment), three rows at a time. */
#include "base/near.h"

#include <stdio.h>

#define WORD_MAX 64

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

static size_t distance(struct sv a, struct sv b)
{
	size_t row[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b.n; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *now = row[i % 3], *last = row[(i - 1) % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			char x = fold(a.p[i - 1]), y = fold(b.p[j - 1]);

			now[j] = min3(now[j - 1] + 1, last[j] + 1, last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == fold(b.p[j - 2]) && fold(a.p[i - 2]) == y &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
	}
	return row[a.n % 3][b.n];
}

void near_consider(struct near_best *best, struct sv typed, struct sv candidate)
{
	size_t limit = typed.n / 3, d;

	if (typed.n == 0 || typed.n > WORD_MAX || candidate.n > WORD_MAX)
		return;
	d = distance(typed, candidate);
	if (d <= limit && d < best->distance)
		*best = (struct near_best){candidate, d};
}

const char *near_hint(const struct near_best *best, const char *otherwise,
		      char out[NEAR_HINT_BYTES])
{
	if (!best->name.n)
		return otherwise;
	(void)snprintf(out, NEAR_HINT_BYTES, ": did you mean \"%.*s\"?", SV_FMT(best->name));
	return out;
}
