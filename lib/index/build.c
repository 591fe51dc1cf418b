/* The builder: frames, then the file. */
#include "index/build.h"

#include "base/file.h"
#include "index/open.h"
#include "index/put.h"

#include <stdlib.h>

struct index_builder {
	struct index_options options;
	struct gather gather;
	struct frames frames;
	struct buf file;
};

struct index_builder *index_builder_new(const struct index_options *o, struct err *e)
{
	static const struct index_options usual;
	struct index_builder *b = calloc(1, sizeof(*b));

	if (!b) {
		(void)err_set(e, "no memory to index a log");
		return NULL;
	}
	b->options = o ? *o : usual;
	b->file = BUF_INIT(PUT_MAX);
	gather_init(&b->gather);
	for (size_t i = 0; i < b->options.extra_count; i++)
		gather_want(&b->gather, &b->options.extra[i]);
	if (frames_init(&b->frames, &b->options, e) != 0) {
		index_builder_free(b);
		return NULL;
	}
	return b;
}

void index_builder_free(struct index_builder *b)
{
	if (!b)
		return;
	gather_release(&b->gather);
	frames_release(&b->frames);
	buf_release(&b->file);
	free(b);
}

int index_builder_frame(struct index_builder *b, struct sv lines, uint64_t raw_at, struct err *e)
{
	if (lines.n > SEGMENT_FRAME_MAX)
		return err_set(e, "a frame of %zu bytes cannot be indexed", lines.n);
	return frames_take(&b->frames, &b->gather, lines, raw_at, e);
}

int index_builder_end(struct index_builder *b, const struct segment_head *head, struct err *e)
{
	if (frames_end(&b->frames, e) != 0)
		return -1;
	buf_reset(&b->file);
	return put_index(&b->frames, &b->gather, head, &b->file, e);
}

int index_builder_write(const struct index_builder *b, int fd, struct err *e)
{
	return file_write(fd, buf_view(&b->file)) == 0 ? 0 : err_sys(e, "cannot write an index");
}

int index_builder_open(const struct index_builder *b, struct index *x, struct err *e)
{
	return open_memory(x, buf_view(&b->file), e);
}
