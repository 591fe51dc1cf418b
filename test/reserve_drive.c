/*
 * The calls of a reserve, from a shell: for tests of auditd-sealkey.
 *
 *	reserve-drive FOLDER ORIGIN file|creds|tpm [TCTI] <commands
 *
 *	load			prints the public keys, and why others cannot be used
 *	settle KEY		the chain names it
 *	stage boot|restart	prints the new key's public key
 *	sign KEY NUMBER STATE	prints a start note, signed with that key
 *	commit STARTS KEY
 *
 * KEY is base64, or `staged`, the key of the last stage. What fails is printed as "failed: ...". The
 * program is the one beside this one, or $SEALKEY.
 */
#include "base/num.h"
#include "integrity/keyfile.h"
#include "integrity/reserve.h"
#include "seal/base64.h"

#include <stdio.h>
#include <stdlib.h>

#define LINE_MAX_BYTES 512

struct drive {
	struct reserve *reserve;
	const char *origin;
	struct seal_public staged;
};

static void print_key(const char *what, const struct seal_public *key)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(LINE_MAX_BYTES);

	seal_base64_put(&b, key->b, sizeof(key->b));
	(void)printf("%s%s\n", what, buf_cstr(&b));
}

static int read_key(const struct drive *d, struct sv word, struct seal_public *out)
{
	if (sv_eq(word, SV("staged")))
		*out = d->staged;
	else if (!seal_base64_exactly(word, out->b, sizeof(out->b)))
		return -1;
	return 0;
}

static int load(struct drive *d, struct err *e)
{
	struct reserve_keys keys;
	struct err why;

	if (reserve_load(d->reserve, &keys, &why, e) != 0)
		return -1;
	for (unsigned i = 0; i < keys.count; i++)
		print_key("key ", &keys.of[i]);
	(void)printf("%u keys%s%s\n", keys.count, why.text[0] ? ": " : "", why.text);
	return 0;
}

static int settle(struct drive *d, struct sv word, struct err *e)
{
	struct seal_public named;

	if (read_key(d, word, &named) != 0)
		return err_set(e, "settle KEY");
	if (reserve_settle(d->reserve, &named, e) != 0)
		return -1;
	(void)printf("settled\n");
	return 0;
}

static int stage(struct drive *d, struct sv until, struct err *e)
{
	if (reserve_stage(d->reserve,
			  sv_eq(until, SV("restart")) ? RESERVE_FOR_RESTART : RESERVE_FOR_BOOT,
			  &d->staged, e) != 0)
		return -1;
	print_key("staged ", &d->staged);
	return 0;
}

/* What makes it a note that a chain takes: the root of no lines, an epoch and a key of its own. */
static int fill(struct seal_step *step, struct err *e)
{
	struct seal_digest *digest = seal_digest_new(e);

	if (!digest)
		return -1;
	seal_sha256(digest, SV_EMPTY, &step->root);
	seal_digest_free(digest);
	step->epoch = step->number;
	step->key.b[1] = (uint8_t)step->number;
	return 0;
}

static int sign(struct drive *d, struct sv rest, struct err *e)
{
	CLEANUP(buf_release) struct buf note = BUF_INIT(1 << 14);
	struct seal_step step = {.kind = SEAL_START,
				 .origin = sv_cstr(d->origin),
				 .seconds = 1763756400,
				 .key = {{1}},
				 .reserved = d->staged};
	struct seal_public by;
	struct sv key, number, state;

	if (!sv_word(&rest, &key) || !sv_word(&rest, &number) || !sv_word(&rest, &state) ||
	    read_key(d, key, &by) != 0 || !num_u64(number, &step.number))
		return err_set(e, "sign KEY NUMBER STATE");
	for (int s = SEAL_FIRST; s <= SEAL_CONTINUED; s++)
		if (sv_eq(state, sv_cstr(seal_state_name((enum seal_start_state)s))))
			step.state = (enum seal_start_state)s;
	if (fill(&step, e) != 0 || reserve_sign(d->reserve, &by, &step, &note, NULL, e) != 0)
		return -1;
	(void)printf("%s", buf_cstr(&note));
	return 0;
}

static int commit(struct drive *d, struct sv rest, struct err *e)
{
	struct seal_public next;
	struct sv number, key;
	uint64_t starts;

	if (!sv_word(&rest, &number) || !sv_word(&rest, &key) || !num_u64(number, &starts) ||
	    read_key(d, key, &next) != 0)
		return err_set(e, "commit STARTS KEY");
	if (reserve_commit(d->reserve, starts, &next, e) != 0)
		return -1;
	(void)printf("committed\n");
	return 0;
}

static int run(struct drive *d, struct sv line, struct err *e)
{
	struct sv word, rest = line;

	if (!sv_word(&rest, &word))
		return 0;
	if (sv_eq(word, SV("load")))
		return load(d, e);
	if (sv_eq(word, SV("settle")))
		return settle(d, sv_trim(rest), e);
	if (sv_eq(word, SV("stage")))
		return stage(d, sv_trim(rest), e);
	if (sv_eq(word, SV("sign")))
		return sign(d, rest, e);
	if (sv_eq(word, SV("commit")))
		return commit(d, rest, e);
	return err_set(e, "which command?");
}

int main(int argc, char **argv)
{
	struct reserve_options o = {.program = getenv("SEALKEY")};
	struct drive d = {.reserve = NULL};
	char line[LINE_MAX_BYTES];
	struct err e;

	if (argc < 4 || !keyfile_find(sv_cstr(argv[3]), &o.protection))
		return EXIT_FAILURE;
	o.folder = argv[1];
	o.origin = d.origin = argv[2];
	o.tcti = argc > 4 ? argv[4] : NULL;
	d.reserve = reserve_spawn(&o, &e);
	if (!d.reserve) {
		(void)printf("failed: %s\n", e.text);
		return EXIT_FAILURE;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin))
		if (run(&d, sv_trim(sv_cstr(line)), &e) != 0)
			(void)printf("failed: %s\n", e.text);
	reserve_free(d.reserve);
	return EXIT_SUCCESS;
}
