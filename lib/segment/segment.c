/*
 * Opening segments and reading their frames. What a file says of itself is believed where its
 * checksums fit and its numbers add up to its size; nothing is allocated before that is known.
 */
#include "segment/layout.h"

#include "base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>
#include <zstd.h>

#define TAIL_BYTES ((size_t)12 << 10) /* read at once: the tables of some 90 MiB of text */

/* ---- opening ---- */

/* The end of a file. */
struct tail {
	int fd;
	uint64_t file_bytes;
	unsigned char *p, *more; /* more: p, where the room was too small */
	size_t n;
	unsigned char room[TAIL_BYTES];
};

/* Reads the last n bytes. */
static bool read_tail(struct tail *t, uint64_t n, struct err *e)
{
	if (n > t->file_bytes)
		n = t->file_bytes;
	if (n > sizeof(t->room))
		t->more = malloc(n);
	t->p = n > sizeof(t->room) ? t->more : t->room;
	if (!t->p) {
		(void)err_sys(e, "cannot read its tables");
		return false;
	}
	t->n = n;
	if (file_read_at(t->fd, t->file_bytes - n, t->p, n) == (ssize_t)n)
		return true;
	(void)err_sys(e, "cannot read its tables");
	return false;
}

/* A file without our tables. */
static enum segment_status look_at_start(int fd, struct err *e)
{
	unsigned char magic[4];
	ssize_t n = file_read_at(fd, 0, magic, sizeof(magic));

	if (n < 0) {
		(void)err_sys(e, "cannot be read");
		return SEGMENT_FAILED;
	}
	if (n < 4 ||
	    (get_u32(magic) != FRAME_MAGIC && (get_u32(magic) & ~UINT32_C(15)) != 0x184d2a50))
		return SEGMENT_OTHER;
	(void)err_set(e, "it has no tables of segments");
	return SEGMENT_STREAM;
}

/* Where the tables are in the tail. */
struct tables {
	const unsigned char *head, *entries;
	uint64_t count; /* of the entries, the head's own included */
};

/* False: they are not there, or not ours, or damaged. */
static bool check_tables(const struct tail *t, struct tables *out, struct err *e)
{
	const unsigned char *head_frame =
		t->p + t->n - seek_table_bytes(out->count) - HEAD_FRAME_BYTES;
	const unsigned char *table = head_frame + HEAD_FRAME_BYTES;

	out->head = head_frame + SKIPPABLE_BYTES;
	out->entries = table + SKIPPABLE_BYTES;
	if (get_u32(head_frame) != HEAD_MAGIC || get_u32(head_frame + 4) != HEAD_BYTES ||
	    memcmp(out->head, "aurumseg", 8) != 0) {
		(void)err_set(e, "it has no tables of segments");
		return false;
	}
	if (get_u64(out->head + HEAD_OWN_HASH) != XXH3_64bits(out->head, HEAD_OWN_HASH)) {
		(void)err_set(e, "its head is damaged");
		return false;
	}
	if (get_u32(out->head + HEAD_VERSION) != LAYOUT_VERSION) {
		(void)err_set(e, "its tables are of version %u", get_u32(out->head + HEAD_VERSION));
		return false;
	}
	if (get_u32(table) != SEEK_MAGIC ||
	    get_u32(table + 4) != seek_table_bytes(out->count) - SKIPPABLE_BYTES ||
	    get_u64(out->head + HEAD_FRAMES) + 1 != out->count ||
	    get_u64(out->head + HEAD_TABLE_HASH) !=
		    XXH3_64bits(out->entries, out->count * SEEK_ENTRY_BYTES)) {
		(void)err_set(e, "its table of frames is damaged");
		return false;
	}
	return true;
}

static void take_head(const unsigned char *p, struct segment_head *out)
{
	*out = (struct segment_head){
		.raw_bytes = get_u64(p + HEAD_RAW_BYTES),
		.raw_hash = get_u64(p + HEAD_RAW_HASH),
		.head_hash = get_u64(p + HEAD_HEAD_HASH),
		.device = get_u64(p + HEAD_DEVICE),
		.inode = get_u64(p + HEAD_INODE),
		.birth_ns = (int64_t)get_u64(p + HEAD_BIRTH),
		.mtime_ns = (int64_t)get_u64(p + HEAD_MTIME),
		.is_ragged = get_u32(p + HEAD_FLAGS) & FLAG_RAGGED,
	};
}

