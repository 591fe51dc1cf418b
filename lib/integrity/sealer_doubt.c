/*
 * After the disk refused to take lines: what it has of them now. A kernel that could not write a page may
 * forget it, and a second fdatasync(2) then succeeds without it (fsync(2), "EIO"); so what is not in the
 * kernel's memory any more is read again, and compared with what was hashed when it was written.
 */
#include "integrity/sealer_priv.h"

#include "base/file.h"

#include <fcntl.h>

#define PIECE ((size_t)256 << 10)
#define MOST  ((size_t)64 << 20)

/* The hash of a line that is not in level0 yet; NULL: it is not known any more. */
static const struct seal_hash *hash_of(const struct sealer *s, uint64_t index)
{
	const struct sealer_hashes *h = &s->hashes[0];

	return index >= h->first && index - h->first < h->n ? &h->p[index - h->first] : NULL;
}

/* Compares whole lines; what is left of the text moves to its front. False: a line is another one. */
static bool compare(struct sealer *s, struct buf *text, uint64_t *index)
{
	struct seal_hash leaf;
	bool is_same = true;
	struct sv line;
	size_t at = 0;

	while (is_same && buf_line(text, &at, &line)) {
		const struct seal_hash *known = hash_of(s, *index);

		seal_leaf(s->digest, line, &leaf);
		/* What came behind the snapshot is in no list yet, and not in question. */
		is_same = !known || seal_hash_eq(known, &leaf);
		*index += is_same;
	}
	buf_drop(text, at);
	return is_same;
}

void sealer_check_doubtful(struct sealer *s, struct sealer_file *f, uint64_t end)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(MOST);
	uint64_t index = f->first, at = f->offset;
	bool is_same = true;
	ssize_t n = 1;

	if (s->segment == f->number && s->sealed >= f->first) {
		index = s->sealed;
		at = s->offset;
	}
	(void)posix_fadvise(f->fd, (off_t)at, 0, POSIX_FADV_DONTNEED);
	while (is_same && n > 0 && index < end && buf_reserve(&text, PIECE)) {
		n = file_read_at(f->fd, at, text.p + text.n, PIECE);
		if (n <= 0)
			break;
		at += (uint64_t)n;
		text.n += (size_t)n;
		is_same = compare(s, &text, &index);
	}
	f->is_doubtful = n < 0;
	if (!f->is_doubtful && index < end)
		sealer_tell(s, SEALER_NEWS_LOST_BY_DISK, index, end,
			    "the disk did not keep lines that were written");
}
