/* Lines to leaves, leaves to the tree, and both against the files of hashes. */
#include "integrity/retrace.h"

#include "base/buf.h"

#define PIECE          ((size_t)256 << 10)
#define LINE_MAX_BYTES ((size_t)64 << 20) /* what is longer is no line of ours */

void retrace_begin(struct retrace *t, struct levels *levels, struct seal_digest *digest,
		   const struct seal_range *range, uint64_t known)
{
	*t = (struct retrace){.levels = levels,
			      .digest = digest,
			      .range = *range,
			      .known = known,
			      .first_other = RETRACE_NONE};
	if (range->size == known) {
		seal_range_root(&t->range, digest, &t->root);
		t->has_root = true;
	}
}

/* ---- hashes ---- */

static void write_hashes(struct retrace *t, unsigned level, uint64_t index,
			 const struct seal_hash *hashes, size_t n)
{
	if (n && !t->has_failed && levels_write(t->levels, level, index, hashes, n, NULL) != 0)
		t->has_failed = true;
}

/* Whether they are in the file; *same of them, from the first on, are what they should be. */
static bool compare(struct retrace *t, unsigned level, uint64_t index,
		    const struct seal_hash *hashes, size_t n, size_t *same)
{
	struct seal_hash there[RETRACE_LEAVES];

	*same = 0;
	if (levels_read(t->levels, level, index, there, n, NULL) != 0)
		return false;
	while (*same < n && seal_hash_eq(&there[*same], &hashes[*same]))
		++*same;
	return true;
}

/* Such as were signed. */
static void take_known(struct retrace *t, unsigned level, uint64_t index,
		       const struct seal_hash *hashes, size_t n)
{
	size_t same, skip = 0;
	bool is_there;

	if (level == 0 && index < t->leaves_from)
		skip = t->leaves_from - index < n ? (size_t)(t->leaves_from - index) : n;
	index += skip;
	hashes += skip;
	n -= skip;
	if (n == 0)
		return;
	is_there = compare(t, level, index, hashes, n, &same);
	if (is_there && same == n)
		return;
	t->is_short = true;
	if (is_there && level == 0 && t->first_other == RETRACE_NONE)
		t->first_other = index + same;
	if (t->repairs)
		write_hashes(t, level, index, hashes, n);
}

static void flush(struct retrace *t)
{
	uint64_t first = t->range.size - t->waiting;
	size_t known = t->known <= first ? 0 : t->waiting;

	if (known && t->known - first < known)
		known = (size_t)(t->known - first);
	take_known(t, 0, first, t->leaves, known);
	write_hashes(t, 0, first + known, t->leaves + known, t->waiting - known);
	t->waiting = 0;
}

static void take_node(void *ctx, unsigned level, uint64_t index, const struct seal_hash *hash)
{
	struct retrace *t = ctx;

	if (level != LEVEL_BITS)
		return;
	if ((index + 1) << LEVEL_BITS <= t->known)
		take_known(t, 1, index, hash, 1);
	else
		write_hashes(t, 1, index, hash, 1);
}

void retrace_line(struct retrace *t, struct sv line)
{
	const struct seal_sink sink = {t, take_node};
	struct seal_hash *leaf = &t->leaves[t->waiting];

	seal_leaf(t->digest, line, leaf);
	seal_range_add(&t->range, t->digest, leaf, &sink);
	t->waiting++;
	if (t->range.size == t->known) {
		seal_range_root(&t->range, t->digest, &t->root);
		t->has_root = true;
	}
	if (t->waiting == RETRACE_LEAVES)
		flush(t);
}

void retrace_end(struct retrace *t)
{
	flush(t);
}

/* ---- lines ---- */

/* Takes whole lines off the front of what was read. The rest moves there. */
static uint64_t take_lines(struct retrace *t, struct buf *read)
{
	struct sv line;
	size_t at = 0;

	while (buf_line(read, &at, &line))
		retrace_line(t, line);
	buf_drop(read, at);
	return at;
}

static size_t piece_of(uint64_t at, uint64_t limit)
{
	uint64_t left = limit > at ? limit - at : 0;

	return left < PIECE ? (size_t)left : PIECE;
}

int retrace_text(struct retrace *t, struct log_text *text, uint64_t offset, uint64_t limit,
		 uint64_t *end, struct err *e)
{
	CLEANUP(buf_release) struct buf read = BUF_INIT(LINE_MAX_BYTES);
	uint64_t at = offset;
	ssize_t n;

	*end = offset;
	do {
		if (!buf_reserve(&read, PIECE))
			return err_set(e, "a line of the log is too long to be one");
		n = log_text_read(text, at, read.p + read.n, piece_of(at, limit));
		if (n < 0)
			return err_sys(e, "cannot read the log");
		read.n += (size_t)n;
		at += (uint64_t)n;
		*end += take_lines(t, &read);
	} while (n);
	return 0;
}
