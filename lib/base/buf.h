/*
 * A growing byte buffer with a hard maximum.
 *
 *	CLEANUP(buf_release) struct buf b = BUF_INIT(1 << 20);
 *	buf_put(&b, SV("type="));
 *	buf_printf(&b, "%u", type);
 *	if (b.failed) ...
 *
 * A put that would pass the maximum, or finds no memory, leaves the content as it was
 * and sets the sticky `failed`; later puts do nothing, so a sequence is checked once at
 * its end. The content is p[0..n), not NUL-terminated (buf_cstr() adds one).
 */
#ifndef AURUM_BASE_BUF_H
#define AURUM_BASE_BUF_H

#include "base/attr.h"
#include "base/sv.h"

#include <stdint.h>

struct buf {
	char *p;
	size_t n, cap, max;
	bool failed;
};

#define BUF_INIT(max_bytes) ((struct buf){NULL, 0, 0, (max_bytes), false})

void buf_release(struct buf *b); /* frees; the buffer is empty and usable again */

/* buf_reserve() when there is not enough room yet. */
bool buf_grow(struct buf *b, size_t n);

/* Makes room for n more bytes; false when that fails (and sets failed). */
static inline bool buf_reserve(struct buf *b, size_t n)
{
	return (n <= b->cap - b->n && !b->failed) || buf_grow(b, n);
}

static inline void buf_putc(struct buf *b, char c)
{
	if (buf_reserve(b, 1))
		b->p[b->n++] = c;
}

static inline void buf_put(struct buf *b, struct sv v)
{
	if (v.n == 0 || !buf_reserve(b, v.n))
		return;
	memcpy(b->p + b->n, v.p, v.n);
	b->n += v.n;
}

void buf_puts(struct buf *b, const char *s);
void buf_put_u64(struct buf *b, uint64_t value);  /* decimal */
void buf_put_hex(struct buf *b, struct sv bytes); /* two upper-case digits a byte */
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);

/* Forgets the content and a failure, keeps the memory. */
static inline void buf_reset(struct buf *b)
{
	b->n = 0;
	b->failed = false;
}

static inline struct sv buf_view(const struct buf *b)
{
	return (struct sv){b->p, b->n};
}

/*
 * For text that comes in pieces: *line is the next whole line from *at on, without its newline, and *at moves behind
 * it. False when no whole one is left; buf_drop(b, *at) then makes room for the rest of it.
 */
bool buf_line(const struct buf *b, size_t *at, struct sv *line);
/* Takes n bytes, which are there, off the front. */
void buf_drop(struct buf *b, size_t n);

/* The content as a C string, valid until the next put; "" when there is no memory. */
const char *buf_cstr(struct buf *b);

#endif
