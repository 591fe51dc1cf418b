/*
 * Opens the files of a log in the order of their lines: segments by number, then audit.log.N ... audit.log.
 * Which files those are is decided as lib/log/source.c does for searches; whatever else is called so is told
 * as a stranger, for somebody might take it for a part of the log.
 */
#include "integrity/verify_text.h"

#include "base/num.h"
#include "segment/names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOKS_MAX   16 /* at a log that is rotated at the same time */
#define STRANGE_MAX 8  /* that are told by name */
#define WALK_BYTES  ((size_t)4 << 20)

void verify_text_close(struct verify_text *t)
{
	for (size_t i = 0; i < t->count; i++)
		log_text_close(t->files[i].text);
	free(t->files);
	*t = VERIFY_TEXT_INIT;
}

static int put(struct verify_text *t, const struct log_member *m, struct log_text *text,
	       struct err *e)
{
	struct verify_file *f;
	uint64_t size;

	if (t->count == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 16;
		struct verify_file *more = reallocarray(t->files, cap, sizeof(*more));

		if (!more)
			return err_set(e, "no memory for the files of %s", t->log);
		t->files = more;
		t->cap = cap;
	}
	if (log_text_size(text, &size) != 0)
		return err_sys(e, "cannot examine a file of %s", t->log);
	f = &t->files[t->count++];
	*f = (struct verify_file){.member = *m, .text = text, .bytes = size};
	return 0;
}

/* 1: opened, 0: it has been moved or removed meanwhile, -1: see *e. */
static int open_member(struct verify_text *t, const struct log_member *m, struct err *e)
{
	struct err why = {0};
	struct log_text *text = log_text_open(t->log, m, &why);

	if (!text) {
		if (why.sys == ENOENT)
			return 0;
		if (e)
			*e = why;
		return -1;
	}
	if (put(t, m, text, e) == 0)
		return 1;
	log_text_close(text);
	return -1;
}

/* ---- segments ---- */

/* Whether one of the plain files has the same text, every byte of it: compressing is not at its end. */
static bool is_plain_too(const struct verify_text *t, const struct segment *s)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct verify_file *f = &t->files[i];
		struct segment_head plain;

		if (f->member.is_packed || f->bytes != s->head.raw_bytes ||
		    segment_head_of(log_text_fd(f->text), &plain, NULL) != 0 ||
		    plain.raw_bytes != s->head.raw_bytes || plain.head_hash != s->head.head_hash)
			continue;
		if (segment_verify(s->fd, log_text_fd(f->text), NULL) == 0)
			return true;
	}
	return false;
}

/* 1: *m is set; 0: gone, damaged or there as a plain file; -1. */
static int look_at_packed(const struct verify_text *t, uint64_t number, struct log_member *m)
{
	char name[SEGMENT_PATH_MAX];
	struct segment s;
	CLEAN_FD int fd = -1;
	bool is_new;

	if (!segment_path(t->log, number, name))
		return 0;
	fd = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || segment_open(&s, fd, NULL) != SEGMENT_OPEN)
		return 0;
	*m = (struct log_member){
		.id = {s.head.device, s.head.inode, s.head.birth_ns},
		.size = s.head.raw_bytes,
		.is_packed = true,
		.segment = number,
	};
	is_new = !is_plain_too(t, &s);
	s.fd = -1; /* it is ours */
	segment_close(&s);
	return is_new;
}

/* 1: all were opened, 0: something moved, -1. */
static int add_packed(struct verify_text *t, struct err *e)
{
	CLEANUP(segment_list_release) struct segment_list l = SEGMENT_LIST_INIT;
	int status = 1;

	if (segment_list_look(&l, t->log, e) != 0)
		return -1;
	for (size_t i = l.count; status > 0 && i-- > 0;) {
		struct log_member m;

		if (look_at_packed(t, l.numbers[i], &m))
			status = open_member(t, &m, e);
	}
	return status;
}

/* ---- all of them ---- */

static void turn_round(struct verify_text *t)
{
	for (size_t i = 0, j = t->count; i + 1 < j; i++) {
		struct verify_file swap = t->files[i];

		t->files[i] = t->files[--j];
		t->files[j] = swap;
	}
}

static void drop_all(struct verify_text *t)
{
	while (t->count)
		log_text_close(t->files[--t->count].text);
}

