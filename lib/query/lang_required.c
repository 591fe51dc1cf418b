/* Bytes that whatever a test accepts holds: of words, globs and regular expressions. */
#include "query/lang_plan.h"

#include "base/num.h"

/* The longest text that whatever matches holds, outside of groups; a longer one may be there. */
struct scanner {
	struct sv pattern;
	size_t at, depth;
	char run[LITERAL_MAX], longest[LITERAL_MAX];
	size_t n, longest_n;
};

static void end_run(struct scanner *s)
{
	if (s->n > s->longest_n) {
		memcpy(s->longest, s->run, s->n);
		s->longest_n = s->n;
	}
	s->n = 0;
}

/* The part in front may be missing: without its last byte. */
static void drop_last(struct scanner *s)
{
	s->n -= s->n > 0;
	end_run(s);
}

static void add_byte(struct scanner *s, char c)
{
	if (s->depth)
		return;
	if (s->n == sizeof(s->run))
		end_run(s);
	s->run[s->n++] = c;
}

/* Behind "[": to behind its "]". False when it has none. */
static bool skip_class(struct scanner *s)
{
	struct sv p = s->pattern;

	s->at += s->at < p.n && p.p[s->at] == '^';
	s->at += s->at < p.n && p.p[s->at] == ']';
	for (; s->at < p.n && p.p[s->at] != ']'; s->at++) {
		if (p.p[s->at] == '\\')
			s->at++;
		else if (p.p[s->at] == '[' && s->at + 1 < p.n && p.p[s->at + 1] == ':')
			s->at += 1 + sv_index(sv_from(p, s->at + 2), ']');
	}
	s->at++;
	return s->at <= p.n;
}

/* Behind "\". False for what takes more bytes than the next. */
static bool take_escape(struct scanner *s)
{
	char c = s->at < s->pattern.n ? s->pattern.p[s->at++] : '0';

	if (num_digit(c) >= 10 && !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
		add_byte(s, c);
		return true;
	}
	end_run(s);
	return sv_index(SV("dDwWsSbBAZzhHvVRnrtefa"), c) < SV("dDwWsSbBAZzhHvVRnrtefa").n;
}

static bool take(struct scanner *s, char c)
{
	switch (c) {
	case '\\':
		return take_escape(s);
	case '[':
		end_run(s);
		return skip_class(s);
	case '(':
		end_run(s);
		s->depth++;
		return s->at < s->pattern.n && s->pattern.p[s->at] != '?' &&
		       s->pattern.p[s->at] != '*';
	case ')':
		end_run(s);
		s->depth -= s->depth > 0;
		return true;
	case '{':
		drop_last(s);
		s->at += sv_index(sv_from(s->pattern, s->at), '}');
		s->at += s->at < s->pattern.n;
		return true;
	case '*':
	case '?':
		drop_last(s);
		return true;
	case '|':
		return s->depth > 0;
	case '+':
	case '.':
	case '^':
	case '$':
		end_run(s);
		return true;
	default:
		add_byte(s, c);
		return true;
	}
}

static struct sv pattern_run(struct sv pattern, struct scanner *s)
{
	*s = (struct scanner){.pattern = pattern};
	while (s->at < pattern.n)
		if (!take(s, pattern.p[s->at++]))
			return SV_EMPTY;
	end_run(s);
	return sv_make(s->longest, s->longest_n);
}

static struct sv glob_run(struct sv glob)
{
	struct sv longest = SV_EMPTY;
	size_t from = 0;

	for (size_t i = 0; i <= glob.n; i++) {
		if (i < glob.n && glob.p[i] != '*' && glob.p[i] != '?')
			continue;
		if (i - from > longest.n)
			longest = sv_make(glob.p + from, i - from);
		from = i + 1;
	}
	return longest;
}

struct sv lang_longest_between(struct sv text, char c)
{
	struct sv longest = SV_EMPTY, part;

	while (text.n) {
		(void)sv_cut(text, c, &part, &text);
		if (part.n > longest.n)
			longest = part;
	}
	return longest;
}

struct sv lang_required(const struct lang_test *t, char without, struct arena *a)
{
	struct scanner s;
	struct sv run = SV_EMPTY;

	if (t->kind == LANG_TEST_TEXT && !t->another.n)
		run = t->text;
	else if (t->kind == LANG_TEST_GLOB)
		run = glob_run(t->text);
	else if (t->kind == LANG_TEST_PATTERN)
		run = pattern_run(t->text, &s);
	if (without)
		run = lang_longest_between(run, without);
	return run.n && a ? arena_copy(a, run) : SV_EMPTY;
}
