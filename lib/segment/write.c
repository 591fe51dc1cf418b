/*
 * Writing segments, and proving them. A frame ends with the line in which it reaches its size; the
 * tables come last because only then is known what they say.
 */
#include "segment/layout.h"

#include "base/buf.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <xxhash.h>
#include <zstd.h>
#ifdef AURUM_XXH_WIDE
#include <xxh_x86dispatch.h> /* the same hashes, in the widest registers that there are */
#endif

#define LEVEL       3
#define MATCH_MIN   7 /* fewer, longer matches: unpacked a tenth faster, for 0.4 % of the text */
#define WRITE_BYTES ((size_t)256 << 10) /* gathered before they are written */
#define OUT_MAX     (WRITE_BYTES + ZSTD_COMPRESSBOUND(SEGMENT_FRAME_MAX))
#define TABLE_MAX   ((size_t)1 << 30)

struct packer {
	int plain, packed;
	const struct segment_options *options;
	size_t frame_bytes;
	ZSTD_CCtx *zstd;
	XXH3_state_t *hash;
	char *text; /* SEGMENT_FRAME_MAX bytes, of which n are there, from raw_at on */
	size_t n;
	uint64_t raw_at, raw_bytes;
	struct buf out;   /* frames that are not written yet */
	struct buf table; /* entries of the seek table */
	uint64_t frames;
	bool is_ragged;
};

static int identify(int plain, struct segment_head *head, struct err *e)
{
	struct statx st;

	if (statx(plain, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &st) != 0)
		return err_sys(e, "cannot be examined");
	if (!S_ISREG(st.stx_mode))
		return err_set(e, "it is no regular file");
	*head = (struct segment_head){
		.raw_bytes = st.stx_size,
		.device = makedev(st.stx_dev_major, st.stx_dev_minor),
		.inode = st.stx_ino,
		.mtime_ns = st.stx_mtime.tv_sec * 1000000000 + st.stx_mtime.tv_nsec,
	};
	if (st.stx_mask & STATX_BTIME)
		head->birth_ns = st.stx_btime.tv_sec * 1000000000 + st.stx_btime.tv_nsec;
	return 0;
}

int segment_head_of(int plain, struct segment_head *head, struct err *e)
{
	char start[SEGMENT_HEAD_BYTES];
	ssize_t n;

	if (identify(plain, head, e) != 0)
		return -1;
	n = file_read_at(plain, 0, start, sizeof(start));
	if (n < 0)
		return err_sys(e, "cannot be read");
	head->head_hash = XXH3_64bits(start, (size_t)n);
	return 0;
}

/* ---- frames ---- */

static int set_up(struct packer *p, struct err *e)
{
	int level = p->options && p->options->level ? p->options->level : LEVEL;

	p->out = BUF_INIT(OUT_MAX);
	p->table = BUF_INIT(TABLE_MAX);
	p->frame_bytes = p->options && p->options->frame_bytes ? p->options->frame_bytes
							       : SEGMENT_FRAME_BYTES;
	if (p->frame_bytes > SEGMENT_FRAME_MAX)
		p->frame_bytes = SEGMENT_FRAME_MAX;
	p->zstd = ZSTD_createCCtx();
	p->hash = XXH3_createState();
	p->text = malloc(SEGMENT_FRAME_MAX);
	if (!p->zstd || !p->hash || !p->text || XXH3_64bits_reset(p->hash) != XXH_OK ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, level)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_minMatch, MATCH_MIN)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_checksumFlag, 1)))
		return err_set(e, "no memory to compress");
	return 0;
}

static void tear_down(struct packer *p)
{
	(void)ZSTD_freeCCtx(p->zstd);
	(void)XXH3_freeState(p->hash);
	free(p->text);
	buf_release(&p->out);
	buf_release(&p->table);
}

