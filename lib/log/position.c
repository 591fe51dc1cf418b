/*
 * A position as text, and the file it means among those that are there. Reading on from it is
 * follow.c's.
 */
#include "log/position.h"

#include "base/file.h"
#include "base/map.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define LINE_MAX_BYTES                                                                             \
	((size_t)16 << 10) /* of a line whose stamp is asked for; records are shorter */

/* ---- the beginning of a file ---- */

int log_head_read(struct log_text *t, uint64_t sure, struct log_head *out)
{
	char start[LOG_HEAD_MAX];
	ssize_t n = log_text_read(t, 0, start, sizeof(start));
	const char *newline;
	size_t bytes;

	if (n < 0)
		return -1;
	newline = n ? memrchr(start, '\n', (size_t)n) : NULL;
	bytes = newline ? (size_t)(newline - start) + 1 : 0;
	if (bytes < sure)
		bytes = sure < (size_t)n ? (size_t)sure : (size_t)n;
	*out = (struct log_head){(uint32_t)bytes, hash_sv(sv_make(start, bytes), 0)};
	return 0;
}

int log_head_fits(struct log_text *t, const struct log_head *head)
{
	char start[LOG_HEAD_MAX];
	ssize_t n = head->bytes ? log_text_read(t, 0, start, head->bytes) : 0;

	if (n < 0)
		return -1;
	return head->bytes == 0 ||
	       ((size_t)n == head->bytes && hash_sv(sv_make(start, (size_t)n), 0) == head->hash);
}

/* ---- its file ---- */

/* 1: *text is open, 0: it is another file, -1: see *e. */
static int open_if_fits(const struct log_position *p, const char *path, const struct log_member *m,
			struct log_text **text, struct err *e)
{
	struct log_text *t = log_text_open(path, m, e);
	int fits = t ? log_head_fits(t, &p->head) : -1;

	if (t && fits < 0)
		(void)err_sys(e, "cannot read a file of %s", path);
	if (fits > 0)
		*text = t;
	else
		log_text_close(t);
	return fits;
}

int log_position_open(const struct log_position *p, const char *path, const struct log_set *s,
		      size_t *index, struct log_text **text, struct err *e)
{
	int status = 0;

	if (p->file.inode == 0)
		return 0;
	for (size_t i = 0; i < s->count && status == 0; i++) {
		if (log_identity_eq(&s->members[i].id, &p->file))
			status = open_if_fits(p, path, &s->members[ *index = i], text, e);
	}
	/* A copy: only the beginning tells. */
	for (size_t i = 0; i < s->count && status == 0 && p->head.bytes; i++) {
		if (s->members[i].size >= p->offset && s->members[i].size >= p->head.bytes)
			status = open_if_fits(p, path, &s->members[ *index = i], text, e);
	}
	return status;
}

size_t log_position_newer(const struct log_position *p, const struct log_set *s)
{
	size_t i = log_set_find(s, &p->before);

	/* Without a birth the inode may be a new file's: rather see lines twice than miss some. */
	return p->before.inode && p->before.birth_ns ? i : s->count;
}

/* ---- stamps ---- */

static struct stamp stamp_of(struct sv line)
{
	struct record r;

	return record_head(line, &r) ? r.stamp : (struct stamp){0};
}

struct stamp log_stamp_at(struct log_text *t, uint64_t offset)
{
	char text[LINE_MAX_BYTES];
	ssize_t n = log_text_read(t, offset, text, sizeof(text));
	struct sv v = sv_make(text, n > 0 ? (size_t)n : 0);
	size_t end = sv_index(v, '\n');

	return end < v.n ? stamp_of(sv_head(v, end)) : (struct stamp){0};
}

struct stamp log_stamp_before(struct log_text *t, uint64_t offset)
{
	char text[LINE_MAX_BYTES];
	size_t want = offset < sizeof(text) ? (size_t)offset : sizeof(text);
	ssize_t n = want ? log_text_read(t, offset - want, text, want) : 0;
	const char *start;

	if (n < 1 || (size_t)n < want || text[n - 1] != '\n')
		return (struct stamp){0};
	start = memrchr(text, '\n', (size_t)n - 1);
	if (!start && want < offset)
		return (struct stamp){0}; /* too long */
	start = start ? start + 1 : text;
	return stamp_of(sv_make(start, (size_t)(text + n - 1 - start)));
}

/* ---- as text ---- */

