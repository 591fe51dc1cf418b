/*
 * The tree as files: C2SP tlog-tiles. Hashes are those that go into the signed root; of lines whole blocks
 * are written from the first that is kept.
 *
 *	checkpoint			the note
 *	tile/L/x001/x234/067[.p/W]	256 hashes of level 8 L, or W at the end
 *	tile/entries/...		as many lines, each behind two bytes with its length
 */
#include "integrity/prove_priv.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define LL(n)       ((unsigned long long)(n))
#define TILE_PATH   128
#define ENTRY_MAX   65535
#define ENTRIES_MAX ((size_t)VERIFY_BLOCK * (ENTRY_MAX + 2))
#define NOTE_MAX    ((size_t)4 << 10)

struct export
{
	struct prove *p;
	int folder;
	struct seal_commit c;
	struct buf entries;
	uint64_t end; /* lines whose blocks were seen */
	struct prove_tiles *out;
	enum prove_status status;
	struct err *e;
};

/* ---- files ---- */

/* x001/x234/067: groups of three digits, all but the last behind an x. */
static void put_number(uint64_t number, char out[TILE_PATH])
{
	char rest[TILE_PATH];

	(void)snprintf(out, TILE_PATH, "%03llu", LL(number % 1000));
	while (number /= 1000) {
		(void)snprintf(rest, sizeof(rest), "%s", out);
		(void)snprintf(out, TILE_PATH, "x%03llu/%.100s", LL(number % 1000), rest);
	}
}