static int flush(struct packer *p, struct err *e)
{
	if (p->out.failed || p->table.failed)
		return err_set(e, "no memory to compress");
	if (file_write(p->packed, buf_view(&p->out)) != 0)
		return err_sys(e, "cannot write");
	buf_reset(&p->out);
	return 0;
}

static void put_entry(struct packer *p, uint64_t bytes, uint64_t raw_bytes)
{
	unsigned char entry[SEEK_ENTRY_BYTES];

	put_number(entry, bytes, 4);
	put_number(entry + 4, raw_bytes, 4);
	buf_put(&p->table, sv_make((const char *)entry, sizeof(entry)));
}

/* Packs text[0, n) as a frame. */
static int put_frame(struct packer *p, size_t n, struct err *e)
{
	struct sv text = sv_make(p->text, n);
	size_t bound = ZSTD_compressBound(n), bytes;

	if (!buf_reserve(&p->out, bound))
		return err_set(e, "no memory to compress");
	bytes = ZSTD_compress2(p->zstd, p->out.p + p->out.n, bound, text.p, text.n);
	if (ZSTD_isError(bytes))
		return err_set(e, "cannot compress: %s", ZSTD_getErrorName(bytes));
	p->out.n += bytes;
	put_entry(p, bytes, n);
	(void)XXH3_64bits_update(p->hash, text.p, text.n);
	if (p->options && p->options->frame)
		p->options->frame(p->options->ctx, text, p->raw_at);
	p->frames++;
	p->raw_at += n;
	return p->out.n >= WRITE_BYTES ? flush(p, e) : 0;
}

size_t segment_frame_end(struct sv text, size_t frame_bytes, bool at_end)
{
	size_t line;

	if (text.n >= frame_bytes) {
		line = sv_index(sv_from(text, frame_bytes - 1), '\n');
		if (frame_bytes + line <= text.n)
			return frame_bytes + line;
	}
	return at_end || text.n == SEGMENT_FRAME_MAX ? text.n : 0;
}

/* How much of the text is the next frame; 0 when more of it is needed. */
static size_t frame_end(struct packer *p, bool at_end)
{
	size_t end = segment_frame_end(sv_make(p->text, p->n), p->frame_bytes, at_end);

	p->is_ragged |= end && !at_end && p->text[end - 1] != '\n';
	return end;
}

static int put_frames(struct packer *p, bool at_end, struct err *e)
{
	size_t bytes;

	while (p->n && (bytes = frame_end(p, at_end)) > 0) {
		if (put_frame(p, bytes, e) != 0)
			return -1;
		p->n -= bytes;
		memmove(p->text, p->text + bytes, p->n);
	}
	return 0;
}

/* Enough for a frame in most cases: what is left of it has to be moved. */
static size_t read_bytes(const struct packer *p)
{
	size_t room = SEGMENT_FRAME_MAX - p->n;
	uint64_t left = p->raw_bytes - p->raw_at - p->n;
	size_t want = p->frame_bytes + 4096;

	if (want > room)
		want = room;
	return want < left ? want : (size_t)left;
}

static int pack_text(struct packer *p, struct err *e)
{
	while (p->raw_at < p->raw_bytes) {
		size_t want = read_bytes(p);
		ssize_t n = file_read_at(p->plain, p->raw_at + p->n, p->text + p->n, want);

		if (n < 0)
			return err_sys(e, "cannot be read");
		if ((size_t)n < want)
			return err_set(e, "it was cut short while it was read");
		p->n += want;
		if (put_frames(p, p->raw_at + p->n == p->raw_bytes, e) != 0)
			return -1;
	}
	return 0;
}

/* ---- tables ---- */