void log_position_print(const struct log_position *p, struct buf *out)
{
	buf_puts(out, "aurum-position 1\n");
	buf_printf(out, "file %" PRIu64 " %" PRIu64 " %" PRId64 "\n", p->file.device, p->file.inode,
		   p->file.birth_ns);
	buf_printf(out, "offset %" PRIu64 "\n", p->offset);
	buf_printf(out, "head %" PRIu32 " %016" PRIx64 "\n", p->head.bytes, p->head.hash);
	buf_printf(out, "before %" PRIu64 " %" PRIu64 " %" PRId64 "\n", p->before.device,
		   p->before.inode, p->before.birth_ns);
	buf_printf(out, "last %" PRId64 ".%03" PRIu32 ":%" PRIu64 "\n", p->last.sec, p->last.ms,
		   p->last.serial);
}

/* The words of the next line behind its name, which must be `name`. */
static bool named_line(struct sv *rest, struct sv name, struct sv *words)
{
	struct sv line, word;

	return sv_index(*rest, '\n') < rest->n && sv_line(rest, &line) &&
	       sv_cut(line, ' ', &word, words) && sv_eq(word, name);
}

static bool parse_identity(struct sv words, struct log_identity *id)
{
	struct sv device, inode, birth;

	return sv_cut(words, ' ', &device, &words) && sv_cut(words, ' ', &inode, &birth) &&
	       num_u64(device, &id->device) && num_u64(inode, &id->inode) &&
	       num_i64(birth, &id->birth_ns);
}

static bool parse_head(struct sv words, struct log_head *head)
{
	struct sv bytes, hash;
	uint64_t n;

	if (!sv_cut(words, ' ', &bytes, &hash) || !num_range(bytes, 0, LOG_HEAD_MAX, &n) ||
	    hash.n != 16 || !num_hex64(hash, &head->hash))
		return false;
	head->bytes = (uint32_t)n;
	return true;
}

static bool parse_stamp(struct sv words, struct stamp *stamp)
{
	struct sv time, serial, sec, ms;
	uint64_t n;

	if (!sv_cut(words, ':', &time, &serial) || !sv_cut(time, '.', &sec, &ms) || ms.n != 3 ||
	    !num_range(ms, 0, 999, &n) || !num_i64(sec, &stamp->sec) ||
	    !num_u64(serial, &stamp->serial))
		return false;
	stamp->ms = (uint32_t)n;
	return true;
}

int log_position_parse(struct sv text, struct log_position *out, struct err *e)
{
	struct log_position p = {0};
	struct sv words;

	if (!named_line(&text, SV("aurum-position"), &words) || !sv_eq(words, SV("1")))
		return err_set(e, "line 1 is not \"aurum-position 1\"");
	if (!named_line(&text, SV("file"), &words) || !parse_identity(words, &p.file))
		return err_set(e, "line 2 is not \"file DEVICE INODE BIRTH\"");
	if (!named_line(&text, SV("offset"), &words) || !num_range(words, 0, INT64_MAX, &p.offset))
		return err_set(e, "line 3 is not \"offset BYTES\"");
	if (!named_line(&text, SV("head"), &words) || !parse_head(words, &p.head))
		return err_set(e, "line 4 is not \"head BYTES HASH\"");
	if (!named_line(&text, SV("before"), &words) || !parse_identity(words, &p.before))
		return err_set(e, "line 5 is not \"before DEVICE INODE BIRTH\"");
	if (!named_line(&text, SV("last"), &words) || !parse_stamp(words, &p.last))
		return err_set(e, "line 6 is not \"last SECONDS.MS:SERIAL\"");
	if (text.n)
		return err_set(e, "there is more behind line 6");
	*out = p;
	return 0;
}

int log_position_save(const char *path, const struct log_position *p, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(LOG_POSITION_TEXT_MAX);
	char temporary[4096];
	CLEAN_FD int fd = -1;

	log_position_print(p, &text);
	if (text.failed)
		return err_set(e, "no memory for %s", path);
	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary))
		return err_set(e, "path is too long: %s", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, "cannot create %s", temporary);
	if (file_write(fd, buf_view(&text)) != 0 || rename(temporary, path) != 0) {
		(void)err_sys(e, "cannot write %s", path);
		(void)unlink(temporary);
		return -1;
	}
	return 0;
}

int log_position_load(const char *path, struct log_position *out, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(LOG_POSITION_TEXT_MAX);
	CLEAN_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct err why;

	if (fd < 0)
		return err_sys(e, "cannot open %s", path);
	if (file_read_fd(fd, path, &text, e) != 0)
		return -1;
	if (log_position_parse(buf_view(&text), out, &why) != 0)
		return err_set(e, "%s: %s", path, why.text);
	return 0;
}
