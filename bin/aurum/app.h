/* What the verbs of `aurum` share. */
#ifndef AURUM_BIN_AURUM_APP_H
#define AURUM_BIN_AURUM_APP_H

#include "base/attr.h"
#include "base/err.h"
#include "common/frame.h"

#include <stddef.h>
#include <stdio.h>

enum exit_code {
	EXIT_DONE = 0,
	EXIT_NOT_DONE = 1, /* what was asked for is not possible here */
	EXIT_TROUBLE = 2,
};

/* One line "aurum: ..." on stderr; control bytes in it are escaped. */
void say(const char *fmt, ...) PRINTF(1, 2);

/* verb.c: programs whose first argument says which of many things they do. */
struct verb {
	const char *name;
	int (*run)(int argc, char **argv); /* argv[0] is the verb's name; returns an exit code */
	const char *help;
};

struct verb_set {
	const char *program; /* "aurum": what stands before the verb */
	const char *usage;   /* what stands behind the program */
	const struct verb *rows;
	size_t count;
};

/* Runs the verb that argv[1] names, also as --verb, and -v for the last that begins with v. */
int verb_run(const struct verb_set *set, int argc, char **argv);
void verb_usage(const struct verb_set *set, FILE *to);

/*
 * Hands a verb's options and words to take(), as frame_options() does. -1: go on; else the exit
 * code, after saying what is wrong with them.
 */
MUST_CHECK int verb_options(const struct option_set *set, int argc, char **argv, frame_take_fn take,
			    void *arg);

struct present;

/* frame_start(), and what a verb needs to know of this machine. 0, or -1 after telling. */
MUST_CHECK int verb_begin(const char *verb, struct present *present);

/* Verbs: argv[0] is the verb's own name. Each returns an exit code. */
int watch_main(int argc, char **argv);
int status_main(int argc, char **argv);
int complete_main(int argc, char **argv);
int follow_main(int argc, char **argv);
int tree_main(int argc, char **argv);
int index_main(int argc, char **argv);
int rules_main(int argc, char **argv);
int seal_main(int argc, char **argv);
int search_main(int argc, char **argv);
int report_main(int argc, char **argv);
int verify_main(int argc, char **argv);
int prove_main(int argc, char **argv);
int verify_proof_main(int argc, char **argv);
int explain_main(int argc, char **argv);
int export_tiles_main(int argc, char **argv);

#endif