static void put_head(struct packer *p, const struct segment_head *h)
{
	unsigned char b[HEAD_FRAME_BYTES] = {0};
	unsigned char *head = b + SKIPPABLE_BYTES;

	put_number(b, HEAD_MAGIC, 4);
	put_number(b + 4, HEAD_BYTES, 4);
	memcpy(head, "aurumseg", 8);
	put_number(head + HEAD_VERSION, LAYOUT_VERSION, 4);
	put_number(head + HEAD_FLAGS, h->is_ragged ? FLAG_RAGGED : 0, 4);
	put_number(head + HEAD_RAW_BYTES, h->raw_bytes, 8);
	put_number(head + HEAD_RAW_HASH, h->raw_hash, 8);
	put_number(head + HEAD_HEAD_HASH, h->head_hash, 8);
	put_number(head + HEAD_DEVICE, h->device, 8);
	put_number(head + HEAD_INODE, h->inode, 8);
	put_number(head + HEAD_BIRTH, (uint64_t)h->birth_ns, 8);
	put_number(head + HEAD_MTIME, (uint64_t)h->mtime_ns, 8);
	put_number(head + HEAD_FRAMES, p->frames, 8);
	put_number(head + HEAD_TABLE_HASH, XXH3_64bits(p->table.p, p->table.n), 8);
	put_number(head + HEAD_OWN_HASH, XXH3_64bits(head, HEAD_OWN_HASH), 8);
	buf_put(&p->out, sv_make((const char *)b, sizeof(b)));
}

static int put_tables(struct packer *p, const struct segment_head *h, struct err *e)
{
	unsigned char front[SKIPPABLE_BYTES], footer[SEEK_FOOTER_BYTES] = {0};

	put_entry(p, HEAD_FRAME_BYTES, 0);
	if (p->table.failed || p->frames >= UINT32_MAX)
		return err_set(e, "it has too many frames");
	put_head(p, h);
	put_number(front, SEEK_MAGIC, 4);
	put_number(front + 4, p->table.n + SEEK_FOOTER_BYTES, 4);
	put_number(footer, p->frames + 1, 4);
	put_number(footer + 5, SEEK_FOOTER_MAGIC, 4);
	buf_put(&p->out, sv_make((const char *)front, sizeof(front)));
	if (flush(p, e) != 0 || file_write(p->packed, buf_view(&p->table)) != 0 ||
	    file_write(p->packed, sv_make((const char *)footer, sizeof(footer))) != 0)
		return err_sys(e, "cannot write");
	return 0;
}

/* The segment's time is that of its text. */
static void keep_time(int packed, int64_t mtime_ns)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
				    {mtime_ns / 1000000000, mtime_ns % 1000000000}};

	(void)futimens(packed, times); /* for people only */
}

static int pack(struct packer *p, struct segment_head *head, struct err *e)
{
	struct segment_head now = {0};

	if (segment_head_of(p->plain, head, e) != 0)
		return -1;
	p->raw_bytes = head->raw_bytes;
	if (set_up(p, e) != 0 || pack_text(p, e) != 0 || segment_head_of(p->plain, &now, e) != 0)
		return -1;
	if (now.raw_bytes != head->raw_bytes || now.mtime_ns != head->mtime_ns ||
	    now.head_hash != head->head_hash)
		return err_set(e, "it was written to while it was read");
	head->raw_hash = XXH3_64bits_digest(p->hash);
	head->is_ragged = p->is_ragged;
	if (put_tables(p, head, e) != 0)
		return -1;
	keep_time(p->packed, head->mtime_ns);
	return 0;
}

int segment_write(int plain, int packed, const struct segment_options *o, struct segment_head *head,
		  struct err *e)
{
	struct packer p = {.plain = plain, .packed = packed, .options = o};
	int status = pack(&p, head, e);

	tear_down(&p);
	return status;
}

/* ---- proof ---- */

