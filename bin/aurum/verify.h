/* What the parts of aurum verify share. */
#ifndef AURUM_BIN_AURUM_VERIFY_H
#define AURUM_BIN_AURUM_VERIFY_H

#include "base/buf.h"
#include "integrity/verify.h"

enum verify_exit {
	VERIFY_EXIT_PROVEN,
	VERIFY_EXIT_TAMPERED,
	VERIFY_EXIT_INCOMPLETE,
	VERIFY_EXIT_TROUBLE
};

/* verify_tell.c: a few lines for a person; one JSON object. */
void verify_tell(const struct verify_options *o, const struct verify_result *r, struct buf *out);
void verify_tell_json(const struct verify_options *o, const struct verify_result *r,
		      struct buf *out);

#endif
