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

#define TAIL_BYTES 4096 /* read at once: the tables of some 30 MiB of text */

/* ---- opening ---- */

/* The end of a file. */
struct tail {
	int fd;
	uint64_t file_bytes;
	unsigned char *p;
	size_t n;
};

/* Reads the last n bytes. */
static bool read_tail(struct tail *t, uint64_t n, struct err *e)
{
	unsigned char *p;

	if (n > t->file_bytes)
		n = t->file_bytes;
	p = realloc(t->p, n + 1);
	if (!p) {
		(void)err_sys(e, "cannot read its tables");
		return false;
	}
	t->p = p;
	t->n = n;
	if (file_read_at(t->fd, t->file_bytes - n, p, n) == (ssize_t)n)
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

/* The frames, which must fill the file up to the head. False when they do not. */
static bool take_frames(struct segment *s, const struct tables *t, uint64_t file_bytes)
{
	uint64_t at = 0, raw_at = 0, packed_bytes;

	packed_bytes = file_bytes - HEAD_FRAME_BYTES - seek_table_bytes(t->count);
	for (size_t i = 0; i < s->frame_count; i++) {
		const unsigned char *entry = t->entries + i * SEEK_ENTRY_BYTES;
		struct segment_frame *f = &s->frames[i];

		*f = (struct segment_frame){at, raw_at, get_u32(entry), get_u32(entry + 4)};
		if (f->raw_bytes == 0 || f->raw_bytes > SEGMENT_FRAME_MAX ||
		    f->bytes > ZSTD_COMPRESSBOUND(SEGMENT_FRAME_MAX) ||
		    f->bytes > packed_bytes - at)
			return false;
		at += f->bytes;
		raw_at += f->raw_bytes;
	}
	return at == packed_bytes && raw_at == s->head.raw_bytes;
}

static enum segment_status open_tables(struct segment *s, struct tail *tail, struct err *e)
{
	struct tables tables = {0};
	uint64_t need;

	if (tail->n < HEAD_FRAME_BYTES + seek_table_bytes(1) ||
	    get_u32(tail->p + tail->n - 4) != SEEK_FOOTER_MAGIC)
		return look_at_start(tail->fd, e);
	tables.count = get_u32(tail->p + tail->n - SEEK_FOOTER_BYTES);
	need = HEAD_FRAME_BYTES + seek_table_bytes(tables.count);
	if (tables.count == 0 || need > tail->file_bytes || tail->p[tail->n - 5] != 0) {
		(void)err_set(e, "its table of frames is damaged");
		return look_at_start(tail->fd, NULL);
	}
	if (need > tail->n && !read_tail(tail, need, e))
		return SEGMENT_FAILED;
	if (!check_tables(tail, &tables, e))
		return look_at_start(tail->fd, NULL);
	take_head(tables.head, &s->head);
	s->frame_count = tables.count - 1;
	s->frames = calloc(tables.count, sizeof(*s->frames));
	if (!s->frames) {
		(void)err_sys(e, "cannot read its tables");
		return SEGMENT_FAILED;
	}
	if (take_frames(s, &tables, tail->file_bytes))
		return SEGMENT_OPEN;
	free(s->frames);
	(void)err_set(e, "its table of frames does not fit the file");
	return look_at_start(tail->fd, NULL);
}

enum segment_status segment_open(struct segment *s, int fd, struct err *e)
{
	struct tail tail = {.fd = fd};
	enum segment_status status = SEGMENT_FAILED;
	struct stat st;

	*s = (struct segment){.fd = fd};
	if (fstat(fd, &st) != 0) {
		(void)err_sys(e, "cannot be examined");
		return SEGMENT_FAILED;
	}
	if (!S_ISREG(st.st_mode) || st.st_size <= 0)
		return SEGMENT_OTHER;
	tail.file_bytes = (uint64_t)st.st_size;
	if (read_tail(&tail, TAIL_BYTES, e))
		status = open_tables(s, &tail, e);
	free(tail.p);
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
