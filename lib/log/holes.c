/* Looking for NUL bytes, and for the line in front of them; nothing else is changed. */
#include "log/holes.h"

#include "base/attr.h"
#include "base/buf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE     (1u << 20)
#define LINE_MOST (64u << 10) /* what is longer is no line of a log */

static int open_own(const char *path, uint64_t *size)
{
	CLEAN_FD int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return -1;
	*size = (uint64_t)st.st_size;
	return take_fd(&fd);
}

static size_t line_start(struct sv text)
{
	const char *newline = text.n ? memrchr(text.p, '\n', text.n) : NULL;

	return newline ? (size_t)(newline - text.p) + 1 : 0;
}

/* The line that ends, torn, where the NUL bytes begin: marked if it looks like a record. */
static unsigned mark_line(int fd, uint64_t nul)
{
	uint64_t from = nul > LINE_MOST ? nul - LINE_MOST : 0;
	char before[LINE_MOST];
	ssize_t n = pread(fd, before, (size_t)(nul - from), (off_t)from);
	struct sv line;

	if (n != (ssize_t)(nul - from))
		return 0;
	line = sv_make(before, (size_t)n);
	line = sv_from(line, line_start(line));
	if (!sv_starts(line, SV("type=")) && !sv_starts(line, SV("node=")))
		return 0;
	return pwrite(fd, "torn", 4, (off_t)(nul - line.n)) == 4;
}

/* The hole reaches to the next newline: what lies between is the end of a line that has no beginning. */
static unsigned mark_all(int fd, uint64_t at, char *piece)
{
	bool in_hole = false;
	unsigned marked = 0;
	ssize_t n;

	for (; (n = pread(fd, piece, PIECE, (off_t)at)) > 0; at += (uint64_t)n) {
		const char *end = piece + n, *hit = piece;

		while ((hit = memchr(hit, in_hole ? '\n' : '\0', (size_t)(end - hit)))) {
			if (!in_hole)
				marked += mark_line(fd, at + (uint64_t)(hit - piece));
			in_hole = !in_hole;
			hit++;
		}
	}
	return marked;
}

unsigned log_mark_holes(const char *path)
{
	CLEANUP(buf_release) struct buf piece = BUF_INIT(PIECE);
	uint64_t size = 0;
	CLEAN_FD int fd = open_own(path, &size);

	if (fd < 0 || !buf_reserve(&piece, PIECE))
		return 0;
	return mark_all(fd, size > LOG_HOLES_LOOKED_AT ? size - LOG_HOLES_LOOKED_AT : 0, piece.p);
}
