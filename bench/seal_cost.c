/*
 * What the seal's arithmetic costs: prints one line for each operation, `ns name`, in CPU time of this
 * process, the least of several rounds. No files, no daemon.
 *
 *	seal-cost [LINE-BYTES]	(300)
 */
#include "base/num.h"
#include "seal/checkpoint.h"
#include "seal/commit.h"
#include "seal/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 7

struct bench {
	struct seal_digest *d;
	struct seal_key *key;
	struct seal_public public;
	struct sv line;
};

static double now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void leaves(struct bench *b, unsigned count)
{
	struct seal_hash leaf;

	for (unsigned i = 0; i < count; i++)
		seal_leaf(b->d, b->line, &leaf);
}

static void nodes(struct bench *b, unsigned count)
{
	struct seal_hash hash = {{1}};

	for (unsigned i = 0; i < count; i++)
		seal_node(b->d, &hash, &hash, &hash);
}

static void appended(struct bench *b, unsigned count)
{
	struct seal_range range = {0};
	struct seal_hash leaf;

	for (unsigned i = 0; i < count; i++) {
		seal_leaf(b->d, b->line, &leaf);
		seal_range_add(&range, b->d, &leaf, NULL);
	}
}

static void checkpoints(struct bench *b, unsigned count)
{
	struct seal_checkpoint c = {.origin = SV("audit.example.org/h/4f1c2a"), .size = 3};

	for (unsigned i = 0; i < count; i++) {
		CLEANUP(buf_release) struct buf note = BUF_INIT(4096);

		if (seal_checkpoint_sign(&note, &c, b->key, NULL, NULL) != 0)
			abort();
	}
}

static void keys(struct bench *b, unsigned count)
{
	uint8_t seed[SEAL_SEED_BYTES] = {1};

	(void)b;
	for (unsigned i = 0; i < count; i++)
		seal_key_free(seal_key_new(seed, NULL));
}

static void checks(struct bench *b, unsigned count)
{
	uint8_t signature[SEAL_SIGNATURE_BYTES];

	if (seal_key_sign(b->key, b->line, signature, NULL) != 0)
		abort();
	for (unsigned i = 0; i < count; i++)
		if (!seal_check_signature(&b->public, b->line, signature))
			abort();
}

static void commits(struct bench *b, unsigned count)
{
	struct seal_commit c = {.type = SEAL_COMMIT_CHECKPOINT};
	uint8_t bytes[SEAL_COMMIT_BYTES];

	(void)b;
	for (unsigned i = 0; i < count; i++) {
		c.size++;
		seal_commit_pack(&c, bytes);
		if (!seal_commit_unpack(bytes, &c))
			abort();
	}
}

static const struct {
	const char *name;
	void (*run)(struct bench *b, unsigned count);
	unsigned count;
} rows[] = {
	{"leaf", leaves, 200000},
	{"node", nodes, 400000},
	{"append", appended, 200000},
	{"checkpoint", checkpoints, 1000},
	{"new-key", keys, 1000},
	{"check-signature", checks, 500},
	{"commit-there-and-back", commits, 200000},
};

int main(int argc, char **argv)
{
	static char text[65536];
	struct bench b = {.d = seal_digest_new(NULL)};
	uint8_t seed[SEAL_SEED_BYTES] = {7};
	uint64_t bytes = 300;

	b.key = seal_key_new(seed, NULL);
	if ((argc > 1 && !num_range(sv_cstr(argv[1]), 1, sizeof(text), &bytes)) || !b.d || !b.key)
		return 2;
	seal_key_public(b.key, &b.public);
	memset(text, 'a', sizeof(text));
	b.line = sv_make(text, bytes);
	for (size_t i = 0; i < LEN(rows); i++) {
		double least = 0;

		for (int round = 0; round < ROUNDS; round++) {
			double before = now_ns(), spent;

			rows[i].run(&b, rows[i].count);
			spent = (now_ns() - before) / rows[i].count;
			if (round == 0 || spent < least)
				least = spent;
		}
		printf("%.0f %s\n", least, rows[i].name);
	}
	seal_key_free(b.key);
	seal_digest_free(b.d);
	return 0;
}
