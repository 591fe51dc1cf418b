/* Files of hashes. One of each level is open at a time; they are used in order nearly always. */
#include "integrity/levels.h"

#include "base/file.h"
#include "base/num.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#define NONE         UINT64_MAX
#define PIECE        256 /* hashes that are read at a time */
#define DIGITS_LEAST 8

static const char *const names[LEVELS] = {INTEGRITY_LEVEL0, INTEGRITY_LEVEL1};

void levels_name(uint64_t number, char out[LEVEL_NAME_MAX])
{
	(void)snprintf(out, LEVEL_NAME_MAX, "%08" PRIu64, number);
}

/* Whether a file of a level is called so. */
static bool number_of(const char *name, uint64_t *number)
{
	char again[LEVEL_NAME_MAX];

	if (strlen(name) < DIGITS_LEAST || !num_u64(sv_cstr(name), number) ||
	    *number > UINT64_MAX / LEVEL_FILE - 1)
		return false;
	levels_name(*number, again);
	return strcmp(name, again) == 0;
}

/* Calls back for each file of a level. -1 with errno. */
static int each_file(const struct level *l, void (*file)(void *ctx, uint64_t number), void *ctx)
{
	CLEAN_FD int copy = openat(l->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *entry;
	uint64_t number;

	if (!dir)
		return -1;
	(void)take_fd(&copy);
	while ((entry = readdir(dir)))
		if (number_of(entry->d_name, &number))
			file(ctx, number);
	(void)closedir(dir);
	return 0;
}

static void keep_highest(void *ctx, uint64_t number)
{
	uint64_t *highest = ctx;

	if (*highest == NONE || number > *highest)
		*highest = number;
}

static void close_file(struct level *l)
{
	close_fd(&l->file);
	l->file = -1;
	l->number = NONE;
}

/* store: to write, too; then it is made where there is none. */
static int open_file(struct level *level, uint64_t number, const struct store *store, struct err *e)
{
	char name[LEVEL_NAME_MAX];

	if (level->file >= 0 && level->number == number && (level->can_write || !store))
		return 0;
	close_file(level);
	levels_name(number, name);
	level->file = store ? store_open(store, level->folder, name, e)
			    : integrity_open_file(level->folder, name, e);
	level->number = number;
	level->can_write = store;
	return level->file >= 0 ? 0 : -1;
}

/* The file may end inside a hash: that one is not there. */
static int count(const struct levels *l, struct level *level, struct err *e)
{
	uint64_t highest = NONE;
	struct stat st;

	level->count = 0;
	if (each_file(level, keep_highest, &highest) != 0)
		return err_sys(e, "cannot read the folder " INTEGRITY_FOLDER "/%s",
			       names[level - l->of]);
	if (highest == NONE)
		return 0;
	if (open_file(level, highest, NULL, e) != 0)
		return -1;
	if (fstat(level->file, &st) != 0)
		return err_sys(e, "cannot examine a file of " INTEGRITY_FOLDER "/%s",
			       names[level - l->of]);
	level->count = (uint64_t)st.st_size / SEAL_HASH_BYTES;
	if (level->count > LEVEL_FILE)
		level->count = LEVEL_FILE;
	level->count += highest * LEVEL_FILE;
	return 0;
}

static int open_levels(struct levels *l, int folder, struct err *e)
{
	for (unsigned i = 0; i < LEVELS; i++) {
		struct level *level = &l->of[i];
		struct err why;

		level->number = NONE;
		level->folder = l->store ? store_open_folder(l->store, names[i], e)
					 : integrity_open_folder(folder, names[i], &why);
		if (level->folder < 0 && !l->store && why.sys == ENOENT)
			continue;
		if (level->folder < 0 && !l->store)
			(void)err_set(e, "%s", why.text);
		if (level->folder < 0 || count(l, level, e) != 0) {
			levels_close(l);
			return -1;
		}
	}
	return 0;
}

int levels_open(struct levels *l, int folder, struct seal_digest *digest, struct err *e)
{
	*l = LEVELS_CLOSED;
	l->digest = digest;
	return open_levels(l, folder, e);
}

int levels_open_store(struct levels *l, const struct store *store, struct seal_digest *digest,
		      struct err *e)
{
	*l = LEVELS_CLOSED;
	l->digest = digest;
	l->store = store;
	return open_levels(l, store->folder, e);
}

void levels_close(struct levels *l)
{
	for (unsigned i = 0; i < LEVELS; i++) {
		close_fd(&l->of[i].folder);
		close_file(&l->of[i]);
	}
	*l = LEVELS_CLOSED;
}

/* ---- reading ---- */

int levels_read(struct levels *l, unsigned level, uint64_t index, struct seal_hash *out, size_t n,
		struct err *e)
{
	struct level *of = &l->of[level];

	if (index > of->count || n > of->count - index)
		return err_set(e, INTEGRITY_FOLDER "/%s ends before hash %" PRIu64, names[level],
			       index + n - 1);
	while (n) {
		uint64_t within = index % LEVEL_FILE;
		size_t most = (size_t)(LEVEL_FILE - within), part = n < most ? n : most;
		ssize_t got;

		if (open_file(of, index / LEVEL_FILE, NULL, e) != 0)
			return -1;
		got = file_read_at(of->file, within * SEAL_HASH_BYTES, out, part * SEAL_HASH_BYTES);
		if (got != (ssize_t)(part * SEAL_HASH_BYTES))
			return err_set(e, "cannot read hash %" PRIu64 " of " INTEGRITY_FOLDER "/%s",
				       index, names[level]);
		index += part;
		out += part;
		n -= part;
	}
	return 0;
}

int levels_get(void *levels, unsigned level, uint64_t index, struct seal_hash *out, struct err *e)
{
	struct levels *l = levels;
	unsigned which = level >= LEVEL_BITS, base = which ? LEVEL_BITS : 0, above = level - base;
	struct seal_range r = {.size = 0};
	struct seal_hash piece[PIECE];
	uint64_t at, left;

	if (above >= 64 - 1 || index > UINT64_MAX >> (above + base))
		return err_set(e, "there is no such node");
	at = index << above;
	for (left = UINT64_C(1) << above; left;) {
		size_t n = left < PIECE ? (size_t)left : PIECE;

		if (levels_read(l, which, at, piece, n, e) != 0)
			return -1;
		for (size_t i = 0; i < n; i++)
			seal_range_add_tree(&r, l->digest, base, &piece[i]);
		at += n;
		left -= n;
	}
	*out = r.of[level];
	return 0;
}

/* ---- writing ---- */

int levels_write(struct levels *l, unsigned level, uint64_t index, const struct seal_hash *hashes,
		 size_t n, struct err *e)
{
	struct level *of = &l->of[level];

	while (n) {
		uint64_t within = index % LEVEL_FILE, number = index / LEVEL_FILE;
		size_t most = (size_t)(LEVEL_FILE - within), part = n < most ? n : most;
		struct sv bytes = sv_make((const char *)hashes, part * SEAL_HASH_BYTES);

		if (of->is_written && of->number != number && levels_sync(l, e) != 0)
			return -1;
		if (open_file(of, number, l->store, e) != 0)
			return -1;
		of->is_written = true;
		if (store_write(l->store, of->file, within * SEAL_HASH_BYTES, bytes, names[level],
				e) != 0)
			return -1;
		index += part;
		hashes += part;
		n -= part;
		if (index > of->count)
			of->count = index;
	}
	return 0;
}

int levels_sync(struct levels *l, struct err *e)
{
	for (unsigned i = 0; i < LEVELS; i++) {
		struct level *of = &l->of[i];

		if (!of->is_written)
			continue;
		if (store_sync(l->store, of->file, names[i], e) != 0)
			return -1;
		of->is_written = false;
	}
	return 0;
}

struct forget {
	const struct levels *levels;
	uint64_t first_kept;
	unsigned removed;
};

static void forget_file(void *ctx, uint64_t number)
{
	struct forget *f = ctx;
	const struct store *s = f->levels->store;
	char name[LEVEL_NAME_MAX];

	if ((number + 1) * LEVEL_FILE > f->first_kept)
		return;
	levels_name(number, name);
	if (s->disk->remove(s->ctx, f->levels->of[0].folder, name) == 0)
		f->removed++;
}

unsigned levels_forget(struct levels *l, uint64_t first_kept)
{
	struct forget f = {l, first_kept, 0};

	/* What is left behind is removed the next time. */
	(void)!each_file(&l->of[0], forget_file, &f);
	return f.removed;
}
