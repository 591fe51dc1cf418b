/* Private to this floor: what a reserve is made of; there are two, a line to a program and a fake. */
#ifndef AURUM_INTEGRITY_RESERVE_PARTS_H
#define AURUM_INTEGRITY_RESERVE_PARTS_H

#include "integrity/reserve.h"

struct reserve_kind {
	void (*free)(struct reserve *r);
	int (*load)(struct reserve *r, struct reserve_keys *out, struct err *why, struct err *e);
	int (*settle)(struct reserve *r, const struct seal_public *named, struct err *e);
	int (*stage)(struct reserve *r, enum reserve_until until, struct seal_public *out,
		     struct err *e);
	int (*sign)(struct reserve *r, const struct seal_public *by, const struct seal_step *step,
		    struct buf *out, uint8_t signature[SEAL_SIGNATURE_BYTES], struct err *e);
	int (*commit)(struct reserve *r, uint64_t starts, const struct seal_public *next,
		      struct err *e);
};

/* The first member of each kind's own struct. */
struct reserve {
	const struct reserve_kind *kind;
	bool closes;
};

#endif
