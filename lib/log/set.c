/*
 * Which files a log consists of. Nothing is opened for a look: names and what stat says is
 * enough, and a look may come each second for each consumer.
 */
#include "log/set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define NAME_BYTES (4096 + 16)
#define LOOKS_MAX  8 /* when it is rotated at the same time */
#define HOLES_MAX  1 /* numbers that may be missing in a row: a rotation that runs has one */

void log_set_release(struct log_set *s)
{
	free(s->members);
	*s = LOG_SET_INIT;
}

bool log_identity_eq(const struct log_identity *a, const struct log_identity *b)
{
	return a->inode == b->inode && a->device == b->device &&
	       (a->birth_ns == b->birth_ns || a->birth_ns == 0 || b->birth_ns == 0);
}

size_t log_set_find(const struct log_set *s, const struct log_identity *id)
{
	size_t i = 0;

	while (i < s->count && !log_identity_eq(&s->members[i].id, id))
		i++;
	return i;
}

static int identify(int fd, const char *name, int flags, struct log_identity *id, uint64_t *size)
{
	struct statx st;

	if (statx(fd, name, flags, STATX_BASIC_STATS | STATX_BTIME, &st) != 0)
		return -1;
	if (!S_ISREG(st.stx_mode)) {
		errno = EINVAL;
		return -1;
	}
	*id = (struct log_identity){.device = makedev(st.stx_dev_major, st.stx_dev_minor),
				    .inode = st.stx_ino};
	if (st.stx_mask & STATX_BTIME)
		id->birth_ns = st.stx_btime.tv_sec * 1000000000 + st.stx_btime.tv_nsec;
	*size = st.stx_size;
	return 0;
}

int log_identify(int fd, struct log_identity *id, uint64_t *size)
{
	return identify(fd, "", AT_EMPTY_PATH, id, size);
}

static void numbered(const char *path, unsigned number, char out[NAME_BYTES])
{
	(void)snprintf(out, NAME_BYTES, number ? "%s.%u" : "%s", path, number);
}

int log_set_add(struct log_set *s, const struct log_member *m, const char *path, struct err *e)
{
	if (s->count == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 8;
		struct log_member *more = reallocarray(s->members, cap, sizeof(*more));

		if (!more)
			return err_sys(e, "cannot look for %s", path);
		s->members = more;
		s->cap = cap;
	}
	s->members[s->count++] = *m;
	return 0;
}

/* The file with m's number. 1: the rest of *m is set, 0: there is none, -1: see *e. */
static int look_at(const char *path, struct log_member *m, struct err *e)
{
	char name[NAME_BYTES];

	numbered(path, m->number, name);
	if (identify(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW, &m->id, &m->size) == 0)
		return 1;
	if (errno == ENOENT || errno == EINVAL)
		return 0;
	return err_sys(e, "cannot look for %s", name);
}

bool log_set_newest(const char *path, struct log_identity *id)
{
	uint64_t size;

	return identify(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, id, &size) == 0;
}

static int look(struct log_set *now, const char *path, struct err *e)
{
	unsigned holes = 0;

	for (unsigned number = 0; now->count < LOG_SET_MAX && holes <= HOLES_MAX; number++) {
		struct log_member m = {.number = number};
		int status = look_at(path, &m, e);
		bool is_there = status > 0;

		/* Seen already: it was moved upwards between two looks. */
		if (is_there && log_set_find(now, &m.id) == now->count)
			status = log_set_add(now, &m, path, e);
		if (status < 0)
			return -1;
		holes = is_there ? 0 : holes + 1;
	}
	return 0;
}

/* If not, a newer one may stand behind it, for both were moved up before the numbers were reached. */
static bool is_newest(const struct log_set *now, const char *path)
{
	struct log_identity id;

	return now->count && log_set_newest(path, &id) && log_identity_eq(&id, &now->members[0].id);
}

int log_set_look(struct log_set *s, const char *path, struct err *e)
{
	struct log_set now = LOG_SET_INIT;
	int left = LOOKS_MAX;

	do {
		now.count = 0;
		if (look(&now, path, e) != 0) {
			log_set_release(&now);
			return -1;
		}
	} while (!is_newest(&now, path) && --left);
	log_set_release(s);
	*s = now;
	return 0;
}

int log_set_open(const char *path, const struct log_member *m, struct err *e)
{
	char name[NAME_BYTES];
	struct log_identity id;
	uint64_t size;
	CLEAN_FD int fd = -1;

	numbered(path, m->number, name);
	fd = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, "cannot open %s", name);
	if (log_identify(fd, &id, &size) != 0)
		return err_sys(e, "cannot examine %s", name);
	if (!log_identity_eq(&id, &m->id)) {
		errno = ENOENT;
		return err_sys(e, "cannot open %s", name);
	}
	return take_fd(&fd);
}