/* Makes the folders of a path. -1 with errno. */
static int make_folders(int folder, const char *path)
{
	char part[TILE_PATH];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		(void)snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (mkdirat(folder, part, 0755) != 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

static bool write_file(struct export *x, const char *path, struct sv bytes)
{
	char temporary[TILE_PATH + 8];
	CLEAN_FD int fd = -1;

	(void)snprintf(temporary, sizeof(temporary), "%s.new", path);
	if (make_folders(x->folder, path) == 0)
		fd = openat(x->folder, temporary,
			    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd >= 0 && file_write(fd, bytes) == 0 &&
	    renameat(x->folder, temporary, x->folder, path) == 0) {
		x->out->files++;
		return true;
	}
	(void)err_sys(x->e, "cannot write %s", path);
	x->status = PROVE_FAILED;
	return false;
}

/* A tile of hashes or lines; count below 256: at the end. */
static bool write_tile(struct export *x, const char *kind, uint64_t number, size_t count,
		       struct sv bytes)
{
	char group[TILE_PATH], path[2 * TILE_PATH];

	put_number(number, group);
	if (count < VERIFY_BLOCK)
		(void)snprintf(path, sizeof(path), "tile/%s/%s.p/%zu", kind, group, count);
	else
		(void)snprintf(path, sizeof(path), "tile/%s/%s", kind, group);
	return write_file(x, path, bytes);
}

/* ---- level 0 and lines ---- */

static size_t wanted_of(const struct export *x, uint64_t block)
{
	uint64_t left = x->c.size - block * VERIFY_BLOCK;

	return left < VERIFY_BLOCK ? (size_t)left : VERIFY_BLOCK;
}

static bool write_leaves(struct export *x, const struct prove_block *b)
{
	size_t n = wanted_of(x, b->number);

	return write_tile(x, "0", b->number, n,
			  sv_make((const char *)block_node(b, 0, 0), n * SEAL_HASH_BYTES));
}

static bool take_line(void *ctx, uint64_t index, struct sv line, const struct seal_hash *leaf,
		      const struct verify_spot *spot)
{
	struct export *x = ctx;

	(void)leaf;
	(void)spot;
	if (index >= x->c.size)
		return true;
	if (line.n > ENTRY_MAX) {
		(void)err_set(x->e, "line %llu has more than %d bytes, which a tile cannot hold",
			      LL(index), ENTRY_MAX);
		x->status = PROVE_FAILED;
		return false;
	}
	if (index % VERIFY_BLOCK == 0)
		buf_reset(&x->entries);
	buf_putc(&x->entries, (char)(line.n >> 8));
	buf_putc(&x->entries, (char)(line.n & 0xff));
	buf_put(&x->entries, line);
	return true;
}

static bool take_block(void *ctx, const struct prove_block *b)
{
	struct export *x = ctx;
	uint64_t at = b->number * VERIFY_BLOCK;

	if (at >= x->c.size)
		return false;
	if (!prove_agrees(x->p, b)) {
		(void)err_set(
			x->e,
			"lines %llu to %llu are not as they were signed: `aurum verify` says more",
			LL(at), LL(at + wanted_of(x, b->number) - 1));
		x->status = PROVE_WRONG;
		return false;
	}
	if (x->entries.failed) {
		(void)err_set(x->e, "no memory for the lines of a tile");
		x->status = PROVE_FAILED;
		return false;
	}
	x->end = at + wanted_of(x, b->number);
	if (at < x->p->v.first) /* its first lines were removed, and perhaps their hashes, */
		return true;
	if (x->out->first > at)
		x->out->first = at;
	return write_leaves(x, b) &&
	       write_tile(x, "entries", b->number, wanted_of(x, b->number), buf_view(&x->entries));
}

/* Hashes of lines that were removed, as far as they are kept. */
static bool write_removed(struct export *x)
{
	uint64_t end = (x->p->v.first + VERIFY_BLOCK - 1) / VERIFY_BLOCK;
	struct prove_block *b = calloc(1, sizeof(*b));
	bool is_well = b;

	for (uint64_t i = 0; is_well && i < end && i * VERIFY_BLOCK < x->c.size; i++)
		if (prove_leaves(x->p, i, b) && prove_agrees(x->p, b))
			is_well = write_leaves(x, b);
	if (!b) {
		(void)err_set(x->e, "no memory for a tile");
		x->status = PROVE_FAILED;
	}
	free(b);
	return is_well;
}

/* ---- the levels above ---- */

/* Makes of full blocks of hashes those of the next level, in place. How many. */
static uint64_t lift(struct export *x, struct seal_hash *hashes, uint64_t count)
{
	for (uint64_t i = 0; i < count / VERIFY_BLOCK; i++) {
		struct seal_range r = {.size = 0};

		for (uint64_t k = 0; k < VERIFY_BLOCK; k++)
			seal_range_add_tree(&r, x->p->v.digest, 0, &hashes[i * VERIFY_BLOCK + k]);
		hashes[i] = r.of[VERIFY_LEVELS];
	}
	return count / VERIFY_BLOCK;
}

static bool write_levels(struct export *x)
{
	uint64_t count = x->c.size / VERIFY_BLOCK;
	struct seal_hash *hashes = calloc((size_t)count + 1, sizeof(*hashes));
	bool is_well = hashes;
	char level[8];

	if (!hashes) {
		(void)err_set(x->e, "no memory for the tree");
		x->status = PROVE_FAILED;
		return false;
	}
	memcpy(hashes, x->p->blocks, (size_t)count * sizeof(*hashes));
	for (unsigned l = 1; count; l++) {
		(void)snprintf(level, sizeof(level), "%u", l);
		for (uint64_t at = 0; is_well && at < count; at += VERIFY_BLOCK) {
			uint64_t left = count - at;
			size_t n = left < VERIFY_BLOCK ? (size_t)left : VERIFY_BLOCK;

			is_well =
				write_tile(x, level, at / VERIFY_BLOCK, n,
					   sv_make((const char *)&hashes[at], n * SEAL_HASH_BYTES));
		}
		count = is_well ? lift(x, hashes, count) : 0;
	}
	free(hashes);
	return is_well;
}

/* ---- all of it ---- */

/* Last of all, so that nobody sees a checkpoint of what is not there yet. */
static bool write_checkpoint(struct export *x)
{
	CLEANUP(buf_release) struct buf note = BUF_INIT(NOTE_MAX);

	prove_put_note(x->p, &x->c, &note);
	return write_file(x, "checkpoint", buf_view(&note));
}

/* Whether the checkpoint is of this tree. */
static bool is_ours(struct export *x)
{
	const struct seal_nodes nodes = {x->p, prove_get};
	struct seal_hash root;

	if (seal_root_at(&nodes, x->c.size, x->p->v.digest, &root, x->e) != 0) {
		x->status = PROVE_MISSING;
		return false;
	}
	if (seal_hash_eq(&root, &x->c.root))
		return true;
	(void)err_set(x->e, "the checkpoint of %llu lines is of another tree", LL(x->c.size));
	x->status = PROVE_WRONG;
	return false;
}

enum prove_status prove_export(struct prove *p, int folder, struct prove_tiles *out, struct err *e)
{
	struct export x = {
		.p = p, .folder = folder, .entries = BUF_INIT(ENTRIES_MAX), .out = out, .e = e};
	const struct prove_pass pass = {0, take_line, take_block, &x};
	enum prove_status status;

	*out = (struct prove_tiles){.first = UINT64_MAX};
	if (!prove_newest(p, &x.c) || !x.c.size) {
		(void)err_set(e, "there is no checkpoint");
		return PROVE_MISSING;
	}
	out->size = x.c.size;
	if (!is_ours(&x) || !write_removed(&x))
		return x.status;
	status = prove_walk(p, &pass, e);
	if (status == PROVE_HOLDS)
		status = x.status;
	if (status == PROVE_HOLDS && x.end < x.c.size) {
		(void)err_set(e, "lines from line %llu on were signed, and are not in the log",
			      LL(x.end));
		status = PROVE_WRONG;
	}
	if (status == PROVE_HOLDS && (!write_levels(&x) || !write_checkpoint(&x)))
		status = x.status;
	buf_release(&x.entries);
	return status;
}
