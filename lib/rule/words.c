/* Splits lines into words and finds back where in the line a byte of a word came from. */
#include "rule/words.h"

struct rule_words words_of_command_line(int argc, char *const argv[])
{
	return (struct rule_words){.argc = argc, .argv = argv};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* An escape is a backslash before a blank or another backslash. */
static bool is_escape(struct sv v, size_t i)
{
	return v.p[i] == '\\' && i + 1 < v.n && (v.p[i + 1] == ' ' || v.p[i + 1] == '\\');
}

/* Takes one word as it stands; false when none is left. */
static bool take_word(struct sv *rest, struct sv *word)
{
	size_t i = 0, start;

	while (i < rest->n && is_blank(rest->p[i]))
		i++;
	start = i;
	while (i < rest->n && !is_blank(rest->p[i]))
		i += is_escape(*rest, i) ? 2 : 1;
	*word = sv_make(rest->p ? rest->p + start : NULL, i - start);
	*rest = sv_from(*rest, i);
	return word->n > 0;
}

/* The word as it is meant, a C string in the arena. */
static char *unescape(struct sv raw, struct arena *a)
{
	char *text = arena_alloc(a, raw.n + 1);
	size_t n = 0;

	if (!text)
		return NULL;
	for (size_t i = 0; i < raw.n; i++) {
		if (is_escape(raw, i))
			i++;
		text[n++] = raw.p[i];
	}
	text[n] = '\0';
	return text;
}

static size_t count_words(struct sv line)
{
	struct sv word;
	size_t n = 0;

	while (take_word(&line, &word))
		n++;
	return n;
}

int words_split(struct sv line, uint32_t number, struct arena *a, struct rule_words *out,
		struct problems *problems)
{
	struct rule_place place = {number, 1};
	struct sv rest = sv_trim(line), word, *raw; /* a CR before the newline goes, too */
	size_t count = count_words(rest), nul = sv_index(line, '\0');
	char **argv;

	if (nul < line.n) {
		place.column = (uint32_t)nul + 1;
		problem_error(problems, place, "a NUL byte: a rules file is text, remove the byte");
		return -1;
	}
	if (rest.n && rest.p[0] == '#')
		count = 0;
	argv = arena_alloc(a, (count + 2) * sizeof(*argv));
	raw = arena_alloc(a, (count + 1) * sizeof(*raw));
	if (!argv || !raw)
		goto no_memory;
	argv[0] = unescape(SV("auditctl"), a);
	if (!argv[0])
		goto no_memory;
	raw[0] = SV_EMPTY;
	for (size_t i = 1; i <= count && take_word(&rest, &word); i++) {
		raw[i] = word;
		argv[i] = unescape(word, a);
		if (!argv[i])
			goto no_memory;
	}
	argv[count + 1] = NULL;
	*out = (struct rule_words){
		.argc = (int)count + 1, .argv = argv, .line = number, .raw = raw, .text = line};
	return 0;
no_memory:
	problem_error(problems, place, "the line is too long: split it into several rules");
	return -1;
}

/* How far into the raw word the n-th byte of the meant word stands. */
static size_t raw_offset(struct sv raw, size_t n)
{
	size_t i = 0;

	while (n-- > 0 && i < raw.n)
		i += is_escape(raw, i) ? 2 : 1;
	return i;
}

struct rule_place words_place(const struct rule_words *w, const char *p)
{
	struct rule_place place = {w->line, 0};

	for (int i = 1; i < w->argc; i++) {
		const char *word = w->argv[i];

		if (p < word || p > word + strlen(word))
			continue;
		if (!w->raw) {
			place.column = (uint32_t)i;
			return place;
		}
		place.column = (uint32_t)((size_t)(w->raw[i].p - w->text.p) +
					  raw_offset(w->raw[i], (size_t)(p - word)) + 1);
		return place;
	}
	if (w->raw && w->argc > 1)
		place.column = (uint32_t)(w->raw[1].p - w->text.p) + 1;
	return place;
}
