/* A set of records, found by their event's stamp. */
#include "log/unheard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#define CHUNK_BYTES ((size_t)256 << 10)
#define FIRST_CAP   256

void unheard_init(struct unheard *u)
{
	*u = (struct unheard){.texts = BUF_INIT(UNHEARD_TEXT_MAX), .seed = hash_seed()};
	map_init(&u->events, UNHEARD_MAX);
}

void unheard_release(struct unheard *u)
{
	free(u->list);
	buf_release(&u->texts);
	map_release(&u->events);
	u->list = NULL;
	u->count = u->cap = u->left = 0;
}

struct sv unheard_text(const struct unheard *u, size_t i)
{
	return sv_make(u->texts.p + u->list[i].at, u->list[i].length);
}

/* What stands between "audit(" and ")". */
static struct sv stamp_of(struct sv text)
{
	struct sv stamp = sv_from(text, sizeof("audit(") - 1);

	return sv_head(stamp, sv_index(stamp, ')'));
}

struct sv unheard_stamp(const struct unheard *u, size_t i)
{
	return stamp_of(unheard_text(u, i));
}

static bool make_room(struct unheard *u)
{
	size_t cap = u->cap ? u->cap * 2 : FIRST_CAP;
	struct unheard_record *list;

	if (u->count < u->cap)
		return true;
	if (u->count >= UNHEARD_MAX)
		return false;
	list = realloc(u->list, cap * sizeof(*list));
	if (!list)
		return false;
	u->list = list;
	u->cap = cap;
	return true;
}

void unheard_add(struct unheard *u, uint32_t type, struct sv text)
{
	uint64_t key = hash_sv(stamp_of(text), u->seed);
	const uint64_t *newest = map_get(&u->events, key);
	uint32_t next = newest ? (uint32_t)*newest : 0;
	size_t at = u->texts.n;

	if (make_room(u))
		buf_put(&u->texts, text);
	if (u->texts.n == at || !map_put(&u->events, key, u->count + 1)) {
		u->texts.failed = false;
		u->dropped++;
		return;
	}
	u->list[u->count++] =
		(struct unheard_record){type, false, (uint32_t)at, (uint32_t)text.n, next};
	u->left++;
}

/* A text of the messages may be cut, and one of a log has its newlines replaced and a tail. */
static bool is_same(struct sv printed, struct sv text)
{
	printed = sv_trim(printed);
	if (printed.n > text.n)
		return false;
	for (size_t i = 0; i < printed.n; i++)
		if (printed.p[i] != text.p[i] && !(printed.p[i] == '\n' && text.p[i] == ' '))
			return false;
	return true;
}

void unheard_heard(struct unheard *u, struct sv text)
{
	const uint64_t *newest;

	if (u->left == 0 || !sv_starts(text, SV("audit(")))
		return;
	newest = map_get(&u->events, hash_sv(stamp_of(text), u->seed));
	for (size_t i = newest ? (size_t)*newest : 0; i; i = u->list[i - 1].next) {
		if (u->list[i - 1].is_heard || !is_same(unheard_text(u, i - 1), text))
			continue;
		u->list[i - 1].is_heard = true;
		u->left--;
		return;
	}
}

/* A line of a log: [node=...] type=... msg=audit(...): ... */
static void hear_line(struct unheard *u, struct sv line)
{
	const struct sv mark = SV(" msg=audit(");
	size_t at = sv_find(sv_head(line, 512), mark);

	if (at < line.n && at < 512)
		unheard_heard(u, sv_from(line, at + sizeof(" msg=") - 1));
}

/* Hands out the whole lines of the chunk; what is left of it goes to its start. */
static void hear_lines(struct unheard *u, struct buf *chunk)
{
	struct sv line;
	size_t at = 0;

	while (buf_line(chunk, &at, &line))
		hear_line(u, line);
	buf_drop(chunk, at);
	if (chunk->n == CHUNK_BYTES) /* no line of ours is so long */
		buf_reset(chunk);
}

int unheard_scan(struct unheard *u, const char *path, struct err *e)
{
	CLEANUP(buf_release) struct buf chunk = BUF_INIT(CHUNK_BYTES);
	CLEAN_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) != 0)
		return err_sys(e, "cannot open %s", path);
	if (!S_ISREG(st.st_mode) || !buf_reserve(&chunk, CHUNK_BYTES))
		return err_set(e, "cannot read %s", path);
	if ((uint64_t)st.st_size > UNHEARD_SCAN_BYTES &&
	    lseek(fd, st.st_size - (off_t)UNHEARD_SCAN_BYTES, SEEK_SET) < 0)
		return err_sys(e, "cannot read %s", path);
	while (u->left && (n = read(fd, chunk.p + chunk.n, CHUNK_BYTES - chunk.n)) != 0) {
		if (n < 0 && errno != EINTR)
			return err_sys(e, "cannot read %s", path);
		chunk.n += n > 0 ? (size_t)n : 0;
		hear_lines(u, &chunk);
	}
	hear_line(u, buf_view(&chunk));
	return 0;
}
