/*
 * For tests: makes a sealed log in memory, all keys of which are known, and writes it to a folder. It is no
 * sealer: what it makes follows docs/format-seal.md and nothing else, so that the verifier is held to the
 * document. With the keys at hand tests can forge what a thief of them could.
 *
 *	struct forge f;
 *	forge_init(&f, 1);
 *	forge_start(&f, SEAL_FIRST);
 *	forge_lines(&f, 100);
 *	forge_checkpoint(&f);
 *	forge_stop(&f);
 *	forge_write(&f, folder);
 */
#ifndef AURUM_INTEGRITY_FORGE_TEST_H
#define AURUM_INTEGRITY_FORGE_TEST_H

#include "base/file.h"
#include "integrity/verify.h"
#include "log/set.h"
#include "seal/tree.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define FORGE_FILES   32
#define FORGE_PLACES  64
#define FORGE_BYTES   ((size_t)64 << 20)
#define FORGE_SECONDS 1764000000u

struct forge {
	uint64_t random;
	char origin[64];
	struct seal_digest *digest;
	struct seal_vkey enrolment;
	uint8_t next_seed[32],
		epoch_seed[32]; /* secrets: of the next start, of the running epoch */
	uint64_t seeds;         /* how many were made */
	struct seal_anchor anchor;
	uint64_t epoch, starts, seconds;
	bool is_started;
	struct seal_range range;
	struct buf keys, commits, checkpoint, level[2];
	struct buf files[FORGE_FILES]; /* oldest first */
	size_t file_count;
	size_t removed; /* of the oldest, by policy or by somebody else */
	struct seal_place places[FORGE_PLACES];
	size_t place_count;
	bool keeps_leaves;
	size_t offset; /* of the first sealed byte */
};

static inline uint64_t forge_random(struct forge *f, uint64_t below)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 7;
	f->random ^= f->random << 17;
	return f->random % below;
}

static inline void forge_seed(struct forge *f, uint8_t out[32])
{
	char text[96];
	struct seal_hash h;

	(void)snprintf(text, sizeof(text), "%s %llu", f->origin, (unsigned long long)f->seeds++);
	seal_sha256(f->digest, sv_cstr(text), &h);
	memcpy(out, h.b, 32);
}

static inline struct seal_key *forge_key(const uint8_t seed[32], struct seal_public *public)
{
	struct seal_key *k = seal_key_new(seed, NULL);

	assert(k);
	if (public)
		seal_key_public(k, public);
	return k;
}

static inline void forge_init(struct forge *f, uint64_t seed)
{
	struct seal_public public;

	*f = (struct forge){.random = seed * 2654435761u + 88172645463325252u,
			    .seconds = FORGE_SECONDS,
			    .keeps_leaves = true};
	(void)snprintf(f->origin, sizeof(f->origin), "audit.example.org/h/%llx",
		       (unsigned long long)seed);
	f->digest = seal_digest_new(NULL);
	assert(f->digest);
	f->keys = f->commits = f->checkpoint = f->level[0] = f->level[1] = BUF_INIT(FORGE_BYTES);
	for (size_t i = 0; i < FORGE_FILES; i++)
		f->files[i] = BUF_INIT(FORGE_BYTES);
	forge_seed(f, f->next_seed);
	seal_key_free(forge_key(f->next_seed, &public));
	seal_vkey_make(&f->enrolment, sv_cstr(f->origin), SEAL_TYPE_ED25519, &public);
	f->anchor = (struct seal_anchor){.enrolment = f->enrolment, .next = public};
	f->file_count = 1;
}

static inline void forge_release(struct forge *f)
{
	seal_digest_free(f->digest);
	buf_release(&f->keys);
	buf_release(&f->commits);
	buf_release(&f->checkpoint);
	buf_release(&f->level[0]);
	buf_release(&f->level[1]);
	for (size_t i = 0; i < FORGE_FILES; i++)
		buf_release(&f->files[i]);
}

static inline void forge_root(struct forge *f, struct seal_hash *out)
{
	seal_range_root(&f->range, f->digest, out);
}

static inline void forge_put_commit(struct forge *f, struct seal_commit *c)
{
	uint8_t bytes[SEAL_COMMIT_BYTES];

	c->size = f->range.size;
	forge_root(f, &c->root);
	c->segment = f->place_count ? f->places[f->place_count - 1].number : 0;
	c->offset = f->files[f->file_count - 1].n;
	c->wall_ns = f->seconds * 1000000000;
	seal_commit_pack(c, bytes);
	buf_put(&f->commits, sv_make((const char *)bytes, sizeof(bytes)));
}

/* ---- lines ---- */

static inline void forge_node(void *ctx, unsigned level, uint64_t index, const struct seal_hash *h)
{
	struct forge *f = ctx;

	(void)index;
	if (level == 8)
		buf_put(&f->level[1], sv_make((const char *)h->b, sizeof(h->b)));
}

