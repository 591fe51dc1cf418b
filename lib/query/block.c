/*
 * Reading blocks: where the first line starts, and where the last one ends; of segments, frames.
 */
#include "query/block.h"

#include "query/frames.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* A block, the byte before it, and the end of its last line. */
#define EXTRA        ((size_t)16 << 10)
#define BUFFER_BYTES (PAGE + BLOCK_BYTES + CURSOR_LINE_MAX + 2 * EXTRA)

/* A block's own bytes start here: the kernel copies whole pages faster to where pages are. */
#define PAGE ((size_t)4096)

#define OFFSET_MASK ((UINT64_C(1) << 48) - 1)

struct block_source {
	uint64_t bytes; /* of its text, as it was at the start */
	uint64_t left;  /* of them, to be read */
	bool has_ranges;
	const struct block_range *ranges;
	size_t range_count;
};

/* ---- what to read ---- */

/* A file of no size may be one that the kernel makes up as it is read. */
static bool is_made_up(int fd, uint64_t bytes)
{
	char byte;

	return bytes == 0 && pread(fd, &byte, 1, 0) != 0;
}

static bool take_source(struct block_source *out, const struct cursor_source *s)
{
	struct stat st;

	switch (s->kind) {
	case CURSOR_PLAIN:
		if (fstat(s->fd, &st) != 0 || st.st_size < 0 || lseek(s->fd, 0, SEEK_CUR) != 0)
			return false;
		out->bytes = (uint64_t)st.st_size;
		return out->bytes <= OFFSET_MASK && !is_made_up(s->fd, out->bytes);
	case CURSOR_SEGMENT:
		out->bytes = s->segment.head.raw_bytes;
		return out->bytes <= OFFSET_MASK && !s->segment.head.is_ragged;
	case CURSOR_PIPE:
	case CURSOR_STREAM:
		break;
	}
	return false;
}

bool blocks_open(struct blocks *b, struct cursor *cursor)
{
	*b = (struct blocks){.cursor = cursor, .block_bytes = BLOCK_BYTES, .source = cursor->at};
	b->sources = calloc(cursor->count + 1, sizeof(*b->sources));
	b->again = frames_again_new();
	for (size_t i = cursor->at; i < cursor->count; i++) {
		if (!b->sources || !b->again || i > UINT16_MAX ||
		    !take_source(&b->sources[i], cursor->sources[i])) {
			blocks_close(b);
			return false;
		}
		b->total += b->sources[i].left = b->sources[i].bytes;
	}
	return b->sources && b->again;
}

void blocks_close(struct blocks *b)
{
	free(b->sources);
	frames_again_free(b->again);
	b->sources = NULL;
	b->again = NULL;
}

/* A range, cut to the size of its source. */
static struct block_range fit(struct block_range range, uint64_t bytes)
{
	if (range.to > bytes)
		range.to = bytes;
	if (range.from > range.to)
		range.from = range.to;
	return range;
}

void blocks_keep(struct blocks *b, size_t source, const struct block_range *ranges, size_t count)
{
	struct block_source *s = &b->sources[source];

	b->total -= s->left;
	s->has_ranges = true;
	s->ranges = ranges;
	s->range_count = count;
	s->left = 0;
	for (size_t i = 0; i < count; i++) {
		struct block_range range = fit(ranges[i], s->bytes);

		s->left += range.to - range.from;
	}
	b->total += s->left;
}

/* What is read next of the source, and *out set to it: the rest of its range and those that touch it. */
static bool rest_of_range(struct blocks *b, struct block_range *out)
{
	const struct block_source *s = &b->sources[b->source];
	const struct block_range all = {0, s->bytes, false};
	const struct block_range *ranges = s->has_ranges ? s->ranges : &all;
	size_t count = s->has_ranges ? s->range_count : 1, i;

	for (; b->range < count; b->range++) {
		*out = fit(ranges[b->range], s->bytes);
		if (out->from < b->from)
			out->from = b->from;
		if (out->from >= out->to)
			continue;
		for (i = b->range + 1; i < count && ranges[i].from <= out->to &&
				       ranges[i].is_sparse == out->is_sparse;
		     i++)
			if (ranges[i].to > out->to)
				out->to = fit(ranges[i], s->bytes).to;
		return true;
	}
	return false;
}

