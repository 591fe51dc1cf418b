/* Reading blocks: where the first line starts, and where the last one ends. */
#include "query/block.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* A block, the byte before it, and the end of its last line. */
#define EXTRA        ((size_t)16 << 10)
#define BUFFER_BYTES (PAGE + BLOCK_BYTES + CURSOR_LINE_MAX + 2 * EXTRA)

/* A block's own bytes start here: the kernel copies whole pages faster to where pages are. */
#define PAGE ((size_t)4096)

#define OFFSET_MASK ((UINT64_C(1) << 48) - 1)

bool blocks_open(struct blocks *b, struct cursor *cursor)
{
	struct stat st;

	*b = (struct blocks){.cursor = cursor, .block_bytes = BLOCK_BYTES, .source = cursor->at};
	for (size_t i = cursor->at; i < cursor->count; i++)
		if (cursor->sources[i]->kind != CURSOR_PLAIN || i > UINT16_MAX)
			return false;
	b->sizes = calloc(cursor->count + 1, sizeof(*b->sizes));
	if (!b->sizes)
		return false;
	for (size_t i = cursor->at; i < cursor->count; i++) {
		int fd = cursor->sources[i]->fd;

		/* A file of no size may be one that the kernel makes up as it is read. */
		if (fstat(fd, &st) != 0 || st.st_size <= 0 || (uint64_t)st.st_size > OFFSET_MASK ||
		    lseek(fd, 0, SEEK_CUR) != 0) {
			blocks_close(b);
			return false;
		}
		b->sizes[i] = (uint64_t)st.st_size;
		b->total += b->sizes[i];
	}
	return true;
}

void blocks_close(struct blocks *b)
{
	free(b->sizes);
	b->sizes = NULL;
}

bool blocks_next(struct blocks *b, struct block_spec *out)
{
	uint64_t size;

	if (b->source == b->cursor->count)
		return false;
	size = b->sizes[b->source];
	*out = (struct block_spec){.source = b->source, .from = b->from, .to = size};
	if (size - b->from > b->block_bytes)
		out->to = b->from + b->block_bytes;
	b->from = out->to;
	if (b->from == size) {
		b->source++;
		b->from = 0;
	}
	return true;
}

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
				     uint64_t offset)
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
		more = read_at(fd, offset + (end - start), block->text + end, EXTRA, &block->error);
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
static void cut_lines(struct block *block, int fd, size_t own, size_t n, uint64_t offset)
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
		block->parts[1] = finish_line(block, fd, last, n, offset + last);
}

int block_read(const struct blocks *b, const struct block_spec *spec, struct block *block)
{
	int fd = source_fd(b, spec->source);
	size_t own = spec->from > 0, n;

	if (!block->buffer)
		block->buffer = aligned_alloc(PAGE, BUFFER_BYTES);
	if (!block->buffer)
		return -1;
	block->spec = *spec;
	block->parts[0] = block->parts[1] = (struct block_part){SV_EMPTY, 0};
	block->error = 0;
	block->text = block->buffer + PAGE - own;
	n = read_at(fd, spec->from - own, block->text, (size_t)(spec->to - spec->from) + own,
		    &block->error);
	if (n > own)
		cut_lines(block, fd, own, n, spec->from - own);
	return 0;
}

void block_release(struct block *block)
{
	free(block->buffer);
	block->buffer = block->text = NULL;
}

size_t block_reread(const struct blocks *b, uint64_t at, char *out, size_t n)
{
	int error = 0;

	return read_at(source_fd(b, (size_t)(at >> 48)), at & OFFSET_MASK, out, n, &error);
}
