/* What the verbs of `aurum` share. */
#ifndef AURUM_BIN_AURUM_APP_H
#define AURUM_BIN_AURUM_APP_H

#include "base/attr.h"
#include "base/err.h"

enum exit_code {
	EXIT_DONE = 0,
	EXIT_NOT_DONE = 1, /* what was asked for is not possible here */
	EXIT_TROUBLE = 2,
};

/* One line "aurum: ..." on stderr; control bytes in it are escaped. */
void say(const char *fmt, ...) PRINTF(1, 2);

/* Verbs: argv[0] is the verb's own name. Each returns an exit code. */
int watch_main(int argc, char **argv);

#endif