/* Newest first. 1: all were opened, 0: something moved, -1. */
static int open_all(struct verify_text *t, struct err *e)
{
	CLEANUP(log_set_release) struct log_set set = LOG_SET_INIT;
	struct log_identity newest;
	int status = 1;

	drop_all(t);
	if (log_set_look(&set, t->log, e) != 0)
		return -1;
	for (size_t i = 0; status > 0 && i < set.count; i++)
		status = open_member(t, &set.members[i], e);
	if (status > 0)
		status = add_packed(t, e);
	if (status <= 0)
		return status;
	/* A rotation between the look and here would have put a file where we have not looked. */
	return !set.count || !log_set_newest(t->log, &newest) ||
	       log_identity_eq(&newest, &set.members[0].id);
}

static void set_folder(struct verify_text *t)
{
	const char *slash = strrchr(t->log, '/');
	size_t n = slash ? (size_t)(slash - t->log) : 0;

	(void)snprintf(t->folder, sizeof(t->folder), "%.*s", slash ? (int)(n ? n : 1) : 1,
		       slash ? t->log : ".");
}

int verify_text_open(struct verify_text *t, const char *log, struct err *e)
{
	int status = 0;

	*t = VERIFY_TEXT_INIT;
	(void)snprintf(t->log, sizeof(t->log), "%s", log);
	set_folder(t);
	for (int left = LOOKS_MAX; left && status == 0; left--)
		status = open_all(t, e);
	if (status == 0)
		status =
			err_set(e, "cannot open all files of %s: they are moved all the time", log);
	if (status < 0) {
		verify_text_close(t);
		return -1;
	}
	turn_round(t);
	return 0;
}

void verify_text_name(const struct verify_text *t, size_t file, char out[VERIFY_NAME_MAX])
{
	const struct log_member *m = &t->files[file].member;
	int n;

	if (m->is_packed)
		n = segment_path(t->log, m->segment, out) ? 0 : -1;
	else if (m->number)
		n = snprintf(out, VERIFY_NAME_MAX, "%s.%u", t->log, m->number);
	else
		n = snprintf(out, VERIFY_NAME_MAX, "%s", t->log);
	if (n < 0 || n >= VERIFY_NAME_MAX)
		out[0] = '\0';
}

/* ---- strangers ---- */

/* "audit.log", "audit.log.7", "audit.log-00000007.zst"; *number of a plain file, UINT64_MAX of others. */
static bool is_like_ours(struct sv base, struct sv name, uint64_t *number)
{
	struct sv rest = sv_from(name, base.n);
	uint64_t n;

	*number = UINT64_MAX;
	if (!sv_starts(name, base))
		return false;
	if (!rest.n) {
		*number = 0;
		return true;
	}
	if (rest.p[0] == '.')
		return num_u64(sv_from(rest, 1), number);
	return rest.p[0] == '-' && sv_ends(rest, SV(".zst")) &&
	       num_u64(sv_make(rest.p + 1, rest.n - 1 - SV(".zst").n), &n);
}

/* A plain file that was opened; once more under another name it is none. */
static bool is_opened(const struct verify_text *t, const char *path, bool is_live, bool *seen)
{
	struct log_identity id;

	if (!log_set_newest(path, &id)) /* it is a regular file, by lstat */
		return false;
	for (size_t i = 0; i < t->count; i++)
		if (!t->files[i].member.is_packed && log_identity_eq(&id, &t->files[i].member.id)) {
			bool again = seen[i];

			seen[i] = true;
			return !again || is_live; /* it may have been moved meanwhile */
		}
	return false;
}

/* A segment that was opened, or that is there as a plain file, too. */
static bool is_opened_packed(const struct verify_text *t, const char *path)
{
	char name[VERIFY_NAME_MAX];
	struct segment s;
	CLEAN_FD int fd = -1;
	bool is_known = false;

	for (size_t i = 0; i < t->count && !is_known; i++)
		if (t->files[i].member.is_packed) {
			verify_text_name(t, i, name);
			is_known = strcmp(name, path) == 0;
		}
	if (is_known)
		return true;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT;
	if (segment_open(&s, fd, NULL) != SEGMENT_OPEN)
		return false;
	is_known = is_plain_too(t, &s);
	s.fd = -1; /* it is ours */
	segment_close(&s);
	return is_known;
}

