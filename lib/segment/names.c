/* Names of segments and indexes, and finding those that are there. */
#include "segment/names.h"

#include "base/num.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static bool fits(int n)
{
	return n >= 0 && n < SEGMENT_PATH_MAX;
}

/* The folder of a log with its slash, or "" for the current one; its name there. */
static void split(const char *log, struct sv *folder, const char **name)
{
	const char *slash = strrchr(log, '/');

	*folder = sv_make(log, slash ? (size_t)(slash - log) + 1 : 0);
	*name = log + folder->n;
}

bool segment_path(const char *log, uint64_t number, char out[SEGMENT_PATH_MAX])
{
	return fits(
		snprintf(out, SEGMENT_PATH_MAX, "%s-%08llu.zst", log, (unsigned long long)number));
}

bool segment_draft_path(const char *log, uint64_t number, char out[SEGMENT_PATH_MAX])
{
	struct sv folder;
	const char *name;

	split(log, &folder, &name);
	return fits(snprintf(out, SEGMENT_PATH_MAX, "%.*s.%s-%08llu.zst.new", SV_FMT(folder), name,
			     (unsigned long long)number));
}

bool index_path(const char *log, const struct segment_head *head, char out[SEGMENT_PATH_MAX])
{
	struct sv folder;
	const char *name;

	split(log, &folder, &name);
	return fits(snprintf(out, SEGMENT_PATH_MAX, "%.*s%s/%016llx-%llx.idx", SV_FMT(folder),
			     INDEX_FOLDER, (unsigned long long)head->head_hash,
			     (unsigned long long)head->raw_bytes));
}

/* ---- listing ---- */

void segment_list_release(struct segment_list *l)
{
	free(l->numbers);
	*l = SEGMENT_LIST_INIT;
}

/* Only names that segment_path() gives: no other number of zeros. */
static bool number_of(struct sv file, struct sv name, uint64_t *out)
{
	struct sv digits;

	if (!sv_starts(file, name) || !sv_ends(file, SV(".zst")) || file.n < name.n + 1 + 8 + 4 ||
	    file.p[name.n] != '-')
		return false;
	digits = sv_make(file.p + name.n + 1, file.n - name.n - 1 - 4);
	return (digits.n == 8 || digits.p[0] != '0') && num_u64(digits, out);
}

static int add(struct segment_list *l, uint64_t number, struct err *e)
{
	if (l->count == SEGMENT_LIST_MAX)
		return err_set(e, "more than %d segments", SEGMENT_LIST_MAX);
	if (l->count == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;
		uint64_t *more = reallocarray(l->numbers, cap, sizeof(*more));

		if (!more)
			return err_set(e, "no memory to look for segments");
		l->numbers = more;
		l->cap = cap;
	}
	l->numbers[l->count++] = number;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int read_names(struct segment_list *l, DIR *folder, struct sv name, struct err *e)
{
	const struct dirent *entry;
	uint64_t number;

	while (errno = 0, (entry = readdir(folder)))
		if (number_of(sv_cstr(entry->d_name), name, &number) && add(l, number, e) != 0)
			return -1;
	return errno ? err_sys(e, "cannot look for segments") : 0;
}

int segment_list_look(struct segment_list *l, const char *log, struct err *e)
{
	char path[SEGMENT_PATH_MAX];
	struct segment_list now = SEGMENT_LIST_INIT;
	struct sv in;
	const char *name;
	DIR *folder;
	int status;

	split(log, &in, &name);
	if (!sv_to_cstr(in.n ? in : SV("."), path, sizeof(path)))
		return err_set(e, "the path of %s is too long", log);
	folder = opendir(path);
	if (!folder && errno != ENOENT && errno != ENOTDIR)
		return err_sys(e, "cannot look for segments in %s", path);
	status = folder ? read_names(&now, folder, sv_cstr(name), e) : 0;
	if (folder)
		(void)closedir(folder);
	if (status != 0) {
		segment_list_release(&now);
		return -1;
	}
	if (now.count)
		qsort(now.numbers, now.count, sizeof(*now.numbers), by_number);
	segment_list_release(l);
	*l = now;
	return 0;
}
