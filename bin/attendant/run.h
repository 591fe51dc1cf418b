/*
 * Programs, each on its own: started without a shell, with a clean environment, no descriptor but
 * the standard ones, and ordinary priority. Nobody waits for one.
 */
#ifndef AURUM_ATTENDANT_RUN_H
#define AURUM_ATTENDANT_RUN_H

#include "auditd/errand.h"

#include "config/auditd_conf.h"

#include <sys/types.h>

/*
 * Starts argv[0], an absolute path. Standard input is the descriptor input, or /dev/null with
 * -1; the rest is /dev/null. The process, or -1.
 */
MUST_CHECK pid_t run_program(const char *const argv[], int input, struct err *e);

/*
 * What the key's action is, as far as it is a program: exec, email, single and halt; the other
 * actions are the recorder's own. number is the errand's. 0 also when there was nothing to do.
 */
MUST_CHECK int run_action(const struct auditd_conf *conf, enum errand_key key,
			  const uint64_t number[ERRAND_NUMBERS], struct err *e);

#endif
