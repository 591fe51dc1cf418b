/* What is around lib/index, which makes them: access, and removing those of no use. */
#include "archivist/indexes.h"

#include "base/num.h"
#include "index/build.h"
#include "segment/names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define DRAFT_END      ".idx.new"
#define INDEX_NAME_MAX 48 /* two numbers of 16 hexadecimal digits */

/* ---- making ---- */

/* Group and mode, where they are others. */
static int copy_access(int from, int to)
{
	struct stat is, wanted;

	if (fstat(from, &wanted) != 0 || fstat(to, &is) != 0)
		return -1;
	if (is.st_gid != wanted.st_gid && fchown(to, (uid_t)-1, wanted.st_gid) != 0)
		return -1;
	return (is.st_mode & 0777) == (wanted.st_mode & 0777) ||
			       fchmod(to, wanted.st_mode & 0777) == 0
		       ? 0
		       : -1;
}

/* As the log's folder and its file. */
static int give_access(const struct archive *a, int fd, const struct segment_head *head,
		       struct err *e)
{
	char path[SEGMENT_PATH_MAX];
	CLEAN_FD int folder = -1, index = -1;

	if (!index_path(a->log, head, path))
		return err_set(e, "its path is too long");
	folder = openat(a->folder, INDEX_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	index = openat(folder, strrchr(path, '/') + 1,
		       O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (folder < 0 || index < 0 || copy_access(a->folder, folder) != 0 ||
	    copy_access(fd, index) != 0)
		return err_sys(e, "cannot set group and mode of %s", path);
	return 0;
}

/* Of the text in a segment or a plain file. */
static int head_of(int fd, struct segment_head *head, struct err *e)
{
	struct segment s;

	if (segment_open(&s, fd, NULL) != SEGMENT_OPEN)
		return segment_head_of(fd, head, e);
	*head = s.head;
	s.fd = -1; /* the caller's */
	segment_close(&s);
	return 0;
}

/* With the totals that reports are made of. */
void indexes_begin(struct indexes_making *m, const struct archive *a)
{
	int64_t timeout_s = a->timeout_s ? a->timeout_s : JOIN_TIMEOUT_DEFAULT_S;

	*m = (struct indexes_making){.totals = report_summary_maker_new(timeout_s)};
	if (m->totals) {
		m->extra = report_summary_extra(m->totals);
		m->builder = index_builder_new(&(struct index_options){.timeout_s = timeout_s,
								       .extra = &m->extra,
								       .extra_count = 1},
					       &m->why);
	} else {
		(void)err_set(&m->why, "no memory for totals");
	}
	m->failed = !m->builder;
}

void indexes_frame(void *making, struct sv text, uint64_t raw_at)
{
	struct indexes_making *m = making;

	if (!m->failed)
		m->failed = index_builder_frame(m->builder, text, raw_at, &m->why) != 0;
}

static int write_index(const struct indexes_making *m, const struct archive *a, int fd,
		       const struct segment_head *head, struct err *e)
{
	char path[SEGMENT_PATH_MAX];

	if (!index_path(a->log, head, path))
		return err_set(e, "its path is too long");
	return index_write(m->builder, path, fd, e) == 0 ? give_access(a, fd, head, e) : -1;
}

static int fail(const struct indexes_making *m, struct err *e)
{
	return err_set(e, "%s", m->why.text);
}

int indexes_end(struct indexes_making *m, const struct archive *a, int fd,
		const struct segment_head *head, struct err *e)
{
	if (m->failed)
		return fail(m, e);
	return index_builder_end(m->builder, head, e) == 0 ? write_index(m, a, fd, head, e) : -1;
}

void indexes_release(struct indexes_making *m)
{
	index_builder_free(m->builder);
	report_summary_maker_free(m->totals);
}

bool indexes_has(const struct archive *a, const struct segment_head *head)
{
	char path[SEGMENT_PATH_MAX];
	struct index x;

	if (!index_path(a->log, head, path) || index_open(&x, path, head, NULL) != INDEX_OPEN)
		return false;
	index_close(&x);
	return true;
}

int indexes_make(const struct archive *a, int fd, struct err *e)
{
	struct indexes_making m;
	struct segment_head head;
	int status;

	if (head_of(fd, &head, e) != 0)
		return -1;
	if (indexes_has(a, &head))
		return give_access(a, fd, &head, e);
	indexes_begin(&m, a);
	status = m.failed ? fail(&m, e) : index_build(m.builder, fd, &head, e);
	if (status == 0)
		status = write_index(&m, a, fd, &head, e);
	indexes_release(&m);
	return status;
}

/* ---- sweeping ---- */

struct names_list {
	char (*names)[INDEX_NAME_MAX];
	size_t count, cap;
};

static void names_list_release(struct names_list *l)
{
	free(l->names);
}

/* Notes which index a file's text has. -1: no memory. */
static int note(const struct archive *a, struct names_list *l, int fd)
{
	char path[SEGMENT_PATH_MAX];
	struct segment_head head;
	const char *name;

	if (head_of(fd, &head, NULL) != 0 || !index_path(a->log, &head, path))
		return 0;
	if (l->count == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;
		char(*more)[INDEX_NAME_MAX] = reallocarray(l->names, cap, sizeof(*more));

		if (!more)
			return -1;
		l->names = more;
		l->cap = cap;
	}
	name = strrchr(path, '/') + 1;
	(void)snprintf(l->names[l->count++], INDEX_NAME_MAX, "%s", name);
	return 0;
}

static DIR *open_folder(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		close_fd(&fd);
	return dir;
}

/* The indexes of all files in the folder, of whatever log: there is one folder for their indexes. */
static int list_wanted(const struct archive *a, struct names_list *l)
{
	DIR *dir = open_folder(a->folder, ".");
	int status = dir ? 0 : -1;

	for (const struct dirent *d; status == 0 && (d = readdir(dir));) {
		CLEAN_FD int fd = -1;
		struct stat st;

		if (d->d_type != DT_REG && d->d_type != DT_UNKNOWN)
			continue;
		fd = openat(a->folder, d->d_name,
			    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
			status = note(a, l, fd);
	}
	if (dir)
		(void)closedir(dir);
	return status;
}

static int compare_names(const void *x, const void *y)
{
	return strcmp(x, y);
}

/* One that is being written: HASH-SIZE.ID.idx.new, and that thread lives. */
static bool is_wanted_draft(struct sv name)
{
	struct sv rest = sv_head(name, name.n - (sizeof(DRAFT_END) - 1)), pid;
	uint32_t number;

	return sv_cut(rest, '.', &rest, &pid) && num_u32(pid, &number) && number &&
	       number < INT32_MAX && (kill((pid_t)number, 0) == 0 || errno != ESRCH);
}

/* Of a file that is there; what is no index at all is not ours. */
static bool is_wanted(const struct names_list *l, const char *name)
{
	struct sv v = sv_cstr(name);

	if (sv_ends(v, SV(DRAFT_END)))
		return is_wanted_draft(v);
	return !sv_ends(v, SV(".idx")) ||
	       (l->count && bsearch(name, l->names, l->count, INDEX_NAME_MAX, compare_names));
}

void indexes_sweep(const struct archive *a)
{
	CLEANUP(names_list_release) struct names_list wanted = {0};
	DIR *dir = open_folder(a->folder, INDEX_FOLDER);

	if (!dir)
		return;
	if (list_wanted(a, &wanted) == 0) {
		if (wanted.count)
			qsort(wanted.names, wanted.count, INDEX_NAME_MAX, compare_names);
		for (const struct dirent *d; (d = readdir(dir));)
			if (!is_wanted(&wanted, d->d_name))
				(void)unlinkat(dirfd(dir), d->d_name, 0);
	}
	(void)closedir(dir);
}
