/*
 * Any zstd file from its start to its end, frame by frame. The text of a frame that says it is
 * small is handed out when all of it was checked; that of a larger one as it is unpacked.
 *
 * After damage the next place is looked for that begins like a frame. One that only looks like it
 * is damaged, too, in all likelihood, and the search goes on behind its beginning.
 */
#include "segment/layout.h"

#include "base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define IN_BYTES     ((size_t)128 << 10)
#define HEADER_BYTES 18 /* ZSTD_FRAMEHEADERSIZE_MAX */

enum stream_place {
	BETWEEN, /* frames */
	INSIDE,  /* a frame that is handed out as it is unpacked */
	HELD,    /* a frame's text is in `text` */
	LOST,    /* behind damage, in search of a frame */
	AT_END,
};

struct segment_stream {
	int fd;
	ZSTD_DCtx *zstd;
	char *in; /* of the file: [start, end) is not used yet, in[0] is at `in_at` */
	size_t start, end;
	uint64_t in_at;
	uint64_t frame_at; /* where the frame at hand starts */
	enum stream_place place;
	char *text;
	size_t text_at, text_bytes;
};

struct segment_stream *segment_stream_new(int fd, struct err *e)
{
	struct segment_stream *t = calloc(1, sizeof(*t));

	if (t) {
		t->fd = fd;
		t->zstd = ZSTD_createDCtx();
		t->in = malloc(IN_BYTES);
		t->text = malloc(SEGMENT_FRAME_MAX);
	}
	if (t && t->zstd && t->in && t->text)
		return t;
	segment_stream_free(t);
	(void)err_set(e, "no memory to unpack");
	return NULL;
}

void segment_stream_free(struct segment_stream *t)
{
	if (!t)
		return;
	(void)ZSTD_freeDCtx(t->zstd);
	free(t->in);
	free(t->text);
	free(t);
}

static uint64_t position(const struct segment_stream *t)
{
	return t->in_at + t->start;
}

/* Has n bytes at in[start], or as many as the file has. -1: cannot be read. */
static int want_input(struct segment_stream *t, size_t n, struct err *e)
{
	ssize_t got;

	if (t->end - t->start >= n)
		return 0;
	memmove(t->in, t->in + t->start, t->end - t->start);
	t->in_at += t->start;
	t->end -= t->start;
	t->start = 0;
	got = file_read_at(t->fd, t->in_at + t->end, t->in + t->end, IN_BYTES - t->end);
	if (got < 0)
		return err_sys(e, "cannot be read");
	t->end += (size_t)got;
	return 0;
}

/* Moves to a byte of the file. */
static void seek(struct segment_stream *t, uint64_t at)
{
	if (at >= t->in_at && at <= t->in_at + t->end) {
		t->start = (size_t)(at - t->in_at);
		return;
	}
	t->in_at = at;
	t->start = t->end = 0;
}

static int damaged(struct segment_stream *t, const char *why, struct err *e)
{
	(void)err_set(e, "the frame at byte %llu is damaged: %s", (unsigned long long)t->frame_at,
		      why);
	if (e)
		e->sys = EBADMSG;
	/* What a large frame gave before is not gone through again. */
	if (t->place != INSIDE || position(t) == t->frame_at)
		seek(t, t->frame_at + 1);
	t->place = LOST;
	return -1;
}

static bool is_magic(const char *p)
{
	uint32_t magic = get_u32((const unsigned char *)p);

	return magic == FRAME_MAGIC || (magic & ~UINT32_C(15)) == 0x184d2a50;
}

/* Goes to the next place that begins like a frame, or to the end. */
static int find_frame(struct segment_stream *t, struct err *e)
{
	for (;;) {
		if (want_input(t, 4, e) != 0)
			return -1;
		if (t->end - t->start < 4) {
			t->place = AT_END;
			return 0;
		}
		for (; t->end - t->start >= 4; t->start++)
			if (is_magic(t->in + t->start)) {
				t->place = BETWEEN;
				return 0;
			}
	}
}

/* Unpacks at most n bytes more of the frame. *done: it is complete. -1: damaged or unreadable. */
static ssize_t unpack(struct segment_stream *t, char *out, size_t n, bool *done, struct err *e)
{
	ZSTD_outBuffer to = {out, n, 0};
	size_t rest = 1;

	while (to.pos < n && rest) {
		ZSTD_inBuffer from;

		if (want_input(t, 1, e) != 0) {
			t->place = AT_END;
			return -1;
		}
		if (t->start == t->end)
			return damaged(t, "the file was cut short", e);
		from = (ZSTD_inBuffer){t->in, t->end, t->start};
		rest = ZSTD_decompressStream(t->zstd, &to, &from);
		if (ZSTD_isError(rest))
			return damaged(t, ZSTD_getErrorName(rest), e);
		t->start = from.pos;
	}
	*done = rest == 0;
	return (ssize_t)to.pos;
}

/* Unpacks a frame of so many bytes of text. */
static int hold_frame(struct segment_stream *t, size_t bytes, struct err *e)
{
	bool done = false;
	char more;
	ssize_t n = unpack(t, t->text, bytes, &done, e);

	/* It may end without saying so: the checksum is behind the last byte of text. */
	if (n >= 0 && !done)
		n = unpack(t, &more, 1, &done, e) == 0 && done ? n : -2;
	if (n == -2 && t->place != LOST && t->place != AT_END)
		return damaged(t, "it holds more than it says", e);
	if (n < 0)
		return -1;
	if ((size_t)n != bytes)
		return damaged(t, "it holds less than it says", e);
	t->text_at = 0;
	t->text_bytes = bytes;
	t->place = bytes ? HELD : BETWEEN;
	return 0;
}

/* Begins with the frame that is next, if there is one. */
static int begin_frame(struct segment_stream *t, struct err *e)
{
	unsigned long long bytes;

	if (want_input(t, HEADER_BYTES, e) != 0) {
		t->place = AT_END;
		return -1;
	}
	t->frame_at = position(t);
	if (t->start == t->end) {
		t->place = AT_END;
		return 0;
	}
	if (t->end - t->start < 4 || !is_magic(t->in + t->start))
		return damaged(t, "no frame begins there", e);
	(void)ZSTD_DCtx_reset(t->zstd, ZSTD_reset_session_only);
	bytes = ZSTD_getFrameContentSize(t->in + t->start, t->end - t->start);
	if (bytes <= SEGMENT_FRAME_MAX)
		return hold_frame(t, (size_t)bytes, e);
	t->place = INSIDE;
	return 0;
}

static ssize_t hand_out(struct segment_stream *t, char *text, size_t n)
{
	size_t left = t->text_bytes - t->text_at;

	if (n > left)
		n = left;
	memcpy(text, t->text + t->text_at, n);
	t->text_at += n;
	if (t->text_at == t->text_bytes)
		t->place = BETWEEN;
	return (ssize_t)n;
}

static ssize_t unpack_on(struct segment_stream *t, char *text, size_t n, struct err *e)
{
	bool done = false;
	ssize_t got = unpack(t, text, n, &done, e);

	if (done)
		t->place = BETWEEN;
	return got;
}

ssize_t segment_stream_read(struct segment_stream *t, char *text, size_t n, struct err *e)
{
	ssize_t got = 0;

	while (got == 0 && n) {
		switch (t->place) {
		case LOST:
			got = find_frame(t, e);
			break;
		case BETWEEN:
			got = begin_frame(t, e);
			break;
		case HELD:
			got = hand_out(t, text, n);
			break;
		case INSIDE:
			got = unpack_on(t, text, n, e);
			break;
		case AT_END:
			return 0;
		}
	}
	return got;
}
