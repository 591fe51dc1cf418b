/* Inside lib/query: the scan over blocks of files (query/scan.h has the contract). */
#ifndef AURUM_QUERY_ENGINE_H
#define AURUM_QUERY_ENGINE_H

#include "query/block.h"
#include "query/prune.h"
#include "query/scan.h"

/* Takes blocks as its own. prune: what is left out of them, and may be more then; NULL: nothing. */
MUST_CHECK int engine_run(struct scan *s, struct blocks *blocks, struct prune *prune,
			  struct err *e);

#endif