/* Entry i, whose frame lies at *at of the file and *raw_at of the text; both are moved behind it. */
static struct segment_frame take_frame(const struct tables *t, size_t i, uint64_t *at,
				       uint64_t *raw_at)
{
	const unsigned char *entry = t->entries + i * SEEK_ENTRY_BYTES;
	struct segment_frame f = {*at, *raw_at, get_u32(entry), get_u32(entry + 4)};

	*at += f.bytes;
	*raw_at += f.raw_bytes;
	return f;
}

/* The frames must fill the file up to the head. False when they do not. */
static bool check_frames(const struct segment *s, const struct tables *t, uint64_t file_bytes)
{
	uint64_t at = 0, raw_at = 0, packed_bytes;

	packed_bytes = file_bytes - HEAD_FRAME_BYTES - seek_table_bytes(t->count);
	for (size_t i = 0; i < s->frame_count; i++) {
		struct segment_frame f = take_frame(t, i, &at, &raw_at);

		if (f.raw_bytes == 0 || f.raw_bytes > SEGMENT_FRAME_MAX ||
		    f.bytes > ZSTD_COMPRESSBOUND(SEGMENT_FRAME_MAX) ||
		    f.bytes > packed_bytes - f.at)
			return false;
	}
	return at == packed_bytes && raw_at == s->head.raw_bytes;
}

static enum segment_status open_tables(struct segment *s, struct tail *tail, struct tables *tables,
				       struct err *e)
{
	uint64_t need;

	if (tail->n < HEAD_FRAME_BYTES + seek_table_bytes(1) ||
	    get_u32(tail->p + tail->n - 4) != SEEK_FOOTER_MAGIC)
		return look_at_start(tail->fd, e);
	tables->count = get_u32(tail->p + tail->n - SEEK_FOOTER_BYTES);
	need = HEAD_FRAME_BYTES + seek_table_bytes(tables->count);
	if (tables->count == 0 || need > tail->file_bytes || tail->p[tail->n - 5] != 0) {
		(void)err_set(e, "its table of frames is damaged");
		return look_at_start(tail->fd, NULL);
	}
	if (need > tail->n && !read_tail(tail, need, e))
		return SEGMENT_FAILED;
	if (!check_tables(tail, tables, e))
		return look_at_start(tail->fd, NULL);
	take_head(tables->head, &s->head);
	s->frame_count = tables->count - 1;
	if (check_frames(s, tables, tail->file_bytes))
		return SEGMENT_OPEN;
	(void)err_set(e, "its table of frames does not fit the file");
	return look_at_start(tail->fd, NULL);
}

/* *tables point into the tail, whose `more` is the caller's to free. */
static enum segment_status look(struct segment *s, int fd, uint64_t file_bytes, struct tail *tail,
				struct tables *tables, struct err *e)
{
	*s = (struct segment){.fd = fd, .file_bytes = file_bytes};
	tail->fd = fd;
	tail->more = NULL;
	tail->file_bytes = file_bytes;
	if (!file_bytes)
		return SEGMENT_OTHER;
	if (!read_tail(tail, TAIL_BYTES, e))
		return SEGMENT_FAILED;
	return open_tables(s, tail, tables, e);
}

static int keep_frames(struct segment *s, const struct tables *t, struct err *e)
{
	uint64_t at = 0, raw_at = 0;

	s->frames = calloc(t->count, sizeof(*s->frames));
	if (!s->frames)
		return err_sys(e, "cannot read its tables");
	for (size_t i = 0; i < s->frame_count; i++)
		s->frames[i] = take_frame(t, i, &at, &raw_at);
	return 0;
}

enum segment_status segment_look(struct segment *s, int fd, uint64_t file_bytes, struct err *e)
{
	struct tables tables = {0};
	struct tail tail;
	enum segment_status status = look(s, fd, file_bytes, &tail, &tables, e);

