/* Two slots of memory. Key number n is that of the seed with n in its last four bytes, added bytewise. */
#include "integrity/reserve_fake.h"

#include "integrity/reserve_parts.h"

#include <assert.h>
#include <stdlib.h>

struct fake_key {
	bool is_there;
	bool for_restart;
	uint32_t number;
	struct seal_public public;
};

struct fake {
	struct reserve base;
	uint8_t seed[SEAL_SEED_BYTES];
	uint32_t made; /* keys */
	struct fake_key next, staged;
	bool is_open; /* keys for a boot may be used */
	uint64_t starts;
	unsigned fail[FAKE_CALLS];
};

static struct seal_key *key_of(const struct fake *f, uint32_t number, struct err *e)
{
	uint8_t seed[SEAL_SEED_BYTES];

	memcpy(seed, f->seed, sizeof(seed));
	for (int i = 0; i < 4; i++)
		seed[SEAL_SEED_BYTES - 1 - i] += (uint8_t)(number >> 8 * i);
	return seal_key_new(seed, e);
}

static int make(struct fake *f, struct fake_key *out, struct err *e)
{
	struct seal_key *key = key_of(f, f->made, e);

	if (!key)
		return -1;
	*out = (struct fake_key){.is_there = true, .number = f->made++};
	seal_key_public(key, &out->public);
	seal_key_free(key);
	return 0;
}

static bool fails(struct fake *f, enum reserve_fake_call call, struct err *e)
{
	if (f->fail[call] == 0)
		return false;
	f->fail[call]--;
	return err_set(e, "the key at rest is not to be had (a test says so)") != 0;
}

static bool can_be_used(const struct fake *f, const struct fake_key *k)
{
	return k->is_there && (f->is_open || k->for_restart);
}

static void fake_free(struct reserve *r)
{
	free(r);
}

static int fake_load(struct reserve *r, struct reserve_keys *out, struct err *why, struct err *e)
{
	struct fake *f = (struct fake *)r;

	if (fails(f, FAKE_LOAD, e))
		return -1;
	*out = (struct reserve_keys){.count = 0};
	if (can_be_used(f, &f->next))
		out->of[out->count++] = f->next.public;
	if (can_be_used(f, &f->staged))
		out->of[out->count++] = f->staged.public;
	if (why && out->count == 0)
		(void)err_set(why, "the key at rest is closed until the machine is booted");
	else if (why)
		*why = (struct err){0};
	return 0;
}

static int fake_settle(struct reserve *r, const struct seal_public *named, struct err *e)
{
	struct fake *f = (struct fake *)r;

	(void)e;
	if (f->staged.is_there && seal_public_eq(&f->staged.public, named)) {
		f->next = f->staged;
		f->staged.is_there = false;
	}
	return 0;
}

static int fake_stage(struct reserve *r, enum reserve_until until, struct seal_public *out,
		      struct err *e)
{
	struct fake *f = (struct fake *)r;

	if (fails(f, FAKE_STAGE, e) || make(f, &f->staged, e) != 0)
		return -1;
	f->staged.for_restart = until == RESERVE_FOR_RESTART;
	*out = f->staged.public;
	return 0;
}

static const struct fake_key *find(const struct fake *f, const struct seal_public *public)
{
	if (f->next.is_there && seal_public_eq(&f->next.public, public))
		return &f->next;
	if (f->staged.is_there && seal_public_eq(&f->staged.public, public))
		return &f->staged;
	return NULL;
}

static int fake_sign(struct reserve *r, const struct seal_public *by, const struct seal_step *step,
		     struct buf *out, uint8_t signature[SEAL_SIGNATURE_BYTES], struct err *e)
{
	struct fake *f = (struct fake *)r;
	const struct fake_key *k = find(f, by);
	struct seal_key *key;
	int status;

	assert(step->kind == SEAL_START && step->state != SEAL_CONTINUED);
	if (fails(f, FAKE_SIGN, e))
		return -1;
	if (!k || !can_be_used(f, k))
		return err_set(e, "the key at rest is not the one that the chain names");
	key = key_of(f, k->number, e);
	if (!key)
		return -1;
	status = seal_step_sign(out, step, key, signature, e);
	seal_key_free(key);
	return status;
}

static int fake_commit(struct reserve *r, uint64_t starts, const struct seal_public *next,
		       struct err *e)
{
	struct fake *f = (struct fake *)r;
	const struct fake_key *k = find(f, next);

	if (fails(f, FAKE_COMMIT, e))
		return -1;
	if (!k)
		return err_set(e, "the chain names a key for its next start that is not there");
	f->next = *k;
	f->staged.is_there = false;
	f->starts = starts;
	f->is_open = f->is_open && !r->closes;
	return 0;
}

static const struct reserve_kind fake_kind = {fake_free,  fake_load, fake_settle,
					      fake_stage, fake_sign, fake_commit};

struct reserve *reserve_fake_new(const uint8_t seed[SEAL_SEED_BYTES], struct seal_public *first)
{
	struct fake *f = calloc(1, sizeof(*f));

	assert(f);
	f->base.kind = &fake_kind;
	f->is_open = true;
	memcpy(f->seed, seed, sizeof(f->seed));
	if (make(f, &f->next, NULL) != 0)
		abort();
	*first = f->next.public;
	return &f->base;
}

struct reserve *reserve_fake_copy(const struct reserve *r)
{
	struct fake *copy = malloc(sizeof(*copy));

	assert(copy && r->kind == &fake_kind);
	memcpy(copy, r, sizeof(*copy));
	return &copy->base;
}

void reserve_fake_fail(struct reserve *r, enum reserve_fake_call call, unsigned times)
{
	((struct fake *)r)->fail[call] = times;
}

void reserve_fake_close(struct reserve *r)
{
	r->closes = true;
}

void reserve_fake_boot(struct reserve *r)
{
	((struct fake *)r)->is_open = true;
}

uint64_t reserve_fake_starts(const struct reserve *r)
{
	return ((const struct fake *)r)->starts;
}

struct seal_public reserve_fake_next(const struct reserve *r)
{
	return ((const struct fake *)r)->next.public;
}
