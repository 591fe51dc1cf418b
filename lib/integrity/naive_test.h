/*
 * A verifier that is as simple as can be, for tests of the one who writes: all lines of a log that was sealed
 * from its first line on and of which nothing was removed.
 *
 *	naive_verify(folder, &enrolment, &seen)		-- NULL, or what is wrong
 */
#ifndef AURUM_INTEGRITY_NAIVE_TEST_H
#define AURUM_INTEGRITY_NAIVE_TEST_H

#include "integrity/host_test.h"
#include "seal/chain.h"
#include "seal/checkpoint.h"
#include "seal/commit.h"
#include "seal/tree.h"

struct naive {
	struct seal_hash *roots; /* of the first n lines, n from 0 */
	size_t lines;
	struct seal_epoch epochs[4096];
	size_t epoch_count;
	struct seal_chain chain;
	uint64_t signed_size; /* that anything vouches for */
	size_t commits, checkpoints, starts, unclean;
	char why[256];
};

static void naive_lines(struct naive *n, const char *path, struct seal_range *range,
			struct seal_digest *d)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(256 << 20);
	struct sv rest;
	size_t end;

	if (file_read(path, &text, NULL) != 0)
		return;
	rest = buf_view(&text);
	while ((end = sv_index(rest, '\n')) < rest.n) {
		struct seal_hash leaf;

		seal_leaf(d, sv_head(rest, end), &leaf);
		seal_range_add(range, d, &leaf, NULL);
		rest = sv_from(rest, end + 1);
		n->lines++;
		n->roots = reallocarray(n->roots, n->lines + 1, sizeof(*n->roots));
		HOST_MUST(n->roots);
		seal_range_root(range, d, &n->roots[n->lines]);
	}
}

static void naive_read_lines(struct naive *n, const char *folder)
{
	struct seal_digest *d = seal_digest_new(NULL);
	struct seal_range range = {.size = 0};
	char path[4096];
	unsigned last = 0;

	HOST_MUST(d);
	n->roots = malloc(sizeof(*n->roots));
	HOST_MUST(n->roots);
	seal_range_root(&range, d, &n->roots[0]);
	/* A rotation that a crash ended may have left a hole. */
	for (unsigned i = 1; i < 200; i++) {
		(void)snprintf(path, sizeof(path), "%s/audit.log.%u", folder, i);
		if (access(path, F_OK) == 0)
			last = i;
	}
	for (; last > 0; last--) {
		(void)snprintf(path, sizeof(path), "%s/audit.log.%u", folder, last);
		naive_lines(n, path, &range, d);
	}
	(void)snprintf(path, sizeof(path), "%s/audit.log", folder);
	naive_lines(n, path, &range, d);
	seal_digest_free(d);
}

static const char *naive_tree(struct naive *n, const char *what, uint64_t size,
			      const struct seal_hash *root)
{
	if (size > n->signed_size)
		n->signed_size = size;
	if (size > n->lines)
		(void)snprintf(n->why, sizeof(n->why), "%s of size %" PRIu64 ", but %zu lines",
			       what, size, n->lines);
	else if (!seal_hash_eq(root, &n->roots[size]))
		(void)snprintf(n->why, sizeof(n->why), "%s of size %" PRIu64 " has another root",
			       what, size);
	else
		return NULL;
	return n->why;
}

