/*
 * What a cursor reads: opening files, finding those of a rotated set with its segments, and where
 * in it to start. No text is read here but what tells a file's kind and age.
 */
#include "log/unpack.h"

#include "base/crew.h"
#include "segment/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define HOLES_MAX                                                                                  \
	1 /* numbers missing in a row: a rotation that runs, or that a crash ended, has one */

#define LOOKS_MAX 8 /* at a set that is rotated at the same time; more are not worth it */

#define START_BYTES ((size_t)64 << 10) /* in which a file's first record is looked for */

#define SEGMENTS_PER_THREAD 16 /* to open fewer takes no longer than to start a thread */

static void source_free(struct cursor_source *s)
{
	if (!s)
		return;
	close_fd(&s->fd);
	s->segment.fd = -1;
	segment_close(&s->segment);
	free(s);
}

void cursor_init(struct cursor *c)
{
	*c = (struct cursor){.idle_ms = -1};
}

void cursor_release(struct cursor *c)
{
	unpack_free(c->unpack);
	for (size_t i = 0; i < c->count; i++)
		source_free(c->sources[i]);
	free(c->sources);
	free(c->buffer);
	cursor_init(c);
}

/* ---- one source ---- */

/* Takes fd, also when it fails. */
static struct cursor_source *source_new(int fd, const char *name, struct err *e)
{
	struct cursor_source *s = malloc(sizeof(*s) + strlen(name) + 1);
	struct stat st;

	if (!s) {
		close_fd(&fd);
		(void)err_sys(e, "cannot read %s", name);
		return NULL;
	}
	s->fd = fd;
	s->segment = (struct segment){.fd = -1};
	memcpy(s->name, name, strlen(name) + 1);
	if (fstat(fd, &st) != 0) {
		(void)err_sys(e, "cannot read %s", name);
		source_free(s);
		return NULL;
	}
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		(void)err_sys(e, "cannot read %s", name);
		source_free(s);
		return NULL;
	}
	s->kind = S_ISREG(st.st_mode) ? CURSOR_PLAIN : CURSOR_PIPE;
	s->device = st.st_dev;
	s->inode = st.st_ino;
	s->bytes = (uint64_t)st.st_size;
	return s;
}

/* Finds out whether a file is compressed. */
static void look_inside(struct cursor_source *s)
{
	/* What is wrong with its tables is no matter: as a stream it is read as far as it can be. */
	switch (segment_look(&s->segment, s->fd, s->bytes, NULL)) {
	case SEGMENT_OPEN:
		s->kind = CURSOR_SEGMENT;
		s->device = s->segment.head.device;
		s->inode = s->segment.head.inode;
		s->bytes = s->segment.head.raw_bytes;
		return;
	case SEGMENT_STREAM:
		s->kind = CURSOR_STREAM;
		break;
	case SEGMENT_OTHER:
	case SEGMENT_FAILED:
		break;
	}
	s->segment = (struct segment){.fd = -1};
}

/* Takes s, also when it fails. */
static int add(struct cursor *c, struct cursor_source *s, struct err *e)
{
	struct cursor_source **more;

	if (!s)
		return -1;
	if (!c->buffer)
		c->buffer = malloc(CURSOR_BUFFER);
	more = realloc(c->sources, (c->count + 1) * sizeof(*more));
	if (more)
		c->sources = more;
	if (!more || !c->buffer) {
		(void)err_sys(e, "cannot read %s", s->name);
		source_free(s);
		return -1;
	}
	c->sources[c->count++] = s;
	return 0;
}

int cursor_open_fd(struct cursor *c, int fd, const char *name, struct err *e)
{
	struct cursor_source *s = source_new(fd, name, e);

	/* Somebody may have read from it already: then it goes on from there. */
	if (s && s->kind == CURSOR_PLAIN && lseek(fd, 0, SEEK_CUR) == 0)
		look_inside(s);
	return add(c, s, e);
}

int cursor_open_file(struct cursor *c, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_sys(e, "cannot open %s", path);
	return cursor_open_fd(c, fd, path, e);
}

bool cursor_source_head(const struct cursor_source *s, struct segment_head *out)
{
	if (s->kind == CURSOR_SEGMENT)
		*out = s->segment.head;
	return s->kind == CURSOR_SEGMENT ||
	       (s->kind == CURSOR_PLAIN && segment_head_of(s->fd, out, NULL) == 0);
}

/* ---- a set ---- */

