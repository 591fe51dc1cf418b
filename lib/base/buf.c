/* The growing buffer: doubling growth, hard maximum, sticky failure. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_CAP ((size_t)64)

void buf_release(struct buf *b)
{
	free(b->p);
	*b = BUF_INIT(b->max);
}

bool buf_grow(struct buf *b, size_t n)
{
	size_t need, cap = b->cap ? b->cap : b->max < FIRST_CAP ? b->max : FIRST_CAP;
	char *grown;

	if (b->failed || __builtin_add_overflow(b->n, n, &need) || need > b->max) {
		b->failed = true;
		return false;
	}
	while (cap < need)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	grown = realloc(b->p, cap);
	if (!grown) {
		b->failed = true;
		return false;
	}
	b->p = grown;
	b->cap = cap;
	return true;
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, sv_cstr(s));
}

void buf_put_u64(struct buf *b, uint64_t value)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	buf_put(b, sv_make(digits + i, sizeof(digits) - i));
}

void buf_put_hex(struct buf *b, struct sv bytes)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n;

	if (__builtin_mul_overflow(bytes.n, (size_t)2, &n) || !buf_reserve(b, n)) {
		b->failed = true;
		return;
	}
	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		b->p[b->n++] = digits[c >> 4];
		b->p[b->n++] = digits[c & 15];
	}
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !buf_reserve(b, (size_t)n + 1)) {
		b->failed = true;
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

const char *buf_cstr(struct buf *b)
{
	bool failed = b->failed;

	b->failed = false;
	if (!buf_reserve(b, 1)) {
		b->failed = true;
		return "";
	}
	b->failed = failed;
	b->p[b->n] = '\0';
	return b->p;
}

bool buf_line(const struct buf *b, size_t *at, struct sv *line)
{
	struct sv rest = sv_from(buf_view(b), *at);
	size_t n = sv_index(rest, '\n');

	if (n == rest.n)
		return false;
	*line = sv_head(rest, n);
	*at += n + 1;
	return true;
}

void buf_drop(struct buf *b, size_t n)
{
	b->n -= n;
	if (n && b->n)
		memmove(b->p, b->p + n, b->n);
}