/* may_tear: the last note may be cut short. */
static const char *naive_keys(struct naive *n, struct sv text, bool may_tear)
{
	struct sv bytes;
	struct seal_step step;
	struct seal_note note;
	enum seal_cut cut;

	while ((cut = seal_note_next(&text, &bytes)) == SEAL_CUT_NOTE) {
		enum seal_chain_fault fault = SEAL_FAULT_MALFORMED;
		const char *wrong;

		if (seal_note_parse(bytes, &note, NULL) == 0)
			fault = seal_chain_step(&n->chain, &note, &step);
		if (fault != SEAL_FAULT_NONE) {
			if (may_tear && seal_note_next(&text, &bytes) != SEAL_CUT_NOTE)
				return NULL;
			(void)snprintf(n->why, sizeof(n->why), "note %" PRIu64 " %s",
				       n->chain.notes, seal_fault_text(fault));
			return n->why;
		}
		wrong = naive_tree(n, seal_step_name(step.kind), step.size, &step.root);
		if (wrong)
			return wrong;
		if (step.kind == SEAL_START) {
			n->starts++;
			n->unclean += step.state == SEAL_UNCLEAN;
		}
		HOST_MUST(n->chain.epoch.number < LEN(n->epochs));
		if (n->chain.epoch.number)
			n->epochs[n->chain.epoch.number - 1] = n->chain.before;
		n->epochs[n->chain.epoch.number] = n->chain.epoch;
		n->epoch_count = n->chain.epoch.number + 1;
	}
	return cut == SEAL_CUT_END || may_tear ? NULL : "the end of keys is torn";
}

static const char *naive_commit(struct naive *n, const struct seal_commit *c)
{
	struct seal_checkpoint point = {
		.origin = SV(HOST_ORIGIN), .size = c->size, .root = c->root};
	const struct seal_epoch *epoch;

	if (c->epoch >= n->epoch_count) {
		(void)snprintf(n->why, sizeof(n->why), "commit of epoch %u, but there are %zu",
			       c->epoch, n->epoch_count);
		return n->why;
	}
	epoch = &n->epochs[c->epoch];
	if (c->type == SEAL_COMMIT_CHECKPOINT || c->type == SEAL_COMMIT_SEGMENT_ENDS) {
		n->checkpoints++;
		if (!seal_epoch_covers(epoch, c->size))
			return "a checkpoint is outside of its key's sizes";
		if (!seal_checkpoint_check(&point, &epoch->key, c->signature))
			return "a checkpoint's signature is wrong";
	}
	return naive_tree(n, "commit", c->size, &c->root);
}

static const char *naive_commits(struct naive *n, struct sv text, bool may_tear)
{
	size_t whole = 0;

	for (size_t at = 0; at + SEAL_COMMIT_BYTES <= text.n; at += SEAL_COMMIT_BYTES) {
		struct seal_commit c;

		if (seal_commit_unpack((const uint8_t *)text.p + at, &c))
			whole = at + SEAL_COMMIT_BYTES;
	}
	if (!may_tear && whole != text.n)
		return "the end of commits is torn";
	for (size_t at = 0; at < whole; at += SEAL_COMMIT_BYTES) {
		struct seal_commit c;
		const char *wrong;

		if (!seal_commit_unpack((const uint8_t *)text.p + at, &c)) {
			if (may_tear)
				continue;
			return "a commit is damaged";
		}
		n->commits++;
		wrong = naive_commit(n, &c);
		if (wrong)
			return wrong;
	}
	return NULL;
}

static const char *naive_verify(const char *folder, const struct seal_vkey *enrolment,
				bool may_tear, struct naive *n)
{
	CLEANUP(buf_release) struct buf keys = BUF_INIT(64 << 20);
	CLEANUP(buf_release) struct buf commits = BUF_INIT(64 << 20);
	char path[4096];
	const char *wrong;

	*n = (struct naive){.lines = 0};
	naive_read_lines(n, folder);
	seal_chain_begin(&n->chain, enrolment);
	(void)snprintf(path, sizeof(path), "%s/integrity/keys", folder);
	if (access(path, F_OK) == 0)
		HOST_MUST(file_read(path, &keys, NULL) == 0);
	(void)snprintf(path, sizeof(path), "%s/integrity/commits", folder);
	if (access(path, F_OK) == 0)
		HOST_MUST(file_read(path, &commits, NULL) == 0);
	wrong = naive_keys(n, buf_view(&keys), may_tear);
	if (!wrong)
		wrong = naive_commits(n, buf_view(&commits), may_tear);
	return wrong;
}

static void naive_release(struct naive *n)
{
	free(n->roots);
	n->roots = NULL;
}

#endif