/* Whether a frame of the segment is what the plain file holds there. */
static int compare(const struct segment *s, struct segment_unpacker *u, size_t i, int plain,
		   char *texts, struct err *e)
{
	const struct segment_frame *f = &s->frames[i];
	char *written = texts, *read_back = texts + SEGMENT_FRAME_MAX;
	ssize_t n = file_read_at(plain, f->raw_at, written, f->raw_bytes);

	if (n < 0)
		return err_sys(e, "cannot read the plain file");
	if (segment_read(s, u, i, read_back, e) != 0)
		return -1;
	if ((size_t)n < f->raw_bytes || memcmp(written, read_back, f->raw_bytes) != 0)
		return err_set(e, "frame %zu is not the plain file's text", i + 1);
	if (!s->head.is_ragged && i + 1 < s->frame_count && written[f->raw_bytes - 1] != '\n')
		return err_set(e, "frame %zu does not end with a line", i + 1);
	return 0;
}

static int compare_all(const struct segment *s, int plain, XXH3_state_t *hash, struct err *e)
{
	struct segment_unpacker *u = segment_unpacker_new();
	char *texts = malloc(2 * SEGMENT_FRAME_MAX);
	int status = 0;

	if (!u || !texts || !hash || XXH3_64bits_reset(hash) != XXH_OK) {
		(void)err_set(e, "no memory to verify");
		status = -1;
	}
	for (size_t i = 0; status == 0 && i < s->frame_count; i++) {
		status = compare(s, u, i, plain, texts, e);
		if (status == 0)
			(void)XXH3_64bits_update(hash, texts, s->frames[i].raw_bytes);
	}
	if (status == 0 && XXH3_64bits_digest(hash) != s->head.raw_hash)
		status = err_set(e, "its hash of the text is wrong");
	free(texts);
	segment_unpacker_free(u);
	return status;
}

int segment_verify(int packed, int plain, struct err *e)
{
	struct segment_head now = {0};
	struct segment s;
	XXH3_state_t *hash;
	int status;

	/* What the disk holds, as far as the kernel can be made to ask it. */
	(void)posix_fadvise(packed, 0, 0, POSIX_FADV_DONTNEED);
	switch (segment_open(&s, packed, e)) {
	case SEGMENT_OPEN:
		break;
	case SEGMENT_OTHER:
		return err_set(e, "it is no segment");
	case SEGMENT_STREAM:
	case SEGMENT_FAILED:
		return -1;
	}
	hash = XXH3_createState();
	status = compare_all(&s, plain, hash, e);
	(void)XXH3_freeState(hash);
	if (status == 0)
		status = segment_head_of(plain, &now, e);
	if (status == 0 && (now.raw_bytes != s.head.raw_bytes ||
			    now.head_hash != s.head.head_hash || now.inode != s.head.inode ||
			    now.device != s.head.device || now.mtime_ns != s.head.mtime_ns))
		status = err_set(e, "it is not of this plain file as it is now");
	s.fd = -1; /* the caller's */
	segment_close(&s);
	return status;
}

static bool is_other_frame(const struct segment *s, struct segment_unpacker *u, size_t i, int plain,
			   char *texts)
{
	const struct segment_frame *f = &s->frames[i];
	char *there = texts, *packed = texts + SEGMENT_FRAME_MAX;

	if (segment_read(s, u, i, packed, NULL) != 0)
		return false;
	return file_read_at(plain, f->raw_at, there, f->raw_bytes) != (ssize_t)f->raw_bytes ||
	       memcmp(there, packed, f->raw_bytes) != 0;
}

bool segment_has_other_text(int packed, int plain)
{
	struct segment_unpacker *u;
	struct segment s;
	char *texts;
	bool has;

	if (segment_open(&s, packed, NULL) != SEGMENT_OPEN)
		return false;
	u = segment_unpacker_new();
	texts = malloc(2 * SEGMENT_FRAME_MAX);
	has = !u || !texts;
	for (size_t i = 0; !has && i < s.frame_count; i++)
		has = is_other_frame(&s, u, i, plain, texts);
	free(texts);
	segment_unpacker_free(u);
	s.fd = -1; /* the caller's */
	segment_close(&s);
	return has;
}