/* Puts a line into the newest file, and into the tree. */
static inline void forge_line(struct forge *f, struct sv line)
{
	const struct seal_sink sink = {f, forge_node};
	struct seal_hash leaf;

	buf_put(&f->files[f->file_count - 1], line);
	buf_putc(&f->files[f->file_count - 1], '\n');
	seal_leaf(f->digest, line, &leaf);
	if (f->keeps_leaves)
		buf_put(&f->level[0], sv_make((const char *)leaf.b, sizeof(leaf.b)));
	seal_range_add(&f->range, f->digest, &leaf, &sink);
}

static inline void forge_lines(struct forge *f, uint64_t count)
{
	char text[256];

	while (count--) {
		int n = snprintf(
			text, sizeof(text),
			"type=SYSCALL msg=audit(%llu.%03llu:%llu): arch=c000003e syscall=59 "
			"a0=%llx comm=\"id\"",
			(unsigned long long)f->seconds, (unsigned long long)forge_random(f, 1000),
			(unsigned long long)f->range.size + 1,
			(unsigned long long)forge_random(f, UINT64_MAX));

		forge_line(f, sv_make(text, (size_t)n));
	}
}

/* ---- notes ---- */

static inline void forge_note(struct forge *f, struct seal_step *s, const uint8_t seed[32],
			      enum seal_commit_type type)
{
	struct seal_public public;
	struct seal_key *k = forge_key(seed, &public);
	struct seal_commit c = {
		.type = type,
		.epoch = (uint32_t)s->epoch,
		.key_id = seal_key_id(sv_cstr(f->origin), SEAL_TYPE_ED25519, &public)};
	int status;

	s->origin = sv_cstr(f->origin);
	s->seconds = f->seconds;
	s->size = f->range.size;
	forge_root(f, &s->root);
	status = seal_step_sign(&f->keys, s, k, c.signature, NULL);
	assert(status == 0);
	(void)status;
	c.key = s->kind == SEAL_RESERVE ? s->reserved : s->key;
	c.first_kept = s->first_kept;
	forge_put_commit(f, &c);
	seal_key_free(k);
}

static inline void forge_checkpoint(struct forge *f)
{
	struct seal_checkpoint point = {.origin = sv_cstr(f->origin), .size = f->range.size};
	struct seal_commit c = {.type = SEAL_COMMIT_CHECKPOINT, .epoch = (uint32_t)f->epoch};
	struct seal_public public;
	struct seal_key *k = forge_key(f->epoch_seed, &public);
	int status;

	forge_root(f, &point.root);
	buf_reset(&f->checkpoint);
	status = seal_checkpoint_sign(&f->checkpoint, &point, k, c.signature, NULL);
	assert(status == 0);
	(void)status;
	c.key_id = seal_key_id(sv_cstr(f->origin), SEAL_TYPE_ED25519, &public);
	forge_put_commit(f, &c);
	seal_key_free(k);
}

static inline void forge_handover(struct forge *f)
{
	struct seal_step s = {.kind = SEAL_HANDOVER, .epoch = f->epoch + 1};
	uint8_t seed[32];

	f->seconds += 10;
	forge_seed(f, seed);
	seal_key_free(forge_key(seed, &s.key));
	forge_note(f, &s, f->epoch_seed, SEAL_COMMIT_HANDOVER);
	memcpy(f->epoch_seed, seed, 32);
	f->epoch++;
}

static inline void forge_begin_place(struct forge *f)
{
	struct seal_place *p = &f->places[f->place_count];

	*p = (struct seal_place){.number = f->place_count ? p[-1].number + 1 : 0,
				 .first = f->range.size};
	if (f->file_count == 1)
		p->offset = f->offset = f->files[0].n;
	for (unsigned i = 0; i < 8; i++)
		if (p->first >> i & 1)
			p->of[i] = f->range.of[i];
	f->place_count++;
}

static inline void forge_start(struct forge *f, enum seal_start_state state)
{
	struct seal_step s = {.kind = SEAL_START,
			      .number = f->starts++,
			      .epoch = f->is_started ? f->epoch + 1 : 0,
			      .state = state};
	uint8_t signer[32], seed[32], reserved[32];

	f->seconds += 60;
	memcpy(signer, state == SEAL_CONTINUED ? f->epoch_seed : f->next_seed, 32);
	forge_seed(f, seed);
	forge_seed(f, reserved);
	seal_key_free(forge_key(seed, &s.key));
	seal_key_free(forge_key(reserved, &s.reserved));
	if (!f->is_started)
		forge_begin_place(f);
	f->is_started = true;
	f->epoch = s.epoch;
	forge_note(f, &s, signer, SEAL_COMMIT_START);
	memcpy(f->epoch_seed, seed, 32);
	memcpy(f->next_seed, reserved, 32);
	f->anchor.starts = f->starts;
	f->anchor.next = s.reserved;
}

static inline void forge_reserve(struct forge *f)
{
	struct seal_step s = {.kind = SEAL_RESERVE, .epoch = f->epoch};

	forge_seed(f, f->next_seed);
	seal_key_free(forge_key(f->next_seed, &s.reserved));
	forge_note(f, &s, f->epoch_seed, SEAL_COMMIT_RESERVE);
	f->anchor.next = s.reserved;
}

