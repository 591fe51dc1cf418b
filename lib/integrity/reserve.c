/* The calls of a reserve, whichever it is. The line to the program is reserve_line.c's. */
#include "integrity/reserve.h"

#include "integrity/reserve_parts.h"

void reserve_free(struct reserve *r)
{
	if (r)
		r->kind->free(r);
}

int reserve_load(struct reserve *r, struct reserve_keys *out, struct err *why, struct err *e)
{
	return r->kind->load(r, out, why, e);
}

int reserve_settle(struct reserve *r, const struct seal_public *named, struct err *e)
{
	return r->kind->settle(r, named, e);
}

int reserve_stage(struct reserve *r, enum reserve_until until, struct seal_public *out,
		  struct err *e)
{
	return r->kind->stage(r, until, out, e);
}

int reserve_sign(struct reserve *r, const struct seal_public *by, const struct seal_step *step,
		 struct buf *out, uint8_t signature[SEAL_SIGNATURE_BYTES], struct err *e)
{
	return r->kind->sign(r, by, step, out, signature, e);
}

int reserve_commit(struct reserve *r, uint64_t starts, const struct seal_public *next,
		   struct err *e)
{
	return r->kind->commit(r, starts, next, e);
}

bool reserve_closes(const struct reserve *r)
{
	return r->closes;
}
