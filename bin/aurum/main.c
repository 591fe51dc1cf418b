/*
 * aurum: what the classic audit tools have no name for, as verbs. This file is the table of verbs;
 * each verb is a file of its own.
 */
#include "aurum/app.h"

#include "base/file.h"
#include "base/near.h"
#include "output/terminal.h"

#include <stdarg.h>
#include <stdio.h>

#define SAY_MAX 4096

struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

static int help_main(int argc, char **argv);
static int version_main(int argc, char **argv);

static const struct verb verbs[] = {
#define VERB(name, help) {#name, name##_main, help},
#include "aurum/verbs.def"
#undef VERB
};

void say(const char *fmt, ...)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT((size_t)4 * SAY_MAX);
	char text[SAY_MAX];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0)
		return;
	buf_puts(&line, "aurum: ");
	terminal_put(sv_make(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1), &line);
	(void)fprintf(stderr, "%s\n", buf_cstr(&line));
}

static void put_usage(FILE *to)
{
	(void)fputs("usage: aurum VERB [OPTION...]\n", to);
	for (size_t i = 0; i < LEN(verbs); i++)
		(void)fprintf(to, "  %-10s %s\n", verbs[i].name, verbs[i].help);
}

static int help_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	put_usage(stdout);
	return EXIT_DONE;
}

static int version_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	(void)puts("aurum version " AURUM_VERSION);
	return EXIT_DONE;
}

static int unknown_verb(const char *word)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];

	for (size_t i = 0; i < LEN(verbs); i++)
		near_consider(&best, sv_cstr(word), sv_cstr(verbs[i].name));
	say("unknown verb %s%s", word, near_hint(&best, ": `aurum help` lists them all", hint));
	return EXIT_TROUBLE;
}

int main(int argc, char **argv)
{
	struct sv word;

	if (file_fill_standard() != 0)
		return EXIT_TROUBLE;
	if (argc < 2) {
		put_usage(stderr);
		return EXIT_TROUBLE;
	}
	word = sv_cstr(argv[1]);
	while (word.n > 1 && word.p[0] == '-') /* --help, --version, -h */
		word = sv_from(word, 1);
	for (size_t i = 0; i < LEN(verbs); i++)
		if (sv_eq(word, sv_cstr(verbs[i].name)) ||
		    (argv[1][0] == '-' && word.n == 1 && verbs[i].name[0] == word.p[0]))
			return verbs[i].run(argc - 1, argv + 1);
	return unknown_verb(argv[1]);
}
