/*
 * A walk over the pattern with a stack of open parentheses. Where it is not sure what regcomp()
 * makes of a byte, it takes the larger.
 */
#include "query/pattern.h"

#include "base/num.h"

#define BOUND_MAX 65536 /* over RE_DUP_MAX: what is above is refused anyway */

struct level {
	uint64_t sum, last; /* of all parts so far, and of the one that a repetition is about */
};

struct sizer {
	struct sv pattern;
	size_t at;
	uint32_t max;
	size_t depth;
	struct level levels[PATTERN_DEPTH_MAX + 1];
};

static void add_part(struct sizer *s, uint64_t size)
{
	struct level *l = &s->levels[s->depth];

	l->sum += size;
	l->last = size;
}

static void repeat(struct sizer *s, uint64_t times)
{
	struct level *l = &s->levels[s->depth];

	if (times > 1) {
		l->sum += l->last * (times - 1);
		l->last *= times;
	}
	l->sum++; /* the repetition itself is a part, too */
	l->last++;
}

/* The largest number up to the closing brace; at is behind the opening one. */
static uint64_t read_bound(struct sizer *s)
{
	uint64_t largest = 1, bound = 0;

	for (; s->at < s->pattern.n && s->pattern.p[s->at] != '}'; s->at++) {
		unsigned digit = num_digit(s->pattern.p[s->at]);

		bound = digit < 10 ? bound * 10 + digit : 0;
		bound = bound > BOUND_MAX ? BOUND_MAX : bound;
		largest = bound > largest ? bound : largest;
	}
	s->at++;
	return largest;
}

static void close_group(struct sizer *s)
{
	uint64_t size = s->levels[s->depth].sum + 1;

	if (s->depth == 0) {
		add_part(s, 1);
		return;
	}
	s->depth--;
	add_part(s, size);
}

/* Behind "[": to behind its "]", which counts for nothing at the start. */
static void skip_bracket(struct sizer *s)
{
	struct sv p = s->pattern;

	s->at += s->at < p.n && p.p[s->at] == '^';
	s->at += s->at < p.n && p.p[s->at] == ']';
	while (s->at < p.n && p.p[s->at] != ']') {
		bool is_class =
			p.p[s->at] == '[' && s->at + 1 < p.n &&
			(p.p[s->at + 1] == ':' || p.p[s->at + 1] == '.' || p.p[s->at + 1] == '=');
		char mark = is_class ? p.p[s->at + 1] : '\0';
		const char end[] = {mark, ']'};

		s->at += is_class ? 2 + sv_find(sv_from(p, s->at + 2), sv_make(end, 2)) + 2 : 1;
	}
	s->at++;
}

/* False when it is nested too deep. */
static bool take(struct sizer *s, char c)
{
	switch (c) {
	case '(':
		if (s->depth == PATTERN_DEPTH_MAX)
			return false;
		s->levels[++s->depth] = (struct level){0};
		break;
	case ')':
		close_group(s);
		break;
	case '*':
	case '?':
		repeat(s, 1);
		break;
	case '+':
		repeat(s, 2);
		break;
	case '{':
		repeat(s, read_bound(s));
		break;
	case '\\':
		s->at++;
		add_part(s, 1);
		break;
	case '[':
		skip_bracket(s);
		add_part(s, 1);
		break;
	default:
		add_part(s, 1);
		break;
	}
	return s->levels[s->depth].sum <= s->max;
}

uint64_t pattern_size(struct sv pattern, uint32_t max)
{
	struct sizer s = {.pattern = pattern, .max = max};

	while (s.at < pattern.n)
		if (!take(&s, pattern.p[s.at++]))
			return (uint64_t)max + 1;
	while (s.depth)
		close_group(&s);
	return s.levels[0].sum;
}
