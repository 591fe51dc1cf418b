/*
 * Expectations, line by line. What a line means is here; running commands and reading events is
 * somebody else's.
 */
#include "policy/expect.h"

#include "rule/words.h"

#include <stdlib.h>

/* A test of an empty command takes most: pointers, views, its words and the test. */
#define MEMORY_PER_BYTE 256
#define MEMORY_LEAST    ((size_t)1 << 16)

/* A line that is being read. */
struct reading {
	struct expect_file *file;
	struct problems *problems;
	const struct rule_words *words;
	int at, end; /* the head's words are [at, end) */
	struct expectation test;
};

/* ---- words ---- */

static bool word_is(const char *word, const char *what)
{
	return strcmp(word, what) == 0;
}

static int bad(struct reading *r, int word, const char *what)
{
	const struct rule_words *w = r->words;
	struct rule_place at = words_place(w, w->argv[word < w->argc ? word : 1]);

	problem_error(r->problems, at, "%s", what);
	return -1;
}

/* The head ends with the first word that ends in a colon, which is taken off. */
static int find_colon(struct reading *r)
{
	for (int i = 1; i < r->words->argc; i++) {
		char *word = r->words->argv[i];
		size_t n = strlen(word);

		if (n == 0 || word[n - 1] != ':')
			continue;
		word[n - 1] = '\0';
		r->end = n > 1 ? i + 1 : i;
		return i + 1;
	}
	return bad(r, r->words->argc - 1,
		   "a colon is missing: expect WHAT: COMMAND, or event FILE: WHAT");
}

/* ---- what is expected ---- */

static int take_key(struct reading *r, enum expect_want want)
{
	if (r->at + 1 >= r->end || r->words->argv[r->at + 1][0] == '\0')
		return bad(r, r->at, "which key? Write: key NAME");
	r->test.want = want;
	r->test.key = r->words->argv[r->at + 1];
	r->at += 2;
	return 0;
}

static int take_want(struct reading *r)
{
	const char *word = r->at < r->end ? r->words->argv[r->at] : "";

	if (word_is(word, "nothing")) {
		r->test.want = EXPECT_NOTHING;
		r->at++;
		return 0;
	}
	if (word_is(word, "key"))
		return take_key(r, EXPECT_KEY);
	if (word_is(word, "no") && r->at + 1 < r->end &&
	    word_is(r->words->argv[r->at + 1], "key")) {
		r->at++;
		return take_key(r, EXPECT_NO_KEY);
	}
	return bad(r, r->at, "what is expected is: nothing, key NAME or no key NAME");
}

static int take_who(struct reading *r)
{
	while (r->at < r->end) {
		const char *word = r->words->argv[r->at];

		if (word_is(word, "login")) {
			r->test.has_login = true;
			r->at++;
		} else if (word_is(word, "as") && r->at + 1 < r->end) {
			r->test.user = r->words->argv[r->at + 1];
			r->at += 2;
		} else {
			return bad(r, r->at, "behind what is expected stand: as USER, login");
		}
	}
	return 0;
}

/* ---- lines ---- */

static int read_command(struct reading *r)
{
	int command = find_colon(r);

	if (command < 0 || take_want(r) != 0 || take_who(r) != 0)
		return -1;
	if (command >= r->words->argc)
		return bad(r, r->words->argc - 1, "a command is missing behind the colon");
	r->test.argv = r->words->argv + command;
	return 0;
}

static int read_event(struct reading *r)
{
	int want = find_colon(r);

	if (want < 0)
		return -1;
	if (r->end != r->at + 1)
		return bad(r, r->at, "an event line is: event FILE: WHAT");
	r->test.log = r->words->argv[r->at];
	r->at = want;
	r->end = r->words->argc;
	if (take_want(r) != 0)
		return -1;
	return r->at == r->end ? 0 : bad(r, r->at, "nothing stands behind what is expected");
}

static int read_rules(struct reading *r)
{
	if (r->words->argc < 3)
		return bad(r, 1, "which rules? Write: rules FILE or folder");
	for (int i = 2; i < r->words->argc; i++)
		r->file->rules[r->file->rule_count++] = r->words->argv[i];
	return 0;
}

static void read_line(struct reading *r)
{
	const char *word = r->words->argv[1];
	bool is_event = word_is(word, "event");

	r->at = 2;
	if (word_is(word, "rules")) {
		(void)!read_rules(r);
		return;
	}
	if (!is_event && !word_is(word, "expect")) {
		(void)bad(r, 1, "a line starts with rules, expect or event");
		return;
	}
	if ((is_event ? read_event(r) : read_command(r)) == 0)
		r->file->tests[r->file->count++] = r->test;
}

/* There cannot be more paths than words, nor more tests than lines. */
static bool make_room(struct expect_file *file, struct sv text)
{
	size_t lines = sv_count(text, '\n') + 1, words = text.n / 2 + 2;

	file->tests = arena_alloc(&file->memory, lines * sizeof(*file->tests));
	file->rules = arena_alloc(&file->memory, words * sizeof(*file->rules));
	return file->tests && file->rules;
}

int expect_read(struct expect_file *file, struct sv text, struct problems *problems, struct err *e)
{
	struct sv rest, line;
	uint32_t number = 0;

	*file = (struct expect_file){0};
	arena_init(&file->memory, MEMORY_LEAST + text.n * MEMORY_PER_BYTE);
	rest = arena_copy(&file->memory, text);
	if ((text.n && !rest.p) || !make_room(file, text)) {
		expect_release(file);
		return err_set(e, "no memory for the expectations");
	}
	while (sv_line(&rest, &line)) {
		struct rule_words words;
		struct reading r = {.file = file, .problems = problems, .words = &words};

		number++;
		if (words_split(line, number, &file->memory, &words, problems) != 0 ||
		    words.argc < 2)
			continue;
		r.test = (struct expectation){.line = number, .text = sv_trim(line)};
		read_line(&r);
	}
	return 0;
}

void expect_release(struct expect_file *file)
{
	arena_release(&file->memory);
	*file = (struct expect_file){0};
}

bool expect_key_has(struct sv key, struct sv want)
{
	struct sv rest = key, one;

	while (rest.n) {
		(void)sv_cut(rest, '\001', &one, &rest);
		if (sv_eq(one, want))
			return true;
	}
	return false;
}