	free(tail.more);
	return status;
}

enum segment_status segment_open(struct segment *s, int fd, struct err *e)
{
	struct tables tables = {0};
	enum segment_status status;
	struct tail tail;
	struct stat st;

	if (fstat(fd, &st) != 0) {
		(void)err_sys(e, "cannot be examined");
		return SEGMENT_FAILED;
	}
	if (!S_ISREG(st.st_mode))
		return SEGMENT_OTHER;
	status = look(s, fd, (uint64_t)st.st_size, &tail, &tables, e);
	if (status == SEGMENT_OPEN && keep_frames(s, &tables, e) != 0)
		status = SEGMENT_FAILED;
	free(tail.more);
	return status;
}

static bool is_same(const struct segment *a, const struct segment *b)
{
	return a->frame_count == b->frame_count && a->head.raw_bytes == b->head.raw_bytes &&
	       a->head.raw_hash == b->head.raw_hash;
}

int segment_frames(struct segment *s, struct err *e)
{
	struct tables tables = {0};
	struct segment now;
	struct tail tail;
	int status = -1;

	if (s->frames)
		return 0;
	if (look(&now, s->fd, s->file_bytes, &tail, &tables, e) == SEGMENT_OPEN && is_same(s, &now))
		status = keep_frames(s, &tables, e);
	else
		(void)err_set(e, "its tables are no longer what they were");
	free(tail.more);
	return status;
}

void segment_close(struct segment *s)
{
	close_fd(&s->fd);
	free(s->frames);
	*s = (struct segment){.fd = -1};
}

/* ---- frames ---- */

size_t segment_find(const struct segment *s, uint64_t raw_at)
{
	size_t low = 0, high = s->frame_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->frames[middle].raw_at + s->frames[middle].raw_bytes <= raw_at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct segment_unpacker {
	ZSTD_DCtx *zstd;
	void *packed;
	size_t cap;
};

struct segment_unpacker *segment_unpacker_new(void)
{
	struct segment_unpacker *u = calloc(1, sizeof(*u));

	if (u)
		u->zstd = ZSTD_createDCtx();
	if (u && u->zstd)
		return u;
	free(u);
	return NULL;
}

void segment_unpacker_free(struct segment_unpacker *u)
{
	if (!u)
		return;
	(void)ZSTD_freeDCtx(u->zstd);
	free(u->packed);
	free(u);
}

static bool has_room(struct segment_unpacker *u, size_t n)
{
	void *more;

	if (n <= u->cap)
		return true;
	more = realloc(u->packed, n);
	if (!more)
		return false;
	u->packed = more;
	u->cap = n;
	return true;
}

/* The sentence on a frame that cannot be had. */
static int bad_frame(const struct segment *s, size_t frame, int sys, const char *why, struct err *e)
{
	const struct segment_frame *f = &s->frames[frame];

	(void)err_set(e, "frame %zu of %zu, bytes %llu to %llu of the text: %s", frame + 1,
		      s->frame_count, (unsigned long long)f->raw_at,
		      (unsigned long long)f->raw_at + f->raw_bytes, why);
	if (e)
		e->sys = sys;
	return -1;
}

int segment_read(const struct segment *s, struct segment_unpacker *u, size_t frame, char *text,
		 struct err *e)
{
	const struct segment_frame *f = &s->frames[frame];
	ssize_t got;
	size_t n;

	if (!has_room(u, f->bytes))
		return bad_frame(s, frame, ENOMEM, "no memory", e);
	got = file_read_at(s->fd, f->at, u->packed, f->bytes);
	if (got < 0)
		return bad_frame(s, frame, errno, strerror(errno), e);
	if ((size_t)got < f->bytes)
		return bad_frame(s, frame, EBADMSG, "the file was cut short", e);
	n = ZSTD_decompressDCtx(u->zstd, text, f->raw_bytes, u->packed, f->bytes);
	if (ZSTD_isError(n))
		return bad_frame(s, frame, EBADMSG, ZSTD_getErrorName(n), e);
	if (n != f->raw_bytes)
		return bad_frame(s, frame, EBADMSG, "it holds less", e);
	return 0;
}