/* The frames that the range begins with; none where its tables are gone, and block_read() tells of it. */
static void take_frames(struct blocks *b, struct segment *s, struct block_spec *out)
{
	const struct segment_frame *frames;
	size_t end;

	if (segment_frames(s, NULL) != 0)
		return;
	frames = s->frames;

	while (b->frame + 1 < s->frame_count && frames[b->frame + 1].raw_at <= out->from)
		b->frame++;
	end = b->frame + 1;
	while (end < s->frame_count && frames[end].raw_at < out->to &&
	       frames[end].raw_at + frames[end].raw_bytes - frames[b->frame].raw_at <=
		       b->block_bytes)
		end++;
	out->first = b->frame;
	out->count = end - b->frame;
	out->is_shared = b->from > frames[b->frame].raw_at;
	if (out->to > frames[end - 1].raw_at + frames[end - 1].raw_bytes)
		out->to = frames[end - 1].raw_at + frames[end - 1].raw_bytes;
}

/* The source with more to read, of which *out is set to what is next. */
static size_t find_source(struct blocks *b, struct block_range *out)
{
	while (b->source < b->cursor->count && !rest_of_range(b, out)) {
		b->source++;
		b->range = b->frame = 0;
		b->from = 0;
	}
	return b->source;
}

size_t blocks_source(struct blocks *b)
{
	struct block_range range;

	return find_source(b, &range);
}

bool blocks_next(struct blocks *b, struct block_spec *out)
{
	struct cursor_source *s;
	struct block_range range = {0};

	if (find_source(b, &range) >= b->cursor->count)
		return false;
	s = b->cursor->sources[b->source];
	*out = (struct block_spec){
		.source = b->source,
		.from = range.from,
		.to = range.to,
		.is_sparse = range.is_sparse,
	};
	if (s->kind == CURSOR_SEGMENT)
		take_frames(b, &s->segment, out);
	else if (range.to - range.from > b->block_bytes)
		out->to = range.from + b->block_bytes;
	b->from = out->to;
	return true;
}

/* ---- plain files ---- */

static int source_fd(const struct blocks *b, size_t source)
{
	return b->cursor->sources[source]->fd;
}

/* Reads n bytes at an offset, or what there is; sets *error when that fails. */
static size_t read_at(int fd, uint64_t offset, char *out, size_t n, int *error)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, out + done, n - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			*error = errno;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

/* How many NUL bytes text starts with. */
static size_t nuls(struct sv text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] == 0)
		n++;
	return n;
}

/*
 * Reads the rest of the line that starts at text[start], which is at `offset` in the file, and is
 * not complete at text[end].
 */
static struct block_part finish_line(struct block *block, int fd, size_t start, size_t end,
				     uint64_t offset, int *error)
{
	for (;;) {
		struct sv line = sv_make(block->text + start, end - start);
		size_t skip = nuls(line), more;

		offset += skip;
		if (skip == line.n)
			end = start; /* nothing but NULs: their place is free again */
		else
			start += skip;
		if (end - start > CURSOR_LINE_MAX)
			break;
		more = read_at(fd, offset + (end - start), block->text + end, EXTRA, error);
		line = sv_make(block->text + end, more);
		end += sv_index(line, '\n');
		if (more == 0 || sv_index(line, '\n') < more)
			break;
	}
	return (struct block_part){sv_make(block->text + start, end - start),
				   block_at(block->spec.source, offset)};
}

/*
 * Finds the lines in text[0, n), which holds the file from `offset` on; the block's own bytes
 * start at text[own].
 */
static void cut_lines(struct block *block, int fd, size_t own, size_t n, uint64_t offset,
		      int *error)
{
	struct sv all = sv_make(block->text, n), inside;
	size_t start = 0, last;
	const char *newline;

	if (own) {
		/* The newline before the first line; the block's last byte is the next one's. */
		start = sv_index(sv_head(all, n - 1), '\n') + 1;
		if (start >= n)
			return;
	}
	inside = sv_make(all.p + start, n - start);
	newline = inside.n > 1 ? memrchr(inside.p, '\n', inside.n - 1) : NULL;
	last = newline ? (size_t)(newline - all.p) + 1 : start;
	if (all.p[n - 1] == '\n')
		last = n;
	block->parts[0] = (struct block_part){sv_make(all.p + start, last - start),
					      block_at(block->spec.source, offset + start)};
	if (last < n)
		block->parts[1] = finish_line(block, fd, last, n, offset + last, error);
}

