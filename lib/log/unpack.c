/* Text out of segments, frame by frame, and out of streams. */
#include "log/unpack.h"

#include <errno.h>
#include <stdlib.h>

struct unpack {
	struct cursor_source *source;
	struct segment_stream *stream; /* NULL: a segment, with the rest */
	struct segment_unpacker *frames;
	char *text; /* of a frame: [at, bytes) is not handed out yet */
	size_t at, bytes;
	size_t next; /* frame */
};

static ssize_t failed(const struct unpack *u, const struct err *why, struct err *e)
{
	(void)err_set(e, "cannot read %s: %s", u->source->name, why->text);
	if (e)
		e->sys = why->sys;
	return -1;
}

static int set_up(struct unpack *u, struct err *e)
{
	if (u->source->kind == CURSOR_STREAM) {
		u->stream = segment_stream_new(u->source->fd, e);
		return u->stream ? 0 : -1;
	}
	if (segment_frames(&u->source->segment, e) != 0)
		return -1;
	u->frames = segment_unpacker_new();
	u->text = malloc(SEGMENT_FRAME_MAX);
	if (u->frames && u->text)
		return 0;
	errno = ENOMEM;
	return err_sys(e, "no memory to unpack it");
}

struct unpack *unpack_new(struct cursor_source *s, struct err *e)
{
	struct unpack *u = calloc(1, sizeof(*u));
	struct err why;

	if (!u) {
		(void)err_sys(e, "cannot read %s", s->name);
		return NULL;
	}
	u->source = s;
	if (set_up(u, &why) == 0)
		return u;
	(void)failed(u, &why, e);
	unpack_free(u);
	return NULL;
}

void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	segment_stream_free(u->stream);
	segment_unpacker_free(u->frames);
	free(u->text);
	free(u);
}

static ssize_t read_frames(struct unpack *u, char *text, size_t n, struct err *e)
{
	const struct segment *s = &u->source->segment;

	if (u->at == u->bytes) {
		if (u->next == s->frame_count)
			return 0;
		u->at = u->bytes = 0;
		if (segment_read(s, u->frames, u->next++, u->text, e) != 0)
			return -1;
		u->bytes = s->frames[u->next - 1].raw_bytes;
	}
	if (n > u->bytes - u->at)
		n = u->bytes - u->at;
	memcpy(text, u->text + u->at, n);
	u->at += n;
	return (ssize_t)n;
}

ssize_t unpack_read(struct unpack *u, char *text, size_t n, struct err *e)
{
	struct err why;
	ssize_t got = u->stream ? segment_stream_read(u->stream, text, n, &why)
				: read_frames(u, text, n, &why);

	return got < 0 ? failed(u, &why, e) : got;
}

bool unpack_keeps_lines(const struct unpack *u)
{
	return !u->stream && !u->source->segment.head.is_ragged;
}
