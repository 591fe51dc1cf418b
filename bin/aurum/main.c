/*
 * aurum: what the classic audit tools have no name for, as verbs. This file is the table of verbs;
 * each verb is a file of its own.
 */
#include "aurum/app.h"

#include "base/file.h"
#include "output/terminal.h"

#include <stdarg.h>
#include <stdio.h>

#define SAY_MAX 4096

static int help_main(int argc, char **argv);
static int version_main(int argc, char **argv);

static const struct verb rows[] = {
#define VERB_AS(word, name, help) {word, name##_main, help},
#define VERB(name, help)          VERB_AS(#name, name, help)
#include "aurum/verbs.def"
#undef VERB
#undef VERB_AS
};
static const struct verb_set verbs = {"aurum", "VERB [OPTION...]", rows, LEN(rows)};

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

static int help_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	verb_usage(&verbs, stdout);
	return EXIT_DONE;
}

static int version_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	(void)puts("aurum version " AURUM_VERSION);
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	if (file_fill_standard() != 0)
		return EXIT_TROUBLE;
	/* For completion scripts: nobody types it, and no list has it. */
	if (argc > 1 && strcmp(argv[1], "complete") == 0)
		return complete_main(argc - 1, argv + 1);
	return verb_run(&verbs, argc, argv);
}