/* At least n bytes, from a page's start on. */
static bool has_buffer(struct block *block, size_t n)
{
	if (n <= block->cap)
		return true;
	free(block->buffer);
	n = (n + PAGE - 1) / PAGE * PAGE;
	block->buffer = aligned_alloc(PAGE, n);
	block->cap = block->buffer ? n : 0;
	return block->buffer != NULL;
}

static int read_plain(const struct blocks *b, const struct block_spec *spec, struct block *block)
{
	int fd = source_fd(b, spec->source), error = 0;
	size_t own = spec->from > 0, n;

	if (!has_buffer(block, BUFFER_BYTES))
		return -1;
	block->text = block->buffer + PAGE - own;
	n = read_at(fd, spec->from - own, block->text, (size_t)(spec->to - spec->from) + own,
		    &error);
	if (n > own)
		cut_lines(block, fd, own, n, spec->from - own, &error);
	if (error) {
		block->errors++;
		errno = error;
		(void)err_sys(&block->error, "cannot read %s",
			      b->cursor->sources[spec->source]->name);
	}
	return 0;
}

/* ---- segments ---- */

static void note_damage(struct block *block, const char *name, const struct err *why)
{
	if (block->errors++)
		return;
	(void)err_set(&block->error, "cannot read %s: %s", name, why->text);
	block->error.sys = why->sys;
}

static int read_frames(const struct blocks *b, const struct block_spec *spec,
		       struct segment_unpacker **unpacker, struct block *block)
{
	const struct cursor_source *source = b->cursor->sources[spec->source];
	const struct segment *s = &source->segment;
	const struct segment_frame *first, *last;
	struct err why;
	char *text;

	if (spec->count == 0) {
		(void)err_set(&why, "its tables are no longer what they were");
		note_damage(block, source->name, &why);
		return 0;
	}
	first = &s->frames[spec->first];
	last = first + spec->count - 1;
	if (!*unpacker)
		*unpacker = segment_unpacker_new();
	if (!*unpacker ||
	    !has_buffer(block, (size_t)(last->raw_at + last->raw_bytes - first->raw_at)))
		return -1;
	block->text = text = block->buffer;
	for (size_t i = spec->first; i < spec->first + spec->count; i++) {
		if (segment_read(s, *unpacker, i, text, &why) != 0) {
			memset(text, '\n', s->frames[i].raw_bytes);
			if (i > spec->first || !spec->is_shared)
				note_damage(block, source->name, &why);
		}
		text += s->frames[i].raw_bytes;
	}
	block->parts[0].lines = sv_make(block->text + (spec->from - first->raw_at),
					(size_t)(spec->to - spec->from));
	block->parts[0].at = block_at(spec->source, spec->from);
	return 0;
}

int block_read(const struct blocks *b, const struct block_spec *spec,
	       struct segment_unpacker **unpacker, struct block *block)
{
	block->spec = *spec;
	block->parts[0] = block->parts[1] = (struct block_part){SV_EMPTY, 0};
	block->errors = 0;
	if (b->cursor->sources[spec->source]->kind == CURSOR_SEGMENT)
		return read_frames(b, spec, unpacker, block);
	return read_plain(b, spec, block);
}

void block_release(struct block *block)
{
	free(block->buffer);
	block->buffer = block->text = NULL;
	block->cap = 0;
}

/* ---- once more ---- */

size_t block_reread(struct blocks *b, uint64_t at, char *out, size_t n)
{
	size_t source = (size_t)(at >> 48);
	const struct cursor_source *s = b->cursor->sources[source];
	int error = 0;

	if (s->kind == CURSOR_SEGMENT)
		return frames_reread(b->again, &s->segment, source, at & OFFSET_MASK, out, n);
	return read_at(s->fd, at & OFFSET_MASK, out, n, &error);
}
