/*
 * Programs, each on its own: started without a shell, with a clean environment, no descriptor but
 * the standard ones, and ordinary priority. Nobody waits for one.
 */
#ifndef AURUM_ATTENDANT_RUN_H
#define AURUM_ATTENDANT_RUN_H

#include "base/err.h"

#include <sys/types.h>

/*
 * Starts argv[0], an absolute path. Standard input is the descriptor input, or /dev/null with
 * -1; the rest is /dev/null. The process, or -1.
 */
MUST_CHECK pid_t run_program(const char *const argv[], int input, struct err *e);

/* The same with standard error, a descriptor. */
MUST_CHECK pid_t run_and_hear(const char *const argv[], int errors, struct err *e);

#endif
