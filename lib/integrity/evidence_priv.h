/* Inside lib/integrity: the parts of reading evidence. */
#ifndef AURUM_INTEGRITY_EVIDENCE_PRIV_H
#define AURUM_INTEGRITY_EVIDENCE_PRIV_H

#include "integrity/evidence.h"

/* A file of `integrity/`, for reading. 1: open, 0: there is none, -1: see *e. */
MUST_CHECK int evidence_open_file(const struct evidence *ev, const char *name, int *fd,
				  uint64_t *size, struct err *e);

/* Opens `commits` and finds its last whole record. A file that is not there has none. */
MUST_CHECK int evidence_open_commits(struct evidence *ev, struct err *e);

/* With the chain known: sets what is signed, and says what the end of `commits` lacks. */
MUST_CHECK int evidence_find_end(struct evidence *ev, struct doubts *doubts, struct err *e);

/* As many as are wanted, or processors; at least one. */
unsigned evidence_threads(unsigned wanted);

#endif