static inline void forge_end_place(struct forge *f)
{
	struct seal_place *p = &f->places[f->place_count - 1];

	p->ended = true;
	p->end = f->range.size;
	p->bytes = f->files[f->file_count - 1].n;
}

static inline void forge_rotate(struct forge *f)
{
	forge_checkpoint(f);
	forge_end_place(f);
	f->file_count++;
	assert(f->file_count < FORGE_FILES);
	forge_begin_place(f);
	forge_handover(f);
}

/* The oldest files give way. is_signed: and a note says so. */
static inline void forge_prune(struct forge *f, size_t files, bool is_signed)
{
	struct seal_step s = {.kind = SEAL_PRUNED, .epoch = f->epoch, .reason = SV("num-logs")};

	f->removed += files;
	s.first_kept = f->places[f->removed].first;
	if (is_signed)
		forge_note(f, &s, f->epoch_seed, SEAL_COMMIT_PRUNED);
}

static inline void forge_stop(struct forge *f)
{
	struct seal_step s = {.kind = SEAL_STOP};

	forge_checkpoint(f);
	forge_handover(f);
	s.epoch = f->epoch;
	forge_note(f, &s, f->epoch_seed, SEAL_COMMIT_STOP);
}

/* ---- on disk ---- */

static inline void forge_put(const char *folder, const char *name, struct sv bytes)
{
	char path[4200];
	int fd, status;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert(fd >= 0);
	status = file_write(fd, bytes);
	assert(status == 0);
	(void)status;
	(void)close(fd);
}

static inline void forge_folder(const char *folder, const char *name)
{
	char path[4200];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	(void)mkdir(path, 0700);
}

/* Which file of the log has this number in the folder; oldest first. */
static inline void forge_name(const struct forge *f, size_t file, char out[64])
{
	size_t number = f->file_count - 1 - file;

	(void)snprintf(out, 64, number ? "audit.log.%zu" : "audit.log", number);
}

static inline void forge_put_places(struct forge *f, const char *folder)
{
	uint8_t bytes[SEAL_PLACE_BYTES];
	struct buf all = BUF_INIT(FORGE_BYTES);

	for (size_t i = 0; i < f->place_count; i++) {
		struct seal_place begin = f->places[i];

		begin.ended = false;
		begin.end = begin.bytes = 0;
		seal_place_pack(&begin, bytes);
		buf_put(&all, sv_make((const char *)bytes, sizeof(bytes)));
		if (f->places[i].ended) {
			seal_place_pack(&f->places[i], bytes);
			buf_put(&all, sv_make((const char *)bytes, sizeof(bytes)));
		}
	}
	forge_put(folder, "integrity/segments", buf_view(&all));
	buf_release(&all);
}

/* Gives a place the identity of the file that it is. */
static inline void forge_identify(struct forge *f, const char *folder, size_t file)
{
	struct seal_place *p = &f->places[file];
	struct log_identity id;
	char name[64], path[4200];

	forge_name(f, file, name);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!log_set_newest(path, &id))
		return;
	p->device = id.device;
	p->inode = id.inode;
	p->birth_ns = (uint64_t)id.birth_ns;
}

/* knows: segments name the files by their identity, else by nothing, as of a copy. */
static inline void forge_write_as(struct forge *f, const char *folder, bool knows)
{
	struct buf text = BUF_INIT(4096);
	char name[64];

	for (size_t i = f->removed; i < f->file_count; i++) {
		forge_name(f, i, name);
		forge_put(folder, name, buf_view(&f->files[i]));
		if (knows && i < f->place_count)
			forge_identify(f, folder, i);
	}
	forge_folder(folder, "integrity");
	forge_folder(folder, "integrity/level0");
	forge_folder(folder, "integrity/level1");
	seal_vkey_print(&text, &f->enrolment);
	buf_putc(&text, '\n');
	forge_put(folder, "integrity/enrolment", buf_view(&text));
	buf_release(&text);
	forge_put(folder, "integrity/keys", buf_view(&f->keys));
	forge_put(folder, "integrity/commits", buf_view(&f->commits));
	forge_put(folder, "integrity/checkpoint", buf_view(&f->checkpoint));
	if (f->keeps_leaves)
		forge_put(folder, "integrity/level0/00000000", buf_view(&f->level[0]));
	forge_put(folder, "integrity/level1/00000000", buf_view(&f->level[1]));
	forge_put_places(f, folder);
}

static inline void forge_write(struct forge *f, const char *folder)
{
	forge_write_as(f, folder, true);
}

/* ---- verdicts ---- */

static inline struct verify_options forge_options(const struct forge *f, const char *log)
{
	return (struct verify_options){.log = log,
				       .key = &f->enrolment,
				       .anchor = &f->anchor,
				       .threads = 2,
				       .now = f->seconds};
}

#endif