static bool is_added(const struct cursor *c, size_t first, const struct cursor_source *s)
{
	for (size_t i = first; i < c->count; i++)
		if (c->sources[i]->device == s->device && c->sources[i]->inode == s->inode)
			return true;
	return false;
}

/* A file of a set, which need not be one: opening a pipe does not wait for its writer. */
static struct cursor_source *open_member(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0) {
		(void)err_sys(e, "cannot open %s", path);
		return NULL;
	}
	return source_new(fd, path, e);
}

static int open_newest(struct cursor *c, const char *log_file, struct err *e)
{
	struct cursor_source *s = open_member(log_file, e);

	if (s && s->kind != CURSOR_PLAIN) {
		source_free(s);
		return err_set(e, "cannot read %s: it is no regular file", log_file);
	}
	return add(c, s, e);
}

/* Opens log_file.N; NULL where the set ends, for whatever reason. */
static struct cursor_source *open_rotated(const char *log_file, unsigned number)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s.%u", log_file, number);

	return n < 0 || (size_t)n >= sizeof(path) ? NULL : open_member(path, NULL);
}

/* Adds PATH.1, PATH.2... of the set whose first source is `first`; 0, or -1. */
static int add_rotated(struct cursor *c, const char *log_file, size_t first, struct err *e)
{
	unsigned holes = c->count == first;

	for (unsigned number = 1; number < CURSOR_FILES_MAX && holes <= HOLES_MAX; number++) {
		struct cursor_source *s = open_rotated(log_file, number);

		holes = s ? 0 : holes + 1;
		if (!s)
			continue;
		/* Rotated between two opens: one that was added, under its new name. */
		if (s->kind != CURSOR_PLAIN || is_added(c, first, s))
			source_free(s);
		else if (add(c, s, e) != 0)
			return -1;
	}
	return 0;
}

/* Whether a segment's text is there as a plain file, too: compressing it has not come to its end. */
static bool is_plain_too(const struct cursor *c, size_t first, const struct cursor_source *s)
{
	struct segment_head plain;

	for (size_t i = first; i < c->count && s->kind == CURSOR_SEGMENT; i++)
		if (c->sources[i]->kind == CURSOR_PLAIN && c->sources[i]->bytes == s->bytes &&
		    cursor_source_head(c->sources[i], &plain) &&
		    plain.raw_bytes == s->segment.head.raw_bytes &&
		    plain.head_hash == s->segment.head.head_hash)
			return true;
	return false;
}

/* NULL: it cannot be opened; e->sys is ENOENT where there is none. */
static struct cursor_source *open_segment(const char *log_file, uint64_t number, struct err *e)
{
	char path[SEGMENT_PATH_MAX];
	struct cursor_source *s;

	if (!segment_path(log_file, number, path)) {
		errno = ENOENT; /* no file has such a path */
		(void)err_sys(e, "cannot open segment %llu", (unsigned long long)number);
		return NULL;
	}
	s = open_member(path, e);
	if (s && s->kind == CURSOR_PLAIN) {
		look_inside(s);
		/* Whatever else it is: that is told when it is read. */
		if (s->kind == CURSOR_PLAIN)
			s->kind = CURSOR_STREAM;
	}
	return s;
}

/* Takes s, also when it fails. */
static int add_segment(struct cursor *c, size_t first, struct cursor_source *s, struct err *e)
{
	if (s->kind != CURSOR_PIPE && !is_plain_too(c, first, s))
		return add(c, s, e);
	source_free(s);
	return 0;
}

/* Those of a set, as many as there are numbers. */
struct segments {
	const char *log_file;
	struct segment_list list;
	struct cursor_source **sources; /* NULL: it could not be opened, or is a cursor's now */
};

static void segments_release(struct segments *s)
{
	for (size_t i = 0; s->sources && i < s->list.count; i++)
		source_free(s->sources[i]);
	free(s->sources);
	segment_list_release(&s->list);
}

static void open_one(void *arg, size_t i)
{
	struct segments *s = arg;

	s->sources[i] = open_segment(s->log_file, s->list.numbers[i], NULL);
}

/* Adds number i. */
static int take_one(struct cursor *c, size_t first, struct segments *s, size_t i, struct err *e)
{
	struct cursor_source *source = s->sources[i];
	struct err why;

	s->sources[i] = NULL;
	/* What failed is tried again, for the sentence. */
	if (!source)
		source = open_segment(s->log_file, s->list.numbers[i], &why);
	if (source)
		return add_segment(c, first, source, e);
	if (why.sys == ENOENT)
		return 0; /* the oldest ones are removed now and then */
	if (e)
		*e = why;
	return -1;
}

