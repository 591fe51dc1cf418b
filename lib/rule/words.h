/*
 * The words of one command: those of a command line, or of one line of a rules file.
 *
 *	struct rule_words words;
 *	if (words_split(line, 7, &arena, &words, &problems) == 0)
 *		command_parse(&words, ...);
 *
 * In a rules file blanks and tabs separate words, "\ " is a blank inside a word and "\\" a
 * backslash; every other character, quotes too, stands for itself. That is the reference's
 * rule, and existing files rely on it.
 */
#ifndef AURUM_RULE_WORDS_H
#define AURUM_RULE_WORDS_H

#include "base/arena.h"
#include "rule/problem.h"

struct rule_words {
	int argc; /* argv[0] is the program's name */
	char *const *argv;
	uint32_t line;        /* 0 for a command line */
	const struct sv *raw; /* the words as they stand in the line; NULL for a command line */
	struct sv text;       /* the line */
};

/* The words of main(). argv is borrowed. */
struct rule_words words_of_command_line(int argc, char *const argv[]);

/*
 * Splits a line; *out and its words live in the arena and point into the line. 0, or -1 after a
 * problem was told (a NUL byte, no memory). A comment or an empty line has one word, argv[0].
 */
MUST_CHECK int words_split(struct sv line, uint32_t number, struct arena *a, struct rule_words *out,
			   struct problems *problems);

/* The place of a byte inside one of the words; of the whole command for any other pointer. */
struct rule_place words_place(const struct rule_words *w, const char *p);

#endif