/* The number that our newest file has now: those with smaller ones came after it. */
static uint64_t newest_number(const struct verify_text *t)
{
	char path[VERIFY_NAME_MAX + 32];
	struct log_identity id;

	for (unsigned n = 0; t->count && n < LOG_SET_MAX; n++) {
		(void)snprintf(path, sizeof(path), n ? "%s.%u" : "%s", t->log, n);
		if (log_set_newest(path, &id) &&
		    log_identity_eq(&id, &t->files[t->count - 1].member.id))
			return n;
	}
	return 0;
}

void verify_text_strangers(const struct verify_text *t, bool is_live, struct doubts *doubts)
{
	const char *slash = strrchr(t->log, '/');
	struct sv base = sv_cstr(slash ? slash + 1 : t->log);
	uint64_t newer = is_live ? newest_number(t) : 0;
	DIR *dir = opendir(t->folder);
	bool *seen = calloc(t->count + 1, sizeof(*seen));
	unsigned found = 0;

	if (!dir || !seen)
		doubt(doubts, DOUBT_FILE_UNKNOWN, "cannot look which files are in %s", t->folder);
	for (struct dirent *d; dir && seen && (d = readdir(dir));) {
		char path[VERIFY_NAME_MAX + 512];
		uint64_t number;

		if (!is_like_ours(base, sv_cstr(d->d_name), &number) || number < newer)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", t->folder, d->d_name);
		if (number == UINT64_MAX ? is_opened_packed(t, path)
					 : is_opened(t, path, is_live, seen))
			continue;
		if (number != UINT64_MAX && access(path, F_OK) != 0 && errno == ENOENT && is_live)
			continue; /* it was moved on */
		if (found++ < STRANGE_MAX)
			doubt(doubts, DOUBT_FILE_UNKNOWN,
			      "%s is called like a file of the log, and is none that could be read "
			      "as one",
			      path);
	}
	if (dir)
		(void)closedir(dir);
	free(seen);
}

/* ---- reading ---- */

enum verify_read verify_text_read(const struct verify_text *t, size_t file, uint64_t offset,
				  char *out, size_t cap, size_t *n, struct err *e)
{
	ssize_t got = log_text_read(t->files[file].text, offset, out, cap);
	const char *last;

	*n = 0;
	if (got < 0) {
		char name[VERIFY_NAME_MAX];

		verify_text_name(t, file, name);
		(void)err_sys(e, "cannot read %s", name);
		return VERIFY_READ_FAILED;
	}
	last = got ? memrchr(out, '\n', (size_t)got) : NULL;
	if (last) {
		*n = (size_t)(last - out) + 1;
		return VERIFY_READ_LINES;
	}
	if ((size_t)got == cap)
		return VERIFY_READ_LONG;
	*n = (size_t)got;
	return VERIFY_READ_END;
}

int verify_walk_init(struct verify_walk *w, const struct verify_text *t,
		     const struct verify_spot *from, struct err *e)
{
	*w = (struct verify_walk){.text = t, .spot = *from, .buffer = malloc(WALK_BYTES)};
	return w->buffer ? 0 : err_set(e, "no memory to read the log");
}

void verify_walk_release(struct verify_walk *w)
{
	free(w->buffer);
	w->buffer = NULL;
}

/* 1: there are lines in the buffer, 0: the end, -1. */
static int fill(struct verify_walk *w, struct err *e)
{
	while (w->spot.file < w->text->count) {
		size_t n;

		switch (verify_text_read(w->text, w->spot.file, w->spot.offset, w->buffer,
					 WALK_BYTES, &n, e)) {
		case VERIFY_READ_LINES:
			w->at = 0;
			w->n = n;
			return 1;
		case VERIFY_READ_END:
			w->cut_files += n > 0;
			w->spot = (struct verify_spot){.file = w->spot.file + 1};
			break;
		case VERIFY_READ_LONG: /* whatever it is: what is behind it is no line of ours */
			w->cut_files++;
			w->spot = (struct verify_spot){.file = w->spot.file + 1};
			break;
		case VERIFY_READ_FAILED:
			return -1;
		}
	}
	return 0;
}

int verify_walk_next(struct verify_walk *w, struct sv *line, struct verify_spot *spot,
		     struct err *e)
{
	struct sv rest;
	int status;

	if (w->at == w->n && (status = fill(w, e)) <= 0)
		return status;
	rest = sv_make(w->buffer + w->at, w->n - w->at);
	line->p = rest.p;
	line->n = sv_index(rest, '\n');
	*spot = w->spot;
	w->at += line->n + 1;
	w->spot.offset += line->n + 1;
	w->spot.line++;
	return 1;
}
