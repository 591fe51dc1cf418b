/* What aurum prove, verify-proof, explain and export-tiles share. */
#ifndef AURUM_BIN_AURUM_PROVE_H
#define AURUM_BIN_AURUM_PROVE_H

#include "aurum/app.h"
#include "common/sealed.h"
#include "integrity/prove.h"
#include "record/record.h"

/* The exit codes of all verbs of the seal. */
enum prove_exit {
	PROVE_EXIT_HOLDS,
	PROVE_EXIT_WRONG,
	PROVE_EXIT_MISSING,
	PROVE_EXIT_TROUBLE,
};

#define PROVE_TIME_BYTES 64

/* Opens a log's evidence; on failure tells why. An exit code. */
MUST_CHECK enum prove_exit prove_begin(const char *verb, const struct sealed_choice *choice,
				       struct sealed *sealed, struct prove **p);
/* The code for a status; tells why unless it is HOLDS. */
enum prove_exit prove_end(const char *verb, enum prove_status status, const struct err *e);

/* verb_options() with the exit codes above: -1 is to go on. */
MUST_CHECK int prove_options(const struct option_set *set, int argc, char **argv,
			     frame_take_fn take, void *arg);

/* Local time of seconds since 1970, as words. */
const char *prove_time(uint64_t seconds, char out[PROVE_TIME_BYTES]);
/* When a line says that it happened; false: it is no record. */
MUST_CHECK bool prove_stamp(struct sv line, struct stamp *out);

#endif
