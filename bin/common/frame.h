/*
 * What the programs do around their work: standard descriptors and locale, the words of the
 * command line, help, version, and what is told on standard error.
 *
 *	if (frame_start() != 0)
 *		return EXIT_FAILURE;
 *	switch (frame_options(&words, &set, argc, argv, take, &app, &e)) ...
 */
#ifndef AURUM_COMMON_FRAME_H
#define AURUM_COMMON_FRAME_H

#include "config/option.h"

#include <stdio.h>

/*
 * Standard descriptors are open, the user's time zone is in force, and of the locale dates, letters and what
 * the system says; numbers are written alike everywhere. 0, or -1.
 */
MUST_CHECK int frame_start(void);

/* "program: ..." on standard error. */
void frame_say(const char *program, const char *format, ...) PRINTF(2, 3);

/* What an option asks for beside being noted. */
enum frame_next {
	FRAME_ON,
	FRAME_DONE,   /* all that is asked for has been done */
	FRAME_FAILED, /* e has the sentence */
};

/* An option, or a word that is none: its id is 0 then. */
typedef enum frame_next (*frame_take_fn)(void *arg, const struct option_hit *hit, struct err *e);

/*
 * Hands the options and words of the command line to take(), in order, until it says something
 * else than FRAME_ON, which is then the answer, or they end: FRAME_ON. Where they come from is
 * kept in *words, so that an option can take another word.
 */
MUST_CHECK enum frame_next frame_options(struct options *words, const struct option_set *set,
					 int argc, char *const argv[], frame_take_fn take,
					 void *arg, struct err *e);

/*
 * The same, for programs that then say what is wrong and end. -1: go on; else the exit code, which is
 * `failed` after telling.
 */
MUST_CHECK int frame_read(const struct option_set *set, int argc, char *const argv[],
			  frame_take_fn take, void *arg, int failed);

/* For take(): the sentence about a word that belongs to no option. FRAME_FAILED. */
enum frame_next frame_stray_word(const struct option_hit *hit, struct err *e);

/* For take(): print to standard output. FRAME_DONE, or FRAME_FAILED with the sentence. */
MUST_CHECK enum frame_next frame_help(const struct option_set *set, struct err *e);
MUST_CHECK enum frame_next frame_version(const struct option_set *set, struct err *e);

/* Flushes standard output, or closes any other file: here a full disk shows at the latest. 0, or
 * -1 after telling. name is what could not be written. */
MUST_CHECK int frame_finish(const char *program, FILE *file, const char *name);

/* Columns of the terminal that standard output is; 0 when it is none. */
unsigned frame_width(void);

#endif