/*
 * Behind the plain files: one that was missed there for it was compressed is found here. In which order
 * segments are opened is no matter: they have their names for ever.
 */
static int add_segments(struct cursor *c, const char *log_file, size_t first, struct err *e)
{
	CLEANUP(segments_release) struct segments s = {.log_file = log_file};

	if (segment_list_look(&s.list, log_file, e) != 0)
		return -1;
	s.sources = calloc(s.list.count + 1, sizeof(struct cursor_source *));
	if (!s.sources)
		return err_sys(e, "cannot read %s", log_file);
	crew_make_room(s.list.count);
	crew_run(s.list.count, SEGMENTS_PER_THREAD, open_one, &s);
	for (size_t i = s.list.count; i-- > 0;)
		if (take_one(c, first, &s, i, e) != 0)
			return -1;
	return 0;
}

static int add_set(struct cursor *c, const char *log_file, struct err *e)
{
	size_t first = c->count;
	struct err why;
	bool has_newest = open_newest(c, log_file, &why) == 0;

	if ((has_newest || why.sys == ENOENT) &&
	    (add_rotated(c, log_file, first, e) != 0 || add_segments(c, log_file, first, e) != 0))
		return -1;
	if (!has_newest && c->count == first) {
		if (e)
			*e = why;
		return -1;
	}
	return 0;
}

static void drop_from(struct cursor *c, size_t first)
{
	while (c->count > first)
		source_free(c->sources[--c->count]);
}

/*
 * Whether log_file is still the first one added. If not it may have come back as .1 or .2, behind
 * a file that is newer than it.
 */
static bool is_newest(const struct cursor *c, size_t first, const char *log_file)
{
	const struct cursor_source *s = c->sources[first];
	struct stat st;

	if (stat(log_file, &st) != 0)
		return strcmp(s->name, log_file) != 0; /* it was missing before */
	return s->device == st.st_dev && s->inode == st.st_ino;
}

int cursor_open_set(struct cursor *c, const char *log_file, struct err *e)
{
	size_t first = c->count;

	for (int left = LOOKS_MAX; left; left--) {
		drop_from(c, first);
		if (add_set(c, log_file, e) != 0)
			return -1;
		if (is_newest(c, first, log_file))
			break;
	}
	for (size_t i = first, j = c->count - 1; i < j; i++, j--) {
		struct cursor_source *swap = c->sources[i];

		c->sources[i] = c->sources[j];
		c->sources[j] = swap;
	}
	return 0;
}

/* ---- where to start ---- */

static bool is_number(uint64_t given, uint64_t real)
{
	return given == real || given == (uint32_t)real;
}

/* The text that a source starts with; how many bytes of it, or -1. */
static ssize_t read_start(struct cursor_source *s, char *out, size_t n)
{
	struct unpack *u;
	ssize_t got;

	if (s->kind == CURSOR_PLAIN)
		return pread(s->fd, out, n, 0);
	u = unpack_new(s, NULL);
	got = u ? unpack_read(u, out, n, NULL) : -1;
	unpack_free(u);
	return got;
}

/* Whether its first record is younger; false when that cannot be told. */
static bool starts_after(struct cursor_source *s, const struct stamp *last)
{
	char *start = malloc(START_BYTES);
	ssize_t n = start ? read_start(s, start, START_BYTES) : -1;
	struct sv text = sv_make(start, n > 0 ? (size_t)n : 0), line;
	struct record r;
	bool is_after = false;

	while (sv_line(&text, &line))
		if (record_parse(line, &r) == RECORD_OK) {
			is_after = stamp_cmp(&r.stamp, last) > 0;
			break;
		}
	free(start);
	return is_after;
}

bool cursor_start_at(struct cursor *c, uint64_t device, uint64_t inode, const struct stamp *last)
{
	size_t found = c->count;

	for (size_t i = c->count; i-- > 0;)
		if (is_number(device, c->sources[i]->device) &&
		    is_number(inode, c->sources[i]->inode)) {
			found = i;
			if (!starts_after(c->sources[i], last))
				break;
		}
	if (found < c->count)
		c->at = found > 0 ? found - 1 : 0;
	return found < c->count;
}
